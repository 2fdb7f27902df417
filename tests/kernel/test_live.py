"""Live screens, against a Valkey of their own that may be killed, and the ASGI application in a real server."""

import asyncio
import json
import time
from contextlib import suppress

import pytest
import redis.asyncio
import time_machine
from django.conf import settings
from django.core import signing
from django.db import transaction

from kernel import live
from tests.streams import latest


def publish(*topics):
    live.publisher.publish(topics)


def change_and_roll_back(topic):
    with transaction.atomic():
        live.changed(topic)
        transaction.set_rollback(True)


def told(server) -> list[list[str]]:
    entries = redis.Redis.from_url(server.url).xrange(live.STREAM)
    return [json.loads(fields[b"topics"]) for _id, fields in entries]


# --- Telling -----------------------------------------------------------------------------------------------------


def test_a_change_is_told_after_the_commit(server, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        live.changed("hall", "case:1")
        assert told(server) == []
    assert told(server) == [["case:1", "hall"]]


def test_what_was_rolled_back_is_not_told(server, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        live.changed("hall")
        change_and_roll_back("case:1")
    assert told(server) == [["hall"]]


def test_a_topic_is_told_once_a_transaction(server, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        live.changed("hall")
        with transaction.atomic():
            live.changed("hall", "case:1")
        live.changed("case:1")
    assert told(server) == [["hall"], ["case:1"]]


def test_a_rolled_back_part_does_not_silence_the_rest(server, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        change_and_roll_back("hall")
        live.changed("hall")
    assert told(server) == [["hall"]]


def test_a_request_goes_on_without_redis(server, django_capture_on_commit_callbacks):
    server.kill()
    with django_capture_on_commit_callbacks(execute=True):
        live.changed("hall")
    assert live.publisher.missed
    server.start()


def test_after_an_outage_the_first_message_says_that_anything_may_have_changed(server):
    server.kill()
    publish("hall")
    server.start()
    time.sleep(live.PAUSE)
    publish("case:1")
    publish("case:2")
    assert told(server) == [["*", "case:1"], ["case:2"]]


def test_a_failing_redis_is_left_alone_for_a_moment(server, monkeypatch):
    server.kill()
    monkeypatch.setattr(live, "PAUSE", 60)
    publish("hall")
    monkeypatch.setattr(live, "server", None)  # would fail
    publish("hall")
    assert live.publisher.missed
    monkeypatch.undo()
    server.start()


def test_the_first_message_of_a_process_covers_for_its_predecessor(server):
    live.Publisher().publish(["hall"])
    assert told(server) == [["*", "hall"]]


# --- Listening ---------------------------------------------------------------------------------------------------


def test_a_screen_hears_of_its_topics_and_of_no_others(server, listen):
    publish("seed")
    listener = listen("hall", "case:1", since=latest(server))
    publish("case:2")
    publish("hall")
    assert listener.next() == ("changed", {"hall"})


def test_a_page_hears_what_changed_while_it_was_made(server, listen, monkeypatch):
    publish("seed")
    monkeypatch.setattr(live, "baseline", lambda: latest(server))
    token = live.token(["hall"])
    publish("hall")
    assert listen(tokens=[token]).next() == ("changed", {"hall"})


def test_a_stream_is_resumed_where_it_broke(server, listen):
    publish("seed")
    first = listen("hall", "case:1", "case:2", since=latest(server))
    publish("hall")
    first.next()
    first.close()
    publish("case:1")
    publish("elsewhere")
    again = listen("hall", "case:1", "case:2", last_event_id=first.last_id)
    assert again.next() == ("changed", {"case:1"})
    other_tab = listen("hall", "case:1", "case:2", since=first.last_id)
    assert other_tab.next() == ("changed", {"case:1"})


def test_a_screen_that_was_away_for_too_long_begins_afresh(server, listen):
    publish("hall")
    assert listen("hall", last_event_id="1-0").next() == ("reset", set())


def test_a_message_about_everything_resets_all_screens(server, listen):
    publish("seed")
    listener = listen("hall", since=latest(server))
    publish("*")
    assert listener.next() == ("reset", set())


def test_malformed_messages_are_skipped(server, listen):
    publish("seed")
    listener = listen("hall", since=latest(server))
    raw = redis.Redis.from_url(server.url)
    for fields in (
        {"topics": "{"},
        {"topics": b"\xff\xfe"},
        {"topics": '"hall"'},
        {"topics": "[1, null]"},
        {"topics": "7"},
        {"other": "hall"},
    ):
        raw.xadd(live.STREAM, fields)
    publish("hall")
    assert listener.next() == ("changed", {"hall"})


def test_a_stream_survives_the_loss_of_redis(server, listen):
    publish("seed")
    listener = listen("hall", since=latest(server))
    server.kill()
    assert listener.next() == ("alone", set())
    server.start()
    assert listener.next() == ("reset", set())
    publish("hall")
    assert listener.next() == ("changed", {"hall"})


def test_a_screen_connects_while_redis_is_away_and_hears_later(server, listen, monkeypatch):
    monkeypatch.setattr(live, "PATIENCE", 0.05)
    server.kill()
    listener = listen("hall")
    assert listener.next() == ("alone", set())
    server.start()
    assert listener.next() == ("reset", set())
    publish("hall")
    assert listener.next() == ("changed", {"hall"})


def test_an_idle_stream_shows_that_it_lives(server, listen, monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    publish("seed")
    listener = listen("hall", since=latest(server))
    assert listener.line() == ": still here"


async def a_hub():
    """One that reads nothing."""
    hub = live.Hub("unix:///nowhere")
    hub.reader.cancel()
    hub.ready.set()
    return hub


def test_a_slow_reader_gets_only_the_latest_version_of_each_topic():
    async def read_slowly():
        hub = await a_hub()
        hub.join(client := live.Client({"hall"}), (1, 0))
        for sequence in range(1000):
            client.tell("hall", (1, sequence))
        return client.take(hub), client.take(hub)

    first, second = asyncio.run(read_slowly())
    assert first == live.event("changed", (1, 999), {"hall": (1, 999)}, live.SPREAD[0])
    assert second.startswith(b":")


def test_many_screens_are_told_to_ask_again_over_a_longer_time():
    async def told(*crowds):
        hub = await a_hub()
        screens = [live.Client({topic}) for topic, many in crowds for _n in range(many)]
        for screen in screens:
            hub.join(screen, (1, 0))
        for screen in screens[:1]:
            screen.tell("hall", (2, 0))
            changed = screen.take(hub)
            screen.tell_reset()
            reset = screen.take(hub)
        for screen in screens:
            hub.part(screen)
        assert not hub.everyone
        return [json.loads(one.split(b"data: ")[1])["spread"] for one in (changed, reset)]

    shortest, longest = live.SPREAD
    assert asyncio.run(told(("hall", 1))) == [shortest, shortest]
    assert asyncio.run(told(("hall", 100), ("today", 20))) == [100 * live.ROOM, 120 * live.ROOM]
    assert asyncio.run(told(("hall", 1000))) == [longest, longest]


def test_a_hub_ends_when_it_is_cancelled_even_where_its_client_of_redis_swallows_that(monkeypatch):
    async def deaf(self, *args, **kwargs):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        return {}

    monkeypatch.setattr(redis.asyncio.Redis, "xread", deaf)

    async def hub_is_cancelled():
        hub = live.Hub(settings.REDIS_URL)
        await hub.ready.wait()
        await asyncio.sleep(0)
        hub.reader.cancel()
        await asyncio.wait([hub.reader], timeout=10)
        return hub.reader.done()

    assert asyncio.run(hub_is_cancelled())


def test_a_hub_forgets_old_topics_and_knows_that_it_did(monkeypatch):
    monkeypatch.setattr(live, "KEPT_ENTRIES", 25)

    async def fill():
        hub = await a_hub()
        for number in range(1, 150):
            hub.note(f"{number}-0".encode(), {b"topics": json.dumps([f"case:{number}"]).encode()})
        hub.join(late := live.Client({"case:1"}), (1, 0))
        hub.join(fresh := live.Client({"case:149"}), (148, 0))
        return len(hub.versions) <= 100, late.reset, fresh.news

    assert asyncio.run(fill()) == (True, True, {"case:149": (149, 0)})


# --- Who may ------------------------------------------------------------------------------------------------------


def test_a_forged_token_is_refused(server, listen):
    forged = signing.dumps({"topics": ["hall"], "since": "0-0"}, salt="elsewhere")
    assert listen(tokens=[forged]).status == 403
    assert listen(tokens=[live.token(["hall"])[:-1] + "_"]).status == 403
    assert listen(tokens=["nonsense"]).status == 403


def test_an_expired_token_is_refused(server, listen):
    with time_machine.travel(time.time() - live.TOKEN_AGE - 60):
        token = live.token(["hall"])
    assert listen(tokens=[token]).status == 403


def test_the_stream_only_reads(server, listen):
    assert listen("hall", method="POST").status == 405


@pytest.mark.parametrize("name", ["*", "", "a b", "大厅", "x" * 101, "a\n"])
def test_only_plain_names_are_topics(name):
    with pytest.raises(ValueError, match="Not a topic"):
        live.token([name])


# --- The poll -----------------------------------------------------------------------------------------------------


@pytest.fixture
def poll(rf):
    def ask(*topics, token=None, etag=""):
        headers = {"If-None-Match": etag} if etag else {}
        return live.versions(rf.get("/", {"token": token or live.token(topics)}, headers=headers))

    return ask


def test_a_poll_finds_newer_versions_without_the_database(server, poll, django_assert_num_queries):
    with django_assert_num_queries(0):
        before = json.loads(poll("hall").content)["versions"]
        publish("hall")
        after = json.loads(poll("hall").content)["versions"]
    assert before == {"hall": "0-0"}
    assert live.parsed(after["hall"]) > live.parsed("1-0")


def test_a_poll_is_answered_with_304_until_something_changes(server, poll):
    publish("hall")
    etag = poll("hall").headers["ETag"]
    assert poll("hall", etag=etag).status_code == 304
    publish("elsewhere")
    assert poll("hall", etag=etag).status_code == 304
    publish("hall")
    assert poll("hall", etag=etag).status_code == 200


def test_a_message_about_everything_makes_every_version_newer(server, poll):
    publish("hall")
    etag = poll("hall").headers["ETag"]
    publish("*")
    assert poll("hall", etag=etag).status_code == 200


def test_a_poll_needs_a_valid_token(server, poll):
    assert poll(token="nonsense").status_code == 403


def test_a_poll_without_redis_says_so(server, poll):
    server.kill()
    assert poll("hall").status_code == 503
    server.start()

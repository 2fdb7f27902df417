"""Messages outside the page: once each, tried again, at the right hour, and without a word of the matter."""

import json
import threading
from collections import Counter
from datetime import datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from kernel import adapters, delivery, notifications
from kernel.models import Delivery, DeliveryState, MessageKind, Notification, Outside, Reach
from tests.factories import UserFactory

NOON = datetime(2026, 11, 24, 12, tzinfo=timezone.get_default_timezone())
LATE = NOON.replace(hour=22)


def reachable(**columns):
    user = UserFactory()
    Reach.objects.create(user=user, **{"phone": "13800001234", "chat": "wang"} | columns)
    return user


def told(user, **how):
    how = {"kind": MessageKind.OVERDUE} | how
    notifications.notify([user], user, "张三与李四的借款纠纷已超期", **how)
    return Delivery.objects.filter(notification__to=user).order_by("pk")


def sent(settings) -> list[dict]:
    file = settings.OUTBOX_FILE
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


class Gateway(ThreadingHTTPServer):
    """A little server that answers `answers` in turn (status, body), then 200, and keeps what it was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Gateway.Asked)
        self.asked, self.answers, self.delay = [], [], 0.0
        self.going_on = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/send?access_token=secret"

    class Asked(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.asked.append((self.path, dict(self.headers), body))
            if self.server.delay:
                self.server.going_on.wait(self.server.delay)
            answers = self.server.answers
            status, body = answers.pop(0) if answers else (200, b'{"errcode": 0}')
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass


@pytest.fixture
def gateway(settings):
    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.ADAPTERS = {"sms": "kernel.adapters.sms_gateway", "chat": "kernel.adapters.wecom"}
    settings.SMS_URL, settings.SMS_TOKEN = server.url, "token"
    settings.CHAT_URL, settings.CHAT_SECRET = server.url, "SEC"
    yield server
    server.going_on.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("channel", Outside.values)
@time_machine.travel(NOON, tick=False)
def test_a_message_goes_out_with_number_step_and_telephone_only(settings, channel):
    rows = told(reachable())
    assert delivery.drain(channel) == 1
    row, (line,) = rows.get(channel=channel), sent(settings)
    assert (row.state, row.tries, row.sent_at) == (DeliveryState.SENT, 1, NOON)
    assert line["to"] == {"sms": "13800001234", "chat": "wang"}[channel]
    assert line["key"] == str(row.key)
    assert line["text"] == f"【{settings.CENTRE_NAME}】已超期。请登录系统查看，咨询 {settings.CENTRE_PHONE}。"
    assert settings.OUTBOX_FILE.stat().st_mode & 0o777 == 0o600
    assert delivery.drain(channel) == 0


def test_who_has_no_telephone_or_wants_none_gets_no_row():
    assert not told(UserFactory()).exists()
    assert told(reachable(phone="")).get().channel == Outside.CHAT
    assert not told(reachable(wanted=[])).exists()
    assert not told(reachable(), kind=MessageKind.NEWS).exists()


def test_what_is_urgent_goes_every_way_whatever_was_chosen():
    assert told(reachable(wanted=[]), urgent=True).count() == 2


def test_one_message_a_reason_and_person():
    anna, ben = reachable(), reachable()
    for _again in range(2):
        notifications.notify([anna, ben], anna, "x", kind=MessageKind.OVERDUE, reason="firing:1")
    told(anna), told(anna)  # without a reason each counts
    assert Counter(Notification.objects.values_list("to", flat=True)) == {anna.pk: 3, ben.pk: 1}
    assert Delivery.objects.count() == 8


def test_a_reason_seen_again_sends_nothing_even_when_more_is_wanted_now():
    user = reachable(wanted=[])
    told(user, reason="once")
    Reach.objects.update(wanted=["sms:overdue"])
    assert not told(user, reason="once").exists()


# --- Quiet hours ------------------------------------------------------------------------------------------------------


def test_quiet_hours_put_off_what_is_not_urgent():
    with time_machine.travel(NOON, tick=False):
        rows = told(reachable())
    with time_machine.travel(LATE, tick=False):
        assert delivery.drain("sms") == 0
    row = rows.get(channel="sms")
    assert (row.state, row.tries) == (DeliveryState.WAITING, 0)
    assert timezone.localtime(row.next_try_at) == NOON.replace(hour=7, minute=30) + timedelta(days=1)
    with time_machine.travel(row.next_try_at, tick=False):
        assert delivery.drain("sms") == 1


def test_what_is_urgent_ignores_quiet_hours():
    with time_machine.travel(LATE, tick=False):
        told(reachable(), urgent=True)
        assert delivery.drain("sms") == 1


@pytest.mark.parametrize(
    ("span", "at", "ends"),
    [
        ((time(21), time(7, 30)), time(20, 59), None),
        ((time(21), time(7, 30)), time(21), (1, time(7, 30))),
        ((time(21), time(7, 30)), time(0), (0, time(7, 30))),
        ((time(21), time(7, 30)), time(7, 30), None),
        ((time(12), time(14)), time(13), (0, time(14))),
        ((time(12), time(14)), time(14), None),
        ((time(9), time(9)), time(9), None),
    ],
)
def test_where_quiet_hours_end(span, at, ends):
    reach = Reach(quiet_from=span[0], quiet_until=span[1])
    moment = datetime.combine(NOON.date(), at, NOON.tzinfo)
    until = reach.end_of_quiet(moment)
    assert until == (ends and datetime.combine(NOON.date() + timedelta(days=ends[0]), ends[1], NOON.tzinfo))


# --- Gateways ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.mark.usefixtures("_noon")
def test_the_gateway_is_told_the_key_and_the_token(gateway):
    row = told(reachable()).get(channel="sms")
    assert delivery.drain("sms") == 1
    ((_path, headers, body),) = gateway.asked
    assert headers["Idempotency-Key"] == body["key"] == str(row.key)
    assert headers["Authorization"] == "Bearer token"
    assert body["phone"] == "13800001234"


@pytest.mark.usefixtures("_noon")
def test_robots_are_signed_and_their_own_codes_read(gateway, settings):
    row = told(reachable()).get(channel="chat")
    gateway.answers = [(200, b'{"errcode": 45009}'), (200, b"<html>")]
    assert delivery.drain("chat") == 0
    row.refresh_from_db()
    assert (row.state, row.last_error) == (DeliveryState.FAILED, "errcode 45009")
    settings.ADAPTERS["chat"] = "kernel.adapters.dingtalk"
    with pytest.raises(adapters.Failed):
        adapters.dingtalk("chat", "wang", "x", "key")
    adapters.dingtalk("chat", "wang", "x", "key")
    path, _headers, body = gateway.asked[-1]
    assert f"timestamp={int(NOON.timestamp() * 1000)}&sign=" in path
    assert body["at"] == {"atUserIds": ["wang"]}


@pytest.mark.parametrize("status", [302, 400, 500, 503])
@pytest.mark.usefixtures("_noon")
def test_a_failure_is_tried_again_later_and_blocks_nobody(gateway, status):
    first, second = told(reachable()).get(channel="sms"), told(reachable()).get(channel="sms")
    gateway.answers = [(status, b"")]
    assert delivery.drain("sms") == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.tries, first.last_error) == (DeliveryState.FAILED, 1, f"HTTP {status}")
    assert second.state == DeliveryState.SENT
    assert timedelta(seconds=24) <= first.next_try_at - NOON <= timedelta(seconds=36)
    with time_machine.travel(first.next_try_at, tick=False):
        assert delivery.drain("sms") == 1
    keys = [headers["Idempotency-Key"] for _path, headers, _body in gateway.asked]
    assert keys.count(str(first.key)) == 2
    assert keys.count(str(second.key)) == 1


@pytest.mark.usefixtures("_noon")
def test_after_so_many_tries_it_is_given_up_until_somebody_sends_it_again(gateway):
    row = told(reachable()).get(channel="sms")
    gateway.answers = [(500, b"")] * delivery.TRIES
    for _try in range(delivery.TRIES):
        Delivery.objects.filter(pk=row.pk).update(next_try_at=NOON)
        assert delivery.drain("sms") == 0
    row.refresh_from_db()
    assert (row.state, row.next_try_at, row.tries) == (DeliveryState.GIVEN_UP, None, delivery.TRIES)
    assert delivery.send_again(row)
    assert not delivery.send_again(row)
    assert delivery.drain("sms") == 1


@pytest.mark.usefixtures("_noon")
def test_a_slow_gateway_and_none_at_all_fail_in_time(gateway, settings, monkeypatch):
    monkeypatch.setattr(adapters, "SECONDS", 0.1)
    gateway.delay = 5
    row = told(reachable()).get(channel="sms")
    assert delivery.drain("sms") == 0
    row.refresh_from_db()
    assert row.last_error == "超时"
    for url, why in [
        ("http://127.0.0.1:9/", "无法连接"),
        ("", "未配置网关地址"),
        ("file:///etc/passwd", "未配置网关地址"),
    ]:
        settings.SMS_URL = url
        with pytest.raises(adapters.Failed, match=why):
            adapters.sms_gateway("sms", "1", "x", "key")


@pytest.mark.usefixtures("_noon")
def test_an_adapter_that_breaks_stops_nobody(settings, monkeypatch):
    rows = told(reachable())
    settings.ADAPTERS = settings.ADAPTERS | {"sms": "kernel.adapters.no_such_thing"}
    assert delivery.drain("sms") == 0
    assert delivery.drain("chat") == 1
    assert rows.get(channel="sms").last_error == "ImportError"


@pytest.mark.usefixtures("_noon")
def test_who_left_or_lost_the_telephone_gets_nothing():
    gone, bare = reachable(), reachable()
    rows = [told(gone).get(channel="sms"), told(bare).get(channel="sms")]
    gone.is_active = False
    gone.save()
    reach = bare.reach
    reach.phone = ""
    reach.save()
    assert delivery.drain("sms") == 0
    assert {Delivery.objects.get(pk=row.pk).state for row in rows} == {DeliveryState.WITHHELD}


# --- Workers ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_noon")
def test_a_worker_that_died_after_its_claim_is_replaced_with_the_same_key(gateway):
    row = told(reachable()).get(channel="sms")
    assert delivery.claim("sms").pk == row.pk  # and dies
    assert delivery.drain("sms") == 0
    with time_machine.travel(NOON + delivery.LEASE, tick=False):
        assert delivery.drain("sms") == 1
    ((_path, headers, _body),) = gateway.asked
    assert headers["Idempotency-Key"] == str(row.key)


@pytest.mark.usefixtures("_noon")
def test_a_worker_that_comes_back_late_does_not_undo_what_another_sent():
    told(reachable())
    late = delivery.claim("sms")
    with time_machine.travel(NOON + delivery.LEASE, tick=False):
        assert delivery.drain("sms") == 1
        delivery.fail(late, "超时")
    assert Delivery.objects.get(pk=late.pk).state == DeliveryState.SENT


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_message_once(gateway, settings):
    users = [reachable(quiet_from=time(0), quiet_until=time(0)) for _n in range(15)]
    notifications.notify(users, users[0], "x", kind=MessageKind.OVERDUE)
    together, sums = threading.Barrier(2), []

    def work():
        together.wait()
        sums.append(delivery.drain("sms"))
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sums) == 15
    keys = Counter(body["key"] for _path, _headers, body in gateway.asked)
    assert len(keys) == 15
    assert set(keys.values()) == {1}


@pytest.mark.django_db(transaction=True)
def test_two_who_write_one_reason_at_once_write_one_message():
    user = reachable()
    together = threading.Barrier(2)

    def work():
        together.wait()
        with transaction.atomic():
            notifications.notify([user], user, "x", kind=MessageKind.OVERDUE, reason="same")
        connection.close()

    threads = [threading.Thread(target=work) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Notification.objects.count() == 1
    assert Delivery.objects.count() == 2

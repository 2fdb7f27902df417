"""Receiving, missing, holding, leaving: each verb with its trace, and a ledger that adds up to the second."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from intake import selectors, services
from intake.models import Span, Ticket
from intake.states import SpanKind, State
from kernel.moves import MoveRefused
from people.models import Seat
from people.roles import Role
from tests.factories import CaseFactory, UnitFactory, UserFactory
from tests.intake.factories import called, issued, seated, serving, waiting


def test_all_who_sit_at_the_window_stand_in_the_record(clerk, mediator, window):
    judge = seated(window, Role.COURT, unit=UnitFactory(), name="方立明")
    ticket = serving(clerk)
    assert {(r.user.name, r.role) for r in ticket.receivers.all()} == {
        ("徐晓岚", "clerk"),
        ("郑和田", "mediator"),
        ("方立明", "court"),
    }
    assert judge.unit_ids >= {window.unit_id}


def test_a_call_is_repeated_aloud(clerk):
    ticket = called(clerk)
    services.recall(ticket, by=clerk)
    assert ticket.announcements.count() == 2
    assert ticket.state == State.CALLED


def test_who_does_not_come_makes_room_and_may_wait_again_behind_the_others(clerk, window):
    missed = called(clerk)
    services.no_show(missed, by=clerk)
    other = waiting(clerk)
    services.rejoin(missed, by=clerk)
    assert (missed.state, missed.window) == (State.WAITING, None)
    assert services.call_next(window, by=clerk) == other


def test_a_call_taken_back_keeps_the_place(clerk, window):
    ticket, _behind = called(clerk), waiting(clerk)
    services.undo_call(ticket, by=clerk)
    assert services.call_next(window, by=clerk) == ticket


def test_whoever_waits_at_no_window_cannot_be_resumed_there(clerk, window):
    with pytest.raises(MoveRefused, match="不能继续接待"):
        services.resume(waiting(clerk), by=clerk)


def test_a_visit_laid_aside_frees_the_window_and_comes_back(clerk, window):
    ticket = serving(clerk)
    services.hold(ticket, by=clerk, note="回家取工资条")
    other = called(clerk)
    with pytest.raises(MoveRefused, match="还在接待"):
        services.resume(ticket, by=clerk)
    services.no_show(other, by=clerk)
    services.resume(ticket, by=clerk)
    assert [span.kind for span in ticket.spans.all()] == [
        SpanKind.WAITING,
        SpanKind.CALLED,
        SpanKind.SERVED,
        SpanKind.HELD,
        SpanKind.SERVED,
    ]


def test_who_leaves_says_why(clerk):
    ticket = waiting(clerk)
    services.leave(ticket, by=clerk, note="要赶车")
    assert ticket.state == State.LEFT
    assert ticket.history.get(verb="leave").note == "要赶车"
    assert not ticket.spans.open().exists()


def test_a_visit_without_a_matter_ends_with_a_note(clerk):
    ticket = serving(clerk)
    with pytest.raises(MoveRefused, match="请写明接待情况"):
        services.finish(ticket, by=clerk)
    assert ticket.state != State.SERVED
    services.finish(ticket, by=clerk, note="问公证处在哪里，已告知")
    assert ticket.state == State.SERVED


def test_a_visit_with_a_matter_ends_without_one(clerk):
    ticket = serving(clerk)
    CaseFactory(query_code=ticket.query_code)
    services.finish(ticket, by=clerk)
    assert ticket.state == State.SERVED


WRONG_STATE = {
    "receive": waiting,
    "recall": waiting,
    "no_show": waiting,
    "undo_call": waiting,
    "rejoin": waiting,
    "hold": called,
    "resume": serving,
    "finish": called,
    "leave": issued,
    "cancel": waiting,
}
NOTES = {verb: {"note": "原因"} for verb in ("hold", "leave", "finish")}


@pytest.mark.parametrize("verb", WRONG_STATE)
def test_the_wrong_state_is_refused(verb, clerk):
    ticket = WRONG_STATE[verb](clerk)
    before = ticket.history.count()
    with pytest.raises(MoveRefused):
        getattr(services, verb)(ticket, by=clerk, **NOTES.get(verb, {}))
    ticket.refresh_from_db()
    assert ticket.history.count() == before


RIGHT_STATE = {
    "receive": called,
    "recall": called,
    "no_show": called,
    "undo_call": called,
    "hold": serving,
    "finish": serving,
}


@pytest.mark.parametrize("verb", RIGHT_STATE)
@pytest.mark.parametrize("who", ["clerk2", "stranger", "outsider", "guide"])
def test_whoever_sits_elsewhere_is_refused(verb, who, clerk, request):
    ticket = RIGHT_STATE[verb](clerk)
    with pytest.raises(MoveRefused):
        getattr(services, verb)(ticket, by=request.getfixturevalue(who), **NOTES.get(verb, {}))


@pytest.mark.parametrize("verb", RIGHT_STATE)
def test_a_failure_half_way_leaves_everything_as_it_was(verb, clerk, monkeypatch):
    ticket = RIGHT_STATE[verb](clerk)
    before = (ticket.state, ticket.window, ticket.history.count(), ticket.spans.count())
    monkeypatch.setattr("kernel.transitions.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        getattr(services, verb)(ticket, by=clerk, **NOTES.get(verb, {}))
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.state, ticket.window, ticket.history.count(), ticket.spans.count()) == before
    assert ticket.spans.open().exists()


PAGES = {
    "receive": State.SERVING,
    "recall": State.CALLED,
    "no_show": State.NO_SHOW,
    "undo_call": State.WAITING,
    "hold": State.HELD,
    "finish": State.SERVED,
    "leave": State.LEFT,
}


@pytest.mark.parametrize("verb", PAGES)
def test_the_page_of_each_verb_works_and_refuses_a_second_press(verb, client, clerk):
    ticket = RIGHT_STATE.get(verb, called)(clerk)
    client.force_login(clerk)
    address = reverse(f"intake:{verb}", args=[ticket.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"note": "有事"}).url == reverse("intake:window")
    ticket.refresh_from_db()
    assert ticket.state == PAGES[verb]
    if verb != "recall":
        assert client.post(address, {"note": "有事"}).status_code == 409


def test_finishing_without_a_matter_asks_for_the_note_on_the_page(client, clerk):
    ticket = serving(clerk)
    client.force_login(clerk)
    answer = client.post(reverse("intake:finish", args=[ticket.pk]))
    assert answer.status_code == 409
    assert "请写明接待情况" in answer.content.decode()


def test_a_visit_of_another_hall_is_not_found(client, clerk, outsider):
    ticket = called(clerk)
    client.force_login(outsider)
    for name in ("detail", "ticket", "receive", "triage", "leave"):
        assert client.get(reverse(f"intake:{name}", args=[ticket.pk])).status_code == 404
    assert client.get(reverse("intake:window", args=[clerk.seat.window.pk])).status_code == 404


# --- The ledger -------------------------------------------------------------------------------------------------------


def test_the_ledger_adds_up_to_the_second(clerk, window, time_machine):
    """P1: 09:12:00 to 09:31:00 are 1,140 seconds, shown as 0:19."""
    time_machine.move_to("2026-03-10T09:12:00+08:00", tick=False)
    clerk.seats.update(day="2026-03-10")
    ticket = waiting(clerk)
    time_machine.move_to("2026-03-10T09:31:00+08:00", tick=False)
    services.call_next(window, by=clerk)
    ticket.refresh_from_db()
    time_machine.shift(40)
    services.receive(ticket, by=clerk)
    time_machine.shift(600)
    services.hold(ticket, by=clerk, note="取材料")
    time_machine.shift(60)
    services.resume(ticket, by=clerk)
    time_machine.shift(1200)
    services.finish(ticket, by=clerk, note="已答复")

    spans = list(ticket.spans.all())
    assert [span.seconds for span in spans] == [1140, 40, 600, 60, 1200]
    assert all(one.ended_at == other.started_at for one, other in zip(spans, spans[1:], strict=False))
    total = (spans[-1].ended_at - spans[0].started_at).total_seconds()
    assert sum(span.seconds for span in spans) == total
    assert selectors.average_wait(Ticket.objects.all()) == 1140


def test_a_visit_has_one_open_span(clerk):
    ticket = waiting(clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Span.objects.create(ticket=ticket, kind=SpanKind.HELD, started_at=timezone.now())


def test_a_span_does_not_end_before_it_starts(clerk):
    span = waiting(clerk).spans.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        type(span).objects.filter(pk=span.pk).update(ended_at=span.started_at - timedelta(seconds=1))


@pytest.mark.parametrize(
    "wrong",
    [{"care": "elderly"}, {"head_count": 0}, {"state": "serving"}],
    ids=["care without its class", "nobody", "received nowhere"],
)
def test_the_database_refuses_what_no_visit_is(wrong, clerk):
    ticket = waiting(clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**wrong)


def test_the_database_refuses_a_second_visitor_at_a_window(clerk, window):
    called(clerk)
    other = waiting(clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=other.pk).update(state="called", window=window)


def test_the_average_counts_the_wait_before_the_first_call_only(clerk, window, time_machine):
    time_machine.move_to("2026-03-10T09:00:00+08:00", tick=False)
    clerk.seats.update(day="2026-03-10")
    ticket = waiting(clerk)
    time_machine.shift(100)
    services.call_next(window, by=clerk)
    ticket.refresh_from_db()
    services.no_show(ticket, by=clerk)
    services.rejoin(ticket, by=clerk)
    time_machine.shift(500)
    services.call_next(window, by=clerk)
    assert selectors.average_wait(Ticket.objects.all()) == 100
    assert selectors.average_wait(Ticket.objects.none()) is None


# --- The window's page ------------------------------------------------------------------------------------------------


def test_the_window_shows_who_waits_and_how_long(client, clerk):
    waiting(clerk, name="王冬梅", id_type="none", head_count=3)
    client.force_login(clerk)
    page = client.get(reverse("intake:window")).content.decode()
    assert "叫下一位" in page
    assert "A001" in page
    assert "王*" in page
    assert "3 人" in page


def test_the_window_offers_what_the_table_allows(client, clerk, mediator):
    called(clerk)
    client.force_login(mediator)
    page = client.get(reverse("intake:window")).content.decode()
    assert all(label in page for label in ("开始接待", "重呼", "过号", "离开"))
    assert "接待结束" not in page


def test_another_window_is_only_looked_at(client, clerk, clerk2):
    called(clerk)
    client.force_login(clerk2)
    page = client.get(reverse("intake:window", args=[clerk.seat.window.pk])).content.decode()
    assert "只能查看" in page
    assert "开始接待" not in page


def test_without_a_seat_there_is_no_window(client, stranger):
    client.force_login(stranger)
    answer = client.get(reverse("intake:window"))
    assert answer.status_code == 403
    assert "没有排班" in answer.content.decode()


def test_what_htmx_swaps_is_what_a_reload_shows(client, clerk, fragment_matches_page):
    waiting(clerk)
    client.force_login(clerk)
    fragment_matches_page(reverse("intake:window"), "#window")
    fragment_matches_page(reverse("intake:list"), "#rows")
    fragment_matches_page(reverse("intake:returned"), "#rows")


# --- Lists ------------------------------------------------------------------------------------------------------------


def test_the_list_shows_the_day_narrowed_and_searched(client, clerk):
    first, second = (
        waiting(clerk, name="王冬梅", id_type="none"),
        issued(clerk, name="李小明", id_type="none"),
    )
    client.force_login(clerk)

    def shown(**query):
        page = client.get(reverse("intake:list"), query).content.decode()
        return [str(ticket) for ticket in (first, second) if f">{ticket}<" in page]

    assert shown() == ["A001", "A002"]
    assert shown(state="waiting") == ["A001"]
    assert shown(q="a002") == ["A002"]
    assert shown(q="2") == ["A002"]
    assert shown(q="王冬梅") == ["A001"]
    assert shown(q="王冬") == []
    assert shown(day="2020-01-01") == []
    assert shown(q="\0", state="nonsense") == []


def test_the_list_masks_names_on_the_page_and_in_the_export(client, clerk):
    waiting(clerk, name="王冬梅", id_type="none")
    client.force_login(clerk)
    assert "王冬梅" not in client.get(reverse("intake:list")).content.decode()
    answer = client.post(reverse("intake:list"), {"export": "1"})
    assert answer["Content-Type"].endswith("sheet")


@pytest.mark.parametrize("name", ["list", "window"])
def test_a_page_of_thirty_costs_what_a_page_of_two_costs(name, client, clerk):
    client.force_login(clerk)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse(f"intake:{name}"))
        return len(captured)

    [waiting(clerk, name="来访人", id_type="none") for _ in range(2)]
    queries()
    few = queries()
    [waiting(clerk, name="来访人", id_type="none") for _ in range(28)]
    assert queries() == few <= 24


def test_lists_of_other_halls_and_of_administrators_are_empty(client, clerk, outsider):
    waiting(clerk)
    sysadmin = UserFactory(post=(Role.SYSADMIN, clerk.seat.window.unit))
    director = UserFactory(post=(Role.DIRECTOR, clerk.seat.window.unit))
    assert not Ticket.objects.visible_to(outsider).exists()
    assert not Ticket.objects.visible_to(sysadmin).exists()
    assert Ticket.objects.visible_to(director).count() == 1


def test_the_page_of_a_visit_tells_everything_masked(client, clerk):
    ticket = serving(clerk)
    client.force_login(clerk)
    page = client.get(reverse("intake:detail", args=[ticket.pk])).content.decode()
    assert all(word in page for word in ("时间台账", "徐晓岚", "开始接待", "138****0024"))
    assert "王冬梅" not in page


def asked_again(client, window):
    """What the page of a window that is still open gets when it asks again."""
    url = reverse("intake:window", args=[window.pk])
    return client.get(url, headers={"HX-Request": "true", "X-Background": "1"})


def test_whose_place_was_taken_reads_on_the_open_page_who_sits_there_now(client, clerk, window):
    Seat.objects.filter(user=clerk).update(
        user=UserFactory(name="余佩佩", post=(Role.CLERK, window.unit)), stands_for=clerk
    )
    client.force_login(clerk)
    answer = asked_again(client, window)
    told = answer.content.decode()
    assert answer.status_code == 200
    assert f"今天{window}由余佩佩顶岗" in told
    assert 'id="window"' in told
    assert reverse("home") in told
    assert "data-live" not in told  # and asks no more


def test_who_was_taken_off_the_roster_learns_no_more_than_that(client, clerk, window, stranger):
    client.force_login(stranger)
    told = asked_again(client, window).content.decode()
    assert "您今天已不在这个窗口" in told
    assert "徐晓岚" not in told
    assert client.get(reverse("intake:window")).status_code == 403


def test_a_visit_without_a_matter_may_end_with_a_ready_word(client, clerk):
    ticket = serving(clerk)
    client.force_login(clerk)
    address = reverse("intake:finish", args=[ticket.pk])
    refused = client.post(address)
    assert refused.status_code == 409
    ready = "已引导至有权受理的部门"
    assert ready in refused.content.decode()
    client.post(address, {"ready": ready})
    assert ticket.history.get(verb="finish").note == ready


def test_what_was_written_stands_before_the_ready_word(client, clerk):
    ticket = serving(clerk)
    client.force_login(clerk)
    told = {"ready": "已引导至有权受理的部门", "note": "问公证处在几楼"}
    client.post(reverse("intake:finish", args=[ticket.pk]), told)
    assert ticket.history.get(verb="finish").note == "问公证处在几楼"


def test_who_waits_again_is_marked_with_the_whole_time_they_have_been_here(client, clerk, centre):
    ticket = called(clerk)
    services.no_show(ticket, by=clerk)
    services.rejoin(ticket, by=clerk)
    Ticket.objects.filter(pk=ticket.pk).update(issued_at=timezone.now() - timedelta(minutes=40))
    place = selectors.queue_of(centre)[0]
    assert place.rejoined
    assert place.seconds >= 40 * 60
    client.force_login(clerk)
    page = client.get(reverse("intake:window")).content.decode()
    assert "过号重排</span>" in page
    assert "40 分钟前" in page


def test_who_was_called_by_mistake_did_not_miss_the_call(clerk, centre):
    services.undo_call(called(clerk), by=clerk)
    assert not selectors.queue_of(centre)[0].rejoined


def test_another_window_is_looked_at_and_told_how_to_stand_in(client, clerk, clerk2):
    held = serving(clerk)
    services.hold(held, by=clerk, note="等材料")
    missed = called(clerk)
    services.no_show(missed, by=clerk)
    client.force_login(clerk2)
    page = client.get(reverse("intake:window", args=[clerk.seat.window_id])).content.decode()
    for verb in ("transfer", "leave", "identify"):
        assert reverse(f"intake:{verb}", args=[held.pk]) not in page
    assert reverse("intake:rejoin", args=[missed.pk]) in page
    assert "安排临时顶岗" in page
    client.force_login(clerk)
    page = client.get(reverse("intake:window")).content.decode()
    assert reverse("intake:transfer", args=[held.pk]) in page


def test_nothing_told_of_a_visitor_is_not_saved_in_silence(client, clerk):
    bare, named = issued(clerk), issued(clerk, name="王冬梅", id_type="none")
    client.force_login(clerk)
    empty = {"id_type": "resident", "head_count": 1}
    for ticket in (bare, named):
        answer = client.post(reverse("intake:identify", args=[ticket.pk]), empty)
        assert answer.status_code == 422
        assert "请填写来访人的姓名" in answer.content.decode()
    named.refresh_from_db()
    assert named.visitor.name == "王冬梅"
    client.post(reverse("intake:identify", args=[bare.pk]), empty | {"head_count": 3})
    bare.refresh_from_db()
    assert bare.head_count == 3

"""The shape of a day: who is next and why, windows that rest, help without a sound, and the end of the day."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from intake import selectors, services, tasks
from intake.models import HelpCall, OnCall, Pause, Ticket, TurnRule
from intake.states import Care, SpanKind, State
from kernel.editing import seen_token
from kernel.models import Notification
from kernel.moves import MoveRefused
from kernel.notifications import Message, notify_all
from people.models import Window
from people.roles import Role
from tests.factories import UnitFactory, UserFactory
from tests.intake.factories import called, issued, next_window, paired, seated, serving, token_of, waiting


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre))


# --- Whose turn -------------------------------------------------------------------------------------------------------


def at(time_machine, clerk, clock):
    time_machine.move_to(f"2026-03-10T{clock}+08:00", tick=False)
    clerk.seats.update(day="2026-03-10")


def test_the_pregnant_comes_first_and_the_window_says_why(client, clerk, window):
    waiting(clerk)
    ticket = waiting(clerk, care=Care.PREGNANT)
    client.force_login(clerk)
    assert "下一位 A002：优先照顾：孕产妇" in client.get(reverse("intake:window")).content.decode()
    assert services.call_next(window, by=clerk) == ticket
    assert ticket.history.get(verb="call").note == "优先照顾：孕产妇 · 已等候 0 分钟"
    assert "优先照顾：孕产妇 · 已等候 0 分钟" in client.get(reverse("intake:window")).content.decode()


def test_nobody_starves_however_many_with_care_come_after(clerk, window, time_machine):
    at(time_machine, clerk, "09:00")
    patient = waiting(clerk)
    at(time_machine, clerk, "09:46")
    waiting(clerk, care=Care.ELDERLY)
    assert services.call_next(window, by=clerk) == patient
    assert patient.history.get(verb="call").note == "已等候 46 分钟"


def test_who_keeps_an_appointment_counts_from_an_hour_before_it(clerk, window, time_machine):
    at(time_machine, clerk, "10:00")
    waiting(clerk)
    at(time_machine, clerk, "10:25")
    half_past = timezone.now() + timedelta(minutes=5)
    ticket = waiting(clerk, appointment_at=half_past)
    assert services.call_next(window, by=clerk) == ticket
    assert ticket.history.get(verb="call").note == "预约 10:30 · 已等候 0 分钟"


def test_who_is_late_for_an_appointment_waits_like_everybody(clerk, window, time_machine):
    at(time_machine, clerk, "10:40")
    first = waiting(clerk)
    at(time_machine, clerk, "10:46")
    waiting(clerk, appointment_at=timezone.now() - timedelta(minutes=16))
    assert services.call_next(window, by=clerk) == first


def test_a_rule_of_the_director_changes_the_next_turns(client, clerk, window, director):
    rule = TurnRule.objects.get_or_create(kind="pregnant", defaults={"minutes": 45})[0]
    client.force_login(director)
    address = reverse("intake:change_turn_rule", args=[rule.pk])
    seen = seen_token(rule, "change_turn_rule", ["minutes"])
    client.post(address, {"minutes": 0, "seen": seen})
    first = waiting(clerk)
    waiting(clerk, care=Care.PREGNANT)
    assert services.call_next(window, by=clerk) == first
    assert rule.history.get().details == {"changed": {"minutes": ["45", "0"]}}
    with pytest.raises(MoveRefused, match="主任"):
        services.change_turn_rule(rule, by=clerk, seen=seen, minutes=5)


# --- Another window ---------------------------------------------------------------------------------------------------


def test_a_visitor_sent_to_a_mediator_is_called_there_and_nowhere_else(clerk, clerk2, window):
    ticket = serving(clerk)
    services.transfer(ticket, by=clerk, seat=clerk2.seat, note="要求女调解员")
    assert (ticket.state, ticket.window, ticket.meant_for) == (State.WAITING, None, clerk2.seat.window)
    assert services.call_next(window, by=clerk) is None
    assert services.call_next(clerk2.seat.window, by=clerk2) == ticket
    kinds = [span.kind for span in ticket.spans.all()]
    assert kinds == [SpanKind.WAITING, SpanKind.CALLED, SpanKind.SERVED, SpanKind.WAITING, SpanKind.CALLED]


def test_the_page_offers_only_windows_that_are_staffed_and_call(client, clerk, clerk2, centre):
    empty, resting = next_window(centre), seated(next_window(centre)).seat.window
    services.pause(resting, by=clerk)
    ticket = serving(clerk)
    client.force_login(clerk)
    address = reverse("intake:transfer", args=[ticket.pk])
    page = client.get(address).content.decode()
    assert f"{clerk2.seat.window} · " in page
    assert not any(f">{window} · " in page for window in (empty, resting, clerk.seat.window))
    assert client.post(address, {"seat": clerk2.seat.pk, "note": "找他"}).url == reverse("intake:window")


def test_nobody_is_sent_to_where_they_are_or_to_a_window_that_rests(clerk, clerk2):
    ticket = serving(clerk)
    with pytest.raises(MoveRefused, match="已经在"):
        services.transfer(ticket, by=clerk, seat=clerk.seat, note="")
    services.pause(clerk2.seat.window, by=clerk2)
    with pytest.raises(MoveRefused, match="暂停服务"):
        services.transfer(ticket, by=clerk, seat=clerk2.seat, note="")


# --- Pause ------------------------------------------------------------------------------------------------------------


def test_a_window_that_rests_calls_nobody_until_it_goes_on(client, clerk, window):
    waiting(clerk)
    client.force_login(clerk)
    client.post(reverse("intake:pause", args=[window.pk]), {"reason": "午休"})
    page = client.get(reverse("intake:window")).content.decode()
    assert "本窗口暂停服务：午休" in page
    assert "叫下一位" not in page
    with pytest.raises(MoveRefused, match="暂停服务"):
        services.call_next(window, by=clerk)
    pause = window.pauses.get()
    client.post(reverse("intake:end_pause", args=[pause.pk]))
    assert services.call_next(window, by=clerk)
    assert [entry.verb for entry in pause.history.order_by("seq")] == ["pause", "end_pause"]


def test_who_was_sent_to_a_window_that_rests_is_called_by_others(clerk, clerk2, window):
    ticket = serving(clerk)
    services.transfer(ticket, by=clerk, seat=clerk2.seat, note="")
    services.pause(clerk2.seat.window, by=clerk2)
    assert services.call_next(window, by=clerk) == ticket


# --- The end of the day -----------------------------------------------------------------------------------------------


def test_the_end_of_the_day_tells_everybody_left_over_and_counts_in_no_average(client, clerk, window, centre):
    done = serving(clerk)
    services.finish(done, by=clerk, note="已答复")
    average = selectors.average_wait(Ticket.objects.today())
    left = [waiting(clerk), issued(clerk)]
    left[0].spans.update(started_at=timezone.now() - timedelta(hours=3))
    client.force_login(clerk)
    client.post(reverse("intake:close_hall"), {"advice": "明天凭原号优先"})
    for ticket in left:
        ticket.refresh_from_db()
        assert ticket.state == State.LAPSED
        assert ticket.history.get(verb="lapse").note == "明天凭原号优先"
        assert not ticket.spans.open().exists()
    assert selectors.average_wait(Ticket.objects.today()) == average
    assert "今天未接待（闭厅）" in client.get(reverse("intake:ticket", args=[left[0].pk])).content.decode()
    client.cookies["screen"] = token_of(paired(clerk))
    assert "明天凭原号优先" in client.get(reverse("intake:screen")).content.decode()
    with pytest.raises(MoveRefused, match="闭厅"):
        issued(clerk)


def test_the_hall_closes_once_everybody_at_a_window_is_served_and_opens_again(clerk, centre):
    ticket = called(clerk)
    with pytest.raises(MoveRefused, match="还在接待"):
        services.close_hall(by=clerk, unit=centre, advice="明天再来")
    services.leave(ticket, by=clerk, note="改日")
    closing = services.close_hall(by=clerk, unit=centre, advice="明天再来")
    with pytest.raises(MoveRefused, match="已经闭厅"):
        services.close_hall(by=clerk, unit=centre, advice="明天再来")
    services.reopen_hall(closing, by=clerk)
    assert issued(clerk)


def test_what_a_hall_forgot_to_close_is_closed_in_the_night(clerk, time_machine):
    at(time_machine, clerk, "17:00")
    ticket = serving(clerk)
    time_machine.move_to("2026-03-11T00:10+08:00", tick=False)
    services.lapse_left_overs()
    ticket.refresh_from_db()
    assert ticket.state == State.LAPSED
    assert ticket.history.get(verb="lapse").by is None


def test_one_visit_that_cannot_be_closed_stops_no_other_in_the_night(clerk, time_machine, monkeypatch):
    at(time_machine, clerk, "17:00")
    stuck, other = waiting(clerk), waiting(clerk)
    lapse = services.lapse

    def refusing(ticket, **kwargs):
        if ticket == stuck:
            raise MoveRefused("刚刚有变动")
        lapse(ticket, **kwargs)

    monkeypatch.setattr(services, "lapse", refusing)
    time_machine.move_to("2026-03-11T00:10+08:00", tick=False)
    tasks.lapse_left_overs()
    other.refresh_from_db()
    assert other.state == State.LAPSED


def test_nobody_comes_to_wait_in_a_hall_that_has_closed(client, clerk, clerk2, centre):
    missed = called(clerk)
    services.no_show(missed, by=clerk)
    kept = waiting(clerk)
    services.close_hall(by=clerk, unit=centre, advice="明天再来")
    Ticket.objects.filter(pk=kept.pk).update(state=State.WAITING)  # as one that came in while it closed
    client.force_login(clerk)
    answer = client.post(reverse("intake:rejoin", args=[missed.pk]))
    assert answer.status_code == 409
    assert "已闭厅" in answer.content.decode()
    sent = {"seat": clerk2.seat.pk, "note": "找他"}
    assert client.post(reverse("intake:transfer", args=[kept.pk]), sent).status_code == 409


# --- Help -------------------------------------------------------------------------------------------------------------


def test_the_quiet_button_tells_those_on_call_at_once(client, clerk, window, centre):
    guard = UserFactory(post=(Role.HANDLER, UnitFactory()))
    OnCall.objects.create(unit=centre, user=guard, post="安保")
    client.force_login(clerk)
    assert client.post(reverse("intake:call_help")).url == reverse("intake:window")
    call = HelpCall.objects.get()
    note = Notification.objects.get(to=guard)
    assert note.text.startswith(f"{window}求助")
    client.force_login(guard)
    assert client.get(note.url).status_code == 200
    client.post(note.url, {"note": "来访人情绪激动，已劝离"})
    call.refresh_from_db()
    assert (call.state, call.history.get(verb="answer_help").by) == ("answered", guard)


def test_without_a_list_guide_and_director_are_told(clerk, guide, director, centre):
    services.call_help(by=clerk, unit=centre, window=clerk.seat.window)
    assert set(Notification.objects.values_list("to", flat=True)) == {guide.pk, director.pk}


def test_a_call_for_help_stands_on_every_page_of_those_on_call_until_somebody_is_there(
    client, clerk, window, centre
):
    guards = [UserFactory(post=(Role.HANDLER, UnitFactory())) for _n in range(2)]
    for guard in guards:
        OnCall.objects.create(unit=centre, user=guard, post="安保")
    call = services.call_help(by=clerk, unit=centre, window=window)

    def page_of(user) -> str:
        client.force_login(user)
        return client.get("/").content.decode()

    assert all(f"{window}求助，请立即到场" in page_of(guard) for guard in guards)
    assert "求助，请立即到场" not in page_of(clerk)
    services.answer_help(call, by=guards[0])
    assert not any("求助，请立即到场" in page_of(guard) for guard in guards)


def test_who_has_seen_a_call_for_help_puts_it_away(client, clerk, window, centre):
    guard = UserFactory(post=(Role.HANDLER, UnitFactory()))
    OnCall.objects.create(unit=centre, user=guard, post="安保")
    services.call_help(by=clerk, unit=centre, window=window)
    note = Notification.objects.get(to=guard)
    address = reverse("kernel:read_notification", args=[note.pk])
    client.force_login(clerk)
    assert client.post(address).status_code == 404
    client.force_login(guard)
    assert "求助，请立即到场" in client.get("/").content.decode()
    client.post(address)
    assert "求助，请立即到场" not in client.get("/").content.decode()


def test_the_tray_counts_all_that_waits_and_not_only_what_it_lists(client, clerk, guide):
    notify_all([Message([guide], clerk, f"消息 {n}") for n in range(24)])
    client.force_login(guide)
    for address in ("/", reverse("kernel:tray")):
        assert re.search(r'id="tray-count"[^>]*>24<', client.get(address).content.decode())


def test_the_page_of_the_day_offers_the_answer_to_those_on_call(client, clerk, director, guide, centre):
    call = services.call_help(by=clerk, unit=centre)
    client.force_login(director)
    page = client.get(reverse("intake:day")).content.decode()
    assert reverse("intake:answer_help", args=[call.pk]) in page
    client.force_login(clerk)
    page = client.get(reverse("intake:day")).content.decode()
    assert "求助中" in page
    assert reverse("intake:answer_help", args=[call.pk]) not in page


def test_the_page_of_the_day_offers_only_what_is_open_to_its_reader(client, clerk, director, guide, window):
    pauses = [reverse("intake:pause_hall"), reverse("intake:pause", args=[window.pk])]
    rules = "/turn-rules/"

    def page_of(user) -> str:
        client.force_login(user)
        return client.get(reverse("intake:day")).content.decode()

    everything = page_of(director)
    assert all(address in everything for address in [*pauses, rules])
    for user in (guide, clerk):
        page = page_of(user)
        for address in pauses:
            assert (address in page) == (client.get(address).status_code == 200)
        assert rules not in page


def test_a_stranger_neither_calls_nor_answers_help(client, clerk, stranger, outsider, centre):
    call = services.call_help(by=clerk, unit=centre)
    for user in (stranger, outsider):
        with pytest.raises(MoveRefused):
            services.answer_help(call, by=user)
    client.force_login(stranger)
    assert client.post(reverse("intake:call_help")).status_code == 403


def test_the_director_runs_the_day_and_a_stranger_does_not(client, director, outsider, clerk, window):
    client.force_login(director)
    page = client.get(reverse("intake:day")).content.decode()
    assert "叫号规则" in page
    assert client.post(reverse("intake:pause", args=[window.pk]), {"reason": "会议"}).status_code == 302
    client.force_login(outsider)
    assert client.post(reverse("intake:end_pause", args=[window.pauses.get().pk])).status_code == 404


# --- The lunch of a whole hall ----------------------------------------------------------------------------------------


def test_a_whole_hall_rests_in_one_press_and_is_back_in_another(client, clerk, clerk2, director):
    """A window that rests for a reason of its own goes on resting."""
    services.pause(clerk2.seat.window, by=clerk2, reason="打印机坏了")
    client.force_login(director)
    assert "全厅午休" in client.get(reverse("intake:day")).content.decode()
    client.post(reverse("intake:pause_hall"), {"reason": "午休"})
    paused = dict(Pause.objects.filter(state="paused").values_list("window", "reason"))
    assert len(paused) == Window.objects.filter(unit=clerk.seat.window.unit).count()
    assert (paused.pop(clerk2.seat.window_id), set(paused.values())) == ("打印机坏了", {"午休"})
    with pytest.raises(MoveRefused, match="暂停"):
        services.call_next(clerk.seat.window, by=clerk)

    assert "全厅恢复服务" in client.get(reverse("intake:day")).content.decode()
    client.post(reverse("intake:end_pause_of_hall"))
    left = Pause.objects.get(state="paused")
    assert (left.window, left.reason) == (clerk2.seat.window, "打印机坏了")
    lunch = Pause.objects.get(window=clerk.seat.window)
    assert [(entry.verb, entry.by) for entry in lunch.history.order_by("seq")] == [
        ("pause", director),
        ("end_pause", director),
    ]
    assert client.post(reverse("intake:end_pause_of_hall")).status_code == 409


def test_a_hall_that_rests_already_says_so_and_others_halls_are_left_alone(client, clerk, outsider, director):
    services.pause_hall(by=director, unit=clerk.seat.window.unit, reason="午休")
    assert not Pause.objects.filter(window=outsider.seat.window).exists()
    with pytest.raises(MoveRefused, match="都已暂停"):
        services.pause_hall(by=director, unit=clerk.seat.window.unit, reason="午休")
    client.force_login(outsider)
    assert client.post(reverse("intake:end_pause_of_hall")).status_code == 409
    assert Pause.objects.filter(state="paused").exists()

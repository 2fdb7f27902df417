"""The ladder of a clock: whom to remind and press, each rung once, and what a moved date takes back."""

from calendar import monthrange
from datetime import date, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases import escalation, services
from cases.escalation import sweep, take_back_moved
from cases.models import Card, ClockWatch
from cases.selectors import cards_by_unit
from cases.services import take
from cases.states import CardLevel, CardState, Outcome, WatchState
from kernel import calendar, clocks, notifications
from kernel.calendar import DAY, days_between, midnight
from kernel.escalation import Rung, ladder, next_opening
from kernel.models import (
    Clock,
    ClockRule,
    Delivery,
    Firing,
    HistoryEntry,
    MessageKind,
    Notification,
    Reach,
    Step,
)
from kernel.moves import MoveRefused
from kernel.reference.clock_rules import EVERYDAY, OFFICIAL, ORDERED, rung
from people.models import RosterDay
from people.roles import Role
from tests.factories import CaseFactory, UnitFactory, UserFactory

SHANGHAI = timezone.get_default_timezone()
MONDAY = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
CODE = "petition.handle"  # 60 days: until Friday 2026-05-01, whose midnight is the due
DUE = datetime(2026, 5, 2, tzinfo=SHANGHAI)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


@pytest.fixture
def head(bureau):
    return UserFactory(post=(Role.UNIT_HEAD, bureau))


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre))


@pytest.fixture
def clock(case, handler, head, director):
    with time_machine.travel(MONDAY, tick=False):
        take(case.latest_round(), by=handler)
        case.latest_round().clocks.all().update(stopped_at=MONDAY, next_fire_at=None)
        clocks.turn(case.latest_round(), starts=[CODE])
    return Clock.objects.get(code=CODE)


def swept(*moments) -> list[str]:
    """The rungs that fire at each of these moments."""
    steps = []
    for moment in moments:
        before = Firing.objects.count()
        sweep(moment)
        steps += Firing.objects.order_by("pk").values_list("step", flat=True)[before:]
    return steps


def test_each_rung_fires_once_and_tells_whom_it_should(clock, handler, head, director):
    assert swept(at("04-12T09:00")) == []
    moments = [
        at("04-13T15:00"),
        at("04-26T09:00"),
        DUE,
        at("05-06T09:00"),
        at("05-12T08:30"),
        at("05-19T08:30"),
    ]
    assert swept(*moments, *moments) == [
        Step.REMIND_HANDLER,
        Step.REMIND_HEAD,
        Step.YELLOW_CARD,
        Step.RED_CARD,
        Step.REPORT,
    ]
    of = {
        user.pk: [row.text for row in user.notifications.order_by("pk")] for user in (handler, head, director)
    }
    assert ["即将到期" in of[handler.pk][0], "已超期" in of[handler.pk][1]] == [True, True]
    assert any("请督促" in text for text in of[head.pk])
    assert sum("黄牌督办" in text for text in of[head.pk]) == 1
    assert sum("红牌督办" in text for text in of[head.pk]) == 1
    assert sum("报告中心领导" in text for text in of[director.pk]) == 1
    assert [card.level for card in Card.objects.order_by("pk")] == [CardLevel.YELLOW, CardLevel.RED]


def test_after_a_night_without_a_sweep_only_the_highest_rung_fires(clock, head):
    assert swept(at("05-20T09:00")) == [Step.REPORT]
    clock.refresh_from_db()
    assert (clock.step, clock.next_fire_at, bool(clock.late_at)) == (Step.REPORT, None, True)
    assert not Card.objects.exists()


def test_a_rung_in_hours_waits_for_the_doors_and_another_does_not(clock):
    by = calendar.current()
    assert Rung(Step.YELLOW_CARD).moment(clock, by) == at(
        "05-06T08:30"
    )  # the first of May and the days after it
    assert Rung(Step.RED_CARD, in_hours=False).moment(clock, by) == DUE


LADDERS = {"official": OFFICIAL, "ordered": ORDERED, "everyday": EVERYDAY}


def after_the_due(rungs, due_at) -> list[tuple[Rung, datetime]]:
    """The rungs of a ladder from the due on, each with its moment."""
    rule, by = ClockRule(rungs=rungs), calendar.current()
    clock = Clock(rule=rule, started_at=due_at - 60 * DAY, due_at=due_at)
    return [(rung, rung.moment(clock, by)) for rung in ladder(rule) if rung.percent == 100]


@pytest.mark.parametrize("name", LADDERS)
@pytest.mark.parametrize("month", range(1, 13))
def test_no_two_rungs_after_the_due_fall_on_one_opening(month, name):
    by = calendar.current().guessing
    for last_day in days_between(date(2026, month, 1), date(2026, month, monthrange(2026, month)[1])):
        found = after_the_due(LADDERS[name], midnight(last_day + DAY))
        moments = [moment for _rung, moment in found]
        assert moments == sorted(set(moments)), last_day
        assert all(next_opening(moment, by) == moment for rung, moment in found if rung.in_hours), last_day


@pytest.mark.parametrize("hour", range(24))
def test_nor_do_they_where_a_clock_in_hours_runs_out(hour):
    for day in days_between(date(2026, 9, 14), date(2026, 10, 18)):
        due_at = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
        moments = [moment for _rung, moment in after_the_due(OFFICIAL, due_at)]
        assert moments == sorted(set(moments)), due_at


def test_a_due_before_the_national_holiday_brings_yellow_before_red(case, handler, head, director):
    with time_machine.travel(at("08-01T10:00"), tick=False):
        take(case.latest_round(), by=handler)
        case.latest_round().clocks.all().update(stopped_at=MONDAY, next_fire_at=None)
        clocks.turn(case.latest_round(), starts=[CODE])
    assert Clock.objects.get(code=CODE).last_day == date(2026, 9, 30)
    moments = [at("10-08T08:30"), at("10-08T18:00"), at("10-14T08:29"), at("10-14T08:30")]
    assert [swept(moment)[-1:] for moment in moments] == [[Step.YELLOW_CARD], [], [], [Step.RED_CARD]]


def test_a_lower_rung_that_waits_for_the_doors_is_passed_over_by_one_that_does_not(clock):
    rungs = [rung(Step.REMIND_HEAD, 90), rung(Step.RED_CARD, 100, in_hours=False)]
    ClockRule.objects.filter(pk=clock.rule_id).update(rungs=rungs)
    Clock.objects.filter(pk=clock.pk).update(started_at=at("05-01T06:00"), due_at=DUE, next_fire_at=DUE)
    assert swept(DUE) == [Step.RED_CARD]
    clock.refresh_from_db()
    assert clock.next_fire_at is None


# --- Pauses -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def paused(case, handler):
    """Thirty days of mediation from 03-02, which stood still from 03-05 to 06-19: until 07-17."""
    with time_machine.travel(MONDAY, tick=False):
        take(case.latest_round(), by=handler)
        case.latest_round().clocks.all().update(stopped_at=MONDAY, next_fire_at=None)
        clocks.turn(case.latest_round(), starts=["mediation.mediate"])
    clock = Clock.objects.get(code="mediation.mediate")
    with time_machine.travel(at("03-05T10:00"), tick=False):
        clocks.pause(clock, first_day=date(2026, 3, 5))
    with time_machine.travel(at("06-20T10:00"), tick=False):
        clocks.resume(clock, last_day=date(2026, 6, 19))
    return Clock.objects.get(pk=clock.pk)


def test_time_in_which_a_clock_stood_still_is_not_used_up(paused):
    assert (paused.last_day, paused.next_fire_at) == (date(2026, 7, 17), at("07-09T08:30"))
    assert swept(at("06-22T09:00"), at("07-09T08:29"), at("07-09T08:30")) == [Step.REMIND_HANDLER]


def test_a_date_that_moves_by_a_pause_takes_back_what_was_told_too_early(paused):
    assert swept(at("07-10T09:00")) == [Step.REMIND_HANDLER]
    with time_machine.travel(at("07-10T10:00"), tick=False):
        paused.refresh_from_db()
        clocks.pause(paused, first_day=date(2026, 7, 1))
        clocks.resume(paused, last_day=date(2026, 7, 9))
    assert paused.firings.filter(withdrawn_at=None).count() == 0
    assert swept(at("07-17T08:29"), at("07-20T08:30")) == [Step.REMIND_HANDLER]


def test_a_sweep_asks_for_the_pauses_of_a_batch_once(paused, bureau):
    for _n in range(5):
        round = CaseFactory(unit=bureau).latest_round()
        clocks.turn(round, starts=["mediation.mediate"])
    with CaptureQueriesContext(connection) as asked:
        sweep(timezone.now() + timedelta(days=900))
    assert sum('FROM "kernel_clockpause"' in query["sql"] for query in asked) == 1


# --- More time --------------------------------------------------------------------------------------------------------


def test_a_granted_extension_opens_a_generation_in_which_the_ladder_is_climbed_anew(clock):
    assert swept(at("04-14T09:00")) == [Step.REMIND_HANDLER]
    clock.refresh_from_db()
    clocks.extend(clock, 30)
    assert swept(at("05-02T09:00")) == []
    assert swept(at("05-06T09:00")) == [Step.REMIND_HANDLER]
    assert list(Firing.objects.order_by("pk").values_list("generation", flat=True)) == [0, 1]


def test_a_stopped_clock_tells_nothing_more(clock, case):
    clocks.turn(case.latest_round(), stops=[CODE])
    assert swept(at("06-30T09:00")) == []


def test_a_citizens_own_time_ends_quietly(case):
    clocks.turn(case.latest_round(), starts=["case.rating"])
    sweep(timezone.now() + timedelta(days=60))
    assert not Notification.objects.filter(text__contains="评价").exists()


def test_a_card_is_a_row_with_its_own_clock_and_a_line_in_the_file(clock, case, bureau):
    sweep(at("05-06T09:00"))
    card = Card.objects.get()
    assert (card.unit, card.level, card.state, card.clock) == (
        bureau,
        CardLevel.YELLOW,
        CardState.ISSUED,
        clock,
    )
    assert card.clocks.running().get().code == "card.answer"
    assert card.due_at == card.clocks.get().due_at
    entry = HistoryEntry.objects.filter(verb="issue_card").get()
    assert (entry.dossier_id, entry.subject_id, entry.by) == (case.dossier_id, card.pk, None)


def test_a_date_that_moves_behind_a_card_takes_it_back_and_fires_again_then(clock, case, head):
    sweep(at("05-06T09:00"))
    with time_machine.travel(at("05-06T09:30"), tick=False):
        clock.refresh_from_db()
        ClockRule.objects.filter(pk=clock.rule_id).update(length=70)
        clock = Clock.objects.get(pk=clock.pk)
        clocks.recount(clock)
        assert take_back_moved() == 1
        assert take_back_moved() == 0
    card = Card.objects.get()
    assert card.state == CardState.WITHDRAWN
    assert "重新计算" in card.history.get(verb="withdraw_card").note
    assert "重新计算" in card.decision
    assert head.notifications.filter(text__contains="收回督办").exists()
    assert swept(at("05-07T09:00"), at("05-12T09:00")) == [Step.REMIND_HEAD, Step.YELLOW_CARD]
    assert Card.objects.owed().count() == 1


def test_a_card_that_was_closed_before_its_date_moved_counts_no_more(clock, head, director):
    sweep(at("05-06T09:00"))
    card = Card.objects.get()
    services.answer_card(card, by=head, answer="已约谈承办人。")
    services.close_card(card, by=director)
    assert cards_by_unit(Card.objects.all())[0]["yellow"] == 1
    with time_machine.travel(at("05-06T09:30"), tick=False):
        ClockRule.objects.filter(pk=clock.rule_id).update(length=70)
        clocks.recount(Clock.objects.get(pk=clock.pk))
    assert take_back_moved() == 0
    assert cards_by_unit(Card.objects.all())[0]["yellow"] == 0


@pytest.fixture
def card(clock):
    sweep(at("05-06T09:00"))
    return Card.objects.get()


def test_the_head_answers_and_the_director_closes(client, card, head, director):
    client.force_login(head)
    page = client.get(reverse("cases:card_list")).content.decode()
    assert "黄牌督办" in page
    answer = client.post(
        reverse("cases:answer_card", args=[card.pk]), {"answer": "已约谈承办人，5 月 8 日办结。"}
    )
    assert answer.status_code == 302
    client.force_login(director)
    page = client.get(reverse("cases:detail", args=[card.case_id])).content.decode()
    assert "已约谈承办人" in page
    assert client.post(reverse("cases:close_card", args=[card.pk]), {"decision": ""}).status_code == 302
    card.refresh_from_db()
    assert (card.state, card.clocks.running().count()) == (CardState.CLOSED, 0)


def test_an_empty_answer_is_refused_and_a_stranger_finds_no_card(client, card, head, stranger):
    client.force_login(head)
    assert client.post(reverse("cases:answer_card", args=[card.pk]), {"answer": " "}).status_code == 422
    client.force_login(stranger)
    assert client.get(reverse("cases:answer_card", args=[card.pk])).status_code == 404
    assert (
        client.get(reverse("cases:card_list")).content.decode().count("黄牌督办") == 1
    )  # the filter's choice


def test_an_answer_is_judged_by_somebody_else_and_may_come_back(card, head, director):
    services.answer_card(card, by=head, answer="在办。")
    with pytest.raises(MoveRefused):
        services.close_card(card, by=head)
    services.send_card_back(card, by=director, decision="没有写何时办结。")
    assert card.clocks.running().get().code == "card.answer"


def test_an_appeal_stops_the_answer_and_is_judged(card, head, director):
    services.appeal_card(card, by=head, appeal="期间在等鉴定意见。")
    assert card.clocks.running().get().code == "card.review"
    services.revoke_card(card, by=director, decision="情况属实。")
    assert (card.state, card.clocks.running().count()) == (CardState.REVOKED, 0)


def test_who_issued_a_card_does_not_judge_the_appeal_against_it(case, bureau, handler, head, director):
    take(case.latest_round(), by=handler)
    given = {"unit": bureau, "level": CardLevel.ORDINARY, "words": "三日内约谈双方。"}
    card = services.issue_card(case.latest_round(), by=director, **given)
    services.appeal_card(card, by=head, appeal="已约谈。")
    with pytest.raises(MoveRefused, match="另一人"):
        services.uphold_card(card, by=director, decision="不成立。")


def test_colleagues_are_told_that_the_head_answers(client, card, bureau, handler, head):
    word = f"由{bureau}单位负责人回复"
    client.force_login(handler)
    assert word in client.get(reverse("cases:detail", args=[card.case_id])).content.decode()
    client.force_login(head)
    page = client.get(reverse("cases:detail", args=[card.case_id])).content.decode()
    assert word not in page
    assert reverse("cases:answer_card", args=[card.pk]) in page


def test_a_unit_without_a_head_is_answered_for_by_whoever_works_there(case, centre, handler, director):
    committee = UnitFactory()
    worker = UserFactory(post=(Role.MEDIATOR, committee))
    given = {"unit": committee, "level": CardLevel.RED, "words": "请说明。"}
    card = services.issue_card(case.latest_round(), by=director, **given)
    assert card.is_pressed(worker)
    assert not card.is_pressed(handler)
    assert list(card.keepers()) == [worker]


def test_a_matter_does_not_close_while_a_card_is_owed(card, case, handler, clerk, head, director):
    services.resolve(case.latest_round(), by=handler, outcome=Outcome.REPLIED)
    said = {"way": "phone", "said": "已收到答复。", "promise_kept": True}
    with pytest.raises(MoveRefused, match="督办未了结"):
        services.follow_up(case.latest_round(), by=clerk, **said)
    services.answer_card(card, by=head, answer="已办结。")
    services.close_card(card, by=director)
    services.follow_up(case.latest_round(), by=clerk, **said)


def test_reminding_by_hand_tells_the_people_and_stands_in_the_file(client, case, handler, director):
    take(case.latest_round(), by=handler)
    client.force_login(director)
    url = reverse("cases:remind", args=[case.latest_round().pk])
    assert client.get(url).status_code == 200
    sent = client.post(url, {"words": "请今天与当事人联系。"})
    assert sent["Location"] == reverse("cases:receipts", args=[case.pk])
    assert handler.notifications.filter(text__contains="催办").exists()
    client.force_login(handler)
    assert client.get(url).status_code == 409


def test_who_presses_sees_whether_it_was_read_and_what_went_out(
    client, case, handler, head, director, stranger
):
    Reach(user=handler, phone="19900000001").save()
    take(case.latest_round(), by=handler)
    services.remind(case.latest_round(), by=director, words="请今天与当事人联系。")
    services.issue_card(case.latest_round(), by=director, level="yellow", unit=case.unit, words="请说明。")
    notifications.mark_read(by=head)
    url = reverse("cases:receipts", args=[case.pk])
    client.force_login(director)
    page = BeautifulSoup(client.get(url).content, "html.parser")
    rows = [row.get_text(" ", strip=True) for row in page.select("tbody tr")]
    assert any("黄牌" in row and head.name in row and "已读" in row and "没有发送" in row for row in rows)
    assert any(
        "催办" in row and handler.name in row and "未读" in row and "短信：待发送" in row for row in rows
    )
    assert url in client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    client.force_login(handler)
    assert client.get(url).status_code == 403
    assert url not in client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    client.force_login(stranger)
    assert client.get(url).status_code == 404


def test_issuing_by_hand_is_for_supervisors_and_units_that_take_part(client, case, handler, director, bureau):
    take(case.latest_round(), by=handler)
    url = reverse("cases:issue_card", args=[case.latest_round().pk])
    client.force_login(handler)
    assert client.get(url).status_code == 403
    client.force_login(director)
    typed = {"unit": UnitFactory().pk, "level": "red", "words": "请说明。"}
    assert client.post(url, typed).status_code == 422
    assert client.post(url, typed | {"unit": bureau.pk}).status_code == 302
    assert Card.objects.get().issued_by == director


def test_the_ladder_of_a_rule_is_edited_with_the_rule(client, clock, director):
    rule = clock.rule
    url = reverse("cases:edit_clock_rule", args=[rule.pk])
    client.force_login(director)
    page = BeautifulSoup(client.get(url).content, "html.parser")
    assert page.select_one("[name=remind_handler]")["value"] == "70%"
    assert page.select_one("[name=red_card]")["value"] == "5"
    typed = {field["name"]: field.get("value", "") for field in page.select("input[name]")}
    typed |= {
        "unit": rule.unit,
        "extension_approver": rule.extension_approver,
        "reason": "会议纪要",
        "any_hour": "on",
    }
    typed.pop("rolls", None), typed.pop("moves_open", None)
    assert client.post(url, typed | {"yellow_card": "half"}).status_code == 422
    assert (
        client.post(url, typed | {"yellow_card": "", "red_card": "0", "remind_handler": "50%"}).status_code
        == 302
    )
    rungs = {rung["step"]: rung for rung in ClockRule.objects.get(code=CODE, until=None).rungs}
    assert rungs["remind_handler"] == {"step": "remind_handler", "percent": 50, "days": 0, "in_hours": True}
    assert rungs["red_card"] == {"step": "red_card", "percent": 100, "days": 0, "in_hours": False}
    assert "yellow_card" not in rungs
    assert "remind_handler" in [rung["step"] for rung in clock.rule.rungs]


def test_my_deadlines_are_grouped_by_how_near_they_are(client, clock, handler):
    client.force_login(handler)
    with time_machine.travel(at("05-01T12:00"), tick=False):
        page = BeautifulSoup(client.get(reverse("deadlines")).content, "html.parser")
    late, today, *_others = page.select("#work section")
    assert "0 件" in late.text
    assert "今天到期" in today.text
    assert clock.subject.case.number in today.text


def test_a_clock_that_cannot_be_told_holds_up_no_other(clock, handler, bureau, monkeypatch):
    other = CaseFactory(unit=bureau).latest_round()
    clocks.turn(other, starts=["case.reply_by"])
    Clock.objects.filter(subject_id=other.pk, code="case.reply_by").update(next_fire_at=at("04-14T09:00"))
    whole = escalation.messages_of

    def broken(one, people):
        assert one.clock.pk != clock.pk, "a fault in the words of this one"
        return whole(one, people)

    monkeypatch.setattr(escalation, "messages_of", broken)
    assert sweep(timezone.now() + timedelta(days=900)) >= 1
    assert not clock.firings.exists()
    assert Firing.objects.filter(clock__subject_id=other.pk).exists()
    monkeypatch.undo()
    assert sweep(timezone.now() + timedelta(days=900)) == 1
    assert clock.firings.exists()


# --- The watch --------------------------------------------------------------------------------------------------------


def test_a_process_whose_clock_is_a_day_ahead_holds_the_sweep_until_somebody_releases_it(
    client, clock, director
):
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert sweep() == 0
    watch = ClockWatch.objects.get()
    assert watch.state == WatchState.HELD
    assert "相差" in watch.why
    assert director.notifications.filter(text__contains="期限巡检已暂停").count() == 1
    assert sweep() == 0
    client.force_login(director)
    assert "核对后恢复" in client.get(reverse("cases:clock_watch")).content.decode()
    assert client.post(reverse("cases:release_sweep"), {"note": "时钟已核对。"}).status_code == 302
    assert sweep() > 0


def test_that_the_sweep_is_held_leaves_the_page_at_any_hour_and_reaches_the_night_shift(centre, director):
    officer = UserFactory(post=(Role.CLERK, centre))
    today = timezone.localdate()
    RosterDay.objects.create(unit=centre, day=today, leader=director, officer=officer)
    for n, user in enumerate((director, officer)):
        Reach.objects.create(user=user, phone=f"1380000123{n}")
    services.hold_sweep(ClockWatch.objects.get(), "服务器时钟被调动了60分钟。")
    alarms = Notification.objects.filter(kind=MessageKind.ALARM)
    assert sorted(row.to.pk for row in alarms) == [director.pk, officer.pk]
    sent = Delivery.objects.filter(notification__in=alarms, channel="sms")
    assert [row.urgent for row in sent] == [True, True]


def test_a_wall_clock_that_was_set_forth_since_the_last_sweep_is_noticed(clock):
    assert sweep() > 0
    assert ClockWatch.objects.get().boot
    ClockWatch.objects.update(swept_at=timezone.now() - timedelta(minutes=30))
    assert sweep() == 0
    assert "被调动" in ClockWatch.objects.get().why


def test_a_night_without_a_sweep_is_no_jump(clock):
    sweep()
    watch = ClockWatch.objects.get()
    ClockWatch.objects.update(swept_at=watch.swept_at - timedelta(hours=9), uptime=watch.uptime - 9 * 3600)
    sweep()
    assert ClockWatch.objects.get().state == WatchState.RUNNING


def test_others_do_not_look_at_the_watch(client, handler):
    client.force_login(handler)
    assert client.get(reverse("cases:clock_watch")).status_code == 403
    assert client.get(reverse("cases:release_sweep")).status_code == 403

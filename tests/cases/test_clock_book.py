"""The calendar and the rules change: what would move is shown first, then every open clock follows with the reason."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases import escalation
from cases.forms import calendar_lines
from cases.models import ClockBook
from kernel import calendar, clocks, recounting
from kernel.models import CalendarVersion, ClockRule
from people.roles import Role
from tests.factories import UserFactory

SHANGHAI = timezone.get_default_timezone()
MONDAY = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
NOTICE = "国办发明电〔2026〕1号"


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre), name="毛主任")


@pytest.fixture
def book():
    return ClockBook.objects.get()


@pytest.fixture
def clock(case, handler):
    """Three working days for a first contact, from a Monday: until Wednesday."""
    with time_machine.travel(MONDAY, tick=False):
        clocks.turn(case.latest_round(), stops=["case.take"], starts=["case.first_contact"])
    return case.latest_round().clocks.get(code="case.first_contact")


def sent(client, book, year, days, **more):
    typed = {"days": days, "reason": NOTICE, "version": book.version}
    return client.post(reverse("cases:edit_calendar", args=[year]), typed | more)


def lines(year) -> str:
    return calendar_lines(calendar.current(), year)


def last_day(clock) -> date:
    clock.refresh_from_db()
    return clock.last_day


def test_a_free_day_is_shown_first_and_then_moves_the_clock_with_the_reason(
    client, book, clock, case, director
):
    client.force_login(director)
    assert last_day(clock) == date(2026, 3, 4)
    typed = f"{lines(2026)}\n防汛停工 03-03 放假"
    with time_machine.travel(MONDAY, tick=False):
        shown = BeautifulSoup(sent(client, book, 2026, typed, **{"try": "1"}).content, "html.parser")
        assert [cell.text for cell in shown.select("#tried td")] == [
            case.number,
            "首次联系",
            "2026-03-04",
            "2026-03-05",
        ]
        assert CalendarVersion.objects.count() == 1
        assert sent(client, book, 2026, typed).status_code == 302
        assert recounting.follow() == 1
        assert recounting.follow() == 0
    assert last_day(clock) == date(2026, 3, 5)
    case.refresh_from_db()
    assert case.due_at == clock.due_at
    entry = case.dossier.entries.latest("seq")
    assert (entry.verb, entry.by, entry.note) == ("recount_clock", director, NOTICE)
    assert entry.details == {"clock": "case.first_contact", "from": "2026-03-04", "to": "2026-03-05"}


def test_a_day_outside_its_span_leaves_a_clock_alone(client, book, clock, director):
    client.force_login(director)
    before = clock.calendar_id
    with time_machine.travel(MONDAY, tick=False):
        sent(client, book, 2026, f"{lines(2026)}\n防汛停工 03-05 放假")
        assert recounting.follow() == 0
    assert last_day(clock) == date(2026, 3, 4)
    assert clock.calendar_id == before


def test_a_new_year_makes_provisional_dates_final(client, book, case, director):
    with time_machine.travel(datetime(2026, 12, 30, 10, tzinfo=SHANGHAI), tick=False):
        clocks.turn(case.latest_round(), stops=["case.take"], starts=["case.first_contact"])
        clock = case.latest_round().clocks.get(code="case.first_contact")
        assert (clock.provisional, clock.last_day) == (True, date(2027, 1, 1))
        client.force_login(director)
        assert sent(client, book, 2027, "元旦 01-01至01-03 放假").status_code == 302
        assert recounting.follow() == 1
    assert last_day(clock) == date(2027, 1, 4)
    assert not clock.provisional


def test_what_stopped_and_what_a_paper_gave_stays(client, book, clock, case, director):
    with time_machine.travel(MONDAY, tick=False):
        given = {"last_day": date(2026, 3, 9), "at": MONDAY, "source": "12345"}
        clocks.give(case.latest_round(), "case.reply_by", **given)
        clocks.turn(case.latest_round(), stops=["case.first_contact"])
        client.force_login(director)
        sent(client, book, 2026, f"{lines(2026)}\n防汛停工 03-03 放假")
        assert recounting.follow() == 0
    assert last_day(clock) == date(2026, 3, 4)


def test_the_lines_of_a_year_read_back_as_they_were(client, book, director):
    client.force_login(director)
    text = lines(2026)
    assert "国庆节 10-01至10-07 放假" in text
    assert "国庆节 10-10 上班" in text
    same = sent(client, book, 2026, text)
    assert same.status_code == 409
    assert "与现行日历相同" in same.content.decode()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("国庆节放假", "看不懂这一行"),
        ("国庆节 13-01 放假", "没有这一天"),
        ("国庆节 02-30 放假", "没有这一天"),
        ("国庆节 10-07至10-01 放假", "结束早于开始"),
        ("国庆节 10-12 上班", "没有改变任何一天"),
        ("国庆节 10-10 放假", "没有改变任何一天"),
        ("", "至少写一项"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_nothing_is_lost(client, book, director, line, why):
    client.force_login(director)
    answer = sent(client, book, 2026, line)
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert NOTICE in answer.content.decode()
    assert CalendarVersion.objects.count() == 1


def test_of_two_who_edit_at_once_the_second_is_told(client, book, director):
    client.force_login(director)
    sent(client, book, 2027, "元旦 01-01 放假")
    late = sent(client, book, 2027, "元旦 01-01至01-03 放假")
    assert late.status_code == 409
    assert "已被他人修改" in late.content.decode()


def terms(rule, **changes):
    names = ("name", "legal_basis", "start_event", "length", "unit", "extension_max", "extension_times")
    shown = {name: getattr(rule, name) for name in (*names, "extension_approver", "pausable")}
    return (
        shown
        | {"since": "2026-03-03", "reason": NOTICE, "version": ClockBook.objects.get().version}
        | changes
    )


def test_old_clocks_keep_their_rule_unless_the_new_one_says_otherwise(client, clock, case, director):
    rule = clock.rule
    client.force_login(director)
    url = reverse("cases:edit_clock_rule", args=[rule.pk])
    with time_machine.travel(MONDAY, tick=False):
        assert client.post(url, terms(rule, length="4")).status_code == 302
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        assert recounting.follow() == 0
        assert clocks.rule_in_force(rule.code, date(2026, 3, 3)).length == 4
        assert clocks.rule_in_force(rule.code, date(2026, 3, 2)).length == 2
    assert last_day(clock) == date(2026, 3, 4)


def test_a_rule_that_holds_for_open_clocks_moves_them_from_its_day_on(client, clock, case, director):
    rule = clock.rule
    client.force_login(director)
    url = reverse("cases:edit_clock_rule", args=[rule.pk])
    changed = {"length": "4", "moves_open": "on"}
    with time_machine.travel(MONDAY, tick=False):
        shown = client.post(url, terms(rule, **changed) | {"try": "1"}).content.decode()
        assert "1 个正在计时的期限会变动" in shown
        assert "2026-03-06" in shown
        assert client.post(url, terms(rule, **changed)).status_code == 302
        assert recounting.follow() == 0
    with time_machine.travel(MONDAY + timedelta(days=1), tick=False):
        assert recounting.follow() == 1
        assert recounting.follow() == 0
    assert last_day(clock) == date(2026, 3, 6)
    assert clock.rule.length == 4


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"since": "2026-03-01"}, 409),
        ({"length": "-1"}, 422),
        ({"length": "0", "unit": "working_hour"}, 422),
        ({"length": "0", "unit": "hour"}, 422),
        ({"unit": "hour", "pausable": "听证"}, 422),
        ({"extension_max": "3", "extension_approver": ""}, 422),
        ({"reason": ""}, 422),
        ({"version": "99"}, 409),
    ],
)
def test_terms_that_cannot_be_are_refused_and_nothing_changes(client, clock, director, changes, status):
    client.force_login(director)
    url = reverse("cases:edit_clock_rule", args=[clock.rule_id])
    with time_machine.travel(MONDAY, tick=False):
        assert client.post(url, terms(clock.rule, **changes)).status_code == status
    assert ClockRule.objects.filter(code=clock.code).count() == 1


def test_no_rule_of_no_hours_can_be_written(clock):
    with pytest.raises(IntegrityError, match="clockrule_hours_are_some"), transaction.atomic():
        ClockRule.objects.filter(pk=clock.rule_id).update(length=0, unit=ClockRule.Unit.WORKING_HOUR)


def test_an_administrator_sees_how_many_move_but_no_matter(client, book, clock, case, centre):
    client.force_login(UserFactory(post=(Role.SYSADMIN, centre)))
    with time_machine.travel(MONDAY, tick=False):
        typed = f"{lines(2026)}\n防汛停工 03-03 放假"
        page = sent(client, book, 2026, typed, **{"try": "1"}).content.decode()
    assert "1 个正在计时的期限会变动" in page
    assert case.number not in page


@pytest.mark.parametrize("role", [Role.CLERK, Role.MEDIATOR, Role.SECADMIN])
def test_others_edit_neither(client, book, clock, centre, role):
    client.force_login(UserFactory(post=(role, centre)))
    assert client.get(reverse("cases:clock_book")).status_code == 403
    assert sent(client, book, 2026, "元旦 01-01 放假").status_code == 403
    assert client.get(reverse("cases:edit_clock_rule", args=[clock.rule_id])).status_code == 403


def test_the_book_shows_rules_years_and_who_changed_what(client, book, director):
    client.force_login(director)
    sent(client, book, 2027, "元旦 01-01 放假")
    page = client.get(reverse("cases:clock_book")).content.decode()
    assert "办理信访事项" in page
    assert "60日" in page
    assert NOTICE in page
    assert "正在重新计算" in page


def test_an_overdue_clock_that_was_told_is_not_told_again(clock):
    later = MONDAY + timedelta(days=10)
    with time_machine.travel(later, tick=False):
        assert escalation.sweep(later) == 1
        clock.refresh_from_db()
        clocks.recount(clock)
        assert escalation.sweep(later) == 0

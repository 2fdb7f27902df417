"""Open clocks follow a changed calendar or rule: all that it concerns, whoever works beside it, and each by itself."""

import threading
from datetime import date, datetime, timedelta
from random import Random

import pytest
import time_machine
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance_center import health
from kernel import calendar, clocks, escalation, recounting
from kernel.calendar import DAY, Calendar, NamedDay
from kernel.models import CalendarVersion, Clock, ClockPause, ClockRule
from kernel.reference.clock_rules import clock_rules
from people.roles import Role
from tests.factories import CaseFactory, UnitFactory, UserFactory

SHANGHAI = timezone.get_default_timezone()
MONDAY = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
CONTACT = "case.first_contact"  # two working days


def begun(code, at=MONDAY) -> Clock:
    with time_machine.travel(at, tick=False):
        round = CaseFactory().latest_round()
        clocks.turn(round, stops=["case.take"], starts=[code])
    return Clock.objects.get(subject_id=round.pk, code=code, subject_type__model="round")


def declare_off(day: date) -> CalendarVersion:
    days = CalendarVersion.objects.last().days | {str(day): {"worked": False, "name": "防汛停工"}}
    return CalendarVersion.objects.create(days=days, reason="防汛停工", at=timezone.now())


def later_rule(code, **terms) -> ClockRule:
    """New terms for open clocks too, from the Tuesday on."""
    rule = ClockRule.objects.get(code=code, until=None)
    ClockRule.objects.filter(pk=rule.pk).update(until=MONDAY.date())
    rule.pk, rule.since, rule.moves_open = None, MONDAY.date() + DAY, True
    for name, value in terms.items():
        setattr(rule, name, value)
    rule.save()
    return rule


def last_day(clock) -> date:
    clock.refresh_from_db()
    return clock.last_day


# --- Which clocks -----------------------------------------------------------------------------------------------------


def test_hours_that_began_on_a_day_declared_off_later_that_day_are_counted_again(db):
    clock = begun("event.accept.2.一般")
    assert clock.due_at == MONDAY.replace(hour=15)
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        declare_off(MONDAY.date())
        assert recounting.follow() == 1
    assert last_day(clock) == date(2026, 3, 3)


@pytest.fixture
def crowd(db):
    """Clocks of all rules, begun at any hour of the year, some with pauses."""
    round, random = CaseFactory().latest_round(), Random(7)
    for n in range(240):
        rule = ClockRule.objects.get(code=random.choice(clock_rules()).code)
        at = datetime(2026, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=random.randrange(360 * 24 * 60))
        due_at, provisional = clocks.due_of(calendar.Term(rule, calendar.current()), at)
        clock = clocks._row(round, rule, at, due_at, provisional=provisional)
        clock.next_fire_at = escalation.next_fire(clock, calendar.current())
        clock.code = f"{n}"
        clock.save()
        if rule.pausable:
            first = timezone.localdate(at) + random.randrange(1, 9) * DAY
            ClockPause.objects.create(
                clock=clock, first_day=first, last_day=first + random.randrange(40) * DAY
            )
            clocks.recount(clock)
    return list(Clock.objects.running().select_related("rule").prefetch_related("pauses"))


def toggled(old: Calendar, days, *, next_year: bool) -> Calendar:
    """On these days the opposite of what `old` says."""
    named = {**old.named, **{day: NamedDay(not old.works(day), "试") for day in days}}
    return Calendar(named | ({date(2027, 1, 1): NamedDay(False, "元旦")} if next_year else {}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days=st.sets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), min_size=1, max_size=3),
    next_year=st.booleans(),
)
def test_counting_the_touched_again_is_as_good_as_counting_all(crowd, days, next_year):
    old = calendar.current()
    new = toggled(old, days, next_year=next_year)
    touched = set(recounting.touched_by(new, old).values_list("pk", flat=True))
    for clock in crowd:
        by_new, by_old = (
            clocks.due_of(calendar.Term(clock.rule, by, clocks.term_of(clock).pauses), clock.started_at)
            for by in (new, old)
        )
        assert clock.pk in touched or by_new == by_old, clock


# --- Those that fail --------------------------------------------------------------------------------------------------


@pytest.fixture
def broken(db, monkeypatch):
    """One of five clocks that cannot be counted."""
    clock, *_others = [begun(CONTACT) for _n in range(5)]
    recount = recounting.recount

    def failing(row):
        assert row.pk != clock.pk, "a fault in this one"
        recount(row)

    monkeypatch.setattr(recounting, "recount", failing)
    return clock


def test_a_clock_that_cannot_be_counted_holds_up_no_other(broken, monkeypatch):
    with time_machine.travel(MONDAY, tick=False):
        version = declare_off(date(2026, 3, 3))
        assert recounting.follow() == 4
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=False):
        assert recounting.follow() == 0
        version.refresh_from_db()
        assert version.recounted_at is None
        monkeypatch.undo()
        assert recounting.follow() == 1
        assert last_day(broken) == date(2026, 3, 5)


def test_nor_any_change_that_came_after(broken):
    with time_machine.travel(MONDAY, tick=False):
        declare_off(date(2026, 3, 3))
        recounting.follow()
    with time_machine.travel(MONDAY + DAY, tick=False):
        later_rule(CONTACT, length=4)
        assert recounting.follow() == 4


def test_a_change_that_is_not_followed_is_shown_with_its_age(broken, client):
    client.force_login(UserFactory(post=(Role.DIRECTOR, UnitFactory())))
    url = reverse("cases:clock_watch")
    assert 'id="changes"' not in client.get(url).content.decode()
    with time_machine.travel(MONDAY, tick=False):
        declare_off(date(2026, 3, 3))
        recounting.follow()
        assert health.clocks() == "ok"
    with time_machine.travel(MONDAY + timedelta(minutes=30), tick=False):
        Clock.objects.update(next_fire_at=None)
        recounting.follow()
        page = client.get(url).content.decode()
        assert 'id="changes"' in page
        assert "防汛停工" in page
        assert "30" in page
        assert health.clocks() == "changes not followed for 1620 s"


# --- Beside others ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_who_read_the_former_calendar_and_commits_after_the_recount_is_followed_by_the_next():
    round, read, go_on = CaseFactory().latest_round(), threading.Event(), threading.Event()

    def take_long():
        with transaction.atomic():
            clocks.turn(round, starts=[CONTACT])
            read.set()
            go_on.wait(20)
        connection.close()

    with time_machine.travel(MONDAY, tick=False):
        slow = threading.Thread(target=take_long)
        slow.start()
        read.wait(20)
        declare_off(date(2026, 3, 3))
        assert recounting.follow() == 0
        go_on.set()
        slow.join()
        assert recounting.follow() == 1
    assert last_day(round.clocks.get(code=CONTACT)) == date(2026, 3, 5)


def test_a_change_is_done_with_when_nobody_can_be_at_work_by_the_former_any_more(db):
    begun(CONTACT)
    with time_machine.travel(MONDAY, tick=False):
        version = declare_off(date(2026, 3, 3))
        recounting.follow()
        recounting.follow()
        version.refresh_from_db()
        assert version.recounted_at is None
    with time_machine.travel(MONDAY + timedelta(minutes=5), tick=False):
        recounting.follow()
        version.refresh_from_db()
        assert version.recounted_at == timezone.now()


def test_so_is_a_rule_once_its_first_day_is_over(db):
    with time_machine.travel(MONDAY, tick=False):
        rule = later_rule(CONTACT)
    for hours, done in [(24, False), (40, True)]:
        with time_machine.travel(MONDAY + timedelta(hours=hours), tick=False):
            recounting.follow()
            rule.refresh_from_db()
            assert bool(rule.recounted_at) == done


# --- What is written down ---------------------------------------------------------------------------------------------


def test_a_paused_clock_that_gets_another_rule_has_a_line_of_it_in_the_file(db):
    clock = begun("mediation.mediate")
    with time_machine.travel(MONDAY + 2 * DAY, tick=False):
        clocks.pause(clock, first_day=date(2026, 3, 4))
        later_rule(clock.code, length=20)
        assert recounting.follow() == 1
        assert recounting.follow() == 0
    entry = clock.dossier.entries.get(verb="recount_clock")
    assert entry.details == {"clock": clock.code, "from": "", "to": "", "rule": "2026-03-03"}
    clock.refresh_from_db()
    assert (clock.rule.length, clock.is_paused) == (20, True)

"""Days that count, clocks that start and stop, and the sweep that tells each keeper once."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from cases.states import State
from kernel import clocks
from kernel.calendar import Calendar, NoCalendar, after_working_hours, last_day
from kernel.models import Clock, ClockRule, Notification
from kernel.moments import NEVER
from people.roles import Role
from tests.factories import CaseFactory, UserFactory

SHANGHAI = timezone.get_default_timezone()


def rule(length, unit="calendar_day", rolls=False, code="test.rule"):
    return ClockRule(code=code, name="试", unit=unit, length=length, rolls=rolls, since=date(2020, 1, 1))


@pytest.mark.parametrize(
    ("start", "length", "unit", "rolls", "end"),
    [
        ("2026-03-02", 15, "calendar_day", False, "2026-03-17"),
        ("2026-02-10", 15, "calendar_day", False, "2026-02-25"),
        ("2026-02-12", 5, "working_day", False, "2026-02-26"),
        ("2026-04-29", 5, "working_day", False, "2026-05-09"),
        ("2026-09-30", 5, "working_day", False, "2026-10-13"),
        ("2026-09-18", 5, "working_day", False, "2026-09-24"),
        ("2026-03-16", 60, "calendar_day", False, "2026-05-15"),
        ("2026-01-20", 30, "calendar_day", False, "2026-02-19"),
        ("2026-01-20", 30, "calendar_day", True, "2026-02-24"),
        ("2026-09-05", 30, "calendar_day", True, "2026-10-08"),
        ("2026-02-13", 5, "working_day", False, "2026-02-27"),
        ("2026-03-02", 60, "working_day", False, "2026-05-28"),
        ("2026-09-18", 10, "working_day", False, "2026-10-09"),
    ],
)
def test_the_last_day_of_each_vector(start, length, unit, rolls, end):
    found = last_day(date.fromisoformat(start), rule(length, unit, rolls))
    assert found == date.fromisoformat(end)


def test_a_year_without_a_calendar_is_not_guessed():
    with pytest.raises(NoCalendar, match="2027"):
        last_day(date(2026, 12, 28), rule(10, "working_day"))


def test_a_clock_into_a_year_without_a_calendar_is_marked_provisional():
    case = CaseFactory()
    with time_machine.travel(datetime(2026, 12, 31, 10, tzinfo=SHANGHAI)):
        clocks.turn(case.latest_round(), starts=["case.take"])
    assert case.latest_round().clocks.get().provisional


def test_working_hours_skip_lunch_and_weekends():
    friday = datetime(2026, 3, 6, 16, 30, tzinfo=SHANGHAI)
    assert after_working_hours(friday, 4, Calendar(friday.date())) == datetime(
        2026, 3, 9, 11, 30, tzinfo=SHANGHAI
    )


def test_starting_and_stopping_keeps_the_nearest_due_on_the_row_and_on_the_cover():
    case = CaseFactory()
    round = case.latest_round()
    with time_machine.travel(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        clocks.turn(round, starts=["mediation.mediate", "case.take"])
    case.refresh_from_db()
    assert timezone.localdate(case.due_at - timedelta(seconds=1)) == date(2026, 3, 4)

    clocks.turn(round, stops=["case.take"])
    case.refresh_from_db()
    assert timezone.localdate(case.due_at - timedelta(seconds=1)) == date(2026, 4, 1)

    clocks.turn(round, stops=["mediation.mediate"])
    case.refresh_from_db()
    assert case.due_at == round.due_at == NEVER


@pytest.fixture
def late():
    case = CaseFactory(state=State.IN_HAND)
    keeper = UserFactory(post=(Role.MEDIATOR, case.unit))
    with time_machine.travel(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        clocks.turn(case.latest_round(), starts=["mediation.mediate"])
    return keeper


def test_the_sweep_tells_the_keepers_of_a_late_clock_once(late):
    just_before, just_after = (datetime(2026, 4, 1, 15, 59, tzinfo=UTC), datetime(2026, 4, 1, 16, tzinfo=UTC))
    assert clocks.sweep(just_before) == 0
    assert clocks.sweep(just_after) == 1
    assert clocks.sweep(just_after) == 0
    assert Notification.objects.get().to == late
    assert Clock.objects.get().late_at == just_after


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_tell_nobody_twice(late):
    start = threading.Barrier(2)

    def sweep():
        start.wait()
        clocks.sweep()
        connection.close()

    sweeps = [threading.Thread(target=sweep) for _ in range(2)]
    for thread in sweeps:
        thread.start()
    for thread in sweeps:
        thread.join()
    assert Notification.objects.count() == 1

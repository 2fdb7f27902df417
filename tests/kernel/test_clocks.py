"""Days that count, clocks that start and stop, and the sweep that tells each keeper once."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from cases.escalation import sweep
from cases.states import State
from kernel import clocks
from kernel.models import Clock, Firing, Notification
from kernel.moments import NEVER
from people.roles import Role
from tests.factories import CaseFactory, UserFactory

CODE = "mediation.mediate"
SHANGHAI = timezone.get_default_timezone()


def test_a_clock_into_a_year_without_a_calendar_is_marked_provisional():
    case = CaseFactory()
    with time_machine.travel(datetime(2026, 12, 31, 10, tzinfo=SHANGHAI)):
        clocks.turn(case.latest_round(), starts=["case.take"])
    assert case.latest_round().clocks.get().provisional


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
        clocks.turn(case.latest_round(), starts=[CODE])
    return keeper


def test_the_sweep_tells_the_keepers_of_a_late_clock_once(late):
    before, at = (datetime(2026, 4, 1, 15, 59, tzinfo=UTC), datetime(2026, 4, 1, 16, tzinfo=UTC))
    assert sweep(before) == 1  # that it will soon be late
    assert sweep(at) == 1
    assert sweep(at) == 0
    assert [row.to for row in Notification.objects.filter(text__contains="已超期")] == [late]
    assert Clock.objects.get(code=CODE).late_at == at


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_tell_nobody_twice(late):
    start = threading.Barrier(2)

    def work():
        start.wait()
        sweep(datetime(2026, 4, 2, tzinfo=UTC))
        connection.close()

    sweeps = [threading.Thread(target=work) for _ in range(2)]
    for thread in sweeps:
        thread.start()
    for thread in sweeps:
        thread.join()
    assert Notification.objects.filter(text__contains="已超期").count() == 1
    assert Firing.objects.filter(clock__code=CODE).count() == 1

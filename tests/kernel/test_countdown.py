"""A rung that comes some days before the last day."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.utils import timezone

from kernel import calendar
from kernel.calendar import DAY, midnight
from kernel.escalation import Rung, ladder


@pytest.fixture(autouse=True)
def _reference(db):
    call_command("load_reference", verbosity=0)


def clock_until(last_day):
    return SimpleNamespace(due_at=midnight(last_day + DAY), started_at=midnight(last_day - 30 * DAY))


def moment(days, last_day):
    return timezone.localtime(Rung("notice_1", before=days).moment(clock_until(last_day), calendar.current()))


@pytest.mark.parametrize(
    ("before", "told"), [(30, date(2026, 9, 8)), (20, date(2026, 9, 18)), (7, date(2026, 9, 30))]
)
def test_it_is_told_in_the_morning_and_before_a_holiday_not_after_it(before, told):
    at = moment(before, date(2026, 10, 8))
    assert (at.date(), at.strftime("%H:%M")) == (told, "08:30")


def test_the_furthest_comes_first():
    rungs = [{"step": f"notice_{n}", "before": days} for n, days in enumerate((3, 30, 7), 1)]
    rungs.append({"step": "red_card"})
    assert [rung.before for rung in ladder(SimpleNamespace(rungs=rungs))] == [30, 7, 3, 0]

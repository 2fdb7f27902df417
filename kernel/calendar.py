"""Days and hours that count. A year without a calendar is never guessed."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import ceil

from django.conf import settings
from django.utils import timezone

from kernel.models import CalendarDay, ClockRule

DAY = timedelta(days=1)
LONGEST = 400 * DAY


class NoCalendar(Exception):
    """A working-day clock reaches into a year whose holidays are not announced or not entered yet."""

    def __init__(self, year: int):
        super().__init__(f"There is no working calendar for {year}: enter its holidays first.")
        self.year = year


class Calendar:
    """The working days from `start` on, read once."""

    def __init__(self, start: date):
        days = CalendarDay.objects.filter(day__gte=date(start.year, 1, 1), day__lte=start + LONGEST)
        self.worked = dict(days.values_list("day", "worked"))
        self.years = {day.year for day in self.worked}

    def works(self, day: date) -> bool:
        """Whether `day` is a working day, 调休 included. Raises NoCalendar for a year without rows."""
        if day.year not in self.years:
            raise NoCalendar(day.year)
        return self.worked.get(day, day.weekday() < 5)

    def working_days_after(self, start: date) -> Iterator[date]:
        day = start
        while True:
            day += DAY
            if self.works(day):
                yield day


class WeekendsOnly(Calendar):
    """Stands in where a year has no calendar yet; what it gives is marked as provisional."""

    def works(self, day):
        return self.worked.get(day, day.weekday() < 5)


def due(start: datetime, rule: ClockRule, calendar: Calendar) -> datetime:
    """When a clock that starts at `start` runs out: the end of its last day, or the exact moment for hours."""
    if rule.unit == ClockRule.Unit.HOUR:
        return start + timedelta(hours=float(rule.length))
    if rule.unit == ClockRule.Unit.WORKING_HOUR:
        return after_working_hours(start, float(rule.length), calendar)
    return midnight(last_day(timezone.localdate(start), rule, calendar) + DAY)


def last_day(start: date, rule: ClockRule, calendar: Calendar | None = None) -> date:
    """The last day of a period counted in days. The day of `start` does not count (民法典 201, 203)."""
    calendar = calendar or Calendar(start)
    if rule.unit == ClockRule.Unit.WORKING_DAY:
        days = calendar.working_days_after(start)
        return [next(days) for _ in range(ceil(rule.length))][-1]
    end = start + ceil(rule.length) * DAY
    if rule.rolls and not calendar.works(end):
        return next(calendar.working_days_after(end))
    return end


def after_working_hours(start: datetime, hours: float, calendar: Calendar) -> datetime:
    """`start` plus hours of the centre's opening times (settings.CENTRE_HOURS, pairs of local times)."""
    left = timedelta(hours=hours)
    for opens, closes in opening_times(timezone.localtime(start).date(), calendar):
        opens = max(opens, start)
        if closes - opens >= left > timedelta(0):
            return opens + left
        left -= max(closes - opens, timedelta(0))
    raise AssertionError("opening times never end")


def opening_times(day: date, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    while True:
        if calendar.works(day):
            for opens, closes in settings.CENTRE_HOURS:
                yield local(day, opens), local(day, closes)
        day += DAY


def local(day: date, at: str) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(at)))


def midnight(day: date) -> datetime:
    return local(day, "00:00")

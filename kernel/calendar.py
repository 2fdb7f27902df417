"""Days and hours that count. A year without a calendar is never guessed."""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from math import ceil

from django.conf import settings
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from kernel.models import CalendarVersion, ClockRule
from kernel.moments import last_day_of

DAY = timedelta(days=1)
WEEKEND = 5
NOTICED = 11
"""The State Council tells the days off of a year in the November before."""


class NoCalendar(Exception):
    """A clock asks about a year whose holidays are not announced or not entered yet."""

    def __init__(self, year: int):
        super().__init__(_("%(year)s年的工作日历尚未录入，请先录入该年的放假和调休安排。") % {"year": year})
        self.year = year


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A weekday off, or a weekend day worked (调休), and the holiday that it belongs to."""

    worked: bool
    name: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Whole days that a clock does not count, both ends among them: 08-01 to 08-12 are 12 days."""

    first: date
    last: date
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Calendar:
    """The working days of one version of the calendar. With `guesses`, a year without rows has its weekends off."""

    named: Mapping[date, NamedDay]
    version: int | None = None
    guesses: bool = False
    _years: dict[int, list[date]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self):
        self._years.update({year: [] for year in self.years})

    @property
    def years(self) -> set[int]:
        """Those whose holidays are known."""
        return {day.year for day in self.named}

    @cached_property
    def guessing(self) -> "Calendar":
        """The same calendar, going on by weekends alone where it ends; what it gives is provisional."""
        return Calendar(self.named, self.version, guesses=True)

    def works(self, day: date) -> bool:
        """Whether `day` is a working day, 调休 included. Raises NoCalendar for a year without rows."""
        days = self.working_days(day.year)
        place = bisect_left(days, day)
        return place < len(days) and days[place] == day

    def working_days(self, year: int) -> list[date]:
        """All working days of `year` in order, worked out once."""
        if year not in self._years and not self.guesses:
            raise NoCalendar(year)
        if not self._years.get(year):
            self._years[year] = list(self._work_out(year))
        return self._years[year]

    def _work_out(self, year: int) -> Iterator[date]:
        for day in days_between(date(year, 1, 1), date(year, 12, 31)):
            named = self.named.get(day)
            if named.worked if named else day.weekday() < WEEKEND:
                yield day

    def after(self, start: date, count: int) -> date:
        """The working day that is `count` (1 or more) working days after `start`."""
        year, passed = start.year, bisect_right(self.working_days(start.year), start)
        while passed + count > len(self.working_days(year)):
            count -= len(self.working_days(year)) - passed
            year, passed = year + 1, 0
        return self.working_days(year)[passed + count - 1]

    def between(self, first: date, last: date) -> int:
        """How many working days there are from `first` to `last`, both counted."""
        return sum(
            bisect_right(self.working_days(year), last) - bisect_left(self.working_days(year), first)
            for year in range(first.year, last.year + 1)
        )

    def differs_from(self, other: "Calendar") -> list[date]:
        """The days on which one of the two says something else, in order; a new year differs as a whole."""
        days = {*self.named.items()} ^ {*other.named.items()}
        years = self.years ^ other.years
        whole = {day for year in years for day in (date(year, 1, 1), date(year, 12, 31))}
        return sorted({day for day, _named in days} | whole)

    def why_off(self, day: date) -> str:
        """The holiday, or the day of the weekend."""
        named = self.named.get(day)
        return named.name if named else str(WEEKDAYS[day.weekday()])


ANY = Calendar({})
"""For rules that ask no calendar."""


def missing_year(today: date) -> int | None:
    """The first year whose calendar should be entered by now: this one, or from November on (NOTICED) the next."""
    known = current().years
    asked = [today.year, today.year + 1] if today.month >= NOTICED else [today.year]
    return next((year for year in asked if year not in known), None)


def current() -> Calendar:
    """The newest version of the calendar."""
    version = CalendarVersion.objects.order_by("pk").values_list("pk", flat=True).last()
    return of_version(version) if version else ANY


@lru_cache(maxsize=8)
def of_version(pk: int) -> Calendar:
    """A version never changes, so a process reads it once."""
    days = CalendarVersion.objects.get(pk=pk).days
    return Calendar({date.fromisoformat(day): NamedDay(**named) for day, named in days.items()}, pk)


@dataclass(frozen=True, slots=True)
class Term:
    """How long a clock runs: the length of its rule, with what an extension added, but not on days of a pause.

    `pauses` are in order and do not overlap; rules in hours have none.
    """

    rule: ClockRule
    calendar: Calendar
    pauses: tuple[Pause, ...] = ()
    extension: Decimal | int = 0

    @property
    def length(self) -> float:
        return float(self.rule.length) + float(self.extension)

    @property
    def in_days(self) -> bool:
        return self.rule.unit in ClockRule.IN_DAYS

    def due(self, start: datetime) -> datetime:
        """When a clock that starts at `start` runs out: the end of its last day, or the exact moment for hours."""
        if self.in_days:
            return midnight(self.last_day(timezone.localdate(start)) + DAY)
        if self.rule.unit == ClockRule.Unit.HOUR:
            return start + timedelta(hours=self.length)
        return after_working_hours(start, self.length, self.calendar)

    def last_day(self, start: date) -> date:
        """The last day of a period counted in days. The day of `start` does not count (民法典 201, 203)."""
        end = self.nominal_end(start)
        while self.rule.rolls and (self._paused(end) or not self.calendar.works(end)):
            end += DAY
        return end

    def nominal_end(self, start: date) -> date:
        """The last day before any roll. What was left when a pause began is counted on from its end."""
        length = ceil(self.length)
        by_month = self.rule.unit == ClockRule.Unit.MONTH
        end = months_after(start, length) if by_month else self._advance(start, length)
        for pause in self.pauses:
            first = max(pause.first, start + DAY)
            if first <= end and first <= pause.last:
                end = self._advance(pause.last, self._count(first, end))
        return end

    def _advance(self, start: date, count: int) -> date:
        if self.rule.unit == ClockRule.Unit.WORKING_DAY and count:
            return self.calendar.after(start, count)
        return start + count * DAY

    def _count(self, first: date, last: date) -> int:
        if self.rule.unit == ClockRule.Unit.WORKING_DAY:
            return self.calendar.between(first, last)
        return (last - first).days + 1

    def _paused(self, day: date) -> Pause | None:
        return next((pause for pause in self.pauses if pause.first <= day <= pause.last), None)

    def left_out(self, start: datetime) -> Iterator[tuple[date, str]]:
        """Each day after the start that did not count, and why, in order."""
        first, due_at = timezone.localdate(start), self.due(start)
        last = last_day_of(due_at)
        nominal = self.nominal_end(first) if self.in_days else last
        for day in days_between(first + DAY, last):
            if why := self._why_not(day, nominal):
                yield day, why

    def _why_not(self, day: date, nominal: date) -> str:
        if pause := self._paused(day):
            return _("暂停：%(reason)s") % {"reason": pause.reason} if pause.reason else _("暂停")
        counts_all = self.rule.unit not in (ClockRule.Unit.WORKING_DAY, ClockRule.Unit.WORKING_HOUR)
        if (counts_all and not (self.rule.rolls and day >= nominal)) or self.calendar.works(day):
            return ""
        return self.calendar.why_off(day)


def after_working_hours(start: datetime, hours: float, calendar: Calendar) -> datetime:
    """`start` plus hours of the centre's opening times (settings.CENTRE_HOURS, pairs of local times)."""
    left = timedelta(hours=hours)
    if left <= timedelta(0):
        return start
    for opens, closes in opening_times(timezone.localdate(start), calendar):
        opens = max(opens, start)
        if closes - opens >= left:
            return opens + left
        left -= max(closes - opens, timedelta(0))
    raise AssertionError("opening times never end")


def opening_times(day: date, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    while True:
        if calendar.works(day):
            for opens, closes in settings.CENTRE_HOURS:
                yield local(day, opens), local(day, closes)
        day += DAY


def months_after(start: date, count: int) -> date:
    """The corresponding day `count` months on, or the last day of a month that has none (民法典 202)."""
    month = start.year * 12 + start.month - 1 + count
    year, month = month // 12, month % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def days_between(first: date, last: date) -> Iterable[date]:
    """Each day from `first` to `last`, both among them."""
    return (first + n * DAY for n in range((last - first).days + 1))


@lru_cache(maxsize=1024)
def local(day: date, at: str) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.fromisoformat(at)))


def midnight(day: date) -> datetime:
    return local(day, "00:00")

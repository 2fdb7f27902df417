"""When things happen: the days of the centre, their rhythm over the year and the day, and how long people take."""

import bisect
from collections import Counter
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from random import Random

from django.conf import settings
from django.utils import timezone

from kernel.calendar import DAY, current, local

BY_MONTH = (1.35, 0.85, 1.15, 1.05, 1.0, 0.95, 0.85, 0.85, 1.0, 0.9, 1.1, 1.3)
"""Wages are missed before Spring Festival, and the hot months are quiet."""
BY_WEEKDAY = (1.35, 1.05, 1.0, 0.95, 0.85, 0.6, 0.6)
BY_QUARTER_HOUR = (5, 7, 9, 10, 10, 9, 8, 7, 6, 5, 4, 3, 3, 2) + (4, 6, 7, 7, 6, 6, 5, 4, 4, 3, 3, 2, 1, 1)
"""Arrivals in each quarter of an hour of the opening times, morning and afternoon."""
ZONE = timezone.get_default_timezone()
TAIL = 0.03
"""So many steps take four times as long as they should: that is where lateness comes from."""


at_time = lru_cache(maxsize=4_000)(local)
"""A local time of a day, as kernel.calendar.local finds it, for the few that are asked for again and again."""


def local_day(at: datetime) -> date:
    """As timezone.localdate, but fast: nobody changes the time zone of a load."""
    return at.astimezone(ZONE).date()


class Diary:
    """The working days from `since` to `now`, and moments in them."""

    def __init__(self, *, since: date, now: datetime):
        self.now, self.today = now, local_day(now)
        self.works = current().guessing.works
        span = (self.today + 400 * DAY - since).days
        self.days = [day for day in (since + n * DAY for n in range(span)) if self.works(day)]
        self.quarters = [
            at_time(self.today, opens) - at_time(self.today, "00:00") + n * timedelta(minutes=15)
            for opens, _closes in settings.CENTRE_HOURS
            for n in range(14)
        ]

    def until_next_week(self) -> list[date]:
        """All working days there were, and those of the next week."""
        return self.days[: bisect.bisect_left(self.days, self.today + 7 * DAY)]

    def shares(self, count: int, random: Random) -> Counter[date]:
        """How many of `count` matters begin on each past working day."""
        past = self.days[: bisect.bisect_left(self.days, self.today)]
        weights = [BY_MONTH[day.month - 1] * BY_WEEKDAY[day.weekday()] for day in past]
        return Counter(random.choices(past, weights, k=count)) if past else Counter()

    def arrivals(self, day: date, count: int, random: Random) -> list[datetime]:
        """Moments in the opening times of `day`, most of them early, in order."""
        start = at_time(day, "00:00")
        quarters = random.choices(self.quarters, BY_QUARTER_HOUR, k=count)
        return sorted(start + quarter + timedelta(seconds=random.randrange(900)) for quarter in quarters)

    def after(self, at: datetime, days: float, random: Random) -> datetime:
        """A moment about so many working days after `at`, in opening times; minutes later where days are 0."""
        if random.random() < TAIL:
            days *= 4
        whole = round(days * (0.4 + 1.2 * random.random()))
        if not whole:
            return self.open_from(at + timedelta(minutes=5 + random.expovariate(1 / 40)))
        index = bisect.bisect_right(self.days, local_day(at)) - 1 + whole
        day = self.days[min(max(index, 0), len(self.days) - 1)]
        quarter = random.choices(self.quarters, BY_QUARTER_HOUR)[0]
        return at_time(day, "00:00") + quarter + timedelta(seconds=random.randrange(900))

    def open_from(self, at: datetime) -> datetime:
        """`at`, or when the doors open next."""
        here = at.astimezone(ZONE)
        for opens, closes in settings.CENTRE_HOURS if self.works(here.date()) else ():
            if here.time() < time.fromisoformat(closes):
                return max(at, at_time(here.date(), opens))
        following = self.days[bisect.bisect_right(self.days, here.date())]
        return at_time(following, settings.CENTRE_HOURS[0][0]) + timedelta(
            minutes=here.minute, seconds=here.second
        )

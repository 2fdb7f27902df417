"""The ladder of a clock: who is reminded and pressed, and when; each rung once in a generation. One sweep climbs it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from random import shuffle
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils import timezone

from kernel import calendar
from kernel.batches import what_can
from kernel.calendar import DAY, Calendar, midnight
from kernel.models import Clock, ClockRule, Dossier, Firing, Timed
from kernel.moments import last_day_of

BATCH = 500
CLIMB = """
UPDATE kernel_clock SET step = row.step, late_at = row.late_at, next_fire_at = row.next_fire_at
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[]) AS row (id, step, late_at, next_fire_at)
WHERE kernel_clock.id = row.id
"""


Gap = tuple[datetime, datetime]
"""From when to when a clock stood still."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: when `percent` of the time that counts has passed, or so many working `days` after the due.

    One that is `in_hours` waits until the centre opens, so that no two after the due fall on one opening. One with
    `before` comes so many calendar days before the last day: in the morning, or of days off the last one before them.
    """

    step: str
    percent: int = 100
    days: int = 0
    in_hours: bool = True
    before: int = 0

    def moment(self, clock: Clock, by: Calendar, gaps: Sequence[Gap] = ()) -> datetime:
        """When `clock`, which has a date, reaches this rung, if the centre opens by the calendar `by`.

        In its `gaps` no time passes.
        """
        assert clock.due_at
        if self.before:
            return last_opening(last_day_of(clock.due_at) - self.before * DAY, by)
        at = clock.due_at if self.percent == 100 else part_way(clock, self.percent, gaps)
        at = next_opening(at, by) if self.in_hours else at
        return working_days_after(at, self.days, by) if self.days else at


@dataclass(frozen=True, slots=True)
class Fired:
    """A clock that ran out just now (`late`), or reached a rung (`firing`), or both."""

    clock: Clock
    subject: Any
    late: bool
    firing: Firing | None

    @property
    def step(self) -> str:
        return self.firing.step if self.firing else ""


Tell = Callable[[list[Fired]], None]


def ladder(rule: ClockRule) -> list[Rung]:
    """The rungs of a rule, in the order of their moments."""
    return sorted(
        (Rung(**rung) for rung in rule.rungs), key=lambda rung: (-rung.before, rung.days, rung.percent)
    )


def gaps_of(clock: Clock) -> list[Gap]:
    """The pauses that moved the date of a clock; a new one has had none."""
    if not (clock.pk and clock.due_at):
        return []
    gaps = ((midnight(row.first_day), row.last_day) for row in clock.pauses.all())
    return [(begins, midnight(last + DAY)) for begins, last in gaps if last and begins < clock.due_at]


def part_way(clock: Clock, percent: int, gaps: Sequence[Gap]) -> datetime:
    """When so much of the time from start to due has passed, the `gaps` left out."""
    assert clock.due_at
    stood = sum((ends - begins for begins, ends in gaps), timedelta(0))
    at = clock.started_at + (clock.due_at - clock.started_at - stood) * percent / 100
    for begins, ends in gaps:
        if begins <= at:
            at += ends - begins
    return at


def working_days_after(at: datetime, days: int, by: Calendar) -> datetime:
    """The same time of day so many working days later; a midnight belongs to the day that it ends."""
    day = last_day_of(at)
    return at + (by.guessing.after(day, days) - day)


def next_opening(at: datetime, by: Calendar) -> datetime:
    """`at`, if the centre is open then, else when it opens next. A year without a calendar goes by weekends."""
    for opens, closes in calendar.opening_times(timezone.localdate(at), by.guessing):
        if at < closes:
            return max(at, opens)
    raise AssertionError("opening times never end")


def last_opening(day: date, by: Calendar) -> datetime:
    """When the centre opens on `day`, or on the last working day before it."""
    while not by.guessing.works(day):
        day -= DAY
    opens, _closes = next(calendar.opening_times(day, by.guessing))
    return opens


def to_climb(clock: Clock, by: Calendar) -> list[tuple[datetime, str]]:
    """The rungs above the one that the clock stands on, each with its moment."""
    rungs = ladder(clock.rule)
    steps = [rung.step for rung in rungs]
    left = rungs[steps.index(clock.step) + 1 :] if clock.step in steps else rungs
    gaps = gaps_of(clock)
    return [(rung.moment(clock, by, gaps), rung.step) for rung in left]


def next_fire(clock: Clock, by: Calendar) -> datetime | None:
    """When there is something to tell of this clock: its next rung, or that it ran out."""
    if clock.due_at is None:
        return None
    return first_of(clock, to_climb(clock, by))


def first_of(clock: Clock, moments: list[tuple[datetime, str]]) -> datetime | None:
    due: Any = [] if clock.late_at else [clock.due_at]
    return min([*due, *(moment for moment, _step in moments)], default=None)


def climb_down(clock: Clock, by: Calendar, now: datetime) -> None:
    """The date moved: what was told of moments that are yet to come is taken back, so that it can be told then."""
    rungs, gaps = {rung.step: rung for rung in ladder(clock.rule)}, gaps_of(clock)
    clock.step = ""
    for firing in clock.firings.filter(generation=clock.generation, withdrawn_at=None):
        if firing.step in rungs and rungs[firing.step].moment(clock, by, gaps) > now:
            clock.firings.filter(pk=firing.pk).update(withdrawn_at=now)
        else:
            clock.step = firing.step


def sweep(tell: Tell, now: datetime | None = None) -> int:
    """Climb the ladders of all clocks with something to tell, once, and `tell`; return how many there were.

    Of several rungs that were passed, only the highest is told. Safe to run twice and in several workers at once: ids
    are picked without a lock, then their dossiers are locked in order (one that somebody else works on is left for the
    next sweep), then the clocks are looked at again. What is written and told of a batch is so in one transaction. A
    clock that cannot be told is logged and keeps waiting, and the watch shows it; others of its batch go on.
    """
    now = now or timezone.now()
    due = Clock.objects.filter(next_fire_at__lte=now).order_by("next_fire_at")
    picked = list(due.values_list("pk", flat=True))
    batches = [picked[first : first + BATCH] for first in range(0, len(picked), BATCH)]
    shuffle(batches)  # two workers that begin together do not wait on one another's batches
    fire = partial(_fire, now=now, tell=tell)
    return sum(what_can(batch, fire, fault="clock_not_told") for batch in batches)


@transaction.atomic
def _fire(batch: Sequence[int], now: datetime, tell: Tell) -> int:
    due = Clock.objects.filter(pk__in=batch, next_fire_at__lte=now)
    dossiers = Dossier.objects.filter(pk__in=list(due.values_list("dossier_id", flat=True))).order_by("pk")
    mine = set(dossiers.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    rows = due.filter(dossier__in=mine).select_related("rule").prefetch_related("pauses").order_by("pk")
    clocks = list(rows.select_for_update(of=("self",)))
    if clocks:
        told = list(_climb(clocks, now))
        Firing.objects.bulk_create([one.firing for one in told if one.firing])
        _keep(clocks)
        tell(told)
    return len(clocks)


def _climb(clocks: list[Clock], now: datetime) -> Iterator[Fired]:
    subjects, by = subjects_of(clocks), calendar.current()
    for clock in clocks:
        assert clock.due_at, "what is paused has nothing to tell"
        moments = to_climb(clock, by)
        reached = max((n for n, (moment, _step) in enumerate(moments, 1) if moment <= now), default=0)
        firing, late = None, not clock.late_at and clock.due_at <= now
        if reached:
            clock.step = moments[reached - 1][1]
            of = {"generation": clock.generation, "due_at": clock.due_at}
            firing = Firing(clock=clock, step=clock.step, at=now, **of)
        if late:
            clock.late_at = now
        clock.next_fire_at = first_of(clock, moments[reached:])
        yield Fired(clock, subjects[clock.subject_type_id, clock.subject_id], late, firing)


def _keep(clocks: list[Clock]) -> None:
    columns = zip(*((row.pk, row.step, row.late_at, row.next_fire_at) for row in clocks), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(CLIMB, [list(column) for column in columns])


def subjects_of(clocks: list[Clock]) -> dict[tuple[int, int], Timed]:
    """The rows that clocks belong to, by type and key, each kind read at once."""
    found: dict[tuple[int, int], Timed] = {}
    for kind in {clock.subject_type_id for clock in clocks}:
        model: Any = ContentType.objects.get_for_id(kind).model_class()
        keys = {clock.subject_id for clock in clocks if clock.subject_type_id == kind}
        rows = model._base_manager.filter(pk__in=keys).prefetch_related(*model.TOLD_WITH)
        found |= {(kind, row.pk): row for row in rows}
    return found

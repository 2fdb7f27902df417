"""The ladder of a clock: who is reminded and pressed, and when; each rung once in a generation. One sweep climbs it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.utils import timezone

from kernel import bulk, calendar
from kernel.batches import what_can
from kernel.bulk import among
from kernel.calendar import DAY, Calendar, midnight
from kernel.models import Clock, ClockPause, ClockRule, Dossier, Firing, Timed
from kernel.moments import last_day_of

BATCH = 1000
MEMO = 4096
"""Moments whose opening a process keeps in mind: most clocks run out at the same midnights."""
CLIMB = """
UPDATE kernel_clock SET step = row.step, late_at = row.late_at, next_fire_at = row.next_fire_at
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[]) AS row (id, step, late_at, next_fire_at)
WHERE kernel_clock.id = row.id
"""
WAITING = """
SELECT clock.id FROM kernel_clock clock JOIN kernel_dossier dossier ON dossier.id = clock.dossier_id
WHERE clock.next_fire_at <= %s AND NOT clock.id = ANY(%s::bigint[])
ORDER BY clock.next_fire_at LIMIT %s FOR NO KEY UPDATE OF dossier SKIP LOCKED
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
    return gaps_in(clock, clock.pauses.all()) if clock.pk and clock.due_at else []


def gaps_in(clock: Clock, pauses: Iterable[ClockPause]) -> list[Gap]:
    assert clock.due_at
    gaps = ((midnight(row.first_day), row.last_day) for row in pauses)
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


@lru_cache(maxsize=MEMO)
def working_days_after(at: datetime, days: int, by: Calendar) -> datetime:
    """The same time of day so many working days later; a midnight belongs to the day that it ends."""
    day = last_day_of(at)
    return at + (by.guessing.after(day, days) - day)


@lru_cache(maxsize=MEMO)
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
    return above(clock, ladder(clock.rule), by, gaps_of(clock))


def above(clock: Clock, rungs: list[Rung], by: Calendar, gaps: Sequence[Gap]) -> list[tuple[datetime, str]]:
    steps = [rung.step for rung in rungs]
    left = rungs[steps.index(clock.step) + 1 :] if clock.step in steps else rungs
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

    Of several rungs that were passed, only the highest is told. Safe to run twice and in several workers at once: the
    oldest are picked whose file nobody works on, then their dossiers are locked in order (one that somebody else took
    meanwhile is left for the next sweep), then the clocks are looked at again, which nobody can change now. What is
    written and told of a batch is so in one transaction. A clock that cannot be told is logged and keeps waiting, and
    the watch shows it; others of its batch go on.
    """
    now = now or timezone.now()
    fire = partial(_fire, now=now, tell=tell)
    told = 0
    left: list[int] = []
    while batch := _waiting(now, left):
        fired = what_can(batch, fire, fault="clock_not_told")
        if fired < len(batch):
            left += batch
        told += fired
    return told


def _waiting(now: datetime, left: list[int]) -> list[int]:
    """The next batch, without those that this sweep has `left`."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [now, left, BATCH])
        return [key for (key,) in cursor.fetchall()]


@transaction.atomic
def _fire(batch: Sequence[int], now: datetime, tell: Tell) -> int:
    picked = Clock.objects.filter(among("pk", batch))
    dossiers = Dossier.objects.filter(pk__in=picked.values("dossier_id")).order_by("pk")
    mine = set(dossiers.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    due = (clock for clock in picked.order_by("pk") if clock.next_fire_at and clock.next_fire_at <= now)
    clocks = [clock for clock in due if clock.dossier_id in mine]
    if clocks:
        told = list(_climb(clocks, now))
        bulk.add([one.firing for one in told if one.firing])
        _keep(clocks)
        tell(told)
    return len(clocks)


def _climb(clocks: list[Clock], now: datetime) -> Iterator[Fired]:
    subjects, by, pauses = subjects_of(clocks), calendar.current(), pauses_of(clocks)
    rules = ClockRule.objects.in_bulk({clock.rule_id for clock in clocks})
    ladders = {key: ladder(rule) for key, rule in rules.items()}
    for clock in clocks:
        assert clock.due_at, "what is paused has nothing to tell"
        clock.rule = rules[clock.rule_id]
        moments = above(clock, ladders[clock.rule_id], by, gaps_in(clock, pauses[clock.pk]))
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


def pauses_of(clocks: list[Clock]) -> dict[int, list[ClockPause]]:
    """The pauses of clocks, in order, by the clock's key."""
    found: dict[int, list[ClockPause]] = defaultdict(list)
    for pause in ClockPause.objects.filter(among("clock_id", [clock.pk for clock in clocks])):
        found[pause.clock_id].append(pause)
    return found


def subjects_of(clocks: list[Clock]) -> dict[tuple[int, int], Timed]:
    """The rows that clocks belong to, by type and key, each kind read at once."""
    found: dict[tuple[int, int], Timed] = {}
    for kind in {clock.subject_type_id for clock in clocks}:
        model: Any = ContentType.objects.get_for_id(kind).model_class()
        keys = {clock.subject_id for clock in clocks if clock.subject_type_id == kind}
        rows = list(model._base_manager.filter(among("pk", keys)))
        bulk.join(rows, *model.TOLD_WITH)
        found |= {(kind, row.pk): row for row in rows}
    return found

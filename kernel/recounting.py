"""Open clocks follow a changed calendar, or a rule that holds for them too: shown first, then done with the reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from kernel import calendar, history
from kernel.batches import what_can
from kernel.calendar import ANY, DAY, Calendar, midnight
from kernel.clocks import due_of, recount, term_of
from kernel.models import CalendarVersion, Clock, ClockRule, Dossier
from kernel.moments import last_day_of

BATCH = 200
SETTLED = timedelta(minutes=3)
"""A transaction lasts a minute at most: so long a change may stay unseen, and so long its forerunner be gone by."""
ASKING = Q(rule__rolls=True) | Q(rule__unit__in=[ClockRule.Unit.WORKING_DAY, ClockRule.Unit.WORKING_HOUR])


@dataclass(frozen=True, slots=True)
class Shift:
    """A clock, and the date that it would have."""

    clock: Clock
    due_at: datetime

    @property
    def last_day(self) -> date:
        return last_day_of(self.due_at)


@dataclass(frozen=True, slots=True)
class Change:
    """A version of the calendar, or a rule that moves open clocks: since when it holds, and who has yet to follow.

    Before `settled_at` somebody may still be at work who read what held before.
    """

    row: CalendarVersion | ClockRule
    since: datetime
    settled_at: datetime
    clocks: QuerySet[Clock]

    @property
    def rule(self) -> ClockRule | None:
        return self.row if isinstance(self.row, ClockRule) else None

    @property
    def reason(self) -> str:
        return self.row.legal_basis if isinstance(self.row, ClockRule) else self.row.reason

    @property
    def by(self) -> Any:
        return None if isinstance(self.row, ClockRule) else self.row.by


def touched_by(new: Calendar, old: Calendar) -> QuerySet[Clock]:
    """The running clocks whose span holds a day of which `new` says something else than `old`."""
    days = new.differs_from(old)
    if not days:
        return Clock.objects.none()
    span = Q(last_day__gte=days[0]) | Q(last_day=None)
    return Clock.objects.running().filter(ASKING, span, source="", started_at__lt=midnight(days[-1] + DAY))


def begun_before(rule: ClockRule) -> QuerySet[Clock]:
    """The running clocks that began under an earlier rule of the same code."""
    return Clock.objects.running().filter(code=rule.code, source="", rule__since__lt=rule.since)


def shifts(
    clocks: QuerySet[Clock], *, rule: ClockRule | None = None, by: Calendar | None = None
) -> Iterator[Shift]:
    """How clocks would run by another rule or calendar: those whose date changes. Nothing is written."""
    by = by or calendar.current()
    rows = clocks.exclude(due_at=None).select_related("rule").prefetch_related("pauses", "subject")
    for clock in rows.order_by("due_at", "pk").iterator(chunk_size=2000):
        new = rule or clock.rule
        term = replace(term_of(clock), rule=new, calendar=by if new.asks_calendar else ANY)
        due_at, _provisional = due_of(term, clock.started_at)
        if due_at != clock.due_at:
            yield Shift(clock, due_at)


def changes() -> Iterator[Change]:
    """The versions and rules that not every open clock is known to have followed, in the order in which they hold."""
    for version in CalendarVersion.objects.filter(recounted_at=None).select_related("by").order_by("pk"):
        yield Change(version, version.at, version.at + SETTLED, not_counted_by(version))
    today = timezone.localdate()
    rules = ClockRule.objects.filter(moves_open=True, recounted_at=None, since__lte=today)
    for rule in rules.order_by("since", "pk"):
        settled_at = midnight(rule.since + DAY) + SETTLED  # it may have been saved on its first day
        yield Change(rule, midnight(rule.since), settled_at, begun_before(rule))


def not_counted_by(version: CalendarVersion) -> QuerySet[Clock]:
    """The clocks that `version` concerns and that were counted by an earlier one."""
    former = CalendarVersion.objects.filter(pk__lt=version.pk).last()
    if not former:
        return Clock.objects.none()
    clocks = touched_by(calendar.of_version(version.pk), calendar.of_version(former.pk))
    return clocks.filter(calendar__lt=version)


def lag() -> timedelta:
    """How long the oldest change waits that all clocks should have followed by now."""
    now = timezone.now()
    return max((now - change.settled_at for change in changes()), default=timedelta(0))


def follow() -> int:
    """Move every open clock that a new version of the calendar or a new rule concerns; return how many moved.

    Broken off half way, it goes on where it stopped; nothing is moved twice. A clock that cannot be counted is logged
    and waits. A change is done with when a pass finds no clock and nobody can still begin one by what held before.
    """
    moved = 0
    for change in changes():
        began = timezone.now()
        picked = list(change.clocks.order_by("dossier_id", "pk").values_list("pk", "dossier_id"))
        move = partial(_move, change=change)
        for first in range(0, len(picked), BATCH):
            moved += what_can(picked[first : first + BATCH], move, fault="clock_not_recounted")
        if not picked and change.settled_at <= began:
            type(change.row)._base_manager.filter(pk=change.row.pk).update(recounted_at=began)
    return moved


@transaction.atomic
def _move(batch: Sequence[tuple[int, int]], change: Change) -> int:
    """Dossiers are locked first, in order, as by everybody who writes; then the clocks are looked at again."""
    dossiers = Dossier.objects.filter(pk__in={dossier for _pk, dossier in batch}).order_by("pk")
    list(dossiers.select_for_update(no_key=True).values_list("pk"))
    rows = change.clocks.filter(pk__in=[pk for pk, _dossier in batch]).select_related("rule").order_by("pk")
    return sum(_has_moved(clock, change) for clock in rows.prefetch_related("subject", "pauses"))


def _has_moved(clock: Clock, change: Change) -> bool:
    """A new date or rule stands in the history of the file; a clock that is paused has no date."""
    due_at, last_day, rule = clock.due_at, clock.last_day, clock.rule
    clock.rule = change.rule or rule
    recount(clock)
    if (clock.due_at, clock.rule) == (due_at, rule):
        return False
    details = {"clock": clock.code, "from": str(last_day or ""), "to": str(clock.last_day or "")}
    if clock.rule != rule:
        details["rule"] = str(clock.rule.since)
    history.record(clock.subject, "recount_clock", by=change.by, note=change.reason, details=details)
    return True

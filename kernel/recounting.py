"""Open clocks follow a changed calendar, or a rule that holds for them too: shown first, then done with the reason."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from kernel import calendar, history
from kernel.calendar import ANY, Calendar, midnight
from kernel.clocks import due_of, recount, term_of
from kernel.models import CalendarVersion, Clock, ClockRule, Dossier
from kernel.moments import last_day_of

BATCH = 200
ASKING = Q(rule__rolls=True) | Q(rule__unit__in=[ClockRule.Unit.WORKING_DAY, ClockRule.Unit.WORKING_HOUR])


@dataclass(frozen=True, slots=True)
class Shift:
    """A clock, and the date that it would have."""

    clock: Clock
    due_at: datetime

    @property
    def last_day(self) -> date:
        return last_day_of(self.due_at)


def touched_by(new: Calendar, old: Calendar) -> QuerySet[Clock]:
    """The running clocks whose span holds a day of which `new` says something else than `old`."""
    days = new.differs_from(old)
    if not days:
        return Clock.objects.none()
    span = Q(last_day__gte=days[0]) | Q(last_day=None)
    return Clock.objects.running().filter(ASKING, span, source="", started_at__lt=midnight(days[-1]))


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


def follow() -> int:
    """Move every open clock that a new version of the calendar or a new rule concerns; return how many moved.

    Broken off half way, it goes on where it stopped; nothing is moved twice.
    """
    moved = 0
    for version in CalendarVersion.objects.filter(recounted_at=None).order_by("pk"):
        former = CalendarVersion.objects.filter(pk__lt=version.pk).last()
        if former:
            clocks = touched_by(calendar.of_version(version.pk), calendar.of_version(former.pk))
            moved += _move(clocks.filter(calendar__lt=version), by=version.by, reason=version.reason)
        CalendarVersion.objects.filter(pk=version.pk).update(recounted_at=timezone.now())
    today = timezone.localdate()
    for rule in ClockRule.objects.filter(moves_open=True, recounted_at=None, since__lte=today).order_by(
        "since"
    ):
        moved += _move(begun_before(rule), rule=rule, reason=rule.legal_basis)
        ClockRule.objects.filter(pk=rule.pk).update(recounted_at=timezone.now())
    return moved


def _move(clocks: QuerySet[Clock], *, reason: str, by=None, rule: ClockRule | None = None) -> int:
    picked = list(clocks.order_by("dossier_id", "pk").values_list("pk", "dossier_id"))
    return sum(
        _move_some(clocks, picked[first : first + BATCH], reason=reason, by=by, rule=rule)
        for first in range(0, len(picked), BATCH)
    )


@transaction.atomic
def _move_some(clocks, batch: list[tuple[int, int]], *, reason, by, rule) -> int:
    """Dossiers are locked first, in order, as by everybody who writes; then the clocks are looked at again."""
    dossiers = Dossier.objects.filter(pk__in={dossier for _pk, dossier in batch}).order_by("pk")
    list(dossiers.select_for_update(no_key=True).values_list("pk"))
    rows = clocks.filter(pk__in=[pk for pk, _dossier in batch]).select_related("rule").order_by("pk")
    moved = 0
    for clock in list(rows.prefetch_related("subject", "pauses")):
        before = clock.last_day
        due_at, clock.rule = clock.due_at, rule or clock.rule
        recount(clock)
        if clock.due_at == due_at:
            continue
        details = {"clock": clock.code, "from": str(before), "to": str(clock.last_day)}
        history.record(clock.subject, "recount_clock", by=by, note=reason, details=details)
        moved += 1
    return moved

"""Deadlines: started and stopped by moves, told by one sweep."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel import calendar, live, notifications
from kernel.calendar import ANY, DAY, Calendar, NoCalendar, Pause, Term, midnight
from kernel.models import Clock, ClockRule, Dossier, Timed
from kernel.prepared import Prepared

BATCH = 200
BLINK = timedelta(microseconds=1)


def rules_in_force(code, on):
    still = Q(until=None) | Q(until__gte=on)
    return ClockRule.objects.filter(still, code=code, since__lte=on).order_by("-since")[:1]


RULES_IN_FORCE = Prepared(rules_in_force, {"code": "?", "on": date.min})


def rule_in_force(code: str, on: date) -> ClockRule:
    """The rule of `code` for clocks that start on `on`. Raises DoesNotExist where there is none."""
    for rule in RULES_IN_FORCE.rows(code=code, on=on):
        return rule
    raise ClockRule.DoesNotExist(code)


def turn(
    subject: Timed, *, stops: Iterable[str] = (), starts: Iterable[str] = (), at: datetime | None = None
) -> None:
    """Stop the running clocks of these codes, start others, and show the nearest due on `subject`.

    `at` is when the law says that they begin, where that was before now.
    """
    stopped = 0
    if stops:
        running = subject.clocks.running().filter(code__in=stops)
        stopped = running.update(stopped_at=timezone.now(), next_fire_at=None)
    for code in starts:
        _begin(subject, code, at or timezone.now())
    if stopped or starts:
        subject.clocks_changed()


def give(subject: Timed, code: str, *, last_day: date, at: datetime, source: str) -> None:
    """Start a clock whose last day stands on a paper, the `source` (交办函, 12345): its rule says why, not how long."""
    rule = rule_in_force(code, timezone.localdate(at))
    _keep(subject, rule, at, midnight(last_day + DAY), source=source)
    subject.clocks_changed()


def pause(clock: Clock, *, first_day: date) -> None:
    """Stop counting from `first_day` on, by the ground that the rule names. Under the lock of the dossier."""
    clock.pauses.create(first_day=first_day, reason=clock.rule.pausable)
    clock.due_at = clock.last_day = clock.next_fire_at = None
    _show(clock)


def resume(clock: Clock, *, last_day: date) -> None:
    """Count on from the day after `last_day`."""
    clock.pauses.filter(last_day=None).update(last_day=last_day)
    recount(clock)


def extend(clock: Clock, amount: Decimal) -> None:
    """Give a clock so many more of its units."""
    clock.extension += amount
    clock.generation += 1
    recount(clock)


def _begin(subject: Timed, code: str, at: datetime) -> None:
    """Start a clock by the rule in force on that day. The day itself does not count."""
    rule = rule_in_force(code, timezone.localdate(at))
    term = Term(rule, calendar.current() if rule.asks_calendar else ANY)
    due_at, provisional = due_of(term, at)
    _keep(subject, rule, at, due_at, calendar_id=term.calendar.version, provisional=provisional)


def due_of(term: Term, at: datetime) -> tuple[datetime, bool]:
    """When `term` runs out, and whether that is provisional because a year has no calendar yet."""
    try:
        return term.due(at), False
    except NoCalendar:
        return replace(term, calendar=term.calendar.guessing).due(at), True


def recount(clock: Clock) -> None:
    """Work the date out again, by its rule and the newest calendar. A paused one has none until it is resumed."""
    by = calendar.current() if clock.rule.asks_calendar else ANY
    clock.calendar_id = by.version
    if not clock.pauses.filter(last_day=None).exists():
        clock.due_at, clock.provisional = due_of(replace(term_of(clock), calendar=by), clock.started_at)
        clock.last_day = timezone.localdate(clock.due_at - BLINK)
        if clock.due_at > timezone.now() or not clock.late_at:
            clock.next_fire_at, clock.late_at = clock.due_at, None
    _show(clock)


def _show(clock: Clock) -> None:
    clock.save()
    subject: Any = clock.subject
    subject.clocks_changed()


def _keep(subject: Timed, rule: ClockRule, at: datetime, due_at: datetime, **counted) -> None:
    Clock.objects.create(
        dossier_id=subject.dossier_id,
        subject=subject,
        rule=rule,
        code=rule.code,
        started_at=at,
        last_day=timezone.localdate(due_at - BLINK),
        due_at=due_at,
        next_fire_at=due_at,
        **counted,
    )


def counted_by(clock: Clock) -> Calendar:
    return calendar.of_version(clock.calendar_id) if clock.calendar_id else ANY


def term_of(clock: Clock) -> Term:
    """What `clock` is counted by: its rule, its version of the calendar, its pauses so far and its extensions."""
    by = counted_by(clock)
    pauses = [Pause(row.first_day, row.last_day, row.reason) for row in clock.pauses.all() if row.last_day]
    return Term(clock.rule, by.guessing if clock.provisional else by, tuple(pauses), clock.extension)


def sweep(now: datetime | None = None) -> int:
    """Tell the keepers of every clock that ran out, once; return how many ran out. A citizen's own time ends quietly.

    Safe to run twice and in several workers at once: ids are picked without a lock, then their dossiers are locked
    in order (one that somebody else works on is left for the next sweep), then the clocks are looked at again.
    """
    now = now or timezone.now()
    told = 0
    picked = list(
        Clock.objects.filter(next_fire_at__lte=now).order_by("next_fire_at").values_list("pk", "dossier_id")
    )
    for first in range(0, len(picked), BATCH):
        told += _tell(picked[first : first + BATCH], now)
    return told


@transaction.atomic
def _tell(batch: list[tuple[int, int]], now: datetime) -> int:
    dossiers = Dossier.objects.filter(pk__in={dossier for _pk, dossier in batch}).order_by("pk")
    mine = set(dossiers.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    rows = Clock.objects.filter(
        pk__in=[pk for pk, dossier in batch if dossier in mine], next_fire_at__lte=now
    ).select_related("rule")
    late = list(rows.select_for_update(of=("self",)).prefetch_related("subject"))
    for clock in late:
        subject: Any = clock.subject
        if clock.code in subject.CITIZENS:
            continue
        text = _("%(subject)s已超期：%(clock)s") % {"subject": subject, "clock": clock.rule.name}
        notifications.notify(subject.keepers(), subject, text)
        live.changed(*subject.topics())
    Clock.objects.filter(pk__in=[clock.pk for clock in late]).update(late_at=now, next_fire_at=None)
    return len(late)

"""Deadlines: started and stopped by moves, paused, extended and counted again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from kernel import bulk, calendar, escalation
from kernel.calendar import ANY, DAY, Calendar, NoCalendar, Pause, Term, midnight
from kernel.models import Clock, ClockRule, Timed
from kernel.moments import last_day_of
from kernel.prepared import Prepared


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
        for clock in _begun([subject], code, at or timezone.now()):
            clock.save()
    if stopped or starts:
        subject.clocks_changed()


def give(subject: Timed, code: str, *, last_day: date, at: datetime, source: str) -> None:
    """Start a clock whose last day stands on a paper, the `source` (交办函, 12345): its rule says why, not how long."""
    rule = rule_in_force(code, timezone.localdate(at))
    clock = _row(subject, rule, at, midnight(last_day + DAY), source=source)
    clock.next_fire_at = escalation.next_fire(clock, calendar.current())
    clock.save()
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
    clock.step = ""
    recount(clock)


def begin_all(subjects: Sequence[Timed], code: str, at: datetime) -> None:
    """Start a clock on each of some rows of one kind that are yet to be written and know their keys: for sweeps."""
    rows = _begun(subjects, code, at)
    bulk.add(rows)
    due_at: Any = rows[0].due_at
    for subject in subjects:
        subject.due_at = due_at


def _begun(subjects: Sequence[Timed], code: str, at: datetime) -> list[Clock]:
    """Clocks by the rule in force on that day, which itself does not count."""
    rule, today = rule_in_force(code, timezone.localdate(at)), calendar.current()
    term = Term(rule, today if rule.asks_calendar else ANY)
    due_at, provisional = due_of(term, at)
    counted = {"calendar_id": term.calendar.version, "provisional": provisional}
    rows = [_row(subject, rule, at, due_at, **counted) for subject in subjects]
    fires_at = escalation.next_fire(rows[0], today)
    for row in rows:
        row.next_fire_at = fires_at
    return rows


def due_of(term: Term, at: datetime) -> tuple[datetime, bool]:
    """When `term` runs out, and whether that is provisional because a year has no calendar yet."""
    try:
        return term.due(at), False
    except NoCalendar:
        return replace(term, calendar=term.calendar.guessing).due(at), True


def recount(clock: Clock) -> None:
    """Work the date out again, by its rule and the newest calendar. A paused one has none until it is resumed."""
    today = calendar.current()
    by = today if clock.rule.asks_calendar else ANY
    clock.calendar_id = by.version
    if not clock.pauses.filter(last_day=None).exists():
        clock.due_at, clock.provisional = due_of(replace(term_of(clock), calendar=by), clock.started_at)
        clock.last_day = last_day_of(clock.due_at)
        if clock.due_at > (now := timezone.now()):
            clock.late_at = None
        escalation.climb_down(clock, today, now)
        clock.next_fire_at = escalation.next_fire(clock, today)
    _show(clock)


def _show(clock: Clock) -> None:
    clock.save()
    subject: Any = clock.subject
    subject.clocks_changed()


def _row(subject: Timed, rule: ClockRule, at: datetime, due_at: datetime, **counted) -> Clock:
    return Clock(
        dossier_id=subject.dossier_id,
        subject=subject,
        rule=rule,
        code=rule.code,
        started_at=at,
        last_day=last_day_of(due_at),
        due_at=due_at,
        **counted,
    )


def counted_by(clock: Clock) -> Calendar:
    return calendar.of_version(clock.calendar_id) if clock.calendar_id else ANY


def term_of(clock: Clock) -> Term:
    """What `clock` is counted by: its rule, its version of the calendar, its pauses so far and its extensions."""
    by = counted_by(clock)
    pauses = [Pause(row.first_day, row.last_day, row.reason) for row in clock.pauses.all() if row.last_day]
    return Term(clock.rule, by.guessing if clock.provisional else by, tuple(pauses), clock.extension)

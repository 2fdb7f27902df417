"""A date explains itself (期限怎么算的): from what it was counted, by which law, and what was left out."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kernel.calendar import Term
from kernel.clocks import term_of
from kernel.models import Clock, ClockPause
from kernel.moments import BLINK


def sentences(term: Term, start: datetime) -> Iterator[str]:
    """One sentence a step, from the start event to the last day."""
    yield from beginning(term, start)
    for day, why in term.left_out(start):
        yield _("%(day)s不计入：%(why)s。") % {"day": date_format(day), "why": why}
    due_at = term.due(start)
    if term.in_days:
        yield _("最后一日是%(day)s，当日24时到期。") % {"day": day_of(due_at - BLINK)}
    else:
        yield _("%(moment)s到期。") % {"moment": moment(due_at)}


def beginning(term: Term, start: datetime) -> Iterator[str]:
    yield (
        _("从“%(event)s”（%(start)s）起算，当日不计入。")
        if term.in_days and term.length
        else _("从“%(event)s”（%(start)s）起算。")
    ) % {
        "event": term.rule.start_event or term.rule.name,
        "start": day_of(start) if term.in_days else moment(start),
    }
    yield _("“%(rule)s”的期限是%(length)s，依据：%(basis)s。") % {
        "rule": term.rule.name,
        "length": term.rule.amount(term.rule.length),
        "basis": term.rule.legal_basis,
    }
    if term.extension:
        yield _("延长%(length)s，由%(approver)s批准。") % {
            "length": term.rule.amount(term.extension),
            "approver": term.rule.get_extension_approver_display(),
        }


def of_clock(clock: Clock) -> list[str]:
    """The sentences of a clock that runs, stands or ran."""
    if clock.source:
        due_at: Any = clock.due_at
        given = _("最后一日由%(source)s载明：%(day)s，当日24时到期。")
        return [given % {"source": clock.source, "day": day_of(due_at - BLINK)}]
    term = term_of(clock)
    if clock.is_paused:
        return [*beginning(term, clock.started_at), *map(pause_of, clock.pauses.all())]
    told = list(sentences(term, clock.started_at))
    if clock.provisional:
        told.append(_("有的年份放假安排尚未公布，暂按双休日计算；公布后重新计算，变动记入档案。"))
    return told


def pause_of(pause: ClockPause) -> str:
    """What is known of the pauses of a clock that stands."""
    first, reason = date_format(pause.first_day), pause.reason
    if pause.last_day is None:
        return _("%(first)s起暂停计算：%(reason)s，恢复后接着计算。") % {"first": first, "reason": reason}
    words = {"first": first, "last": date_format(pause.last_day), "reason": reason}
    return _("%(first)s至%(last)s不计入：%(reason)s。") % words


def day_of(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT")


def moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")

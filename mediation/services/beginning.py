"""How a mediation begins: where the dispute comes from, of what kind it is, and from when its clock runs."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.models import Round
from cases.states import Channel, Route
from kernel import clocks
from kernel.calendar import midnight
from kernel.models import ClockRule
from kernel.moves import MoveRefused
from kernel.transitions import opening
from mediation.models import Mediation
from mediation.services.assignments import take_up_assignment
from mediation.services.entrustments import take_up_entrustment
from mediation.services.talks import refuse_other_desk
from mediation.states import SENT_BY, SOURCE_OF, TERMS, Kind, Source


@transaction.atomic
def accept(round, *, by, source="", kind=Kind.PEOPLES, received_on=None) -> Mediation:
    """Take a waiting matter and mediate in it. Whether `by` sits in the hall today is shown, not asked.

    The clock is that of the kind; `received_on` is when the application or the court's papers came, where the kind
    counts from that day.
    """
    cases.take(round, by=by)
    refuse_other_desk(round, Route.MEDIATION)
    take_up_assignment(round, by=by)
    source = source or source_of(round)
    mediation = Mediation(
        case=round.case, round=round, unit=round.unit, mediator=by, source=source, kind=kind
    )
    with opening(mediation, "accept", by=by):
        start_clock(mediation, received_on)
    take_up_entrustment(mediation, by=by)
    return mediation


def start_clock(mediation, received_on: date | None) -> None:
    """Days are counted from acceptance, or from the day that the law of this kind names."""
    terms = mediation.terms
    if not terms.given_day:
        clocks.turn(mediation.round, starts=(terms.clock,))
        return
    day = refuse_unknown_start(terms, received_on)
    began = midnight(day) if day < timezone.localdate() else timezone.now()
    try:
        clocks.turn(mediation.round, starts=(terms.clock,), at=began)
    except ClockRule.DoesNotExist:
        told = {"day": terms.given_day, "on": day}
        raise MoveRefused(_("%(day)s（%(on)s）还没有这类调解的期限规则，请核对日期。") % told) from None


def refuse_unknown_start(terms, day: date | None) -> date:
    if day is None:
        raise MoveRefused(
            _("请填写%(day)s：期限自该日起算（%(article)s）。")
            % {"day": terms.given_day, "article": terms.article}
        )
    if day > timezone.localdate():
        raise MoveRefused(_("%(day)s不能晚于今天。") % {"day": terms.given_day})
    return day


def source_of(round: Round) -> Source:
    """Where the dispute comes from: the desk that sent it on, otherwise the way it came to the centre."""
    sent = round.transfers.filter(to_route=Route.MEDIATION).order_by("pk").last()
    by_desk = SENT_BY.get(Route(sent.from_route)) if sent else None
    return by_desk or SOURCE_OF[Channel(round.case.channel)]


def kind_of(round: Round) -> Kind:
    """The kind that is proposed; whoever accepts decides."""
    if source_of(round) == Source.COURT:
        return Kind.REFERRED_BEFORE
    return KIND_OF.get(round.case.category.code, Kind.PEOPLES)


def proposed_for(round: Round) -> dict:
    """What the form of acceptance begins with."""
    if given := round.entrustments.unreturned().first():
        return {"source": Source.COURT, "kind": given.kind, "received_on": timezone.localdate()}
    kind = kind_of(round)
    registered = timezone.localdate(round.opened_at) if TERMS[kind].given_day else None
    return {"source": source_of(round), "kind": kind, "received_on": registered}


KIND_OF = {"C01": Kind.LABOUR, "C02": Kind.LABOUR, "C11": Kind.MEDICAL}
"""Proposed by the category: a people's committee mediates labour disputes too (劳动争议调解仲裁法 10)."""

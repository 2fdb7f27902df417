"""The sheet to copy a matter from into another system: its fields in that system's order (practice.md, 16).

Which system asks what, and in which order, is data: reference/copy_out.json.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.db.models import Q
from django.utils import timezone

from cases.models import Case, Round
from cases.states import Channel, Side
from intake.models import Arrival

FORMS = Path(__file__).parent / "reference" / "copy_out.json"
ABOVE = "above"


@dataclass(frozen=True)
class Sheet:
    """A matter as it is copied out, read once."""

    case: Case
    arrival: Arrival | None
    round: Round
    parties: list
    said: str

    @property
    def applicant(self):
        return next((party for party in self.parties if party.side == Side.APPLICANT), None)

    @property
    def person(self):
        return self.applicant.person if self.applicant else None


def sheet_of(case: Case) -> Sheet:
    return Sheet(
        case=case,
        arrival=Arrival.objects.filter(case=case).select_related("unit", "case").first(),
        round=case.rounds.select_related("unit").order_by("number").last(),
        parties=list(case.parties.select_related("person")),
        said=said_of(case),
    )


def said_of(case: Case) -> str:
    """What the desk that finished it answered: the note of its verb, whichever desk it was."""
    answered = Q(verb="settle") | Q(verb__startswith="answer_") & ~Q(verb="answer_request")
    entry = case.entries().filter(answered).order_by("-seq").first()
    return entry.shown_note if entry else ""


def moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def plain(person, name) -> str:
    secret = getattr(person, name, None)
    return secret.plain if secret else ""


VALUES: dict[str, Callable[[Sheet], object]] = {
    "number": lambda sheet: sheet.case.number,
    "outside_number": lambda sheet: sheet.case.outside_number,
    "query_code": lambda sheet: sheet.case.query_code,
    "channel": lambda sheet: sheet.case.get_channel_display(),
    "unit": lambda sheet: sheet.arrival.unit if sheet.arrival else "",
    "registered_by": lambda sheet: sheet.case.opened_by or "",
    "came_at": lambda sheet: moment(sheet.case.opened_at),
    "reply_by": lambda sheet: (sheet.arrival and sheet.arrival.reply_by) or "",
    "name": lambda sheet: sheet.applicant.name if sheet.applicant else "",
    "id_number": lambda sheet: plain(sheet.person, "id_number"),
    "phone": lambda sheet: plain(sheet.person, "phone"),
    "address": lambda sheet: plain(sheet.person, "address"),
    "others": lambda sheet: "、".join(p.name for p in sheet.parties if p.side != Side.APPLICANT),
    "title": lambda sheet: sheet.case.title,
    "story": lambda sheet: sheet.case.story,
    "category": lambda sheet: sheet.case.category.name,
    "area": lambda sheet: sheet.case.area,
    "place": lambda sheet: sheet.case.place,
    "people_count": lambda sheet: sheet.case.people_count,
    "amount": lambda sheet: "" if sheet.case.amount is None else sheet.case.amount,
    "urgency": lambda sheet: sheet.case.get_urgency_display(),
    "outlet": lambda sheet: sheet.case.outlet.name,
    "to_unit": lambda sheet: sheet.case.unit,
    "state": lambda sheet: sheet.round.get_state_display(),
    "outcome": lambda sheet: sheet.round.get_outcome_display() if sheet.round.outcome else "",
    "said": lambda sheet: sheet.said,
    "resolved_at": lambda sheet: moment(sheet.round.resolved_at),
}
"""What a field of another system may ask for."""


@cache
def systems() -> dict[str, dict]:
    return {form["system"]: form for form in json.loads(FORMS.read_text(encoding="utf-8"))}


def usual_system(case) -> str:
    """The system that a matter came from; what came from none is entered above."""
    return case.channel if case.channel in systems() and case.channel != Channel.ABOVE else ABOVE


def fields_of(sheet: Sheet, system: str) -> list[tuple[str, str]]:
    return [(label, str(VALUES[key](sheet))) for label, key in systems()[system]["fields"]]

"""Sorting: what becomes of a registered petition within fifteen days (信访工作条例 22, 23, 31)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.models import Case, Sight
from cases.states import Outcome, Route
from kernel.calendar import midnight
from kernel.moves import MoveRefused
from kernel.transitions import moving
from people.roles import Restriction
from petitions import wording
from petitions.services.letters import issue_letter, tell
from petitions.services.registering import registered
from petitions.states import LegalRoute, LetterKind


def end_with(handling, verb, *, by, kind, write, note="", **words):
    """One of the outcomes that end the desk's work with a notice: `write` gives its body."""
    with moving(handling, verb, by=by, note=note, details={"kind": kind}):
        registration = registered(handling)
        body = write(registration, note=note, **words)
        tell(handling, registration, by=by, kind=kind, body=body)
        handling.reply, handling.ended_at = body, timezone.now()
        cases.resolve(handling.round, by=by, outcome=Outcome.GUIDED)


def tell_whom(handling, *, by, whom, note=""):
    """Not this office's: the petitioner is told whom to ask (23(1))."""
    end_with(
        handling, "tell_whom", by=by, kind=LetterKind.TELL_WHOM, write=wording.not_ours, whom=whom, note=note
    )


def other_route(handling, *, by, route, whom, note=""):
    """The law has another way for it, one of the first five of 31."""
    words = {"route": route, "whom": whom, "note": note}
    end_with(handling, "other_route", by=by, kind=LetterKind.OTHER_ROUTE, write=wording.other_way, **words)


def not_accept(handling, *, by, whom, note=""):
    """Another body has accepted it and is within its time (19(3)). Never by who registered it."""
    end_with(
        handling,
        "not_accept",
        by=by,
        kind=LetterKind.NOT_ACCEPTED,
        write=wording.already_in_handling,
        whom=whom,
        note=note,
    )


def no_longer_accept(handling, *, by, whom, note=""):
    """It was re-reviewed and comes again with the same facts (36(3)). Never by who registered it."""
    end_with(
        handling,
        "no_longer_accept",
        by=by,
        kind=LetterKind.NO_LONGER,
        write=wording.finished_for_good,
        whom=whom,
        note=note,
    )


def pass_to_justice(handling, *, by, unit, note=""):
    """涉法涉诉 (22(2)): to the political-legal bodies of the same level, and the petitioner is told."""
    with moving(handling, "pass_to_justice", by=by, note=note, details={"unit": unit.pk}):
        registration = registered(handling)
        cases.refuse_blind(handling.case, [unit])
        sent = wording.sent_to_justice(registration)
        issue_letter(handling, by=by, kind=LetterKind.FORWARD, body=sent, addressee=unit.name)
        route = {"route": LegalRoute.JUSTICE, "whom": unit.name, "note": note}
        body = wording.other_way(registration, **route)
        tell(handling, registration, by=by, kind=LetterKind.OTHER_ROUTE, body=body)
        handling.reply, handling.ended_at = body, timezone.now()
        cases.grant_sight(handling.case, unit, Sight.Why.ASKED)
        cases.resolve(handling.round, by=by, outcome=Outcome.GUIDED)


def refer_up(handling, *, by, to, advice):
    """Grave or urgent: advice is put to the party committee and the government, who decide (22(1))."""
    with moving(handling, "refer_up", by=by, note=advice, details={"to": to}):
        body = wording.referred_up(registered(handling), advice)
        issue_letter(handling, by=by, kind=LetterKind.REFER, body=body, addressee=to)


def report_urgent(handling, *, by, to, situation, measures):
    """重大、紧急 (25): to the party committee and the government of the same level, with what is being done."""
    with moving(handling, "report_urgent", by=by, note=situation, details={"to": to}):
        body = wording.urgent(registered(handling), situation, measures)
        issue_letter(handling, by=by, kind=LetterKind.URGENT, body=body, addressee=to)


def enter_decision(handling, *, by, decision, decided_on):
    """They decided: the desk sorts the petition as they said, within its days from then on."""
    with moving(handling, "enter_decision", by=by, note=decision, details={"on": str(decided_on)}):
        letter = handling.letters.filter(kind=LetterKind.REFER).last()
        if not letter.issued_on <= decided_on <= timezone.localdate():
            raise MoveRefused(_("决定日期不能早于报请的日期，也不能晚于今天。"))
        handling.decision, handling.decided_at = decision, midnight(decided_on)


@transaction.atomic
def hand_to_discipline(handling, *, by, unit):
    """An accusation goes to the discipline body, and is hidden from everybody else in the same breath (22(2), 30).

    No words of the officer's own are kept: what was registered before becomes cipher with the rest of the file.
    """
    case = handling.case
    note = _("移送纪检监察机关")
    with moving(handling, "hand_to_discipline", by=by, note=note):
        handling.ended_at = timezone.now()
        cases.reroute(handling.round, by=by, route=Route.PETITIONS, unit=unit, note=note)
    case = Case.objects.select_related("unit").get(pk=case.pk)
    cases.refuse_blind_desk(case, Restriction.ACCUSATION)
    cases.restrict(case, Restriction.ACCUSATION, by=by, note=note)

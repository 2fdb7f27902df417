"""Each party is asked whether it wants mediation, and by whom."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.moves import MoveRefused
from kernel.transitions import moving
from mediation.models import Consent
from mediation.services.ending import give_up
from mediation.services.parties import speaking
from mediation.states import Ground, Willing


@transaction.atomic
def record_consent(
    mediation, *, by, party, way, asked_at, answer, chosen=None, openness="", note="", route="", unit=None
) -> Consent:
    """Write down what one party answered. One clear refusal ends the mediation (人民调解法 17, 26)."""
    details = {"party": party.pk, "answer": answer, "way": way}
    with moving(mediation, "record_consent", by=by, details=details):
        refuse_impossible_question(mediation, party, asked_at)
        consent = Consent.objects.create(
            mediation=mediation,
            party=party,
            way=way,
            asked_at=asked_at,
            asked_by=by,
            answer=answer,
            chosen=chosen if answer == Willing.AGREED else None,
            openness=openness,
            note=note,
        )
    if answer == Willing.REFUSED:
        end_refused(mediation, by=by, party=party, note=note, route=route, unit=unit)
    return consent


def end_refused(mediation, *, by, party, note, route, unit):
    """No party is left without a channel: whoever ends a mediation says where the matter goes."""
    if unit is None:
        raise MoveRefused(
            _(
                "一方明确拒绝的，不得调解（人民调解法第十七条）：请选择事项转到哪个窗口，并告知其他途径（第二十六条）。"
            )
        )
    reason = _("%(side)s明确拒绝调解。") % {"side": party.get_side_display()} + note
    give_up(mediation, by=by, ground=Ground.REFUSED, note=reason, route=route, unit=unit)


def refuse_impossible_question(mediation, party, asked_at: datetime):
    if party.case_id != mediation.case_id:
        raise MoveRefused(_("%(name)s不是本件的当事人。") % {"name": party})
    registered = mediation.case.opened_at.replace(second=0, microsecond=0)
    if not registered <= asked_at <= timezone.now():
        raise MoveRefused(_("征询时间不能早于登记事项，也不能晚于现在。"))


def latest_answers(mediation) -> dict[int, Consent]:
    """The answer that counts, by the key of the party."""
    return {consent.party_id: consent for consent in mediation.consents.select_related("asked_by", "chosen")}


def not_consenting(mediation) -> list[str]:
    """The names of those who speak for their side and have not said yes."""
    answers = latest_answers(mediation)
    return [
        party.name
        for party in speaking(list(mediation.case.parties.all()))
        if party.pk not in answers or answers[party.pk].answer != Willing.AGREED
    ]


def refuse_without_consent(mediation):
    """The first session may be the first contact, at which people are asked; no second one before all agreed."""
    if mediation.sessions.exists() and (names := not_consenting(mediation)):
        raise MoveRefused(
            _(
                "首次接触以后，须各方当事人同意才能继续调解（人民调解法第十七条、第二十三条），还没有同意的：%(names)s。"
            )
            % {"names": "、".join(names)}
        )

"""Copies of an agreement in force."""

from django.utils.translation import gettext as _

from kernel.moves import MoveRefused
from kernel.transitions import moving
from mediation.models import AgreementCopy


def hand_copy(mediation, *, by, party, way, handed_on) -> AgreementCopy:
    """Note who received a copy: each party one, the committee (`party` empty) one (人民调解法 29)."""
    details: dict[str, object] = {"party": party and party.pk, "handed_on": str(handed_on)}
    note = party.masked if party else _("调解委员会留存")
    with moving(mediation, "hand_copy", by=by, note=note, details=details):
        agreement = mediation.live_agreement()
        if agreement.is_oral:
            raise MoveRefused(_("口头协议没有协议书，不用送达（人民调解法第二十八条）。"))
        if handed_on < agreement.in_force_on:
            raise MoveRefused(_("协议生效后才能送达，生效日期是 %(day)s。") % {"day": agreement.in_force_on})
        if agreement.copies.filter(party=party).exists():
            raise MoveRefused(_("%(whom)s已经领取过协议书。") % {"whom": note})
        copy = AgreementCopy.objects.create(
            agreement=agreement, party=party, way=way, handed_on=handed_on, noted_by=by
        )
        details["copy"] = copy.pk
    return copy

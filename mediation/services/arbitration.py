"""仲裁审查确认: from the day a labour agreement binds to the letter of the commission, which comes into the file.

The commission sits outside the centre: whoever is in charge enters what it did, with its paper.
"""

from kernel.attachments import attach
from kernel.transitions import moving
from mediation.models import ArbitrationReview, ConfirmationTerm
from mediation.services.confirmation import (
    begin,
    codes,
    keep_ruling,
    refuse_day_before,
    refuse_missing,
    refuse_partial,
    refuse_untimely,
)

CONDITION, PAPER = ConfirmationTerm.Kind.REVIEW_CONDITION, ConfirmationTerm.Kind.REVIEW_PAPER


def open_arbitration(agreement, *, by) -> ArbitrationReview:
    """An agreement on a labour dispute binds: the fifteen days run from that day (劳动人事争议仲裁办案规则 74)."""
    return begin(ArbitrationReview, agreement, "open_arbitration", by=by)


def apply_for_arbitration(arbitration, *, by, met, applicants, papers, applied_on):
    """Both sides ask together, in time, with their papers; what the commission would refuse is refused here."""
    details = {"applied_on": str(applied_on), "papers": codes(papers), "met": codes(met)}
    with moving(arbitration, "apply_for_arbitration", by=by, details=details):
        refuse_missing(CONDITION, met)
        refuse_partial(arbitration, applicants)
        refuse_untimely(arbitration, applied_on)
        refuse_missing(PAPER, papers)
        arbitration.applied_on, arbitration.papers = applied_on, codes(papers)


def decline_arbitration(arbitration, *, by, note):
    """The parties do not want it: they may, they need not (74)."""
    with moving(arbitration, "decline_arbitration", by=by, note=note):
        pass


def hand_to_commission(arbitration, *, by, commission, handed_on):
    with moving(arbitration, "hand_to_commission", by=by, details={"handed_on": str(handed_on)}):
        refuse_day_before(arbitration.applied_on, handed_on)
        arbitration.commission, arbitration.handed_on = commission, handed_on


def accept_arbitration(arbitration, *, by, number, accepted_on):
    """The commission took it (75): its days begin (76)."""
    details = {"number": number, "accepted_on": str(accepted_on)}
    with moving(arbitration, "accept_arbitration", by=by, details=details):
        refuse_day_before(arbitration.handed_on, accepted_on)
        arbitration.number, arbitration.accepted_on = number, accepted_on


def confirm_arbitration(arbitration, *, by, ruling_number, ruled_on, ruling):
    """仲裁调解书 binds once both sides have received it (77). It goes into the file."""
    details = {"ruling_number": ruling_number, "ruled_on": str(ruled_on)}
    with moving(arbitration, "confirm_arbitration", by=by, details=details):
        keep_ruling(arbitration, by, ruling_number, ruled_on, ruling)


def refuse_arbitration(arbitration, *, by, note, ruled_on, ruling):
    """不予受理 (75) or 不予制作调解书 (78), in writing: the agreement binds as before, and arbitration stays open."""
    with moving(arbitration, "refuse_arbitration", by=by, note=note, details={"ruled_on": str(ruled_on)}):
        refuse_day_before(arbitration.accepted_on or arbitration.handed_on, ruled_on)
        arbitration.reason, arbitration.ruled_on = note, ruled_on
        arbitration.ruling = attach(arbitration.case, ruling, by=by)


def withdraw_arbitration(arbitration, *, by, note):
    """The parties take it back before the letter reaches them (76)."""
    with moving(arbitration, "withdraw_arbitration", by=by, note=note):
        pass

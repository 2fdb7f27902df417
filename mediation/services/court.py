"""The court's desk in the centre."""

from django.db import transaction
from django.utils.translation import gettext as _

from cases import services as cases
from cases.states import Route
from kernel import history
from kernel.moves import MoveRefused
from mediation.models import CourtReferral, DeskNote
from mediation.services.talks import refuse_other_desk
from people.models import User
from people.roles import Role


def leave_note(unit, *, by, text) -> DeskNote:
    """Tell whoever sits at the court's desk next. A note stays as it was written."""
    if not User.objects.in_unit(unit, Role.COURT).filter(pk=by.pk).exists():
        raise MoveRefused(_("只有法院驻点干部可以写交班留言。"))
    return DeskNote.objects.create(unit=unit, author=by, text=text)


@transaction.atomic
def accept_referral(round, *, by) -> CourtReferral:
    """The court's desk takes a matter. It belongs to the desk: tomorrow's colleague goes on with it."""
    history.lock(round.dossier_id)
    round.refresh_from_db()
    refuse_other_desk(round, Route.COURT)
    referral = CourtReferral(case=round.case, round=round, unit=round.unit, handler=by)
    cases.accept_handling(referral, by=by, verb="accept_referral")
    return referral


def answer_referral(referral, *, by, reply, outcome):
    cases.answer_handling(referral, by=by, verb="answer_referral", reply=reply, outcome=outcome)


def send_back_referral(referral, *, by, note, to_unit):
    """Return a matter to the centre's window, with the reason."""
    cases.send_back_handling(referral, by=by, verb="send_back_referral", note=note, to_unit=to_unit)

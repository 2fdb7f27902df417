"""Colleagues who mediate together, and helpers whom the parties agreed to."""

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.models import Sight
from kernel.moves import MoveRefused
from kernel.transitions import moving
from mediation.models import CoMediator, Helper
from mediation.services.changes import tell
from mediation.services.parties import refuse_unagreed
from mediation.states import MEDIATORS
from people.models import Unit


def add_co_mediator(mediation, *, by, user) -> CoMediator:
    """Let another mediator record and ask beside the one in charge (人民调解法 19). Their committee sees the file."""
    with moving(mediation, "add_co_mediator", by=by, details={"user": user.pk}):
        if (
            user.pk == mediation.mediator_id
            or mediation.co_mediators.filter(user=user, ended_at=None).exists()
        ):
            raise MoveRefused(_("%(name)s已经在调解本件。") % {"name": user})
        show_to(mediation, user)
        row = CoMediator.objects.create(mediation=mediation, user=user, added_by=by)
    tell(mediation, [user], _("%(number)s请您共同调解。"))
    return row


def show_to(mediation, user):
    """A mediator of another committee sees the file through that committee."""
    unit = Unit.objects.filter(posts__user=user, posts__role__in=MEDIATORS).order_by("pk").first()
    if unit is None:
        raise MoveRefused(_("%(name)s不是调解员。") % {"name": user})
    if not user.unit_ids & {*mediation.case.seen_by}:
        cases.grant_sight(mediation.case, unit, Sight.Why.ASKED)
    if user not in mediation.case.seeing([user]):
        raise MoveRefused(_("%(name)s已回避或无权查看本件，不能共同调解。") % {"name": user})


def remove_co_mediator(mediation, *, by, user):
    """They mediate here no more; what they wrote stays."""
    with moving(mediation, "remove_co_mediator", by=by, details={"user": user.pk}):
        ended = mediation.co_mediators.filter(user=user, ended_at=None).update(ended_at=timezone.now())
        if not ended:
            raise MoveRefused(_("%(name)s没有在共同调解本件。") % {"name": user})


def invite_helper(mediation, *, by, kind, name, agreed, about="") -> Helper:
    """Invite a relative, a neighbour, an expert: only with the consent of the parties (人民调解法 20)."""
    details: dict[str, object] = {"kind": kind}
    with moving(mediation, "invite_helper", by=by, details=details):
        refuse_unagreed(mediation.case, agreed)
        helper = Helper.objects.create(mediation=mediation, kind=kind, name=name, about=about, invited_by=by)
        helper.agreed.set(agreed)
        details["helper"] = helper.pk
    return helper

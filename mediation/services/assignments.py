"""A waiting matter is given to a mediator, who accepts it or says why not."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import services as cases
from cases.states import Route
from cases.states import State as RoundState
from kernel.models import MessageKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import moving, opening
from mediation.models import Assignment
from mediation.services.talks import refuse_unable_to_mediate


@transaction.atomic
def assign(round, *, by, to, basis, reason="") -> Assignment:
    """Give a waiting matter to a mediator of its committee; from now on its clock is theirs."""
    cases.lock_file(round.case)
    round.refresh_from_db()
    refuse_unassignable(round, to)
    if earlier := round.assignments.waiting().first():
        replace_assignment(earlier, by=by, to=to)
    assignment = Assignment(
        case=round.case, round=round, unit=round.unit, mediator=to, basis=basis, reason=reason, assigned_by=by
    )
    details = {"to": to.pk, "basis": basis}
    with opening(assignment, "assign", by=by, note=reason, details=details):
        cases.keep_with(round, to)
        text = _("%(number)s已指派给您，请接办或者说明不接办的理由。") % {"number": round.case.number}
        notify([to], assignment, text, url=assignment.url, kind=MessageKind.ASSIGNED)
    return assignment


def refuse_unassignable(round, to):
    if round.state != RoundState.ROUTED or round.route != Route.MEDIATION:
        raise MoveRefused(_("%(round)s现在不在待接办的调解中，不能指派。") % {"round": round})
    refuse_unable_to_mediate(round.unit, round.case, to)


def replace_assignment(assignment, *, by, to):
    """Somebody else is to mediate, before the first has answered."""
    with moving(assignment, "replace_assignment", by=by):
        if assignment.mediator_id == to.pk:
            raise MoveRefused(_("本件已经指派给%(name)s。") % {"name": to})


def decline_assignment(assignment, *, by, answer):
    """Whoever was assigned says why it should be somebody else; the matter waits for the whole committee again."""
    with moving(assignment, "decline_assignment", by=by, note=answer):
        assignment.answer = answer
        cases.keep_with(assignment.round, None)
        text = _("%(number)s：%(name)s不接办，请另行指派。") % {"number": assignment.case.number, "name": by}
        people = assignment.readers([assignment.assigned_by])
        url = reverse("mediation:assign", args=[assignment.round_id])
        notify(people, assignment, text, url=url, kind=MessageKind.ASSIGNED)


def take_up_assignment(round, *, by):
    """Within acceptance: a matter that was given to somebody is accepted by them alone."""
    assignment = round.assignments.waiting().first()
    if assignment is None:
        return
    if assignment.mediator_id != by.pk:
        raise MoveRefused(
            _("本件已指派给%(name)s：由其接办或说明理由，也可由负责人改派。") % {"name": assignment.mediator}
        )
    with moving(assignment, "take_up_assignment", by=by):
        pass

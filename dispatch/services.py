"""What a department or township does with a matter sent to it, and what the dispatcher does before."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.states import Route
from cases.states import State as RoundState
from dispatch.models import OrderHandling
from kernel import history
from kernel.moves import MoveRefused
from kernel.transitions import opening
from people.models import Unit


def accept_order(round, *, by) -> OrderHandling:
    """Take a matter that was sent to one's unit."""
    handling = OrderHandling(case=round.case, round=round, unit=round.unit, handler=by)
    cases.accept_handling(handling, by=by, verb="accept_order")
    return handling


def answer_order(handling, *, by, reply, outcome):
    """Answer what was asked for. The round waits for the centre's follow-up."""
    cases.answer_handling(handling, by=by, verb="answer_order", reply=reply, outcome=outcome)


def pass_on(handling, *, by, to, note=""):
    """Give an order in hand to a colleague of the unit while somebody is on leave."""
    cases.pass_on(handling, by=by, to=to, note=note)


def send_back_order(handling, *, by, note):
    """Return a matter that is none of this unit's to the centre's window, with the reason."""
    centre = Unit.objects.centre()
    cases.send_back_handling(handling, by=by, verb="send_back_order", note=note, to_unit=centre)


@transaction.atomic
def assign_order(round, *, by, unit, note) -> OrderHandling:
    """Send a matter that waits at the centre on to a department or township. One that is in hand stays."""
    history.lock(round.dossier_id)
    round.refresh_from_db()
    if round.state != RoundState.ROUTED:
        raise MoveRefused(_("%(number)s 已有单位接办，不能再派单。") % {"number": round})
    sent_on = OrderHandling(
        case=round.case, round=round, unit=round.unit, handler=by, ended_at=timezone.now()
    )
    with opening(sent_on, "assign_order", by=by, note=f"{unit}：{note}"):
        cases.reroute(round, by=by, route=Route.DISPATCH, unit=unit, note=note)
    return sent_on

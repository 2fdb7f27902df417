"""The life cycle of a matter sent to a department or township. Events and orders proper come with their own issue."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.states import TAKERS, HandlingState, Route, handling_moves, pass_on
from kernel.moves import NEW, Move, Moves
from people.roles import Role


class State(models.TextChoices):
    """Taken, then answered or sent back; or sent on by the dispatcher, who does not handle matters himself."""

    IN_HAND = HandlingState.IN_HAND.value, _("办理中")
    ANSWERED = HandlingState.ANSWERED.value, _("已答复")
    SENT_BACK = HandlingState.SENT_BACK.value, _("已退回")
    ASSIGNED = "assigned", _("已派单")


MOVES = Moves(
    *handling_moves(
        ("accept_order", _("接办派单")),
        ("answer_order", _("答复派单")),
        ("send_back_order", _("退回窗口")),
        who=TAKERS[Route.DISPATCH],
    ),
    Move(
        verb="assign_order",
        label=_("派单"),
        sources={NEW},
        target=State.ASSIGNED,
        who={Role.DISPATCHER: "holder"},
    ),
    pass_on(State.IN_HAND),
)

"""The life cycle of a matter at the petition desk. The legal steps of a petition come with their own issue."""

from django.utils.translation import gettext_lazy as _

from cases.states import TAKERS, HandlingState, Route, handling_moves, pass_on
from kernel.moves import Moves

MOVES = Moves(
    *handling_moves(
        ("accept_petition", _("接办信访事项")),
        ("answer_petition", _("答复信访人")),
        ("send_back_petition", _("退回窗口")),
        who=TAKERS[Route.PETITIONS],
    ),
    pass_on(HandlingState.IN_HAND),
)

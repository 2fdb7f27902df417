from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Handling
from dispatch.states import MOVES, State


class OrderHandling(Handling):
    """What a unit did with a matter that was sent to it: taken, then answered or sent back; or sent on."""

    MOVES = MOVES

    state = models.CharField(_("状态"), max_length=20, choices=State, default=State.IN_HAND)

    class Meta(Handling.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(state=State.IN_HAND),
                name="orderhandling_one_in_hand_per_round",
            ),
            models.CheckConstraint(
                condition=Q(state=State.IN_HAND, ended_at=None)
                | (~Q(state=State.IN_HAND) & Q(ended_at__isnull=False)),
                name="orderhandling_ended_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.ANSWERED) | ~Q(reply="") | ~Q(restriction=""),
                name="orderhandling_answered_has_a_reply",
            ),
        ]

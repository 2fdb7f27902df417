from django.db import models
from django.db.models import Q

from cases.models import Handling
from cases.states import HandlingState
from petitions.states import MOVES


class PetitionHandling(Handling):
    """The petition desk's work on one round: taken, then answered or sent back."""

    MOVES = MOVES

    class Meta(Handling.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(state=HandlingState.IN_HAND),
                name="petitionhandling_one_in_hand_per_round",
            ),
            models.CheckConstraint(
                condition=Q(state=HandlingState.IN_HAND, ended_at=None)
                | (~Q(state=HandlingState.IN_HAND) & Q(ended_at__isnull=False)),
                name="petitionhandling_ended_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=HandlingState.ANSWERED) | ~Q(reply="") | ~Q(restriction=""),
                name="petitionhandling_answered_has_a_reply",
            ),
        ]

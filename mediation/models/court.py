"""Matters at the court's desk."""

from django.db import models
from django.db.models import Q

from cases.models import Handling
from cases.states import HandlingState
from mediation.states import (
    REFERRAL_MOVES,
)


class CourtReferral(Handling):
    """A matter at the court's desk in the centre: guidance on filing, advice, or back to the window."""

    MOVES = REFERRAL_MOVES

    class Meta(Handling.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(state=HandlingState.IN_HAND),
                name="courtreferral_one_in_hand_per_round",
            ),
            models.CheckConstraint(
                condition=Q(state=HandlingState.IN_HAND, ended_at=None)
                | (~Q(state=HandlingState.IN_HAND) & Q(ended_at__isnull=False)),
                name="courtreferral_ended_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=HandlingState.ANSWERED) | ~Q(reply="") | ~Q(restriction=""),
                name="courtreferral_answered_has_a_reply",
            ),
        ]

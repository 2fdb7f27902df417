"""The petition desk's work on one round."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import DeskQuerySet, Handling
from petitions.states import MOVES, OPEN, Done, HandlingState, InPlace


class PetitionHandlingQuerySet(DeskQuerySet):
    def in_tab(self, tab):
        """To be sorted, with other units or with the leaders, or done."""
        states = {"in_hand": {HandlingState.IN_HAND}, "sent": OPEN - {HandlingState.IN_HAND}}
        return self.filter(state__in=states.get(tab, frozenset(HandlingState) - OPEN))

    def open(self):
        return self.filter(state__in=OPEN)


class PetitionHandling(Handling):
    """Taken, registered, sorted (信访工作条例 22).

    `main` is the petition in which this one was merged: the registration stays, and no clock of its own runs.
    `decided_at` is when those above decided what had been put to them: the fifteen days begin anew.
    """

    MOVES = MOVES
    VEILED = ("reply", "decision")

    state = models.CharField(_("状态"), max_length=20, choices=HandlingState, default=HandlingState.IN_HAND)
    decision = models.TextField(_("上级决定"), blank=True)
    in_place = models.JSONField(_("四到位"), default=dict, blank=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True)
    main = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", verbose_name=_("并入事项")
    )

    objects = PetitionHandlingQuerySet.as_manager()

    class Meta(Handling.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(state__in=sorted(OPEN)),
                name="petitionhandling_one_in_hand_per_round",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPEN), ended_at=None)
                | (~Q(state__in=sorted(OPEN)) & Q(ended_at__isnull=False)),
                name="petitionhandling_ended_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=HandlingState.ANSWERED) | ~Q(reply="") | ~Q(restriction=""),
                name="petitionhandling_answered_has_a_reply",
            ),
            models.CheckConstraint(
                condition=Q(state=HandlingState.MERGED, main__isnull=False)
                | (~Q(state=HandlingState.MERGED) & Q(main=None)),
                name="petitionhandling_merged_has_a_main",
            ),
        ]

    @property
    def shown_in_place(self) -> list[tuple[str, str]]:
        """The four 到位, each with what was found."""
        return [(str(InPlace(name).label), str(Done(answer).label)) for name, answer in self.in_place.items()]

    @property
    def clocks_from(self) -> datetime:
        return self.decided_at or self.round.arrived_at

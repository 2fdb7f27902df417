"""Matters at the court's desk, and those that it gives to a committee."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, DeskQuerySet, FileRow, Handling, Round, UnderCase
from kernel.veil import Veiled
from mediation.models.mediation import Mediation
from mediation.states import (
    ENTRUSTMENT_MOVES,
    OF_THE_COURT,
    REFERRAL_MOVES,
    AtCourt,
    EntrustmentState,
    Kind,
    ReferralState,
    State,
)
from people.models import Unit


class CourtReferral(Handling):
    """A matter at the court's desk in the centre: guidance on filing, advice, to a committee, or back to the window."""

    MOVES = REFERRAL_MOVES

    state = models.CharField(_("状态"), max_length=20, choices=ReferralState, default=ReferralState.IN_HAND)

    class Meta(Handling.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(state=ReferralState.IN_HAND),
                name="courtreferral_one_in_hand_per_round",
            ),
            models.CheckConstraint(
                condition=Q(state=ReferralState.IN_HAND, ended_at=None)
                | (~Q(state=ReferralState.IN_HAND) & Q(ended_at__isnull=False)),
                name="courtreferral_ended_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReferralState.ANSWERED) | ~Q(reply="") | ~Q(restriction=""),
                name="courtreferral_answered_has_a_reply",
            ),
        ]


class EntrustmentQuerySet(DeskQuerySet):
    def unreturned(self):
        return self.filter(state__in=[EntrustmentState.SENT, EntrustmentState.MEDIATING])

    def with_case(self):
        return self.select_related(
            "case__category", "case__area", "round", "unit", "desk", "mediation__mediator"
        )


class Entrustment(Veiled, UnderCase):
    """委派调解 before, 委托调解 after filing: the court gives a matter to a committee, and has it back with the result.

    `unit` is the committee, `desk` the court's. `papers_on` is the day of the court's papers; the term is the clock of
    the mediation's kind, which runs from the day on which the committee received them. `mediation` stays empty where
    the committee gave it back at once.
    """

    MOVES = ENTRUSTMENT_MOVES
    ENTRY_LABELS = {"print_return": _("打印情况告知书")}
    VEILED = ("note", "reason")
    IN_FILE = "case"
    READ_TOGETHER = ("round", "case", "mediation")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entrustments")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="entrustments")
    desk = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("法院"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("调解组织"))
    mediation = models.OneToOneField(
        Mediation, null=True, on_delete=models.PROTECT, related_name="entrustment"
    )
    kind = models.CharField(
        _("调解种类"),
        max_length=20,
        choices=[(kind.value, kind.label) for kind in Kind if kind in OF_THE_COURT],
    )
    court_number = models.CharField(_("法院案号"), max_length=40)
    papers_on = models.DateField(_("法院材料日期"))
    note = models.TextField(_("委派、委托说明"), blank=True)
    state = models.CharField(
        _("状态"), max_length=20, choices=EntrustmentState, default=EntrustmentState.SENT
    )
    opened_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(_("退回理由"), blank=True)
    returned_on = models.DateField(_("退回日期"), null=True)
    afterwards = models.CharField(_("法院后续办理"), max_length=12, choices=AtCourt, blank=True)

    objects = EntrustmentQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(state__in=[EntrustmentState.MEDIATING, EntrustmentState.SENT]),
                name="entrustment_one_open_per_round",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[EntrustmentState.MEDIATING, EntrustmentState.SENT], returned_on=None)
                | Q(
                    state__in=[EntrustmentState.RECEIVED, EntrustmentState.RETURNED],
                    returned_on__isnull=False,
                ),
                name="entrustment_returned_has_a_day",
            ),
        ]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["-opened_at", "-id"], name="entrustment_opened"),
        ]

    def __str__(self):
        return self.court_number

    def is_veiled(self) -> bool:
        return bool(self.case.restriction if self._state.adding else self.restriction)

    def is_holder(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def is_in_charge(self, user) -> bool:
        """Before anybody took it, each mediator of the committee may say that it is not for them."""
        return self.mediation.is_in_charge(user) if self.mediation_id else self.is_holder(user)

    def is_at_court(self, user) -> bool:
        return self.desk_id in user.unit_ids

    def work_done(self):
        return self.round.work_done()

    @property
    def result(self) -> str:
        """达成协议, 调解不成 with its ground, or that nobody took it; empty until it is known."""
        if self.mediation_id is None:
            return str(_("未接办，退回")) if self.returned_on else ""
        if self.mediation.ended_at is None:
            return ""
        return "：".join(
            filter(None, [self.mediation.get_state_display(), self.mediation.get_ground_display()])
        )

    @property
    def has_agreement(self) -> bool:
        return self.mediation_id is not None and self.mediation.state == State.AGREED

    @property
    def url(self) -> str:
        return reverse("mediation:entrustment_detail", args=[self.pk])

    def topics(self):
        return self.told(f"case:{self.case_id}", f"unit:{self.unit_id}", f"unit:{self.desk_id}")

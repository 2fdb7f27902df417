"""A petition sent to the unit whose matter it is (转送、交办)."""

from datetime import date, datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, FileQuerySet, FileRow, Round, UnderCase
from kernel.calendar import midnight
from kernel.models import Timed
from kernel.veil import Veiled
from people.models import Unit, User
from petitions.models.handling import PetitionHandling
from petitions.states import (
    FORWARDING_MOVES,
    OVER,
    TO_DO,
    UNIT_ROLES,
    WITH_THE_SENDER,
    ForwardingState,
    InquiryKind,
)


class ForwardingQuerySet(FileQuerySet):
    barred_through = "case"

    def standing(self):
        return self.exclude(state__in=sorted(OVER))

    def to_do_in(self, unit_ids):
        """For the unit to go on with."""
        return self.filter(unit__in=unit_ids, state__in=sorted(TO_DO))

    def objected_to(self, unit_ids):
        """For the desk that sent it to decide."""
        return self.filter(handling__unit__in=unit_ids, state=ForwardingState.OBJECTED)


class Forwarding(Veiled, Timed, UnderCase):
    """Sent, signed for, accepted and answered by one unit; other units help by a request of the file.

    `report_by` is the day that a 交办函 gives. The clocks run on the row itself: the fifteen days and the five working
    days from `received_on`, the sixty from `accepted_on`.
    """

    MOVES = FORWARDING_MOVES
    VEILED = ("words", "objection", "verdict", "report")
    IN_FILE = "case"
    READ_TOGETHER = ("case", "handling")
    TOLD_WITH = ("unit", "handler", "handling", "case")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    handling = models.ForeignKey(PetitionHandling, on_delete=models.PROTECT, related_name="forwardings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("责任单位"))
    handler = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("承办人")
    )
    words = models.TextField(_("办理要求"), blank=True)
    report_by = models.DateField(_("反馈期限"), null=True)
    state = models.CharField(_("状态"), max_length=20, choices=ForwardingState, default=ForwardingState.SENT)
    sent_at = models.DateTimeField(_("转出时间"), default=timezone.now)
    received_on = models.DateField(_("收到日期"), null=True)
    accepted_on = models.DateField(_("受理日期"), null=True)
    answered_on = models.DateField(_("答复日期"), null=True)
    objection = models.TextField(_("异议理由"), blank=True)
    verdict = models.TextField(_("审核意见"), blank=True)
    report = models.TextField(_("办结报告"), blank=True)

    objects = ForwardingQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["sent_at", "pk"]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["unit", "state", "due_at"], name="forwarding_inbox"),
            models.Index(fields=["-sent_at", "-id"], name="forwarding_newest"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["handling"], condition=~Q(state__in=sorted(OVER)), name="forwarding_one_standing"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ForwardingState.SENT, ForwardingState.WITHDRAWN])
                | Q(received_on__isnull=False),
                name="forwarding_signed_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=ForwardingState.ACCEPTED) | Q(accepted_on__isnull=False),
                name="forwarding_accepted_has_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.case.number} {self.unit}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def is_receiver(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def is_sender(self, user) -> bool:
        return self.handling.unit_id in user.unit_ids

    def work_done(self):
        return self.round.work_done()

    @property
    def clocks_from(self) -> datetime | None:
        """Receipt and acceptance have their days; what else begins, begins now."""
        days: dict[str, date | None] = {
            ForwardingState.SIGNED: self.received_on,
            ForwardingState.ACCEPTED: self.accepted_on,
        }
        day = days.get(self.state)
        return midnight(day) if day else None

    @property
    def url(self) -> str:
        return reverse("petitions:forwarding_detail", args=[self.pk])

    @property
    def is_with_the_sender(self) -> bool:
        return self.state in WITH_THE_SENDER

    @property
    def waits_for_the_centre(self) -> bool:
        return self.state == ForwardingState.DISPUTED and not self.is_secluded

    @property
    def unit_of_clocks(self) -> Unit:
        return self.handling.unit if self.is_with_the_sender else self.unit

    @property
    def name_of_clocks(self) -> str:
        return f"{_('信访')}：{self.unit}"

    def keepers(self, people=User.objects):
        """Who accepted or signed for it; before that, those of the unit who may; of an objection, the desk."""
        if self.is_with_the_sender:
            return self.at_work(self.handling.handler, self.handling.unit, people)
        return self.at_work(self.handler, self.unit, people) or self.readers(
            people.in_unit(self.unit, *UNIT_ROLES)
        )

    def topics(self):
        return self.told(f"case:{self.case_id}", f"unit:{self.unit_id}", f"unit:{self.handling.unit_id}")


class Inquiry(Veiled, UnderCase):
    """听取陈述、调查核实、听证: what the unit did to find out, when, with whom."""

    VEILED = ("present", "record")
    IN_FILE = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    forwarding = models.ForeignKey(Forwarding, on_delete=models.PROTECT, related_name="inquiries")
    kind = models.CharField(_("方式"), max_length=12, choices=InquiryKind)
    held_on = models.DateField(_("日期"))
    present = models.CharField(_("参加人员"), max_length=200)
    record = models.TextField(_("记录"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("记录人"))
    at = models.DateTimeField(default=timezone.now)

    objects = ForwardingQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["held_on", "pk"]

    def __str__(self):
        return f"{self.held_on} {self.get_kind_display()}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

"""What was promised in an agreement in force, and whether it was done."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, DeskQuerySet, FileRow, UnderCase
from kernel.calendar import DAY
from kernel.models import Attachment, Timed
from kernel.veil import Veiled
from mediation.capitals import LARGEST, in_figures
from mediation.models.agreements import Agreement
from mediation.models.instalments import Instalment
from mediation.states import MEDIATORS, PERFORMANCE_MOVES, PayWay, PerformanceState
from people.models import Unit, User


class PerformanceQuerySet(DeskQuerySet):
    def outstanding(self):
        return self.exclude(state=PerformanceState.KEPT)

    def kept(self):
        return self.filter(state=PerformanceState.KEPT)

    def due_within_a_week(self):
        today = timezone.localdate()
        return self.filter(state=PerformanceState.PROMISED, due_on__range=(today, today + 7 * DAY))

    def late(self):
        """逾期: the day has passed, or it was found broken."""
        today = timezone.localdate()
        return self.outstanding().filter(Q(due_on__lt=today) | Q(state=PerformanceState.BROKEN))


class Performance(Veiled, Timed, UnderCase):
    """One thing to be done under an agreement: an instalment, or all of it by one day (人民调解法 31).

    Its clock is time of a party, not of an office, and hangs here: neither the mediation's last day nor the closing
    of the round waits for it (practice.md, Mediation 9).
    """

    MOVES = PERFORMANCE_MOVES
    VEILED = ("breach",)
    IN_FILE = "case"
    READ_TOGETHER = ("case", "agreement__mediation__mediator")
    TOLD_WITH = ("unit", "agreement__mediation__mediator", "case")
    LATE_WORDS = _("%(subject)s：当事人逾期未履行，请电话督促")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="performances")
    instalment = models.OneToOneField(Instalment, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("调解组织"))
    number = models.PositiveSmallIntegerField(_("期次"), default=1)
    amount = models.DecimalField(
        _("应付金额（元）"),
        max_digits=14,
        decimal_places=2,
        null=True,
        validators=[MinValueValidator(0), MaxValueValidator(LARGEST)],
    )
    due_on = models.DateField(_("履行期限"), null=True)
    state = models.CharField(
        _("履行情况"), max_length=20, choices=PerformanceState, default=PerformanceState.PROMISED
    )
    kept_on = models.DateField(_("履行完毕日期"), null=True)
    breach = models.TextField(_("未按约履行的情况"), blank=True)

    objects: ClassVar[PerformanceQuerySet] = PerformanceQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["agreement_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="performance_numbered_once"),
            models.CheckConstraint(
                condition=Q(state=PerformanceState.KEPT, kept_on__isnull=False)
                | (~Q(state=PerformanceState.KEPT) & Q(kept_on=None)),
                name="performance_kept_has_a_day",
            ),
        ]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(
                fields=["due_at", "id"],
                name="performance_outstanding",
                condition=~Q(state=PerformanceState.KEPT),
            ),
        ]

    def __str__(self):
        return f"{self.case.number} {self.name_of_clocks}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction if self._state.adding else self.restriction)

    def is_holder(self, user) -> bool:
        return self.unit_id in user.unit_ids

    @property
    def unit_of_clocks(self):
        return self.unit

    @property
    def name_of_clocks(self) -> str:
        return str(
            _("第 %(number)d 期履行") % {"number": self.number} if self.instalment_id else _("履行协议")
        )

    def keepers(self, people=User.objects):
        """Who mediated; where they are of the committee no more, its mediators."""
        mediator = self.at_work(self.agreement.mediation.mediator, self.unit, people)
        return mediator or self.readers(people.in_unit(self.unit, *MEDIATORS))

    def topics(self):
        return self.case.topics()

    @property
    def paid(self) -> Decimal:
        return sum((payment.amount or Decimal(0) for payment in self.payments.all()), Decimal(0))

    @property
    def rest(self) -> Decimal:
        """What is still to be paid; nothing where no money was promised."""
        return (self.amount or Decimal(0)) - self.paid

    @property
    def in_figures(self) -> str:
        return in_figures(self.amount) if self.amount is not None else ""

    @property
    def rest_in_figures(self) -> str:
        return in_figures(self.rest) if self.amount is not None else ""

    @property
    def late_from(self) -> date | None:
        """逾期 from this day on; None while it is in time, and where it was done in time."""
        if self.due_on is None or (self.kept_on or timezone.localdate()) <= self.due_on:
            return None
        return self.due_on + DAY

    @property
    def shown_state(self) -> str:
        """The state as people say it: 逾期 and 部分履行 are seen, not stored."""
        if self.state != PerformanceState.PROMISED:
            return str(PerformanceState(self.state).label)
        if self.late_from:
            return str(_("逾期"))
        return str(_("部分履行") if self.paid else PerformanceState.PROMISED.label)

    @property
    def tone(self) -> str:
        """The colour key of its badge."""
        return "overdue" if self.state == PerformanceState.PROMISED and self.late_from else self.state


class Payment(models.Model):
    """One payment, or the day on which a promise without money was fulfilled. `receipt` is the scan of the paper."""

    performance = models.ForeignKey(Performance, on_delete=models.PROTECT, related_name="payments")
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2, null=True)
    paid_on = models.DateField(_("履行日期"))
    way = models.CharField(_("方式"), max_length=10, choices=PayWay)
    receipt = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["paid_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0), name="payment_is_some_money_or_none"
            ),
        ]

    def __str__(self):
        return f"{self.paid_on} {self.get_way_display()}"

    @property
    def amount_in_figures(self) -> str:
        return in_figures(self.amount) if self.amount is not None else ""

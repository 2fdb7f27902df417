"""司法确认: what the parties ask of a court after their agreement, and what it ruled."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, DeskQuerySet, FileRow, UnderCase
from kernel.models import Attachment, Timed
from kernel.scoping import Reference
from kernel.veil import Veiled
from mediation.models.agreements import Agreement
from mediation.models.mediation import Mediation
from mediation.states import (
    CONFIRMATION_MOVES,
    MEDIATORS,
    UNASKED,
    WITH_THE_COURT,
    ConfirmationState,
)
from people.models import Unit, User
from people.roles import Role


class ConfirmationTerm(models.Model):
    """A condition of an application, or a paper that it needs: the law's list, as rows that the centre keeps.

    `refusal` says, with its article, why an application without it comes to nothing; empty where the law leaves it
    open (a paper that only some matters need).
    """

    class Kind(models.TextChoices):
        CONDITION = "condition", gettext_lazy("申请条件")
        PAPER = "paper", gettext_lazy("申请材料")

    code = models.CharField(gettext_lazy("代码"), max_length=30, unique=True)
    kind = models.CharField(gettext_lazy("种类"), max_length=10, choices=Kind)
    text = models.CharField(gettext_lazy("内容"), max_length=200)
    article = models.CharField(gettext_lazy("依据"), max_length=80)
    refusal = models.CharField(gettext_lazy("不符合时的说明"), max_length=200, blank=True)

    objects = Reference.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.text}（{self.article}）"


class ConfirmationQuerySet(DeskQuerySet):
    def with_case(self):
        return self.select_related(
            "case__category", "case__area", "mediation__mediator", "agreement", "unit", "desk"
        )

    def at_court(self):
        return self.filter(desk__isnull=False)

    def confirmed(self):
        return self.filter(state=ConfirmationState.CONFIRMED)


class JudicialConfirmation(Veiled, Timed, UnderCase):
    """One written agreement of a committee, before the court: within thirty days, by all parties together.

    It begins when the agreement takes effect, so that the days run where everybody sees them. `unit` is the committee,
    `desk` the court's, once the papers lie there. `papers` are the codes of what was handed in.
    """

    MOVES = CONFIRMATION_MOVES
    READ_TOGETHER = ("mediation__round", "mediation__case", "case", "agreement")
    TOLD_WITH = ("unit", "desk", "mediation__mediator", "case")
    CITIZENS = frozenset({"mediation.ask_confirmation"})
    VEILED = ("reason",)
    IN_FILE = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="confirmations")
    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="confirmations")
    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="confirmation")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=gettext_lazy("法院")
    )
    state = models.CharField(
        gettext_lazy("状态"), max_length=20, choices=ConfirmationState, default=ConfirmationState.OPEN
    )
    opened_at = models.DateTimeField(default=timezone.now)
    applied_on = models.DateField(gettext_lazy("申请日期"), null=True)
    papers = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    number = models.CharField(gettext_lazy("受理案号"), max_length=40, blank=True)
    accepted_on = models.DateField(gettext_lazy("受理日期"), null=True)
    reason = models.TextField(gettext_lazy("理由"), blank=True)
    ruling_number = models.CharField(gettext_lazy("裁定书文号"), max_length=40, blank=True)
    ruled_on = models.DateField(gettext_lazy("裁定日期"), null=True)
    ruling = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ConfirmationQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=sorted(WITH_THE_COURT))
                | Q(desk__isnull=False, applied_on__isnull=False),
                name="confirmation_with_the_court_has_a_desk",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ConfirmationState.ACCEPTED, ConfirmationState.CONFIRMED])
                | Q(accepted_on__isnull=False) & ~Q(number=""),
                name="confirmation_accepted_has_a_number",
            ),
            models.CheckConstraint(
                condition=~Q(state=ConfirmationState.CONFIRMED)
                | Q(ruled_on__isnull=False, ruling__isnull=False) & ~Q(ruling_number=""),
                name="confirmation_confirmed_has_a_ruling",
            ),
            models.UniqueConstraint(
                fields=["ruling_number"], condition=~Q(ruling_number=""), name="confirmation_ruling_once"
            ),
        ]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["-opened_at", "-id"], name="confirmation_opened"),
            models.Index(
                fields=["desk", "due_at"],
                name="confirmation_at_court",
                condition=Q(state__in=sorted(WITH_THE_COURT)),
            ),
        ]

    def __str__(self):
        return f"{self.case.number} {_('司法确认')}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction if self._state.adding else self.restriction)

    def is_holder(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def is_in_charge(self, user) -> bool:
        return self.mediation.is_in_charge(user)

    def is_at_court(self, user) -> bool:
        return self.desk_id in user.unit_ids

    @property
    def is_with_the_court(self) -> bool:
        return self.state in WITH_THE_COURT

    @property
    def is_unasked(self) -> bool:
        return self.state in UNASKED

    @property
    def asking(self):
        """The clock of the thirty days; it stays when it was stopped."""
        return next(clock for clock in self.clocks.all() if clock.code in self.CITIZENS)

    @property
    def unit_of_clocks(self) -> Unit:
        return self.desk if self.is_with_the_court else self.unit

    @property
    def name_of_clocks(self) -> str:
        return _("司法确认")

    def keepers(self, people=User.objects):
        """The court's desk as a whole, while it lies there; else the mediator in charge, or the colleagues."""
        if self.is_with_the_court:
            return self.readers(people.in_unit(self.desk, Role.COURT))
        return self.at_work(self.mediation.mediator, self.unit, people) or self.readers(
            people.in_unit(self.unit, *MEDIATORS)
        )

    def topics(self):
        desk = [f"unit:{self.desk_id}"] if self.desk_id else []
        return self.told(f"case:{self.case_id}", f"unit:{self.unit_id}", *desk)

"""Another mediator is asked for, by the mediator himself (回避) or by a party (更换调解员)."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, FileQuerySet, FileRow, Party, UnderCase
from kernel.veil import Veiled
from mediation.models.mediation import Mediation, is_over, under
from mediation.states import CHANGE_MOVES, UNDECIDED, ChangeState, Interest
from people.models import Unit, User


class MediatorChangeQuerySet(FileQuerySet):
    barred_through = "case"

    def waiting(self):
        return self.filter(state=ChangeState.ASKED)

    def to_decide_by(self, user):
        """Those that this person may decide: neither about themselves nor asked by them."""
        return self.waiting().filter(under(user)).exclude(mediator=user).exclude(asked_by=user)


class MediatorChange(Veiled, UnderCase):
    """Who should not mediate, why, who said so, and what a second person decided. `party` is empty where the
    mediator declared it himself."""

    MOVES = CHANGE_MOVES
    VEILED = ("reason", "answer")
    IN_FILE = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="changes")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    mediator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("原调解员"))
    party = models.ForeignKey(
        Party, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("提出的当事人")
    )
    interest = models.CharField(_("事由"), max_length=10, choices=Interest)
    reason = models.CharField(_("情况说明"), max_length=500)
    state = models.CharField(_("状态"), max_length=20, choices=ChangeState, default=ChangeState.ASKED)
    asked_at = models.DateTimeField(_("提出时间"), default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("登记人"))
    to = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("新调解员")
    )
    answer = models.CharField(_("决定理由"), max_length=500, blank=True)
    decided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("决定人")
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True)

    objects = MediatorChangeQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["asked_at", "pk"]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["unit"], name="change_waiting", condition=Q(state=ChangeState.ASKED)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["mediation", "party"],
                condition=Q(state=ChangeState.ASKED),
                nulls_distinct=False,
                name="change_asked_once_by_each",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(UNDECIDED), decided_by=None)
                | (~Q(state__in=sorted(UNDECIDED)) & Q(decided_by__isnull=False)),
                name="change_decided_has_a_decider",
            ),
            models.CheckConstraint(
                condition=Q(state=ChangeState.GRANTED, to__isnull=False)
                | (~Q(state=ChangeState.GRANTED) & Q(to=None)),
                name="change_granted_has_a_mediator",
            ),
        ]

    def __str__(self):
        return f"{self.case.number} {self.get_interest_display()}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def is_own(self, user) -> bool:
        return self.mediator_id == user.pk and self.unit_id in user.unit_ids

    def is_concerned(self, user) -> bool:
        return self.mediation.round.is_concerned(user)

    def is_asker(self, user) -> bool:
        return self.asked_by_id == user.pk

    def is_headed(self, user) -> bool:
        """Never the mediator himself."""
        return self.mediator_id != user.pk and is_over(self.unit_id, user)

    def work_done(self):
        return self.mediation.work_done()

    @property
    def url(self) -> str:
        return reverse("mediation:detail", args=[self.mediation_id])

    def topics(self):
        return self.mediation.topics()

"""A waiting matter is given to one of the committee's mediators."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, FileQuerySet, FileRow, Round, UnderCase
from kernel.veil import Veiled
from mediation.models.mediation import is_over, under
from mediation.states import ASSIGNMENT_MOVES, AssignmentState, Basis
from people.models import Unit, User


class AssignmentQuerySet(FileQuerySet):
    barred_through = "case"

    def waiting(self):
        return self.filter(state=AssignmentState.WAITING)

    def pressing(self, user):
        """Those without an answer: for the mediator who was named, and whoever answers for the committee."""
        return self.waiting().filter(Q(mediator=user) | under(user))


class Assignment(Veiled, UnderCase):
    """Who is to mediate a waiting matter (人民调解法 19), and why. They accept it, or decline with a reason."""

    MOVES = ASSIGNMENT_MOVES
    VEILED = ("reason", "answer")
    IN_FILE = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    mediator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("调解员"))
    basis = models.CharField(_("指派依据"), max_length=12, choices=Basis)
    reason = models.CharField(_("指派说明"), max_length=300, blank=True)
    state = models.CharField(
        _("状态"), max_length=20, choices=AssignmentState, default=AssignmentState.WAITING
    )
    assigned_at = models.DateTimeField(_("指派时间"), default=timezone.now)
    assigned_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("指派人")
    )
    answer = models.CharField(_("不接办的理由"), max_length=300, blank=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["assigned_at", "pk"]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(
                fields=["mediator"], name="assignment_waiting", condition=Q(state=AssignmentState.WAITING)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=Q(state=AssignmentState.WAITING), name="assignment_one_waiting"
            ),
        ]

    def __str__(self):
        return f"{self.case.number} {self.mediator}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def is_headed(self, user) -> bool:
        return is_over(self.unit_id, user)

    def is_assigned(self, user) -> bool:
        return self.mediator_id == user.pk

    def work_done(self):
        return self.round.work_done()

    @property
    def url(self) -> str:
        return reverse("mediation:accept", args=[self.round_id])

    def topics(self):
        return self.round.topics()

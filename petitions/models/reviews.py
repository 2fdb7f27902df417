"""复查、复核: the petitioner asks one level up, and once more one level up (35, 36)."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, FileQuerySet, FileRow, UnderCase
from kernel.calendar import midnight
from kernel.models import Attachment, Timed
from kernel.veil import Veiled
from people.models import Unit, User
from petitions.models.letters import Letter
from petitions.states import OFFICERS, REVIEW_MOVES, Level, ReviewState, Verdict


class ReviewQuerySet(FileQuerySet):
    barred_through = "case"

    def open(self):
        return self.filter(state=ReviewState.ASKED)


class Review(Veiled, Timed, UnderCase):
    """Asked for against an opinion or a review, decided by `body` in writing.

    `unit` is the office here that works on it or follows it. Where `body` is outside, its paper is entered: `scan`.
    """

    MOVES = REVIEW_MOVES
    VEILED = ("grounds",)
    IN_FILE = "case"
    READ_TOGETHER = ("case",)
    TOLD_WITH = ("unit", "registered_by", "case")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    against = models.OneToOneField(
        Letter, on_delete=models.PROTECT, related_name="review", verbose_name=_("不服的意见书")
    )
    decision = models.OneToOneField(
        Letter, null=True, on_delete=models.PROTECT, related_name="decides", verbose_name=_("意见书")
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("承办单位"))
    body = models.CharField(_("复查、复核机关"), max_length=60)
    level = models.CharField(_("程序"), max_length=10, choices=Level)
    state = models.CharField(_("状态"), max_length=12, choices=ReviewState, default=ReviewState.ASKED)
    asked_on = models.DateField(_("收到申请日期"))
    grounds = models.TextField(_("申请理由"))
    verdict = models.CharField(_("结论"), max_length=10, choices=Verdict, blank=True)
    decided_on = models.DateField(_("作出意见日期"), null=True)
    scan = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    registered_at = models.DateTimeField(default=timezone.now)

    objects = ReviewQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["asked_on", "pk"]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["due_at", "id"], name="review_open", condition=Q(state=ReviewState.ASKED)),
            models.Index(fields=["-registered_at", "-id"], name="review_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ReviewState.DECIDED, decided_on__isnull=False, decision__isnull=False)
                & ~Q(verdict="")
                | ~Q(state=ReviewState.DECIDED),
                name="review_decided_has_a_paper",
            ),
        ]

    def __str__(self):
        return f"{self.case.number} {self.get_level_display()}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def is_holder(self, user) -> bool:
        return self.unit_id in user.unit_ids

    @property
    def clocks_from(self) -> datetime:
        return midnight(self.asked_on)

    @property
    def handling(self):
        return self.against.handling

    @property
    def url(self) -> str:
        return reverse("petitions:detail", args=[self.against.handling_id])

    @property
    def unit_of_clocks(self) -> Unit:
        return self.unit

    @property
    def name_of_clocks(self) -> str:
        return self.get_level_display()

    def keepers(self, people=User.objects):
        return self.at_work(self.registered_by, self.unit, people) or self.readers(
            people.in_unit(self.unit, *OFFICERS)
        )

    def topics(self):
        return self.told(f"case:{self.case_id}", f"unit:{self.unit_id}")

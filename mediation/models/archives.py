"""立卷归档: the file of a mediation is put away, and a second person checks it (人民调解法 27)."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, DeskQuerySet, FileRow, UnderCase
from kernel.scoping import Reference
from kernel.veil import Veiled
from mediation.models.mediation import Mediation, under
from mediation.states import ARCHIVE_MOVES, ArchiveState
from people.models import Unit, User


class FilingTerm(models.Model):
    """What a file is classed by when it is put away: how hard the matter was, how long the file is kept.

    The centre's own words: the law has none.
    """

    class Kind(models.TextChoices):
        DIFFICULTY = "difficulty", _("难易程度")
        RETENTION = "retention", _("保管期限")

    kind = models.CharField(_("种类"), max_length=10, choices=Kind)
    name = models.CharField(_("名称"), max_length=20)

    objects = Reference.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="filingterm_named_once")]

    def __str__(self):
        return self.name


class ArchiveQuerySet(DeskQuerySet):
    def for_lists(self):
        rows = self.select_related("case__category", "mediation__mediator", "unit", "difficulty", "retention")
        return rows.prefetch_related("case__parties")

    def waiting(self):
        """Those that a second person has to look through."""
        return self.filter(state=ArchiveState.ARCHIVED)

    def to_check_by(self, user):
        """Those that this person may check: neither of their own mediations nor put away by them."""
        return self.waiting().filter(under(user)).exclude(mediation__mediator=user).exclude(archived_by=user)


class Archive(Veiled, UnderCase):
    """The file of one mediation, put away after the follow-up. `pages` are the numbered pages of the bound PDF."""

    MOVES = ARCHIVE_MOVES
    VEILED = ("finding",)
    IN_FILE = "case"
    READ_TOGETHER = ("mediation__round",)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    mediation = models.OneToOneField(Mediation, on_delete=models.PROTECT, related_name="archived")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("调解组织"))
    difficulty = models.ForeignKey(
        FilingTerm, on_delete=models.PROTECT, related_name="+", verbose_name=_("难易程度")
    )
    retention = models.ForeignKey(
        FilingTerm, on_delete=models.PROTECT, related_name="+", verbose_name=_("保管期限")
    )
    pages = models.PositiveIntegerField(_("页数"))
    state = models.CharField(_("状态"), max_length=20, choices=ArchiveState, default=ArchiveState.ARCHIVED)
    archived_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("立卷人")
    )
    archived_at = models.DateTimeField(_("立卷时间"), default=timezone.now)
    finding = models.CharField(_("评查意见"), max_length=500, blank=True)
    checked_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("评查人")
    )
    checked_at = models.DateTimeField(_("评查时间"), null=True)

    objects = ArchiveQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["-archived_at", "-id"], name="archive_newest"),
            models.Index(
                fields=["unit", "checked_at"], name="archive_passed", condition=Q(state=ArchiveState.PASSED)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ArchiveState.PASSED, checked_by__isnull=False, checked_at__isnull=False)
                | ~Q(state=ArchiveState.PASSED),
                name="archive_passed_has_a_checker",
            ),
            models.CheckConstraint(
                condition=~Q(state=ArchiveState.RETURNED) | ~Q(finding=""),
                name="archive_returned_has_a_finding",
            ),
        ]

    def __str__(self):
        return str(_("%(number)s的卷宗") % {"number": self.case.number})

    def is_veiled(self) -> bool:
        return bool(self.case.restriction if self._state.adding else self.restriction)

    def is_holder(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def is_headed(self, user) -> bool:
        """Never the mediator's own file."""
        return self.mediation.is_headed(user)

    def work_done(self):
        """Two persons: whoever put this file away, whenever."""
        return self.history.all()

    @property
    def url(self) -> str:
        return reverse("mediation:detail", args=[self.mediation_id])

    def topics(self):
        return self.mediation.topics()

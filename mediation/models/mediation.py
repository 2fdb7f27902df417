"""The work of one committee on one round, and what is noted beside it."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import DeskQuerySet, DeskRow, FileRow
from kernel.encryption import Protected, ProtectedField
from kernel.moments import NEVER
from kernel.scoping import ScopedQuerySet
from mediation.states import (
    HEADS_IT,
    LIVE,
    MOVES,
    OPEN,
    TERMS,
    Binds,
    Ground,
    Kind,
    Source,
    State,
    Terms,
)
from people.models import Unit, User


class MediationQuerySet(DeskQuerySet):
    def open(self):
        return self.filter(state__in=OPEN)

    def of(self, mediator):
        return self.filter(mediator=mediator)


class Mediation(DeskRow):
    """The work of one committee on one round: who mediates, what was said, and how it ended."""

    MOVES = MOVES
    VEILED = ("ground_note",)
    ENTRY_LABELS = {"print_paper": _("打印材料"), "keep_signed": _("上传已签扫描件")}

    mediator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("调解员"))
    source = models.CharField(_("纠纷来源"), max_length=20, choices=Source, default=Source.WINDOW)
    kind = models.CharField(_("调解种类"), max_length=20, choices=Kind, default=Kind.PEOPLES)
    state = models.CharField(_("状态"), max_length=20, choices=State, default=State.MEDIATING)
    ground = models.CharField(_("终止原因"), max_length=20, choices=Ground, blank=True)
    ground_note = models.TextField(_("情况说明"), blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    objects = MediationQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["round"], condition=Q(state__in=sorted(OPEN)), name="mediation_one_open_per_round"
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(OPEN), ended_at=None)
                | (~Q(state__in=sorted(OPEN)) & Q(ended_at__isnull=False)),
                name="mediation_ended_has_a_moment",
            ),
            models.CheckConstraint(
                condition=(Q(state=State.FAILED) & ~Q(ground="")) | (~Q(state=State.FAILED) & Q(ground="")),
                name="mediation_failed_has_a_ground",
            ),
        ]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["-opened_at", "-id"], name="mediation_opened"),
            models.Index(
                fields=["mediator", "opened_at"],
                name="mediation_open_of_mediator",
                condition=Q(state__in=sorted(OPEN)),
            ),
            models.Index(fields=["case"], name="mediation_case"),
        ]

    def is_in_charge(self, user) -> bool:
        return self.mediator_id == user.pk and self.is_holder(user)

    @property
    def term_ends_at(self) -> datetime:
        """When the time to mediate runs out; NEVER while it stands still. Other clocks of the round may be nearer."""
        running = self.round.clocks.running().filter(due_at__isnull=False)
        term = running.filter(code__startswith="mediation.mediate").first()
        return term.due_at if term else NEVER

    def is_taking_part(self, user) -> bool:
        return self.is_holder(user) or self.co_mediators.filter(user=user, ended_at=None).exists()

    def is_headed(self, user) -> bool:
        """Whether they head the committee or the centre, and it is not about themselves."""
        return self.mediator_id != user.pk and is_over(self.unit_id, user)

    @property
    def terms(self) -> Terms:
        """What its kind decides: the clock, and how an agreement takes effect."""
        return TERMS[Kind(self.kind)]

    @property
    def is_stamped(self) -> bool:
        """Whether an agreement needs the mediator and the committee's stamp, and not the parties' signatures alone."""
        return self.terms.binds == Binds.STAMPED

    def live_agreement(self):
        """The agreement that counts: drafted, being signed, or in force."""
        return self.agreements.filter(state__in=LIVE).first()


def is_over(unit_id, user) -> bool:
    """Whether a head with these posts answers for the unit: it is theirs, or they are of the centre."""
    return unit_id in user.unit_ids or is_of_the_centre(user)


def under(user) -> Q:
    """The same of rows with a `unit`, as a condition; nothing for whoever heads nothing."""
    if user.roles.isdisjoint(HEADS_IT):
        return Q(pk__in=())
    return Q() if is_of_the_centre(user) else Q(unit__in=user.unit_ids)


def is_of_the_centre(user) -> bool:
    return any(unit.kind == Unit.Kind.CENTRE for unit in user.units)


class DeskNoteQuerySet(ScopedQuerySet):
    def in_scope(self, scope):
        return Q(unit__in=scope.unit_ids)


class DeskNote(Protected):
    """What one court cadre tells the next (交班留言): the work stays at the desk, the person changes daily."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = ProtectedField(_("交班留言"), kind="text")
    written_at = models.DateTimeField(default=timezone.now)

    objects = DeskNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-pk"]
        indexes = [models.Index(fields=["unit", "-written_at"], name="desknote_latest")]

    def __str__(self):
        return f"{self.author} {self.written_at:%Y-%m-%d %H:%M}"


class PrivateNoteQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(author=user.pk)


class PrivateNote(Protected):
    """What a mediator notes for himself (个人备忘): only he reads it, and it never becomes part of the file."""

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = ProtectedField(_("个人备忘"), kind="text")
    written_at = models.DateTimeField(default=timezone.now)

    objects = PrivateNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-written_at", "-pk"]

    def __str__(self):
        return f"{self.written_at:%Y-%m-%d %H:%M}"

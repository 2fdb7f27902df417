"""What every life cycle shares. The kernel knows no noun of the domain."""

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.moments import NEVER
from kernel.scoping import Reference
from kernel.veil import Veiled, shown_note

APPEND_ONLY = [
    pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="never_truncated",
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
    ),
]


class Dossier(models.Model):
    """The spine of one file: all entries about a matter, a visit, a person or a user form one chain.

    Whoever writes to the file locks this row first, so only writers of one matter wait for each other.
    `head` is the hash of the last of `length` entries.
    """

    length = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)

    def __str__(self):
        return f"{self.pk} ({self.length})"


class AboutSubject(models.Model):
    """A row that hangs off any tracked subject, whatever app the subject lives in."""

    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.PositiveBigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")

    class Meta:
        abstract = True


class HistoryEntry(AboutSubject):
    """What was done, by whom and when. Entries are added, never changed.

    `at` is when it happened, `recorded_at` the database's clock when it was written; the hash covers both and the
    hash before it.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="entries", db_index=False)
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=40)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    before = models.CharField(max_length=20, blank=True)
    after = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["dossier", "seq"]
        triggers = APPEND_ONLY
        constraints = [models.UniqueConstraint(fields=["dossier", "seq"], name="historyentry_once")]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="historyentry_subject"),
            models.Index(fields=["recorded_at", "id"], name="historyentry_recorded"),
        ]

    def __str__(self):
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M}"

    @property
    def shown_note(self) -> str:
        """The note for those who may read the file."""
        return shown_note(self.note, self.dossier_id, self.seq)


class Anchor(models.Model):
    """A Merkle root over all entries recorded in [since, until), chained, and written outside the database too."""

    since = models.DateTimeField()
    until = models.DateTimeField(unique=True)
    entries = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["until"]
        triggers = APPEND_ONLY

    def __str__(self):
        return f"{self.until:%Y-%m-%d %H:%M} {self.entries}"


class ClockRule(models.Model):
    """How long a clock runs, and why: the law changes and the code should not."""

    class Unit(models.TextChoices):
        CALENDAR_DAY = "calendar_day", _("日")
        WORKING_DAY = "working_day", _("工作日")
        HOUR = "hour", _("小时")
        WORKING_HOUR = "working_hour", _("工作小时")

    code = models.CharField(_("代码"), max_length=60)
    name = models.CharField(_("名称"), max_length=60)
    legal_basis = models.CharField(_("依据"), max_length=200)
    start_event = models.CharField(_("起算"), max_length=100, blank=True)
    unit = models.CharField(_("单位"), max_length=20, choices=Unit)
    length = models.DecimalField(_("长度"), max_digits=6, decimal_places=2)
    rolls = models.BooleanField(_("末日顺延"), default=False)
    since = models.DateField(_("施行"))
    until = models.DateField(_("废止"), null=True, blank=True)

    objects = Reference.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "since"], name="clockrule_once")]

    def __str__(self):
        return f"{self.name}（{self.length.normalize():f} {self.get_unit_display()}）"


class CalendarDay(models.Model):
    """A weekday that is off, or a weekend day that is worked (调休). A year without rows has no calendar."""

    day = models.DateField(primary_key=True)
    worked = models.BooleanField(default=False)
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {self.name}"


class ClockQuerySet(models.QuerySet):
    def running(self):
        return self.filter(stopped_at=None)


class Clock(AboutSubject):
    """A promise with a date. `next_fire_at` is null once nothing is left to tell; `late_at` is when the sweep told.

    A `provisional` one reaches into a year whose holidays are not announced yet.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="clocks")
    rule = models.ForeignKey(ClockRule, on_delete=models.PROTECT)
    code = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    last_day = models.DateField()
    due_at = models.DateTimeField()
    next_fire_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True)
    provisional = models.BooleanField(default=False)

    objects = ClockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "code"],
                condition=Q(stopped_at=None),
                name="clock_one_running_per_code",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_fire_at"], name="clock_to_fire", condition=Q(next_fire_at__isnull=False)
            ),
            models.Index(fields=["subject_type", "subject_id"], name="clock_subject"),
        ]

    def __str__(self):
        return f"{self.rule.name} {self.last_day}"

    def is_late(self):
        return (self.stopped_at or timezone.now()) >= self.due_at


class NumberSeries(models.Model):
    series = models.CharField(max_length=60)
    period = models.CharField(max_length=10)
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "period"], name="numberseries_once")]

    def __str__(self):
        return f"{self.series} {self.period}: {self.last}"


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user, pk):
        """The attachment `pk` if `user` sees its subject, otherwise None."""
        attachment = self.filter(pk=pk).select_related("subject_type").first()
        if attachment is None:
            return None
        subjects = attachment.subject_type.model_class().objects.visible_to(user)
        return attachment if subjects.filter(pk=attachment.subject_id).exists() else None


class Attachment(Veiled, AboutSubject):
    """A file of a subject. Its bytes lie outside the web root under the name of their own hash.

    Of a restricted subject the bytes are cipher under `file_key`, which is cipher itself.
    """

    VEILED = ("name", "file_key")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file_key = models.CharField(max_length=60, blank=True, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    attached_at = models.DateTimeField(default=timezone.now)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="attachment_subject")]

    def __str__(self):
        return self.name

    def is_veiled(self) -> bool:
        return bool(self.file_key)


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(to=user)


class Notification(AboutSubject):
    """A message to one person. The row is the queue, and the tray on the page."""

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications")
    text = models.CharField(max_length=200)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["to", "-created_at"], name="notification_tray"),
            models.Index(fields=["to"], name="notification_unread", condition=Q(read_at=None)),
        ]

    def __str__(self):
        return self.text


class Tracked(models.Model):
    """A subject with a history; with a `state` and a table MOVES, also one with a life cycle.

    A row saved without a dossier opens one of its own; rows that belong to a file are given its dossier.
    """

    READ_TOGETHER: tuple[str, ...] = ()
    """Relations to other rows of the same file, which moves read under the lock together with this one."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")
    history = GenericRelation(HistoryEntry, "subject_id", "subject_type")
    attachments = GenericRelation(Attachment, "subject_id", "subject_type")

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self.dossier_id is None:
            self.dossier = Dossier.objects.create()
        super().save(*args, **kwargs)

    def entries(self) -> models.QuerySet[HistoryEntry]:
        """The whole story of the file to which this row belongs."""
        return HistoryEntry.objects.filter(dossier_id=self.dossier_id)

    @property
    def clock_subject(self) -> "Timed":
        """The row on which clocks that a move of this subject names are kept."""
        raise NotImplementedError(f"{type(self).__name__} keeps no clocks")

    def work_done(self) -> models.QuerySet[HistoryEntry]:
        """The entries among which rules of two pairs of eyes look."""
        return self.history.all()

    def topics(self) -> list[str]:
        """The live topics of the screens on which this subject stands."""
        return []


class Timed(Tracked):
    """A subject on which clocks run. `due_at` is the nearest due of those, or NEVER: never null, so sortable.

    CITIZENS names the clocks that are time given to a citizen: no deadline of an office, so nobody is late by them.
    """

    CITIZENS: frozenset[str] = frozenset()

    clocks = GenericRelation(Clock, "subject_id", "subject_type")
    due_at = models.DateTimeField(default=NEVER)

    class Meta:
        abstract = True

    @property
    def clock_subject(self):
        return self

    def clocks_changed(self):
        """Copy the nearest due onto the row. Called by the clocks themselves, under the lock of the dossier."""
        binding = self.clocks.running().exclude(code__in=self.CITIZENS)
        self.due_at = binding.aggregate(nearest=Min("due_at"))["nearest"] or NEVER
        type(self)._base_manager.filter(pk=self.pk).update(due_at=self.due_at)

    def keepers(self):
        """The people to tell when a clock of this subject runs out."""
        raise NotImplementedError


class Searchable(models.Model):
    """Rows found by words of one and two characters, with an index (see kernel.words). Restricted rows fill nothing."""

    searchable = models.TextField(blank=True, editable=False)
    terms = ArrayField(models.CharField(max_length=2), default=list, blank=True, editable=False)

    class Meta:
        abstract = True
        indexes = [GinIndex(fields=["terms"], name="%(class)s_terms")]

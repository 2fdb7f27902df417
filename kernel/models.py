"""What every life cycle shares. The kernel knows no noun of the domain."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.encryption import Protected, ProtectedField, Secret
from kernel.moments import NEVER
from kernel.scoping import Reference
from kernel.veil import Veiled, is_hidden, shown_note

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
    `head` is the hash of the last of `length` entries. `note_key` is the key of the notes of a restricted file.
    """

    length = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    note_key = ProtectedField(kind="text", editable=False)

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
        if not is_hidden(self.note):
            return self.note
        return shown_note(self.note, self.dossier.note_key, self.dossier_id, self.seq)


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


class Step(models.TextChoices):
    """What happens on a rung of a clock's ladder."""

    REMIND_HANDLER = "remind_handler", _("提醒承办人")
    REMIND_HEAD = "remind_head", _("提醒单位负责人")
    YELLOW_CARD = "yellow_card", _("黄牌督办")
    RED_CARD = "red_card", _("红牌督办")
    REPORT = "report", _("报告中心领导")
    NOTICE_1 = "notice_1", _("第一次提示")
    NOTICE_2 = "notice_2", _("第二次提示")
    NOTICE_3 = "notice_3", _("第三次提示")
    NOTICE_4 = "notice_4", _("最后一次提示")


NOTICES = frozenset({Step.NOTICE_1, Step.NOTICE_2, Step.NOTICE_3, Step.NOTICE_4})
"""What counts down the time of a citizen: whoever helps them is told, and nobody is pressed."""


class ClockRule(models.Model):
    """How long a clock runs, and why: the law changes and the code should not.

    A clock keeps the rule it began under, unless a later one `moves_open` clocks too; `recounted_at` is when all were.
    `rungs` is its ladder, as of kernel.escalation.Rung: [{"step": "remind_handler", "percent": 70}, …].
    """

    class Unit(models.TextChoices):
        CALENDAR_DAY = "calendar_day", _("日")
        WORKING_DAY = "working_day", _("工作日")
        MONTH = "month", _("月")
        HOUR = "hour", _("小时")
        WORKING_HOUR = "working_hour", _("工作小时")

    class Approver(models.TextChoices):
        UNIT_HEAD = "unit_head", _("单位负责人")
        BOTH_PARTIES = "both_parties", _("双方当事人")
        COURT = "court", _("人民法院")
        ARBITRATION_HEAD = "arbitration_head", _("仲裁委员会主任")
        DISPATCHER = "dispatcher", _("派单单位")

    IN_DAYS = (Unit.CALENDAR_DAY, Unit.WORKING_DAY, Unit.MONTH)
    """Those that run out with a day."""

    code = models.CharField(_("代码"), max_length=60)
    name = models.CharField(_("名称"), max_length=60)
    legal_basis = models.CharField(_("依据"), max_length=200)
    start_event = models.CharField(_("起算"), max_length=100, blank=True)
    unit = models.CharField(_("单位"), max_length=20, choices=Unit)
    length = models.DecimalField(_("长度"), max_digits=6, decimal_places=2)
    rolls = models.BooleanField(_("末日顺延"), default=False)
    extension_max = models.DecimalField(_("可延长"), max_digits=6, decimal_places=2, default=0)
    extension_times = models.PositiveSmallIntegerField(_("可延长次数"), default=1)
    extension_approver = models.CharField(_("批准人"), max_length=20, choices=Approver, blank=True)
    pausable = models.CharField(_("中止事由"), max_length=60, blank=True)
    rungs = models.JSONField(_("提醒与督办"), default=list, blank=True)
    since = models.DateField(_("施行"))
    until = models.DateField(_("废止"), null=True, blank=True)
    moves_open = models.BooleanField(_("正在计时的也按新规则"), default=False)
    recounted_at = models.DateTimeField(null=True, editable=False)

    objects = Reference.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "since"], name="clockrule_once"),
            models.CheckConstraint(
                condition=Q(pausable="") | Q(unit__in=["calendar_day", "working_day", "month"]),
                name="clockrule_pauses_in_days",
            ),
            models.CheckConstraint(
                condition=Q(extension_max=0) | ~Q(extension_approver=""), name="clockrule_extension_approved"
            ),
            models.CheckConstraint(
                condition=Q(length__gt=0) | Q(unit__in=["calendar_day", "working_day"]),
                name="clockrule_hours_are_some",
            ),
        ]

    def __str__(self):
        return f"{self.name}（{self.amount(self.length)}）"

    @property
    def shown_length(self) -> str:
        return self.amount(self.length)

    @property
    def shown_extension(self) -> str:
        return self.amount(self.extension_max) if self.extension_max else ""

    def amount(self, length) -> str:
        """So many of the rule's units, in words: 30日, 5个工作日, 6个月, 30分钟; of no days, 当日."""
        if not length and self.unit in self.IN_DAYS:
            return str(_("当日"))
        if length < 1 and self.unit == self.Unit.HOUR:
            return _("%(count)s分钟") % {"count": f"{float(length) * 60:g}"}
        spelled = _("%(count)s日") if self.unit == self.Unit.CALENDAR_DAY else _("%(count)s个%(unit)s")
        return spelled % {"count": f"{float(length):g}", "unit": self.get_unit_display()}

    @property
    def asks_calendar(self) -> bool:
        """Whether holidays and 调休 have a say in it."""
        return self.rolls or self.unit in (self.Unit.WORKING_DAY, self.Unit.WORKING_HOUR)


class CalendarVersion(models.Model):
    """The working calendar as it was known from `at` on; the newest holds. What is changed makes a new version.

    `days` holds the weekdays off and the weekend days worked (调休): {"2026-01-01": {"worked": false, "name": "元旦"}}.
    A year without days has no calendar. `recounted_at` is when all open clocks had followed.
    """

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("缘由"), max_length=200)
    days = models.JSONField()
    recounted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="never_changed", fields=["at", "by", "reason", "days"]),
        ]

    def __str__(self):
        return f"{self.pk} {self.reason}"


class ClockQuerySet(models.QuerySet):
    def running(self):
        return self.filter(stopped_at=None)


class Clock(AboutSubject):
    """A promise with a date: its rule, its start, its pauses and extensions. The rest is worked out from these.

    While it is paused it has no date. `next_fire_at` is null once nothing is left to tell; `late_at` is when the
    sweep told. `extension` is in units of the rule; each one granted opens a `generation`, in which the ladder of
    the rule is climbed anew; `step` is its highest rung so far.

    `calendar` is the version by which it was counted, null where no calendar was asked. A `provisional` one reaches
    into a year whose holidays are not announced yet. `source` names the paper that gave the date, where one did.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="clocks")
    rule = models.ForeignKey(ClockRule, on_delete=models.PROTECT)
    code = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    extension = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    generation = models.PositiveSmallIntegerField(default=0)
    last_day = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=20, choices=Step, blank=True)
    next_fire_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    late_at = models.DateTimeField(null=True)
    calendar = models.ForeignKey(CalendarVersion, null=True, on_delete=models.PROTECT, related_name="+")
    provisional = models.BooleanField(default=False)
    source = models.CharField(max_length=60, blank=True)

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
        return f"{self.rule.name} {self.last_day or _('已暂停')}"

    @property
    def is_paused(self) -> bool:
        return self.due_at is None


class Firing(models.Model):
    """A rung of a clock that was reached and told: once in a generation, unless the date moved and took it back."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="firings")
    step = models.CharField(max_length=20, choices=Step)
    generation = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "step", "generation"],
                condition=Q(withdrawn_at=None),
                name="firing_once_in_a_generation",
            )
        ]

    def __str__(self):
        return f"{self.get_step_display()} {self.at:%Y-%m-%d %H:%M}"


class ClockPause(models.Model):
    """Whole days that a clock does not count, both ends among them. One that goes on has no `last_day` yet."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="pauses")
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    reason = models.CharField(max_length=60)

    class Meta:
        ordering = ["first_day"]
        constraints = [
            models.UniqueConstraint(fields=["clock"], condition=Q(last_day=None), name="clockpause_one_open"),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name="clockpause_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.first_day}–{self.last_day or ''} {self.reason}"


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

    def seen_by(self, user):
        """The keys of those whose subject `user` sees, with one query for each kind of subject."""
        attachments = list(self.select_related("subject_type"))
        seen = set()
        for kind in {one.subject_type for one in attachments}:
            subjects = {one.subject_id for one in attachments if one.subject_type == kind}
            rows = kind.model_class().objects.visible_to(user).filter(pk__in=subjects)
            seen |= {(kind.pk, pk) for pk in rows.values_list("pk", flat=True)}
        return {one.pk for one in attachments if (one.subject_type_id, one.subject_id) in seen}


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


class MessageKind(models.TextChoices):
    """What a message is about. Outside the page this is all that is said of it, beside a number."""

    NEWS = "news", _("有新的进展")
    ASSIGNED = "assigned", _("有新的待办事项")
    DUE_SOON = "due_soon", _("即将到期")
    OVERDUE = "overdue", _("已超期")
    SUPERVISION = "supervision", _("有催办、督办")
    DECISION = "decision", _("有审批事项")
    HELP = "help", _("现场求助，请立即到场")
    ROSTER = "roster", _("排班有变动")
    DIGEST = "digest", _("今日提要")
    ALARM = "alarm", _("系统告警，请立即查看")


class Notification(AboutSubject):
    """A message to one person. The row is the queue, and the tray on the page.

    Of one `reason` ("firing:12") a person has one message, whoever else writes it again.
    """

    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications")
    kind = models.CharField(max_length=20, choices=MessageKind, default=MessageKind.NEWS)
    reason = models.CharField(max_length=60, blank=True)
    text = models.CharField(max_length=200)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["to", "reason"], condition=~Q(reason=""), name="notification_once_for_a_reason"
            )
        ]
        indexes = [
            models.Index(fields=["to", "-created_at"], name="notification_tray"),
            models.Index(fields=["to"], name="notification_unread", condition=Q(read_at=None)),
            models.Index(fields=["subject_type", "subject_id"], name="notification_subject"),
        ]

    def __str__(self):
        return self.text


class Outside(models.TextChoices):
    """The ways out of the page."""

    SMS = "sms", _("短信")
    CHAT = "chat", _("企业微信、钉钉")


def usually_wanted() -> list[str]:
    """What goes out to whoever has chosen nothing: all but mere news by chat, what presses by text message."""
    pressing = (
        MessageKind.ASSIGNED,
        MessageKind.OVERDUE,
        MessageKind.SUPERVISION,
        MessageKind.HELP,
        MessageKind.ALARM,
    )
    by_chat = [f"{Outside.CHAT}:{kind}" for kind in MessageKind.values if kind != MessageKind.NEWS]
    return [*by_chat, *(f"{Outside.SMS}:{kind}" for kind in pressing)]


class ReachQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and nobody else's."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class Reach(Protected):
    """Where messages reach a person outside the page, which of them ("sms:overdue"), and when not."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reach")
    phone = ProtectedField(_("手机号码"), kind="phone")
    chat = ProtectedField(_("企业微信、钉钉账号"), kind="account")
    wanted = ArrayField(models.CharField(max_length=40), default=usually_wanted, blank=True)
    quiet_from = models.TimeField(_("免打扰从"), default=time(21))
    quiet_until = models.TimeField(_("免打扰到"), default=time(7, 30))

    objects = ReachQuerySet.as_manager()

    def __str__(self):
        return str(self.user)

    def address(self, channel: str) -> Secret:
        return self.phone if channel == Outside.SMS else self.chat

    def channels(self, kind: str, *, urgent: bool) -> list[str]:
        """The ways by which a message of `kind` goes: those that are wanted; what is urgent by all there are."""
        return [
            channel
            for channel in Outside.values
            if self.address(channel) and (urgent or f"{channel}:{kind}" in self.wanted)
        ]

    def end_of_quiet(self, at: datetime) -> datetime | None:
        """When the quiet hours around `at` are over; None outside them. From = until: there are none."""
        local = timezone.localtime(at)
        clock, begins, ends = local.time(), self.quiet_from, self.quiet_until
        over_night = begins > ends
        if not (clock >= begins or clock < ends if over_night else begins <= clock < ends):
            return None
        day = local.date() + timedelta(days=int(clock >= ends))
        return timezone.make_aware(datetime.combine(day, ends))


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("待发送")
    SENDING = "sending", _("发送中")
    SENT = "sent", _("已发送")
    FAILED = "failed", _("失败，将重试")
    GIVEN_UP = "given_up", _("多次失败，已停止")
    WITHHELD = "withheld", _("未发送（已不能查看或无联系方式）")


class Delivery(models.Model):
    """One message on one way out of the page: a row of the outbox, written with the message itself.

    It holds no word of the message. `key` is the same at every try, so that a gateway can drop a double.
    `next_try_at` is when a worker takes it up; while one sends it, when another may believe that one dead.
    """

    notification = models.ForeignKey(Notification, on_delete=models.PROTECT, related_name="deliveries")
    channel = models.CharField(_("方式"), max_length=10, choices=Outside)
    state = models.CharField(_("状态"), max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    urgent = models.BooleanField(_("紧急"), default=False)
    key = models.UUIDField(default=uuid4, editable=False)
    tries = models.PositiveSmallIntegerField(_("次数"), default=0)
    created_at = models.DateTimeField(_("产生时间"), default=timezone.now)
    next_try_at = models.DateTimeField(_("下次发送"), null=True, default=timezone.now)
    sent_at = models.DateTimeField(_("发出时间"), null=True)
    last_error = models.CharField(_("最近错误"), max_length=200, blank=True)

    objects = Reference.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(sent_at=None)),
                name="delivery_sent_has_a_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "-urgent", "next_try_at"],
                name="delivery_due",
                condition=Q(next_try_at__isnull=False),
            ),
            models.Index(fields=["-created_at", "-id"], name="delivery_latest"),
        ]

    def __str__(self):
        return f"{self.get_channel_display()} {self.pk}"


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

    clocks_from: datetime | None = None
    """When the clocks that a move starts begin, where that is not now."""

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

    @property
    def number_outside(self) -> str | None:
        """The number that a message outside the page may name; None where it may not even say what it is about."""
        return ""


class Timed(Tracked):
    """A subject on which clocks run. `due_at` is the nearest due of those, or NEVER: never null, so sortable.

    CITIZENS names the clocks that are time given to a citizen: no deadline of an office, so nobody is late by them.
    """

    CITIZENS: frozenset[str] = frozenset()
    TOLD_WITH: tuple[str, ...] = ()
    """Relations that are read with many subjects at once, when their clocks are swept."""

    LATE_WORDS: Any = ""
    """What is said when a clock of it runs out, where it is not an office that is late (逾期, not 超期)."""

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

    @property
    def unit_of_clocks(self):
        """Whoever the clocks of this subject press."""
        raise NotImplementedError

    @property
    def name_of_clocks(self) -> str:
        """What its clocks are clocks of, inside its file."""
        raise NotImplementedError

    def keepers(self, people: Any = None) -> Any:
        """The people to tell when a clock of this subject runs out. `people` is where they are looked for."""
        raise NotImplementedError


class Searchable(models.Model):
    """Rows found by words of one and two characters, with an index (see kernel.words). Restricted rows fill nothing."""

    searchable = models.TextField(blank=True, editable=False)
    terms = ArrayField(models.CharField(max_length=2), default=list, blank=True, editable=False)

    class Meta:
        abstract = True
        indexes = [GinIndex(fields=["terms"], name="%(class)s_terms")]

import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import DeskQuerySet, DeskRow, FileRow
from intake.states import (
    AT_WINDOW,
    MOVES,
    NEVER_WAITED,
    SETTLEMENT_MOVES,
    Care,
    Rank,
    SettlementState,
    SpanKind,
    State,
)
from kernel.encryption import Protected, ProtectedField
from kernel.models import Tracked
from kernel.scoping import Reference, ScopedQuerySet
from people.models import Person, Unit, User, Window
from people.roles import Role

LARGEST_GROUP = 2000


class Queue(models.Model):
    """One series of numbers in the hall: never one per kind of matter, because a screen must not betray it."""

    prefix = models.CharField(_("字头"), max_length=1, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    is_default = models.BooleanField(_("默认队列"), default=False)

    objects = Reference.as_manager()

    class Meta:
        ordering = ["prefix"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="queue_one_default"
            )
        ]

    def __str__(self):
        return f"{self.prefix} {self.name}"


class OfUnitQuerySet(ScopedQuerySet):
    """Rows of one hall: for its people, for whoever sits there today, and for those who answer for its area."""

    def in_scope(self, scope):
        of_area = Unit.objects.filter(scope.area_condition("area__path"))
        return Q(unit__in=scope.unit_ids) | Q(unit__in=of_area)


class TicketQuerySet(OfUnitQuerySet):
    def on(self, day):
        return self.filter(day=day)

    def today(self):
        return self.on(timezone.localdate())

    def visits(self):
        """Whoever holds a number: a visit counts once its ticket is printed or shown (批次)."""
        return self.exclude(state__in=NEVER_WAITED)

    def waiting(self):
        return self.filter(state=State.WAITING)

    def being_received(self):
        return self.filter(state__in=[*AT_WINDOW, State.HELD])

    def served(self):
        return self.filter(state=State.SERVED)

    def in_order(self):
        """As they will be called: by class, then by arrival."""
        return self.order_by("rank", "arrival")

    def with_people(self):
        return self.select_related("queue", "visitor", "window", "unit")


class Ticket(Protected, Tracked):
    """One visit: one number, one query code, from the door to the good-bye.

    `number` counts within queue and day, `arrival` over all queues of a hall and day: both are handed out under a
    lock, so their order is that of the commits. `pin` is the tail of the query code for somebody who has neither
    telephone nor papers.
    """

    MOVES = MOVES

    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, verbose_name=_("队列"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"))
    day = models.DateField(_("日期"))
    number = models.PositiveIntegerField(_("排队号"))
    rank = models.PositiveSmallIntegerField(choices=Rank, default=Rank.ORDINARY)
    arrival = models.PositiveIntegerField(editable=False)
    query_code = models.CharField(_("查询码"), max_length=12, unique=True)
    pin = ProtectedField(kind="text")
    visitor = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="visits", verbose_name=_("来访群众")
    )
    head_count = models.PositiveSmallIntegerField(
        _("来访人数"), default=1, validators=[MinValueValidator(1), MaxValueValidator(LARGEST_GROUP)]
    )
    care = models.CharField(_("优先照顾"), max_length=10, choices=Care, blank=True)
    language = models.CharField(_("语言"), max_length=30, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=State, default=State.ISSUED)
    window = models.ForeignKey(
        Window, null=True, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("窗口")
    )
    issued_at = models.DateTimeField(_("登记时间"), default=timezone.now)

    objects = TicketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "queue", "day", "number"], name="ticket_numbered_once"),
            models.UniqueConstraint(fields=["unit", "day", "arrival"], name="ticket_arrived_once"),
            models.UniqueConstraint(
                fields=["window"], condition=Q(state__in=sorted(AT_WINDOW)), name="ticket_one_at_a_window"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[*sorted(AT_WINDOW), State.HELD]) | Q(window__isnull=False),
                name="ticket_received_at_a_window",
            ),
            models.CheckConstraint(
                condition=Q(care="", rank=Rank.ORDINARY) | (~Q(care="") & Q(rank=Rank.CARE)),
                name="ticket_care_comes_first",
            ),
            models.CheckConstraint(condition=Q(head_count__gte=1), name="ticket_is_of_somebody"),
        ]
        indexes = [
            models.Index(
                fields=["unit", "day", "rank", "arrival"],
                name="ticket_waiting",
                condition=Q(state=State.WAITING),
            ),
            models.Index(fields=["unit", "day", "issued_at"], name="ticket_of_day"),
        ]

    def __str__(self):
        return f"{self.queue.prefix}{self.number:03}"

    def is_seated(self, user) -> bool:
        """Whether they sit today in the hall of this ticket; once it was called, anywhere there."""
        return bool(user.seat) and user.seat.window.unit_id == self.unit_id

    def is_at_its_window(self, user) -> bool:
        return bool(user.seat) and user.seat.window_id == self.window_id

    def is_of_the_unit(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def topics(self):
        return ["hall", f"window:{self.window_id}"] if self.window_id else ["hall"]

    @property
    def tail_hint(self) -> str:
        """Which four characters go with the query code."""
        if self.pin:
            return _("查询密码")
        return _("手机号后四位") if self.visitor and self.visitor.phone else _("证件号码后四位")


class SpanQuerySet(ScopedQuerySet):
    scoped_through = "ticket"

    def open(self):
        return self.filter(ended_at=None)


class Span(models.Model):
    """A stretch of a visit in one condition. The spans of a visit follow each other without gap or overlap."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="spans")
    kind = models.CharField(_("环节"), max_length=10, choices=SpanKind)
    window = models.ForeignKey(
        Window, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("窗口")
    )
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(_("开始"))
    ended_at = models.DateTimeField(_("结束"), null=True)

    objects = SpanQuerySet.as_manager()

    class Meta:
        ordering = ["ticket", "started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=Q(ended_at=None), name="span_one_open_per_ticket"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")),
                name="span_ends_after_it_starts",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.started_at:%H:%M:%S}"

    @property
    def seconds(self) -> int:
        """How long it lasted, or has lasted until now."""
        return int(((self.ended_at or timezone.now()) - self.started_at).total_seconds())


class Receiver(models.Model):
    """Somebody who sat at the window while a visitor was received: all three stand in the record."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="receivers")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("岗位"), max_length=20, choices=Role)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="receiver_once")]

    def __str__(self):
        return str(self.user)


class Settlement(DeskRow):
    """The window's own work on a round: answered or settled on the spot, or sent on to another desk."""

    MOVES = SETTLEMENT_MOVES

    handler = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("办理人"))
    state = models.CharField(
        _("状态"), max_length=20, choices=SettlementState, default=SettlementState.IN_HAND
    )
    said = models.TextField(_("答复或化解情况"), blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    objects = DeskQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["round"],
                condition=Q(state=SettlementState.IN_HAND),
                name="settlement_one_open_per_round",
            ),
            models.CheckConstraint(
                condition=Q(state=SettlementState.IN_HAND, ended_at=None)
                | (~Q(state=SettlementState.IN_HAND) & Q(ended_at__isnull=False)),
                name="settlement_ended_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=SettlementState.SETTLED) | ~Q(said=""),
                name="settlement_says_what_was_said",
            ),
        ]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["case"], name="settlement_case"),
        ]


def new_board_code() -> str:
    return secrets.token_urlsafe(16)


class Board(models.Model):
    """A public screen in a hall. Who knows its code may see it: it shows numbers and windows, nothing else."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"))
    name = models.CharField(_("名称"), max_length=40)
    code = models.CharField(max_length=40, unique=True, default=new_board_code, editable=False)

    objects = OfUnitQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.name


class AnnouncementQuerySet(models.QuerySet):
    def unheard(self):
        return self.filter(heard_at=None)


class Announcement(models.Model):
    """A call to be spoken. `heard_at` is when a screen of the hall said that it had spoken it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="announcements")
    window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(null=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["unit", "created_at"], name="announcement_unheard", condition=Q(heard_at=None)
            )
        ]

    def __str__(self):
        return self.text

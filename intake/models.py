import secrets
from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, DeskQuerySet, DeskRow, FileRow, Party, UnderCase
from cases.states import MOST_REPRESENTATIVES
from intake.states import (
    ARRIVAL_MOVES,
    AT_WINDOW,
    CLOSING_MOVES,
    DOORKEEPERS,
    HELP_MOVES,
    MATERIAL_MOVES,
    MOVES,
    NEVER_WAITED,
    NOTICE_MOVES,
    PAUSE_MOVES,
    REQUIREMENT_MOVES,
    SCREEN_MOVES,
    SETTLEMENT_MOVES,
    ArrivalState,
    Care,
    ClosingState,
    HelpState,
    MaterialKind,
    MaterialState,
    NoticeState,
    PauseState,
    Rank,
    RequirementState,
    ScreenKind,
    ScreenState,
    SettlementState,
    SpanKind,
    State,
    Turn,
)
from kernel.encryption import Protected, ProtectedField
from kernel.models import Attachment, Timed, Tracked
from kernel.scoping import Reference, ScopedQuerySet
from kernel.veil import Veiled
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
        """As they will be called. Care and appointments count as minutes of waiting, so everybody's turn comes."""
        return self.order_by("turn_at", "arrival")

    def for_window(self, window):
        """Whoever may be called there: who was sent there, and who was sent nowhere."""
        return self.filter(Q(meant_for=window) | Q(meant_for=None))

    def with_people(self):
        return self.select_related("queue", "visitor", "window", "unit", "meant_for")


class TurnRule(Tracked):
    """By how many minutes somebody comes forward in the queue. The centre decides; a director changes it on a page."""

    ENTRY_LABELS = {"change_turn_rule": _("修改叫号规则")}

    kind = models.CharField(_("情形"), max_length=20, choices=Turn, unique=True)
    minutes = models.PositiveSmallIntegerField(_("分钟"), validators=[MaxValueValidator(480)])

    objects = Reference.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.get_kind_display()


class Ticket(Protected, Tracked):
    """One visit: one number, one query code, from the door to the good-bye.

    `number` counts within queue and day, `arrival` over all queues of a hall and day: both are handed out under a
    lock, so their order is that of the commits. `turn_at` is the moment since which the visitor counts as waiting:
    that of the arrival, moved forward by what care and appointment are worth. `pin` is the tail of the query code for
    somebody who has neither telephone nor papers; `card` the number that the reader at the door read of somebody whom
    nobody has named yet. A visit `entered_afterwards` was written down on paper while the power was gone. One number
    is given `instead_of` another that was not received before the hall closed.
    """

    MOVES = MOVES
    ENTRY_LABELS = {"replace_party": _("更正来访人")}

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
    turn_at = models.DateTimeField(editable=False, default=timezone.now)
    appointment_at = models.DateTimeField(_("预约时间"), null=True)
    card = ProtectedField(_("刷卡号码"), kind="id_number")
    meant_for = models.ForeignKey(
        Window, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("转往窗口")
    )
    entered_afterwards = models.BooleanField(_("补录"), default=False)
    instead_of = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="replaced_by", verbose_name=_("原号")
    )

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
                fields=["unit", "day", "turn_at", "arrival"],
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

    def why_next(self, now) -> str:
        """Why this visitor is called now: what brings them forward, and how long they have been here."""
        minutes = max(int((now - self.issued_at).total_seconds() // 60), 0)
        waited = _("已等候 %(minutes)d 分钟") % {"minutes": minutes}
        return " · ".join(filter(None, [self.reason, waited]))

    @property
    def reason(self) -> str:
        """What brings this visitor forward: 优先照顾：孕产妇, 预约 10:30; empty for the plain order of waiting."""
        if self.care:
            return _("优先照顾：%(care)s") % {"care": self.get_care_display()}
        if self.appointment_at:
            return _("预约 %(time)s") % {"time": f"{timezone.localtime(self.appointment_at):%H:%M}"}
        if self.instead_of_id and self.turn_at < self.issued_at:
            return str(_("闭厅未接待，凭原号优先"))
        return ""

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


def of_visit(ticket) -> Q:
    """The matters of a visit: they share its query code, or the visit joined them."""
    joined = list(Joining.objects.filter(ticket=ticket).values_list("case", flat=True))
    return Q(query_code=ticket.query_code) | Q(pk__in=joined)


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


class RepresentativeQuerySet(ScopedQuerySet):
    scoped_through = "ticket"


class Representative(Protected):
    """One of the few who speak for a group. The database keeps a sixth out."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="representatives")
    place = models.PositiveSmallIntegerField()
    name = models.CharField(_("姓名"), max_length=60)
    phone = ProtectedField(_("手机号码"), kind="phone")

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        ordering = ["ticket", "place"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "place"], name="representative_has_a_place"),
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=MOST_REPRESENTATIVES),
                name="representatives_are_five_at_most",
            ),
        ]

    def __str__(self):
        return self.name


class Joining(models.Model):
    """A visit about a matter that is already on file (同一事项): it joins that matter and opens no twin."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="joinings")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "case"], name="joining_once")]

    def __str__(self):
        return f"{self.ticket_id} {self.case_id}"


class CheckInQuerySet(ScopedQuerySet):
    scoped_through = "case"

    def today(self):
        return self.filter(day=timezone.localdate())


class CheckIn(models.Model):
    """A party came for today's mediation; once both sides are there, the mediator knows (双方已到)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="check_ins")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(default=timezone.localdate)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = CheckInQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["party", "day"], name="check_in_once_a_day")]

    def __str__(self):
        return f"{self.at:%H:%M} {self.party_id}"


class Arrival(Timed, UnderCase):
    """How a matter came in that nobody brought to a window, and whether the system of the levels above has it.

    `came_at` is the moment from which the law counts; it may lie before that of the typing. A matter that comes from
    another system is there already, since `entered_at`.
    """

    MOVES = ARRIVAL_MOVES
    READ_TOGETHER = ("case",)

    TOLD_WITH = ("unit", "case")

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="arrival")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("登记单位"))
    came_at = models.DateTimeField(_("收到时间"))
    registered_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    reply_by = models.DateField(_("要求答复日期"), null=True)
    entered_at = models.DateTimeField(_("录入上级系统时间"), null=True)
    state = models.CharField(_("状态"), max_length=20, choices=ArrivalState, default=ArrivalState.TO_ENTER)

    objects = DeskQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ArrivalState.TO_ENTER, entered_at=None)
                | Q(state=ArrivalState.ENTERED, entered_at__isnull=False),
                name="arrival_entered_has_a_moment",
            )
        ]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["unit", "-registered_at"], name="arrival_of_unit"),
            models.Index(
                fields=["unit", "due_at"], name="arrival_to_enter", condition=Q(state=ArrivalState.TO_ENTER)
            ),
        ]

    def __str__(self):
        return self.case.number

    def is_of_the_unit(self, user) -> bool:
        return self.unit_id in user.unit_ids

    @property
    def unit_of_clocks(self):
        return self.unit

    @property
    def name_of_clocks(self):
        return str(_("来件登记"))

    def keepers(self, people=User.objects):
        return self.readers(people.in_unit(self.unit, *DOORKEEPERS))

    def topics(self):
        return self.case.topics()


def takes_part(case, user) -> bool:
    """Whether they handle the matter, received its visitor or registered what came in: then its papers are theirs."""
    if case.is_in_hand_of(user):
        return True
    if Receiver.objects.filter(ticket__query_code=case.query_code, user=user).exists():
        return True
    arrival = Arrival.objects.filter(case=case).first()
    return bool(arrival) and arrival.MOVES.named("enter_above").allows(arrival, user)


class MaterialQuerySet(DeskQuerySet):
    def standing(self):
        """Without those that were entered by mistake."""
        return self.exclude(state=MaterialState.VOID)


class Material(Veiled, UnderCase):
    """Something on paper that a party handed over: what, how much of it, original or copy, and when it went back.

    `party` is empty for what came with a letter or from another office. The signed list is the 材料接收清单.
    """

    MOVES = MATERIAL_MOVES
    VEILED = ("name",)
    IN_FILE = "case"
    READ_TOGETHER = ("case",)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="materials")
    name = models.CharField(_("材料名称"), max_length=80)
    kind = models.CharField(_("原件或复印件"), max_length=10, choices=MaterialKind, default=MaterialKind.COPY)
    pages = models.PositiveSmallIntegerField(_("页数"), default=1, validators=[MinValueValidator(1)])
    copies = models.PositiveSmallIntegerField(_("份数"), default=1, validators=[MinValueValidator(1)])
    party = models.ForeignKey(
        Party, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("提交人")
    )
    received_at = models.DateTimeField(_("接收时间"), default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("接收人"))
    returned_on = models.DateField(_("退还日期"), null=True)
    scan = models.ForeignKey(
        Attachment, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("扫描件")
    )
    state = models.CharField(_("状态"), max_length=20, choices=MaterialState, default=MaterialState.KEPT)

    objects = MaterialQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(pages__gte=1, copies__gte=1), name="material_is_of_something"),
            models.CheckConstraint(
                condition=~Q(state=MaterialState.RETURNED) | Q(returned_on__isnull=False),
                name="material_returned_has_a_day",
            ),
        ]

    def __str__(self):
        return self.name

    def is_veiled(self) -> bool:
        return bool(self.case.restriction if self._state.adding else self.restriction)

    def is_of_the_matter(self, user) -> bool:
        return takes_part(self.case, user)

    def topics(self):
        return self.case.topics()


class RequirementQuerySet(DeskQuerySet):
    def standing(self):
        """What is still missing."""
        return self.filter(state=RequirementState.ASKED)


class Requirement(Veiled, UnderCase):
    """A paper that is missing, told to the visitor once and for all (一次性告知): what, how it has to be, by when."""

    MOVES = REQUIREMENT_MOVES
    VEILED = ("name", "how")
    IN_FILE = "case"
    READ_TOGETHER = ("case",)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requirements")
    name = models.CharField(_("材料名称"), max_length=80)
    how = models.CharField(_("要求"), max_length=120, blank=True)
    due_on = models.DateField(_("提交期限"), null=True)
    told_at = models.DateTimeField(_("告知时间"), default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("告知人"))
    state = models.CharField(
        _("状态"), max_length=20, choices=RequirementState, default=RequirementState.ASKED
    )

    objects = RequirementQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["told_at", "pk"]

    def __str__(self):
        return self.name

    def is_veiled(self) -> bool:
        return bool(self.case.restriction if self._state.adding else self.restriction)

    def is_of_the_matter(self, user) -> bool:
        return takes_part(self.case, user)

    def topics(self):
        return self.case.topics()


class Settlement(DeskRow):
    """The window's own work on a round: answered or settled on the spot, or sent on to another desk."""

    MOVES = SETTLEMENT_MOVES
    VEILED = ("said",)

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
                condition=~Q(state=SettlementState.SETTLED) | ~Q(said="") | ~Q(restriction=""),
                name="settlement_says_what_was_said",
            ),
        ]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["case"], name="settlement_case"),
        ]


def new_board_code() -> str:
    return secrets.token_urlsafe(16)


class OfHall(Tracked):
    """Something of one hall, kept by the people of the hall."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"))

    objects = OfUnitQuerySet.as_manager()

    class Meta:
        abstract = True

    def is_seated(self, user) -> bool:
        return bool(user.seat) and user.seat.window.unit_id == self.unit_id

    def is_of_the_unit(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def topics(self):
        return ["hall"]


class Screen(OfHall):
    """A screen without a keyboard of ours: the board of a hall, or a kiosk.

    It shows a code; somebody of the hall types that code, and from then on the screen belongs to the hall. What the
    browser of the screen keeps is a signed token that names `secret`; unpaired, the secret is worth nothing.
    """

    MOVES = SCREEN_MOVES
    UNTIL = timedelta(minutes=15)

    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("单位")
    )
    kind = models.CharField(_("用途"), max_length=10, choices=ScreenKind, default=ScreenKind.BOARD)
    name = models.CharField(_("名称"), max_length=40, blank=True)
    code = models.CharField(_("配对码"), max_length=40, editable=False)
    secret = models.CharField(max_length=40, unique=True, default=new_board_code, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=ScreenState, default=ScreenState.OFFERED)
    offered_at = models.DateTimeField(_("申请时间"), default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(state=ScreenState.OFFERED), name="screen_one_per_code"
            ),
            models.CheckConstraint(
                condition=Q(state=ScreenState.OFFERED) | Q(unit__isnull=False), name="screen_paired_to_a_hall"
            ),
        ]

    def __str__(self):
        return self.name or self.get_kind_display()


class NoticeQuerySet(OfUnitQuerySet):
    def posted(self):
        now = timezone.now()
        return self.filter(Q(until=None) | Q(until__gt=now), state=NoticeState.POSTED, since__lte=now)


class Notice(OfHall):
    """A line on the hall's board."""

    MOVES = NOTICE_MOVES

    text = models.CharField(_("内容"), max_length=100)
    since = models.DateTimeField(_("开始显示"), default=timezone.now)
    until = models.DateTimeField(_("停止显示"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=NoticeState, default=NoticeState.POSTED)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return self.text


class Pause(OfHall):
    """A window that calls nobody for a while (暂停服务): lunch, a meeting, a machine that broke."""

    MOVES = PAUSE_MOVES

    window = models.ForeignKey(
        Window, on_delete=models.PROTECT, related_name="pauses", verbose_name=_("窗口")
    )
    day = models.DateField(default=timezone.localdate)
    reason = models.CharField(_("原因"), max_length=60, blank=True)
    with_the_hall = models.BooleanField(_("全厅一起暂停"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=PauseState, default=PauseState.PAUSED)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["window", "day"], condition=Q(state=PauseState.PAUSED), name="pause_one_at_a_window"
            )
        ]

    def __str__(self):
        return str(self.window)

    def topics(self):
        return ["hall", f"window:{self.window_id}"]


class Closing(OfHall):
    """The end of a hall's day: who was not received has been told what to do."""

    MOVES = CLOSING_MOVES

    day = models.DateField(default=timezone.localdate)
    advice = models.CharField(_("告知群众"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=ClosingState, default=ClosingState.CLOSED)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "day"], condition=Q(state=ClosingState.CLOSED), name="closing_once_a_day"
            )
        ]

    def __str__(self):
        return f"{self.unit} {self.day}"


class Advice(OfHall):
    """Somebody asked at the guide's desk and got the answer at once (导办咨询): counted, without a ticket."""

    ENTRY_LABELS = {"advise": _("导办咨询")}

    day = models.DateField(_("日期"), default=timezone.localdate)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("引导员"))
    about = models.CharField(_("问了什么"), max_length=100, blank=True)

    class Meta:
        indexes = [models.Index(fields=["unit", "day"], name="advice_of_day")]

    def __str__(self):
        return self.about or f"{self.at:%H:%M}"


class OnCall(models.Model):
    """Who is told when somebody of a hall asks for help: guard, police room, duty leader. Kept as data."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"))
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="on_call", verbose_name=_("人员"))
    post = models.CharField(_("岗位"), max_length=30)

    objects = OfUnitQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["unit", "user"], name="on_call_once")]

    def __str__(self):
        return f"{self.post} {self.user}"


class HelpCallQuerySet(OfUnitQuerySet):
    def in_scope(self, scope):
        """Also for whoever is told, whatever their unit."""
        told = OnCall.objects.filter(user=scope.user_id)
        return super().in_scope(scope) | Q(unit__in=told.values("unit"))


class HelpCall(OfHall):
    """Somebody pressed the quiet button: no sound at the window, a message at once to those on call."""

    MOVES = HELP_MOVES

    window = models.ForeignKey(
        Window, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("窗口")
    )
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("求助人"))
    at = models.DateTimeField(_("时间"), default=timezone.now)
    state = models.CharField(_("状态"), max_length=10, choices=HelpState, default=HelpState.CALLED)

    objects = HelpCallQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return str(self.window or _("引导台"))

    def people(self) -> list[User]:
        """Who comes: those on call; where nobody is, the director and the guides. Never who pressed."""
        on_call = list(User.objects.filter(on_call__unit=self.unit_id, is_active=True))
        people = on_call or User.objects.in_unit(self.unit, Role.DIRECTOR, Role.GUIDE)
        return [person for person in people if person.pk != self.by_id]

    def is_on_call(self, user) -> bool:
        return user in self.people()

    def topics(self):
        return ["hall", f"help:{self.unit_id}"]


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

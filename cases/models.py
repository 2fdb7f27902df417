from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from cases.states import (
    APPROVERS,
    ASKING,
    BACK_WITH_THE_ASKER,
    CARD_MOVES,
    CENTRE,
    CLOCK_BOOK_MOVES,
    CONFERENCE_MOVES,
    COUNTED,
    DEFERRAL_MOVES,
    DESKS,
    ENDED,
    IN_EFFECT,
    JUDGED_BY,
    MOVES,
    OWED,
    PANELS,
    REQUEST_MOVES,
    RESTRICTING_MOVES,
    RULE_MOVES,
    TAKERS,
    WATCH_MOVES,
    Aim,
    Answer,
    BookState,
    CardLevel,
    CardState,
    Channel,
    ConferenceState,
    DeferralKind,
    DeferralState,
    HandlingState,
    Outcome,
    RequestKind,
    RequestState,
    RestrictingState,
    Route,
    Side,
    State,
    Urgency,
    WatchState,
)
from kernel import live
from kernel.bulk import among
from kernel.encryption import mask_name
from kernel.models import (
    Attachment,
    Clock,
    ClockRule,
    Firing,
    HistoryEntry,
    Searchable,
    Timed,
    Tracked,
)
from kernel.moments import NEVER, last_day_of
from kernel.scoping import Reference, ScopedQuerySet
from kernel.veil import Veiled
from kernel.words import first_sentence, matching
from people.models import Area, Organisation, Person, Post, Unit, User
from people.roles import HEADS, OPENERS, OPENS, RESTRICTS, SECLUDED, SUPERVISORS, Restriction, Role


class Category(models.Model):
    """What a matter is about (domain.md 9.6)."""

    code = models.CharField(_("代码"), max_length=10, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    lead_unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, verbose_name=_("牵头单位")
    )
    outlets = models.JSONField(_("常用办理途径"), default=list)
    cues = models.JSONField(_("线索词"), default=dict)

    objects = Reference.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.name}"


class Outlet(models.Model):
    """The way a matter goes (办理途径), and the desk that way begins at.

    One with a notice leads away from the centre: to another legal route, or to another district. What goes the way
    of one with a restriction is hidden from its first saved word.
    """

    code = models.CharField(_("代码"), max_length=10, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    route = models.CharField(_("承办窗口"), max_length=20, choices=Route)
    advice = models.CharField(_("告知内容"), max_length=300, blank=True)
    notice_title = models.CharField(_("告知书名称"), max_length=40, blank=True)
    notice_text = models.TextField(_("告知书正文"), blank=True)
    cues = models.JSONField(_("线索词"), default=dict, blank=True)
    restriction = models.CharField(_("限制查看"), max_length=20, choices=Restriction, blank=True)

    objects = Reference.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return f"{self.code} {self.name}"

    @property
    def leads_away(self) -> bool:
        return bool(self.notice_title)


class Wording(models.Model):
    """What the law has a person told (告知), as the centre words it: it stands on the next print.

    A line that begins with "# " is a heading.
    """

    class Code(models.TextChoices):
        PRIVACY = "privacy", _("个人信息处理告知书")
        MEDIATION_RIGHTS = "mediation_rights", _("人民调解当事人权利义务告知书")

    code = models.CharField(_("文书"), max_length=30, choices=Code, unique=True)
    text = models.TextField(_("正文"))

    objects = Reference.as_manager()

    class Meta:
        ordering = ["code"]

    def __str__(self):
        return self.get_code_display()


class UrgencyRule(models.Model):
    """The words that speak for an urgency, and the reason that is shown with it. The highest level is asked first."""

    level = models.PositiveSmallIntegerField(_("紧急程度"), choices=Urgency, unique=True)
    reason = models.CharField(_("理由"), max_length=100)
    cues = models.JSONField(_("线索词"), default=dict)

    objects = Reference.as_manager()

    class Meta:
        ordering = ["-level"]

    def __str__(self):
        return self.get_level_display()


class RestrictionRule(models.Model):
    """The words in a story that speak for a restricted matter of a kind, and what whoever types it is told then."""

    kind = models.CharField(_("限制查看"), max_length=20, choices=Restriction, unique=True)
    hint = models.CharField(_("提示"), max_length=200)
    cues = models.JSONField(_("线索词"), default=dict)

    objects = Reference.as_manager()

    class Meta:
        ordering = ["kind"]

    def __str__(self):
        return self.get_kind_display()


class Book(Tracked):
    """Rules that are edited as one book: there is one, and its history says who changed what.

    `version` is raised with each change, so that whoever edits a form that was overtaken is told.
    """

    state = models.CharField(max_length=20, choices=BookState, default=BookState.IN_FORCE)
    version = models.PositiveIntegerField(default=1)

    objects = Reference.as_manager()

    class Meta:
        abstract = True


class RuleBook(Book):
    """The rules of the suggestion, and what people are told in writing.

    A process that has read another `version` of the rules reads them again.
    """

    MOVES = RULE_MOVES
    ENTRY_LABELS = {"edit_rule": _("修改研判规则"), "edit_wording": _("修改告知文书")}

    def __str__(self):
        return str(_("分流规则和告知文书"))


class ClockBook(Book):
    """The rules of deadlines and the working calendar."""

    MOVES = CLOCK_BOOK_MOVES
    ENTRY_LABELS = {"edit_calendar": _("修改工作日历"), "edit_clock_rule": _("修改期限规则")}

    def __str__(self):
        return str(_("期限规则和工作日历"))


class ClockWatch(Tracked):
    """The watch over the sweep: there is one. It is held when a clock was set forth or back under the sweep.

    `swept_at` is by the database's clock; `uptime` in seconds, of the machine whose start is `boot`.
    """

    MOVES = WATCH_MOVES

    state = models.CharField(max_length=20, choices=WatchState, default=WatchState.RUNNING)
    swept_at = models.DateTimeField(null=True)
    boot = models.CharField(max_length=40, blank=True)
    uptime = models.FloatField(default=0)
    why = models.CharField(_("原因"), max_length=200, blank=True)

    objects = Reference.as_manager()

    def __str__(self):
        return str(_("期限巡检"))

    def topics(self):
        return ["watch"]


class FileQuerySet(ScopedQuerySet):
    """Rows that carry their own copy of a file's sight: area path, restriction, and the units that may see it."""

    barred_through = "pk"

    def in_scope(self, scope):
        mine = scope.area_condition("area_path")
        if scope.unit_ids:
            mine |= Q(seen_by__overlap=sorted(scope.unit_ids))
        open_to_me = Q(restriction="") | Q(restriction__in=sorted(scope.restrictions))
        barred = Barred.objects.filter(
            Q(user_id=scope.user_id) | Q(unit__in=scope.unit_ids),
            case=OuterRef(self.barred_through),
            ended_at=None,
        )
        return mine & open_to_me & ~Exists(barred)


class FileRow(models.Model):
    """The copy of a file's sight on each row that is listed: lists and searches need no join to know who sees it."""

    area_path = models.CharField(max_length=60, editable=False)
    restriction = models.CharField(max_length=20, choices=Restriction, blank=True)
    seen_by = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)

    class Meta:
        abstract = True
        indexes = [
            GinIndex(fields=["seen_by"], name="%(class)s_seen_by"),
            models.Index(fields=["area_path"], name="%(class)s_area", opclasses=["varchar_pattern_ops"]),
        ]

    def sight(self) -> dict:
        """The three columns, to copy onto another row of the file."""
        return {"area_path": self.area_path, "restriction": self.restriction, "seen_by": list(self.seen_by)}

    def told(self, *topics) -> list[str]:
        """`topics`, and those of the lists the file is on: of each area it lies in and each unit that sees it."""
        areas = (f"area:{code}" for code in self.area_path.split("/") if code)
        return live.of_file(self.restriction, *topics, *areas, *(f"seen:{pk}" for pk in self.seen_by))


class CaseQuerySet(FileQuerySet):
    def with_party_of(self, number):
        """Ordinary files with a party who has this whole telephone or paper number."""
        persons = Person.objects.with_number(number).with_their_doubles()
        return self.filter(pk__in=Party.objects.filter(person__in=persons).values("case"), restriction="")

    def matching(self, words):
        return self.filter(matching(words))


class Case(Veiled, Tracked, FileRow, Searchable):
    """One matter, one number, one file, from triage to follow-up: only what is true whichever desk handles it.

    `state`, `route`, `unit` and `due_at` are the file's cover: copies of its latest round. The matters of one visit
    have one query code. `outside_number` is the number of a matter that came in through another system, once within
    its channel; `above_number` that of the system of the levels above. `tail_hash` is the keyed hash of the four
    digits printed for somebody who has neither phone nor papers (kind "pin").
    """

    VEILED = ("title", "story", "names", "place", "outside_number", "above_number")
    ENTRY_LABELS = {
        "correct": _("更正登记内容"),
        "log_contact": _("联系记录"),
        "enter_instruction": _("代录领导批示"),
        "correct_instruction": _("更正批示"),
        "add_party": _("添加当事人"),
        "correct_party": _("更正当事人信息"),
        "replace_party": _("更正当事人"),
        "add_agent": _("登记代理人"),
        "end_agent": _("解除代理"),
        "join_visit": _("当事人再次来访"),
        "check_in": _("到场登记"),
        "print_paper": _("打印材料"),
        "read_back": _("宣读记录"),
        "keep_signed": _("上传已签扫描件"),
        "restrict": _("限制查看"),
        "lift_restriction": _("解除限制查看"),
        "reseal": _("材料改存"),
    }

    number = models.CharField(_("统一编号"), max_length=20, unique=True)
    query_code = models.CharField(_("查询码"), max_length=12, db_index=True)
    tail_hash = models.CharField(max_length=70, blank=True, editable=False)
    title = models.CharField(_("事项"), max_length=120)
    story = models.TextField(_("诉求"), blank=True)
    names = models.CharField(max_length=300, blank=True, editable=False)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, verbose_name=_("类别"))
    outlet = models.ForeignKey(Outlet, on_delete=models.PROTECT, verbose_name=_("办理途径"))
    urgency = models.PositiveSmallIntegerField(_("紧急程度"), choices=Urgency, default=Urgency.ORDINARY)
    channel = models.CharField(_("来源"), max_length=20, choices=Channel, default=Channel.WINDOW)
    outside_number = models.CharField(_("来件编号"), max_length=40, blank=True)
    above_number = models.CharField(_("上级系统编号"), max_length=40, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, verbose_name=_("问题属地"))
    place = models.CharField(_("地点"), max_length=120, blank=True)
    people_count = models.PositiveIntegerField(_("涉及人数"), default=1, validators=[MinValueValidator(1)])
    amount = models.DecimalField(_("涉及金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    opened_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    opened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    state = models.CharField(_("状态"), max_length=20, choices=State, default=State.ROUTED)
    route = models.CharField(_("办理窗口"), max_length=20, choices=Route)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("办理单位"))
    due_at = models.DateTimeField(_("到期日"), default=NEVER)

    objects = CaseQuerySet.as_manager()

    class Meta(Searchable.Meta, FileRow.Meta):
        abstract = False
        indexes = [
            *FileRow.Meta.indexes,
            *Searchable.Meta.indexes,
            models.Index(fields=["-opened_at", "-id"], name="case_opened"),
            models.Index(fields=["due_at", "id"], name="case_due"),
            models.Index(fields=["-urgency", "-id"], name="case_urgency"),
            models.Index(
                fields=["unit", "due_at"], name="case_open_of_unit", condition=~Q(state=State.CLOSED)
            ),
            models.Index(fields=["category", "-opened_at"], name="case_category"),
            models.Index(fields=["state", "-opened_at"], name="case_state"),
            models.Index(fields=["route", "-opened_at"], name="case_route"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "outside_number"],
                condition=~Q(outside_number=""),
                name="case_outside_number_once",
            ),
            models.UniqueConstraint(
                fields=["above_number"], condition=~Q(above_number=""), name="case_above_number_once"
            ),
            models.CheckConstraint(condition=Q(people_count__gte=1), name="case_concerns_somebody"),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="case_amount_is_not_negative"
            ),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    @property
    def panel(self) -> str:
        return PANELS[self.route]

    def is_veiled(self) -> bool:
        return bool(self.restriction)

    @property
    def number_outside(self):
        return None if self.restriction else self.number

    def is_in_hand_of(self, user) -> bool:
        """Whether the matter is open, and with a unit of theirs: then working on it is reason enough to look."""
        return self.state != State.CLOSED and self.unit_id in user.unit_ids

    BRIEF = ("number", "dossier", "state", "urgency", "unit", "area_path", "restriction", "seen_by")
    """What a sweep asks of thousands of files."""

    is_surely_open = False
    """Whether it was found that nobody is barred. Of many files it is asked once, by share_bars()."""

    def readers(self, people):
        """Those of `people` who may see the file: a message would tell the others that it exists."""
        if not self.restriction and (self.is_surely_open or not self.barred.all()):
            return people
        return self.seeing(people)

    def seeing(self, people) -> list[User]:
        """Those of `people`, from wherever, who see the file: each is asked."""
        return [user for user in people if Case.objects.visible_to(user).filter(pk=self.pk).exists()]

    @property
    def whole_title(self) -> str:
        """The title as papers print it: the first sentence of the story whole, where lists show it cut."""
        sentence = first_sentence(self.story)
        cut = self.title.endswith("…") and sentence.startswith(self.title[:-1])
        return sentence if cut else self.title

    def latest_round(self) -> "Round":
        return self.rounds.order_by("number").last()

    def topics(self):
        """The first is the file's own, that of its page."""
        return self.told(f"case:{self.pk}", f"unit:{self.unit_id}")


class RoundQuerySet(FileQuerySet):
    barred_through = "case"

    def waiting_for(self, route):
        return self.filter(state=State.ROUTED, route=route)

    def unfinished(self):
        return self.exclude(state=State.CLOSED)

    def to_call_back(self):
        """Closed ones on which a clock of an office still runs: somebody was not content."""
        return self.filter(state=State.CLOSED, due_at__lt=NEVER)

    def to_follow_up_by(self, user):
        """Those that others resolved, for whoever may ask how it went."""
        return self.filter(may_follow_up(user))

    def pressing(self, user):
        """Those whose clocks press somebody: while a desk of theirs has them, and when it is theirs to follow up."""
        at_a_desk = Q(unit__in=user.unit_ids, state__in=[State.ROUTED, State.IN_HAND])
        return self.filter(at_a_desk | may_follow_up(user))


def may_follow_up(user) -> Q:
    """As the move `follow_up` says, of rounds that this person sees."""
    resolved = Q(state=State.RESOLVED) & ~Q(handler=user)
    mine = Q(pk__in=())
    if user.roles & CENTRE.keys() and any(unit.kind == Unit.Kind.CENTRE for unit in user.units):
        mine |= resolved
    if Role.DISCIPLINE in user.roles:
        mine |= resolved & Q(restriction__in=sorted(SECLUDED))
    return mine


class UnderCase(Tracked, FileRow):
    """A row of a file: it belongs to the dossier of its case and copies its sight."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        """Sight is copied once, here; afterwards only the file itself changes it, so a late save brings none back."""
        if self.dossier_id is None:
            self.dossier_id = self.case.dossier_id
            for name, value in self.case.sight().items():
                setattr(self, name, value)
        if not self._state.adding and kwargs.get("update_fields") is None:
            kwargs["update_fields"] = self.own_columns()
        super().save(*args, **kwargs)

    def readers(self, people):
        """Those of `people` who may see the file."""
        return self.case.readers(people)

    def others(self, people, verb):
        """Those of `people` who may see the file, and did nothing after which somebody else has to make this move."""
        made = self.work_done().filter(verb__in=self.MOVES.named(verb).not_by)
        done = set(made.values_list("by", flat=True))
        return self.readers([user for user in people if user.pk not in done])

    def at_work(self, person, unit, people) -> list[User]:
        """Just this person, as long as they are of `unit`, by post or by today's seat, and may see the file."""
        if person is None:
            return []
        of_unit = person in people.in_unit(unit) or (person.is_active and unit.pk in person.unit_ids)
        return self.readers([person]) if of_unit else []

    @property
    def is_secluded(self) -> bool:
        """Whether nobody of the centre can open the file."""
        return self.restriction in SECLUDED

    def is_sole_opener(self, user) -> bool:
        """Whether the file is open to them and to nobody of the centre."""
        return self.is_secluded and not user.unit_ids.isdisjoint(self.seen_by)

    @property
    def waits_for_the_centre(self) -> bool:
        """Whether it is not its unit but the centre that has to act."""
        return False

    @cached_property
    def centre(self) -> Unit:
        """Of many rows it is read once, by share_centre()."""
        return Unit.objects.centre()

    @property
    def number_outside(self):
        return self.case.number_outside

    @classmethod
    def own_columns(cls) -> list[str]:
        sight = {field.name for field in FileRow._meta.local_fields}
        columns = cls._meta.concrete_fields
        return [column.name for column in columns if not column.primary_key and column.name not in sight]


def share_centre(rows) -> None:
    """Let those of `rows` that wait for the centre know it by one read."""
    waiting = [row for row in rows if isinstance(row, UnderCase) and row.waits_for_the_centre]
    centre = Unit.objects.centre() if waiting else None
    for row in waiting:
        row.centre = centre


def share_bars(rows: Sequence[Any]) -> None:
    """Let `rows` know by one read whether anybody is barred from their files."""
    barred = Barred.objects.filter(among("case_id", {row.case_id for row in rows}))
    closed = set(barred.values_list("case", flat=True))
    for row in rows:
        row.case.is_surely_open = row.case_id not in closed


@cache
def address() -> str:
    """That of a file's page, with room for its key: reverse() takes long where a sweep names thousands."""
    before, after = reverse("cases:detail", args=[0]).rsplit("0", 1)
    return f"{before}%d{after}"


def page_of(case_id: int) -> str:
    return address() % case_id


class Round(Timed, UnderCase):
    """One going-through of a matter: where it is, and how it ended. A matter that comes back is the next round.

    `handler` is who took it, or was given it; None while it waits, and where it belongs to the desk as a whole.
    """

    MOVES = MOVES
    ENTRY_LABELS = {
        "rate": _("当事人评价"),
        "enquire_progress": _("当事人催问"),
        "ask_withdrawal": _("当事人申请撤回"),
    }
    CITIZENS = frozenset({"case.rating"})
    READ_TOGETHER = ("case",)
    TOLD_WITH = ("unit", "handler", "case")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveSmallIntegerField(_("轮次"), default=1)
    route = models.CharField(_("办理窗口"), max_length=20, choices=Route)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="rounds", verbose_name=_("办理单位")
    )
    state = models.CharField(_("状态"), max_length=20, choices=State, default=State.ROUTED)
    handler = models.ForeignKey(
        User,
        null=True,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("承办人"),
    )
    outcome = models.CharField(_("结果"), max_length=20, choices=Outcome, blank=True)
    opened_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    taken_at = models.DateTimeField(_("接办时间"), null=True)
    resolved_at = models.DateTimeField(_("化解时间"), null=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True)

    objects = RoundQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="round_numbered_once"),
            models.UniqueConstraint(
                fields=["case"], condition=~Q(state=State.CLOSED), name="round_one_open_per_case"
            ),
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_at__isnull=False)
                | (~Q(state=State.CLOSED) & Q(closed_at=None)),
                name="round_closed_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.RESOLVED, State.CLOSED]) | ~Q(outcome=""),
                name="round_resolved_has_an_outcome",
            ),
        ]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(
                fields=["route", "unit", "opened_at"], name="round_waiting", condition=Q(state=State.ROUTED)
            ),
            models.Index(fields=["resolved_at"], name="round_resolved"),
            models.Index(fields=["due_at"], name="round_to_follow_up", condition=Q(state=State.RESOLVED)),
            models.Index(fields=["closed_at"], name="round_closed"),
            models.Index(
                fields=["due_at"],
                name="round_to_call_back",
                condition=Q(state=State.CLOSED, due_at__lt=NEVER),
            ),
        ]

    def __str__(self):
        return self.case.number

    def is_holder(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def is_concerned(self, user) -> bool:
        """Whether the matter is with their unit, or they sit at the centre."""
        return self.is_holder(user) or self.is_of_the_centre(user)

    def is_of_the_centre(self, user) -> bool:
        return any(unit.kind == Unit.Kind.CENTRE for unit in user.units)

    def work_done(self):
        """The whole file since this round began: a rule of two persons looks within the round."""
        return self.entries().filter(at__gte=self.opened_at)

    @property
    def arrived_at(self) -> datetime:
        """When it came to the unit that has it."""
        moved = self.transfers.order_by("-at", "-pk").values_list("at", flat=True).first()
        return moved or self.opened_at

    def is_calling_back(self, user) -> bool:
        """Whether they sit at the centre, the citizen is not content, and nobody has asked why."""
        unhappy = any(rating.answer == Answer.UNSATISFIED for rating in self.ratings.all())
        if not unhappy or hasattr(self, "called_back"):
            return False
        return self.is_sole_opener(user) if self.is_secluded else self.is_of_the_centre(user)

    def clocks_changed(self):
        """The cover of the file shows the latest round, so a clock of an earlier one does not move it."""
        super().clocks_changed()
        later = Round.objects.filter(case=OuterRef("pk"), number__gt=self.number)
        Case.objects.filter(~Exists(later), pk=self.case_id).update(due_at=self.due_at)

    @property
    def waits_for_the_centre(self) -> bool:
        return self.state in (State.RESOLVED, State.CLOSED) and not self.is_secluded

    @property
    def unit_of_clocks(self) -> Unit:
        return self.centre if self.waits_for_the_centre else self.unit

    @property
    def name_of_clocks(self) -> str:
        return _("第 %(n)d 轮") % {"n": self.number}

    def keepers(self, people=User.objects):
        """Who has to act: whoever may follow up or call back; before, who took it, or those who may take it."""
        if self.state in (State.RESOLVED, State.CLOSED):
            verb = "follow_up" if self.state == State.RESOLVED else "call_back"
            return self.others(self.following_up(people, verb), verb)
        return (
            self.at_work(self.handler, self.unit, people)
            or self.readers(people.in_unit(self.unit, *TAKERS[Route(self.route)]))
            or self.readers(people.in_unit(self.unit, *DESKS))
        )

    def following_up(self, people, verb):
        if self.is_secluded:
            return people.bearing(*OPENERS[self.restriction])
        return people.in_unit(self.unit_of_clocks, *self.MOVES.named(verb).who)

    def topics(self):
        resolved = ["follow-up"] if self.resolved_at else []
        return self.told(f"case:{self.case_id}", f"unit:{self.unit_id}", "today", *resolved)

    @property
    def panel(self) -> str:
        return PANELS[self.route]


class DeskRow(Veiled, UnderCase):
    """A desk's work on a round. Its clocks hang on the round."""

    READ_TOGETHER = ("round",)
    IN_FILE = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("办理单位"))
    opened_at = models.DateTimeField(_("接办时间"), default=timezone.now)

    class Meta:
        abstract = True

    def __str__(self):
        return self.case.number

    def is_veiled(self) -> bool:
        return bool(self.case.restriction if self._state.adding else self.restriction)

    @property
    def clock_subject(self):
        return self.round

    def is_holder(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def work_done(self):
        return self.round.work_done()

    def topics(self):
        return self.round.topics()


class DeskQuerySet(FileQuerySet):
    barred_through = "case"

    def with_case(self):
        return self.select_related("case__category", "case__area", "round", "unit")


class HandlingQuerySet(DeskQuerySet):
    def in_tab(self, tab):
        """Those in hand, or those that are done."""
        in_hand = Q(state=HandlingState.IN_HAND)
        return self.filter(in_hand if tab == "in_hand" else ~in_hand)


class Handling(DeskRow):
    """The work of a desk that takes a matter, then answers it or sends it back."""

    VEILED = ("reply",)

    handler = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("承办人"))
    state = models.CharField(_("状态"), max_length=20, choices=HandlingState, default=HandlingState.IN_HAND)
    reply = models.TextField(_("答复意见"), blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = HandlingQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = True
        indexes = [*FileRow.Meta.indexes, models.Index(fields=["-opened_at", "-id"], name="%(class)s_opened")]

    @property
    def clocks_from(self) -> datetime:
        """The desk's time runs from the day on which the matter came to it, not from when somebody took it."""
        return self.round.arrived_at


class PartyQuerySet(ScopedQuerySet):
    scoped_through = "case"


class PartyManager(models.Manager.from_queryset(PartyQuerySet)):
    """Reads the person with the party: whether somebody is a minor decides how they are named."""

    def get_queryset(self):
        return super().get_queryset().select_related("person")


class Party(Veiled):
    """Somebody on one side of a matter."""

    VEILED = ("name",)
    IN_FILE = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    side = models.CharField(_("身份"), max_length=20, choices=Side)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="parties"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="parties"
    )
    name = models.CharField(_("名称"), max_length=120)
    is_representative = models.BooleanField(_("代表"), default=False)

    objects = PartyManager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None) | Q(organisation=None), name="party_is_one_person_or_one_body"
            ),
            models.UniqueConstraint(fields=["case", "person"], name="party_person_once"),
        ]

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def __str__(self):
        return self.name

    @property
    def masked(self) -> str:
        """王* for a person, no name at all for a minor; the name of a firm or body is public."""
        if self.organisation_id:
            return self.name
        return self.person.masked if self.person_id and self.person.is_minor else mask_name(self.name)


class AgentQuerySet(ScopedQuerySet):
    scoped_through = "case"

    def standing(self):
        return self.filter(ended_at=None)


class Agent(models.Model):
    """Whom a party entrusted with the matter (委托代理人), how far, and the scan of the letter that says so."""

    class Authority(models.TextChoices):
        GENERAL = "general", _("一般授权")
        SPECIAL = "special", _("特别授权")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="agents")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="agents")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="agencies")
    authority = models.CharField(_("授权范围"), max_length=10, choices=Authority)
    letter = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = AgentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "person"], condition=Q(ended_at=None), name="agent_once_per_party"
            )
        ]

    def __str__(self):
        return str(self.person)


class ContactEntry(Veiled):
    """Whom we rang or met about a matter, when, and what they said."""

    VEILED = ("whom", "said")
    IN_FILE = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="contacts")
    at = models.DateTimeField(_("时间"))
    whom = models.CharField(_("联系对象"), max_length=60)
    said = models.CharField(_("内容"), max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def __str__(self):
        return f"{self.at:%H:%M} {self.whom}"


class InstructionQuerySet(ScopedQuerySet):
    scoped_through = "case"


class Instruction(Veiled):
    """What a leader wrote on paper about a matter, entered for them by somebody else (代录), with the scan.

    `last_day` is the day that the paper gives, if it gives one: then a clock runs to it.
    """

    VEILED = ("author", "words")
    IN_FILE = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="instructions")
    author = models.CharField(_("批示领导及职务"), max_length=60)
    written_on = models.DateField(_("批示日期"))
    words = models.CharField(_("批示内容"), max_length=1000)
    last_day = models.DateField(_("要求办结日期"), null=True)
    scan = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("代录人"))
    at = models.DateTimeField(default=timezone.now)

    objects = InstructionQuerySet.as_manager()

    class Meta:
        ordering = ["written_on", "pk"]

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def __str__(self):
        return f"{self.written_on} {self.author}"


class OfRound(Veiled):
    """A row that hangs on a round, and on nothing else."""

    IN_FILE = "round__case"

    class Meta:
        abstract = True

    def is_veiled(self) -> bool:
        return bool(self.round.restriction)


class Transfer(OfRound):
    """A round moved from one desk or unit to another."""

    VEILED = ("reason",)

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="transfers")
    from_route = models.CharField(max_length=20, choices=Route)
    from_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    to_route = models.CharField(max_length=20, choices=Route)
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("原因"), max_length=500)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self):
        return f"{self.from_unit} → {self.to_unit}"


class RequestQuerySet(FileQuerySet):
    barred_through = "case"

    def unfinished(self):
        return self.exclude(state__in=ENDED)

    def asked_of(self, unit_ids):
        return self.filter(to_unit__in=unit_ids)


class Request(Veiled, Timed, UnderCase):
    """A piece of work asked of another unit while the case stays where it is."""

    MOVES = REQUEST_MOVES
    VEILED = ("text", "answer")
    IN_FILE = "case"
    TOLD_WITH = ("to_unit", "from_unit", "case")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requests")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(_("种类"), max_length=20, choices=RequestKind)
    from_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("请求单位")
    )
    to_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("协办单位"))
    text = models.TextField(_("请求事项"))
    answer = models.TextField(_("答复"), blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=RequestState, default=RequestState.OPEN)
    asked_at = models.DateTimeField(_("发起时间"), default=timezone.now)

    objects = RequestQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(
                fields=["to_unit", "due_at"], name="request_unfinished", condition=~Q(state__in=sorted(ENDED))
            ),
        ]

    def __str__(self):
        return f"{self.case.number} {self.get_kind_display()}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def is_asked(self, user) -> bool:
        return self.to_unit_id in user.unit_ids

    def is_asking(self, user) -> bool:
        return self.from_unit_id in user.unit_ids

    def is_in_charge(self, user) -> bool:
        """Whether they ask for their own unit, and the matter is theirs or the centre's to move on."""
        return self.is_asking(user) and self.round.is_concerned(user)

    @property
    def is_back(self) -> bool:
        """Whether it is for the unit that asked to go on."""
        return self.state in BACK_WITH_THE_ASKER

    @property
    def unit_of_clocks(self) -> Unit:
        return self.from_unit if self.is_back else self.to_unit

    @property
    def name_of_clocks(self) -> str:
        return f"{self.get_kind_display()}：{self.to_unit}"

    def keepers(self, people=User.objects):
        return self.askers(people) if self.is_back else self.helpers(people)

    def askers(self, people=User.objects):
        """Who asked; where they are of that unit no more, those there who might have."""
        return self.at_work(self.maker_of("ask"), self.from_unit, people) or self.readers(
            people.in_unit(self.from_unit, *ASKING)
        )

    def helpers(self, people=User.objects):
        """Who signed for it; before that, those who may."""
        return self.at_work(self.maker_of("accept_request"), self.to_unit, people) or self.readers(
            people.in_unit(self.to_unit, *DESKS)
        )

    def maker_of(self, verb) -> User | None:
        entry = self.history.filter(verb=verb).select_related("by").order_by("-seq").first()
        return entry.by if entry else None

    def topics(self):
        return self.told(f"case:{self.case_id}", f"unit:{self.to_unit_id}", f"unit:{self.from_unit_id}")


class RestrictingQuerySet(ScopedQuerySet):
    def in_scope(self, scope):
        """For whoever asked, and whoever may open such a matter: to the others the asking itself would tell."""
        cases = Case.objects.all()
        told = Q(asked_by=scope.user_id) | Q(kind__in=sorted(scope.restrictions))
        return told & Q(case__in=cases.filter(cases.in_scope(scope)))

    def waiting(self):
        return self.filter(state=RestrictingState.ASKED)


class Restricting(Veiled, Timed):
    """Somebody asks that a matter be hidden, or shown again, and why; somebody else decides.

    Its words are cipher from the asking on, and its history is its own, because the matter's is still open to those
    from whom it may have to be hidden. `kind` is the restriction to be set or lifted.
    """

    MOVES = RESTRICTING_MOVES
    VEILED = ("reason", "answer")
    READ_TOGETHER = ("case",)
    TOLD_WITH = ("case",)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="restrictings")
    aim = models.CharField(_("申请事项"), max_length=10, choices=Aim)
    kind = models.CharField(_("限制类别"), max_length=20, choices=Restriction)
    reason = models.CharField(_("理由"), max_length=500)
    answer = models.CharField(_("审批意见"), max_length=500, blank=True)
    state = models.CharField(
        _("状态"), max_length=20, choices=RestrictingState, default=RestrictingState.ASKED
    )
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人"))
    asked_at = models.DateTimeField(_("申请时间"), default=timezone.now)

    objects = RestrictingQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=RestrictingState.ASKED), name="restricting_one_at_a_time"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="restricting_waiting", condition=Q(state=RestrictingState.ASKED)
            )
        ]

    def __str__(self):
        return f"{self.case.number} {self.get_aim_display()}"

    def is_veiled(self) -> bool:
        return True

    @property
    def restriction(self) -> str:
        """Its notes are cipher and its topics opaque, whatever becomes of it."""
        return self.kind

    @property
    def number_outside(self):
        return None

    def is_concerned(self, user) -> bool:
        return self.case.latest_round().is_concerned(user)

    def is_asking(self, user) -> bool:
        return self.asked_by_id == user.pk

    def is_deciding(self, user) -> bool:
        """Whether they may open matters of this kind, and this one."""
        seen = Case.objects.visible_to(user).filter(pk=self.case_id)
        return self.kind in user.scope.restrictions and seen.exists()

    def deciders(self) -> list[User]:
        """Who can decide: anybody but the one who asked."""
        roles = [role for role in RESTRICTS if self.kind in OPENS[role]]
        return self.readers(User.objects.bearing(*roles).order_by("pk"))

    @property
    def unit_of_clocks(self) -> Unit:
        return self.case.unit

    def readers(self, people) -> list[User]:
        """Those of `people` who may know of the asking: whoever can decide."""
        return [user for user in people if user.pk != self.asked_by_id and self.is_deciding(user)]

    def keepers(self, people=User.objects):
        return self.deciders()

    def topics(self):
        return [*live.of_file(self.kind, "restricting"), f"asked-by:{self.asked_by_id}"]


class Sight(models.Model):
    """A unit that may see a file, and why: it holds it, opened it, was asked, held it earlier."""

    class Why(models.TextChoices):
        OPENED = "opened", _("登记")
        HOLDS = "holds", _("承办")
        ASKED = "asked", _("协办")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sights")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=20, choices=Why)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "unit"], name="sight_once")]

    def __str__(self):
        return f"{self.unit} {self.why}"


class FurtherCode(models.Model):
    """Another query code that finds a file: that of a later visit, which joined the matter (同一事项).

    `tail_hash` is that of the visit's four digits, for somebody who has neither telephone nor papers.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="further_codes")
    code = models.CharField(_("查询码"), max_length=12, db_index=True)
    tail_hash = models.CharField(max_length=70, blank=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "code"], name="further_code_once")]

    def __str__(self):
        return self.code


class Barred(models.Model):
    """A person or unit from whom a file is hidden, whatever else would show it to them: recusal, the accused unit.

    One that belongs to a `round` ends when the next one begins; the row stays.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="barred")
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("原因"), max_length=200)
    round = models.ForeignKey(Round, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, unit__isnull=False) | Q(user__isnull=False, unit=None),
                name="barred_is_one_person_or_one_unit",
            )
        ]

    def __str__(self):
        return self.reason


class Rating(OfRound):
    """What the citizen said of a closed round: once per closing, never by staff."""

    VEILED = ("comment",)

    class Of(models.TextChoices):
        CENTRE = "centre", _("社会治理中心")
        UNIT = "unit", _("责任单位")

    class Through(models.TextChoices):
        CODE = "code", _("查询码")
        PAD = "pad", _("大厅评价器")
        CALL = "call", _("回访电话")

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="ratings")
    of = models.CharField(max_length=10, choices=Of, default=Of.CENTRE)
    answer = models.CharField(_("评价"), max_length=20, choices=Answer)
    comment = models.CharField(_("想说的话"), max_length=500, blank=True)
    through = models.CharField(max_length=10, choices=Through, default=Through.CODE)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "of"], name="rating_once_per_closing")]
        indexes = [models.Index(fields=["at"], name="rating_at")]

    def __str__(self):
        return self.get_answer_display()


class FollowUp(OfRound):
    """The centre's call after a round: how it went, and whether promises were kept."""

    VEILED = ("said",)

    class Way(models.TextChoices):
        PHONE = "phone", _("电话")
        VISIT = "visit", _("上门")
        HALL = "hall", _("当面")

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="followed_up")
    way = models.CharField(_("回访方式"), max_length=10, choices=Way)
    said = models.CharField(_("回访情况"), max_length=500)
    promise_kept = models.BooleanField(_("约定已履行或正在履行"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return self.said


class CallBack(OfRound):
    """不满意核实: the centre asked somebody who was not content why. What they answered stands all the same."""

    VEILED = ("said",)

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="called_back")
    way = models.CharField(_("核实方式"), max_length=10, choices=FollowUp.Way)
    said = models.CharField(_("核实情况"), max_length=500)
    reopens = models.BooleanField(_("重新办理"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return self.said


class DeferralQuerySet(FileQuerySet):
    barred_through = "case"

    def waiting_for(self, user):
        """Those that somebody may decide, as long as the clock has not run out meanwhile."""
        signs = [approver for approver, roles in APPROVERS.items() if roles & user.roles]
        rule = Q(clock__rule__extension_approver__in=signs)
        if ClockRule.Approver.UNIT_HEAD in signs:
            rule |= Q(clock__rule__extension_approver="")
        running = self.filter(
            state=DeferralState.ASKED, clock__stopped_at=None, clock__due_at__gt=timezone.now()
        )
        here = Q() if any(unit.kind == Unit.Kind.CENTRE for unit in user.units) else Q(unit__in=user.unit_ids)
        return running.filter(rule, here).exclude(asked_by=user)

    def paused(self):
        """The pauses that go on: their clocks stand still until somebody resumes them."""
        return self.filter(kind=DeferralKind.PAUSE, state=DeferralState.GRANTED, clock__stopped_at=None)

    def lapsing(self, until):
        """Those that nobody has decided, and whose clock runs out before `until`."""
        soon = {"clock__due_at__gt": timezone.now(), "clock__due_at__lte": until}
        return self.filter(state=DeferralState.ASKED, clock__stopped_at=None, **soon)


class Deferral(Veiled, UnderCase):
    """More time for a clock, or days on which it does not count: asked by who works, granted by whom the rule names.

    `amount` is in units of the clock's rule. `consent` is what both parties signed, where the rule asks for that.
    `resume_by` is when a pause should be over, NEVER where nobody said: then whoever asked is reminded.
    """

    MOVES = DEFERRAL_MOVES
    ENTRY_LABELS = {"print_deferral": _("打印期限告知书")}
    VEILED = ("reason", "answer")
    IN_FILE = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deferrals")
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="deferrals")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("办理单位"))
    kind = models.CharField(_("种类"), max_length=10, choices=DeferralKind)
    amount = models.DecimalField(_("延长"), max_digits=6, decimal_places=2, null=True)
    first_day = models.DateField(_("从哪天起暂停"), null=True)
    resume_by = models.DateTimeField(_("预计恢复计算"), default=NEVER)
    reason = models.CharField(_("理由"), max_length=500)
    consent = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("状态"), max_length=20, choices=DeferralState, default=DeferralState.ASKED)
    asked_at = models.DateTimeField(_("申请时间"), default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(_("审批意见"), max_length=500, blank=True)

    objects = DeferralQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["asked_at", "pk"]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["unit"], name="deferral_waiting", condition=Q(state=DeferralState.ASKED)),
            models.Index(fields=["-asked_at", "-id"], name="deferral_latest"),
            models.Index(
                fields=["resume_by", "id"],
                name="deferral_paused",
                condition=Q(kind=DeferralKind.PAUSE, state=DeferralState.GRANTED),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=Q(state=DeferralState.ASKED), name="deferral_one_asked_per_clock"
            ),
            models.CheckConstraint(
                condition=Q(kind=DeferralKind.EXTEND, amount__gt=0, first_day=None)
                | Q(kind=DeferralKind.PAUSE, amount=None, first_day__isnull=False),
                name="deferral_is_an_amount_or_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.case.number} {self.get_kind_display()}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def is_holder(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def is_pausing(self, user) -> bool:
        return self.kind == DeferralKind.PAUSE and self.is_holder(user)

    @property
    def until(self) -> date | None:
        """The last day of a pause, as far as was known when it was asked for."""
        return last_day_of(self.resume_by) if self.resume_by < NEVER else None

    @property
    def asked_amount(self) -> str:
        return self.clock.rule.amount(self.amount)

    @property
    def approvers(self) -> frozenset[str]:
        """The roles that sign for what the rule asks."""
        return APPROVERS[self.clock.rule.extension_approver or ClockRule.Approver.UNIT_HEAD]

    def is_approver(self, user) -> bool:
        """Whether they sign for that, in the unit that works or at the centre."""
        of_the_centre = any(unit.kind == Unit.Kind.CENTRE for unit in user.units)
        return bool(self.approvers & user.roles) and (self.is_holder(user) or of_the_centre)

    @property
    def url(self) -> str:
        return reverse("cases:clocks", args=[self.case_id])

    @property
    def is_in_effect(self) -> bool:
        """Whether it moved the date: then the person is told on paper."""
        return self.state in IN_EFFECT

    def topics(self):
        return self.told(f"case:{self.case_id}", f"unit:{self.unit_id}", "deferrals")


COUNTS = Q(state__in=sorted(COUNTED), firing__withdrawn_at=None)
"""Cards that count against a unit: none whose date moved, so that it was not due, even if it was answered by then."""


class CardQuerySet(FileQuerySet):
    barred_through = "case"

    def owed(self):
        return self.filter(state__in=sorted(OWED))

    def to_answer_by(self, user):
        """Those that wait for an answer of this person: a head, or somebody of a unit where no head sees the file."""
        pressed = self.filter(unit__in=user.unit_ids, state=CardState.ISSUED)
        if user.roles & HEADS:
            return pressed
        heads = Post.objects.filter(unit=OuterRef("unit"), role__in=HEADS, user__is_active=True)
        mine = Q(restriction="") & ~Exists(heads)
        for kind in sorted(user.scope.restrictions):
            mine |= Q(restriction=kind) & ~Exists(heads.filter(user__posts__role__in=OPENERS[kind]))
        return pressed.filter(mine) if user.roles & DESKS.keys() else self.none()

    def to_judge_by(self, user):
        """Answers and appeals that this person may decide: nobody judges their own."""
        kind = ContentType.objects.get_for_model(Card)
        made = HistoryEntry.objects.filter(subject_type=kind, subject_id=OuterRef("pk"))
        made = made.filter(by=user, verb__in=["answer_card", "appeal_card"])
        judged = self.filter(~Exists(made), state__in=JUDGED_BY)
        judged = judged.exclude(state=CardState.APPEALED, issued_by=user)
        return judged if user.roles & SUPERVISORS else judged.filter(restriction__in=sorted(SECLUDED))


class Card(Veiled, Timed, UnderCase):
    """A unit is pressed to finish, by the ladder of a clock (`firing`) or by a supervisor, and owes an answer.

    `words` say what is asked of it; of one that the ladder issued they are empty, for the clock says it all.
    """

    MOVES = CARD_MOVES
    VEILED = ("words", "answer", "appeal", "decision")
    IN_FILE = "case"
    READ_TOGETHER = ("case",)
    TOLD_WITH = ("unit", "case")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="cards")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="cards")
    clock = models.ForeignKey(Clock, null=True, on_delete=models.PROTECT, related_name="cards")
    firing = models.OneToOneField(Firing, null=True, on_delete=models.PROTECT, related_name="card")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("被督办单位"))
    level = models.CharField(_("级别"), max_length=10, choices=CardLevel)
    words = models.CharField(_("督办要求"), max_length=500, blank=True)
    answer = models.CharField(_("督办回复"), max_length=1000, blank=True)
    appeal = models.CharField(_("申诉理由"), max_length=1000, blank=True)
    decision = models.CharField(_("审核意见"), max_length=500, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=CardState, default=CardState.ISSUED)
    issued_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("发出时间"), default=timezone.now)
    answered_at = models.DateTimeField(_("回复时间"), null=True)

    objects = CardQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["issued_at", "pk"]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(fields=["unit", "due_at"], name="card_owed", condition=Q(state__in=sorted(OWED))),
            models.Index(fields=["-issued_at", "-id"], name="card_newest"),
        ]

    def __str__(self):
        return f"{self.case.number} {self.get_level_display()}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    @property
    def url(self) -> str:
        return page_of(self.case_id) + "#cards"

    @property
    def about(self) -> str:
        """Why it was issued, in a few words."""
        return self.words or self.clock.rule.name

    @property
    def call(self) -> str:
        """What the heads are told. The words themselves stay in the file."""
        return _("%(card)s，须书面回复") % {"card": self}

    def is_pressed(self, user) -> bool:
        """A head of the unit, or whoever answers in place of one."""
        if self.unit_id not in user.unit_ids:
            return False
        return bool(HEADS & user.roles) or user in self.pressed()

    @property
    def is_judged(self) -> bool:
        """Whether it is for somebody else than the pressed unit to go on."""
        return self.state in JUDGED_BY

    @property
    def waits_for_the_centre(self) -> bool:
        return self.is_judged and not self.is_secluded

    @property
    def unit_of_clocks(self) -> Unit:
        return self.centre if self.waits_for_the_centre else self.unit

    @property
    def name_of_clocks(self) -> str:
        return f"{self.get_level_display()}：{self.unit}"

    def keepers(self, people=User.objects):
        """Whoever has to act: those who judge what was answered or appealed against, else those who answer."""
        if self.is_judged:
            return self.judges(JUDGED_BY[CardState(self.state)], people)
        return self.pressed(people)

    def judges(self, verb, people=User.objects):
        """Who may make this move of judgement: never whoever answered or, of an appeal, issued the card."""
        roles = OPENERS[self.restriction] if self.is_secluded else SUPERVISORS
        return self.others(people.bearing(*roles), verb)

    def pressed(self, people=User.objects):
        """Who answers for the unit: its heads, or all who work there where it has none who may see the file."""
        return self.readers(people.in_unit(self.unit, *HEADS)) or self.readers(
            people.in_unit(self.unit, *DESKS)
        )

    def topics(self):
        return self.told(f"case:{self.case_id}", f"unit:{self.unit_id}", "cards")


class ConferenceQuerySet(FileQuerySet):
    barred_through = "case"

    def planned_with(self, unit_ids):
        """Those to come, and those whose minutes are still missing, of the units that called them or are invited."""
        mine = Q(unit__in=unit_ids) | Exists(
            Invitation.objects.filter(conference=OuterRef("pk"), unit__in=unit_ids)
        )
        return self.filter(mine, state=ConferenceState.PLANNED)


class Conference(Veiled, UnderCase):
    """会商、联席会议: units sit together over a matter; what was to be talked about, who came, what was decided."""

    MOVES = CONFERENCE_MOVES
    ENTRY_LABELS = {"print_conference": _("打印会商纪要")}
    VEILED = ("topic", "place", "agenda", "others", "present", "decision", "minutes")
    IN_FILE = "case"
    READ_TOGETHER = ("case",)

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="conferences")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("召集单位"))
    topic = models.CharField(_("议题"), max_length=100)
    begins_at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点"), max_length=100)
    agenda = models.TextField(_("议程"))
    others = models.CharField(_("其他参加人员"), max_length=200, blank=True)
    present = models.CharField(_("到会人员"), max_length=500, blank=True)
    decision = models.TextField(_("会商决定"), blank=True)
    minutes = models.TextField(_("会议记录"), blank=True)
    state = models.CharField(
        _("状态"), max_length=20, choices=ConferenceState, default=ConferenceState.PLANNED
    )
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField(_("发起时间"), default=timezone.now)

    objects = ConferenceQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["begins_at", "pk"]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(
                fields=["begins_at"], name="conference_planned", condition=Q(state=ConferenceState.PLANNED)
            ),
        ]

    def __str__(self):
        return f"{self.case.number} {_('会商')}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def is_concerned(self, user) -> bool:
        return self.case.latest_round().is_concerned(user)

    def is_convening(self, user) -> bool:
        return self.unit_id in user.unit_ids

    @property
    def url(self) -> str:
        return reverse("cases:detail", args=[self.case_id]) + "#conferences"

    @property
    def absent(self) -> list["Invitation"]:
        return [one for one in self.invitations.all() if one.came is False]

    def topics(self):
        units = [self.unit_id, *(one.unit_id for one in self.invitations.all())]
        return self.told(f"case:{self.case_id}", *(f"unit:{pk}" for pk in units))


class Invitation(models.Model):
    """A unit asked to a conference. `came` is known when it was held."""

    conference = models.ForeignKey(Conference, on_delete=models.PROTECT, related_name="invitations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    came = models.BooleanField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["conference", "unit"], name="invitation_once"),
        ]

    def __str__(self):
        return str(self.unit)

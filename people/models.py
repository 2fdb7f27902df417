from datetime import date

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from kernel.encryption import Protected, ProtectedField, lookup_hashes, mask_name
from kernel.models import AboutSubject, Tracked
from kernel.prepared import Prepared
from kernel.scoping import Reference, Scope, ScopedQuerySet
from kernel.veil import Veiled
from people.identity import doubt_about
from people.roles import AREA_WIDE, HEADS, OPENS, WITHOUT_BUSINESS, Restriction, Role
from people.states import (
    CHANGE_MOVES,
    HANDOVER_MOVES,
    ROSTER_MOVES,
    SWAP_MOVES,
    ChangeState,
    DayState,
    HandoverState,
    SwapState,
)


class Area(models.Model):
    """The county, a township, a village or a grid. `path` is its parents' codes and its own: "330803/330803103/"."""

    class Level(models.TextChoices):
        COUNTY = "county", _("县（市、区）")
        TOWNSHIP = "township", _("乡镇（街道）")
        VILLAGE = "village", _("村（社区）")
        GRID = "grid", _("网格")

    code = models.CharField(_("代码"), max_length=15, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    level = models.CharField(_("层级"), max_length=10, choices=Level)
    path = models.CharField(max_length=60, unique=True)

    objects = Reference.as_manager()

    class Meta:
        ordering = ["path"]

    def __str__(self):
        return self.name


class UnitQuerySet(Reference):
    def coded(self, code) -> "Unit":
        return self.get(code=code)

    def centre(self) -> "Unit":
        """The centre itself, to whose window matters return."""
        return self.filter(kind=Unit.Kind.CENTRE).earliest("pk")


class Unit(models.Model):
    """A desk, bureau, court, township office or committee that handles matters."""

    class Kind(models.TextChoices):
        CENTRE = "centre", _("社会治理中心")
        COMMITTEE = "committee", _("人民调解委员会")
        COURT = "court", _("法院")
        PETITIONS = "petitions", _("信访部门")
        DEPARTMENT = "department", _("部门")
        DISCIPLINE = "discipline", _("纪检监察")
        TOWNSHIP = "township", _("乡镇（街道）")
        COMMAND_ROOM = "command_room", _("综合信息指挥室")
        VILLAGE = "village", _("村（社区）")
        GRID = "grid", _("网格")

    code = models.CharField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    kind = models.CharField(_("类别"), max_length=20, choices=Kind)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, verbose_name=_("区域"))
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.name


class UserQuerySet(Reference):
    def in_unit(self, unit, *roles):
        """Active people with a post in `unit`, in one of `roles` where some are named."""
        return self.in_units([unit], *roles)

    def in_units(self, units, *roles):
        """Those with a post in one of `units`."""
        posts = Post.objects.filter(user=models.OuterRef("pk"), unit__in=units)
        posts = posts.filter(role__in=roles) if roles else posts
        return self.filter(models.Exists(posts), is_active=True)

    def heads_of(self, unit):
        """Who answers for `unit`; where it has no head, the director of the centre."""
        heads = self.in_unit(unit, *HEADS)
        return heads if heads.exists() else self.bearing(Role.DIRECTOR)

    def bearing(self, *roles):
        """Active people with one of these roles, wherever."""
        posts = Post.objects.filter(user=models.OuterRef("pk"), role__in=roles)
        return self.filter(models.Exists(posts), is_active=True)


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):
    """Makes users as Django does, and finds those of a unit."""


class User(AbstractUser, Tracked):
    """Somebody who works here. What they may do and see comes from their posts, and from nothing else."""

    ENTRY_LABELS = {
        "log_in": _("登录"),
        "resume": _("超时后继续"),
        "log_out": _("退出登录"),
        "fail_log_in": _("登录失败"),
        "end_device": _("退出一台设备"),
        "change_password": _("修改密码"),
        "set_up_factor": _("启用动态口令"),
        "use_recovery_code": _("使用备用码登录"),
        "fail_factor": _("动态口令错误"),
        "create_user": _("新建账号"),
        "edit_user": _("修改账号资料"),
        "add_post": _("授予岗位"),
        "remove_post": _("撤销岗位"),
        "deactivate": _("停用账号"),
        "reactivate": _("重新启用账号"),
        "reset_password": _("重置密码"),
        "reset_factor": _("重置动态口令"),
        "set_policy": _("设定动态口令要求"),
        "set_reach": _("登记通知联系方式"),
        "choose_notices": _("选择通知方式"),
        "send_again": _("再次发送消息"),
        "set_deputy": _("指定 A/B 岗"),
        "go_on_leave": _("登记请假"),
        "end_leave": _("提前销假"),
    }

    first_name = None
    last_name = None
    name = models.CharField(_("姓名"), max_length=60)
    speciality = models.CharField(_("专长"), max_length=60, blank=True)
    languages = models.CharField(_("语言"), max_length=60, blank=True)
    deputy = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("B 岗")
    )

    password_set_at = models.DateTimeField(default=timezone.now)
    password_is_first = models.BooleanField(default=False)

    objects = UserManager()

    REQUIRED_FIELDS = ["name"]

    def __str__(self):
        return self.name or self.username

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)

    @cached_property
    def all_posts(self) -> list["Post"]:
        """Read once a request, with today's seat beside each: roles, units and sight all come from here."""
        return POSTS_WITH_SEAT.rows(user=self.pk, day=timezone.localdate())

    @property
    def business_posts(self) -> list["Post"]:
        return [post for post in self.all_posts if post.role not in WITHOUT_BUSINESS]

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(post.role for post in self.all_posts)

    @property
    def opens_discipline(self) -> bool:
        """Whether whoever logs in with this account reads accusations: two persons reset it."""
        return any(Restriction.ACCUSATION in OPENS.get(role, ()) for role in self.roles)

    @cached_property
    def seat(self) -> "Seat | None":
        """Where they sit in a hall today."""
        return next((getattr(post, "seat_that_day", None) for post in self.all_posts), None)

    @cached_property
    def units(self) -> list[Unit]:
        """The units of their posts and, for today, that of the window at which they sit."""
        of_posts = [post.unit for post in self.business_posts]
        return [*of_posts, self.seat.window.unit] if of_posts and self.seat else of_posts

    @cached_property
    def unit_ids(self) -> frozenset[int]:
        return frozenset(unit.pk for unit in self.units)

    @cached_property
    def roster_units(self) -> frozenset[int]:
        """The units of their posts, and those in whose halls they are on the roster."""
        return self.unit_ids | set(self.seats.order_by().values_list("window__unit", flat=True).distinct())

    @cached_property
    def scope(self) -> Scope:
        wide = [post for post in self.business_posts if post.role in AREA_WIDE]
        roles = {post.role for post in self.business_posts}
        return Scope(
            user_id=self.pk,
            area_paths=tuple(sorted({post.unit.area.path for post in wide})),
            unit_ids=self.unit_ids,
            restrictions=frozenset().union(*(OPENS[role] for role in roles & OPENS.keys())),
        )


class Post(models.Model):
    """A person's role in a unit."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(_("岗位"), max_length=20, choices=Role)

    objects = Reference.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "unit", "role"], name="post_once")]

    def __str__(self):
        return f"{self.unit} {self.get_role_display()} {self.user}"


def posts_with_seat(user, day):
    seat = models.FilteredRelation("user__seats", condition=Q(user__seats__day=day))
    posts = Post.objects.filter(user_id=user).annotate(seat_that_day=seat)
    return posts.select_related("unit__area", "seat_that_day__window__unit").order_by("pk")


POSTS_WITH_SEAT = Prepared(posts_with_seat, {"user": -1, "day": date.min})


class PersonQuerySet(ScopedQuerySet):
    def in_scope(self, scope):
        """Whoever works on matters may look a person up; lists of persons do not exist, and looks leave a trace."""
        return Q() if scope.unit_ids else Q(pk__in=())

    def with_phone(self, number):
        """Those with this whole telephone, be it the first or another of theirs."""
        return self.filter(pk__in=keys_by_phone(lookup_hashes("phone", number)))

    def with_paper(self, number):
        return self.filter(id_hash__in=lookup_hashes("id_number", number))

    def with_number(self, number):
        """Those with this whole telephone or paper."""
        by_paper = Person.objects.with_paper(number).values("pk")
        return self.filter(pk__in=by_paper.union(keys_by_phone(lookup_hashes("phone", number))))

    def with_their_doubles(self):
        """These persons, and all records that were joined with theirs."""
        whole = self.values(whole=Coalesce("merged_into", "pk"))
        return Person.objects.filter(
            pk__in=whole.union(Person.objects.filter(merged_into__in=whole).values("pk"))
        )


def keys_by_phone(hashes):
    """A union, not an OR across tables: that would read every person."""
    first = Person.objects.filter(phone_hash__in=hashes).values("pk")
    return first.union(Phone.objects.filter(number_hash__in=hashes).order_by().values("person"))


class InSecret(Veiled):
    """Who is known from one restricted file alone: cipher, and found by nothing, until the file is shown again."""

    in_secret = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True

    def is_veiled(self) -> bool:
        return self.in_secret


class Person(InSecret, Protected, Tracked):
    """Somebody the centre serves. The papers and the telephone are protected columns."""

    VEILED = ("name", "initials", "sex", "birth_on", "origin")

    ENTRY_LABELS = {
        "register_person": _("登记"),
        "correct_person": _("更正人员信息"),
        "replace_party": _("更正事项当事人"),
        "change_phone": _("更换首选电话"),
        "add_phone": _("添加电话"),
        "remove_phone": _("删除电话"),
        "add_guardian": _("登记法定代理人"),
        "end_guardian": _("解除法定代理登记"),
        "merge_persons": _("合并人员记录"),
        "unmerge_persons": _("撤销合并"),
        "tell_apart": _("确认不是同一人"),
        "doubt_again": _("撤销“不是同一人”"),
    }

    class IdType(models.TextChoices):
        RESIDENT = "resident", _("居民身份证")
        PASSPORT = "passport", _("护照")
        HK_MACAO = "hk_macao", _("港澳居民来往内地通行证")
        TAIWAN = "taiwan", _("台湾居民来往大陆通行证")
        NONE = "none", _("未出示证件")

    class Sex(models.TextChoices):
        MALE = "m", _("男")
        FEMALE = "f", _("女")
        UNKNOWN = "", _("未登记")

    name = models.CharField(_("姓名"), max_length=60)
    initials = models.CharField(max_length=60, blank=True, editable=False)
    id_type = models.CharField(_("证件类型"), max_length=10, choices=IdType, default=IdType.RESIDENT)
    id_number = ProtectedField(_("证件号码"), kind="id_number", hash_field="id_hash")
    id_hash = models.CharField(max_length=70, blank=True, db_index=True, editable=False)
    phone = ProtectedField(_("手机号码"), kind="phone", hash_field="phone_hash")
    phone_hash = models.CharField(max_length=70, blank=True, db_index=True, editable=False)
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, blank=True)
    birth_on = models.DateField(_("出生日期"), null=True, blank=True)
    origin = models.CharField(_("户籍地"), max_length=60, blank=True)
    address = ProtectedField(_("住址"), kind="address")
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", editable=False
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["name"], name="person_name"),
            models.Index(fields=["initials"], name="person_initials"),
        ]

    def __str__(self):
        return self.name

    def is_looked_up(self) -> bool:
        return not self.in_secret

    @property
    def standing(self) -> "Person":
        """The record that stands for this person: itself, unless it was joined to another."""
        return self.merged_into or self

    @property
    def masked(self) -> str:
        """王* as lists show it; a minor is never named on a list."""
        return str(_("未成年人")) if self.is_minor else mask_name(self.name)

    @property
    def is_minor(self) -> bool:
        """Whether they are under 18 today (未成年人保护法 2)."""
        if self.birth_on is None:
            return False
        today = timezone.localdate()
        years = today.year - self.birth_on.year
        return years - ((today.month, today.day) < (self.birth_on.month, self.birth_on.day)) < 18


class Phone(Protected):
    """Another telephone of a person, beside the one that is rung first."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="phones")
    number = ProtectedField(_("电话"), kind="phone", hash_field="number_hash")
    number_hash = models.CharField(max_length=70, blank=True, db_index=True, editable=False)
    note = models.CharField(_("说明"), max_length=40, blank=True)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return str(self.number)

    def is_looked_up(self) -> bool:
        return self.person.is_looked_up()


class Guardian(models.Model):
    """Who answers for a minor (民法典 27), and acts and signs for them."""

    minor = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="guardians")
    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="wards")
    kinship = models.CharField(_("与被监护人的关系"), max_length=20)
    since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["minor", "guardian"], condition=Q(ended_at=None), name="guardian_once"
            ),
            models.CheckConstraint(condition=~Q(minor=models.F("guardian")), name="guardian_is_another"),
        ]

    def __str__(self):
        return f"{self.guardian}（{self.kinship}）"


class StandingQuerySet(models.QuerySet):
    def standing(self):
        return self.filter(undone_at=None)


class OfTwo(models.Model):
    """What somebody said of two records, until it is undone."""

    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = StandingQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["pk"]


class Merge(OfTwo):
    """Two records said to be of one person, until it is undone. `gone` stands for `kept` as long as it is standing."""

    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="merges")
    reason = models.CharField(_("合并理由"), max_length=200)

    class Meta(OfTwo.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="merge_one_standing_per_record"
            ),
            models.CheckConstraint(condition=~Q(kept=models.F("gone")), name="merge_of_two"),
        ]
        indexes = [models.Index(fields=["kept"], name="merge_kept", condition=Q(undone_at=None))]

    def __str__(self):
        return f"{self.gone_id} → {self.kept_id}"


class Apart(OfTwo):
    """Two records that look alike, said not to be of one person (不是同一人), until that is taken back."""

    one = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("怎样核实不是同一人"), max_length=200)

    class Meta(OfTwo.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["one", "other"], condition=Q(undone_at=None), name="apart_once_per_pair"
            ),
            models.CheckConstraint(condition=Q(one__lt=models.F("other")), name="apart_earlier_record_first"),
        ]
        indexes = [models.Index(fields=["other"], name="apart_other", condition=Q(undone_at=None))]

    def __str__(self):
        return f"{self.one_id} ≠ {self.other_id}"

    def of(self, person) -> Person:
        """The other one of the two."""
        return self.other if person.pk == self.one_id else self.one


class Organisation(InSecret):
    """A firm or body that is party to a matter."""

    VEILED = ("name", "uscc")

    name = models.CharField(_("名称"), max_length=120)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)

    objects = Reference.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uscc"], condition=~Q(uscc=""), name="organisation_code_once"),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(uscc="", in_secret=False),
                name="organisation_name_once_without_code",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def doubt(self) -> str:
        """What to look at again in its code."""
        return doubt_about(self.uscc)


class Window(models.Model):
    """A counter in the hall."""

    number = models.PositiveSmallIntegerField(_("编号"), unique=True)
    name = models.CharField(_("名称"), max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, verbose_name=_("单位"))

    objects = Reference.as_manager()

    class Meta:
        ordering = ["number"]

    def __str__(self):
        return self.name


class SeatQuerySet(Reference):
    def on(self, day):
        return self.filter(day=day)

    def today(self):
        return self.on(timezone.localdate())

    def of_hall(self, unit):
        return self.filter(window__unit=unit)


class Seat(models.Model):
    """Who sits where on a day: the roster. Rights at a window follow today's seat (practice.md, House and hall 1)."""

    window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="seats")
    day = models.DateField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats")
    role = models.CharField(_("岗位"), max_length=20, choices=Role)
    stands_for = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("顶替")
    )

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ["day", "window", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["window", "day", "role"], name="seat_one_of_a_role"),
            models.UniqueConstraint(fields=["user", "day"], name="seat_one_a_day"),
        ]

    def __str__(self):
        return f"{self.day} {self.window} {self.user}"


class RosterDay(Tracked):
    """One day of a unit: who leads it and who answers the telephone for its 24 hours; of a hall also the story of
    its seats. Whoever changes a seat locks its day.
    """

    MOVES = ROSTER_MOVES

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"))
    day = models.DateField(_("日期"))
    leader = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("带班领导")
    )
    officer = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("值班员")
    )
    state = models.CharField(_("状态"), max_length=20, choices=DayState, default=DayState.PLANNED)

    objects = Reference.as_manager()

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["unit", "day"], name="rosterday_once")]

    def __str__(self):
        return str(_("%(day)s 的排班") % {"day": self.day})

    def is_of_the_hall(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def is_on_the_duty_list_of(self, user) -> bool:
        """Each unit enters its own people, and the centre whoever rang to say."""
        return self.unit_id in user.unit_ids or Unit.objects.centre().pk in user.unit_ids

    def is_led_by(self, user) -> bool:
        return self.leader_id == user.pk and self.day == timezone.localdate()

    def topics(self):
        return ["roster", "hall"] if self.day == timezone.localdate() else ["roster"]


class SeatSwapQuerySet(ScopedQuerySet):
    def in_scope(self, scope):
        """Those who swap, and whoever works in the hall."""
        return Q(asker=scope.user_id) | Q(other=scope.user_id) | Q(asker_window__unit__in=scope.unit_ids)

    def open(self):
        return self.filter(state=SwapState.ASKED)

    def with_people(self):
        return self.select_related("asker", "other", "asker_window", "other_window")


class SeatSwap(Tracked):
    """Two of the same role change places once the other has agreed: the window and day of each, as asked for."""

    MOVES = SWAP_MOVES

    role = models.CharField(_("岗位"), max_length=20, choices=Role)
    asker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人"))
    asker_window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="+")
    asker_day = models.DateField()
    other = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("对方"))
    other_window = models.ForeignKey(Window, on_delete=models.PROTECT, related_name="+")
    other_day = models.DateField()
    note = models.CharField(_("说明"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=SwapState, default=SwapState.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)

    objects = SeatSwapQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["asker", "asker_day"],
                condition=Q(state=SwapState.ASKED),
                name="seatswap_one_open_a_seat",
            )
        ]

    def __str__(self):
        return str(_("%(asker)s与%(other)s换班") % {"asker": self.asker, "other": self.other})

    def is_asked(self, user) -> bool:
        return self.other_id == user.pk

    def is_asking(self, user) -> bool:
        return self.asker_id == user.pk

    def topics(self):
        return ["roster"]


class LeaveQuerySet(Reference):
    def covering(self, first, last=None):
        """Leaves that touch the days from `first` to `last`."""
        return self.filter(first_on__lte=last or first, last_on__gte=first)


class Leave(models.Model):
    """Days on which somebody is not there. Why is nobody's business here."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="leaves")
    first_on = models.DateField(_("第一天"))
    last_on = models.DateField(_("最后一天"))

    objects = LeaveQuerySet.as_manager()

    class Meta:
        ordering = ["first_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=models.F("first_on")), name="leave_ends_after_it_begins"
            )
        ]
        indexes = [models.Index(fields=["last_on", "first_on"], name="leave_days")]

    def __str__(self):
        return f"{self.user} {self.first_on} — {self.last_on}"


class HandoverQuerySet(ScopedQuerySet):
    def in_scope(self, scope):
        """Those two, and whoever works in a unit or hall with the one who gave."""
        posts = Post.objects.filter(user=models.OuterRef("giver"), unit__in=scope.unit_ids)
        seats = Seat.objects.filter(user=models.OuterRef("giver"), window__unit__in=scope.unit_ids)
        ours = Q(models.Exists(posts)) | Q(models.Exists(seats))
        return Q(giver=scope.user_id) | Q(taker=scope.user_id) | ours


class Handover(Tracked):
    """All open work of one person given to another in one step, and taken back in one (工作交接)."""

    MOVES = HANDOVER_MOVES

    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("交出人"))
    taker = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("接手人"))
    leave = models.ForeignKey(Leave, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(_("交接说明"), blank=True)
    state = models.CharField(
        _("状态"), max_length=20, choices=HandoverState, default=HandoverState.HANDED_OVER
    )
    handed_over_at = models.DateTimeField(default=timezone.now)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ["-handed_over_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["giver"], condition=Q(state=HandoverState.HANDED_OVER), name="handover_one_open"
            )
        ]

    def __str__(self):
        return str(_("%(giver)s交给%(taker)s的工作") % {"giver": self.giver, "taker": self.taker})

    def is_giver(self, user) -> bool:
        return self.giver_id == user.pk

    def is_concerned(self, user) -> bool:
        """Somebody of a unit of the giver, or the giver."""
        return self.is_giver(user) or not user.unit_ids.isdisjoint(self.giver.roster_units)


class HandoverItem(AboutSubject):
    """One piece of work that changed hands."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="items")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "subject_type", "subject_id"], name="handoveritem_once"
            )
        ]

    def __str__(self):
        return f"{self.handover_id} {self.subject_id}"


class OwnQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, and nobody else's."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class SessionQuerySet(OwnQuerySet):
    def going(self):
        return self.filter(ended="", expire_date__gt=timezone.now())


class Session(AbstractBaseSession):
    """A browser that is known by its cookie, and who is logged in there.

    A person has one a kind of device: the director's telephone must not end his desk. An ended one is kept until it
    runs out, so that the page it left behind can say why. `seen_at` is the last sign of a person, to the minute.
    """

    class Device(models.TextChoices):
        DESK = "desk", _("电脑")
        PHONE = "phone", _("手机")
        PAD = "pad", _("平板")

    class End(models.TextChoices):
        REPLACED = "replaced", _("同类设备上有新的登录")
        SENT_AWAY = "sent_away", _("本人在另一台设备上退出了它")
        RESET = "reset", _("账号被重置或停用")

    id = models.BigAutoField(primary_key=True)
    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    device = models.CharField(_("设备"), max_length=10, choices=Device, default=Device.DESK)
    browser = models.CharField(_("浏览器"), max_length=60, blank=True)
    address = models.GenericIPAddressField(_("网络地址"), null=True)
    began_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now)
    ended = models.CharField(max_length=10, choices=End, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["expire_date"], name="session_expiry")]

    def __str__(self):
        return f"{self.user} {self.get_device_display()}"


class PastPassword(models.Model):
    """The hash of a password that somebody used, and may not take again for a while."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="past_passwords")
    password = models.CharField(max_length=128)
    until = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.user} {self.until:%Y-%m-%d}"


class Factor(Protected):
    """A second factor: an app that shows a new code every half minute (TOTP, RFC 6238), and codes for when it is lost.

    Set up once `confirmed_at` stands. `last_step` is the half minute of the last code, which no code repeats.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="factor")
    secret = ProtectedField(kind="text")
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)
    recovery = ArrayField(models.CharField(max_length=70), default=list)
    failures = models.PositiveSmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)

    objects = OwnQuerySet.as_manager()

    def __str__(self):
        return str(self.user)


class RolePolicy(models.Model):
    """What the centre asks of whoever holds a role, beyond a password."""

    role = models.CharField(_("岗位"), max_length=20, choices=Role, unique=True)
    second_factor = models.BooleanField(_("须用动态口令"), default=False)

    objects = Reference.as_manager()

    def __str__(self):
        return self.get_role_display()


class AccountChangeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.all() if user.roles & WITHOUT_BUSINESS else self.none()

    def waiting(self):
        return self.filter(state=ChangeState.ASKED)


class AccountChange(Tracked):
    """A change of an account that opens the discipline desk: it waits for a second administrator."""

    MOVES = CHANGE_MOVES

    class Kind(models.TextChoices):
        RESET_PASSWORD = "reset_password", _("重置密码")
        RESET_FACTOR = "reset_factor", _("重置动态口令")
        ADD_POST = "add_post", _("授予岗位")
        REACTIVATE = "reactivate", _("重新启用账号")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="account_changes")
    kind = models.CharField(_("事项"), max_length=20, choices=Kind)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True)
    role = models.CharField(_("岗位"), max_length=20, choices=Role, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=ChangeState)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = AccountChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind"], condition=Q(state=ChangeState.ASKED), name="accountchange_one_waits"
            )
        ]

    def __str__(self):
        return f"{self.user}：{self.get_kind_display()}"

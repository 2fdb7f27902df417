"""The roster as its pages show it: the week, who could sit somewhere, and what a copied week would change."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel import calendar
from people.models import Leave, Person, Post, RosterDay, Seat, Unit, User, Window
from people.roles import Role
from people.states import ON_DUTY_LISTS, SEATED

DAY = timedelta(days=1)
WEEK = 7 * DAY
KEEPING = (Role.DIRECTOR, Role.ROSTER_KEEPER)


def hall_of_roster(user) -> Unit:
    """The hall whose roster somebody reads: that of their own units, otherwise the centre's."""
    own = Unit.objects.filter(Exists(Window.objects.filter(unit=OuterRef("pk"))), pk__in=user.unit_ids)
    return own.first() or Unit.objects.centre()


def keeps(user, unit) -> bool:
    return unit.pk in user.unit_ids and not user.roles.isdisjoint(KEEPING)


def may_place(user, unit) -> bool:
    """Whether they may put somebody on an empty chair today: who keeps the roster, and the day's leader."""
    today = RosterDay.objects.filter(unit=unit, day=timezone.localdate(), leader=user)
    return keeps(user, unit) or today.exists()


def monday(day: date) -> date:
    return day - day.weekday() * DAY


def working_days(first: date) -> list[date]:
    """The days of the week of `first` on which the hall is open, 调休 included."""
    works = calendar.current().guessing.works
    return [day for day in (monday(first) + n * DAY for n in range(7)) if works(day)]


def next_working_day(day: date) -> date:
    return calendar.current().guessing.after(day, 1)


# --- The week ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """A chair on a day: somebody's, or empty."""

    window: Window
    day: date
    role: Role
    seat: Seat | None
    on_leave: bool
    is_past: bool
    is_mine: bool

    @property
    def is_gap(self) -> bool:
        return not self.is_past and (self.seat is None or self.on_leave)


@dataclass(frozen=True, slots=True)
class Row:
    window: Window
    role: Role
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Week:
    """The roster of a hall for one week: the leader of each day, and a row for each chair."""

    unit: Unit
    days: list[date]
    leaders: list[tuple[date, User | None]]
    rows: list[Row]

    @property
    def gaps(self) -> list[Cell]:
        return [cell for row in self.rows for cell in row.cells if cell.is_gap]


def week_of(unit, first: date, user) -> Week:
    """The week of `first`, in five queries whatever its size."""
    days, today = working_days(first), timezone.localdate()
    seats = {
        (seat.window_id, seat.day, seat.role): seat
        for seat in Seat.objects.of_hall(unit).filter(day__in=days).select_related("user", "stands_for")
    }
    away = away_on(days)
    led = RosterDay.objects.filter(unit=unit, day__in=days).select_related("leader")
    leaders = {roster.day: roster.leader for roster in led}

    def cell(window, day, role):
        seat = seats.get((window.pk, day, role))
        return Cell(
            window=window,
            day=day,
            role=role,
            seat=seat,
            on_leave=seat is not None and (seat.user_id, day) in away,
            is_past=day < today,
            is_mine=seat is not None and seat.user_id == user.pk,
        )

    rows = [
        Row(window, role, [cell(window, day, role) for day in days])
        for window in Window.objects.filter(unit=unit)
        for role in SEATED
    ]
    return Week(unit, days, [(day, leaders.get(day)) for day in days], rows)


def away_on(days: Iterable[date]) -> set[tuple[int, date]]:
    """Who is on leave on which of these days."""
    days = list(days)
    if not days:
        return set()
    leaves = Leave.objects.covering(min(days), max(days))
    return {
        (leave.user_id, day) for leave in leaves for day in days if leave.first_on <= day <= leave.last_on
    }


@dataclass(frozen=True, slots=True)
class Gap:
    window: Window
    role: Role
    is_empty: bool = True
    """Nobody at all is planned there, not even somebody on leave."""

    def __str__(self):
        return f"{self.window} {self.role.label}"


def gaps_on(unit, day: date) -> list[Gap]:
    """The chairs of a hall on which nobody sits that day, or somebody who is on leave."""
    away = Leave.objects.covering(day).filter(user=OuterRef("user"))
    seats = Seat.objects.on(day).of_hall(unit)
    planned = set(seats.values_list("window", "role"))
    filled = set(seats.exclude(Exists(away)).values_list("window", "role"))
    return [
        Gap(window, role, (window.pk, role) not in planned)
        for window in Window.objects.filter(unit=unit)
        for role in SEATED
        if (window.pk, role) not in filled
    ]


def empty_today(unit) -> list[Gap]:
    """The chairs of a hall for which nobody is planned today."""
    return [gap for gap in gaps_on(unit, timezone.localdate()) if gap.is_empty]


def warnings_of(user) -> list[tuple[date, list[Gap]]]:
    """The gaps of today and of the next working day, for whoever keeps the roster of a hall."""
    if user.roles.isdisjoint(KEEPING):
        return []
    unit, today = hall_of_roster(user), timezone.localdate()
    if not keeps(user, unit):
        return []
    days = [today] if calendar.current().guessing.works(today) else []
    found = [(day, gaps_on(unit, day)) for day in [*days, next_working_day(today)]]
    return [(day, gaps) for day, gaps in found if gaps]


# --- Who could sit there ----------------------------------------------------------------------------------------------


def able(unit, role) -> QuerySet[User]:
    """Who has this role in the area of the hall."""
    posts = Post.objects.filter(user=OuterRef("pk"), role=role, unit__area=unit.area_id)
    return User.objects.filter(Exists(posts), is_active=True).order_by("pk")


def leaders_of(unit) -> QuerySet[User]:
    """Who may lead a day: the heads of the centre and the county's leaders."""
    roles = (Role.DIRECTOR, Role.LEADER, Role.COMMANDER)
    posts = Post.objects.filter(user=OuterRef("pk"), role__in=roles, unit__area=unit.area_id)
    return User.objects.filter(Exists(posts), is_active=True).order_by("pk")


DUTY_KINDS = (
    Unit.Kind.CENTRE,
    Unit.Kind.COURT,
    Unit.Kind.PETITIONS,
    Unit.Kind.DEPARTMENT,
    Unit.Kind.TOWNSHIP,
)
"""Whose people can be reached day and night."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Who is on call for a unit."""

    unit: Unit
    leader: User | None
    officer: User | None
    may_set: bool


def duty_of(day, user) -> list[Duty]:
    """The duty list of a day, the centre first, then as the units stand in their register."""
    planned = RosterDay.objects.filter(day=day).select_related("leader", "officer")
    rosters = {roster.unit_id: roster for roster in planned}
    units = list(duty_units())
    mine = units_on_duty_list_of(user, units)
    none = RosterDay()
    return [
        Duty(unit, found.leader, found.officer, unit in mine)
        for unit in sorted(units, key=lambda unit: DUTY_KINDS.index(unit.kind))
        for found in [rosters.get(unit.pk, none)]
    ]


def duty_units() -> QuerySet[Unit]:
    return Unit.objects.filter(kind__in=DUTY_KINDS).order_by("pk")


def units_on_duty_list_of(user, units) -> set[Unit]:
    """The units for which somebody enters who is on call: their own; whoever keeps the centre's roster, all."""
    if user.roles.isdisjoint(ON_DUTY_LISTS):
        return set()
    anywhere = any(unit.kind == Unit.Kind.CENTRE and unit.pk in user.unit_ids for unit in units)
    return {unit for unit in units if anywhere or unit.pk in user.unit_ids}


def on_duty(unit) -> QuerySet[User]:
    """Who may be on call for a unit: its people, and for the centre the county's leaders too."""
    people = User.objects.in_unit(unit)
    return (
        (people | leaders_of(unit)).order_by("pk") if unit.kind == Unit.Kind.CENTRE else people.order_by("pk")
    )


def duty_day() -> date:
    """The day whose people are on call now: before the changeover in the morning, still those of yesterday."""
    now = timezone.localtime()
    return now.date() - DAY if now.time() < settings.DUTY_CHANGEOVER else now.date()


def on_call(units) -> list[User]:
    """Who is on call now for these units, leaders and officers; of a unit that planned nobody, its heads."""
    units = set(units)
    planned = RosterDay.objects.filter(unit__in=units, day=duty_day()).select_related(
        "unit", "leader", "officer"
    )
    called = {roster.unit: {roster.leader, roster.officer} - {None} for roster in planned}
    people = [called.get(unit) or User.objects.heads_of(unit) for unit in units]
    return sorted({user for some in people for user in some if user.is_active}, key=lambda user: user.pk)


def free(unit, role, day) -> QuerySet[User]:
    """Who has this role, is not on leave that day and has no other chair."""
    away = Leave.objects.covering(day).filter(user=OuterRef("pk"))
    seats = Seat.objects.on(day).filter(user=OuterRef("pk"))
    return able(unit, role).exclude(Exists(away)).exclude(Exists(seats))


@dataclass(frozen=True, slots=True)
class Proposal:
    user: User
    is_deputy: bool


def proposals(seat: Seat) -> list[Proposal]:
    """Who could sit there instead: the named deputy first, then everybody who is free."""
    others = free(seat.window.unit, seat.role, seat.day).exclude(pk=seat.user_id)
    known = [Proposal(user, user.pk == seat.user.deputy_id) for user in others]
    return sorted(known, key=lambda proposal: not proposal.is_deputy)


def free_today(unit, role) -> list[Proposal]:
    """Who could take an empty chair today."""
    return [Proposal(user, False) for user in free(unit, role, timezone.localdate())]


def partners(seat: Seat) -> QuerySet[Seat]:
    """The seats for which this one could be swapped: same role and hall, from today on, and both free to change."""
    today = timezone.localdate()
    others = (
        Seat.objects.of_hall(seat.window.unit)
        .filter(role=seat.role, day__gte=today, day__lt=monday(seat.day) + 2 * WEEK)
        .exclude(user=seat.user_id)
    )
    sits_already = Seat.objects.filter(user=seat.user_id, day=OuterRef("day"))
    other_sits = Seat.objects.filter(user=OuterRef("user"), day=seat.day)
    others = others.filter(Q(day=seat.day) | (~Exists(sits_already) & ~Exists(other_sits)))
    mine_away = Leave.objects.filter(
        user=seat.user_id, first_on__lte=OuterRef("day"), last_on__gte=OuterRef("day")
    )
    theirs_away = Leave.objects.covering(seat.day).filter(user=OuterRef("user"))
    return others.exclude(Exists(mine_away)).exclude(Exists(theirs_away)).select_related("user", "window")


# --- A copied week ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One chair that a copied week would fill. `why_not` says why it stays as it is."""

    day: date
    window: Window
    role: Role
    user: User
    before: User | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """What copying a week does: chairs filled, others overwritten, and those that are refused."""

    leaders: list[tuple[date, User, User | None]]
    changes: list[Change]

    @property
    def filled(self) -> list[Change]:
        return [change for change in self.changes if not change.why_not and change.before is None]

    @property
    def overwritten(self) -> list[Change]:
        return [change for change in self.changes if not change.why_not and change.before is not None]

    @property
    def refused(self) -> list[Change]:
        return [change for change in self.changes if change.why_not]

    @property
    def seen(self) -> str:
        """A mark of this plan: what was shown is what is done."""
        rows = [
            (change.day, change.window.pk, change.role, change.user.pk, change.before and change.before.pk)
            for change in self.changes
        ]
        led = [(day, user.pk, before and before.pk) for day, user, before in self.leaders]
        return hashlib.sha256(repr((rows, led)).encode()).hexdigest()[:16]


def copy_plan(unit, source: date, target: date) -> CopyPlan:
    """What a copy of the week of `source` into the week of `target` would change. Days that are over stay."""
    today = timezone.localdate()
    pairs = [(day - monday(target) + monday(source), day) for day in working_days(target) if day >= today]
    days = [day for pair in pairs for day in pair]
    seats = Seat.objects.of_hall(unit).filter(day__in=days).select_related("user", "window")
    by_day: dict[date, dict] = {}
    for seat in seats:
        by_day.setdefault(seat.day, {})[(seat.window_id, seat.role)] = seat
    away = away_on(day for _from, day in pairs)
    changes = [
        change
        for before, day in pairs
        for change in changes_of(day, by_day.get(before, {}), by_day.get(day, {}), away)
    ]
    led = {
        roster.day: roster.leader
        for roster in RosterDay.objects.filter(unit=unit, day__in=days).select_related("leader")
    }
    leaders = [
        (day, led[before], led.get(day))
        for before, day in pairs
        if led.get(before) and led[before] != led.get(day)
    ]
    return CopyPlan(leaders, changes)


def changes_of(day, source: dict, present: dict, away) -> list[Change]:
    """The changes of one day. Nobody comes to sit on two chairs: who keeps one is refused for another."""
    wanted = {
        key: seat
        for key, seat in source.items()
        if key not in present or present[key].user_id != seat.user_id
    }
    why_not = {key: absent(seat.user, day, away) for key, seat in wanted.items()}
    clashing = True
    while clashing:
        moving = {key for key in wanted if not why_not[key]}
        kept = {seat.user_id for key, seat in present.items() if key not in moving}
        clashing = [key for key in moving if wanted[key].user_id in kept]
        why_not |= dict.fromkeys(clashing, _("当天已在其他窗口"))
    return [
        Change(
            day=day,
            window=seat.window,
            role=Role(seat.role),
            user=seat.user,
            before=present[key].user if key in present else None,
            why_not=why_not[key],
        )
        for key, seat in sorted(wanted.items(), key=lambda item: (item[1].window.number, item[1].role))
    ]


def absent(user, day, away) -> str:
    if (user.pk, day) in away:
        return _("请假")
    return "" if user.is_active else _("账号已停用")


# --- Who keeps it -----------------------------------------------------------------------------------------------------


def keepers_of(unit) -> QuerySet[User]:
    return User.objects.in_unit(unit, *KEEPING)


def rostered(unit) -> QuerySet[User]:
    """Everybody who could sit in a hall, with their deputies."""
    posts = Post.objects.filter(user=OuterRef("pk"), role__in=SEATED, unit__area=unit.area_id)
    people = User.objects.filter(Exists(posts), is_active=True).select_related("deputy")
    return people.order_by(F("deputy").asc(nulls_last=True), "pk")


# --- Persons ----------------------------------------------------------------------------------------------------------

OPEN_LINKS = (
    Q(visits__isnull=False)
    | Q(parties__case__restriction="")
    | Q(agencies__case__restriction="")
    | Q(wards__minor__visits__isnull=False)
    | Q(wards__minor__parties__case__restriction="")
)
RESTRICTED_LINKS = (
    Q(parties__case__restriction__gt="")
    | Q(agencies__case__restriction__gt="")
    | Q(wards__minor__parties__case__restriction__gt="")
)
"""What ties a person to visits and matters. Those relations belong to the apps above, and are only named here."""
FILES = ("parties__case", "agencies__case", "wards__minor__parties__case")


def known_in_secret(person) -> bool:
    """Whether somebody is known from restricted matters alone: to everybody at a counter they are as new as anybody."""
    whole = Person.objects.filter(pk=person.pk).with_their_doubles()
    return whole.filter(RESTRICTED_LINKS).exists() and not whole.filter(OPEN_LINKS).exists()


def known_from_one_file(person) -> bool:
    """Whether a single restricted matter is all from which somebody is known, and no other record stands for them."""
    whole = Person.objects.filter(pk=person.pk).with_their_doubles()
    files = {pk for path in FILES for pk in whole.values_list(path, flat=True)} - {None}
    return len(files) == 1 and len(whole) == 1 and known_in_secret(person)

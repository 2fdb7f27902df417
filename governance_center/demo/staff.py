"""Who works here: the demo accounts and their colleagues, with one password, and who sits where."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import cycle
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from governance_center.demo import names
from intake.models import OnCall
from kernel.models import Dossier, Reach
from mediation.services import leave_note
from people import reference
from people import services as people
from people.models import Post, Seat, Unit, User, Window
from people.roles import Role
from people.selectors import WEEK, duty_units, working_days

DEPUTIES = {"clerk": "recorder", "mediator": "mediator9", "mediator2": "mediator10", "clerk2": "recorder"}
HEADS = {Role.DIRECTOR, Role.UNIT_HEAD, Role.TOWNSHIP_HEAD}
LEADERS = ("director", "deputy", "commander")
STAFF_PHONES = 9_000_000
"""The telephones of the people who work here begin after those of the visitors."""


@transaction.atomic
def load() -> None:
    """Make the accounts that are missing. The password is hashed once, because a good hash takes its time."""
    known = set(User.objects.values_list("username", flat=True))
    missing = [person for person in reference.staff() if person.username not in known]
    password = make_password(settings.DEMO_PASSWORD)
    dossiers = Dossier.objects.bulk_create(Dossier() for _person in missing)
    users = User.objects.bulk_create(
        User(
            username=person.username,
            name=person.name,
            password=password,
            speciality=person.speciality,
            languages=person.languages,
            dossier=dossier,
        )
        for person, dossier in zip(missing, dossiers, strict=True)
    )
    units = dict(Unit.objects.values_list("code", "pk"))
    Post.objects.bulk_create(
        Post(user=user, unit_id=units[unit], role=role)
        for user, person in zip(users, missing, strict=True)
        for unit, role in person.posts
    )
    note_telephones(users)
    put_on_call()


def note_telephones(users: list[User]) -> None:
    """Where messages reach everybody outside the page: telephones that nobody has (see names.phone)."""
    for n, user in enumerate(users):
        Reach(user=user, phone=names.phone(STAFF_PHONES + n)).save()


ON_CALL = {"police_handler": "警务室", "guide": "引导台", "director": "值班领导"}


def put_on_call() -> None:
    """Who is told when somebody of the hall asks for help."""
    users = dict(User.objects.filter(username__in=ON_CALL).values_list("username", "pk"))
    rows = [
        OnCall(unit=Unit.objects.centre(), user_id=users[name], post=post) for name, post in ON_CALL.items()
    ]
    OnCall.objects.bulk_create(rows, ignore_conflicts=True)


def seat(days: list[date]) -> None:
    """The roster of these days: a clerk, a mediator and a court cadre at each window."""
    users = dict(User.objects.values_list("username", "pk"))
    windows = dict(Window.objects.values_list("number", "pk"))
    Seat.objects.bulk_create(
        [
            Seat(day=day, window_id=windows[window.number], user_id=users[username], role=role)
            for day in days
            for window in reference.windows()
            for role, username in three_at(window)
        ],
        ignore_conflicts=True,
    )


def fortnight(today: date) -> list[date]:
    """The days of this week and the next on which the hall is open."""
    return [*working_days(today), *working_days(today + WEEK)]


def plan(today: date) -> None:
    """What keeping a roster looks like: deputies, the leaders to come, one gap next week, one swap asked for."""
    users = {user.username: user for user in User.objects.all()}
    keeper, unit = users["director"], Unit.objects.centre()
    for one, deputy in DEPUTIES.items():
        people.set_deputy(users[one], by=keeper, deputy=users[deputy])
    for day, leader in zip(fortnight(today), cycle(LEADERS), strict=False):
        if day >= today:
            people.set_leader(unit, by=keeper, day=day, leader=users[leader])
    put_on_duty(today, keeper)
    note = "物业案的补充材料周四送到 3 号窗口，请收下后告知当事人立案流程。"
    leave_note(Unit.objects.coded("court"), by=users["court2"], text=note)
    ahead = [day for day in fortnight(today) if day > today]
    if len(ahead) < 2:  # a week of holidays
        return
    gap, swapped = ahead[-2:]
    people.clear_seat(Window.objects.get(number=6), by=keeper, day=gap, role=Role.COURT)
    seats = Seat.objects.on(swapped).select_related("window__unit", "user")
    asked, theirs = seats.get(user=users["clerk2"]), seats.get(user=users["clerk"])
    people.ask_swap(asked, by=users["clerk2"], theirs=theirs, note="当天上午孩子家长会，3 号窗口离得近。")


def put_on_duty(today: date, keeper: User) -> None:
    """Who can be reached today and tonight: the heads of units and one of their people, but for one that is late."""
    for unit in list(duty_units())[:-1]:
        people_there = list(User.objects.in_unit(unit).order_by("pk"))
        heads = [one for one in people_there if not one.roles.isdisjoint(HEADS)]
        if people_there:
            leader = (heads or people_there)[0]
            officer = next((one for one in reversed(people_there) if one != leader), leader)
            people.set_duty(unit, by=keeper, day=today, leader=leader, officer=officer)


def three_at(window: reference.Window) -> list[tuple[Role, str]]:
    return [(Role.CLERK, window.clerk), (Role.MEDIATOR, window.mediator), (Role.COURT, window.court)]


@dataclass(frozen=True, slots=True)
class Colleague:
    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class AtWindow:
    """A window and the three who sit there."""

    pk: int
    number: int
    people: list[tuple[str, Colleague]]

    def somebody(self, random: Random) -> Colleague:
        """Mostly the clerk presses the buttons."""
        return random.choices([colleague for _role, colleague in self.people], [7, 2, 1])[0]


class Crew:
    """Everybody by unit and role."""

    def __init__(self):
        self.posts = defaultdict(list)
        for post in Post.objects.filter(user__is_active=True).select_related("user").order_by("pk"):
            self.posts[post.unit_id, post.role].append(Colleague(post.user_id, post.user.name))
        users = {user.username: Colleague(user.pk, user.name) for user in User.objects.all()}
        windows = dict(Window.objects.values_list("number", "pk"))
        self.windows = [
            AtWindow(
                windows[window.number],
                window.number,
                [(role, users[name]) for role, name in three_at(window)],
            )
            for window in reference.windows()
        ]

    def any(self, random: Random, unit_id: int, *roles: str, but=frozenset()) -> Colleague:
        """Somebody with one of the roles in a unit, none of the keys in `but`."""
        known = [person for role in roles for person in self.posts[unit_id, role] if person.pk not in but]
        return random.choice(known)

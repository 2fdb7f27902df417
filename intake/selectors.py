"""What the pages of the hall show together, in a fixed number of queries."""

import time
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from django.db.models import Avg, Count, F, Q, QuerySet
from django.utils import timezone

from cases import reference
from cases.models import Case, Category, Outlet, Party, Round
from cases.selectors import DESK_KINDS
from cases.states import Route, Urgency
from cases.suggestion import suggest
from intake.models import Announcement, Board, Span, Ticket
from intake.states import AT_WINDOW, SpanKind, State
from people.models import Area, Person, Seat, Unit, Window
from people.roles import Role
from people.services import known_person

SPOKEN_FOR = timedelta(minutes=2)
"""A call that no screen spoke in this time is spoken no more."""
USUAL_CONVERSATION = 15 * 60
CACHED = 60
EARLIER = 8


# --- The hall -------------------------------------------------------------------------------------------------------


def hall_of(user) -> Unit | None:
    """The unit in whose hall somebody works today: by their seat, or as a guide by their post."""
    if user.seat:
        return user.seat.window.unit
    return next((post.unit for post in user.business_posts if post.role == Role.GUIDE), None)


def todays(user) -> QuerySet[Ticket]:
    """The visits of today, in sight of `user`."""
    return Ticket.objects.visible_to(user).today().visits()


def average_wait(tickets: QuerySet[Ticket]) -> float | None:
    """Seconds from the number to the first call, over those of `tickets` that were called; None where none was."""
    waits = Span.objects.filter(ticket__in=tickets, kind=SpanKind.WAITING, ended_at__isnull=False)
    first = waits.order_by("ticket", "started_at").distinct("ticket")
    average = Span.objects.filter(pk__in=first.values("pk")).aggregate(
        wait=Avg(F("ended_at") - F("started_at"))
    )
    return average["wait"].total_seconds() if average["wait"] is not None else None


@dataclass(frozen=True, slots=True)
class Place:
    """A visitor in the queue: how many are in front, for how long already, and how much longer about."""

    ticket: Ticket
    ahead: int
    since: object
    expected: int


def queue_of(unit) -> list[Place]:
    """Everybody who waits in a hall today, in the order of the calls."""
    tickets = Ticket.objects.today().waiting().filter(unit=unit).with_people().in_order()
    tickets = list(tickets.prefetch_related("spans"))
    pace = seconds_a_visitor(unit) if tickets else 0
    return [Place(ticket, ahead, began(ticket), ahead * pace) for ahead, ticket in enumerate(tickets)]


def place_of(ticket) -> Place:
    """Where one visitor stands in the queue, or would stand once the ticket is printed."""
    in_front = Q(rank__lt=ticket.rank) | Q(rank=ticket.rank, arrival__lt=ticket.arrival)
    ahead = Ticket.objects.on(ticket.day).waiting().filter(in_front, unit=ticket.unit_id).count()
    return Place(ticket, ahead, began(ticket), ahead * seconds_a_visitor(ticket.unit_id))


def began(ticket):
    """When the present wait began."""
    return next((span.started_at for span in ticket.spans.all() if span.ended_at is None), None)


def seconds_a_visitor(unit) -> int:
    """How long the queue takes to move by one: the average conversation of today over the windows that are staffed."""
    spans = Span.objects.filter(
        ticket__unit=unit, ticket__day=timezone.localdate(), kind=SpanKind.SERVED, ended_at__isnull=False
    )
    average = spans.aggregate(length=Avg(F("ended_at") - F("started_at")))["length"]
    length = average.total_seconds() if average else USUAL_CONVERSATION
    windows = Seat.objects.today().filter(window__unit=unit).values("window").distinct().count()
    return int(length / max(windows, 1))


@dataclass(frozen=True, slots=True)
class Desk:
    """A window as those who sit there see it."""

    window: Window
    seats: list[Seat]
    ticket: Ticket | None
    held: list[Ticket]
    missed: list[Ticket]
    call: Announcement | None


def desk_of(window) -> Desk:
    tickets = Ticket.objects.today().filter(window=window).with_people().order_by("issued_at")
    tickets = list(tickets.filter(state__in=[*AT_WINDOW, State.HELD, State.NO_SHOW]))
    present = next((ticket for ticket in tickets if ticket.state in AT_WINDOW), None)
    return Desk(
        window=window,
        seats=list(window.seats.today().select_related("user")),
        ticket=present,
        held=[ticket for ticket in tickets if ticket.state == State.HELD],
        missed=[ticket for ticket in tickets if ticket.state == State.NO_SHOW],
        call=present.announcements.last() if present else None,
    )


def windows_of(user) -> QuerySet[Window]:
    """The windows of the hall in which somebody works today."""
    return Window.objects.visible_to(user).filter(unit=hall_of(user))


# --- The board ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Screen:
    """What a public screen shows: numbers and windows, never a name or a matter."""

    board: Board
    calls: list[Ticket]
    waiting: list[tuple[str, str, int]]
    to_speak: list[Announcement]


def board_of(code: str) -> Board | None:
    return Board.objects.filter(code=code).select_related("unit").first()


def screen_of(board) -> Screen:
    today = Ticket.objects.today().filter(unit=board.unit).select_related("queue", "window")
    called = today.filter(state__in=AT_WINDOW).prefetch_related("announcements")
    waiting = today.waiting().order_by("queue__prefix").values_list("queue__prefix", "queue__name")
    return Screen(
        board=board,
        calls=sorted(called, key=last_call, reverse=True),
        waiting=list(waiting.annotate(Count("pk"))),
        to_speak=list(unheard(board)),
    )


def last_call(ticket) -> tuple[bool, int]:
    """Whoever is called stands above those who are received, the latest call first."""
    return ticket.state == State.CALLED, max(call.pk for call in ticket.announcements.all())


def unheard(board) -> QuerySet[Announcement]:
    """The calls that this hall's screens still have to speak, in order."""
    recent = Announcement.objects.unheard().filter(
        unit=board.unit, created_at__gte=timezone.now() - SPOKEN_FOR, ticket__state=State.CALLED
    )
    return recent.order_by("pk")


def announcement_of(board, pk) -> Announcement | None:
    return Announcement.objects.filter(unit=board.unit, pk=pk).first()


# --- Persons --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who was here before, and those of their matters that the asker may see."""

    person: Person
    cases: list[Case]


def known(id_number: str, user) -> Known | None:
    person = known_person(id_number)
    return Known(person, list(earlier_matters(person, user)[:EARLIER])) if person else None


def earlier_matters(person, user) -> QuerySet[Case]:
    """Matters to which a person is a party, newest first. Isolated ones are not shown at a counter to anybody."""
    parties = Party.objects.filter(person=person)
    cases = Case.objects.visible_to(user).filter(pk__in=parties.values("case"), restriction="")
    return cases.select_related("category", "unit").order_by("-opened_at", "-pk")


def cases_of(ticket, user) -> QuerySet[Case]:
    """The matters of a visit that the asker may see."""
    cases = Case.objects.visible_to(user).filter(query_code=ticket.query_code)
    return cases.select_related("category", "unit", "outlet").order_by("pk")


def returned_to(user) -> QuerySet[Round]:
    """Rounds that wait for the window of somebody's hall: sent back by a desk, or never taken."""
    rounds = Round.objects.visible_to(user).waiting_for(Route.INTAKE).filter(unit__in=user.unit_ids)
    return rounds.select_related("case__category", "unit").prefetch_related(
        "case__parties", "transfers__from_unit"
    )


# --- Where a matter goes --------------------------------------------------------------------------------------------


def desks_for(route) -> QuerySet[Unit]:
    """The units at the desk of a route."""
    return Unit.objects.filter(kind__in=DESK_KINDS[route]) if route else Unit.objects.none()


def usual_desk(outlet, *, hall, category=None, area=None) -> Unit | None:
    """The unit to which a matter usually goes: the window itself, the unit that leads the category, or the township."""
    if outlet.route == Route.INTAKE:
        return hall
    units = desks_for(outlet.route)
    if outlet.route == Route.DISPATCH:
        leading = category.lead_unit if category and category.lead_unit_id else None
        of_area = units.filter(area=area).exclude(kind=Unit.Kind.DEPARTMENT).first() if area else None
        return leading or of_area or units.first()
    return units.filter(area=area).first() or units.first()


# --- Suggestion -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggested:
    """What the told story speaks for, as rows to choose, with the words that led there."""

    categories: list[Category]
    outlets: list[Outlet]
    urgency: Urgency
    reason: str
    cues: tuple[str, ...]
    people_count: int | None
    amount: object
    area: Area | None


@dataclass(frozen=True, slots=True)
class Cues:
    """The rows among which a suggestion chooses."""

    categories: dict[str, Category]
    outlets: dict[str, Outlet]
    townships: dict[str, Area]
    weighed: tuple[reference.Category, ...]


@lru_cache(maxsize=1)
def cues_at(minute: int) -> Cues:
    """The cue words of the categories as the centre keeps them, read once a minute."""
    categories = {category.code: category for category in Category.objects.all()}
    return Cues(
        categories=categories,
        outlets={outlet.code: outlet for outlet in Outlet.objects.all()},
        townships={area.name: area for area in Area.objects.filter(level=Area.Level.TOWNSHIP)},
        weighed=tuple(weighed(category) for category in categories.values()),
    )


def weighed(category) -> reference.Category:
    cues = tuple(
        reference.Cue(word, int(weight)) for weight, words in category.cues.items() for word in words.split()
    )
    return reference.Category(category.code, category.name, "", tuple(category.outlets), cues)


def suggested(text: str) -> Suggested:
    """Three categories, three outlets and an urgency for a story. The person at the window decides."""
    cues = cues_at(int(time.monotonic() // CACHED))
    found = suggest(
        text,
        categories=cues.weighed,
        outlets=[outlet for outlet in of_files().outlets if outlet.code in cues.outlets],
        urgencies=of_files().urgencies,
        township_names=cues.townships,
    )
    towns = [cues.townships[name] for name in found.townships]
    return Suggested(
        categories=[cues.categories[code] for code in found.categories if code in cues.categories],
        outlets=[cues.outlets[code] for code in found.outlets if code in cues.outlets],
        urgency=next(level for level in Urgency if level.label == found.urgency),
        reason=found.reason,
        cues=found.cues,
        people_count=found.people_count,
        amount=found.amount,
        area=towns[0] if len(towns) == 1 else None,
    )


@dataclass(frozen=True, slots=True)
class Files:
    outlets: list[reference.Outlet]
    urgencies: list[reference.Urgency]


@lru_cache(maxsize=1)
def of_files() -> Files:
    """The cue words of outlets and urgencies, which come with the program."""
    return Files(reference.outlets(), reference.urgencies())

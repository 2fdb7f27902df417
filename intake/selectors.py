"""What the pages of the hall show together, in a fixed number of queries."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Avg, Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from cases.models import Case, Category, Outlet, Party, Round
from cases.rules import rules as current_rules
from cases.selectors import DESK_KINDS, units_that_open
from cases.states import TAKERS, Route, Urgency
from intake.models import (
    Advice,
    Announcement,
    Arrival,
    CheckIn,
    Closing,
    HelpCall,
    Joining,
    Notice,
    Pause,
    Screen,
    Span,
    Ticket,
    of_visit,
)
from intake.states import AT_WINDOW, DOORKEEPERS, ClosingState, PauseState, ScreenState, SpanKind, State
from kernel.models import HistoryEntry
from kernel.prepared import Prepared, PreparedFor
from people.identity import folded, tidy_name
from people.models import Area, Person, Post, Seat, Unit, Window
from people.roles import OPENS, Restriction, Role
from people.selectors import known_in_secret
from people.services import known_person

SPOKEN_FOR = timedelta(minutes=2)
"""A call that no screen spoke in this time is spoken no more."""
USUAL_CONVERSATION = 15 * 60
DAY = timedelta(days=1)
EARLIER = 8
MOST_LIKELY = 5
LONGEST_NUMBER = 6
LATELY = 12


def ticket_with_people(reader, pk):
    return Ticket.objects.visible_to(reader).with_people().filter(pk=pk)


ONE_TICKET = PreparedFor(ticket_with_people, {"pk": -1})


# --- The hall -------------------------------------------------------------------------------------------------------


def hall_of(user) -> Unit | None:
    """The unit in whose hall somebody works today: by their seat, or as a guide by their post."""
    if user.seat:
        return user.seat.window.unit
    return next((post.unit for post in user.business_posts if post.role == Role.GUIDE), None)


def seat_taken_from(user) -> Seat | None:
    """The seat in which somebody stands for `user` today."""
    return Seat.objects.today().filter(stands_for=user).select_related("window", "user").first()


def hall_to_run(user) -> Unit | None:
    """The hall whose day somebody looks after: where they work, or as a director by their post."""
    posts = (post.unit for post in user.business_posts if post.role == Role.DIRECTOR)
    return hall_of(user) or next(posts, None)


def todays(user) -> QuerySet[Ticket]:
    """The visits of today, in sight of `user`."""
    return Ticket.objects.visible_to(user).today().visits()


def todays_visit(text: str, user) -> Ticket | None:
    """The visit of today with this number, as it stands on the ticket: A043."""
    prefix, digits = text[:1].upper(), text[1:]
    if not (prefix.isalpha() and digits.isdecimal() and len(digits) < LONGEST_NUMBER):
        return None
    return todays(user).filter(queue__prefix=prefix, number=int(digits)).order_by("pk").first()


def average_wait(tickets: QuerySet[Ticket]) -> float | None:
    """Seconds from the number to the first call, over those of `tickets` that were called; None where none was."""
    waits = Span.objects.filter(ticket__in=tickets, kind=SpanKind.WAITING, ended_at__isnull=False)
    waits = waits.exclude(ticket__state=State.LAPSED, ticket__receivers=None)  # sent home: no wait that ended
    first = waits.order_by("ticket", "started_at").distinct("ticket")
    average = Span.objects.filter(pk__in=first.values("pk")).aggregate(
        wait=Avg(F("ended_at") - F("started_at"))
    )
    return average["wait"].total_seconds() if average["wait"] is not None else None


@dataclass(frozen=True, slots=True)
class Place:
    """A visitor in the queue: how many are in front, for how long already, and how much longer, where that is asked."""

    ticket: Ticket
    ahead: int
    since: object
    expected: int | None = None

    @property
    def why(self) -> str:
        return self.ticket.why_next(timezone.now())

    @property
    def rejoined(self) -> bool:
        """Whether they missed a call and wait again: between, nothing ran."""
        left = self.ticket.left_at
        return bool(left) and left < self.since

    @property
    def seconds(self) -> float:
        """How long they have been here, whatever came between."""
        return (timezone.now() - self.ticket.issued_at).total_seconds()


def waiting_in(unit, day):
    since = Span.objects.open().filter(ticket=OuterRef("pk")).order_by().values("started_at")
    before = Span.objects.filter(ticket=OuterRef("pk"), ended_at__isnull=False).order_by("-ended_at")
    tickets = Ticket.objects.on(day).waiting().filter(unit=unit).with_people()
    return tickets.annotate(since=Subquery(since), left_at=Subquery(before.values("ended_at")[:1])).in_order()


WAITING_IN = Prepared(waiting_in, {"unit": -1, "day": date.min})


def queue_of(unit) -> list[Place]:
    """Everybody who waits in a hall today, in the order of the calls."""
    tickets = WAITING_IN.rows(unit=unit.pk, day=timezone.localdate())
    return [Place(ticket, ahead, ticket.since) for ahead, ticket in enumerate(tickets)]


def place_of(ticket) -> Place:
    """Where one visitor stands in the queue, or would stand once the ticket is printed."""
    in_front = Q(turn_at__lt=ticket.turn_at) | Q(turn_at=ticket.turn_at, arrival__lt=ticket.arrival)
    rivals = Ticket.objects.on(ticket.day).waiting().filter(unit=ticket.unit_id)
    rivals = rivals.for_window(ticket.meant_for) if ticket.meant_for_id else rivals
    ahead = rivals.filter(in_front).exclude(pk=ticket.pk).count()
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

    @property
    def why(self) -> str:
        """Why it was this visitor who was called."""
        return self.ticket.why_next(self.call.created_at) if self.ticket and self.call else ""

    @property
    def hearing(self) -> str:
        """Whether the hall has heard the call: heard, due (a screen may still speak it), or missed."""
        if self.call.heard_at:
            return "heard"
        return "due" if self.call.created_at >= timezone.now() - SPOKEN_FOR else "missed"


def with_window(window, day):
    tickets = Ticket.objects.on(day).filter(window=window, state__in=[*AT_WINDOW, State.HELD, State.NO_SHOW])
    return tickets.with_people().order_by("issued_at")


def seats_at(window, day):
    return Seat.objects.on(day).filter(window=window).select_related("window", "user")


WITH_WINDOW = Prepared(with_window, {"window": -1, "day": date.min})
SEATS_AT = Prepared(seats_at, {"window": -1, "day": date.min})


def desk_of(window) -> Desk:
    today = timezone.localdate()
    tickets = WITH_WINDOW.rows(window=window.pk, day=today)
    present = next((ticket for ticket in tickets if ticket.state in AT_WINDOW), None)
    return Desk(
        window=window,
        seats=SEATS_AT.rows(window=window.pk, day=today),
        ticket=present,
        held=[ticket for ticket in tickets if ticket.state == State.HELD],
        missed=[ticket for ticket in tickets if ticket.state == State.NO_SHOW],
        call=present.announcements.last() if present else None,
    )


def windows_of(user) -> QuerySet[Window]:
    """The windows of the hall in which somebody works today, each with its pause, if it rests."""
    return with_pauses(Window.objects.visible_to(user).filter(unit=hall_of(user)))


def with_pauses(windows) -> QuerySet[Window]:
    pauses = Pause.objects.filter(window=OuterRef("pk"), day=timezone.localdate(), state=PauseState.PAUSED)
    return windows.annotate(
        pause_id=Subquery(pauses.values("pk")), pause_reason=Subquery(pauses.values("reason"))
    )


def seats_to_send_to(ticket, user) -> QuerySet[Seat]:
    """Who sits in the hall today at a window that calls: a visitor may be sent to them."""
    resting = Pause.objects.filter(day=timezone.localdate(), state=PauseState.PAUSED).values("window")
    seats = Seat.objects.visible_to(user).today().filter(window__unit=ticket.unit).exclude(window__in=resting)
    return (
        seats.exclude(window=ticket.window).select_related("window", "user").order_by("window__number", "pk")
    )


@dataclass(frozen=True, slots=True)
class HallDay:
    """How the day of a hall stands: for the guide's desk, and for whoever answers for the hall."""

    unit: Unit
    windows: list[Window]
    waiting: int
    visits: int
    advice: int
    notices: list[Notice]
    screens: list[Screen]
    closing: Closing | None
    help_calls: list[HelpCall]


def day_of(unit) -> HallDay:
    visits = Ticket.objects.today().visits().filter(unit=unit)
    counts = visits.aggregate(visits=Count("pk"), waiting=Count("pk", filter=Q(state=State.WAITING)))
    help_calls = HelpCall.objects.filter(unit=unit, at__gte=timezone.now() - DAY)
    return HallDay(
        unit=unit,
        windows=list(with_pauses(Window.objects.filter(unit=unit))),
        waiting=counts["waiting"],
        visits=counts["visits"],
        advice=Advice.objects.filter(unit=unit, day=timezone.localdate()).count(),
        notices=list(Notice.objects.posted().filter(unit=unit)),
        screens=list(Screen.objects.filter(unit=unit, state=ScreenState.PAIRED)),
        closing=closing_of(unit),
        help_calls=list(help_calls.select_related("window", "by")),
    )


def closing_of(unit) -> Closing | None:
    closings = Closing.objects.filter(unit=unit, day=timezone.localdate(), state=ClosingState.CLOSED)
    return closings.first()


# --- The board ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BoardPage:
    """What a public screen shows: numbers and windows, never a name or a matter."""

    board: Screen
    calls: list[Ticket]
    waiting: list[tuple[str, str, int]]
    to_speak: list[Announcement]
    paused: list[Window]
    notices: list[Notice]
    closing: Closing | None


def screen_of(pk, secret) -> Screen | None:
    """The screen whose browser holds this secret, unless it was unpaired meanwhile."""
    return Screen.objects.filter(pk=pk, secret=secret).select_related("unit").first()


def board_page(board) -> BoardPage:
    today = Ticket.objects.today().filter(unit=board.unit).select_related("queue", "window")
    called = today.filter(state__in=AT_WINDOW).prefetch_related("announcements")
    waiting = today.waiting().order_by("queue__prefix").values_list("queue__prefix", "queue__name")
    return BoardPage(
        board=board,
        calls=sorted(called, key=last_call, reverse=True),
        waiting=list(waiting.annotate(Count("pk"))),
        to_speak=list(unheard(board)),
        paused=list(with_pauses(Window.objects.filter(unit=board.unit)).filter(pause_id__isnull=False)),
        notices=list(Notice.objects.posted().filter(unit=board.unit)),
        closing=closing_of(board.unit),
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


def ticket_of(screen, pk) -> Ticket | None:
    """A number of this screen's hall and day."""
    return Ticket.objects.today().filter(unit=screen.unit, pk=pk).with_people().first()


def announcement_of(board, pk) -> Announcement | None:
    return Announcement.objects.filter(unit=board.unit, pk=pk).first()


# --- Persons --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who was here before, and those of their matters that the asker may see."""

    person: Person
    cases: list[Case]


NUMBER = re.compile(r"(?P<prefix>[^0-9]*)0*(?P<number>[1-9][0-9]{0,4})")


def lapsed_number(unit, text) -> Ticket | None:
    """The number "A012" that was not received when this hall last closed, unless another was given in its place."""
    read = NUMBER.fullmatch(folded(text))
    if read is None:
        return None
    lapsed = Ticket.objects.filter(unit=unit, state=State.LAPSED, day__gte=last_open_day(unit))
    lapsed = lapsed.filter(number=read["number"], replaced_by=None).select_related("queue")
    return lapsed.filter(queue__prefix__startswith=read["prefix"]).order_by("day", "pk").first()


def last_open_day(unit) -> date:
    """The last day before today on which this hall gave numbers."""
    today = timezone.localdate()
    before = Ticket.objects.filter(unit=unit, day__lt=today).order_by("-day").values_list("day", flat=True)
    return before.first() or today


def known(id_number: str, user) -> Known | None:
    person = known_person(id_number)
    return with_matters(person, user) if person else None


def with_matters(person, user) -> Known:
    return Known(person, list(earlier_matters(person, user)[:EARLIER]))


def likely_at_counter(name: str, phone: str) -> list[Person]:
    """Who is known by just this name and this whole telephone, for a visitor who shows no papers."""
    same = Person.objects.with_phone(phone).filter(name=tidy_name(name)).select_related("merged_into")
    found = {person.standing for person in same.order_by("pk")[:MOST_LIKELY]}
    open_ones = [person for person in found if not known_in_secret(person)]
    return sorted(open_ones, key=lambda person: person.pk)


def likely(name: str, phone: str, user) -> list[Known]:
    return [with_matters(person, user) for person in likely_at_counter(name, phone)]


def earlier_matters(person, user) -> QuerySet[Case]:
    """Matters to which a person is a party, newest first. Isolated ones are not shown at a counter to anybody."""
    parties = Party.objects.filter(person__in=Person.objects.filter(pk=person.pk).with_their_doubles())
    cases = Case.objects.visible_to(user).filter(pk__in=parties.values("case"), restriction="")
    return cases.select_related("category", "unit").order_by("-opened_at", "-pk")


def earlier_by_code(reader, visitor, code):
    """Those that do not have the query code of this visit."""
    return earlier_matters(Person(pk=visitor), reader).exclude(query_code=code)[:EARLIER]


def cases_by_code(reader, code):
    return cases_where(Q(query_code=code), reader)


def cases_where(condition, user) -> QuerySet[Case]:
    cases = Case.objects.visible_to(user).filter(condition)
    return cases.select_related("category", "unit", "outlet").order_by("pk")


def joinings_of(ticket):
    return Joining.objects.filter(ticket=ticket)


JOININGS = Prepared(joinings_of, {"ticket": -1})
EARLIER_BY_CODE = PreparedFor(earlier_by_code, {"visitor": -1, "code": "?"})
CASES_BY_CODE = PreparedFor(cases_by_code, {"code": "?"})


def earlier_than(ticket, user) -> list[Case]:
    """The latest matters of a visitor before this visit."""
    return EARLIER_BY_CODE.rows(user, visitor=ticket.visitor_id, code=ticket.query_code)


def cases_of(ticket, user) -> list[Case]:
    """The matters of a visit that the asker may see; most visits joined none from before."""
    if JOININGS.rows(ticket=ticket.pk):
        return list(cases_where(of_visit(ticket), user))
    return CASES_BY_CODE.rows(user, code=ticket.query_code)


BRINGING = frozenset({"triage", "join"})
"""What in the history of a visit says that it brought a matter."""


def story_of(ticket, matters) -> list[HistoryEntry]:
    """The history of a visit. That it brought a matter, and what was said, is for those who may see the matter."""
    seen = {case.number for case in matters}
    entries = ticket.entries().select_related("by").order_by("-seq")
    return [entry for entry in entries if entry.verb not in BRINGING or entry.details.get("case") in seen]


def joinable(ticket, user) -> QuerySet[Case]:
    """The visitor's earlier matters that this visit may join."""
    if ticket.visitor is None:
        return Case.objects.none()
    return earlier_matters(ticket.visitor, user).exclude(of_visit(ticket))


def arrivals(user) -> list[tuple[Case, list[CheckIn]]]:
    """The matters of which somebody came today for the mediation, the latest first."""
    found: dict[Case, list[CheckIn]] = {}
    for one in CheckIn.objects.visible_to(user).today().select_related("case", "party"):
        found.setdefault(one.case, []).append(one)
    return list(found.items())


def returned_to(user) -> QuerySet[Round]:
    """Rounds that wait for the window of somebody's hall: sent back by a desk, or never taken."""
    rounds = Round.objects.visible_to(user).waiting_for(Route.INTAKE).filter(unit__in=user.unit_ids)
    return rounds.select_related("case__category", "unit").prefetch_related(
        "case__parties", "transfers__from_unit"
    )


# --- Where a matter goes --------------------------------------------------------------------------------------------


def desks_for(route, restriction="") -> QuerySet[Unit]:
    """The units at the desk of a route; of a restricted matter those in which somebody may open it."""
    units = units_that_open(restriction) if restriction else Unit.objects.all()
    return units.filter(kind__in=DESK_KINDS[route])


def usual_desk(outlet, *, hall, category=None, area=None, restriction="") -> Unit | None:
    """The unit to which a matter usually goes: the window itself, the unit that leads the category, or the township."""
    if outlet.route == Route.INTAKE:
        return hall
    units = desks_for(outlet.route, restriction)
    if outlet.route == Route.DISPATCH:
        leading = category.lead_unit if category and category.lead_unit_id else None
        of_area = units.filter(area=area).exclude(kind=Unit.Kind.DEPARTMENT).first() if area else None
        return leading or of_area or units.first()
    return units.filter(area=area).first() or units.first()


def posts_that_hear(area):
    """The posts near a hall that open some restricted matters, one of a kind in each unit."""
    kinds = sum(DESK_KINDS.values(), [])
    posts = Post.objects.filter(
        role__in=sorted(OPENS), user__is_active=True, unit__area=area, unit__kind__in=kinds
    )
    return posts.select_related("unit").order_by("unit_id", "role").distinct("unit_id", "role")


POSTS_THAT_HEAR = Prepared(posts_that_hear, {"area": -1})


def desks_that_hear(hall) -> list[tuple[str, str]]:
    """Where the window guides somebody with a restricted matter: ("violence:mediation:7", "家庭暴力：…委员会").

    Only where somebody who may open it can take it in hand. The hall itself is named only where nobody else near it
    can.
    """
    posts = POSTS_THAT_HEAR.rows(area=hall.area_id)
    choices = []
    for kind in Restriction:
        units = {post.unit.pk: post.unit for post in posts if hears(post, kind)}
        others = [unit for unit in units.values() if unit.kind != Unit.Kind.CENTRE]
        choices += [
            (f"{kind}:{route_of(unit)}:{unit.pk}", f"{kind.label}：{unit}")
            for unit in others or units.values()
        ]
    return choices


def hears(post, kind) -> bool:
    """Whether somebody in this post may open a restricted matter of a kind, and take it at the desk of the unit."""
    return kind in OPENS[Role(post.role)] and post.role in TAKERS[route_of(post.unit)]


def route_of(unit) -> Route:
    """The desk at which a unit sits."""
    return next(route for route, kinds in DESK_KINDS.items() if unit.kind in kinds)


def as_matter(line: str, route: Route, restriction: str) -> dict:
    """Category, outlet and urgency of a matter of which the window knows one line; its desk puts them right.

    The outlet is one of this restriction where there is one, and none of another.
    """
    found = suggested(line)
    outlets = Outlet.objects.filter(route=route, notice_title="", restriction__in=["", restriction])
    fitting = [outlet for outlet in found.outlets if outlet in outlets]
    own = sorted([*fitting, *outlets], key=lambda outlet: not outlet.restriction)
    return {
        "category": next(iter(found.categories), None) or Category.objects.last(),
        "outlet": next(iter(own), None),
        "urgency": found.urgency,
    }


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
    restriction: str
    hint: str


def suggested(text: str) -> Suggested:
    """Three categories, three outlets and an urgency for a story. The person at the window decides."""
    rules = current_rules()
    found = rules.answer(text)
    towns = [rules.townships[name] for name in found.townships]
    return Suggested(
        categories=[rules.categories[code] for code in found.categories if code in rules.categories],
        outlets=[rules.outlets[code] for code in found.outlets if code in rules.outlets],
        urgency=next(level for level in Urgency if level.label == found.urgency),
        reason=found.reason,
        cues=found.cues,
        people_count=found.people_count,
        amount=found.amount,
        area=towns[0] if len(towns) == 1 else None,
        restriction=found.restriction,
        hint=found.hint,
    )


# --- Doors without a ticket -----------------------------------------------------------------------------------------


def door_of(user) -> Unit | None:
    """The unit for which somebody registers what comes in without a visitor."""
    return next((post.unit for post in user.business_posts if post.role in DOORKEEPERS), None)


def arrivals_of(unit, user) -> QuerySet[Arrival]:
    """What came in lately, and first what still has to be entered above."""
    arrivals = Arrival.objects.visible_to(user).filter(unit=unit).select_related("case__unit")
    return arrivals.order_by("-state", "-registered_at", "-pk")[:LATELY]


def arrived_before(user, *, channel, number) -> Case | None:
    """The matter that has this number of its channel already, where the asker may see it."""
    same = Case.objects.visible_to(user).filter(channel=channel, outside_number=number)
    return same.select_related("unit").first() if number else None

"""What the page of a case shows, read in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import (
    COUNTS,
    Card,
    Case,
    Conference,
    Deferral,
    Instruction,
    Request,
    Restricting,
    Round,
    share_centre,
)
from cases.states import (
    IN_EFFECT,
    OWED,
    PANELS,
    TAKERS,
    CardLevel,
    CardState,
    DeferralKind,
    DeferralState,
    Route,
    State,
)
from kernel import calendar, escalation, live
from kernel.explanations import of_clock
from kernel.models import NOTICES, Attachment, Clock, Firing, HistoryEntry, MessageKind, Notification, Step
from kernel.moments import NEVER
from kernel.moves import NEW
from kernel.prepared import PreparedFor
from kernel.web import Button, buttons
from people.models import Post, Unit
from people.roles import OPENS

LOOKS = frozenset({"view", "open_file", "reveal", "export", "print_paper"})
"""Entries that say who looked: kept apart from what was done."""
DESK_KINDS = {
    Route.INTAKE: [Unit.Kind.CENTRE],
    Route.MEDIATION: [Unit.Kind.COMMITTEE],
    Route.COURT: [Unit.Kind.COURT],
    Route.PETITIONS: [Unit.Kind.PETITIONS, Unit.Kind.DISCIPLINE],
    Route.DISPATCH: [Unit.Kind.DEPARTMENT, Unit.Kind.TOWNSHIP, Unit.Kind.COMMAND_ROOM],
}
"""Which units sit at the desk of a route."""
ON_THE_PAGE = (
    "correct",
    "add_party",
    "replace_party",
    "log_contact",
    "attach",
    "remind",
    "enter_instruction",
)


def next_desks(routes, restriction="") -> list[tuple[str, list[tuple[str, str]]]]:
    """The desks of `routes` as groups of choices ("court:7", "法院驻点窗口").

    A restricted matter goes only where somebody may open it: elsewhere it would lie unseen.
    """
    units = Unit.objects.filter(kind__in=[kind for route in routes for kind in DESK_KINDS[route]])
    if restriction:
        units = units.filter(pk__in=units_that_open(restriction))
    groups = [
        (route.label, [(f"{route}:{unit.pk}", str(unit)) for unit in units if unit.kind in DESK_KINDS[route]])
        for route in routes
    ]
    return [(label, choices) for label, choices in groups if choices]


def units_that_open(restriction) -> QuerySet[Unit]:
    """The units in which somebody may open matters of this kind, and take them in hand at the desk of the unit."""
    posts = Post.objects.filter(unit=OuterRef("pk"), user__is_active=True)
    able = Q(pk__in=())
    for route, kinds in DESK_KINDS.items():
        roles = [role for role in TAKERS[route] if restriction in OPENS.get(role, ())]
        able |= Q(Exists(posts.filter(role__in=roles)), kind__in=kinds)
    return Unit.objects.filter(able)


def desk_of(choice: str) -> tuple[str, Unit]:
    """The route and the unit that a choice of next_desks() stands for."""
    route, pk = choice.split(":")
    return route, Unit.objects.get(pk=pk)


@dataclass(frozen=True, slots=True)
class NextStep:
    """What comes next, who does it, and by when. A `provisional` date reaches into a year without a calendar."""

    what: str
    who: str
    due_at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """One file as it stands, for one reader."""

    case: Case
    topics: list[str]
    rounds: list[Round]
    round: Round
    step: NextStep
    withdrawal: HistoryEntry | None
    parties: list
    agents: list
    asks_reason: bool
    contacts: list
    requests: list[tuple[Request, list[Button]]]
    restrictings: list[tuple[Restricting, list[Button]]]
    cards: list[tuple[Card, list[Button]]]
    reminders: list[HistoryEntry]
    instructions: list[Instruction]
    conferences: list[tuple[Conference, list[Button]]]
    files: list[Attachment]
    acts: list[HistoryEntry]
    looks: list[HistoryEntry]
    panels: list[str]
    buttons: list[Button]
    may: dict[str, bool]


def case_with_desk(reader, pk):
    cases = Case.objects.visible_to(reader).filter(pk=pk)
    return cases.select_related("category", "outlet", "area", "unit", "opened_by", "dossier")


def round_with_case(reader, pk):
    return Round.objects.visible_to(reader).filter(pk=pk).select_related("case", "unit")


ONE_CASE = PreparedFor(case_with_desk, {"pk": -1})
ONE_ROUND = PreparedFor(round_with_case, {"pk": -1})


def case_page(case: Case, user) -> CasePage:
    rounds = rounds_of(case)
    round = rounds[-1]
    entries = list(case.entries().select_related("by", "dossier").order_by("-seq"))
    return CasePage(
        case=case,
        topics=[case.topics()[0], *live.heard_by(user.scope, "restricting"), f"asked-by:{user.pk}"],
        rounds=rounds,
        round=round,
        step=next_step(round),
        withdrawal=withdrawal_of(round, entries),
        parties=list(case.parties.select_related("person", "organisation")),
        agents=list(case.agents.standing().select_related("party__person", "person", "letter")),
        asks_reason=not case.is_in_hand_of(user),
        contacts=list(case.contacts.select_related("by")),
        requests=[(request, buttons(request, user)) for request in requests_of(case, rounds)],
        restrictings=[(asked, buttons(asked, user)) for asked in restrictings_of(case, user)],
        cards=[(card, buttons(card, user)) for card in cards_of(case)],
        reminders=[entry for entry in entries if entry.verb == "remind"],
        instructions=list(case.instructions.select_related("by", "scan")),
        conferences=[(one, buttons(one, user)) for one in conferences_of(case)],
        files=list(case.dossier.attachments.order_by("attached_at", "pk")),
        acts=[entry for entry in entries if entry.verb not in LOOKS],
        looks=[entry for entry in entries if entry.verb in LOOKS],
        panels=panels(rounds),
        buttons=buttons(round, user),
        may=rights(case, round, user),
    )


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of a clock's ladder: when it was reached, or will be."""

    at: datetime
    label: str
    reached: bool


@dataclass(frozen=True, slots=True)
class ClockCard:
    """One clock as its page shows it: the sentences, what was asked about it, and whether more can be asked."""

    clock: Clock
    sentences: list[str]
    ladder: list[Rung]
    deferrals: list[tuple[Deferral, list[Button], bool]]
    of_a_citizen: bool
    may_ask: bool


def clocks_of(case: Case, user) -> list[ClockCard]:
    """The clocks of the whole file: those that run first, the nearest due on top."""
    clocks = Clock.objects.filter(dossier_id=case.dossier_id).select_related("rule")
    deferrals = Deferral.objects.select_related("asked_by", "unit", "consent")
    told = Prefetch("firings", Firing.objects.filter(withdrawn_at=None), to_attr="told")
    clocks = clocks.prefetch_related("subject", "pauses", told, Prefetch("deferrals", deferrals))
    running_first = [F("stopped_at").desc(nulls_first=True), "due_at", "pk"]
    found = list(clocks.order_by(*running_first))
    share_centre(clock.subject for clock in found)
    return [card_of(clock, case, user) for clock in found]


def card_of(clock: Clock, case: Case, user) -> ClockCard:
    asked = list(clock.deferrals.all())
    for deferral in asked:
        deferral.case, deferral.clock = case, clock
    new = Deferral(case=case, clock=clock, unit=clock.subject.unit_of_clocks, state=NEW)
    waits = any(deferral.state == DeferralState.ASKED for deferral in asked)
    deferrable = bool(clock.rule.extension_max or clock.rule.pausable)
    runs = clock.stopped_at is None and clock.due_at is not None and not clock.source
    of_a_citizen = clock.code in clock.subject.CITIZENS
    return ClockCard(
        clock=clock,
        sentences=of_clock(clock),
        ladder=[] if of_a_citizen else ladder_of(clock),
        deferrals=[
            (deferral, buttons(deferral, user), deferral.is_in_effect and deferral.is_holder(user))
            for deferral in asked
        ],
        of_a_citizen=of_a_citizen,
        may_ask=runs and deferrable and not waits and new.MOVES.named("ask_deferral").allows(new, user),
    )


def ladder_of(clock: Clock) -> list[Rung]:
    """Who was reminded and pressed, and, while it runs, who will be."""
    rungs = [Rung(firing.at, firing.get_step_display(), reached=True) for firing in clock.told]
    if clock.stopped_at or clock.due_at is None:
        return rungs
    ahead = escalation.to_climb(clock, calendar.current())
    return [*rungs, *(Rung(at, str(Step(step).label), reached=False) for at, step in ahead)]


def clock_of(case: Case, pk: int) -> Clock:
    """One clock of a file that the reader sees."""
    return get_object_or_404(Clock.objects.select_related("rule"), dossier_id=case.dossier_id, pk=pk)


def rounds_of(case: Case) -> list[Round]:
    rounds = case.rounds.select_related("unit", "followed_up__by", "called_back__by").order_by("number")
    rounds = list(
        rounds.prefetch_related("transfers__from_unit", "transfers__to_unit", "transfers__by", "ratings")
    )
    for round in rounds:
        round.case = case
    return rounds


def requests_of(case: Case, rounds: list[Round]) -> list[Request]:
    by_key = {round.pk: round for round in rounds}
    requests = list(case.requests.select_related("from_unit", "to_unit").order_by("asked_at", "pk"))
    for request in requests:
        request.case, request.round = case, by_key[request.round_id]
    return requests


def restrictings_of(case: Case, user) -> list[Restricting]:
    """The requests to hide or show this matter, for those who may know of them."""
    asked = list(case.restrictings.visible_to(user).select_related("asked_by"))
    for one in asked:
        one.case = case
    return asked


def cards_of(case: Case) -> list[Card]:
    cards = list(case.cards.select_related("unit", "clock__rule", "issued_by"))
    for card in cards:
        card.case = case
    return cards


def receipts_of(case: Case) -> list[Notification]:
    """Who was told to hurry, by 催办 and 督办: whether they read it, and how far it came outside the page."""
    kinds = ContentType.objects.get_for_models(Case, Card)
    about = Q(subject_type=kinds[Case], subject_id=case.pk)
    about |= Q(subject_type=kinds[Card], subject_id__in=case.cards.values("pk"))
    rows = Notification.objects.filter(about, kind=MessageKind.SUPERVISION).select_related("to")
    return list(rows.prefetch_related("deliveries").order_by("-created_at", "to__name"))


def conferences_of(case: Case) -> list[Conference]:
    conferences = list(case.conferences.select_related("unit").prefetch_related("invitations__unit"))
    for conference in conferences:
        conference.case = case
    return conferences


def cards_by_unit(cards: QuerySet[Card]) -> list[dict]:
    """Of each pressed unit how many cards count, by level, and how many it still owes; the most pressed first."""
    counts = {level: Count("pk", filter=COUNTS & Q(level=level)) for level in CardLevel.values}
    counts |= {"owed": Count("pk", filter=Q(state__in=sorted(OWED)))}
    counts |= {"late": Count("pk", filter=Q(state=CardState.ISSUED, due_at__lte=timezone.now()))}
    by_unit = cards.order_by().values("unit__name").annotate(**counts)
    return list(by_unit.order_by("-owed", "-red", "-yellow", "unit__name"))


def deferrals_by_unit(deferrals: QuerySet[Deferral]) -> list[dict]:
    """Of each unit how often it asked, and what came of it; who asked most first."""
    counts = {state: Count("pk", filter=Q(state=state)) for state in DeferralState.values}
    counts |= {"extended": Count("pk", filter=Q(kind=DeferralKind.EXTEND, state__in=sorted(IN_EFFECT)))}
    counts |= {"paused": Count("pk", filter=Q(kind=DeferralKind.PAUSE, state__in=sorted(IN_EFFECT)))}
    by_unit = deferrals.order_by().values("unit", "unit__name").annotate(all=Count("pk"), **counts)
    return list(by_unit.order_by("-all", "unit__name"))


def firings_by_step(firings: QuerySet[Firing]) -> list[tuple[str, int]]:
    """How often each rung was told; those taken back are left out."""
    told = dict(firings.filter(withdrawn_at=None).order_by().values_list("step").annotate(n=Count("pk")))
    return [(step.label, told.get(step, 0)) for step in Step if step not in NOTICES]


def withdrawal_of(round: Round, entries: list[HistoryEntry]) -> HistoryEntry | None:
    """That the citizen asked to take the matter back, as long as nobody has ended it."""
    if round.state in (State.RESOLVED, State.CLOSED):
        return None
    asked = (e for e in entries if e.verb == "ask_withdrawal" and e.subject_id == round.pk)
    return next(asked, None)


def next_step(round: Round) -> NextStep:
    centre, unit = _("社会治理中心"), round.unit.name
    steps = {
        State.ROUTED: (_("等待接办"), unit),
        State.IN_HAND: (_("正在办理"), unit),
        State.RESOLVED: (_("等待回访"), unit if round.is_secluded else centre),
        State.CLOSED: (_("已办结，等待当事人评价"), centre),
    }
    what, who = steps[State(round.state)]
    if round.state == State.CLOSED and round.ratings.all():
        what = _("已办结，当事人已评价")
    if round.state == State.CLOSED and round.due_at < NEVER:
        what = _("当事人不满意，等待核实")
    nearest = round.clocks.running().filter(due_at=round.due_at)
    return NextStep(what, who, round.due_at, nearest.filter(provisional=True).exists())


def panels(rounds: list[Round]) -> list[str]:
    """The desks that this matter is or was at, the present one first: each shows its own piece of the page."""
    routes = [rounds[-1].route]
    for round in reversed(rounds):
        routes += [round.route, *(transfer.from_route for transfer in round.transfers.all())]
    return list(dict.fromkeys(PANELS[route] for route in routes))


def rights(case: Case, round: Round, user) -> dict[str, bool]:
    """What the page itself offers this reader, beside the buttons of the round."""
    may = {verb: not round.MOVES.named(verb).why_not(round, user) for verb in ON_THE_PAGE}
    request = Request(case=case, round=round, state=NEW, from_unit_id=min(user.unit_ids, default=None))
    may["ask"] = round.state != State.CLOSED and request.MOVES.named("ask").allows(request, user)
    may["ask_restriction"] = may["log_contact"]
    may["ask_lifting"] = bool(case.restriction) and may["log_contact"]
    card = Card(case=case, round=round, state=NEW)
    may["issue_card"] = round.state != State.CLOSED and card.MOVES.named("issue_card").allows(card, user)
    conference = Conference(case=case, state=NEW)
    may["call_conference"] = round.state != State.CLOSED and conference.MOVES.named("call_conference").allows(
        conference, user
    )
    may["see_receipts"] = round.MOVES.named("remind").allows(round, user)
    may["reopen"] = round.state == State.CLOSED and round.MOVES.named("reopen").allows(round, user)
    return may

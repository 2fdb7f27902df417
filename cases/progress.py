"""What a citizen is told of their matter: steps, what comes next, who, by when, and a telephone number.

Nothing here names another party. Of a restricted matter it says only that it is in good hands.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.models import Case, FurtherCode, Party, Round
from cases.states import SETTLING, Outcome, Side, State
from kernel.encryption import lookup_hashes, normalised
from kernel.explanations import of_clock
from kernel.models import Clock
from kernel.moments import last_day_of

TAIL = 4
SALT = "cases.progress"
INTERNAL = frozenset({"case.first_contact", "case.instruction"})
"""Clocks of the office alone: how soon it rings, and what a leader asked of it. The answer is due by the others."""
TOKEN_AGE = 30 * 60  # seconds in which the buttons of the answer work


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """The answer to one query code, for one matter. `token` lets its buttons act for half an hour."""

    number: str
    title: str
    state: str
    state_label: str
    steps: list[Step]
    next_text: str
    counted: list[str]
    phone: str
    token: str
    is_open: bool
    can_withdraw: bool
    can_rate: bool
    rated: str


def matters_of(code: str, tail: str) -> list[Case]:
    """The matters of this code that the person with this tail brought. No index on tails: the code is found first.

    A wrong code and a wrong tail cost the same two queries, so that neither can be told from the other.
    """
    further = FurtherCode.objects.filter(code=code)
    found = Case.objects.filter(query_code=code).order_by().values("pk").union(further.values("case"))
    tail_of_visit = further.filter(case=OuterRef("pk")).values("tail_hash")
    cases = list(
        Case.objects.filter(pk__in=found).annotate(further_tail=Subquery(tail_of_visit)).order_by("pk")
    )
    applicants = Party.objects.filter(case__in=found, side=Side.APPLICANT).select_related("person")
    tails = {case.pk: [] for case in cases}
    for party in applicants:
        tails.setdefault(party.case_id, []).extend(tails_of(party.person))
    pins = lookup_hashes("pin", tail)
    return [case for case in cases if is_one_of(tail, tails[case.pk]) or has_pin(case, pins)]


def has_pin(case, pins: list[str]) -> bool:
    """Whether these are the four digits of the visit that brought the matter, or of the one that joined it."""
    return any([is_one_of(known or "", pins) for known in (case.tail_hash, case.further_tail)])


def tails_of(person) -> list[str]:
    """The last four characters of a person's telephone and papers, where there are any."""
    known = [normalised(person.phone.plain), normalised(person.id_number.plain)] if person else []
    return [text[-TAIL:] for text in known if len(text) >= TAIL]


def is_one_of(text: str, right: list[str]) -> bool:
    """Compare with each, in a time that does not tell how much was right."""
    return any([hmac.compare_digest(text.encode(), each.encode()) for each in right])


def progress_of(case: Case) -> Progress:
    round = case.rounds.select_related("unit").prefetch_related("ratings").order_by("number").last()
    rating = next(iter(round.ratings.all()), None)
    token = signing.dumps(round.pk, salt=SALT)
    common = {
        "token": token,
        "is_open": round.state != State.CLOSED,
        "can_withdraw": round.state in (State.ROUTED, State.IN_HAND),
        "rated": str(rating or ""),
    }
    is_merged = round.outcome == Outcome.MERGED
    can_rate = round.state == State.CLOSED and rating is None and not is_merged
    clock = nearest(round)
    if case.restriction:
        return Progress(
            number=_("按规定限制查看"),
            title=_("您的来访事项"),
            state="",
            state_label=_("按规定办理"),
            steps=[],
            next_text=_("您的事项正在按规定办理，具体情况由承办人当面或来电告知，网上不显示内容。"),
            counted=[],
            phone=settings.CENTRE_PHONE,
            can_rate=can_rate,
            **common,
        )
    return Progress(
        number=case.number,
        title=case.category.name,
        state=round.state,
        state_label=state_label(round),
        steps=steps_of(case),
        next_text=next_text(round, clock),
        counted=of_clock(clock) if clock else [],
        phone=round.unit.phone or settings.CENTRE_PHONE,
        can_rate=can_rate,
        **common,
    )


def round_of(token: str) -> Round | None:
    """The round that the buttons of an answer stand for; None when they are too old or not ours."""
    try:
        pk = signing.loads(token, salt=SALT, max_age=TOKEN_AGE)
    except signing.BadSignature:
        return None
    return Round.objects.select_related("case__category", "unit").filter(pk=pk).first()


def state_label(round: Round) -> str:
    if round.outcome == Outcome.MERGED:
        return round.get_outcome_display()
    if round.state == State.RESOLVED and round.outcome == Outcome.WITHDRAWN:
        return _("已撤回（待回访）")
    if round.state == State.RESOLVED and round.outcome not in SETTLING:
        return _("已答复（待回访）")
    return round.get_state_display()


def steps_of(case: Case) -> list[Step]:
    """What happened, oldest first: registered, sent on, taken in hand, resolved, closed, of every round."""
    rounds = case.rounds.select_related("unit").prefetch_related("transfers__to_unit").order_by("number")
    steps = [step for round in rounds for step in steps_of_round(round)]
    return sorted(steps, key=lambda step: step.at)


def steps_of_round(round: Round) -> list[Step]:
    first = _("已登记") if round.number == 1 else _("第 %(n)d 轮：重新办理") % {"n": round.number}
    dated = [
        (round.opened_at, first),
        (round.taken_at, _("%(unit)s接办") % {"unit": round.unit}),
        (round.resolved_at, state_label(round) if round.state == State.RESOLVED else _("办理完毕")),
        (round.closed_at, state_label(round) if round.outcome == Outcome.MERGED else _("已回访，已办结")),
    ]
    dated += [
        (transfer.at, _("转由%(unit)s办理") % {"unit": transfer.to_unit})
        for transfer in round.transfers.all()
    ]
    return [Step(at, text) for at, text in dated if at]


def nearest(round: Round) -> Clock | None:
    """The nearest clock by which the citizen is owed something."""
    owed = round.clocks.running().exclude(code__in=Round.CITIZENS | INTERNAL)
    return owed.select_related("rule").order_by("due_at").first()


def next_text(round: Round, clock: Clock | None) -> str:
    words = {
        State.ROUTED: _("下一步：由%(who)s%(by)s接办，接办后与您联系。"),
        State.IN_HAND: _("下一步：%(who)s正在办理，%(by)s给您答复。"),
        State.RESOLVED: _("下一步：由社会治理中心%(by)s回访您，核实办理情况。"),
        State.CLOSED: _("本事项已办结。情况有变化的，可以来窗口申请重新办理。"),
    }
    text = words[State(round.state)]
    if round.outcome == Outcome.MERGED:
        text = _("本事项已并入您的同一事项，用同一查询码可以查询办理进度。")
    if round.state == State.CLOSED and clock:
        text = _("下一步：您的评价已收到，由社会治理中心%(by)s与您联系核实。")
    return text % {"who": round.unit, "by": by_when(clock)}


def by_when(clock: Clock | None) -> str:
    """ "在 2026年3月24日前", in local days; 尽快 where no clock runs, one stands, or the day has passed."""
    due_at = clock.due_at if clock else None
    if due_at is None or due_at < timezone.now():
        return _("尽快")
    return _("在 %(day)s 前") % {"day": date_format(last_day_of(due_at), "Y年n月j日")}

"""“My work”: what waits for a person, what is due today, what is late. A query, never a stored list of tasks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet, Value, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.lists import topics_of_work
from cases.models import Card, Conference, Deferral, Request, Restricting, Round, share_centre
from cases.states import BACK_WITH_THE_ASKER, CENTRE, CONCERNED, DESKS, SIGNS, RequestState, State
from kernel import calendar, live
from kernel.calendar import DAY, midnight
from kernel.listing import COUNTED
from kernel.moments import NEVER
from mediation.models import Archive, Assignment, Mediation, MediatorChange
from mediation.selectors import waiting_for_the_stamp
from mediation.states import HEADS_IT, MEDIATORS
from people.models import Unit, User
from people.roles import AREA_WIDE, HEADS, RESTRICTS, SUPERVISORS, Role
from petitions.models import Forwarding, Letter
from petitions.states import UNIT_ROLES

FOLLOWS_UP = CENTRE.keys() | {Role.DISCIPLINE}
JUDGES = SUPERVISORS | {Role.DISCIPLINE}
KEEPS_CALENDAR = frozenset({Role.DIRECTOR, Role.SYSADMIN})
COMMITTEES = frozenset({Unit.Kind.COMMITTEE, Unit.Kind.CENTRE})
CALLS_BACK = frozenset({Role.CLERK, Role.DIRECTOR, Role.DISCIPLINE})
SHOWN = 12
OF_A_GROUP = 100


@dataclass(frozen=True, slots=True)
class Pile:
    """One kind of work: how many rows, and where they are listed."""

    slug: str
    label: str
    tone: str
    rows: Callable[[User], QuerySet]
    roles: frozenset = frozenset()
    of: frozenset = frozenset()
    """The kinds of units whose work it is; without any, of all."""

    def concerns(self, user) -> bool:
        """Whether it is this person's kind of work; without roles, it is everybody's."""
        is_theirs = not self.roles or bool(self.roles & user.roles)
        return is_theirs and (not self.of or any(unit.kind in self.of for unit in user.units))

    def count(self, user) -> str:
        count = len(self.rows(user).values_list("pk")[: COUNTED + 1])
        return f"{COUNTED:,}+" if count > COUNTED else str(count)


def of_mine(user) -> QuerySet[Round]:
    """Open rounds that are this person's business: those that press them, or of the area they answer for."""
    rounds = Round.objects.visible_to(user).unfinished()
    return rounds if user.roles & AREA_WIDE else rounds.pressing(user)


def waiting(user):
    return of_mine(user).filter(state=State.ROUTED)


def in_hand(user):
    return of_mine(user).filter(state=State.IN_HAND)


def due_today(user):
    return of_mine(user).filter(due_at__gt=timezone.now(), due_at__lte=tomorrow())


def overdue(user):
    return of_mine(user).filter(due_at__lte=timezone.now())


def to_follow_up(user):
    return Round.objects.visible_to(user).to_follow_up_by(user)


def to_call_back(user):
    """Closed rounds of the centre's files with which somebody was not content."""
    rounds = Round.objects.visible_to(user).to_call_back()
    return rounds if user.roles & CALLS_BACK else rounds.none()


def to_stamp(user):
    """Rounds whose agreement everybody has signed, and only the committee's stamp is missing."""
    signed = waiting_for_the_stamp(Mediation.objects.visible_to(user))
    return of_mine(user).filter(pk__in=signed.values("round"))


def assigned(user):
    """Waiting rounds that were given to a mediator who has not answered: for them, and for who answers for them."""
    unanswered = Assignment.objects.visible_to(user).pressing(user)
    return Round.objects.visible_to(user).filter(pk__in=unanswered.values("round"))


def changes_to_decide(user):
    rows = MediatorChange.objects.visible_to(user).to_decide_by(user)
    return rows.annotate(due_at=F("mediation__round__due_at"))


def archives_to_check(user):
    """Files of others that were put away. No law says until when."""
    return Archive.objects.visible_to(user).to_check_by(user).annotate(due_at=Value(NEVER))


def requests_to_answer(user):
    return (
        Request.objects.visible_to(user)
        .unfinished()
        .filter(to_unit__in=user.unit_ids, state__in=[RequestState.OPEN, RequestState.ACCEPTED])
    )


def requests_to_verify(user):
    return (
        Request.objects.visible_to(user)
        .unfinished()
        .filter(from_unit__in=user.unit_ids, state__in=BACK_WITH_THE_ASKER)
    )


def petitions_sent(user):
    """What was sent to one's units: to sign for, to accept, to answer."""
    return Forwarding.objects.visible_to(user).to_do_in(user.unit_ids)


def objections(user):
    """What units say is none of theirs, for the desk that sent it."""
    return Forwarding.objects.visible_to(user).objected_to(user.unit_ids)


def letters(user):
    """Drafts of one's own units that somebody else wrote: to check, for heads also to sign."""
    return Letter.objects.visible_to(user).unfinished_in(user.unit_ids).exclude(drafted_by=user)


def to_decide(user):
    """Requests of others to hide a matter, or to show it again, that this person can decide."""
    asked = Restricting.objects.visible_to(user).waiting().filter(kind__in=user.scope.restrictions)
    return asked.exclude(asked_by=user)


def deferrals_to_decide(user):
    return Deferral.objects.visible_to(user).waiting_for(user).annotate(due_at=F("clock__due_at"))


def paused(user):
    """The pauses that somebody has to end: of their own units, for supervisors all."""
    rows = Deferral.objects.visible_to(user).paused().annotate(due_at=F("resume_by"))
    return rows if user.roles & SUPERVISORS else rows.filter(unit__in=user.unit_ids)


def cards_to_answer(user):
    return Card.objects.visible_to(user).to_answer_by(user)


def conferences(user):
    """Those to come, and those whose minutes are missing."""
    mine = Conference.objects.visible_to(user).planned_with(sorted(user.unit_ids))
    return mine.annotate(due_at=F("begins_at"))


def cards_to_judge(user):
    """Answers and appeals of others."""
    return Card.objects.visible_to(user).to_judge_by(user)


PILES = {
    pile.slug: pile
    for pile in (
        Pile("overdue", _("已超期"), "bad", overdue),
        Pile("due-today", _("今日到期"), "warn", due_today),
        Pile("cards", _("待回复督办"), "bad", cards_to_answer, HEADS | DESKS.keys()),
        Pile("cards-to-judge", _("待审核督办"), "warn", cards_to_judge, JUDGES),
        Pile("waiting", _("待接办"), "", waiting),
        Pile("assigned", _("已指派待接办"), "", assigned, MEDIATORS | HEADS_IT.keys(), COMMITTEES),
        Pile("in-hand", _("办理中"), "", in_hand),
        Pile("to-stamp", _("待盖章"), "", to_stamp, frozenset({Role.STAMP_KEEPER})),
        Pile("follow-up", _("待回访"), "", to_follow_up, frozenset(FOLLOWS_UP)),
        Pile("call-back", _("待核实不满意"), "warn", to_call_back, CALLS_BACK),
        Pile("petitions", _("转来的信访"), "", petitions_sent, frozenset(UNIT_ROLES)),
        Pile("objections", _("待审核异议"), "warn", objections, frozenset({Role.PETITION_OFFICER})),
        Pile("letters", _("待核稿、签发"), "", letters, frozenset(UNIT_ROLES) | {Role.PETITION_OFFICER}),
        Pile("to-answer", _("待答复协同请求"), "", requests_to_answer),
        Pile("to-verify", _("待核验协同请求"), "", requests_to_verify),
        Pile("conferences", _("会商"), "", conferences, frozenset(CONCERNED)),
        Pile("to-decide", _("待审批限制查看"), "warn", to_decide, RESTRICTS),
        Pile("changes", _("待决定更换"), "warn", changes_to_decide, frozenset(HEADS_IT), COMMITTEES),
        Pile("archives", _("待评查卷宗"), "", archives_to_check, frozenset(HEADS_IT), COMMITTEES),
        Pile("deferrals", _("待审批延期"), "", deferrals_to_decide, SIGNS),
        Pile("paused", _("暂停中"), "", paused, SUPERVISORS | DESKS.keys()),
    )
}


def missing_year(user) -> int | None:
    """The year whose calendar has to be entered, for those who can."""
    return calendar.missing_year(timezone.localdate()) if user.roles & KEEPS_CALENDAR else None


@dataclass(frozen=True, slots=True)
class Task:
    """One line of what comes next."""

    case: object
    what: str
    unit: object
    due_at: datetime


def next_tasks(user, since=None, until=None, count=SHOWN) -> list[Task]:
    """The most pressing of rounds, requests and cards together, by their due; between two moments, where given."""
    due = {"due_at__gt": since, "due_at__lte": until}
    due = {look_up: moment for look_up, moment in due.items() if moment}
    kinds = [of_mine(user), requests_to_answer(user), requests_to_verify(user), cards_to_answer(user)]
    if user.roles & {*UNIT_ROLES}:
        kinds.append(petitions_sent(user))
    if user.roles & JUDGES:
        kinds.append(cards_to_judge(user))
    rows = [
        row
        for rows in kinds
        for row in rows.filter(**due).select_related("case").order_by("due_at", "pk")[:count]
    ]
    prefetch_related_objects([row for row in rows if isinstance(row, Request)], "to_unit", "from_unit")
    prefetch_related_objects([row for row in rows if not isinstance(row, Request)], "unit")
    share_centre(rows)
    tasks = [Task(row.case, what_of(row), row.unit_of_clocks, row.due_at) for row in rows]
    return sorted(tasks, key=lambda task: task.due_at)[:count]


def what_of(row) -> str:
    return row.get_state_display() if isinstance(row, Round) else row.name_of_clocks


def deadlines(user) -> list[tuple[str, str, list[Task]]]:
    """What is due in groups: words, the tone of their colour, and so many tasks at most."""
    now, today = timezone.now(), timezone.localdate()
    week = midnight(today + (7 - today.weekday()) * DAY)
    groups = [
        (_("已超期"), "overdue", None, now),
        (_("今天到期"), "due_soon", now, tomorrow()),
        (_("本周到期"), "scheduled", max(now, tomorrow()), week),
        (_("以后 30 天"), "done", max(week, tomorrow()), midnight(today + 31 * DAY)),
    ]
    return [(words, tone, next_tasks(user, since, until, OF_A_GROUP)) for words, tone, since, until in groups]


def tomorrow() -> datetime:
    return midnight(timezone.localdate() + DAY)


TOPICS = {"restricting": RESTRICTS, "cards": SUPERVISORS, "deferrals": SIGNS, "follow-up": FOLLOWS_UP}
"""What is decided, judged, signed or followed up by whom, wherever the matter is."""


def topics(user) -> list[str]:
    """What changes my work."""
    mine = [topic for topic, roles in TOPICS.items() if roles & user.roles]
    return topics_of_work(user) + live.heard_by(user.scope, *mine)

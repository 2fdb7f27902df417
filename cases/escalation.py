"""What a sweep of the clocks does to matters: reminders, cards, reports. And the watch that holds it."""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Card, ClockWatch, Round, page_of, share_bars, share_centre
from cases.services import hold_sweep, withdraw_card
from cases.states import CARDS, Urgency, WatchState
from kernel import bulk, clocks, escalation, history, live, notifications
from kernel.batches import what_can
from kernel.bulk import among
from kernel.escalation import Fired
from kernel.history import Line
from kernel.models import NOTICES, Clock, MessageKind, Step
from kernel.moves import MoveRefused
from kernel.notifications import Message
from people.models import User
from people.roles import OPENERS, Role
from people.selectors import on_call

SOON = _("%(subject)s即将到期（%(day)s）：%(clock)s")
SOON_UNIT = _("%(subject)s即将到期（%(day)s），请督促：%(clock)s")
LATE = _("%(subject)s已超期：%(clock)s")
LATE_UNIT = _("%(subject)s已超期，请督促：%(clock)s")
REPORT = _("%(subject)s超期未办结，报告中心领导：%(clock)s")
JUMP = timedelta(minutes=10)
BOOT = Path("/proc/sys/kernel/random/boot_id")


class People:
    """The people of units, each asked for once in a sweep."""

    def __init__(self):
        self.in_unit = cache(lambda *asked: list(User.objects.in_unit(*asked)))
        self.heads_of = cache(lambda unit: list(User.objects.heads_of(unit)))
        self.bearing = cache(lambda *roles: list(User.objects.bearing(*roles)))
        self.on_call = cache(lambda unit: on_call([unit]))


def sweep(now: datetime | None = None) -> int:
    """Climb the ladders of all clocks as of `now`; return how many had something to tell.

    Without `now` it is the database's clock, unless the watch holds.
    """
    now = now or watched()
    return escalation.sweep(partial(tell, people=People()), now) if now else 0


def tell(fired: list[Fired], *, people: People) -> None:
    """Write what a batch of clocks has to tell. A citizen's own time ends quietly."""
    fired = [one for one in fired if one.clock.code not in one.subject.CITIZENS or counts_down(one)]
    share_centre(one.subject for one in fired)
    share_bars([one.subject for one in fired])
    messages = [message for one in fired for message in messages_of(one, people)]
    messages += issue([one for one in fired if one.step in CARDS], people)
    notifications.notify_all(messages)
    live.changed(*{topic for one in fired for topic in one.subject.topics()})


def counts_down(one: Fired) -> bool:
    """Whether it tells that a citizen's time is running out, and not that it has."""
    return one.step in NOTICES and not one.clock.late_at


def messages_of(one: Fired, people: People) -> list[Message]:
    """Whom to tell of one clock, and what; who is in two hears the first. Of a card its heads are told by `issue`."""
    subject, told = one.subject, []
    urgent = subject.case.urgency >= Urgency.URGENT
    if one.step == Step.REPORT:
        told.append((reported_to(subject, people), REPORT))
    if one.step == Step.REMIND_HEAD:
        told.append((heads_of(subject, people), LATE_UNIT if one.clock.late_at else SOON_UNIT))
    if one.late:
        told.append((subject.keepers(people), subject.LATE_WORDS or LATE))
        if urgent and not subject.LATE_WORDS:
            called = subject.readers(people.on_call(subject.unit_of_clocks))
            told.append((subject.case.seeing(called), LATE))
    elif one.step == Step.REMIND_HANDLER or one.step in NOTICES:
        told.append((subject.keepers(people), SOON))
    words = {"subject": subject, "clock": one.clock.rule.name, "day": one.clock.last_day}
    url = page_of(subject.case_id)
    of = {
        "kind": kind_of(one),
        "reason": f"firing:{one.firing.pk}" if one.firing else f"late:{one.clock.pk}:{one.clock.late_at}",
        "urgent": urgent,
    }
    return [Message(to, subject, text % words, url, **of) for to, text in told]


def kind_of(one: Fired) -> MessageKind:
    """What a message outside the page says of it: 已超期 is said of offices alone."""
    if one.clock.late_at:
        return MessageKind.NEWS if one.subject.LATE_WORDS else MessageKind.OVERDUE
    return MessageKind.DUE_SOON


def heads_of(subject, people: People) -> Iterable[User]:
    """Who answers for the pressed unit. Of a card that waits for a judgement, whoever may give it."""
    if isinstance(subject, Card) and subject.is_judged:
        return subject.keepers(people)
    return subject.readers(people.heads_of(subject.unit_of_clocks)) or openers_of(subject, people)


def reported_to(subject, people: People) -> Iterable[User]:
    if isinstance(subject, Card) and subject.is_judged:
        return subject.keepers(people)
    return subject.readers(people.bearing(Role.DIRECTOR)) or openers_of(subject, people)


def openers_of(subject, people: People) -> Iterable[User]:
    """Those in the pressed unit who may open a restricted matter: told where nobody above them may."""
    roles = OPENERS[subject.restriction] if subject.restriction else ()
    return subject.readers(people.in_unit(subject.unit_of_clocks, *roles)) if roles else []


def issue(fired: list[Fired], people: People) -> list[Message]:
    """The cards of a batch, written in sets; what to tell the heads of the units."""
    if not fired:
        return []
    now = timezone.now()
    of_them = Round.objects.filter(among("case_id", {one.subject.case_id for one in fired}))
    rounds = dict(of_them.order_by("number").values_list("case_id", "pk"))
    cards = [
        Card(
            dossier_id=one.subject.dossier_id,
            case=one.subject.case,
            round_id=rounds[one.subject.case_id],
            clock=one.clock,
            firing=one.firing,
            unit=one.subject.unit_of_clocks,
            level=CARDS[Step(one.step)],
            issued_at=now,
            **one.subject.case.sight(),
        )
        for one in fired
    ]
    bulk.give_keys(cards)
    clocks.begin_all(cards, "card.answer", now)
    bulk.add(cards)
    history.record_all(
        [
            Line(card, "issue_card", card.state, {"level": card.level, "clock": card.clock.code})
            for card in cards
        ]
    )
    live.changed("cards", *{topic for card in cards for topic in card.topics()})
    of = {"kind": MessageKind.SUPERVISION}
    return [Message(card.keepers(people), card, card.call, card.url, **of) for card in cards]


def take_back_moved() -> int:
    """Withdraw the cards whose date has moved to a later day, so that they were not due. Returns how many."""
    moved = Card.objects.owed().filter(firing__withdrawn_at__isnull=False).order_by("pk")
    cards = list(moved.select_related("case", "unit", "clock__rule"))
    return sum(what_can([card], take_back, fault="card_not_taken_back") for card in cards)


def take_back(cards: list[Card]) -> int:
    for card in cards:
        withdraw_card(card, by=None, decision=gettext("期限已重新计算，还没有到期。"))
    return len(cards)


# --- The watch --------------------------------------------------------------------------------------------------------


def watched() -> datetime | None:
    """The database's clock, by which is swept; None while the watch holds.

    It is held when this process and the database disagree, or the wall clock went another way than the machine's
    uptime since the last sweep on it, by more than JUMP. A night in which nothing ran is no jump.
    """
    watch = ClockWatch.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    if watch.state == WatchState.HELD:
        return None
    boot, uptime = BOOT.read_text().strip(), time.clock_gettime(time.CLOCK_BOOTTIME)
    if why := jump(watch, now, boot, uptime):
        with suppress(MoveRefused):  # another worker was first
            hold_sweep(watch, why)
        return None
    watching = ClockWatch.objects.filter(pk=watch.pk, state=WatchState.RUNNING)
    watching.update(swept_at=now, boot=boot, uptime=uptime)
    return now


def jump(watch: ClockWatch, now: datetime, boot: str, uptime: float) -> str:
    """In words why the clocks cannot be trusted; empty where they can."""
    apart = timezone.now() - now
    if abs(apart) > JUMP:
        return gettext("后台进程的时钟与数据库相差%(minutes)d分钟。") % {
            "minutes": apart.total_seconds() // 60
        }
    if watch.swept_at and watch.boot == boot:
        stepped = (now - watch.swept_at).total_seconds() - (uptime - watch.uptime)
        if abs(stepped) > JUMP.total_seconds():
            return gettext("服务器时钟被调动了%(minutes)d分钟。") % {"minutes": stepped // 60}
    return ""


def lag() -> timedelta:
    """How long the clock that has waited longest has been waiting for the sweep: while all is well, not two minutes."""
    waiting = Clock.objects.filter(next_fire_at__lte=timezone.now()).order_by("next_fire_at")
    oldest = waiting.values_list("next_fire_at", flat=True).first()
    return timezone.now() - oldest if oldest else timedelta(0)

"""What happens in the hall: a number, a call, a conversation at the window, and where each matter goes from there."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, F, Q, Subquery, Value
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.models import Case, Party
from cases.states import MOST_REPRESENTATIVES, Channel, Route, Side
from intake.models import (
    Advice,
    Announcement,
    Arrival,
    CheckIn,
    Closing,
    HelpCall,
    Joining,
    Material,
    Notice,
    Pause,
    Queue,
    Receiver,
    Representative,
    Requirement,
    Screen,
    Settlement,
    Span,
    Ticket,
    TurnRule,
    new_board_code,
    of_visit,
)
from intake.states import (
    AT_WINDOW,
    LEFT_OVER,
    SPAN_OF,
    USUAL_MINUTES,
    Care,
    ClosingState,
    PauseState,
    Rank,
    ScreenKind,
    ScreenState,
    Signed,
    SpanKind,
    State,
    Turn,
    Way,
)
from kernel import clocks, history, live
from kernel.attachments import attach
from kernel.editing import editing, seen_token
from kernel.encryption import lookup_hash
from kernel.models import MessageKind
from kernel.moves import NEW, MoveRefused
from kernel.notifications import notify
from kernel.notifications import settle as settle_calls
from kernel.numbering import next_number
from kernel.transitions import moving, opening
from people.models import Person, Seat, Unit, Window
from people.persons import correct_person
from people.roles import Role
from people.services import known_person, register_organisation, register_person

log = structlog.get_logger(__name__)

FROM_A_SYSTEM = frozenset({Channel.HOTLINE, Channel.POLICE, Channel.ABOVE, Channel.COURT})
"""What comes by these channels stands in a system of others already, under its number there."""
DIGITS = "零一二三四五六七八九"


# --- The door -------------------------------------------------------------------------------------------------------


@transaction.atomic
def register(
    *,
    by,
    unit,
    head_count=1,
    care=Care.NONE,
    language="",
    appointment_at=None,
    representatives=(),
    card="",
    instead_of=None,
    screen=None,
    **visitor,
) -> Ticket:
    """Give a visitor the next number of the day. It waits only once it is printed or shown.

    `visitor` are the columns of a Person, or nothing for a bare number; `card` is a paper that was read without a
    name; `instead_of` a number that was not received before the hall closed; `screen` the kiosk where nobody of ours
    stood (`by` is None then). Numbers come last of all that may fail, so whoever registers at the same time waits for
    a moment only, and a registration that fails leaves no gap.
    """
    person = person_of(by=by, **visitor) if visitor else known_person(card)
    day = timezone.localdate()
    queue = open_queue(unit)
    if instead_of:
        refuse_used(instead_of)
    minutes = minutes_of(care, appointment_at, instead_of)
    ticket = Ticket(
        queue=queue,
        unit=unit,
        day=day,
        query_code=cases.new_query_code(),
        visitor=person,
        pin=pin_for(person),
        card="" if person else card,
        head_count=head_count,
        care=care,
        rank=Rank.CARE if care else Rank.ORDINARY,
        language=language,
        appointment_at=appointment_at,
        instead_of=instead_of,
        arrival=next_arrival(unit, day),
        number=next_number(f"ticket.{unit.pk}.{queue.prefix}", f"{day}"),
    )
    ticket.issued_at = timezone.now()  # after the numbers, so that times stand in their order
    ticket.turn_at = turn_at(ticket, ticket.issued_at, minutes)
    details = {"person": person and person.pk} | ({"screen": screen.pk} if screen else {})
    details |= {"instead_of": instead_of.pk} if instead_of else {}
    with opening(ticket, "register", by=by, details=details):
        choose(ticket, representatives)
    return ticket


def person_of(*, by, known=None, put_right=None, **visitor) -> Person:
    """The visitor as a person: `known` who came without papers, or as registered. `put_right` had another name."""
    if put_right:
        seen = seen_token(put_right, "correct_person", ["name"])
        correct_person(put_right, by=by, seen=seen, name=visitor["name"], note=_("来访登记时更正姓名"))
    return known or register_person(by=by, **visitor)


@transaction.atomic
def give_number(*, by, unit, way=Way.PRINTED, **visit) -> Ticket:
    """At the guide's desk and the kiosk: registered and in the visitor's hand with one press."""
    ticket = register(by=by, unit=unit, **visit)
    print_ticket(ticket, by=by, way=way)
    return ticket


def open_queue(unit) -> Queue:
    """The default queue, unless the hall has closed for today."""
    refuse_closed(unit)
    return default_queue()


def refuse_closed(unit):
    """Nobody comes to wait in a hall that has closed, or is just closing: the lock makes one wait for the other."""
    lock_hall(unit)
    if closings_of_today(unit).exists():
        raise MoveRefused(_("大厅今天已闭厅，不再取号。确需接待的，请先重新开厅。"))


def lock_hall(unit):
    """Before any visit of it."""
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)


def closings_of_today(unit):
    return Closing.objects.filter(unit=unit, day=timezone.localdate(), state=ClosingState.CLOSED)


def refuse_used(lapsed):
    """A number that was not received counts once. The lock makes the second of two wait for the first."""
    history.lock(lapsed.dossier_id)
    if lapsed.state != State.LAPSED or Ticket.objects.filter(instead_of=lapsed).exists():
        raise MoveRefused(_("原号 %(ticket)s 已经用过。") % {"ticket": lapsed})


def minutes_of(care, appointment_at, instead_of=None) -> dict[str, int]:
    """What the rules of the centre give to this visitor; who has nothing that brings them forward asks for none."""
    kinds = [care] * bool(care) + [Turn.APPOINTMENT, Turn.LATE] * bool(appointment_at)
    kinds += [Turn.LAPSED] * bool(instead_of)
    if not kinds:
        return {}
    kept = dict(TurnRule.objects.filter(kind__in=kinds).values_list("kind", "minutes"))
    return {kind: kept.get(kind, USUAL_MINUTES[Turn(kind)]) for kind in kinds}


def turn_at(ticket, since, minutes):
    """Since when somebody who came at `since` counts as waiting. Who is late for an appointment waits like all."""
    turns = [since]
    if ticket.care:
        turns.append(since - timedelta(minutes=minutes[ticket.care]))
    if Turn.LAPSED in minutes:
        turns.append(since - timedelta(minutes=minutes[Turn.LAPSED]))
    if ticket.appointment_at and since <= ticket.appointment_at + timedelta(minutes=minutes[Turn.LATE]):
        turns.append(ticket.appointment_at - timedelta(minutes=minutes[Turn.APPOINTMENT]))
    return min(turns)


def choose(ticket, representatives):
    """The few who speak for a group, in their order."""
    if len(representatives) > MOST_REPRESENTATIVES:
        raise MoveRefused(too_many())
    for place, representative in enumerate(representatives, start=1):
        Representative.objects.create(ticket=ticket, place=place, **representative)


def too_many() -> str:
    return _("代表不得超过 5 人（信访工作条例第二十条），请群众推选不超过 5 名代表。")


def next_arrival(unit, day) -> int:
    """The place in the order of a hall's day, over all its queues."""
    return next_number(f"arrival.{unit.pk}", f"{day}")


def pin_for(person) -> str:
    """Four digits for somebody who has neither telephone nor papers to prove by."""
    return "" if person and (person.phone or person.id_number) else f"{secrets.randbelow(10_000):04}"


def print_ticket(ticket, *, by, way=Way.PRINTED):
    """The visitor holds the number now, on paper or on a screen, and waits."""
    with moving(ticket, "print_ticket", by=by, note=Way(way).label):
        book(ticket, State.WAITING, by=by)


def cancel(ticket, *, by, note=""):
    """The number was given by mistake: it never waited, and counts nowhere."""
    with moving(ticket, "cancel", by=by, note=note):
        pass


@transaction.atomic
def identify(
    ticket,
    *,
    by,
    head_count=1,
    care=Care.NONE,
    language="",
    appointment_at=None,
    representatives=(),
    **visitor,
):
    """Say who the visitor is, after a bare number or a mistake. Once a matter is registered, its file says it."""
    visitor = with_card(visitor, ticket.card.plain)
    person = person_of(by=by, **visitor) if visitor else None
    details = {"person": [ticket.visitor_id, person and person.pk]}
    with moving(ticket, "identify", by=by, details=details):
        if matters_of(ticket).exists():
            raise MoveRefused(_("本次来访已登记事项，来访人请在事项中更正。"))
        was = ticket.care, ticket.appointment_at
        ticket.visitor, ticket.pin = person, pin_for(person)
        ticket.head_count, ticket.language = head_count, language
        ticket.care, ticket.rank = care, Rank.CARE if care else Rank.ORDINARY
        ticket.appointment_at = appointment_at
        if was != (care, appointment_at):
            minutes = minutes_of(care, appointment_at, ticket.instead_of_id)
            ticket.turn_at = turn_at(ticket, ticket.issued_at, minutes)
        ticket.representatives.all().delete()
        choose(ticket, representatives)


def with_card(visitor, card) -> dict:
    """A name without a paper takes the paper that was read at the door."""
    if card and visitor and not visitor.get("id_number") and not visitor.get("known"):
        return visitor | {"id_type": Person.IdType.RESIDENT, "id_number": card}
    return visitor


@transaction.atomic
def enter_afterwards(
    *, by, came_at, received_at, ended_at, note, head_count=1, care=Care.NONE, language="", **visitor
) -> Ticket:
    """A visit that stands on paper only (补录), with the times it had. It is marked, and its matters follow."""
    person = person_of(by=by, **visitor) if visitor else None
    queue, window, day = default_queue(), by.seat.window, timezone.localdate(came_at)
    ticket = Ticket(
        queue=queue,
        unit=window.unit,
        window=window,
        day=day,
        query_code=cases.new_query_code(),
        visitor=person,
        pin=pin_for(person),
        head_count=head_count,
        care=care,
        rank=Rank.CARE if care else Rank.ORDINARY,
        language=language,
        issued_at=came_at,
        turn_at=came_at,
        entered_afterwards=True,
        arrival=next_arrival(window.unit, day),
        number=next_number(f"ticket.{window.unit_id}.{queue.prefix}", f"{day}"),
    )
    details = {"person": person and person.pk}
    with opening(ticket, "enter_afterwards", by=by, note=note, details=details, at=ended_at):
        stretches = [(SpanKind.WAITING, came_at, received_at), (SpanKind.SERVED, received_at, ended_at)]
        for kind, started, ended in stretches:
            Span.objects.create(
                ticket=ticket, kind=kind, window=window, by=by, started_at=started, ended_at=ended
            )
        stand_in_the_record(ticket, Seat.objects.on(day))
    return ticket


def default_queue() -> Queue:
    return (
        Queue.objects.filter(is_default=True).first()
        or Queue.objects.get_or_create(prefix="A", defaults={"name": _("综合受理"), "is_default": True})[0]
    )


@transaction.atomic
def advise(*, by, unit, about="") -> Advice:
    """A question was answered at the guide's desk at once: counted, without a ticket."""
    refuse_strangers(unit, by)
    advice = Advice.objects.create(unit=unit, by=by, about=about)
    history.record(advice, "advise", by=by, note=about)
    live.changed("hall")
    return advice


def refuse_strangers(unit, by):
    """Raise MoveRefused for whoever does not work at the door of this hall today."""
    if refusal := Ticket.MOVES.named("register").why_not(Ticket(unit=unit, state=NEW), by):
        raise MoveRefused(refusal)


@transaction.atomic
def check_in(case, *, by, unit, party) -> CheckIn:
    """A party came for the mediation of today. Whoever holds the matter is told, also that both sides are there."""
    refuse_strangers(unit, by)
    last = cases.lock_file(case)
    if CheckIn.objects.today().filter(party=party).exists():
        raise MoveRefused(_("%(party)s今天已登记到场。") % {"party": party.masked})
    arrived = CheckIn.objects.create(case=case, party=party, by=by)
    sides = set(CheckIn.objects.today().filter(case=case).values_list("party__side", flat=True))
    both = {Side.APPLICANT, Side.RESPONDENT} <= sides
    came = _("双方已到") if both else _("%(side)s已到") % {"side": party.get_side_display()}
    history.record(case, "check_in", by=by, note=came, details={"party": party.pk})
    text = _("%(came)s：%(number)s") % {"came": came, "number": case.number}
    notify(last.keepers(), case, text, url=reverse("cases:detail", args=[case.pk]))
    live.changed("hall", *case.topics())
    return arrived


# --- Calling --------------------------------------------------------------------------------------------------------


@transaction.atomic
def call_next(window, *, by) -> Ticket | None:
    """Call the visitor who is next in this hall today, or return None when nobody waits.

    One statement chooses and locks; a row that another window is just calling is passed over, so any number of
    servers pressing together get as many different visitors. The dossier is locked with the ticket, because
    everybody else locks it first.
    """
    take_window(window, by)
    waiting = Ticket.objects.today().waiting().filter(unit=window.unit_id).for_window(window).in_order()
    locked = waiting.select_related("queue", "dossier").select_for_update(
        of=("self", "dossier"), skip_locked=True, no_key=True
    )
    ticket = locked.first()
    if ticket:
        call(ticket, by=by, window=window)
    return ticket


def take_window(window, by):
    """Lock a window, and refuse while it rests, while somebody is called there, or when `by` does not sit there."""
    Window.objects.select_for_update(no_key=True).get(pk=window.pk)
    seats = Seat.objects.today().filter(window=window, user=by)
    here = Ticket.objects.filter(window=window, state__in=AT_WINDOW).values("pk")
    seat = seats.annotate(is_paused=Exists(paused(window)), busy=Subquery(here[:1])).first()
    if seat is None:
        raise MoveRefused(_("您今天不在%(window)s值班。") % {"window": window})
    if seat.is_paused:
        raise MoveRefused(_("%(window)s正在暂停服务，请先恢复服务再叫号。") % {"window": window})
    if seat.busy:
        raise MoveRefused(
            _("%(window)s还在接待 %(ticket)s，请先结束、暂挂或过号。")
            % {"window": window, "ticket": Ticket.objects.select_related("queue").get(pk=seat.busy)}
        )


def paused(window):
    return Pause.objects.filter(window=window, day=timezone.localdate(), state=PauseState.PAUSED)


def call(ticket, *, by, window):
    """Call one visitor to a window, on the board and aloud. The record keeps why it was this one."""
    why = ticket.why_next(timezone.now())
    with moving(ticket, "call", by=by, note=why, details={"window": window.number}):
        ticket.window = window
        book(ticket, State.CALLED, by=by)
        announce(ticket)


def recall(ticket, *, by):
    """Call the same visitor again."""
    with moving(ticket, "recall", by=by):
        announce(ticket)


def announce(ticket):
    Announcement.objects.create(
        ticket=ticket, window=ticket.window, unit_id=ticket.unit_id, text=spoken(ticket, ticket.window)
    )


def spoken(ticket, window) -> str:
    """请A零一二号，到3号窗口: digits one by one, as a voice reads them best."""
    digits = "".join(DIGITS[int(digit)] for digit in f"{ticket.number:03}")
    return _("请%(prefix)s%(digits)s号，到%(window)d号窗口") % {
        "prefix": ticket.queue.prefix,
        "digits": digits,
        "window": window.number,
    }


def undo_call(ticket, *, by):
    """Take a call back: the visitor keeps the old place."""
    with moving(ticket, "undo_call", by=by):
        live.changed(*ticket.topics())
        ticket.window = None
        book(ticket, State.WAITING, by=by)


def no_show(ticket, *, by):
    """Called and not come."""
    with moving(ticket, "no_show", by=by):
        book(ticket, State.NO_SHOW, by=by)


@transaction.atomic
def rejoin(ticket, *, by):
    """Somebody who missed the call is here after all, and waits again, behind those of the same class."""
    refuse_closed(ticket.unit)
    with moving(ticket, "rejoin", by=by):
        refuse_other_day(ticket)
        ticket.window, ticket.arrival = None, next_arrival(ticket.unit, ticket.day)
        ticket.appointment_at = None
        ticket.turn_at = turn_at(ticket, timezone.now(), minutes_of(ticket.care, None))
        book(ticket, State.WAITING, by=by)


@transaction.atomic
def transfer(ticket, *, by, seat, note):
    """To another window, or to the mediator who sits there. The visitor keeps the old place in the queue."""
    refuse_closed(ticket.unit)
    with moving(ticket, "transfer", by=by, note=note, details={"window": seat.window.number}):
        refuse_other_day(ticket)
        if ticket.window_id == seat.window_id and ticket.state != State.WAITING:
            raise MoveRefused(_("%(ticket)s已经在%(window)s。") % {"ticket": ticket, "window": seat.window})
        if paused(seat.window).exists():
            raise MoveRefused(_("%(window)s正在暂停服务，请转其他窗口。") % {"window": seat.window})
        live.changed(*ticket.topics())
        ticket.window, ticket.meant_for = None, seat.window
        book(ticket, State.WAITING, by=by)


def refuse_other_day(ticket):
    if ticket.day != timezone.localdate():
        raise MoveRefused(_("%(ticket)s不是今天的号，请重新取号。") % {"ticket": ticket})


def heard(announcement):
    """A screen has spoken a call. Said once; later ones change nothing."""
    with transaction.atomic():
        fresh = Announcement.objects.unheard().filter(pk=announcement.pk)
        if fresh.update(heard_at=timezone.now()):
            live.changed(f"window:{announcement.window_id}")


# --- Screens --------------------------------------------------------------------------------------------------------


def offer_screen(*, kind=ScreenKind.BOARD) -> Screen:
    """A screen shows six digits and waits to be paired. Offers that nobody took up make room."""
    with transaction.atomic():
        old = timezone.now() - Screen.UNTIL
        Screen.objects.filter(state=ScreenState.OFFERED, offered_at__lt=old).update(code=F("secret"))
        screen = Screen(kind=kind, code=f"{secrets.randbelow(1_000_000):06}")
        with opening(screen, "offer_screen", by=None):
            pass
    return screen


@transaction.atomic
def pair_screen(*, by, unit, code, name="") -> Screen:
    """Whoever stands before the screen reads the code, and types it: from now on it belongs to the hall."""
    since = timezone.now() - Screen.UNTIL
    screen = Screen.objects.filter(code=code, state=ScreenState.OFFERED, offered_at__gte=since).first()
    if screen is None:
        raise MoveRefused(_("没有屏幕在显示这个配对码。请核对屏幕上的 6 位数字，过期的请在屏幕上重新获取。"))
    with moving(screen, "pair_screen", by=by):
        if unit.pk not in by.unit_ids:
            raise MoveRefused(_("只有本大厅的工作人员可以配对屏幕。"))
        screen.unit, screen.name = unit, name or screen.get_kind_display()
        live.changed("screens")
    return screen


def unpair_screen(screen, *, by):
    """The screen shows nothing of the hall any more."""
    with moving(screen, "unpair_screen", by=by):
        screen.secret = new_board_code()


# --- The day --------------------------------------------------------------------------------------------------------


@transaction.atomic
def pause(window, *, by, reason="", with_the_hall=False) -> Pause:
    """The window calls nobody for a while. Whoever is there is served to the end."""
    Window.objects.select_for_update(no_key=True).get(pk=window.pk)
    if paused(window).exists():
        raise MoveRefused(_("%(window)s已经暂停服务。") % {"window": window})
    pause = Pause(unit=window.unit, window=window, reason=reason, with_the_hall=with_the_hall)
    with opening(pause, "pause", by=by, note=reason):
        release(window)
    return pause


def release(window):
    """Who was sent to a window that rests now may be called by any other."""
    Ticket.objects.today().waiting().filter(meant_for=window).update(meant_for=None)


def end_pause(pause, *, by):
    """The window calls again."""
    with moving(pause, "end_pause", by=by):
        pass


@transaction.atomic
def pause_hall(*, by, unit, reason) -> list[Pause]:
    """All windows of the hall that do not rest yet rest together, as over lunch."""
    at_work = Window.objects.filter(unit=unit).exclude(pk__in=resting(unit).values("window"))
    windows = list(at_work.order_by("pk"))
    if not windows:
        raise MoveRefused(_("大厅的窗口都已暂停服务。"))
    return [pause(window, by=by, reason=reason, with_the_hall=True) for window in windows]


@transaction.atomic
def end_pause_of_hall(*, by, unit) -> int:
    """The windows that began to rest together call again; one that rests for a reason of its own stays."""
    together = resting_together(unit).order_by("dossier")
    if not together:
        raise MoveRefused(_("没有全厅一起暂停的窗口。"))
    for one in together:
        end_pause(one, by=by)
    return len(together)


def resting(unit):
    return Pause.objects.filter(unit=unit, day=timezone.localdate(), state=PauseState.PAUSED)


def resting_together(unit):
    return resting(unit).filter(with_the_hall=True)


@transaction.atomic
def close_hall(*, by, unit, advice) -> Closing:
    """The end of the day: whoever is left over is told what to do, and counts in no average."""
    lock_hall(unit)
    at_windows = Ticket.objects.today().filter(unit=unit, state__in=AT_WINDOW).select_related("window")
    if busy := [ticket.window.name for ticket in at_windows]:
        raise MoveRefused(_("%(windows)s还在接待，请先结束接待再闭厅。") % {"windows": "、".join(busy)})
    if closings_of_today(unit).exists():
        raise MoveRefused(_("大厅今天已经闭厅。"))
    closing = Closing(unit=unit, advice=advice)
    with opening(closing, "close_hall", by=by, note=advice):
        for ticket in Ticket.objects.today().filter(unit=unit, state__in=LEFT_OVER).order_by("dossier"):
            lapse(ticket, by=by, note=advice)
    return closing


def lapse(ticket, *, by, note):
    """Not received before the hall closed, and why."""
    with moving(ticket, "lapse", by=by, note=note):
        book(ticket, State.LAPSED, by=by)


def lapse_left_overs():
    """What a hall forgot to close on an earlier day. Run every night; one that cannot be closed stops no other."""
    for ticket in Ticket.objects.filter(day__lt=timezone.localdate(), state__in=LEFT_OVER | AT_WINDOW):
        try:
            lapse(ticket, by=None, note=_("当日未办结，夜间自动闭厅。"))
        except MoveRefused as refusal:
            log.warning("visit_not_lapsed", ticket=ticket.pk, why=str(refusal))


def reopen_hall(closing, *, by):
    """Closed by mistake: numbers are given again. Who was sent home stays so."""
    with moving(closing, "reopen_hall", by=by):
        pass


def post_notice(*, by, unit, text, until=None) -> Notice:
    """A line on the board of the hall."""
    notice = Notice(unit=unit, text=text, until=until)
    with opening(notice, "post_notice", by=by, note=text):
        pass
    return notice


def withdraw_notice(notice, *, by):
    with moving(notice, "withdraw_notice", by=by):
        pass


@transaction.atomic
def call_help(*, by, unit, window=None) -> HelpCall:
    """The quiet button: no sound here, and a message at once to whoever is on call."""
    help_call = HelpCall(unit=unit, window=window, by=by)
    with opening(help_call, "call_help", by=by):
        text = _("%(place)s求助，请立即到场（%(by)s）") % {"place": help_call, "by": by}
        url = reverse("intake:answer_help", args=[help_call.pk])
        notify(help_call.people(), help_call, text, url=url, kind=MessageKind.HELP, urgent=True)
    return help_call


def answer_help(help_call, *, by, note=""):
    """Somebody is there, and what it was."""
    with moving(help_call, "answer_help", by=by, note=note):
        settle_calls(help_call)


@transaction.atomic
def change_turn_rule(rule, *, by, seen, minutes) -> None:
    """How far a rule brings somebody forward, from the next number on."""
    if Role.DIRECTOR not in by.roles:
        raise MoveRefused(_("叫号规则由中心主任修改。"))
    with editing(rule, "change_turn_rule", by=by, seen=seen, minutes=minutes):
        pass


# --- At the window --------------------------------------------------------------------------------------------------


def receive(ticket, *, by):
    """The conversation begins. Whoever sits at the window today stands in the record as a receiver."""
    with moving(ticket, "receive", by=by):
        stand_in_the_record(ticket, Seat.objects.today())
        book(ticket, State.SERVING, by=by)


def stand_in_the_record(ticket, seats):
    """All who sat at the window of a visit are its receivers."""
    Receiver.objects.bulk_create(
        [
            Receiver(ticket=ticket, user_id=seat.user_id, role=seat.role)
            for seat in seats.filter(window=ticket.window)
        ],
        ignore_conflicts=True,
    )


def hold(ticket, *, by, note):
    """Lay a visit aside for a while; the window is free for the next."""
    with moving(ticket, "hold", by=by, note=note):
        book(ticket, State.HELD, by=by)


@transaction.atomic
def resume(ticket, *, by):
    if ticket.window:  # whoever is at none is not held there, and the table of moves says so
        take_window(ticket.window, by)
    with moving(ticket, "resume", by=by):
        book(ticket, State.SERVING, by=by)


def finish(ticket, *, by, note=""):
    """The conversation is over. Where no matter was registered, a note says what it was about."""
    with moving(ticket, "finish", by=by, note=note):
        if not note and not matters_of(ticket).exists():
            raise MoveRefused(_("本次来访没有登记事项，请写明接待情况。"))
        book(ticket, State.SERVED, by=by)


def leave(ticket, *, by, note):
    """The visitor goes before the end, and why."""
    with moving(ticket, "leave", by=by, note=note):
        book(ticket, State.LEFT, by=by)


def book(ticket, state, *, by):
    """Write the ledger: what ran ends now, and what `state` asks for begins in the same instant."""
    now = timezone.now()
    ticket.spans.open().update(ended_at=Greatest(F("started_at"), Value(now)))
    if kind := SPAN_OF.get(state):
        Span.objects.create(ticket=ticket, kind=kind, window=ticket.window, by=by, started_at=now)


def matters_of(ticket):
    """The matters of a visit: they share its query code, or the visit joined them.

    Restricted ones are left out: what is asked or refused because of them would tell that there is one.
    """
    return Case.objects.filter(of_visit(ticket), restriction="")


@transaction.atomic
def join(ticket, *, by, case, said, again=False):
    """The same matter once more: the visit joins it, and no twin is opened. Its keepers learn of the visit.

    A closed matter that happened again goes through once more as its next round.
    """
    details = {"case": case.number}
    with moving(ticket, "join", by=by, note=said, details=details):
        if ticket.visitor is None:
            raise MoveRefused(_("请先登记来访人，再登记事项。"))
        if matters_of(ticket).filter(pk=case.pk).exists():
            raise MoveRefused(_("%(case)s已经是本次来访的事项。") % {"case": case.number})
        Joining.objects.create(ticket=ticket, case=case, by=by)
        cases.answer_to(case, ticket.query_code, tail_hash=lookup_hash("pin", ticket.pin.plain))
        last = cases.lock_file(case)
        if again:
            last = cases.reopen(case, by=by, unit=last.unit, route=last.route, reason=said)
        history.record(case, "join_visit", by=by, note=said, details={"ticket": f"{ticket.day} {ticket}"})
        text = _("当事人再次来访：%(number)s") % {"number": case.number}
        notify(last.keepers(), case, text, url=reverse("cases:detail", args=[case.pk]))
        live.changed(*case.topics())


# --- Triage ---------------------------------------------------------------------------------------------------------


def triage(ticket, *, by, **matter) -> Case:
    """Register a matter of the visit and put it in front of its desk; one visit may have several."""
    details: dict[str, str] = {}
    with moving(ticket, "triage", by=by, details=details):
        if ticket.visitor is None:
            raise MoveRefused(_("请先登记来访人，再登记事项。"))
        case = register_matter(
            by=by,
            unit=ticket.unit,
            parties=who_came(ticket, by=by),
            query_code=ticket.query_code,
            tail_hash=lookup_hash("pin", ticket.pin.plain),
            **matter,
        )
        if not case.restriction:  # the history of a visit does not betray an isolated file
            details |= {"case": case.number}
    return case


def who_came(ticket, *, by) -> list[dict]:
    """The applicants of a visit: the visitor, and of a group the few who speak for it."""
    visitor = {"side": Side.APPLICANT, "person": ticket.visitor, "name": ticket.visitor.name}
    parties = [visitor]
    for one in ticket.representatives.all() if ticket.head_count > 1 else ():
        if one.name == ticket.visitor.name:
            visitor["is_representative"] = True
            continue
        person = spoke_before(ticket, one) or register_person(
            by=by, name=one.name, id_type=Person.IdType.NONE, phone=one.phone.plain
        )
        parties.append(
            {"side": Side.APPLICANT, "person": person, "name": person.name, "is_representative": True}
        )
    return parties


def spoke_before(ticket, representative) -> Person | None:
    """Who stands for a group in an earlier matter of the same visit is one person in all of them."""
    spoke = Party.objects.filter(case__query_code=ticket.query_code, is_representative=True)
    people = (party.person for party in spoke if party.person.name == representative.name)
    return next((one for one in people if one.phone.plain == representative.phone.plain), None)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A matter to which no visit leads. `pin` is the tail for whoever told it and has no telephone."""

    case: Case
    pin: str


def triage_briefly(ticket, *, by, named, line, **matter) -> Arrived:
    """A matter that few may know of: the window notes one line and guides, and cannot open it afterwards.

    Without a name nothing leads from the matter to the visit: it has a code of its own, and a tail.
    """
    with moving(ticket, "triage", by=by):
        if named and ticket.visitor is None:
            raise MoveRefused(_("来访人还没有登记姓名，请选“不署名”，或先登记来访人。"))
        pin = "" if named else pin_for(None)
        told = {"applicant": ticket.visitor, "query_code": ticket.query_code} if named else {}
        case = cases.open_case(
            by=by,
            unit=ticket.unit,
            area=ticket.unit.area,
            title=line,
            tail_hash=lookup_hash("pin", pin or ticket.pin.plain),
            **told,
            **matter,
        )
    return Arrived(case, pin)


def register_matter(
    *,
    by,
    unit,
    outlet,
    parties=(),
    respondent=None,
    restriction="",
    contacts=(),
    outcome="",
    said="",
    **matter,
) -> Case:
    """A matter in front of its desk, whichever door it came in by.

    `respondent` is {"kind", "name"} of the other side. A matter that the window handles itself is taken at once by
    whoever works there, and settled at once where an outcome is given.
    """
    others = [party_of(respondent, by=by, in_secret=bool(restriction))] if respondent else []
    case = cases.open_case(
        by=by, unit=unit, outlet=outlet, parties=[*parties, *others], restriction=restriction, **matter
    )
    for contact in contacts:
        cases.keep_contact(case, by=by, **contact)
    if outlet.route == Route.INTAKE and may_take_up(case, by):
        settlement = take_up(case.latest_round(), by=by)
        if outcome:
            settle(settlement, by=by, outcome=outcome, said=said)
    return case


@transaction.atomic
def replace_party(party, *, by, reason, **papers) -> Arrived:
    """Somebody else than was registered, as when a husband's card was read for his wife. Visits of theirs follow.

    Persons are locked before visits, and visits before matters. No visit tells of a restricted matter.
    """
    case, former = party.case, party.person
    person = register_person(by=by, in_secret=bool(case.restriction), **papers)
    history.lock_all([former.dossier_id, person.dossier_id])
    visits = [] if case.restriction else list(visits_about(case).filter(visitor=former))
    history.lock_all([visit.dossier_id for visit in visits])
    cases.replace_party(party, by=by, person=person, reason=reason)
    pin = "" if case.tail_hash or party.side != Side.APPLICANT else pin_for(person)
    if pin:
        case.tail_hash = lookup_hash("pin", pin)
        case.save(update_fields=["tail_hash"])
    for visit in visits:
        visit.visitor, visit.pin = person, pin or visit.pin.plain
        visit.save(update_fields=["visitor", "pin"])
        history.record(visit, "replace_party", by=by, details={"person": [former.pk, person.pk]})
        live.changed(*visit.topics())
    return Arrived(case, pin)


def visits_about(case):
    """The visits in which a matter was told: its first one, and those that joined it."""
    joined = Joining.objects.filter(case=case).values("ticket")
    return Ticket.objects.filter(Q(query_code=case.query_code) | Q(pk__in=joined)).order_by("dossier")


@transaction.atomic
def read_back(visit, *, by, party, signed, witness="", signature=None) -> None:
    """The record was read to an applicant (信访工作条例 19). Names stand in the note: details hold none."""
    if not visit.concerns(by):
        raise MoveRefused(_("只有接待人员和办理单位可以登记宣读情况。"))
    note = str(Signed(signed).label)
    if witness:
        note = _("%(signed)s，见证人%(witness)s") % {"signed": note, "witness": witness}
    details = {"party": party.pk, "signed": signed}
    cases.lock_file(visit.case)
    if signature:
        details["attachment"] = attach(visit.case, signature, by=by).pk
    history.record(visit.case, "read_back", by=by, note=note, details=details)
    live.changed(*visit.case.topics())


def keep_signed(visit, slug, *, by, printing, scan) -> None:
    """A paper of the hall came back signed."""
    if not visit.concerns(by):
        raise MoveRefused(_("只有接待人员和办理单位可以上传已签扫描件。"))
    cases.keep_signed(visit.case, visit.case, by=by, printing=printing, scan=scan, paper=slug)


@transaction.atomic
def receive_materials(case, *, by, rows) -> list[Material]:
    """What the visitor handed over goes onto the list, one row each. Originals may go back at once."""
    return [receive_material(case, by=by, **row) for row in rows]


@transaction.atomic
def receive_material(
    case, *, by, name, kind, pages, copies, party=None, returned=False, scan=None
) -> Material:
    cases.lock_file(case)
    material = Material(case=case, name=name, kind=kind, pages=pages, copies=copies, party=party, by=by)
    with opening(material, "receive_material", by=by, note=name):
        pass
    if scan:
        scan_material(material, by=by, scan=scan)
    if returned:
        return_material(material, by=by, returned_on=timezone.localdate())
    return material


def correct_material(material, *, by, seen, **changes) -> None:
    """Put right what was entered. The list that was signed keeps what stood there; print it again."""
    refuse_unless(material, "correct_material", by=by)
    with editing(material, "correct_material", by=by, seen=seen, note=material.name, **changes):
        pass


def refuse_unless(subject, verb, *, by) -> None:
    if refusal := subject.MOVES.named(verb).why_not(subject, by):
        raise MoveRefused(refusal)


def scan_material(material, *, by, scan) -> None:
    """A scan or photo of what was handed over. The last one counts; earlier ones stay in the file."""
    with moving(material, "scan_material", by=by, note=material.name):
        material.scan = attach(material.case, scan, by=by)


def return_material(material, *, by, returned_on) -> None:
    with moving(material, "return_material", by=by, note=material.name):
        material.returned_on = returned_on


def void_material(material, *, by, note) -> None:
    """It was entered by mistake: it stays in the history and leaves the list."""
    with moving(material, "void_material", by=by, note=f"{material.name}：{note}"):
        pass


@transaction.atomic
def require_materials(case, *, by, rows) -> list[Requirement]:
    """What is still missing is told all at once, and stands in the file as it was told."""
    return [require_material(case, by=by, **row) for row in rows]


@transaction.atomic
def require_material(case, *, by, name, how="", due_on=None) -> Requirement:
    cases.lock_file(case)
    requirement = Requirement(case=case, name=name, how=how, due_on=due_on, by=by)
    told = "，".join(filter(None, [name, how, due_on and _("%(day)s前") % {"day": due_on}]))
    with opening(requirement, "require_material", by=by, note=told):
        pass
    return requirement


def supply_material(requirement, *, by) -> None:
    """It came; what exactly was handed over stands on the list of materials."""
    with moving(requirement, "supply_material", by=by, note=requirement.name):
        pass


def void_requirement(requirement, *, by, note) -> None:
    """It is not needed after all, or was entered by mistake."""
    with moving(requirement, "void_requirement", by=by, note=f"{requirement.name}：{note}"):
        pass


def may_take_up(waiting, user) -> bool:
    """Whether somebody takes up what waits at its window: a case or a round."""
    return Settlement.MOVES.named("take_up").allows(Settlement(unit=waiting.unit, state=NEW), user)


def party_of(respondent, *, by, in_secret) -> dict:
    """The other side as a party: a firm or body once by its name, a person by what the visitor knows of them."""
    if respondent["kind"] == "organisation":
        organisation = register_organisation(name=respondent["name"], in_secret=in_secret)
        return {"side": Side.RESPONDENT, "organisation": organisation, "name": organisation.name}
    person = register_person(
        by=by,
        name=respondent["name"],
        id_type=Person.IdType.NONE,
        phone=respondent.get("phone", ""),
        in_secret=in_secret,
    )
    return {"side": Side.RESPONDENT, "person": person, "name": person.name}


# --- Doors without a ticket ------------------------------------------------------------------------------------------


def register_arrival(
    *,
    by,
    unit,
    channel,
    came_at,
    outside_number="",
    restriction="",
    reply_by=None,
    name="",
    phone="",
    scan=None,
    **matter,
) -> Arrived:
    """A matter that came by telephone, letter or from another system. Its number is registered once in its channel.

    The clocks begin when it came in, which the law counts from, and not when it was typed.
    """
    with cases.once(
        "case_outside_number_once", _("这个来件编号已经登记过，不再重复登记。请打开原来的事项办理。")
    ):
        told = {"name": name, "phone": phone, "id_type": Person.IdType.NONE}
        person = register_person(by=by, in_secret=bool(restriction), **told) if name else None
        pin = pin_for(person)
        case = register_matter(
            by=by,
            unit=unit,
            applicant=person,
            channel=channel,
            outside_number=outside_number,
            restriction=restriction,
            opened_at=came_at,
            tail_hash=lookup_hash("pin", pin),
            **matter,
        )
        arrival = Arrival(case=case, unit=unit, came_at=came_at, reply_by=reply_by)
        if channel in FROM_A_SYSTEM:
            receive_from_above(arrival, by=by)
        else:
            with opening(arrival, "register_arrival", by=by, at=came_at):
                pass
        if scan:
            attach(case, scan, by=by)
        if reply_by:
            paper = case.get_channel_display()
            clocks.give(case.latest_round(), "case.reply_by", last_day=reply_by, at=came_at, source=paper)
    return Arrived(case, pin)


def receive_from_above(arrival, *, by):
    """It came from a system that has it already, since a moment that is kept."""
    arrival.entered_at = arrival.came_at
    with opening(arrival, "receive_from_above", by=by, at=arrival.came_at):
        pass


def enter_above(arrival, *, by, above_number, entered_at):
    """It was typed into the system of the levels above, and has that number there."""
    text = _("上级系统编号 %(number)s 已在另一件事项上，请核对。") % {"number": above_number}
    with cases.once("case_above_number_once", text), moving(arrival, "enter_above", by=by, note=above_number):
        arrival.entered_at = entered_at
        arrival.case.above_number = above_number
        arrival.case.save(update_fields=["above_number"])
        cases.refresh_words(arrival.case)


# --- The window's own matters ---------------------------------------------------------------------------------------


@transaction.atomic
def take_up(round, *, by) -> Settlement:
    """The window takes a matter that waits for it: a new one, or one that a desk sent back."""
    cases.take(round, by=by)
    if round.route != Route.INTAKE:
        raise MoveRefused(
            _("%(round)s已流转到%(route)s。") % {"round": round, "route": round.get_route_display()}
        )
    settlement = Settlement(case=round.case, round=round, unit=round.unit, handler=by)
    with opening(settlement, "take_up", by=by):
        pass
    return settlement


def settle(settlement, *, by, outcome, said):
    """Advice was answered, or a dispute settled, at the window. Somebody else follows up."""
    with moving(settlement, "settle", by=by, note=said):
        settlement.said, settlement.ended_at = said, timezone.now()
        cases.resolve(settlement.round, by=by, outcome=outcome)


def send_on(settlement, *, by, route, to_unit: Unit, note):
    """Not for the window after all: to another desk, with a word why."""
    with moving(settlement, "send_on", by=by, note=note):
        if route == Route.INTAKE:
            raise MoveRefused(_("本件已在窗口，请选择其他办理窗口。"))
        settlement.ended_at = timezone.now()
        cases.reroute(settlement.round, by=by, route=route, unit=to_unit, note=note)


def pass_on(settlement, *, by, to, note=""):
    """Give a matter of the window to a colleague while somebody is on leave."""
    cases.pass_on(settlement, by=by, to=to, note=note)

"""What happens in the hall: a number, a call, a conversation at the window, and where each matter goes from there."""

import secrets

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.models import Case
from cases.states import Route, Side
from intake.models import Announcement, Board, Queue, Receiver, Settlement, Span, Ticket
from intake.states import AT_WINDOW, SPAN_OF, Care, Rank, State, Way
from kernel import live
from kernel.encryption import lookup_hash
from kernel.moves import MoveRefused
from kernel.numbering import next_number
from kernel.transitions import moving, opening
from people.models import Seat, Unit, Window
from people.services import register_organisation, register_person

DIGITS = "零一二三四五六七八九"


# --- The door -------------------------------------------------------------------------------------------------------


@transaction.atomic
def register(*, by, unit, head_count=1, care=Care.NONE, language="", **visitor) -> Ticket:
    """Give a visitor the next number of the day. It waits only once it is printed or shown.

    `visitor` are the columns of a Person, or nothing for a bare number. Numbers come last of all that may fail, so
    whoever registers at the same time waits for a moment only, and a registration that fails leaves no gap.
    """
    person = register_person(by=by, **visitor) if visitor else None
    queue, day = default_queue(), timezone.localdate()
    ticket = Ticket(
        queue=queue,
        unit=unit,
        day=day,
        query_code=cases.new_query_code(),
        visitor=person,
        pin=pin_for(person),
        head_count=head_count,
        care=care,
        rank=Rank.CARE if care else Rank.ORDINARY,
        language=language,
        arrival=next_arrival(unit, day),
        number=next_number(f"ticket.{unit.pk}.{queue.prefix}", f"{day}"),
    )
    with opening(ticket, "register", by=by, details={"person": person and person.pk}):
        pass
    return ticket


def default_queue() -> Queue:
    return (
        Queue.objects.filter(is_default=True).first()
        or Queue.objects.get_or_create(prefix="A", defaults={"name": _("综合受理"), "is_default": True})[0]
    )


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
def identify(ticket, *, by, head_count=1, care=Care.NONE, language="", **visitor):
    """Say who the visitor is, after a bare number or a mistake. Once a matter is registered, its file says it."""
    person = register_person(by=by, **visitor) if visitor else None
    details = {"person": [ticket.visitor_id, person and person.pk]}
    with moving(ticket, "identify", by=by, details=details):
        if matters_of(ticket).exists():
            raise MoveRefused(_("本次来访已登记事项，来访人请在事项中更正。"))
        ticket.visitor, ticket.pin = person, pin_for(person)
        ticket.head_count, ticket.language = head_count, language
        ticket.care, ticket.rank = care, Rank.CARE if care else Rank.ORDINARY


# --- Calling --------------------------------------------------------------------------------------------------------


@transaction.atomic
def call_next(window, *, by) -> Ticket | None:
    """Call the visitor who is next in this hall today, or return None when nobody waits.

    One statement chooses and locks; a row that another window is just calling is passed over, so any number of
    servers pressing together get as many different visitors. The dossier is locked with the ticket, because
    everybody else locks it first.
    """
    take_window(window, by)
    waiting = Ticket.objects.today().waiting().filter(unit=window.unit_id).in_order()
    locked = waiting.select_related("queue", "dossier").select_for_update(
        of=("self", "dossier"), skip_locked=True, no_key=True
    )
    ticket = locked.first()
    if ticket:
        call(ticket, by=by, window=window)
    return ticket


def take_window(window, by):
    """Lock a window, and refuse while somebody is called there, or when `by` does not sit there today."""
    Window.objects.select_for_update(no_key=True).get(pk=window.pk)
    if not Seat.objects.today().filter(window=window, user=by).exists():
        raise MoveRefused(_("您今天不在%(window)s值班。") % {"window": window})
    busy = Ticket.objects.filter(window=window, state__in=AT_WINDOW).select_related("queue").first()
    if busy:
        raise MoveRefused(
            _("%(window)s还在接待 %(ticket)s，请先结束、暂挂或过号。") % {"window": window, "ticket": busy}
        )


def call(ticket, *, by, window):
    """Call one visitor to a window, on the board and aloud."""
    with moving(ticket, "call", by=by, details={"window": window.number}):
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


def rejoin(ticket, *, by):
    """Somebody who missed the call is here after all, and waits again, behind those of the same class."""
    with moving(ticket, "rejoin", by=by):
        refuse_other_day(ticket)
        ticket.window, ticket.arrival = None, next_arrival(ticket.unit, ticket.day)
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


def open_board(*, by, unit) -> Board:
    """The public screen of a hall; made when it is first asked for."""
    if not Ticket(unit=unit).is_of_the_unit(by):
        raise MoveRefused(_("只有本大厅的工作人员可以打开叫号大屏。"))
    return Board.objects.filter(unit=unit).first() or Board.objects.create(unit=unit, name=_("叫号大屏"))


# --- At the window --------------------------------------------------------------------------------------------------


def receive(ticket, *, by):
    """The conversation begins. Whoever sits at the window today stands in the record as a receiver."""
    with moving(ticket, "receive", by=by):
        seats = Seat.objects.today().filter(window=ticket.window)
        Receiver.objects.bulk_create(
            [Receiver(ticket=ticket, user_id=seat.user_id, role=seat.role) for seat in seats],
            ignore_conflicts=True,
        )
        book(ticket, State.SERVING, by=by)


def hold(ticket, *, by, note):
    """Lay a visit aside for a while; the window is free for the next."""
    with moving(ticket, "hold", by=by, note=note):
        book(ticket, State.HELD, by=by)


@transaction.atomic
def resume(ticket, *, by):
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
    """The matters of a visit: they share its query code."""
    return Case.objects.filter(query_code=ticket.query_code)


# --- Triage ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def triage(
    ticket, *, by, outlet, to_unit, respondent=None, contacts=(), outcome="", said="", **matter
) -> Case:
    """Register a matter of the visit and put it in front of its desk; one visit may have several.

    `respondent` is {"kind", "name"} of the other side. A matter that the window handles itself is taken at once,
    and settled at once where an outcome is given.
    """
    parties = [party_of(respondent, by=by)] if respondent else []
    details: dict[str, str] = {}
    with moving(ticket, "triage", by=by, details=details):
        if ticket.visitor is None:
            raise MoveRefused(_("请先登记来访人，再登记事项。"))
        case = cases.open_case(
            by=by,
            unit=ticket.unit,
            to_unit=to_unit,
            outlet=outlet,
            applicant=ticket.visitor,
            parties=parties,
            query_code=ticket.query_code,
            tail_hash=lookup_hash("pin", ticket.pin.plain),
            **matter,
        )
        if not case.restriction:  # the history of a visit does not betray an isolated file
            details |= {"case": case.number}
        for contact in contacts:
            cases.log_contact(case, by=by, **contact)
        if outlet.route == Route.INTAKE:
            settlement = take_up(case.latest_round(), by=by)
            if outcome:
                settle(settlement, by=by, outcome=outcome, said=said)
    return case


def party_of(respondent, *, by) -> dict:
    """The other side as a party: a firm or body once by its name, a person by what the visitor knows of them."""
    if respondent["kind"] == "organisation":
        organisation = register_organisation(name=respondent["name"])
        return {"side": Side.RESPONDENT, "organisation": organisation, "name": organisation.name}
    person = register_person(
        by=by, name=respondent["name"], id_type="none", phone=respondent.get("phone", "")
    )
    return {"side": Side.RESPONDENT, "person": person, "name": person.name}


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

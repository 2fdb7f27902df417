"""What happens to every matter, whichever desk handles it.

Desks call these from their own verbs. A case in hand leaves its desk only by a verb of that desk.
"""

import secrets
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any

from celery import current_app
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.clock_book import changes, with_year, written
from cases.models import (
    Agent,
    Barred,
    Book,
    CallBack,
    Card,
    Case,
    ClockBook,
    ClockWatch,
    Conference,
    ContactEntry,
    Deferral,
    FollowUp,
    FurtherCode,
    Instruction,
    Invitation,
    Party,
    Rating,
    Request,
    Restricting,
    Round,
    Sight,
    Transfer,
    UnderCase,
)
from cases.selectors import units_that_open
from cases.states import (
    OF_THE_DESK,
    SIGNED,
    Aim,
    Answer,
    ConferenceState,
    DeferralKind,
    DeferralState,
    Outcome,
    Route,
    Side,
    State,
    Urgency,
)
from kernel import attachments, calendar, clocks, history, live, notifications
from kernel.calendar import DAY, NamedDay, midnight
from kernel.editing import Conflict, editing, stale_fields
from kernel.models import Attachment, CalendarVersion, ClockRule, MessageKind
from kernel.moments import NEVER
from kernel.moves import MoveRefused
from kernel.notifications import Message
from kernel.numbering import next_number
from kernel.rotation import unfrozen
from kernel.transitions import moving, opening
from kernel.veil import Veiled
from kernel.words import searched
from people.models import Guardian, Person, Unit, User
from people.persons import correct_in_secret, correct_person
from people.roles import OPENERS, Restriction, Role
from people.selectors import known_from_one_file, on_call
from people.services import keep_in_secret, register_organisation, register_person, show_organisation

BODY = "body"
"""The kind of paper of a firm or body, among those of persons."""

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that are not mistaken for each other when read aloud or typed from paper."""


def new_query_code() -> str:
    """Ten characters, about 49 bits: not guessable, and useless without the tail of phone or ID number."""
    return "".join(secrets.choice(ALPHABET) for _ in range(10))


@transaction.atomic
def open_case(
    *, by, unit, to_unit, applicant=None, parties=(), query_code="", restriction="", **matter
) -> Case:
    """Open a file with its first round and put it in front of a desk.

    `unit` is where it was registered and keeps sight of it; `to_unit` is where it goes, to the desk of the outlet's
    route. `parties` are dicts of Party. `matter` holds the columns of Case. A restricted matter is numbered in a
    series of its own, because a gap in the ordinary one would tell of it, and fills no search column.
    """
    refuse_unopenable(restriction)
    case = Case(
        number=new_number(restriction),
        query_code=query_code or new_query_code(),
        restriction=restriction,
        area_path=matter["area"].path,
        route=matter["outlet"].route,
        unit=to_unit,
        opened_by=by,
        seen_by=sorted({unit.pk, to_unit.pk}),
        **matter,
    )
    case.save()
    Sight.objects.create(case=case, unit=unit, why=Sight.Why.OPENED)
    Sight.objects.get_or_create(case=case, unit=to_unit, defaults={"why": Sight.Why.HOLDS})
    if applicant:
        parties = [{"side": Side.APPLICANT, "person": applicant, "name": applicant.name}, *parties]
    rows = [Party(case=case, **party) for party in parties]
    if restriction:  # their names are cipher, each bound to its row
        for row in rows:
            row.save()
    else:
        Party.objects.bulk_create(rows)
    refresh_words(case)
    round = Round(case=case, route=case.route, unit=to_unit, opened_at=case.opened_at)
    with opening(round, "open_case", by=by, at=case.opened_at):
        pass
    tell_waiting(round, _("待接办：%(number)s"), f"round:{round.pk}", by=by)
    return case


def refuse_unopenable(restriction) -> None:
    """No matter is hidden from everybody."""
    if restriction and not OPENERS[restriction]:
        raise MoveRefused(
            _("没有岗位可以查看“%(kind)s”，不能这样登记。") % {"kind": Restriction(restriction).label}
        )


def tell_waiting(row, text, reason: str, *, by) -> None:
    """A round or a request waits for its unit: those who may take it are told.

    What is urgent goes at any hour to those on call for the unit, and for the centre, as well. Nobody is told of what
    they did themselves, or of what a colleague laid on the desk that they share.
    """
    case, unit = row.case, row.unit_of_clocks
    called = called_for(case, unit, by) if case.urgency >= Urgency.URGENT else []
    ours = by is not None and unit.pk in by.unit_ids
    others = [] if ours else [user for user in row.keepers() if user != by and user not in called]
    urgent = _("%(urgency)s事项待%(unit)s处理：%(number)s") % {
        "urgency": case.get_urgency_display(),
        "unit": unit,
        "number": case.number,
    }
    of: dict[str, Any] = {
        "kind": MessageKind.ASSIGNED,
        "reason": reason,
        "url": reverse("cases:detail", args=[case.pk]),
    }
    notifications.notify_all(
        [
            Message(others, case, text % {"number": case.number}, **of),
            Message(called, case, urgent, urgent=True, **of),
        ]
    )


def called_for(case, unit, by) -> list[User]:
    """Those on call for a unit and for the centre who can open the matter."""
    return case.seeing([user for user in on_call([unit, Unit.objects.centre()]) if user != by])


def tell_of_request(request, people, text, *, by) -> None:
    """It is for the other side to go on with a request."""
    others = [user for user in people if user != by]
    text = text % {"number": request.case.number}
    url = reverse("cases:detail", args=[request.case_id])
    notifications.notify(others, request, text, url=url, kind=MessageKind.ASSIGNED)


def new_number(restriction: str = "") -> str:
    """The number of a new case: "2026-000123", or "2026-G00012" for a restricted one."""
    year = f"{timezone.localdate():%Y}"
    if restriction:
        return f"{year}-G{next_number('case.restricted', year):05}"
    return f"{year}-{next_number('case', year):06}"


def answer_to(case, code, *, tail_hash="") -> None:
    """Let the code of a visit that joined this matter find it too."""
    FurtherCode.objects.get_or_create(case=case, code=code, defaults={"tail_hash": tail_hash})


def refresh_words(case) -> None:
    """Fill what lists show and search finds: the parties' names, and the words of an ordinary matter."""
    parties = list(case.parties.select_related("person"))
    case.names = "、".join(party.name for party in parties)[:300]
    initials = [party.person.initials for party in parties if party.person_id]
    words = {"searchable": "", "terms": []}
    if not case.restriction:
        numbers = [case.number, case.outside_number, case.above_number]
        words = searched(*numbers, case.title, case.story, case.names, case.place, *initials)
    case.searchable, case.terms = words["searchable"], words["terms"]
    case.save(update_fields=["names", "searchable", "terms"])


def show_cover(round, state) -> None:
    """Show the round's state, route and unit on the cover of its file, and let its unit see the file."""
    case = round.case
    Case.objects.filter(pk=case.pk).update(state=state, route=round.route, unit=round.unit_id)
    if round.unit_id not in case.seen_by:
        grant_sight(case, round.unit, Sight.Why.HOLDS)
    round.seen_by = list(case.seen_by)


def grant_sight(case, unit, why) -> None:
    """Let a unit see a file from now on. The copies on all rows of the file follow."""
    history.lock(case.dossier_id)
    case.refresh_from_db(fields=["seen_by"])
    Sight.objects.get_or_create(case=case, unit=unit, defaults={"why": why})
    case.seen_by = sorted({*case.seen_by, unit.pk})
    Case.objects.filter(pk=case.pk).update(seen_by=case.seen_by)
    copy_sight(case)


def copy_sight(case) -> None:
    """Copy the sight of a file onto every row that belongs to it, of whatever desk."""
    for model in concrete_rows(UnderCase):
        model._base_manager.filter(case=case).update(**case.sight())


def concrete_rows(base) -> list[Any]:
    """The models that inherit from an abstract one, near and far."""
    children = base.__subclasses__()
    concrete = [child for child in children if not child._meta.abstract]
    return concrete + [model for child in children if child._meta.abstract for model in concrete_rows(child)]


def take(round, *, by):
    """The desk takes the matter in hand."""
    with moving(round, "take", by=by):
        round.taken_at = timezone.now()
        round.handler = None if round.route in OF_THE_DESK else by
        show_cover(round, State.IN_HAND)


def reroute(round, *, by, route, unit, note):
    """Send a matter to another desk or unit; the note tells that desk why."""
    with moving(round, "reroute", by=by, note=note):
        refuse_unopened(round.case, unit)
        transfer = Transfer.objects.create(
            round=round,
            from_route=round.route,
            from_unit=round.unit,
            to_route=route,
            to_unit=unit,
            reason=note,
            by=by,
        )
        left = round.unit_id
        round.route, round.unit, round.taken_at, round.handler = route, unit, None, None
        show_cover(round, State.ROUTED)
        live.changed(f"unit:{left}", f"unit:{unit.pk}")
        tell_waiting(round, _("待接办：%(number)s"), f"transfer:{transfer.pk}", by=by)


def bar(round, user, *, reason) -> None:
    """Hide a file from somebody until the next round, whatever else would show it to them (回避)."""
    Barred.objects.get_or_create(
        case=round.case, round=round, user=user, ended_at=None, defaults={"reason": reason}
    )


def keep_with(round, handler) -> None:
    """Somebody else handles the matter now: the clocks of the round are theirs."""
    round.handler = handler
    round.save(update_fields=["handler"])


def refuse_unopened(case, unit) -> None:
    """A restricted matter goes nowhere where nobody may open it and take it in hand: it would lie there unseen."""
    if case.restriction and not units_that_open(case.restriction).filter(pk=unit.pk).exists():
        raise MoveRefused(
            _("本件限制查看，%(unit)s没有可以查看并接办的岗位，不能转去。请办理答复，或先申请解除限制查看。")
            % {"unit": unit}
        )


def resolve(round, *, by, outcome, note=""):
    """The desk is done. The file stays open until somebody else has followed up."""
    with moving(round, "resolve", by=by, note=note):
        refuse_while_requests_are_open(round)
        round.outcome = outcome
        round.resolved_at = timezone.now()
        show_cover(round, State.RESOLVED)


def merge(round, *, by, main: Case) -> None:
    """The same matter is in hand already: this file is closed without a rating of its own, its code finds the other.

    Whoever calls has locked both files, in the order of their dossiers.
    """
    with moving(round, "merge", by=by, note=main.number):
        refuse_while_requests_are_open(round)
        round.outcome = Outcome.MERGED
        round.closed_at = timezone.now()
        show_cover(round, State.CLOSED)
    answer_to(main, round.case.query_code, tail_hash=round.case.tail_hash)


def refuse_while_requests_are_open(round):
    """Nothing closes while somebody still owes an answer."""
    owing = round.requests.unfinished().select_related("to_unit")
    if owing:
        names = "、".join(request.to_unit.name for request in owing)
        raise MoveRefused(_("还有协同请求未办结：%(names)s。请先核验或撤回。") % {"names": names})


def refuse_while_cards_are_owed(round):
    owed = round.cards.owed().select_related("unit")
    if owed:
        names = "、".join(f"{card.unit.name}（{card.get_state_display()}）" for card in owed)
        raise MoveRefused(_("还有督办未了结：%(names)s。") % {"names": names})


def follow_up(round, *, by, way, said, promise_kept):
    """Ask how it went, and close the round. Whoever resolved it may not be the one who asks."""
    with moving(round, "follow_up", by=by, note=said):
        refuse_while_requests_are_open(round)
        refuse_while_cards_are_owed(round)
        if round.case.conferences.filter(state=ConferenceState.PLANNED).exists():
            raise MoveRefused(_("还有会商没有登记结果。请登记，或取消会商。"))
        FollowUp.objects.create(round=round, by=by, way=way, said=said, promise_kept=promise_kept)
        round.closed_at = timezone.now()
        show_cover(round, State.CLOSED)


def rate(round, *, answer, comment="", through=Rating.Through.CODE) -> Rating:
    """Keep what the citizen said of a closed round. Once: a second answer is refused."""
    with transaction.atomic():
        history.lock(round.dossier_id)
        round.refresh_from_db()
        if round.state != State.CLOSED:
            raise MoveRefused(_("本事项尚未办结，办结后即可评价。"))
        if round.outcome == Outcome.MERGED:
            raise MoveRefused(_("本事项已并入同一事项，请待其办结后评价。"))
        if round.ratings.filter(of=Rating.Of.CENTRE).exists():
            raise MoveRefused(_("您已评价过本事项，谢谢。"))
        rating = Rating.objects.create(round=round, answer=answer, comment=comment, through=through)
        unhappy = answer == Answer.UNSATISFIED and round == round.case.latest_round()
        clocks.turn(round, stops=["case.rating"], starts=["case.call_back"] if unhappy else [])
        if unhappy:
            tell_unhappy(round.case)
        details = {"answer": answer, "through": through}
        history.record(round, "rate", by=None, note=Answer(answer).label, details=details)
        live.changed(*round.topics())
    return rating


def tell_unhappy(case) -> None:
    """The centre has to ask why: whoever may call back is told."""
    people = case.readers(User.objects.in_unit(Unit.objects.centre(), Role.CLERK, Role.DIRECTOR))
    url = reverse("cases:detail", args=[case.pk])
    text = _("当事人不满意，待核实：%(number)s") % {"number": case.number}
    notifications.notify(people, case, text, url=url, kind=MessageKind.ASSIGNED)


def call_back(round, *, by, way, said, route="", unit=None) -> None:
    """不满意核实: what somebody who was not content said when asked why. The answer stands.

    With a `unit` the matter is gone through again, at that desk.
    """
    with moving(round, "call_back", by=by, note=said):
        CallBack.objects.create(round=round, by=by, way=way, said=said, reopens=bool(unit))
        if unit:
            begin_again(round, by=by, unit=unit, reason=said, route=route)


@transaction.atomic
def enquire_progress(round) -> None:
    """The citizen asks how it stands (催问). Whoever holds the matter is told; once a day."""
    history.lock(round.dossier_id)
    round.refresh_from_db()
    if round.state == State.CLOSED:
        raise MoveRefused(_("本事项已办结。对结果有意见，请在下面评价，或来电、来窗口说明。"))
    asked = round.history.filter(verb="enquire_progress").order_by("-seq").first()
    if asked and timezone.localdate(asked.at) == timezone.localdate():
        raise MoveRefused(_("您今天已经催问过，我们已转告承办单位。"))
    history.record(round, "enquire_progress", by=None)
    text = _("当事人催问进度：%(number)s") % {"number": round.case.number}
    notifications.notify(round.keepers(), round.case, text, url=reverse("cases:detail", args=[round.case_id]))
    live.changed(*round.topics())


@transaction.atomic
def ask_withdrawal(round, *, reason="") -> None:
    """The citizen takes the matter back (撤回). Whoever holds it asks them, and ends it by the verb of the desk."""
    history.lock(round.dossier_id)
    round.refresh_from_db()
    if round.state in (State.RESOLVED, State.CLOSED):
        raise MoveRefused(_("本事项已办理完毕，不用撤回。对结果有意见，请在回访或评价时说明。"))
    if round.history.filter(verb="ask_withdrawal").exists():
        raise MoveRefused(_("您已申请撤回，承办单位会与您核实。"))
    history.record(round, "ask_withdrawal", by=None, note=reason)
    text = _("当事人申请撤回：%(number)s") % {"number": round.case.number}
    notifications.notify(round.keepers(), round.case, text, url=reverse("cases:detail", args=[round.case_id]))
    live.changed(*round.topics())


@transaction.atomic
def reopen(case, *, by, unit, reason, route=Route.MEDIATION) -> Round:
    """Go through a closed matter again: the next round, with the same number and code, its own clock and rating."""
    last = lock_file(case)
    if last.state != State.CLOSED:
        raise MoveRefused(_("本事项第 %(n)d 轮还没有办结。") % {"n": last.number})
    refuse_unopened(case, unit)
    clocks.turn(last, stops=["case.call_back"])
    return begin_again(last, by=by, unit=unit, reason=reason, route=route)


def begin_again(last, *, by, unit, reason, route) -> Round:
    """The round after `last`, whose file is locked."""
    round = Round(case=last.case, number=last.number + 1, route=route, unit=unit)
    with opening(round, "reopen", by=by, note=reason):
        last.case.barred.filter(round__isnull=False, ended_at=None).update(ended_at=timezone.now())
        show_cover(round, State.ROUTED)
        tell_waiting(round, _("重新办理，待接办：%(number)s"), f"round:{round.pk}", by=by)
    return round


def lock_file(case) -> Round:
    """Take the lock of a file before rows are added to it; return its latest round.

    Who read the file before it was restricted, or shown again, would write into it as it was, and is refused.
    """
    history.lock(case.dossier_id)
    round = case.latest_round()
    if round.restriction != case.restriction:
        raise MoveRefused(_("本件的查看范围刚刚有变，请重新打开后再办理。"))
    return round


def allow(case, verb, *, by) -> Round:
    """Raise MoveRefused unless `by` may do this to the file as its latest round stands now. Takes its lock."""
    round = lock_file(case)
    if refusal := round.MOVES.named(verb).why_not(round, by):
        raise MoveRefused(refusal)
    return round


@contextmanager
def once(constraint, text):
    """Of two who register one number in the same instant, the second is told."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as fault:
        if constraint not in str(fault):
            raise
        raise MoveRefused(text) from fault


@transaction.atomic
def correct(case, *, by, seen, **changes) -> None:
    """Put right what was registered. A form that somebody else overtook is refused with both values."""
    allow(case, "correct", by=by)
    taken = _("这个来件编号已在另一件事项上，请核对。")
    with once("case_outside_number_once", taken), editing(case, "correct", by=by, seen=seen, **changes):
        case.area_path = case.area.path
    refresh_words(case)
    copy_sight(case)


@transaction.atomic
def attach(case, *, by, file) -> Attachment:
    """Put a file with the matter."""
    allow(case, "attach", by=by)
    live.changed(*case.topics())
    return attachments.attach(case, file, by=by)


@transaction.atomic
def keep_signed(case, subject, *, by, printing, scan, **details) -> None:
    """A paper came back signed: its scan goes into the file, with the printing that was signed.

    `subject` is the row of the file whose paper it is, `printing` the place of that printing in the history. The last
    scan of a printing counts. Whoever calls has asked whether `by` may.
    """
    lock_file(case)
    kept = attachments.attach(case, scan, by=by)
    history.record(
        subject,
        "keep_signed",
        by=by,
        note=kept.name,
        details=details | {"printing": printing, "attachment": kept.pk},
    )
    live.changed(*case.topics())


@transaction.atomic
def reveal_party(party, *, by, reason="") -> Party:
    """Show a party in full, with a trace in the file and in the person's own history.

    An open case of one's own unit is the reason; otherwise one is asked for (practice.md, House and hall 6). In the
    person's history, which more people read, nothing leads to a restricted matter.
    """
    if not reason and not party.case.is_in_hand_of(by):
        raise MoveRefused(_("请填写查看事由。"))
    details = {"party": party.pk, "case": party.case.number}
    if party.person:  # persons before matters, as when they are registered
        told = {} if party.case.restriction else {"note": reason, "details": details}
        history.record(party.person, "reveal", by=by, **told)
    lock_file(party.case)
    history.record(party.case, "reveal", by=by, note=reason, details=details)
    return party


@transaction.atomic
def log_contact(case, *, by, whom, said, at=None) -> ContactEntry:
    """Note whom we rang, when, and what they said. By the desk that has the matter it is its first contact."""
    round = allow(case, "log_contact", by=by)
    if round.is_holder(by):
        clocks.turn(round, stops=["case.first_contact"])
    return keep_contact(case, by=by, whom=whom, said=said, at=at)


def keep_contact(case, *, by, whom, said, at=None) -> ContactEntry:
    """The same for whoever registers the matter: they told somebody, even if it is another unit's from now on."""
    entry = ContactEntry.objects.create(case=case, by=by, whom=whom, said=said, at=at or timezone.now())
    history.record(case, "log_contact", by=by, note=f"{whom}：{said}")
    live.changed(*case.topics())
    return entry


@transaction.atomic
def enter_instruction(case, *, by, author, written_on, words, scan, last_day=None) -> Instruction:
    """代录: what a leader wrote on paper. A day that it gives starts a clock, in place of that of an earlier paper."""
    allow(case, "enter_instruction", by=by)
    refuse_disorder(written_on, last_day)
    kept = attachments.attach(case, scan, by=by)
    given = {"author": author, "written_on": written_on, "words": words, "last_day": last_day}
    instruction = Instruction.objects.create(case=case, by=by, scan=kept, **given)
    round = case.latest_round()
    if last_day:
        source = _("%(day)s的领导批示") % {"day": written_on}
        clocks.turn(round, stops=["case.instruction"])
        clocks.give(round, "case.instruction", last_day=last_day, at=midnight(written_on), source=source)
    history.record(case, "enter_instruction", by=by, note=f"{author}：{words}", at=midnight(written_on))
    text = _("领导批示：%(number)s") % {"number": case.number}
    notifications.notify(round.keepers(), case, text, url=reverse("cases:detail", args=[case.pk]))
    live.changed(*round.topics())
    return instruction


def refuse_disorder(written_on: date, last_day: date | None) -> None:
    if written_on > timezone.localdate():
        raise MoveRefused(_("批示日期不能晚于今天。"))
    if last_day and last_day < written_on:
        raise MoveRefused(_("要求办结的日期不能早于批示日期。"))


@transaction.atomic
def correct_instruction(instruction: Instruction, *, by, seen, author, words, reason) -> None:
    """Put right what was typed from the paper. The scan stays, and the history keeps what stood there."""
    case = instruction.case
    allow(case, "enter_instruction", by=by)
    instruction.refresh_from_db()
    if stale := stale_fields(instruction, "correct_instruction", seen, {"author": author, "words": words}):
        raise Conflict(stale)
    former = f"{instruction.author}：{instruction.words}"
    instruction.author, instruction.words = author, words
    instruction.save()
    note = _("%(reason)s 原文：%(former)s") % {"reason": reason, "former": former}
    history.record(case, "correct_instruction", by=by, note=note)
    live.changed(*case.latest_round().topics())


@transaction.atomic
def add_party(case, *, by, side, name, person=None, organisation=None) -> Party:
    """Add somebody to a side of the matter. A person stands in a matter once."""
    allow(case, "add_party", by=by)
    if person and case.parties.filter(person=person).exists():
        raise MoveRefused(_("%(name)s已经是本事项的当事人。") % {"name": name})
    party = Party.objects.create(case=case, side=side, name=name, person=person, organisation=organisation)
    refresh_words(case)
    history.record(case, "add_party", by=by, details={"party": party.pk, "side": side})
    return party


@transaction.atomic
def correct_party(party, *, by, seen, reason, **changes) -> None:
    """Put right who a party is: in the record of the person, and by the name under which they stand in this matter.

    Papers that were handed out for signing or are in force stay as they were. The reason stands in both histories;
    that of a restricted matter in its own alone, and nobody else sees that anything changed.
    """
    case, former = party.case, party.person
    if case.restriction:  # persons before matters
        party.person = correct_in_secret(former, by=by, seen=seen, **changes)
    else:
        correct_person(former, by=by, seen=seen, note=reason, **changes)
    allow(case, "correct", by=by)
    refuse_overtaken_party(party, former)
    party.name = changes.get("name", party.name)
    party.save()
    follow_own_record(case, former, party.person)
    refresh_words(case)
    details = {"party": party.pk, "person": [former.pk, party.person.pk], "fields": sorted(changes)}
    history.record(case, "correct_party", by=by, note=reason, details=details)
    live.changed(*case.topics())


def follow_own_record(case, former, own) -> None:
    """Whom a restricted file names by the `former` record elsewhere, as agent or guardian, it names by its own now."""
    if own != former:
        case.agents.filter(person=former).update(person=own)
        minors = case.parties.filter(person__in_secret=True).values("person")
        Guardian.objects.filter(guardian=former, minor__in=minors).update(guardian=own)


@transaction.atomic
def replace_party(party, *, by, person, reason) -> None:
    """Say that a party is somebody else than was registered. The records of both stay as they are.

    Of a restricted matter only the file itself tells.
    """
    case, former = party.case, party.person
    if not case.restriction:  # persons before matters
        for each in sorted([former, person], key=lambda each: each.dossier_id):
            history.record(each, "replace_party", by=by, details={"party": party.pk})
    allow(case, "replace_party", by=by)
    refuse_replacing(party, former, person)
    party.person, party.name = person, person.name
    party.save()
    refresh_words(case)
    details = {"party": party.pk, "person": [former.pk, person.pk]}
    history.record(case, "replace_party", by=by, note=reason, details=details)
    live.changed(*case.topics())


def refuse_overtaken_party(party, former) -> None:
    """Somebody else may have given the party another record meanwhile. The caller holds the lock of the file."""
    if not party.case.parties.filter(pk=party.pk, person=former).exists():
        raise MoveRefused(_("当事人刚刚被他人更正，请重新打开后再办理。"))


def refuse_replacing(party, former, person) -> None:
    """Who signed is who they are; who was entrusted by somebody is not entrusted by another."""
    refuse_overtaken_party(party, former)
    if party.case.parties.filter(person=person).exists():
        raise MoveRefused(_("%(name)s已经是本事项的当事人。") % {"name": person.name})
    if party.case.entries().filter(verb__in=SIGNED).exists():
        raise MoveRefused(
            _("本事项已有当事人签名或确认，不能再更正当事人。请添加当事人，并在联系记录中说明。")
        )
    if party.agents.standing().exists():
        raise MoveRefused(_("%(name)s登记了代理人，请先解除代理再更正。") % {"name": party.name})


@transaction.atomic
def register_party(case, *, by, side, id_type, name, id_number="", phone="") -> Party:
    """Add a party as typed at a window: a person, registered once and found by their papers, or a firm or body."""
    secret = bool(case.restriction)
    if id_type == BODY:
        organisation = register_organisation(name=name, uscc=id_number, in_secret=secret)
        return add_party(case, by=by, side=side, name=organisation.name, organisation=organisation)
    id_type = id_type if id_number else Person.IdType.NONE
    person = register_person(
        by=by, name=name, id_type=id_type, id_number=id_number, phone=phone, in_secret=secret
    )
    return add_party(case, by=by, side=side, name=person.name, person=person)


def edit_rule(book, rule, *, by, cues, version, **notice) -> None:
    """Give a rule other cue words. Every process follows from its next suggestion on.

    `notice` are the words of the paper that goes with an outlet which leads away, or the restriction of an outlet.

    `version` is that of the book the form was filled from: whoever was overtaken is refused and loses nothing.
    """
    before = dict(rule.cues)
    details = {"rule": str(rule), "before": before, "after": cues}
    if changed := {name: text for name, text in notice.items() if text != getattr(rule, name)}:
        details["notice"] = changed
    with moving(book, "edit_rule", by=by, note=str(rule), details=details):
        refuse_overtaken(book, version)
        book.version += 1
        rule.cues = cues
        for name, text in notice.items():
            setattr(rule, name, text)
        rule.save(update_fields=["cues", *notice])


def edit_wording(book, wording, *, by, text, reason, version) -> None:
    """Tell people something else from the next print on. `reason` names the provision that asks for it."""
    details = {"wording": str(wording), "before": wording.text, "after": text}
    with moving(book, "edit_wording", by=by, note=f"{wording}：{reason}", details=details):
        refuse_overtaken(book, version)
        book.version += 1
        wording.text = text
        wording.save(update_fields=["text"])


@transaction.atomic
def add_agent(case, *, by, party, authority, letter, name, id_type, id_number="", phone="") -> Agent:
    """Register whom a party entrusted, with the scan of the letter (授权委托书). A new letter replaces the former."""
    allow(case, "add_party", by=by)
    secret = bool(case.restriction)
    person = register_person(
        by=by, name=name, id_type=id_type, id_number=id_number, phone=phone, in_secret=secret
    )
    if person.is_minor or person.pk == party.person_id:
        raise MoveRefused(_("代理人须是成年人，且不能是当事人本人。"))
    party.agents.standing().filter(person=person).update(ended_at=timezone.now())
    scan = attachments.attach(case, letter, by=by)
    agent = Agent.objects.create(case=case, party=party, person=person, authority=authority, letter=scan)
    details = {"agent": agent.pk, "party": party.pk, "authority": authority}
    history.record(case, "add_agent", by=by, note=agent.get_authority_display(), details=details)
    live.changed(*case.topics())
    return agent


@transaction.atomic
def end_agent(agent, *, by, note) -> None:
    """The party took the authority back, or it was registered by mistake."""
    allow(agent.case, "add_party", by=by)
    if agent.party.agents.standing().filter(pk=agent.pk).update(ended_at=timezone.now()):
        history.record(agent.case, "end_agent", by=by, note=note, details={"agent": agent.pk})
        live.changed(*agent.case.topics())


@transaction.atomic
def ask(round, *, by, kind, from_unit, to_unit, text) -> Request:
    """Ask another unit for a piece of work; the case stays, and its round cannot close before the answer."""
    lock_file(round.case)
    refuse_ended(round)
    refuse_blind(round.case, [to_unit])
    request = Request(
        case=round.case, round=round, kind=kind, from_unit=from_unit, to_unit=to_unit, text=text
    )
    with opening(request, "ask", by=by, note=text):
        grant_sight(round.case, to_unit, Sight.Why.ASKED)
        tell_waiting(request, _("有协同请求待签收：%(number)s"), f"request:{request.pk}", by=by)
    return request


def refuse_ended(round):
    round.refresh_from_db(fields=["state"])
    if round.state == State.CLOSED:
        raise MoveRefused(_("本轮已办结，不能再发起协同请求。"))


def refuse_blind(case, units) -> None:
    """Nobody is asked about a restricted matter where nobody may open it: the request would die in silence."""
    if not case.restriction:
        return
    able = units_that_open(case.restriction)
    if blind := [unit.name for unit in units if unit not in able]:
        raise MoveRefused(
            _("本件限制查看，以下单位没有可以查看的岗位：%(units)s。请口头联系，并记入联系记录。")
            % {"units": "、".join(blind)}
        )


def accept_request(request, *, by):
    with moving(request, "accept_request", by=by):
        pass


def object_to_request(request, *, by, note):
    """Say that the work is not this unit's, and why. It stays with the unit until the asking unit agrees."""
    with moving(request, "object_to_request", by=by, note=note):
        tell_of_request(request, request.askers(), _("协同请求被提出异议：%(number)s"), by=by)


def agree_to_objection(request, *, by, note=""):
    with moving(request, "agree_to_objection", by=by, note=note):
        withdraw_cards_of(request)
        tell_of_request(request, request.helpers(), _("协同请求的异议已同意：%(number)s"), by=by)


def refuse_objection(request, *, by, note):
    with moving(request, "refuse_objection", by=by, note=note):
        tell_of_request(request, request.helpers(), _("协同请求的异议未获同意：%(number)s"), by=by)


def answer_request(request, *, by, answer):
    with moving(request, "answer_request", by=by, note=answer):
        request.answer = answer
        tell_of_request(request, request.askers(), _("协同请求已答复，待核验：%(number)s"), by=by)


def verify_request(request, *, by, note=""):
    with moving(request, "verify_request", by=by, note=note):
        pass


def send_request_back(request, *, by, note):
    with moving(request, "send_request_back", by=by, note=note):
        tell_of_request(request, request.helpers(), _("协同请求核验不通过：%(number)s"), by=by)


def withdraw_request(request, *, by, note):
    with moving(request, "withdraw_request", by=by, note=note):
        withdraw_cards_of(request)
        tell_of_request(request, request.helpers(), _("协同请求已撤回：%(number)s"), by=by)


def withdraw_cards_of(request) -> None:
    """The work is owed no more, and with it falls what pressed the unit to do it."""
    kind = ContentType.objects.get_for_model(Request)
    of_request = Card.objects.owed().filter(clock__subject_type=kind, clock__subject_id=request.pk)
    for card in of_request.select_related("case", "unit", "clock__rule").order_by("pk"):
        withdraw_card(card, by=None, decision=_("协同请求已撤回，不再需要办理。"))


# --- Restricted later, and shown again ------------------------------------------------------------------------------


@transaction.atomic
def ask_restriction(case, *, by, kind, reason) -> Restricting:
    """Ask that a matter be hidden: it turned out to be an accusation, violence at home, or the like.

    It stays as it is until somebody else agrees: nobody hides a matter alone. One that is hidden for another kind
    changes its kind, which is decided by who may open both.
    """
    history.lock(case.dossier_id)
    case.refresh_from_db()
    if case.restriction == kind:
        raise MoveRefused(_("本件已经按“%(kind)s”限制查看。") % {"kind": Restriction(kind).label})
    asked = Restricting(case=case, aim=Aim.RESTRICT, kind=kind, reason=reason, asked_by=by)
    refuse_blind_desk(case, kind)
    return put_to_another(asked, "ask_restriction")


@transaction.atomic
def ask_lifting(case, *, by, reason) -> Restricting:
    """Ask that a hidden matter be shown again, and why."""
    history.lock(case.dossier_id)
    case.refresh_from_db()
    if not case.restriction:
        raise MoveRefused(_("本件没有限制查看。"))
    asked = Restricting(case=case, aim=Aim.LIFT, kind=case.restriction, reason=reason, asked_by=by)
    return put_to_another(asked, "ask_lifting")


def put_to_another(asked, verb) -> Restricting:
    """Lay a request before all who can decide it. The page of the matter shows it to nobody else."""
    case, by = asked.case, asked.asked_by
    if case.restrictings.waiting().exists():
        raise MoveRefused(_("本件已有一份申请待审批，不必重复提出。"))
    deciders = asked.deciders()
    if not deciders:
        raise MoveRefused(
            _("没有另一位能审批的人员：须有权查看本件，且不是申请人本人。请由他人提出申请，您来审批。")
        )
    with opening(asked, verb, by=by, note=asked.reason):
        text = _("%(number)s：%(verb)s，请审批。") % {
            "number": case.number,
            "verb": asked.MOVES.named(verb).label,
        }
        url = reverse("cases:detail", args=[case.pk])
        notifications.notify(deciders, asked, text, url=url, kind=MessageKind.DECISION)
    return asked


def refuse_blind_desk(case, kind) -> None:
    """A matter in hand leaves only by a verb of its desk: it is not hidden from a desk that still has it."""
    able = units_that_open(kind)
    if case.state == State.CLOSED or able.filter(pk=case.unit_id).exists():
        return
    raise MoveRefused(
        _("%(unit)s没有可以查看“%(kind)s”的岗位，限制后将无人办理。请先由承办单位把本件转到：%(able)s。")
        % {
            "unit": case.unit,
            "kind": Restriction(kind).label,
            "able": "、".join(unit.name for unit in able) or _("（尚无单位，请联系中心主任）"),
        }
    )


@transaction.atomic
def grant_restricting(restricting, *, by, note=""):
    """Agree, as somebody else: the whole file is written again, as cipher or plain, in this one transaction."""
    history.lock_all({one.dossier_id for one in people_of(restricting.case)})  # persons before matters
    with moving(restricting, "grant_restricting", by=by, note=note):
        restricting.answer = note
        history.lock(restricting.case.dossier_id)
        case = Case.objects.select_related("unit").get(pk=restricting.case_id)
        kind = restricting.kind if restricting.aim == Aim.RESTRICT else ""
        if kind:
            refuse_blind_desk(case, kind)
        restrict(case, kind, by=by, note=restricting.get_kind_display())
        tell_asker(restricting, _("您的申请已同意：%(asked)s。"))


def refuse_restricting(restricting, *, by, note):
    with moving(restricting, "refuse_restricting", by=by, note=note):
        restricting.answer = note
        tell_asker(restricting, _("您的申请未获同意：%(asked)s。"))


def withdraw_restricting(restricting, *, by):
    with moving(restricting, "withdraw_restricting", by=by):
        pass


def tell_asker(restricting, text) -> None:
    asked = restricting.get_aim_display()
    people = [restricting.asked_by]
    notifications.notify(people, restricting, text % {"asked": asked}, kind=MessageKind.DECISION)


def restrict(case, restriction, *, by, note) -> None:
    """Let a file be restricted from now on, or no longer (""). Its number stays: the citizen was told it.

    Lines of the history from before are chained and stay as they are; who may not see the file cannot read them.
    """
    told = case.latest_round().topics()
    case.restriction = restriction
    taken = _("解除后，本件的来件编号或上级系统编号会与另一件事项重复。请先更正编号。")
    with once("case_outside_number_once", taken), once("case_above_number_once", taken):
        case.save()
    write_again(case)
    keep_parties(case)
    refresh_words(case)
    attachments.reseal(case, by=by)
    history.record(case, "restrict" if restriction else "lift_restriction", by=by, note=note)
    if restriction:
        rows = [model._base_manager.filter(case=case) for model in concrete_rows(UnderCase)]
        notifications.withhold([Case.objects.filter(pk=case.pk), *rows], readers=case.readers)
    live.changed(*told, *case.latest_round().topics())


def people_of(case) -> QuerySet[Person]:
    """Who is named in a file: parties, whom they entrusted, and who answers for minors among them."""
    parties = case.parties.exclude(person=None).order_by().values("person")
    guardians = Guardian.objects.filter(minor__in=parties).order_by().values("guardian")
    agents = case.agents.order_by().values("person")
    return Person.objects.filter(pk__in=parties.union(agents, guardians)).order_by("pk")


def keep_parties(case) -> None:
    """Who is known from this file alone becomes cipher with it, and is registered as anybody once it is shown."""
    for person in people_of(case):
        if person.in_secret != bool(case.restriction) and (person.in_secret or known_from_one_file(person)):
            keep_in_secret(person, bool(case.restriction))
    for party in case.parties.exclude(organisation=None).select_related("organisation"):
        keep_organisation(party)


def keep_organisation(party) -> None:
    """The same of a firm or body, whose names are registered once."""
    kept, case = party.organisation, party.case
    if case.restriction and not kept.parties.exclude(case=case).exists():
        kept.in_secret = True
        kept.save()
    elif not case.restriction and kept.in_secret:
        party.organisation = show_organisation(kept)
        party.save()


def write_again(case) -> None:
    """Write every text of a file as its restriction now asks. Rows with a copy of that go first: others ask them."""
    models = [model for model in concrete_rows(Veiled) if model.IN_FILE]
    for model in models:
        if issubclass(model, UnderCase):
            rewrite(model, case, "restriction")
    copy_sight(case)
    for model in models:
        if not issubclass(model, UnderCase):
            rewrite(model, case)


def rewrite(model, case, *copied) -> None:
    """The texts and what a row copies of its file change in one statement: constraints look at both."""
    with unfrozen(model):
        for row in model._base_manager.filter(**{model.IN_FILE: case}):
            for name in copied:
                setattr(row, name, getattr(case, name))
            row.save(update_fields=[*model.VEILED, "veiled", *copied])


# --- A desk that takes and answers ----------------------------------------------------------------------------------


@transaction.atomic
def accept_handling(handling, *, by, verb):
    """A desk takes a matter that waits for it: `handling` is its new row on the round.

    The round is taken first: of two people who press at once, the second is refused before a row of hers exists.
    """
    take(handling.round, by=by)
    handling.case = handling.round.case  # as it is under its lock
    with opening(handling, verb, by=by):
        pass


def pass_on(row, *, by, to, note=""):
    """Give work of a desk to another of its people: the clock goes on, and what was done stays whose it was."""
    with moving(row, "pass_on", by=by, note=note, details={"from": row.handler_id, "to": to.pk}):
        refuse_unable(row, to)
        row.handler = to
        keep_with(row.round, to)


def refuse_unable(row, to):
    """Nobody is given what their desk does not hold or what they may not see."""
    of_desk = User.objects.in_unit(row.unit).filter(pk=to.pk).exists()
    if not of_desk or not type(row).objects.visible_to(to).filter(pk=row.pk).exists():
        raise MoveRefused(_("%(name)s不能接手%(number)s。") % {"name": to, "number": row})


def answer_handling(handling, *, by, verb, reply, outcome):
    with moving(handling, verb, by=by, note=reply):
        handling.reply, handling.ended_at = reply, timezone.now()
        resolve(handling.round, by=by, outcome=outcome)


def send_back_handling(handling, *, by, verb, note, to_unit):
    """Return a matter to the centre's window with a reason: the centre decides where it goes next."""
    with moving(handling, verb, by=by, note=note):
        handling.ended_at = timezone.now()
        reroute(handling.round, by=by, route=Route.INTAKE, unit=to_unit, note=note)


@transaction.atomic
def ask_deferral(
    clock, *, case, unit, by, kind, reason, amount=None, first_day=None, until=None, consent=None
) -> Deferral:
    """Ask for more time, or for days that do not count, while the clock still runs. `unit` is the one that works.

    `until` is the last day that a pause is expected to take.
    """
    lock_file(case)
    clock.refresh_from_db()
    refuse_undeferrable(clock, kind, amount, first_day)
    if until and until < first_day:
        raise MoveRefused(_("预计暂停到的日子，不能早于暂停开始的那天。"))
    if clock.deferrals.filter(state=DeferralState.ASKED).exists():
        raise MoveRefused(_("“%(clock)s”已有一份申请等待审批。") % {"clock": clock.rule.name})
    deferral = Deferral(
        case=case,
        unit=unit,
        clock=clock,
        kind=kind,
        amount=amount,
        first_day=first_day,
        resume_by=midnight(until + DAY) if until else NEVER,
        reason=reason,
        asked_by=by,
    )
    with opening(deferral, "ask_deferral", by=by, note=reason, details={"clock": clock.code}):
        if consent:
            deferral.consent = attachments.attach(case, consent, by=by)
            deferral.save()
    text = _("待审批：%(deferral)s") % {"deferral": deferral}
    people = case.readers(approvers_of(deferral))
    notifications.notify(people, case, text, url=deferral.url, kind=MessageKind.DECISION)
    return deferral


def approvers_of(deferral) -> list[User]:
    """Those who may decide: in the unit that works, and at the centre."""
    centres = Unit.objects.filter(kind=Unit.Kind.CENTRE)
    people = User.objects.in_units(
        [deferral.unit_id, *centres.values_list("pk", flat=True)], *deferral.approvers
    )
    return [user for user in people if user != deferral.asked_by and deferral.is_approver(user)]


def refuse_undeferrable(clock, kind, amount, first_day) -> None:
    """A clock that stands still or has run out is deferred no more, and none further than its rule allows."""
    if clock.source:
        given = _("“%(clock)s”的日期由%(source)s载明，不能延期或暂停。")
        raise MoveRefused(given % {"clock": clock.rule.name, "source": clock.source})
    if clock.stopped_at or clock.is_paused:
        raise MoveRefused(_("“%(clock)s”现在没有在计时。") % {"clock": clock.rule.name})
    if clock.due_at <= timezone.now():
        raise MoveRefused(_("“%(clock)s”已经到期，到期后不能再延期或暂停。") % {"clock": clock.rule.name})
    if kind == DeferralKind.EXTEND:
        refuse_too_long(clock, amount)
    else:
        refuse_unpausable(clock, first_day)


def refuse_unpausable(clock, first_day) -> None:
    if not clock.rule.pausable:
        raise MoveRefused(_("“%(clock)s”依规定不能暂停计算。") % {"clock": clock.rule.name})
    if not timezone.localdate(clock.started_at) < first_day <= timezone.localdate():
        raise MoveRefused(_("暂停从起算之后、今天或今天以前的一天开始。"))
    if clock.pauses.filter(last_day__gte=first_day).exists():
        raise MoveRefused(_("这一天已经在先前的暂停里。"))


def refuse_too_long(clock, amount) -> None:
    rule = clock.rule
    if not rule.extension_max:
        raise MoveRefused(_("“%(clock)s”依规定不能延期。") % {"clock": rule.name})
    if clock.generation >= rule.extension_times:
        raise MoveRefused(_("“%(clock)s”已经延期过，依规定不能再延。") % {"clock": rule.name})
    if clock.extension + amount > rule.extension_max:
        longest = rule.amount(rule.extension_max - clock.extension)
        raise MoveRefused(_("“%(clock)s”最多再延长%(longest)s。") % {"clock": rule.name, "longest": longest})


def grant_deferral(deferral, *, by, answer=""):
    """The date moves at once, and the history says by whose signature."""
    with moving(deferral, "grant_deferral", by=by, note=answer):
        clock = deferral.clock
        clock.refresh_from_db()
        refuse_undeferrable(clock, deferral.kind, deferral.amount, deferral.first_day)
        deferral.answer = answer
        if deferral.kind == DeferralKind.EXTEND:
            clocks.extend(clock, deferral.amount)
        else:
            clocks.pause(clock, first_day=deferral.first_day)
        tell_decided(deferral)


def refuse_deferral(deferral, *, by, answer):
    with moving(deferral, "refuse_deferral", by=by, note=answer):
        deferral.answer = answer
        tell_decided(deferral)


def tell_decided(deferral) -> None:
    text = _("已审批：%(deferral)s") % {"deferral": deferral}
    people = deferral.readers([deferral.asked_by])
    notifications.notify(people, deferral.case, text, url=deferral.url, kind=MessageKind.DECISION)


def withdraw_deferral(deferral, *, by, note=""):
    with moving(deferral, "withdraw_deferral", by=by, note=note):
        pass


def resume_clock(deferral, *, by, last_day):
    """What was waited for is there: the clock counts on from the day after `last_day`."""
    with moving(deferral, "resume_clock", by=by, details={"last_day": str(last_day)}):
        clock = deferral.clock
        clock.refresh_from_db()
        if not clock.is_paused or clock.stopped_at:
            raise MoveRefused(_("“%(clock)s”没有在暂停。") % {"clock": clock.rule.name})
        if not deferral.first_day <= last_day <= timezone.localdate():
            raise MoveRefused(_("最后一个不计入的日子，在暂停开始之后、今天或今天以前。"))
        clocks.resume(clock, last_day=last_day)


# --- Rules of deadlines and the calendar -----------------------------------------------------------------------------


def edit_calendar(
    book: ClockBook, *, by, year: int, days: dict[date, NamedDay], reason: str, version: int
) -> None:
    """Give `year` other days off and worked weekends. Open clocks follow at once, each with this reason."""
    new = with_year(year, days)
    with moving(book, "edit_calendar", by=by, note=reason, details={"year": year, "days": written(days)}):
        refuse_overtaken(book, version)
        if new.named == calendar.current().named:
            raise MoveRefused(_("与现行日历相同，没有需要保存的变动。"))
        CalendarVersion.objects.create(days=written(new.named), by=by, reason=reason)
        book.version += 1
        follow_soon()


def edit_clock_rule(
    book: ClockBook, rule: ClockRule, *, by, since: date, reason: str, version: int, **terms
) -> ClockRule:
    """Let other terms hold from a day on. Clocks that run keep the rule they began under, unless `moves_open`."""
    with moving(
        book, "edit_clock_rule", by=by, note=f"{rule.name}：{reason}", details=changes(rule, since, terms)
    ):
        refuse_overtaken(book, version)
        latest = ClockRule.objects.filter(code=rule.code).order_by("since").last()
        if latest != rule:
            raise MoveRefused(_("这条规则已有新的版本，请从新的版本修改。"))
        if since <= rule.since or since < timezone.localdate():
            raise MoveRefused(_("施行日期不能早于今天，并须晚于现行规则的施行日期。"))
        ClockRule.objects.filter(pk=rule.pk).update(until=since - DAY)
        new = ClockRule.objects.create(code=rule.code, since=since, **terms)
        book.version += 1
        follow_soon()
    return new


def follow_soon() -> None:
    """Let a worker move the open clocks after the commit; where none can be told, beat does within minutes."""
    transaction.on_commit(partial(current_app.send_task, "cases.tasks.follow_changes"), robust=True)


def refuse_overtaken(book: Book, version: int) -> None:
    if book.version != version:
        told = _("填写期间，%(book)s已被他人修改。请刷新页面核对后再保存，您填写的内容仍在表单中。")
        raise MoveRefused(told % {"book": book})


# --- Conferences ------------------------------------------------------------------------------------------------------


@transaction.atomic
def call_conference(case, *, by, unit, topic, begins_at, place, agenda, units, others="") -> Conference:
    """Ask units to sit together over a matter. They see it from now on, and are told."""
    lock_file(case)
    refuse_ended(case.latest_round())
    refuse_blind(case, units)
    given = {"topic": topic, "begins_at": begins_at, "place": place, "agenda": agenda, "others": others}
    conference = Conference(case=case, unit=unit, called_by=by, **given)
    with opening(conference, "call_conference", by=by, note=topic):
        Invitation.objects.bulk_create(Invitation(conference=conference, unit=one) for one in units)
        for one in units:
            grant_sight(case, one, Sight.Why.ASKED)
    tell_invited(conference, _("会商通知：%(number)s，%(at)s"))
    return conference


def hold_conference(conference, *, by, came, present, decision, minutes):
    """Who came, what was said and decided."""
    with moving(conference, "hold_conference", by=by, note=decision):
        if conference.begins_at > timezone.now():
            raise MoveRefused(_("会商还没有到召开时间。"))
        conference.present, conference.decision, conference.minutes = present, decision, minutes
        conference.invitations.update(came=False)
        conference.invitations.filter(unit__in=came).update(came=True)
    tell_invited(conference, _("会商已形成决定：%(number)s，%(at)s"))


def cancel_conference(conference, *, by, note):
    with moving(conference, "cancel_conference", by=by, note=note):
        pass
    tell_invited(conference, _("会商已取消：%(number)s，%(at)s"))


def tell_invited(conference, text) -> None:
    case, at = conference.case, timezone.localtime(conference.begins_at)
    people = case.readers(User.objects.in_units([one.unit_id for one in conference.invitations.all()]))
    words = {"number": case.number, "at": f"{at:%m-%d %H:%M}"}
    notifications.notify(people, conference, text % words, url=conference.url)


# --- Supervision ------------------------------------------------------------------------------------------------------


@transaction.atomic
def remind(round, *, by, words) -> None:
    """催办: the people who have the matter are told to hurry, and the file says so. It asks for no answer."""
    allow(round.case, "remind", by=by)
    history.record(round, "remind", by=by, note=words)
    url = reverse("cases:detail", args=[round.case_id])
    text = _("%(by)s催办：%(number)s") % {"by": by, "number": round.case.number}
    notifications.notify(round.keepers(), round.case, text, url=url, kind=MessageKind.SUPERVISION)
    live.changed(*round.topics())


@transaction.atomic
def issue_card(round, *, by, level, unit, words) -> Card:
    """督办: a unit that has a part in the matter is pressed, and owes an answer within days."""
    case = round.case
    lock_file(case)
    refuse_ended(round)
    card = Card(case=case, round=round, unit=unit, level=level, words=words, issued_by=by)
    with opening(card, "issue_card", by=by, note=words, details={"level": level}):
        pass
    notifications.notify(card.keepers(), card, card.call, url=card.url, kind=MessageKind.SUPERVISION)
    return card


def answer_card(card, *, by, answer):
    with moving(card, "answer_card", by=by, note=answer):
        card.answer, card.answered_at = answer, timezone.now()
        tell_judges(card, "close_card", _("%(card)s已回复，待审核"), by=by)


def appeal_card(card, *, by, appeal):
    """Say why the card should not have been issued. It is judged by somebody else than who issued it."""
    with moving(card, "appeal_card", by=by, note=appeal):
        card.appeal = appeal
        tell_judges(card, "uphold_card", _("%(card)s提出申诉，待复核"), by=by)


def tell_judges(card, verb, text, *, by) -> None:
    """All who may make this move next are told."""
    people = [user for user in card.judges(verb) if user != by]
    text = text % {"card": card}
    notifications.notify(people, card, text, url=card.url, kind=MessageKind.SUPERVISION)


def close_card(card, *, by, decision=""):
    decide_card(card, "close_card", by, decision)


def send_card_back(card, *, by, decision):
    decide_card(card, "send_card_back", by, decision)


def revoke_card(card, *, by, decision):
    """The appeal is right: the card counts no more."""
    decide_card(card, "revoke_card", by, decision)


def uphold_card(card, *, by, decision):
    decide_card(card, "uphold_card", by, decision)


def withdraw_card(card, *, by, decision):
    decide_card(card, "withdraw_card", by, decision)


def decide_card(card, verb, by, decision) -> None:
    """A supervisor's word on a card; those who answer it are told."""
    with moving(card, verb, by=by, note=decision):
        card.decision = decision
        words = {"card": card, "move": card.MOVES.named(verb).label}
        people = card.pressed()
        text = _("%(card)s：%(move)s") % words
        notifications.notify(people, card, text, url=card.url, kind=MessageKind.SUPERVISION)


def hold_sweep(watch: ClockWatch, why: str) -> None:
    """Nothing is told any more until somebody has looked at the clocks: a wrong hour would press the innocent."""
    with moving(watch, "hold_sweep", by=None, note=why):
        watch.why = why
        text = _("期限巡检已暂停：%(why)s请核对时钟后恢复。") % {"why": why}
        url = reverse("cases:clock_watch")
        people = {*User.objects.bearing(Role.DIRECTOR, Role.SYSADMIN), *on_call([Unit.objects.centre()])}
        notifications.notify(people, watch, text, url=url, kind=MessageKind.ALARM, urgent=True)


def release_sweep(watch: ClockWatch, *, by, note):
    """Somebody has looked at the clocks: the sweep goes on, and compares from now on."""
    with moving(watch, "release_sweep", by=by, note=note):
        watch.why, watch.swept_at = "", None

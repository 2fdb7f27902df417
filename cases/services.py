"""What happens to every matter, whichever desk handles it.

Desks call these from their own verbs. A case in hand leaves its desk only by a verb of that desk.
"""

import secrets
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import (
    Agent,
    Case,
    ContactEntry,
    FollowUp,
    Party,
    Rating,
    Request,
    Round,
    Sight,
    Transfer,
    UnderCase,
)
from cases.states import Answer, Route, Side, State
from kernel import attachments, clocks, history, live, notifications
from kernel.editing import editing
from kernel.models import Attachment
from kernel.moves import MoveRefused
from kernel.numbering import next_number
from kernel.transitions import moving, opening
from kernel.words import searched
from people.models import Person, User
from people.persons import correct_person
from people.services import register_organisation, register_person

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
    return case


def new_number(restriction: str = "") -> str:
    """The number of a new case: "2026-000123", or "2026-G00012" for a restricted one."""
    year = f"{timezone.localdate():%Y}"
    if restriction:
        return f"{year}-G{next_number('case.restricted', year):05}"
    return f"{year}-{next_number('case', year):06}"


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
        show_cover(round, State.IN_HAND)


def reroute(round, *, by, route, unit, note):
    """Send a matter to another desk or unit; the note tells that desk why."""
    with moving(round, "reroute", by=by, note=note):
        Transfer.objects.create(
            round=round,
            from_route=round.route,
            from_unit=round.unit,
            to_route=route,
            to_unit=unit,
            reason=note,
            by=by,
        )
        left = round.unit_id
        round.route, round.unit, round.taken_at = route, unit, None
        show_cover(round, State.ROUTED)
        live.changed(f"unit:{left}", f"unit:{unit.pk}")


def resolve(round, *, by, outcome, note=""):
    """The desk is done. The file stays open until somebody else has followed up."""
    with moving(round, "resolve", by=by, note=note):
        refuse_while_requests_are_open(round)
        round.outcome = outcome
        round.resolved_at = timezone.now()
        show_cover(round, State.RESOLVED)


def refuse_while_requests_are_open(round):
    """Nothing closes while somebody still owes an answer."""
    owing = round.requests.unfinished().select_related("to_unit")
    if owing:
        names = "、".join(request.to_unit.name for request in owing)
        raise MoveRefused(_("还有协同请求未办结：%(names)s。请先核验或撤回。") % {"names": names})


def follow_up(round, *, by, way, said, promise_kept):
    """Ask how it went, and close the round. Whoever resolved it may not be the one who asks."""
    with moving(round, "follow_up", by=by, note=said):
        refuse_while_requests_are_open(round)
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
        if round.ratings.filter(of=Rating.Of.CENTRE).exists():
            raise MoveRefused(_("您已评价过本事项，谢谢。"))
        rating = Rating.objects.create(round=round, answer=answer, comment=comment, through=through)
        clocks.turn(round, stops=["case.rating"])
        details = {"answer": answer, "through": through}
        history.record(round, "rate", by=None, note=Answer(answer).label, details=details)
        live.changed(*round.topics())
    return rating


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
def reopen(case, *, by, unit, reason, route=Route.MEDIATION) -> Round:
    """Go through a closed matter again: the next round, with the same number and code, its own clock and rating."""
    history.lock(case.dossier_id)
    last = case.latest_round()
    if last.state != State.CLOSED:
        raise MoveRefused(_("本事项第 %(n)d 轮还没有办结。") % {"n": last.number})
    round = Round(case=case, number=last.number + 1, route=route, unit=unit)
    with opening(round, "reopen", by=by, note=reason):
        show_cover(round, State.ROUTED)
    return round


def allow(case, verb, *, by) -> None:
    """Raise MoveRefused unless `by` may do this to the file as its latest round stands now. Takes its lock."""
    history.lock(case.dossier_id)
    round = case.latest_round()
    if refusal := round.MOVES.named(verb).why_not(round, by):
        raise MoveRefused(refusal)


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
def reveal_party(party, *, by, reason="") -> Party:
    """Show a party in full, with a trace in the file and in the person's own history.

    An open case of one's own unit is the reason; otherwise one is asked for (practice.md, House and hall 6).
    """
    if not reason and not party.case.is_in_hand_of(by):
        raise MoveRefused(_("请填写查看事由。"))
    details = {"party": party.pk, "case": party.case.number}
    for subject in filter(
        None, [party.person, party.case]
    ):  # persons before matters, as when they are registered
        history.record(subject, "reveal", by=by, note=reason, details=details)
    return party


@transaction.atomic
def log_contact(case, *, by, whom, said, at=None) -> ContactEntry:
    """Note whom we rang, when, and what they said."""
    allow(case, "log_contact", by=by)
    entry = ContactEntry.objects.create(case=case, by=by, whom=whom, said=said, at=at or timezone.now())
    history.record(case, "log_contact", by=by, note=f"{whom}：{said}")
    live.changed(*case.topics())
    return entry


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

    Papers that were handed out for signing or are in force stay as they were.
    """
    case = party.case
    correct_person(party.person, by=by, seen=seen, note=reason, **changes)  # persons before matters
    allow(case, "correct", by=by)
    if "name" in changes:
        party.name = changes["name"]
        party.save()
        refresh_words(case)
    details = {"party": party.pk, "fields": sorted(changes)}
    history.record(case, "correct_party", by=by, note=reason, details=details)
    live.changed(*case.topics())


@transaction.atomic
def register_party(case, *, by, side, id_type, name, id_number="", phone="") -> Party:
    """Add a party as typed at a window: a person, registered once and found by their papers, or a firm or body."""
    if id_type == BODY:
        organisation = register_organisation(name=name, uscc=id_number)
        return add_party(case, by=by, side=side, name=organisation.name, organisation=organisation)
    id_type = id_type if id_number else Person.IdType.NONE
    person = register_person(by=by, name=name, id_type=id_type, id_number=id_number, phone=phone)
    return add_party(case, by=by, side=side, name=person.name, person=person)


def edit_rule(book, rule, *, by, cues, version, **notice) -> None:
    """Give a rule other cue words. Every process follows from its next suggestion on.

    `notice` are the words of the paper that goes with an outlet which leads away.

    `version` is that of the book the form was filled from: whoever was overtaken is refused and loses nothing.
    """
    before = dict(rule.cues)
    details = {"rule": str(rule), "before": before, "after": cues}
    if changed := {name: text for name, text in notice.items() if text != getattr(rule, name)}:
        details["notice"] = changed
    with moving(book, "edit_rule", by=by, note=str(rule), details=details):
        if book.version != version:
            raise MoveRefused(
                _("填写期间，规则已被他人修改。请刷新页面核对后再保存，您填写的内容仍在表单中。")
            )
        book.version += 1
        rule.cues = cues
        for name, text in notice.items():
            setattr(rule, name, text)
        rule.save(update_fields=["cues", *notice])


@transaction.atomic
def add_agent(case, *, by, party, authority, letter, name, id_type, id_number="", phone="") -> Agent:
    """Register whom a party entrusted, with the scan of the letter (授权委托书). A new letter replaces the former."""
    allow(case, "add_party", by=by)
    person = register_person(by=by, name=name, id_type=id_type, id_number=id_number, phone=phone)
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
    history.lock(round.dossier_id)
    refuse_ended(round)
    request = Request(
        case=round.case, round=round, kind=kind, from_unit=from_unit, to_unit=to_unit, text=text
    )
    with opening(request, "ask", by=by, note=text):
        grant_sight(round.case, to_unit, Sight.Why.ASKED)
    return request


def refuse_ended(round):
    round.refresh_from_db(fields=["state"])
    if round.state == State.CLOSED:
        raise MoveRefused(_("本轮已办结，不能再发起协同请求。"))


def accept_request(request, *, by):
    with moving(request, "accept_request", by=by):
        pass


def object_to_request(request, *, by, note):
    """Say that the work is not this unit's, and why. It stays with the unit until the asking unit agrees."""
    with moving(request, "object_to_request", by=by, note=note):
        pass


def agree_to_objection(request, *, by, note=""):
    with moving(request, "agree_to_objection", by=by, note=note):
        pass


def refuse_objection(request, *, by, note):
    with moving(request, "refuse_objection", by=by, note=note):
        pass


def answer_request(request, *, by, answer):
    with moving(request, "answer_request", by=by, note=answer):
        request.answer = answer


def verify_request(request, *, by, note=""):
    with moving(request, "verify_request", by=by, note=note):
        pass


def send_request_back(request, *, by, note):
    with moving(request, "send_request_back", by=by, note=note):
        pass


def withdraw_request(request, *, by, note):
    with moving(request, "withdraw_request", by=by, note=note):
        pass


@transaction.atomic
def accept_handling(handling, *, by, verb):
    """A desk takes a matter that waits for it: `handling` is its new row on the round.

    The round is taken first: of two people who press at once, the second is refused before a row of hers exists.
    """
    take(handling.round, by=by)
    with opening(handling, verb, by=by):
        pass


def pass_on(row, *, by, to, note=""):
    """Give work of a desk to another of its people: the clock goes on, and what was done stays whose it was."""
    with moving(row, "pass_on", by=by, note=note, details={"from": row.handler_id, "to": to.pk}):
        refuse_unable(row, to)
        row.handler = to


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

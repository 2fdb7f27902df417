"""A loaded matter and a lived one of the same road have the same rows: table by table, column by column.

The road is lived through the services, all within a moment; the loaded one takes its days. So moments are compared by
whether they are there, texts by whether they are empty; states, verbs, kinds and codes by what they are.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

from cases import services as cases
from cases.models import Case, Transfer
from cases.states import Channel, Outcome, Route
from dispatch import services as dispatch
from governance_center.demo import album, days, matters, roads, staff, texts
from governance_center.demo.days import Diary
from governance_center.demo.files import Ledger
from governance_center.demo.hall import Visit
from governance_center.demo.load import Loading
from governance_center.demo.matters import Matter, Told
from intake import services as intake
from intake.models import Settlement, Ticket
from kernel.calendar import DAY
from kernel.models import Attachment, ClockRule, Dossier
from kernel.moments import NEVER
from mediation import services as mediation
from mediation.models import Agreement, Consent, JudicialConfirmation, Mediation, Session
from mediation.states import CheckItem, Ground, PayWay, Way
from people.models import Unit, User, Window
from petitions import services as petitions
from tests.demo.conftest import NOON

EXACT = {"seq", "verb", "before", "after", "state", "code", "role", "why"}
"""Besides the columns with choices."""


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


# --- What is compared -----------------------------------------------------------------------------------------------


def shapes(case: Case) -> dict[str, list[dict]]:
    """The rows of the matter, of its visit and of its people, by table."""
    ticket = Ticket.objects.filter(query_code=case.query_code).first()
    people = [party.person for party in case.parties.order_by("pk") if party.person]
    found = defaultdict(dict)
    for subject in filter(None, (case, ticket, *people)):
        for row in rows_of(subject.dossier_id):
            found[row._meta.label][row.pk] = shape_of(row)
    return {label: list(rows.values()) for label, rows in found.items()}


def rows_of(dossier_id: int) -> Iterator[models.Model]:
    """Everything in a dossier, and everything that hangs on a row of it alone."""
    yield Dossier.objects.get(pk=dossier_id)
    for model in apps.get_models():
        if "dossier" in {field.name for field in model._meta.concrete_fields} and model is not User:
            rows = list(model.objects.filter(dossier=dossier_id).order_by("pk"))
            yield from rows
            yield from hanging_on(model, rows)


def hanging_on(model, rows) -> Iterator[models.Model]:
    for relation in model._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and (relation.one_to_many or relation.one_to_one)):
            continue
        child = relation.related_model
        if child._meta.app_label in settings.OUR_APPS and not hasattr(child, "dossier"):
            found = list(child._base_manager.filter(**{f"{relation.field.name}__in": rows}).order_by("pk"))
            yield from found
            yield from hanging_on(child, found)


def shape_of(row) -> dict:
    return {field.attname: shape(field, getattr(row, field.attname)) for field in row._meta.concrete_fields}


def shape(field, value):
    if value is None or field.name in EXACT or field.choices or isinstance(value, bool):
        return value
    if isinstance(value, dict):
        return sorted(value)
    if value == NEVER:
        return "never"
    return "something" if value or value == 0 else "nothing"


# --- Loaded ---------------------------------------------------------------------------------------------------------


def loaded(monkeypatch, outlet: str, unit: str, ending=roads.agree, category="C04") -> Case:
    """A matter of this outlet, registered at the window three months ago; what is likely happens, the rest does not.

    No desk takes so long that somebody is reminded.
    """
    monkeypatch.setattr(Matter, "chance", lambda self, likelihood: likelihood > 0.5)
    handle = roads.handle
    monkeypatch.setattr(roads, "handle", lambda *args, **given: handle(*args, **given | {"days": 0.1}))
    unswept = ClockRule.objects.filter(code="mediation.ask_confirmation")
    unswept.update(rungs=[])  # what is lived here is lived in one moment, and swept by nobody
    monkeypatch.setattr(roads, "ENDINGS", dict.fromkeys(roads.ENDINGS, ending))
    staff.load()
    day = timezone.localdate() - 91 * DAY
    loading = Loading(Ledger(now=timezone.now()), Diary(since=day, now=timezone.now()), seed=1)
    world = loading.world
    staff.seat([day, timezone.localdate()])
    story = texts.story(Random(7), category, township="330803001")
    told = Told(
        story, world.areas["330803001"], world.outlets[outlet], world.units[unit], "window", outlet != "O17"
    )
    at = NOON - 91 * DAY
    visit = Visit(at=at, care="", about=told, end="finish", minutes=12.0)
    visit.called_at, visit.window = at + timedelta(minutes=4), world.crew.windows[0]
    loading.hall.number(day, [visit])
    loading.receive(Random(3), day, at, visit)
    loading.numbering.number(until=timezone.now())
    loading.pause()
    loading.ledger.tables.close()
    return Case.objects.get()


# --- Lived ----------------------------------------------------------------------------------------------------------


class Lived:
    """The same matter again, through the services."""

    def __init__(self, like: Case):
        self.like = like
        self.window = Window.objects.get(number=1)
        self.by = self.window.seats.get(day=timezone.localdate(), role="clerk").user
        guide = User.objects.get(username="guide")
        applicant, *others = like.parties.order_by("pk")
        person = applicant.person
        self.ticket = intake.register(
            by=guide,
            unit=self.window.unit,
            head_count=like.people_count,
            name=person.name,
            id_number="330803190101010013",
            phone=person.phone.plain,
            origin=person.origin,
            address=person.address.plain,
        )
        intake.print_ticket(self.ticket, by=guide)
        self.ticket = intake.call_next(self.window, by=self.by)
        intake.heard(self.ticket.announcements.get())
        intake.receive(self.ticket, by=self.by)
        self.respondent = None
        if others:
            phone = others[0].person.phone.plain
            self.respondent = {"kind": "person", "name": others[0].name, "phone": phone}

    def triage(self, **settled) -> Case:
        like = self.like
        unit = Unit.objects.get(pk=self.first_unit())
        case = intake.triage(
            self.ticket,
            by=self.by,
            outlet=like.outlet,
            to_unit=unit,
            respondent=self.respondent,
            title=like.title,
            story=like.story,
            category=like.category,
            urgency=like.urgency,
            area=like.area,
            amount=like.amount,
            people_count=like.people_count,
            **settled,
        )
        intake.finish(self.ticket, by=self.by)
        self.case, self.round = case, case.latest_round()
        return case

    def first_unit(self) -> int:
        first = Transfer.objects.filter(round__case=self.like).first()
        return first.from_unit_id if first else self.like.unit_id

    def outcome(self) -> Outcome:
        return Outcome(self.like.latest_round().outcome)

    def mediate(self) -> Mediation:
        """Accepted, prepared and met as often as in the loaded one."""
        mediator = User.objects.get(username="mediator")
        mediating = mediation.accept(self.round, by=mediator)
        cases.log_contact(self.case, by=mediator, whom="对方", said="同意来中心谈")
        for consent in Consent.objects.filter(mediation__case=self.like):
            mediation.record_consent(
                mediating,
                by=mediator,
                party=self.case.parties.get(side=consent.party.side),
                way=consent.way,
                asked_at=timezone.now(),
                answer=consent.answer,
                chosen=mediator,
            )
        for session in Session.objects.filter(mediation__case=self.like):
            mediation.record_session(
                mediating,
                by=mediator,
                held_at=timezone.now(),
                place=session.place,
                attended=self.case.parties.all(),
                others="",
                record=session.record,
            )
        return mediating

    def handle(self, desk, noun: str, username: str, begin=None) -> None:
        """Taken, rung about, and answered. `begin` is what the desk does first of all."""
        by = User.objects.get(username=username)
        self.round.refresh_from_db()
        handling = getattr(desk, f"accept_{noun}")(self.round, by=by)
        if begin:
            begin(handling, by)
        cases.log_contact(self.case, by=by, whom="对方", said="约好答复时间。")
        getattr(desk, f"answer_{noun}")(handling, by=by, reply="已答复。", outcome=self.outcome())

    def register(self, handling, by) -> None:
        """登记, as the desk's form proposes it."""
        came_on = timezone.localdate(self.round.arrived_at)
        petitions.register_petition(
            handling, by=by, form="visit", came_on=came_on, purpose="appeal", people_count=1
        )

    def close(self) -> Case:
        self.round.refresh_from_db()
        told = self.like.latest_round()
        asked = told.followed_up
        director = User.objects.get(username="director")
        cases.follow_up(self.round, by=director, way=asked.way, said=asked.said, promise_kept=True)
        rating = told.ratings.get()
        cases.rate(self.round, answer=rating.answer, comment=rating.comment, through=rating.through)
        return self.case


def test_settled_at_the_window(monkeypatch):
    like = loaded(monkeypatch, "O01", "centre")

    lived = Lived(like)
    lived.triage(outcome=lived.outcome(), said="当场付清。")

    assert shapes(lived.close()) == shapes(like)


def test_a_paper_that_was_brought(monkeypatch):
    monkeypatch.setattr(roads, "ATTACHED", 0.9)
    like = loaded(monkeypatch, "O01", "centre")
    brought = Attachment.objects.get()

    lived = Lived(like)
    case = lived.triage()
    cases.attach(case, by=lived.by, file=album.paper(brought.name))
    intake.settle(Settlement.objects.get(case=case), by=lived.by, outcome=lived.outcome(), said="当场付清。")

    assert shapes(lived.close()) == shapes(like)


def test_mediated_with_an_agreement(monkeypatch):
    like = loaded(monkeypatch, "O02", "committee")

    lived = Lived(like)
    lived.triage()
    mediating = lived.mediate()
    texts = {name: getattr(Agreement.objects.get(), name) for name in Agreement.TEXTS}
    agreement = mediation.draft_agreement(mediating, by=mediating.mediator, **texts)
    mediation.submit_agreement(agreement, by=mediating.mediator, checked=CheckItem.values)
    sign_and_stamp(agreement, Agreement.objects.first())

    assert shapes(lived.close()) == shapes(like)


def sign_and_stamp(agreement, like):
    for place, signed in zip(agreement.signatures.all(), like.signatures.all(), strict=True):
        mediation.sign_agreement(
            agreement,
            by=agreement.mediation.mediator,
            signature=place,
            way=Way(signed.way),
            signed_on=timezone.localdate(),
        )
    stamp = User.objects.get(username="stamp")
    mediation.set_stamp(agreement, by=stamp, stamped_on=timezone.localdate())
    confirmation = JudicialConfirmation.objects.get(agreement=agreement)
    mediation.decline_confirmation(confirmation, by=agreement.mediation.mediator, note="当场履行。")
    perform(agreement)


def perform(agreement):
    performance = agreement.performances.get()
    mediation.record_payment(
        performance,
        by=agreement.mediation.mediator,
        amount=performance.amount,
        paid_on=timezone.localdate(),
        way=PayWay.TRANSFER,
    )


def test_an_agreement_that_went_back_once(monkeypatch):
    """Its first version is withdrawn and stays in the file."""
    monkeypatch.setattr(roads, "REVISED", 0.9)
    monkeypatch.setattr(days, "TAIL", 0)  # it takes longer, but nothing is late
    like = loaded(monkeypatch, "O02", "committee")
    first, second = Agreement.objects.order_by("version")
    assert (first.state, second.state) == ("withdrawn", "in_force")

    lived = Lived(like)
    lived.triage()
    mediating = lived.mediate()
    texts = {name: getattr(first, name) for name in Agreement.TEXTS}
    agreement = mediation.draft_agreement(mediating, by=mediating.mediator, **texts)
    mediation.submit_agreement(agreement, by=mediating.mediator, checked=CheckItem.values)
    agreement = mediation.revise_agreement(agreement, by=mediating.mediator, note="时间太紧。")
    mediation.submit_agreement(agreement, by=mediating.mediator, checked=CheckItem.values)
    sign_and_stamp(agreement, second)

    assert shapes(lived.close()) == shapes(like)


def test_mediated_with_an_oral_agreement(monkeypatch):
    like = loaded(monkeypatch, "O02", "committee", ending=roads.agree_by_word)

    lived = Lived(like)
    lived.triage()
    mediating = lived.mediate()
    texts = {name: getattr(Agreement.objects.get(), name) for name in Agreement.TEXTS}
    agreement = mediation.record_oral_agreement(
        mediating, by=mediating.mediator, agreed_on=timezone.localdate(), **texts
    )
    perform(agreement)

    assert shapes(lived.close()) == shapes(like)


def test_not_mediated_and_sent_on_to_the_court(monkeypatch):
    monkeypatch.setattr(roads, "NEXT_DESKS", {Route.COURT: 1})
    like = loaded(monkeypatch, "O02", "committee", ending=roads.give_up)

    lived = Lived(like)
    lived.triage()
    mediating = lived.mediate()
    ground = Ground(Mediation.objects.get(case=like).ground)
    court = Unit.objects.get(code="court")
    mediation.give_up(
        mediating, by=mediating.mediator, ground=ground, note="差距太大。", route=Route.COURT, unit=court
    )
    lived.handle(mediation, "referral", "court")

    assert shapes(lived.close()) == shapes(like)


def test_answered_by_the_petition_desk(monkeypatch):
    like = loaded(monkeypatch, "O09", "petitions", category="C08")

    lived = Lived(like)
    lived.triage()
    lived.handle(petitions, "petition", "petitions", begin=lived.register)

    assert shapes(lived.close()) == shapes(like)


def test_sent_straight_to_a_department(monkeypatch):
    like = loaded(monkeypatch, "O05", "human_resources", category="C01")

    lived = Lived(like)
    lived.triage()
    lived.handle(dispatch, "order", "department")

    assert shapes(lived.close()) == shapes(like)


def test_assigned_by_the_dispatcher(monkeypatch):
    like = loaded(monkeypatch, "O05", "centre", category="C01")

    lived = Lived(like)
    lived.triage()
    note = Transfer.objects.get().reason
    department = Unit.objects.get(code="human_resources")
    dispatcher = User.objects.get(username="dispatcher")
    dispatch.assign_order(lived.round, by=dispatcher, unit=department, note=note)
    lived.handle(dispatch, "order", "department")

    assert shapes(lived.close()) == shapes(like)


REQUESTS = {
    "answered and verified": ("", ["accept_request", "answer_request", "verify_request"]),
    "taken back": ("WITHDRAWN", ["withdraw_request"]),
    "objected to, rightly": ("OBJECTED", ["object_to_request", "agree_to_objection"]),
    "answered twice": (
        "NOT_ENOUGH",
        ["accept_request", "answer_request", "send_request_back", "answer_request", "verify_request"],
    ),
}
SAID = {
    "answer_request": {"answer": "已核实。"},
    "withdraw_request": {"note": "不需要了。"},
    "object_to_request": {"note": "不属于本单位。"},
    "send_request_back": {"note": "请补充。"},
}
BY_THE_HELPER = {"accept_request", "answer_request", "object_to_request"}


@pytest.mark.parametrize(("likely", "steps"), REQUESTS.values(), ids=REQUESTS)
def test_a_request_to_another_unit(monkeypatch, likely, steps):
    """Before the sessions, to its end."""
    monkeypatch.setattr(roads, "HELPED", 0.9)
    if likely:
        monkeypatch.setattr(matters, likely, 0.9)
    like = loaded(monkeypatch, "O02", "committee", ending=roads.agree_by_word)
    asked = like.requests.get()

    lived = Lived(like)
    lived.triage()
    mediator = User.objects.get(username="mediator")
    helper = User.objects.filter(posts__unit=asked.to_unit, posts__role="handler").first()
    mediation.accept(lived.round, by=mediator)
    cases.log_contact(lived.case, by=mediator, whom="对方", said="同意来中心谈")
    units = {"from_unit": asked.from_unit, "to_unit": asked.to_unit}
    request = cases.ask(lived.round, by=mediator, kind=asked.kind, text="请核实。", **units)
    for step in steps:
        by = helper if step in BY_THE_HELPER else mediator
        getattr(cases, step)(request, by=by, **SAID.get(step, {}))

    assert of_the_request(lived.case) == of_the_request(like)


def of_the_request(case):
    rows = shapes(case)
    told = [row for row in rows["kernel.HistoryEntry"] if re.search("request|objection|ask", row["verb"])]
    return rows["cases.Request"], [row | {"seq": 0} for row in told], rows["cases.Sight"]


@pytest.mark.parametrize("channel", [Channel.PHONE, Channel.HOTLINE])
def test_registered_without_a_visit(monkeypatch, channel):
    """A call that the centre enters above, and a matter of the hotline, which has a number and a date already."""
    monkeypatch.setattr(Matter, "chance", lambda self, likelihood: likelihood > 0.5)
    monkeypatch.setattr(
        Diary, "after", lambda self, at, days, random: at + timedelta(hours=2)
    )  # nothing is late
    ClockRule.objects.update(rungs=[])  # what is lived here is lived in one moment, and swept by nobody
    staff.load()
    day = timezone.localdate() - 91 * DAY
    loading = Loading(Ledger(now=timezone.now()), Diary(since=day, now=timezone.now()), seed=1)
    world = loading.world
    story = texts.story(Random(7), "C01", township="330803001")
    department = world.units["human_resources"]
    told = Told(story, world.areas["330803001"], world.outlets["O05"], department, channel, False)
    loading.register(Random(3), day, NOON - 91 * DAY, told)
    loading.pause()
    loading.ledger.tables.close()
    like = Case.objects.get()

    lived = LivedWithoutVisit(like)
    lived.handle(dispatch, "order", "department")

    assert shapes(lived.close()) == shapes(like)


class LivedWithoutVisit(Lived):
    """The same, registered by the dispatcher."""

    def __init__(self, like: Case):
        self.like = like
        by = User.objects.get(username="dispatcher")
        person = like.parties.get().person
        self.case = intake.register_arrival(
            by=by,
            unit=Unit.objects.centre(),
            channel=like.channel,
            outside_number=like.outside_number and f"{like.outside_number}A",
            came_at=timezone.now(),
            reply_by=like.arrival.reply_by,
            name=person.name,
            phone=person.phone.plain,
            outlet=like.outlet,
            to_unit=Unit.objects.get(pk=self.first_unit()),
            title=like.title,
            story=like.story,
            category=like.category,
            urgency=like.urgency,
            area=like.area,
            place=like.place,
            amount=like.amount,
            people_count=like.people_count,
        ).case
        if like.above_number:
            number = f"{like.above_number}A"
            intake.enter_above(self.case.arrival, by=by, above_number=number, entered_at=timezone.now())
        self.round = self.case.latest_round()

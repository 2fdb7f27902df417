"""The roads of a matter, desk by desk: what the services of the desks do, in the same order.

A verb inside another's block is recorded first, as in life: resolve before conclude, reroute before give_up.
"""

import json
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random

from cases.models import Case, Outlet, Party
from cases.states import MOST_REPRESENTATIVES, Channel, Outcome, Route
from dispatch.models import OrderHandling
from governance_center.demo import texts
from governance_center.demo.days import local_day
from governance_center.demo.matters import ATTACHED, Matter, NotYet, Place, World
from governance_center.demo.staff import Colleague
from governance_center.demo.tables import Row
from intake.models import Settlement
from kernel.encryption import encrypt
from mediation.models import (
    Agreement,
    Consent,
    CourtReferral,
    JudicialConfirmation,
    Mediation,
    Payment,
    Performance,
    Session,
    Signature,
)
from mediation.services import particulars
from mediation.states import (
    SOURCE_OF,
    TERMS,
    AgreementState,
    AskedBy,
    CheckItem,
    Ground,
    Kind,
    PayWay,
    Way,
    Willing,
)
from mediation.states import State as MediationState
from people.models import Organisation, Person
from petitions.models import PetitionHandling, Registration
from petitions.states import FORM_OF, Form, Purpose

SERIES = f"衢江{TERMS[Kind.PEOPLES].word}"
HELPERS = ("human_resources", "housing", "justice", "police", "market", "agriculture", "civil_affairs")
HELPED = 0.15
PERFORMED = 0.85
"""So many agreements are performed within days; of the others some are late."""
WHOLE = "履行协议"
"""What is not paid in instalments is one promise."""
REVISED = 0.05
"""So many agreements go back from signing once."""
UNWANTED = 0.7
"""So many agreements are not brought before the court."""
NEXT_DESKS = {Route.COURT: 80, Route.PETITIONS: 8, Route.INTAKE: 12}
"""Where a matter goes that could not be mediated."""
MEDIATORS = ("mediator", "industry_mediator")
ORDER_TAKERS = ("handler", "unit_head", "township_officer")


def live(matter: Matter, in_front_of: Colleague | None = None) -> None:
    """From the first desk to now. `in_front_of` has the visitor at the window at this moment."""
    try:
        through_desks(matter, in_front_of)
        matter.follow_up()
        if goes_on(matter):
            through_desks(matter)
            matter.follow_up()
            goes_on(matter, likelihood=0)
    except NotYet:
        pass
    matter.lived = True
    matter.seal()


def goes_on(matter: Matter, likelihood=0.5) -> bool:
    """What the citizen says of it, and whether the matter is gone through once more."""
    unhappy = matter.rate() == "unsatisfied"
    again = (unhappy or not matter.kept) and matter.chance(likelihood)
    if unhappy:
        matter.call_back(reopens=again)
    elif again:
        matter.reopen()
    return again


def through_desks(matter: Matter, in_front_of: Colleague | None = None) -> None:
    """Desk after desk, until one of them resolves the round."""
    if matter.round["route"] == Route.INTAKE and in_front_of:
        at_the_window(matter, in_front_of)
    while not matter.round["outcome"]:
        ROADS[matter.round["route"]](matter)


# --- The window ---------------------------------------------------------------------------------------------------


def at_the_window(matter: Matter, by: Colleague | None = None) -> None:
    """Answered or settled on the spot; what a desk sent back is looked at again by the centre.

    `by` has the visitor in front of them: no time passes.
    """
    if by is None:
        matter.wait(0.5)
    by = by or matter.world.crew.any(matter.random, matter.unit.pk, "clerk")
    matter.take(by)
    settlement = desk_row(matter, Settlement, handler_id=by.pk)
    matter.file.open(settlement, "take_up", by=by.pk, at=matter.at, clocked=matter.round)
    if matter.chance(0.3):
        matter.wait(0)
    if matter.chance(ATTACHED):
        matter.attach(by)
    said = texts.sentence(matter.random, texts.ANSWERS, **matter.slots())
    here = Outcome.ANSWERED if matter.respondent is None else Outcome.SETTLED
    outcome = Outcome.GUIDED if matter.told.outlet.leads_away else here
    settlement.update(said=said, ended_at=matter.at)
    matter.resolve(by, outcome)
    matter.file.move(settlement, "settle", by=by.pk, at=matter.at, note=said, clocked=matter.round)


def desk_row(matter: Matter, model, **columns) -> Row:
    return matter.file.add_tracked(
        model,
        case_id=matter.case["id"],
        round_id=matter.round["id"],
        unit_id=matter.unit.pk,
        opened_at=matter.at,
        **columns,
    )


# --- Mediation ----------------------------------------------------------------------------------------------------


def mediate(matter: Matter) -> None:
    matter.wait(0.6)
    mediator = matter.world.crew.any(matter.random, matter.unit.pk, *MEDIATORS)
    matter.take(mediator)
    source = SOURCE_OF[Channel(matter.case["channel"])]
    mediation = desk_row(matter, Mediation, mediator_id=mediator.pk, source=source)
    matter.file.start(matter.round, TERMS[Kind.PEOPLES].clock, matter.at)
    matter.file.open(mediation, "accept", by=mediator.pk, at=matter.at, clocked=matter.round)
    prepare(matter, mediator)
    ask_consent(matter, mediation, mediator)
    meet(matter, mediation, mediator)
    how = (
        matter.random.choices(["agreement", "oral", "failed"], [66, 12, 22])[0]
        if matter.respondent
        else "failed"
    )
    ENDINGS[how](matter, mediation, mediator)


def prepare(matter: Matter, mediator: Colleague) -> None:
    if matter.chance(0.95):
        matter.wait(0.4)
        matter.log_contact(mediator)
    if matter.chance(ATTACHED):
        matter.attach(mediator)
    if matter.chance(HELPED) and not matter.case["restriction"]:
        matter.ask_help(mediator, matter.world.units[matter.random.choice(HELPERS)])


def ask_consent(matter: Matter, mediation: Row, mediator: Colleague) -> None:
    """All want mediation, and accept the mediator (mediation.services.record_consent)."""
    for party in matter.parties:
        way = AskedBy.IN_PERSON if party is matter.parties[0] else AskedBy.PHONE
        matter.file.add(
            Consent,
            mediation_id=mediation["id"],
            party_id=party["id"],
            way=way.value,
            asked_at=matter.at,
            asked_by_id=mediator.pk,
            answer=Willing.AGREED.value,
            chosen_id=mediator.pk,
            note="",
            recorded_at=matter.at,
        )
        details = {"party": party["id"], "answer": Willing.AGREED.value, "way": way.value}
        move(matter, mediation, "record_consent", mediator, details=details)


def meet(matter: Matter, mediation: Row, mediator: Colleague) -> None:
    for number in range(1, matter.random.choices([1, 2, 3], [55, 33, 12])[0] + 1):
        matter.wait(3)
        session = matter.file.add(
            Session,
            mediation_id=mediation["id"],
            number=number,
            held_at=matter.at - timedelta(minutes=30 + matter.random.randrange(60)),
            place=matter.random.choice(["调解室一", "调解室二", "村（社区）便民服务中心", "现场"]),
            others="",
            record=texts.sentence(matter.random, texts.SESSIONS, **matter.slots()),
            recorded_by_id=mediator.pk,
            recorded_at=matter.at,
        )
        for party in matter.parties:
            matter.file.add(Session.attended.through, session_id=session["id"], party_id=party["id"])
        details = {"session": session["id"], "number": number}
        move(matter, mediation, "record_session", mediator, details=details)


def move(matter: Matter, row: Row, verb: str, by: Colleague, **entry) -> Row:
    return matter.file.move(row, verb, by=by.pk, at=matter.at, clocked=matter.round, **entry)


def agree(matter: Matter, mediation: Row, mediator: Colleague) -> None:
    """A written agreement: drafted, signed by all, stamped, in force."""
    matter.wait(0.4)
    agreement = draft(matter, mediation, mediator)
    move(matter, mediation, "draft_agreement", mediator, details={"agreement": agreement["id"]})
    places = hand_out(matter, mediation, agreement, mediator)
    if matter.chance(REVISED):
        agreement = revise(matter, mediation, agreement, mediator)
        places = hand_out(matter, mediation, agreement, mediator)
    for place in places:
        if matter.chance(0.12):
            matter.wait(1)
        sign(matter, agreement, place, mediator)
    if matter.chance(0.3):
        matter.wait(0.5)
    keeper = matter.world.crew.any(matter.random, matter.unit.pk, "stamp_keeper")
    day = local_day(matter.at)
    agreement.update(stamped_on=day, stamped_by_id=keeper.pk)
    move(matter, agreement, "set_stamp", keeper, details={"stamped_on": str(day)})
    agreement["in_force_on"] = day
    entry = move(matter, agreement, "take_effect", keeper)
    matter.world.numbering.expect(matter, agreement, places, entry)
    matter.resolve(keeper, Outcome.AGREEMENT)
    mediation["ended_at"] = matter.at
    move(matter, mediation, "conclude", keeper)
    confirmation = open_confirmation(matter, mediation, agreement, keeper)
    promised = promise(matter, agreement, keeper)
    leave_unconfirmed(matter, confirmation, mediator)
    perform(matter, promised, mediator)


def open_confirmation(matter, mediation: Row, agreement: Row, keeper: Colleague) -> Row:
    """The thirty days run."""
    confirmation = matter.file.add_tracked(
        JudicialConfirmation,
        case_id=matter.case["id"],
        mediation_id=mediation["id"],
        agreement_id=agreement["id"],
        unit_id=mediation["unit_id"],
        opened_at=matter.at,
    )
    matter.file.open(confirmation, "open_confirmation", by=keeper.pk, at=matter.at)
    return confirmation


def leave_unconfirmed(matter, confirmation: Row, mediator: Colleague) -> None:
    """Most parties perform and ask for no ruling."""
    if matter.chance(UNWANTED):
        matter.wait(0.1)
        note = "双方表示当场履行，不申请司法确认。"
        matter.file.move(confirmation, "decline_confirmation", by=mediator.pk, at=matter.at, note=note)


def hand_out(matter: Matter, mediation: Row, agreement: Row, mediator: Colleague) -> list[Row]:
    """Submitted for signing, with a place for everybody who must sign; the mediator signs last."""
    matter.wait(0)
    move(matter, mediation, "begin_signing", mediator)
    note = f"已核对 {len(CheckItem)} 项"
    checked = {"checked": sorted(CheckItem.values)}
    move(matter, agreement, "submit_agreement", mediator, note=note, details=checked)
    places = [lay_out(matter, agreement, party) for party in matter.parties]
    own = matter.file.add(
        Signature, agreement_id=agreement["id"], mediator_id=mediator.pk, name=mediator.name
    )
    return [*places, own]


def revise(matter: Matter, mediation: Row, agreement: Row, mediator: Colleague) -> Row:
    """A version that somebody would not sign is withdrawn, and the next one begins with its text."""
    matter.wait(0.3)
    note = "当事人对付款时间有意见，退回修改。"
    move(matter, agreement, "revise_agreement", mediator, note=note)
    move(matter, mediation, "resume_talks", mediator)
    same = {name: agreement[name] for name in Agreement.TEXTS}
    return draft(matter, mediation, mediator, version=agreement["version"] + 1, **same)


def draft(matter: Matter, mediation: Row, mediator: Colleague, **columns) -> Row:
    story = matter.told.story
    terms = texts.terms(matter.random, story.category, story.amount, **matter.slots())
    day = local_day(matter.at)
    written = {
        "facts": terms.facts,
        "terms": terms.duties,
        "performance": terms.way,
        "perform_by": day + timedelta(days=matter.random.randrange(3, 45)),
        "amount": story.amount,
    }
    return matter.file.add_tracked(
        Agreement,
        mediation_id=mediation["id"],
        state=AgreementState.DRAFTED,
        drafted_by_id=mediator.pk,
        drafted_at=matter.at,
        **(written | columns),
    )


def lay_out(matter: Matter, agreement: Row, party: Row) -> Row:
    """A place to sign, with the party as the paper names it (mediation.services.submit_agreement)."""
    place = matter.file.add(Signature, agreement_id=agreement["id"], party_id=party["id"], name=party["name"])
    details = json.dumps(particulars(as_model(party)))
    place["details"] = encrypt(details, f"{place.table.label}.details:{place['id']}")
    return place


def as_model(party: Row) -> Party:
    known = party.plain
    if party["organisation_id"]:
        return Party(organisation=Organisation(name=known["name"], uscc=known["uscc"]))
    shown = {name: known[name] for name in ("name", "id_type", "sex", "birth_on")}
    return Party(person=Person(**shown, **known.plain))


def sign(matter: Matter, agreement: Row, place: Row, mediator: Colleague) -> None:
    day = local_day(matter.at)
    way = matter.random.choices([Way.HAND, Way.FINGER, Way.STAMP], [6, 3, 1])[0]
    place.update(way=way.value, signed_on=day, noted_by_id=mediator.pk)
    matter.busy.add(mediator.pk)
    details = {"signature": place["id"], "signed_on": str(day), "signer": None}
    move(matter, agreement, "sign_agreement", mediator, note=f"{place['name']}：{way.label}", details=details)


def agree_by_word(matter: Matter, mediation: Row, mediator: Colleague) -> None:
    day = local_day(matter.at)
    agreement = draft(matter, mediation, mediator, is_oral=True, in_force_on=day)
    agreement["state"] = AgreementState.IN_FORCE
    agreement["content_hash"] = content_hash(matter, agreement, [])
    matter.resolve(mediator, Outcome.ORAL_AGREEMENT)
    mediation["ended_at"] = matter.at
    promised = promise(matter, agreement, mediator)
    details = {"agreement": agreement["id"], "sha256": agreement["content_hash"]}
    move(matter, mediation, "record_oral_agreement", mediator, details=details)
    perform(matter, promised, mediator)


def promise(matter: Matter, agreement: Row, by: Colleague) -> Row:
    """As mediation.services.promise, of an agreement that is performed at once."""
    performance = matter.file.add_tracked(
        Performance,
        case_id=matter.case["id"],
        agreement_id=agreement["id"],
        unit_id=matter.unit.pk,
        amount=agreement["amount"],
        due_on=agreement["perform_by"],
    )
    matter.file.open(performance, "promise", by=by.pk, at=matter.at, note=WHOLE)
    last_day = max(agreement["perform_by"], agreement["in_force_on"])
    matter.file.give(performance, "mediation.instalment", last_day, matter.at, "调解协议")
    return performance


def perform(matter: Matter, performance: Row, mediator: Colleague) -> None:
    """What the other side paid or did, mostly before anybody has to ask."""
    if not matter.chance(PERFORMED):
        return
    matter.wait(0.3)
    day = local_day(matter.at)
    payment = matter.file.add(
        Payment,
        performance_id=performance["id"],
        amount=performance["amount"],
        paid_on=day,
        way=PayWay.TRANSFER.value,
        noted_by_id=mediator.pk,
        noted_at=matter.at,
    )
    amount = performance["amount"]
    details = {"amount": amount and str(amount), "paid_on": str(day), "payment": payment["id"]}
    of = {"by": mediator.pk, "at": matter.at}
    done = f"{amount:,.2f} 元，{PayWay.TRANSFER.label}" if amount else PayWay.TRANSFER.label
    note = f"{WHOLE}：{done}"
    matter.file.move(performance, "record_payment", note=note, details=details, **of)
    performance["kept_on"] = day
    matter.file.move(performance, "keep_promise", **of)


def content_hash(matter: Matter, agreement: Row, places: list[Row]) -> str:
    """As Agreement.digest, by Agreement.digest: on a row that is not in the database yet."""
    known = Agreement(**agreement)
    known.mediation = Mediation(case=Case(number=matter.case["number"]))
    known.places = lambda: [Signature(**place) for place in places]
    known.instalment_rows = list
    return known.digest()


class Numbering:
    """Agreements are numbered in the order in which they come into force, not in that of their matters."""

    def __init__(self, ledger):
        self.ledger, self.expected, self.serial = ledger, [], count()

    def expect(self, matter: Matter, agreement: Row, places: list[Row], entry: Row) -> None:
        """The file stays open until the number is known, because everything after it is chained to it."""
        matter.unnumbered += 1
        heappush(self.expected, (matter.at, next(self.serial), matter, agreement, places, entry))

    def number(self, until: datetime) -> None:
        """Number all that came into force before `until`: nothing that opens later can be earlier."""
        while self.expected and self.expected[0][0] < until:
            at, _serial, matter, agreement, places, entry = heappop(self.expected)
            year = f"{local_day(at):%Y}"
            number = self.ledger.next_number(f"agreement.{SERIES}", year)
            agreement["number"] = f"（{year}）{SERIES}第{number:04}号"
            agreement["content_hash"] = content_hash(matter, agreement, places)
            entry["details"] = {
                "number": agreement["number"],
                "in_force_on": str(agreement["in_force_on"]),
                "sha256": agreement["content_hash"],
            }
            matter.unnumbered -= 1
            matter.seal()


def give_up(matter: Matter, mediation: Row, mediator: Colleague) -> None:
    """No agreement: the matter goes on to another desk."""
    matter.wait(1)
    ground = matter.random.choices([Ground.REFUSED, Ground.NO_AGREEMENT, Ground.FILED], [5, 8, 1])[0]
    note = texts.sentence(matter.random, texts.GIVE_UPS, **matter.slots())
    route = matter.random.choices(list(NEXT_DESKS), list(NEXT_DESKS.values()))[0]
    mediation.update(ground=ground.value, ground_note=note, ended_at=matter.at)
    reason = f"{MediationState.FAILED.label}：{ground.label}。{note}"
    matter.reroute(mediator, route=route, unit=matter.world.units[UNIT_OF[route]], note=reason)
    move(matter, mediation, "give_up", mediator, note=note, details={"ground": ground.value})


ENDINGS = {"agreement": agree, "oral": agree_by_word, "failed": give_up}
UNIT_OF = {Route.COURT: "court", Route.PETITIONS: "petitions", Route.INTAKE: "centre"}


# --- Desks that answer or send back -----------------------------------------------------------------------------------


def at_court(matter: Matter) -> None:
    handle(matter, CourtReferral, "referral", ["court"], days=3)


def at_petitions(matter: Matter) -> None:
    handle(matter, PetitionHandling, "petition", ["petition_officer"], days=9, begin=register)


def register(matter: Matter, handling: Row, handler: Colleague) -> None:
    """登记: as the form proposes it."""
    case = matter.case
    row = matter.file.add_tracked(
        Registration,
        case_id=case["id"],
        handling_id=handling["id"],
        form=FORM_OF.get(Channel(case["channel"]), Form.INTERNET).value,
        came_on=local_day(matter.arrived_at),
        purpose=Purpose.APPEAL.value,
        people_count=min(case["people_count"], MOST_REPRESENTATIVES),
        registered_by_id=handler.pk,
        registered_at=matter.at,
    )
    matter.file.open(row, "register_petition", by=handler.pk, at=matter.at, note=str(Purpose.APPEAL.label))


def dispatched(matter: Matter) -> None:
    if matter.unit == matter.world.centre:
        assign(matter)
    handle(matter, OrderHandling, "order", ORDER_TAKERS, days=2)


def assign(matter: Matter) -> None:
    """The dispatcher sends on what came to the centre."""
    matter.wait(0.3)
    dispatcher = matter.world.crew.any(matter.random, matter.world.centre.pk, "dispatcher")
    unit = matter.world.units[lead_of(matter)]
    note = "请核实处理并答复当事人。"
    sent_on = desk_row(matter, OrderHandling, handler_id=dispatcher.pk, ended_at=matter.at)
    matter.reroute(dispatcher, route=Route.DISPATCH, unit=unit, note=note)
    matter.file.open(
        sent_on,
        "assign_order",
        by=dispatcher.pk,
        at=matter.at,
        note=f"{unit.name}：{note}",
        clocked=matter.round,
    )


def handle(matter: Matter, model, noun: str, roles, *, days: float, begin=None) -> None:
    """Taken, then answered or sent back. `begin` is what the desk does first of all."""
    matter.wait(0.8)
    handler = matter.world.crew.any(matter.random, matter.unit.pk, *roles)
    matter.take(handler)
    handling = desk_row(matter, model, handler_id=handler.pk)
    of_desk = {"clocked": matter.round, "clocks_from": matter.arrived_at}
    matter.file.open(handling, f"accept_{noun}", by=handler.pk, at=matter.at, **of_desk)
    if begin:
        begin(matter, handling, handler)
    if matter.chance(0.9):
        matter.wait(0.5)
        matter.log_contact(handler)
    if matter.chance(ATTACHED):
        matter.attach(handler)
    if matter.chance(0.04):
        return send_back(matter, handling, noun, handler)
    matter.wait(days)
    reply = texts.sentence(matter.random, texts.ANSWERS[1:], **matter.slots())
    outcome = matter.random.choices([Outcome.REPLIED, Outcome.SETTLED, Outcome.GUIDED], [75, 12, 13])[0]
    handling.update(reply=reply, ended_at=matter.at)
    matter.resolve(handler, outcome)
    move(matter, handling, f"answer_{noun}", handler, note=reply)
    return None


def send_back(matter: Matter, handling: Row, noun: str, handler: Colleague) -> None:
    matter.wait(0.5)
    note = "经核对不属于本单位职责，请重新分流。"
    handling["ended_at"] = matter.at
    matter.reroute(handler, route=Route.INTAKE, unit=matter.world.centre, note=note)
    move(matter, handling, f"send_back_{noun}", handler, note=note)


def lead_of(matter: Matter) -> str:
    return BY_OUTLET.get(matter.told.outlet.code) or f"town-{matter.told.township.code}"


BY_OUTLET = {
    "O05": "human_resources",
    "O06": "human_resources",
    "O11": "enforcement",
    "O13": "police",
    "O16": "emergency",
    "O18": "civil_affairs",
}
INDUSTRY = {
    "C01": "committee_labour",
    "C02": "committee_labour",
    "C05": "committee_family",
    "C06": "committee_property",
    "C10": "committee_traffic",
    "C11": "committee_medical",
}
ROADS = {
    Route.INTAKE: at_the_window,
    Route.MEDIATION: mediate,
    Route.COURT: at_court,
    Route.PETITIONS: at_petitions,
    Route.DISPATCH: dispatched,
}


def first_desk(random: Random, world: World, outlet: Outlet, category: str, township: Place) -> Place:
    """The unit at whose desk a matter of this outlet begins."""
    if outlet.route == Route.MEDIATION:
        committee = "committee" if random.random() < 0.75 else f"committee-{township.code}"
        return world.units[INDUSTRY.get(category, committee) if outlet.code == "O03" else committee]
    if outlet.route == Route.DISPATCH:
        direct = random.random() < 0.6
        return world.units[BY_OUTLET.get(outlet.code, f"town-{township.code}")] if direct else world.centre
    return world.units[UNIT_OF[outlet.route]]

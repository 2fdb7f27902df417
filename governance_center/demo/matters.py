"""One matter as it is lived: what cases.services does to a file, on rows that are not in the database yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from cases.models import (
    CallBack,
    Case,
    Category,
    ContactEntry,
    FollowUp,
    Outlet,
    Party,
    Rating,
    Request,
    Round,
    Sight,
    Transfer,
)
from cases.services import ALPHABET
from cases.states import OF_THE_DESK, Answer, Channel, Outcome, RequestKind, Route, Side
from governance_center.demo import album, names, texts
from governance_center.demo.citizens import Citizens
from governance_center.demo.days import Diary, local_day
from governance_center.demo.files import File, Ledger
from governance_center.demo.staff import Colleague, Crew
from governance_center.demo.tables import Row
from intake.models import Arrival
from intake.services import FROM_A_SYSTEM
from kernel.models import Attachment
from kernel.words import searched
from people.models import Area, Unit

ATTACHED = 0.18
"""So many steps come with a paper that somebody brought."""
OBJECTED, WITHDRAWN, NOT_ENOUGH = 0.1, 0.06, 0.05
"""So many requests are objected to, taken back, or answered so that they go back once."""
STUCK = 0.0015
"""So many steps are forgotten for good."""
FIRST_ROUND_WORK = ("take", "resolve", "sign_agreement")
"""Whoever did one of these may not follow up (cases.states)."""


class NotYet(Exception):
    """The next step lies in the future: the story stops here, for now."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, or an area, as far as a row of a file needs it."""

    pk: int
    code: str
    name: str
    path: str


class World:
    """Everything that stories refer to, read once."""

    def __init__(self, ledger: Ledger, diary: Diary, seed: int):
        self.ledger, self.diary, self.seed = ledger, diary, seed
        self.crew, self.citizens = Crew(), Citizens(ledger, seed)
        self.units = {
            unit.code: Place(unit.pk, unit.code, unit.name, unit.area.path)
            for unit in Unit.objects.select_related("area")
        }
        self.areas = {
            area.code: Place(area.pk, area.code, area.name, area.path) for area in Area.objects.all()
        }
        self.townships = [area for area in self.areas.values() if len(area.code) == 9]
        self.categories = dict(Category.objects.values_list("code", "pk"))
        self.outlets = {outlet.code: outlet for outlet in Outlet.objects.all()}
        self.centre = self.units["centre"]
        self.album = {name: album.keep(name) for name in album.BROUGHT}

    def code(self, random: Random) -> str:
        """As cases.services.new_query_code, but repeatable."""
        return "".join(random.choices(ALPHABET, k=10))


@dataclass(slots=True)
class Told:
    """What somebody brings to the centre, and where it belongs."""

    story: texts.Story
    township: Place
    outlet: Outlet
    to_unit: Place
    channel: str
    dispute: bool
    restriction: str = ""
    firm: str = ""

    @property
    def head_count(self) -> int:
        """A group sends a few of its people (信访工作条例 20: five at most)."""
        return min(self.story.people_count, 5)


class Matter:
    """A case, from the day it was opened until now. Its verbs are those of cases.services.

    `at` is the moment of the last step. `wait` moves on to the next, or raises NotYet.
    """

    def __init__(self, world: World, random: Random, told: Told):
        self.world, self.random, self.told = world, random, told
        self.file = File(world.ledger)
        self.unnumbered, self.lived = 0, False

    # --- Time ---

    def wait(self, days: float) -> None:
        self.at = self.world.diary.after(self.at, days, self.random)
        if self.at > self.world.ledger.now or self.random.random() < STUCK:
            raise NotYet

    def chance(self, likelihood: float) -> bool:
        return self.random.random() < likelihood

    # --- The file ---

    def open(
        self,
        *,
        at: datetime,
        by: int,
        unit: Place,
        applicant: Row,
        query_code: str,
        tail_hash="",
        outside_number="",
    ) -> None:
        """As open_case."""
        self.at, self.today, self.sights = at, local_day(at), {}
        told, story = self.told, self.told.story
        self.case = self.file.add_tracked(
            Case,
            number=self.number(),
            query_code=query_code,
            tail_hash=tail_hash,
            title=story.title,
            story=story.text,
            category_id=self.world.categories[story.category],
            outlet_id=told.outlet.pk,
            urgency=("一般", "较急", "紧急", "特急").index(story.urgency) + 1,
            channel=told.channel,
            outside_number=outside_number,
            area_id=told.township.pk,
            area_path=told.township.path,
            place=names.place(self.random, told.township.code) if self.chance(0.5) else "",
            people_count=story.people_count,
            amount=story.amount,
            restriction=told.restriction,
            route=told.outlet.route,
            unit_id=told.to_unit.pk,
            opened_at=at,
            opened_by_id=by,
        )
        self.see(unit, Sight.Why.OPENED)
        self.see(told.to_unit, Sight.Why.HOLDS)
        self.add_parties(applicant, by)
        self.fill_words()
        self.open_round("open_case", by=by, number=1, route=told.outlet.route, unit=told.to_unit)

    def arrive(self, by: Colleague, unit: Place) -> None:
        """As register_arrival: how it came in, and whether the levels above have it."""
        told_above = self.told.channel in FROM_A_SYSTEM
        asked = self.told.channel in (Channel.HOTLINE, Channel.ABOVE) and self.chance(0.6)
        reply_by = self.today + timedelta(days=7 if self.told.channel == Channel.HOTLINE else 30)
        arrival = self.file.add_tracked(
            Arrival,
            case_id=self.case["id"],
            unit_id=unit.pk,
            came_at=self.at,
            registered_at=self.at,
            reply_by=reply_by if asked else None,
            entered_at=self.at if told_above else None,
        )
        verb = "receive_from_above" if told_above else "register_arrival"
        self.file.open(arrival, verb, by=by.pk, at=self.at)
        if asked:
            self.file.give(
                self.round, "case.reply_by", reply_by, self.at, str(Channel(self.told.channel).label)
            )
        if not told_above:
            self.enter_above(arrival, by)

    def enter_above(self, arrival: Row, by: Colleague) -> None:
        """As enter_above, within the hour; the words of the file find the number there."""
        at = self.at + timedelta(minutes=10 + self.random.randrange(50))
        if at > self.world.ledger.now:
            return
        count = self.world.ledger.next_number("demo.above", f"{at:%Y}")
        number = f"ZJ330803{at:%Y%m%d}{count:05}"
        self.case["above_number"] = number
        self.file.move(arrival, "enter_above", by=by.pk, at=at, note=number)
        arrival["entered_at"] = self.at = at
        self.fill_words()

    def number(self) -> str:
        year = f"{self.today:%Y}"
        if self.told.restriction:
            return f"{year}-G{self.world.ledger.next_number('case.restricted', year):05}"
        return f"{year}-{self.world.ledger.next_number('case', year):06}"

    def see(self, unit: Place, why: str) -> None:
        if unit.pk not in self.sights:
            self.sights[unit.pk] = self.file.add(
                Sight, case_id=self.case["id"], unit_id=unit.pk, why=why, since=self.at
            )

    def add_parties(self, applicant: Row, by: int) -> None:
        self.applicant = self.add_party(Side.APPLICANT, person=applicant)
        self.parties = [self.applicant]
        firm = self.told.firm if self.told.firm in self.told.story.text else ""
        if firm:
            self.parties.append(self.add_party(Side.RESPONDENT, firm=self.world.citizens.firm(firm)))
        elif self.told.dispute:
            other = self.world.citizens.other_side(self.random, by=by, at=self.at)
            self.parties.append(self.add_party(Side.RESPONDENT, person=other))
        self.respondent = self.parties[-1] if len(self.parties) > 1 else None

    def add_party(self, side: str, person: Row | None = None, firm: Row | None = None) -> Row:
        known = person or firm
        party = self.file.add(
            Party,
            case_id=self.case["id"],
            side=side,
            name=known["name"],
            person_id=person and person["id"],
            organisation_id=firm and firm["id"],
        )
        party.plain = known
        return party

    def fill_words(self) -> None:
        """As refresh_words."""
        case = self.case
        case["names"] = "、".join(party["name"] for party in self.parties)[:300]
        initials = [party.plain["initials"] for party in self.parties if party["person_id"]]
        words = {"searchable": "", "terms": []}
        if not case["restriction"]:
            numbers = [case["number"], case["outside_number"], case["above_number"]]
            told = [case["title"], case["story"], case["names"], case["place"]]
            words = searched(*numbers, *told, *initials)
        case.update(words)

    def open_round(self, verb, *, by: int, number: int, route: str, unit: Place, note="") -> None:
        self.unit, self.busy = unit, set()
        self.round = self.file.add_tracked(
            Round, case_id=self.case["id"], number=number, route=route, unit_id=unit.pk, opened_at=self.at
        )
        self.file.open(self.round, verb, by=by, at=self.at, note=note)

    def slots(self) -> dict[str, str]:
        respondent = self.respondent["name"] if self.respondent else "对方"
        return {"applicant": self.applicant["name"], "respondent": respondent}

    # --- Verbs ---

    def take(self, by: Colleague) -> None:
        self.file.move(self.round, "take", by=by.pk, at=self.at)
        self.round["taken_at"] = self.at
        self.round["handler_id"] = None if self.round["route"] in OF_THE_DESK else by.pk
        self.busy.add(by.pk)

    def reroute(self, by: Colleague, *, route: str, unit: Place, note: str) -> None:
        self.file.add(
            Transfer,
            round_id=self.round["id"],
            from_route=self.round["route"],
            from_unit_id=self.unit.pk,
            to_route=route,
            to_unit_id=unit.pk,
            reason=note,
            by_id=by.pk,
            at=self.at,
        )
        self.file.move(self.round, "reroute", by=by.pk, at=self.at, note=note)
        self.round.update(route=route, unit_id=unit.pk, taken_at=None, handler_id=None)
        self.unit = unit
        self.see(unit, Sight.Why.HOLDS)

    def resolve(self, by: Colleague, outcome: Outcome) -> None:
        self.file.move(self.round, "resolve", by=by.pk, at=self.at)
        self.round.update(outcome=outcome.value, resolved_at=self.at)
        self.busy.add(by.pk)

    def log_contact(self, by: Colleague) -> None:
        whom, said = texts.contact(self.random, **self.slots())
        whom = self.slots().get(whom, self.unit.name if whom == "department" else "村（社区）干部")
        self.file.add(ContactEntry, case_id=self.case["id"], at=self.at, whom=whom, said=said, by_id=by.pk)
        self.file.stop(self.round, "case.first_contact", self.at)
        self.file.record(self.case, "log_contact", by=by.pk, at=self.at, note=f"{whom}：{said}")

    def attach(self, by: Colleague) -> None:
        """Somebody brought a paper, or sent it. Those of restricted matters would be cipher: the demo has none."""
        if self.case["restriction"]:
            return
        kept = self.world.album[self.random.choice(album.BROUGHT)]
        attachment = self.file.add_tracked(
            Attachment,
            subject_type_id=self.case.table.type_id,
            subject_id=self.case["id"],
            name=kept.name,
            content_type=kept.content_type,
            size=kept.size,
            sha256=kept.sha256,
            by_id=by.pk,
            attached_at=self.at,
        )
        details = {"attachment": attachment["id"], "sha256": kept.sha256}
        self.file.record(self.case, "attach", by=by.pk, at=self.at, note=kept.name, details=details)

    def ask_help(self, by: Colleague, to_unit: Place) -> None:
        """A request to another unit, to its end: accepted, answered and verified, or taken back."""
        text = texts.sentence(
            self.random, ("请协助核实{applicant}反映的情况，并书面答复。", "请派人一同到{place}查看。")
        )
        request = self.file.add_tracked(
            Request,
            case_id=self.case["id"],
            round_id=self.round["id"],
            kind=RequestKind.HELP,
            from_unit_id=self.unit.pk,
            to_unit_id=to_unit.pk,
            text=text,
            asked_at=self.at,
        )
        self.file.open(request, "ask", by=by.pk, at=self.at, note=text)
        self.see(to_unit, Sight.Why.ASKED)
        helper = self.world.crew.any(self.random, to_unit.pk, "handler", "unit_head", "township_officer")
        self.wait(0.5)
        if self.chance(WITHDRAWN):
            return self.step(request, "withdraw_request", by, note="当事人已自行补齐材料，不再需要协助。")
        if self.chance(OBJECTED) and self.object(request, by, helper):
            return None
        self.step(request, "accept_request", helper)
        self.answer(request, helper)
        if self.chance(NOT_ENOUGH):
            self.step(request, "send_request_back", by, note="答复没有说明依据，请补充。")
            self.answer(request, helper)
        return self.step(request, "verify_request", by)

    def step(self, request: Row, verb: str, by: Colleague, note="") -> None:
        self.file.move(request, verb, by=by.pk, at=self.at, note=note)

    def object(self, request: Row, by: Colleague, helper: Colleague) -> bool:
        """Not theirs, they say; whether the asking unit agrees, and takes the request back."""
        self.step(
            request,
            "object_to_request",
            helper,
            note="所述事项不属于本单位职责，建议请属地乡镇（街道）协助。",
        )
        self.wait(1)
        if agreed := self.chance(0.6):
            self.step(request, "agree_to_objection", by)
        else:
            self.step(request, "refuse_objection", by, note="依据“三定”规定，此项由贵单位负责。")
            self.wait(0.5)
        return agreed

    def answer(self, request: Row, helper: Colleague) -> None:
        """Answered, and looked at by those who asked a day or so later."""
        self.wait(2)
        request["answer"] = texts.sentence(self.random, texts.ANSWERS)
        self.step(request, "answer_request", helper, note=request["answer"])
        self.wait(1)

    def follow_up(self) -> None:
        """Somebody of the centre who had no part in it asks how it went."""
        self.wait(2)
        clerk = self.world.crew.any(self.random, self.world.centre.pk, "clerk", "director", but=self.busy)
        self.kept = self.chance(0.95)
        said = texts.sentence(
            self.random, texts.FOLLOW_UPS if self.kept else texts.FOLLOW_UPS_BROKEN, **self.slots()
        )
        way = self.random.choices(["phone", "visit", "hall"], [8, 1, 1])[0]
        self.file.add(
            FollowUp,
            round_id=self.round["id"],
            way=way,
            said=said,
            promise_kept=self.kept,
            by_id=clerk.pk,
            at=self.at,
        )
        self.file.move(self.round, "follow_up", by=clerk.pk, at=self.at, note=said)
        self.round["closed_at"] = self.at

    def rate(self) -> str:
        """What the citizen says of it, some hours or days later; often nothing."""
        if not self.chance(0.62):
            return ""
        at = self.at + timedelta(hours=self.random.expovariate(1 / 30))
        if at > self.world.ledger.now:
            return ""
        weights = [95, 4, 1] if self.kept else [30, 35, 35]
        answer = self.random.choices([Answer.SATISFIED, Answer.FAIRLY, Answer.UNSATISFIED], weights)[0]
        through = self.random.choices(["code", "pad", "call"], [7, 1, 2])[0]
        self.file.add(
            Rating,
            round_id=self.round["id"],
            answer=answer.value,
            comment=self.random.choice(texts.COMMENTS[answer.label]) if self.chance(0.4) else "",
            through=through,
            at=at,
        )
        self.file.stop(self.round, "case.rating", at)
        if answer == Answer.UNSATISFIED:
            self.file.start(self.round, "case.call_back", at)
        details = {"answer": answer.value, "through": through}
        self.file.record(self.round, "rate", by=None, at=at, note=str(answer.label), details=details)
        self.at = at
        return answer.value

    def call_back(self, *, reopens: bool) -> None:
        """Somebody of the centre who had no part in it asks why they were not content."""
        self.wait(0.5)
        clerk = self.world.crew.any(self.random, self.world.centre.pk, "clerk", "director", but=self.busy)
        said = texts.CALL_BACKS[0 if reopens else 1]
        told = {"way": "phone", "said": said, "reopens": reopens, "by_id": clerk.pk, "at": self.at}
        round = self.round
        self.file.add(CallBack, round_id=round["id"], **told)
        if reopens:
            self.begin_again(clerk, said)
        self.file.move(round, "call_back", by=clerk.pk, at=self.at, note=said)

    def reopen(self) -> None:
        self.wait(1.5)
        clerk = self.world.crew.any(self.random, self.world.centre.pk, "clerk", "director")
        self.begin_again(clerk, "回访发现约定没有履行，重新调解。")

    def begin_again(self, clerk: Colleague, reason: str) -> None:
        number = self.round["number"] + 1
        unit = self.world.units["committee"]
        self.open_round("reopen", by=clerk.pk, number=number, route=Route.MEDIATION, unit=unit, note=reason)
        self.see(unit, Sight.Why.HOLDS)

    def seal(self) -> None:
        """Once all is said and numbered, show the cover of the file, and its sight on each of its rows."""
        if self.unnumbered or not self.lived:
            return
        case, round = self.case, self.round
        case.update(state=round["state"], route=round["route"], unit_id=self.unit.pk, due_at=round["due_at"])
        case["seen_by"] = sorted(self.sights)
        sight = {name: case[name] for name in ("area_path", "restriction", "seen_by")}
        for row in self.file.rows:
            if "seen_by" in row:
                row.update(sight)
        if case["restriction"]:
            self.file.veil()
        self.file.seal()

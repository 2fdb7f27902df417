"""The hall: who comes when, whose turn it is, and what a visit leaves behind (intake.services, in memory)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush
from random import Random

from governance_center.demo.files import File
from governance_center.demo.matters import NotYet, Told, World
from governance_center.demo.staff import AtWindow
from governance_center.demo.tables import Row
from intake.models import Announcement, Queue, Receiver, Span, Ticket
from intake.services import DIGITS
from intake.states import SPAN_OF, USUAL_MINUTES, Care, Rank, Turn, Way
from kernel.encryption import encrypt, lookup_hash

MINUTES = 13.0
"""How long a conversation at the window takes, in the mean."""
ENDS = {"finish": 70, "leave": 14, "no_show": 10, "cancel": 6}
CARES = [Care.ELDERLY, Care.ELDERLY, Care.DISABLED, Care.PREGNANT, Care.VETERAN, Care.CHILD]
ADVICE = (
    "询问社保转移手续，已告知到人力社保窗口办理。",
    "咨询离婚登记材料，已一次性告知。",
    "询问上次事项进度，已当场查询答复。",
    "不属于本区管辖，已告知应去的地点和电话。",
    "咨询法律援助条件，已引导至公共法律服务窗口。",
)


@dataclass(slots=True)
class Visit:
    """One visitor, as planned: when they come, what about, how it ends, and whose turn it is when, at which window.

    Whoever has nothing to register (`about` is None) gets advice (finish), leaves, does not come when called
    (no_show), never held the number (cancel), or went to fetch papers and has not come back yet (hold).
    """

    at: datetime
    care: str
    about: Told | None
    end: str
    minutes: float
    number: int = 0
    arrival: int = 0
    called_at: datetime | None = None
    window: AtWindow | None = None

    @property
    def turn_at(self) -> datetime:
        """As intake.services.turn_at, by the rules a centre starts with."""
        return self.at - timedelta(minutes=USUAL_MINUTES[Turn(self.care)] if self.care else 0)

    @property
    def received_at(self) -> datetime:
        return self.called_at + timedelta(seconds=25 + self.at.microsecond % 40)

    @property
    def triaged_at(self) -> datetime:
        return self.received_at + timedelta(minutes=0.6 * self.minutes)

    @property
    def moment(self) -> datetime:
        """Where the visit stands in the order of the day: matters are numbered when they are registered."""
        return self.triaged_at if self.about and self.called_at else self.at


def plan(random: Random, arrivals: list[datetime], abouts: list[Told | None], minutes: float) -> list[Visit]:
    """The visitors of a day, in order of arrival."""
    random.shuffle(abouts)
    return [
        Visit(
            at=at,
            care=random.choice(CARES) if random.random() < 0.09 else Care.NONE,
            about=about,
            end="finish" if about else random.choices(list(ENDS), list(ENDS.values()))[0],
            minutes=max(random.gammavariate(3, minutes / 3), minutes / 4),
        )
        for at, about in zip(arrivals, abouts, strict=True)
    ]


def call_all(
    visits: list[Visit], windows: list[AtWindow], pause: tuple[datetime, datetime] | None = None
) -> None:
    """Whoever is next is called where a window is free: care counts as so many minutes of waiting."""
    coming = deque(visit for visit in visits if visit.end in {"finish", "no_show"})
    free = [(visits[0].at, number) for number in range(len(windows))] if visits else []
    heapify(free)
    ranks: dict[int, deque[Visit]] = {Rank.CARE: deque(), Rank.ORDINARY: deque()}
    while coming or any(ranks.values()):
        at, number = heappop(free)
        at = after_pause(at, number, pause)
        if not any(ranks.values()):
            at = after_pause(max(at, coming[0].at + timedelta(seconds=45)), number, pause)
        while coming and coming[0].at + timedelta(seconds=40) <= at:
            visit = coming.popleft()
            ranks[Rank.CARE if visit.care else Rank.ORDINARY].append(visit)
        visit = min(filter(None, ranks.values()), key=lambda waiting: waiting[0].turn_at).popleft()
        at = max(at, visit.at + timedelta(seconds=40))
        visit.called_at, visit.window = at, windows[number]
        busy = 1.5 if visit.end == "no_show" else visit.minutes + 2
        heappush(free, (at + timedelta(minutes=busy), number))


def after_pause(at: datetime, number: int, pause: tuple[datetime, datetime] | None) -> datetime:
    return pause[1] + timedelta(seconds=20 * number) if pause and pause[0] <= at < pause[1] else at


class Hall:
    """The queue and its numbers."""

    def __init__(self, world: World):
        self.world, self.unit = world, world.centre
        self.queue, _made = Queue.objects.get_or_create(
            is_default=True, defaults={"prefix": "A", "name": "综合受理"}
        )

    def number(self, day: date, visits: list[Visit]) -> None:
        """Numbers in order of arrival (intake.services.register)."""
        next_number = self.world.ledger.next_number
        for visit in visits:
            visit.arrival = next_number(f"arrival.{self.unit.pk}", f"{day}")
            visit.number = next_number(f"ticket.{self.unit.pk}.{self.queue.prefix}", f"{day}")

    def receive(self, random: Random, day: date, visit: Visit, register: Callable) -> None:
        """One visit from the door to the good-bye, or as far as it has come by now.

        `register` opens the matter it is about.
        """
        lived = Reception(self, random, day, visit)
        try:
            lived.come()
            lived.go_through(register)
        except NotYet:
            pass
        lived.file.seal()


class Reception:
    """A ticket as it is lived."""

    def __init__(self, hall: Hall, random: Random, day: date, visit: Visit):
        self.hall, self.random, self.day, self.visit = hall, random, day, visit
        self.world = hall.world
        self.file = File(hall.world.ledger)
        self.span: Row | None = None

    def reach(self, at: datetime) -> None:
        if at > self.world.ledger.now:
            raise NotYet
        self.at = at

    def come(self) -> None:
        """Registered at the door, mostly by the guide."""
        visit = self.visit
        self.at = visit.at
        self.by = self.world.crew.any(self.random, self.hall.unit.pk, "guide")
        person = self.world.citizens.visitor(self.random, by=self.by.pk, at=visit.at) if visit.about else None
        self.person = person
        self.ticket = self.file.add_tracked(
            Ticket,
            queue_id=self.hall.queue.pk,
            unit_id=self.hall.unit.pk,
            day=self.day,
            number=visit.number,
            arrival=visit.arrival,
            rank=Rank.CARE if visit.care else Rank.ORDINARY,
            care=visit.care,
            query_code=self.world.code(self.random),
            visitor_id=person and person["id"],
            head_count=visit.about.head_count if visit.about else 1,
            issued_at=visit.at,
            turn_at=visit.turn_at,
        )
        self.pin = "" if person else f"{self.random.randrange(10_000):04}"
        if self.pin:
            self.ticket["pin"] = encrypt(self.pin, f"{self.ticket.table.label}.pin:{self.ticket['id']}")
        self.file.open(
            self.ticket, "register", by=self.by.pk, at=self.at, details={"person": person and person["id"]}
        )

    def move(self, verb: str, **entry) -> None:
        self.file.move(self.ticket, verb, by=self.by.pk, at=self.at, **entry)

    def book(self, verb: str, **entry) -> None:
        """A move that the ledger of spans follows."""
        self.move(verb, **entry)
        if self.span:
            self.span["ended_at"] = self.at
        kind = SPAN_OF.get(self.ticket["state"])
        self.span = kind and self.file.add(
            Span,
            ticket_id=self.ticket["id"],
            kind=kind.value,
            window_id=self.ticket["window_id"],
            by_id=self.by.pk,
            started_at=self.at,
        )

    def go_through(self, register: Callable) -> None:
        self.reach(self.at + timedelta(seconds=25))
        if self.visit.end == "cancel":
            return self.move("cancel", note="重复登记。")
        self.book("print_ticket", note=str(Way.PRINTED.label))
        if self.visit.end == "leave":
            self.reach(self.at + timedelta(minutes=8 + self.visit.minutes))
            return self.book("leave", note="等候时间长，改日再来。")
        self.call()
        if self.visit.end == "no_show":
            self.reach(self.at + timedelta(seconds=80))
            return self.book("no_show")
        return self.talk(register)

    def call(self) -> None:
        visit = self.visit
        self.reach(visit.called_at)
        self.by = visit.window.somebody(self.random)
        self.ticket["window_id"] = visit.window.pk
        why = Ticket(care=visit.care, issued_at=visit.at).why_next(self.at)
        self.book("call", note=why, details={"window": visit.window.number})
        self.file.add(
            Announcement,
            ticket_id=self.ticket["id"],
            window_id=visit.window.pk,
            unit_id=self.hall.unit.pk,
            text=self.spoken(),
            created_at=self.at,
            heard_at=self.at + timedelta(seconds=2),
        )

    def spoken(self) -> str:
        """As intake.services.spoken."""
        digits = "".join(DIGITS[int(digit)] for digit in f"{self.visit.number:03}")
        return f"请{self.hall.queue.prefix}{digits}号，到{self.visit.window.number}号窗口"

    def talk(self, register: Callable) -> None:
        visit = self.visit
        self.reach(visit.received_at)
        for role, colleague in visit.window.people:
            self.file.add(Receiver, ticket_id=self.ticket["id"], user_id=colleague.pk, role=role)
        self.book("receive")
        if visit.end == "hold":
            self.reach(visit.received_at + timedelta(minutes=visit.minutes / 2))
            return self.book("hold", note="回家取工资条和身份证。")
        note = "" if visit.about else self.random.choice(ADVICE)
        if visit.about:
            self.reach(visit.triaged_at)
            self.triage(register)
        self.reach(visit.received_at + timedelta(minutes=visit.minutes))
        return self.book("finish", note=note)

    def triage(self, register: Callable) -> None:
        number = register(
            self.random,
            self.visit.about,
            at=self.at,
            by=self.by,
            applicant=self.person,
            query_code=self.ticket["query_code"],
            tail_hash=lookup_hash("pin", self.pin),
        )
        self.move("triage", details={} if self.visit.about.restriction else {"case": number})

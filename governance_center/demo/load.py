"""The whole load: staff, a calendar of days, the hall and the matters of each, and one story that is really lived."""

import gc
import math
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from django.db import connection, transaction
from django.utils import timezone

from cases.models import Case
from cases.states import Channel, Route
from governance_center.demo import (
    archives,
    confirmations,
    names,
    petitions,
    roads,
    scenes,
    scripted,
    staff,
    talks,
    texts,
)
from governance_center.demo.days import Diary
from governance_center.demo.files import Ledger
from governance_center.demo.hall import MINUTES, Hall, Visit, call_all, plan
from governance_center.demo.matters import Matter, Told, World
from governance_center.demo.staff import Colleague
from governance_center.demo.tables import Row
from intake.states import DOORS
from kernel.anchors import ANCHORS_AT_ONCE
from kernel.calendar import DAY, local
from kernel.models import NumberSeries

MARK = "demo"
"""The series that says how many cases were loaded."""
TODAY_VISITS = 40
TODAY_MATTERS = 22
WITHOUT_MATTER = 0.22
PAUSE = ("12:00", "14:00")
CATEGORIES = {
    **{"C24": 15, "C01": 11, "C04": 9, "C05": 8, "C06": 8, "C12": 7, "C13": 6, "C10": 5, "C02": 5, "C07": 5},
    **{"C09": 4, "C15": 4, "C21": 4, "C03": 3, "C14": 3, "C16": 3, "C22": 3, "C08": 2, "C18": 2, "C19": 2},
    **{"C11": 1, "C17": 2, "C20": 1, "C23": 1},
}
CHANNELS = {
    **{Channel.WINDOW: 72, Channel.PHONE: 6, Channel.ONLINE: 5, Channel.HOTLINE: 5, Channel.POLICE: 4},
    **{Channel.TOWNSHIP: 3, Channel.GRID: 3, Channel.LETTER: 1, Channel.ABOVE: 1},
}
REGISTERED_BY = {
    Channel.LETTER: ("petitions", "petition_officer"),
    Channel.TOWNSHIP: ("town-{}", "township_officer"),
    Channel.GRID: ("grid-{}001001", "grid_worker"),
}
"""The unit and the role that open a matter of a channel; elsewhere the centre's dispatcher."""
OUTSIDE_NUMBERS = {
    Channel.HOTLINE: "QZ{day}{count:06}",
    Channel.POLICE: "JJ330803{day}{count:05}",
    Channel.ABOVE: "ZJXF{day}{count:05}",
}
SETTLED_AT_ONCE = 0.2
"""So many disputes are settled at the window while the visitor waits."""


class Refused(Exception):
    """There is something in the database already that demo data must not be mixed with."""


@dataclass(frozen=True, slots=True)
class Loaded:
    cases: int
    rows: int


def loaded_before() -> int:
    """How many demo cases were loaded earlier. Raises Refused where there are cases that are none."""
    mark = NumberSeries.objects.filter(series=MARK).first()
    if mark is None and Case.objects.exists():
        raise Refused("This database holds cases of its own: demo data is not mixed with them.")
    return mark.last if mark else 0


@transaction.atomic
def load(*, cases: int, years: int, seed: int, say: Callable[[str], None] = lambda text: None) -> Loaded:
    """Fill an empty centre with so many cases over so many years up to now. All of it is loaded, or nothing."""
    now = timezone.now()
    today = timezone.localdate(now)
    since = today - 365 * years * DAY
    staff.load()
    diary = Diary(since=since, now=now)
    staff.seat(sorted({*diary.until_next_week(), today, *staff.fortnight(today)}))
    staff.plan(today)
    with connection.cursor() as cursor:
        cursor.execute(ANCHORS_AT_ONCE)  # an anchor made meanwhile would miss what is not yet visible
    with at_full_speed(), without_collector():
        load_days = Loading(Ledger(now=now), diary, seed)
        load_days.run(since, cases - talks.count(cases), say)
    scenes.live(seed)
    confirmations.live()
    talks.live(seed, cases)
    archives.live()
    petitions.live()
    NumberSeries.objects.create(series=MARK, period="cases", last=cases)
    return Loaded(cases, load_days.world.ledger.tables.sent)


class at_full_speed:
    """While rows stream in, their keys are not looked up one by one; tests/demo checks that all of them fit.

    Only the owner of a server may ask for this (the embedded one is ours); elsewhere loading takes twice as long.
    """

    def __enter__(self):
        self.switch("replica")

    def __exit__(self, *error):
        if error[0] is None:
            self.switch("origin")

    @staticmethod
    def switch(role: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            if cursor.fetchone()[0]:
                cursor.execute(f"SET LOCAL session_replication_role = {role}")


@dataclass(frozen=True, slots=True)
class Day:
    """What is planned for a day: visits to the hall, and matters that come in otherwise."""

    day: date
    random: Random
    visits: list[Visit]
    others: list[tuple[datetime, Told]]

    def opened_by(self, now: datetime) -> int:
        """How many matters are registered by `now`."""
        return len(self.others) + sum(bool(visit.about) and visit.triaged_at <= now for visit in self.visits)


@contextmanager
def without_collector():
    """Rows are freed when they are sent, and none hangs on itself: looking for rings takes a tenth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def lay_aside(visits: list[Visit], now: datetime) -> None:
    """The latest who came for advice and could be gone by now went home for papers instead."""
    gone = [
        visit
        for visit in visits
        if visit.end == "finish"
        and not visit.about
        and visit.received_at + timedelta(minutes=visit.minutes) < now
    ]
    for visit in sorted(gone, key=lambda visit: visit.called_at)[-2:]:
        visit.end = "hold"


class Loading:
    """Day by day, each with random numbers of its own, so that a day does not depend on the days before."""

    def __init__(self, ledger: Ledger, diary: Diary, seed: int):
        self.ledger, self.diary, self.seed = ledger, diary, seed
        self.world = World(ledger, diary, seed)
        self.world.numbering = self.numbering = roads.Numbering(ledger)
        self.hall = Hall(self.world)
        self.done = 0

    def run(self, since: date, cases: int, say: Callable[[str], None]) -> None:
        today = self.prepare(
            Random(f"{self.seed}:{self.diary.today}"), self.diary.today, min(TODAY_MATTERS, cases // 3)
        )
        shares = self.diary.shares(cases - today.opened_by(self.ledger.now) - 1, Random(self.seed))
        scripted_on = scripted.day_for(self.diary)
        for day in sorted({*shares, scripted_on}):
            if day == scripted_on:
                self.live_scripted(day)
            random = Random(f"{self.seed}:{day}")
            self.live_day(self.prepare(random, day, shares[day], day == scripted_on))
            self.numbering.number(until=local(day + DAY, "00:00"))
            self.ledger.tables.send_when_many()
            self.progress(cases, say)
        self.live_day(today)
        self.numbering.number(until=self.ledger.now + DAY)
        self.pause()
        self.ledger.tables.close()

    def progress(self, cases: int, say: Callable[[str], None]) -> None:
        before, self.said = getattr(self, "said", 0), self.done * 10 // max(cases, 1)
        if self.said > before:
            say(f"{self.done:,} of {cases:,} cases")

    def pause(self) -> None:
        """Everything up to here is in the database, and others may write."""
        self.ledger.tables.settle()
        self.ledger.series.write()

    def live_scripted(self, day: date) -> None:
        self.pause()
        at_full_speed.switch("origin")
        scripted.live(day)
        at_full_speed.switch("replica")
        self.ledger.series.read()
        self.ledger.tables.go_on()

    # --- One day ---

    def prepare(self, random: Random, day: date, count: int, scripted_day=False) -> "Day":
        """What people will bring on a day, and when."""
        tolds = [self.tell(random) for _n in range(count)]
        visitors = [told for told in tolds if told.channel == Channel.WINDOW]
        others = [told for told in tolds if told.channel != Channel.WINDOW]
        visits = self.plan_visits(random, day, visitors, scripted_day)
        return Day(
            day, random, visits, list(zip(self.moments(random, day, len(others)), others, strict=True))
        )

    def live_day(self, day: "Day") -> None:
        """Visits and other matters in the order in which they are registered."""
        steps = [(visit.moment, n, self.receive, visit) for n, visit in enumerate(day.visits)]
        steps += [(at, -n, self.register, told) for n, (at, told) in enumerate(day.others, 1)]
        for at, _n, live, about in sorted(steps, key=lambda step: step[:2]):
            live(day.random, day.day, at, about)

    def plan_visits(self, random: Random, day: date, visitors: list[Told], scripted_day: bool) -> list[Visit]:
        abouts = visitors + [None] * round(len(visitors) * WITHOUT_MATTER + random.random())
        windows = self.world.crew.windows
        if day == self.diary.today:
            return self.plan_today(random, visitors)
        arrivals = self.diary.arrivals(day, len(abouts), random)
        windows = windows[: max(2, math.ceil(len(abouts) / 6))]
        if scripted_day:  # her window is taken, and she came first
            arrivals = [
                max(at, local(day, "09:20") + n * timedelta(seconds=40)) for n, at in enumerate(arrivals)
            ]
            windows = [window for window in windows if window.number != scripted.WINDOW]
        visits = plan(random, arrivals, abouts, min(MINUTES, 300 * len(windows) / max(len(abouts), 1)))
        self.hall.number(day, visits)
        call_all(visits, windows, (local(day, PAUSE[0]), local(day, PAUSE[1])))
        return visits

    def plan_today(self, random: Random, visitors: list[Told]) -> list[Visit]:
        """A hall in full swing, whatever the clock says: the last two and a half hours, or since midnight."""
        now, day = self.ledger.now, self.diary.today
        span = min(timedelta(minutes=150), (now - local(day, "00:00")) * 0.98)
        at = sorted(now - timedelta(seconds=15) - span * random.random() ** 2 for _n in range(TODAY_VISITS))
        abouts = (visitors + [None] * TODAY_VISITS)[:TODAY_VISITS]
        visits = plan(random, at, abouts, span.total_seconds() / 60 / 4.5)
        self.hall.number(day, visits)
        call_all(visits, self.world.crew.windows)
        lay_aside(visits, now)
        called = [visit for visit in visits if visit.called_at and visit.called_at <= now]
        latest = {visit.window.pk: visit for visit in sorted(called, key=lambda visit: visit.called_at)}
        for seconds, visit in enumerate(sorted(latest.values(), key=lambda visit: visit.called_at)[-2:]):
            visit.called_at = max(visit.called_at, now - timedelta(seconds=20 - 8 * seconds))  # on their way
        return visits

    def moments(self, random: Random, day: date, count: int) -> list[datetime]:
        """When matters come in that nobody brings to the window: today's are all before now."""
        if day == self.diary.today:
            span = min(timedelta(hours=6), (self.ledger.now - local(day, "00:00")) * 0.98)
            return sorted(self.ledger.now - span * random.random() for _n in range(count))
        return self.diary.arrivals(day, count, random)

    def receive(self, random: Random, day: date, _at: datetime, visit: Visit) -> None:
        self.hall.receive(random, day, visit, self.register_at_window)

    def register_at_window(self, random: Random, told: Told, *, at, by: Colleague, **matter) -> str:
        lived = Matter(self.world, random, told)
        lived.open(at=at, by=by.pk, unit=self.world.centre, **matter)
        roads.live(lived, in_front_of=by if told.outlet.route == Route.INTAKE else None)
        self.done += 1
        return lived.case["number"]

    def register(self, random: Random, _day: date, at: datetime, told: Told) -> None:
        """A matter that came in by telephone, letter, hotline, from a township or a grid."""
        unit_code, role = REGISTERED_BY.get(told.channel, ("centre", "dispatcher"))
        unit = self.world.units[unit_code.format(told.township.code)]
        by = self.world.crew.any(random, unit.pk, role)
        applicant: Row = self.applicant(random, told.channel, by=by.pk, at=at)
        lived = Matter(self.world, random, told)
        number = self.outside_number(told.channel, at)
        code = self.world.code(random)
        lived.open(at=at, by=by.pk, unit=unit, applicant=applicant, query_code=code, outside_number=number)
        if told.channel in DOORS:
            lived.arrive(by, unit)
        roads.live(lived)
        self.done += 1

    def applicant(self, random: Random, channel: str, *, by: int, at: datetime) -> Row:
        """Who told it: online and in the grid with papers, otherwise by name and telephone."""
        citizens = self.world.citizens
        if channel in DOORS:
            return citizens.caller(by=by, at=at)
        return citizens.visitor(random, by=by, at=at)

    def outside_number(self, channel: str, at: datetime) -> str:
        """The number in the system that a matter comes from, one after the other within a year."""
        if channel not in OUTSIDE_NUMBERS:
            return ""
        count = self.ledger.next_number(f"demo.{channel}", f"{at:%Y}")
        return OUTSIDE_NUMBERS[channel].format(day=f"{at:%Y%m%d}", count=count)

    # --- What people bring ---

    def tell(self, random: Random) -> Told:
        category = random.choices(list(CATEGORIES), list(CATEGORIES.values()))[0]
        township = random.choices(
            self.world.townships, [6, 5] + [2] * 10 + [1] * (len(self.world.townships) - 12)
        )[0]
        firm = names.firm(random.randrange(3_000), category, self.seed).name
        story = texts.story(random, category, township=township.code, firm=firm)
        if story.outlet == "O14":  # an accusation is taken in by the discipline desk, which has no hall
            return self.tell(random)
        channel = random.choices(list(CHANNELS), list(CHANNELS.values()))[0]
        outlet = self.world.outlets[story.outlet]
        dispute = outlet.route == Route.MEDIATION
        restriction = "violence" if "家庭暴力" in story.title else ""
        if restriction:
            outlet, dispute = self.world.outlets["O02"], True
        elif dispute and channel == Channel.WINDOW and random.random() < SETTLED_AT_ONCE:
            outlet = self.world.outlets["O01"]
        to_unit = roads.first_desk(random, self.world, outlet, category, township)
        if restriction:
            to_unit = self.world.units["committee"]
        return Told(story, township, outlet, to_unit, channel, dispute, restriction, firm)

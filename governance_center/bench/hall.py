"""`bench hall`: clerks and mediators at once over HTTP, from the door to the follow-up.

Each of so many windows has a clerk, a mediator and a keeper of the stamp, and sees one visit after another: the clerk
registers, calls, receives and triages, the mediator mediates, the keeper stamps, the clerk follows up. Paced, whoever's
turn it is rests for half a second per request; a redirect is followed at once, as browsers do, then the rest comes.
Unpaced nobody rests. “call > page” is the page to which “call” leads.
"""

import asyncio
import cProfile
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from governance_center.bench import floor, ground, inside, visits
from governance_center.bench.browser import Answer, Browser, Unexpected
from governance_center.bench.ground import median, milliseconds, percentile, say
from intake import services as intake
from intake.models import Ticket
from intake.states import PRESENT
from people.models import Post, Seat, Unit, User, Window
from people.roles import Role

CASES = 3_000
PAUSE = 0.5
FIRST_WINDOW = 101
WARM_UP = 2
ALONE = 9
REPLAYED = 9
SLOWEST = 3
DOUBLE_CALLS = """
    SELECT count(*) FROM (
        SELECT subject_id FROM kernel_historyentry entry
          JOIN django_content_type type ON type.id = entry.subject_type_id AND type.app_label = 'intake'
         WHERE type.model = 'ticket' AND verb = 'call' AND recorded_at >= %s
         GROUP BY subject_id HAVING count(*) > 1
    ) twice
"""
DUPLICATE_NUMBERS = """
    SELECT (SELECT count(*) FROM (SELECT 1 FROM intake_ticket GROUP BY unit_id, queue_id, day, number
                                  HAVING count(*) > 1) tickets)
         + (SELECT count(*) FROM (SELECT 1 FROM cases_case GROUP BY number HAVING count(*) > 1) cases)
         + (SELECT count(*) FROM (SELECT 1 FROM mediation_agreement WHERE number <> '' GROUP BY number
                                  HAVING count(*) > 1) agreements)
"""
SERVER_NOW = "SELECT clock_timestamp()"


class Over(Exception):
    """The time is up."""


@dataclass
class Notes:
    """What a phase came to."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    presses: int = 0
    requests: int = 0
    visits: int = 0
    waited: float = 0.0
    seconds: float = 0.0
    since: float = 0.0

    def note(self, step: str, answer: Answer) -> None:
        if time.perf_counter() < self.since:
            return
        for n, seconds in enumerate(answer.took):
            self.took[step if n == 0 else f"{step} > page"].append(seconds)
        self.presses += 1
        self.requests += len(answer.took)
        self.waited += answer.seconds

    def failed(self, error: Unexpected) -> None:
        self.errors.append(str(error))
        if len(self.errors) <= 5:
            say(f"  unexpected: {error}")

    def all(self) -> list[float]:
        return [seconds for step in self.took.values() for seconds in step]

    def steps(self) -> list[dict]:
        return [
            {
                "name": step,
                "count": len(took),
                "p50_ms": milliseconds(median(took)),
                "p95_ms": milliseconds(percentile(took, 0.95)),
            }
            for step, took in self.took.items()
        ]


@dataclass
class Crew:
    """The browsers of everybody, by what they do."""

    clerks: list[Browser]
    mediators: list[Browser]
    keepers: list[Browser]

    def everybody(self) -> list[tuple[str, Browser]]:
        return [
            (f"bench-{kind}-{n}", browser)
            for kind in ("clerk", "mediator", "keeper")
            for n, browser in enumerate(getattr(self, f"{kind}s"), 1)
        ]


def run(*, clerks: int, seconds: float, cases: int, profile: bool) -> dict:
    with ground.database("hall", cases) as name:
        staff(clerks)
        clear_hall()
        hall = visits.Hall.of_database()
        since = now()
        with ground.web_server(name) as (host, port):
            crew = crew_of(host, port, clerks)
            log_ins, paced, unpaced, alone, took = asyncio.run(phases(crew, hall, seconds))
        clear_hall()
        visit_ms, floor_ms = milliseconds(median(took)), floor_of_a_visit(name, hall)
        result = {
            "bench": "hall",
            "size": {"clerks": clerks, "seconds": seconds, "cases": cases},
            "machine": ground.machine(),
            "log_in": log_ins.steps(),
            **told(paced, unpaced, alone.requests / alone.visits),
            "double_calls": counted(DOUBLE_CALLS, [since]),
            "duplicate_numbers": counted(DUPLICATE_NUMBERS),
            "visit_ms": visit_ms,
            "floor_ms": floor_ms,
            "ratio": round(visit_ms / floor_ms, 2),
            "slowest": slowest(paced, hall, profile),
        }
    say(summary(result))
    return result


def told(paced: Notes, unpaced: Notes, requests: float) -> dict:
    """`requests` are those of one visit: visits that the end of a phase cut off count by the part that was lived."""
    return {
        "steps": paced.steps(),
        "p50_ms": milliseconds(median(paced.all())),
        "p95_ms": milliseconds(percentile(paced.all(), 0.95)),
        "p99_ms": milliseconds(percentile(paced.all(), 0.99)),
        "paced_requests_per_s": round(paced.requests / paced.seconds, 1),
        "visits_per_s": round(unpaced.requests / requests / unpaced.seconds, 2),
        "requests_per_s": round(unpaced.requests / unpaced.seconds, 1),
        "errors": len(paced.errors) + len(unpaced.errors),
    }


def now():
    with connection.cursor() as cursor:
        cursor.execute(SERVER_NOW)
        return cursor.fetchone()[0]


def counted(sql: str, params=None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


# --- People and their hall --------------------------------------------------------------------------------------------


@transaction.atomic
def staff(clerks: int) -> None:
    """A clerk and a mediator at each of so many windows today, and a keeper of the stamp."""
    password = make_password(settings.DEMO_PASSWORD)
    centre, committee = Unit.objects.coded("centre"), Unit.objects.coded("committee")
    for n in range(1, clerks + 1):
        window, _made = Window.objects.get_or_create(
            number=FIRST_WINDOW + n, defaults={"name": f"{FIRST_WINDOW + n}号窗口", "unit": centre}
        )
        for role, unit in ((Role.CLERK, centre), (Role.MEDIATOR, committee)):
            person = somebody(f"bench-{role}-{n}", unit, role, password)
            Seat.objects.get_or_create(day=timezone.localdate(), user=person, window=window, role=role)
        somebody(f"bench-keeper-{n}", committee, Role.STAMP_KEEPER, password)


def somebody(username: str, unit: Unit, role: Role, password: str) -> User:
    person = User.objects.filter(username=username).first()
    if person is None:
        person = User(username=username, name="测试员", password=password)
        person.save()
        Post.objects.create(user=person, unit=unit, role=role)
    return person


def clear_hall() -> None:
    """Everybody who is still in the hall leaves: those of the demo data, and those of an interrupted run."""
    by = User.objects.get(username="bench-clerk-1")
    for ticket in Ticket.objects.filter(day=timezone.localdate(), state__in=PRESENT):
        intake.leave(ticket, by=by, note="bench")


def crew_of(host: str, port: int, clerks: int) -> Crew:
    def browsers(kind: int, many: int) -> list[Browser]:
        return [Browser(host, port, f"10.{kind}.0.{n}") for n in range(1, many + 1)]

    return Crew(browsers(1, clerks), browsers(2, clerks), browsers(3, clerks))


# --- Over HTTP --------------------------------------------------------------------------------------------------------


async def phases(
    crew: Crew, hall: visits.Hall, seconds: float
) -> tuple[Notes, Notes, Notes, Notes, list[float]]:
    log_ins = Notes()
    say("Everybody logs in ...")
    for username, browser in crew.everybody():
        await walk(browser, visits.log_in(username, settings.DEMO_PASSWORD), log_ins)
    requests = await warm_up(crew, hall)
    say(f"Paced, {seconds:g} s ...")
    paced = await phase(crew, hall, seconds, pause=PAUSE, lead=min(PAUSE * requests, seconds))
    await clear_windows(crew)
    say(f"Unpaced, {seconds:g} s ...")
    unpaced = await phase(crew, hall, seconds)
    await clear_windows(crew)
    say("One visitor alone ...")
    alone = Notes()
    took = [await whole_visit(crew, 0, hall, alone) for _n in range(ALONE)]
    for _username, browser in crew.everybody():
        browser.close()
    return log_ins, paced, unpaced, alone, took


async def warm_up(crew: Crew, hall: visits.Hall) -> float:
    """Visits that count nowhere; returns the requests of one.

    PostgreSQL plans a statement anew the first five times a connection sends it, and the server has several.
    """
    say("Visits before the measured ones ...")
    notes = Notes()

    async def some_visits(n: int) -> None:
        for _n in range(WARM_UP):
            await whole_visit(crew, n, hall, notes)

    await asyncio.gather(*(some_visits(n) for n in range(len(crew.clerks))))
    return notes.requests / notes.visits


async def phase(crew: Crew, hall: visits.Hall, seconds: float, *, pause=0.0, lead=0.0) -> Notes:
    """Visits one after another at every window, until the time is up.

    The windows begin over `lead` seconds, which count nowhere: otherwise all would do the same at the same time.
    """
    notes = Notes(since=time.perf_counter() + lead, seconds=seconds)
    windows = len(crew.clerks)
    works = (at_window(crew, n, hall, notes, pause, lead * n / windows) for n in range(windows))
    await asyncio.gather(*works)
    return notes


async def at_window(crew: Crew, n: int, hall: visits.Hall, notes: Notes, pause: float, later: float) -> None:
    await asyncio.sleep(later)
    with suppress(Over):
        while True:
            try:
                await whole_visit(crew, n, hall, notes, until=notes.since + notes.seconds, pause=pause)
            except Unexpected as error:
                notes.failed(error)
                await walk(crew.clerks[n], visits.clear_window(), Notes())


async def clear_windows(crew: Crew) -> None:
    """The end of a phase interrupts visits; the next begins with free windows."""
    for clerk in crew.clerks:
        await walk(clerk, visits.clear_window(), Notes())


async def walk(browser: Browser, part: visits.Part, notes: Notes, *, pause=0.0, until: float | None = None):
    """Live a part of a visit; return what it returns. Raises Over at the first press after `until`."""
    answer = None
    while True:
        try:
            ask = part.send(answer)
        except StopIteration as end:
            return end.value
        if pause:
            await asyncio.sleep(pause * (len(answer.took) if answer else 1))
        if until and time.perf_counter() > until:
            raise Over
        answer = await browser.ask(ask.path, ask.data, htmx=ask.htmx)
        notes.note(ask.step, answer)


async def whole_visit(crew: Crew, n: int, hall: visits.Hall, notes: Notes, *, until=None, pause=0.0) -> float:
    """One visit with all who work on it; returns the seconds in which somebody waited for the server."""
    before = notes.waited

    def walking(browser: Browser, part: visits.Part):
        return walk(browser, part, notes, until=until, pause=pause)

    case = await walking(crew.clerks[n], visits.door(hall))
    agreement, round = await walking(crew.mediators[n], visits.mediate(case))
    await walking(crew.keepers[n], visits.stamp(agreement))
    await walking(crew.clerks[n], visits.follow_up(round))
    notes.visits += 1
    return notes.waited - before


# --- The floor, and where the time goes -------------------------------------------------------------------------------


def floor_of_a_visit(name: str, hall: visits.Hall) -> float:
    """Live visits in this process, recorded; then send the same statements to a copy made before: the same rows."""
    say("The floor: the same SQL through psycopg alone ...")
    people = {kind: inside.Inside(f"bench-{kind}-1") for kind in ("clerk", "mediator", "keeper")}
    with ground.copy_of(name) as copy:
        recorded = [record_visit(people, hall) for _n in range(REPLAYED + 1)]
        with floor.plain_connection(copy) as server:
            took = [floor.replay(server, visit) for visit in recorded]
        refuse_other_rows(name, copy)
    return milliseconds(median(took[1:]))


def record_visit(people: dict[str, inside.Inside], hall: visits.Hall) -> floor.Recording:
    with floor.recording() as recorded:
        live(people, hall)
    return recorded


def live(people: dict[str, inside.Inside], hall: visits.Hall, around=None) -> None:
    case = inside.walk(people["clerk"], visits.door(hall), around)
    agreement, round = inside.walk(people["mediator"], visits.mediate(case), around)
    inside.walk(people["keeper"], visits.stamp(agreement), around)
    inside.walk(people["clerk"], visits.follow_up(round), around)


def refuse_other_rows(name: str, copy: str) -> None:
    """A floor that does not write what a visit writes is none."""
    ours, theirs = floor.row_counts(name), floor.row_counts(copy)
    if ours != theirs:
        differ = {table: (ours[table], theirs[table]) for table in ours if ours[table] != theirs.get(table)}
        raise AssertionError(f"The floor wrote other rows than the visits: {differ}")


def slowest(paced: Notes, hall: visits.Hall, profile: bool) -> list[dict]:
    """The three steps with the highest p95, with what each costs in this process alone."""
    steps = sorted(paced.steps(), key=lambda step: step["p95_ms"], reverse=True)[:SLOWEST]
    people = {kind: inside.Inside(f"bench-{kind}-1") for kind in ("clerk", "mediator", "keeper")}
    live(people, hall)
    return [where_it_goes(step, people, hall, profile) for step in steps]


def where_it_goes(step: dict, people: dict[str, inside.Inside], hall: visits.Hall, profile: bool) -> dict:
    """In this process a press and the page that it leads to are one."""
    profiler, costs = cProfile.Profile(), []
    pressed = step["name"].removesuffix(" > page")

    @contextmanager
    def counting(ask):
        if ask.step != pressed:
            yield
            return
        began = time.perf_counter()
        with floor.recording() as recorded:
            yield
        costs.append((time.perf_counter() - began, recorded.queries, recorded.seconds))

    @contextmanager
    def profiling(ask):
        if ask.step == pressed:
            profiler.enable()
        yield
        profiler.disable()

    live(people, hall, counting)
    live(people, hall, profiling)
    seconds, queries, sql = costs[0]
    found = {
        **{"name": step["name"], "p95_ms": step["p95_ms"], "alone_ms": milliseconds(seconds)},
        **{"queries": queries, "sql_ms": milliseconds(sql), "profile_ms": inside.shares(profiler)},
    }
    if profile:
        say(f"\n{step['name']}: {found}\n" + "\n".join(inside.dearest(profiler)))
    return found


def summary(result: dict) -> str:
    lines = [
        f"  {step['name']:24} {step['count']:5}  p50 {step['p50_ms']:7.1f}  p95 {step['p95_ms']:7.1f} ms"
        for step in [*result["log_in"], *result["steps"]]
    ]
    lines.append(
        f"paced p50 {result['p50_ms']} p95 {result['p95_ms']} p99 {result['p99_ms']} ms at "
        f"{result['paced_requests_per_s']} requests/s; unpaced {result['visits_per_s']} visits/s, "
        f"{result['requests_per_s']} requests/s; a visit {result['visit_ms']} ms, floor {result['floor_ms']} ms, "
        f"ratio {result['ratio']}; {result['errors']} errors, {result['double_calls']} double calls, "
        f"{result['duplicate_numbers']} duplicate numbers"
    )
    return "\n".join(lines)

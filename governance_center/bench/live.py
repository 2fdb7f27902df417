"""`manage.py bench live`: one change that reaches many screens, and many screens that ask again while others work.

First so many streams of one topic are opened, and each change is timed from just before it is published until each
screen has read it; the floor is a bare socket server that sends the same bytes to as many. Then SCREENS people have
“my work” open, as browsers do it (static/js/live.js), while visits go on at the windows of so many clerks. At last
the server of the changes, one of the bench's own, is killed while everybody works, and started again.
"""

import asyncio
import json
import random
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from django.urls import reverse

from governance_center.bench import bare, ground, hall, inside, visits
from governance_center.bench.browser import Browser, Unexpected
from governance_center.bench.ground import median, milliseconds, percentile, say
from governance_center.embedded import place, processes, valkey
from kernel import live
from people.models import Unit
from people.roles import Role

CLIENTS, SCREENS = 1_000, 200
CHANGES = 40
PAUSE = 0.25
"""Seconds between two changes."""
TOPIC = "bench"
AT_ONCE = 100
"""Streams opened together."""
PATIENCE = 15
CHANGED = b"event: changed"
RESET = b"event: reset"
GRANT = re.compile(r'data-live-grant="([^"]+)" data-live-topics="([^"]+)" data-live-since="([^"]+)"')


def run(*, clients: int | None, clerks: int, seconds: float, cases: int) -> dict:
    clients = clients or CLIENTS
    screens = min(SCREENS, clients)
    with ground.database("hall", cases) as name, own_valkey() as changes:
        hall.staff(clerks)
        hall.clear_hall()
        people = onlookers(screens)
        visitors = visits.Hall.of_database()
        topic = f"unit:{Unit.objects.coded('centre').pk}"
        with bare_server() as port:
            say(f"The floor: a bare socket server and {clients:,} screens ...")
            floor = asyncio.run(reach(port, clients, by_relay))
        with ground.web_server(name) as (host, port):
            say(f"{clients:,} streams of one topic ...")
            reached = asyncio.run(reach(port, clients, by_publishing))
            crew = hall.crew_of(host, port, clerks)
            worked = asyncio.run(work(crew, visitors, people, changes, topic, seconds))
        hall.clear_hall()
        result = {
            "bench": "live",
            "size": {"clients": clients, "changes": CHANGES, "screens": screens, "clerks": clerks},
            "machine": ground.machine(),
            **reached.told(clients),
            **{f"floor_{name}": value for name, value in floor.told(clients).items() if name.endswith("_ms")},
            **worked,
        }
        result["ratio"] = round(result["p50_ms"] / result["floor_p50_ms"], 2)
    say(summary(result))
    return result


@contextmanager
def own_valkey() -> Iterator["Changes"]:
    """A server of the bench's own, which may be killed; the settings name it meanwhile."""
    changes = Changes(place.find(place.find().state / "bench" / "live").prepare())
    caches = {"default": settings.CACHES["default"] | {"LOCATION": changes.place.redis_url()}}
    with override_settings(REDIS_URL=changes.place.redis_url(), CACHES=caches):
        changes.start()
        try:
            live.publisher.publish(
                [TOPIC]
            )  # the first message of a process says that anything may have changed
            yield changes
        finally:
            processes.stop(changes.process)


@dataclass
class Changes:
    place: place.Place
    process: object = None

    def start(self) -> None:
        self.process = valkey.start(self.place, appendonly="no")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.place.redis_socket.unlink(missing_ok=True)


@contextmanager
def bare_server() -> Iterator[int]:
    log = place.find().prepare().log("bench-bare")
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listening:
        number = listening.fileno()
        process = processes.spawn(
            [sys.executable, bare.__file__, number], log=log, cwd=place.PROJECT, keep=(number,)
        )
        try:
            yield listening.getsockname()[1]
        finally:
            processes.stop(process)


# --- One change, many screens ---------------------------------------------------------------------------------------


@dataclass
class Reached:
    """Seconds from each change to each screen that heard of it."""

    connected: int = 0
    lost: int = 0
    took: list[float] = field(default_factory=list)

    def told(self, clients: int) -> dict:
        return {
            "connected": self.connected,
            "lost": self.lost + (clients - self.connected) * CHANGES,
            "p50_ms": milliseconds(median(self.took)),
            "p99_ms": milliseconds(percentile(self.took, 0.99)),
        }


class Stream(asyncio.Protocol):
    """An open stream: when it was told of a change, and how often."""

    def __init__(self, path: str):
        self.path = path
        self.rest = b""
        self.open = asyncio.get_running_loop().create_future()
        self.heard: list[float] = []
        self.events: asyncio.Queue[dict] = asyncio.Queue()

    def connection_made(self, transport):
        self.transport = transport
        transport.write(f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    def data_received(self, data: bytes):
        *blocks, self.rest = (self.rest + data).split(b"\n\n")
        for block in blocks:
            if b": welcome" in block and not self.open.done():
                self.open.set_result(True)
            if CHANGED in block:
                self.heard.append(time.perf_counter())
            if CHANGED in block or RESET in block:
                self.events.put_nowait(json.loads(block[block.index(b"data: ") + 6 :]))

    def connection_lost(self, error):
        if not self.open.done():
            self.open.set_result(False)


async def connect(port: int, path: str) -> Stream:
    loop = asyncio.get_running_loop()
    _transport, stream = await loop.create_connection(lambda: Stream(path), "127.0.0.1", port)
    await asyncio.wait_for(stream.open, PATIENCE)
    return stream


async def by_publishing(_port: int):
    return lambda: live.publisher.publish([TOPIC])


async def by_relay(port: int):
    """The same bytes as a stream sends."""
    message = live.event("changed", live.parsed(live.baseline()), {TOPIC: live.parsed(live.baseline())}, 400)
    speaker = await connect(port, "/")
    return lambda: speaker.transport.write(message)


async def reach(port: int, clients: int, by) -> Reached:
    """Open so many streams, then make CHANGES changes, each when the last has arrived everywhere."""
    path = f"/live?{urlencode({'token': live.token([TOPIC]), 'since': live.baseline()})}"
    publish, streams = await by(port), []
    for begin in range(0, clients, AT_ONCE):
        some = range(begin, min(begin + AT_ONCE, clients))
        streams += await asyncio.gather(*(connect(port, path) for _n in some))
    await asyncio.sleep(1)
    reached = Reached(connected=sum(stream.open.result() for stream in streams))
    for _n in range(CHANGES):
        for stream in streams:
            stream.heard.clear()
        began = time.perf_counter()
        publish()
        await heard_by_all(streams, began)
        arrived = [stream.heard[0] - began for stream in streams if stream.heard]
        reached.took += arrived
        reached.lost += reached.connected - len(arrived)
        await asyncio.sleep(PAUSE)
    for stream in streams:
        stream.transport.abort()
    return reached


async def heard_by_all(streams: list[Stream], since: float) -> None:
    while time.perf_counter() < since + PATIENCE and not all(stream.heard for stream in streams):
        await asyncio.sleep(0.02)


# --- Many screens ask again while others work -----------------------------------------------------------------------


@dataclass
class Screen:
    """“My work” in somebody's browser, which asks again as static/js/live.js does."""

    browser: Browser
    took: list[float] = field(default_factory=list)
    errors: int = 0
    resets: int = 0

    async def watch(self) -> None:
        page = await self.browser.ask(reverse("home"))
        token, _topics, since = next(g for g in GRANT.findall(page.text) if "unit:" in g[1])
        path = f"/live?{urlencode({'token': unescape(token), 'since': since})}"
        stream = await connect(self.browser.port, path)
        try:
            rested = 0.0
            while True:
                event = await stream.events.get()
                self.resets += not event["versions"]
                spread = event["spread"] / 1000
                rest = min(max(rested - time.perf_counter(), 0), spread)
                await asyncio.sleep(rest + random.random() * spread)
                while not stream.events.empty():  # the page that is asked for now will show these too
                    self.resets += not stream.events.get_nowait()["versions"]
                rested = time.perf_counter() + spread
                await self.ask_again()
        finally:
            stream.transport.abort()

    async def ask_again(self) -> None:
        try:
            self.took.append((await self.browser.ask(reverse("home"), htmx=True)).seconds)
        except Unexpected as error:
            self.errors += 1
            say(f"  unexpected: {error}")


def onlookers(many: int) -> list[tuple[str, dict[str, str]]]:
    """So many people of the centre with what their browsers keep of the log-in."""
    say(f"{many} people log in ...")
    password, centre = make_password(settings.DEMO_PASSWORD), Unit.objects.coded("centre")
    names = [f"bench-onlooker-{n}" for n in range(1, many + 1)]
    for name in names:
        hall.somebody(name, centre, Role.CLERK, password)
    kept = [inside.Inside(name).client.cookies for name in names]
    return [
        (f"10.4.{n // 250}.{n % 250 + 1}", {key: one.value for key, one in cookies.items()})
        for n, cookies in enumerate(kept)
    ]


async def work(crew, visitors, people, changes: Changes, topic: str, seconds: float) -> dict:
    """Visits at every window: alone, with the screens watching, and while the server of the changes is away."""
    for username, browser in crew.everybody():
        await hall.walk(browser, visits.log_in(username, settings.DEMO_PASSWORD), hall.Notes())
    await hall.warm_up(crew, visitors)
    say(f"Visits at {len(crew.clerks)} windows, nobody watching, {seconds:g} s ...")
    alone = await visited(crew, visitors, seconds)
    port = crew.clerks[0].port
    screens = [
        Screen(Browser("127.0.0.1", port, address, cookies, by_itself=True)) for address, cookies in people
    ]
    async with watching(screens):
        say(f"{len(screens)} screens watching, {seconds:g} s ...")
        for screen in screens:
            screen.took.clear()
        telling = asyncio.create_task(tell_again_and_again(topic))
        watched = await hall.phase(crew, visitors, seconds, pause=hall.PAUSE)
        asked = [took for screen in screens for took in screen.took]
        telling.cancel()
        await hall.clear_windows(crew)
        say(f"The server of the changes is killed, and started again after {seconds / 2:g} s ...")
        outage, recovered = await asyncio.gather(
            visited(crew, visitors, seconds), killed_and_back(changes, screens, seconds / 2)
        )
    for _username, browser in crew.everybody():
        browser.close()
    return {
        "others_p95_ms": milliseconds(percentile(watched.all(), 0.95)),
        "others_alone_p95_ms": milliseconds(percentile(alone.all(), 0.95)),
        "others_errors": len(alone.errors) + len(watched.errors),
        "refetches_per_s": round(len(asked) / seconds, 1),
        "refetch_p95_ms": milliseconds(percentile(asked, 0.95)),
        "refetch_errors": sum(screen.errors for screen in screens),
        "outage_p95_ms": milliseconds(percentile(outage.all(), 0.95)),
        "outage_errors": len(outage.errors),
        "outage_recovered_s": recovered,
    }


async def tell_again_and_again(topic: str) -> None:
    while True:
        live.publisher.publish([topic])
        await asyncio.sleep(1)


async def visited(crew, visitors, seconds: float) -> hall.Notes:
    notes = await hall.phase(crew, visitors, seconds, pause=hall.PAUSE)
    await hall.clear_windows(crew)
    return notes


@asynccontextmanager
async def watching(screens: list[Screen]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(screen.watch()) for screen in screens]
    await asyncio.sleep(5)
    try:
        yield
        if ended := [task for task in tasks if task.done()]:
            await ended[0]  # says why
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for screen in screens:
            screen.browser.close()


async def killed_and_back(changes: Changes, screens: list[Screen], seconds: float) -> float:
    """Seconds from the return of the server until every screen that still listens was told to begin afresh."""
    changes.kill()
    await asyncio.sleep(seconds)
    for screen in screens:
        screen.resets = 0
    changes.start()
    began = time.perf_counter()
    while not all(screen.resets for screen in screens):
        if time.perf_counter() > began + 4 * PATIENCE:
            raise AssertionError(f"{sum(not screen.resets for screen in screens)} screens never heard again")
        await asyncio.sleep(0.1)
    return round(time.perf_counter() - began, 1)


def summary(result: dict) -> str:
    return (
        f"{result['connected']:,} connected, {result['lost']} lost; publish to message p50 {result['p50_ms']}, "
        f"p99 {result['p99_ms']} ms; floor p50 {result['floor_p50_ms']}, p99 {result['floor_p99_ms']} ms; "
        f"others' p95 {result['others_p95_ms']} ms with {result['size']['screens']} screens watching "
        f"({result['refetches_per_s']} refetches/s), {result['others_alone_p95_ms']} without; server of changes "
        f"away: p95 {result['outage_p95_ms']} ms, {result['outage_errors']} errors, "
        f"back after {result['outage_recovered_s']} s"
    )

"""What changes on screens: versions of topics, told after the commit over one server-sent stream a browser.

A topic is a word such as "hall" or "case:12"; its version is the id of the last entry of a Redis stream that names
it. Services call `changed()`. Pages get a signed `token()` for the topics they may hear. `application` streams
versions, never data: a screen that finds a newer one asks for its fragment again, through the scope of its user.

What may be lost is healed, not guessed: a stream that cannot know what it missed says `reset`, and so do the first
message of a process and the first one after an outage, because what came before may have died between a commit and
its message.
"""

import asyncio
import hashlib
import json
import logging
import re
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from urllib.parse import parse_qs

import redis
import redis.asyncio
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.db import transaction
from django.http import HttpResponseForbidden, HttpResponseNotModified, JsonResponse
from django.utils.crypto import salted_hmac
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

STREAM = "live:changes"
EVERYTHING = "*"
KEPT_ENTRIES = 10_000
KEPT_VERSION = 2 * 24 * 60 * 60  # seconds

SALT = "kernel.live"
TOKEN_AGE = 12 * 60 * 60  # seconds: a page of this morning is loaded again before the next one
MAX_TOKENS = 40
TOPIC = re.compile(r"[\w.:-]{1,100}\Z", re.ASCII)
# A page may show rows that were read this long before it was finished.
SLACK = 10  # seconds

HEARTBEAT = 15  # seconds
SEND_TIMEOUT = 30  # seconds
PATIENCE = 3  # seconds that a new stream waits for the reader before it begins without
ROOM = 60  # milliseconds of this process that each screen may count on when many ask again at once
SPREAD = (400, 30_000)  # milliseconds over which they do, at least and at most
TIMEOUT = 0.5  # seconds that a request may wait for Redis
PAUSE = 5  # seconds that a process leaves Redis alone after a failure
BACKOFF = (0.2, 5)  # seconds between attempts of the reader

Version = tuple[int, int]
NOTHING: Version = (0, 0)

# --- Telling ---------------------------------------------------------------------------------------------------------

# One step, so that the stream and the versions beside it agree. KEYS: the stream, then a key for each topic.
PUBLISH = """
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'topics', ARGV[3])
for i = 2, #KEYS do redis.call('SET', KEYS[i], id, 'EX', ARGV[2]) end
return id
"""


class Publication:
    """The topics of one level of a transaction, told once it commits; forgotten with it if it rolls back."""

    def __init__(self, topics: set[str], told: set[str]):
        self.topics, self.told = topics, told

    def __call__(self):
        fresh = self.topics - self.told
        self.told |= fresh
        if fresh:
            publisher.publish(fresh)


def changed(*topics: str) -> None:
    """Say after the commit that what `topics` stand for has changed. Twice in one transaction is told once.

    Never fails: without Redis the request goes on, and the screens catch up later.
    """
    if not topics:
        return
    connection = transaction.get_connection()
    pending = [hook for _ids, hook, _robust in connection.run_on_commit if isinstance(hook, Publication)]
    told = pending[-1].told if pending else set()
    transaction.on_commit(Publication(set(topics), told), robust=True)


def of_file(restriction: str, *topics: str) -> list[str]:
    """The topics of a file. Of a restricted one they have names that tell nobody which file, or even that it is one."""
    return [opaque(topic, restriction) for topic in topics] if restriction else list(topics)


def heard_by(scope, *topics: str) -> list[str]:
    """`topics`, and what the restricted files that somebody may open tell under them."""
    return [*topics, *(opaque(topic, kind) for topic in topics for kind in sorted(scope.restrictions))]


def opaque(topic: str, restriction: str) -> str:
    return salted_hmac("kernel.live", f"{restriction} {topic}", algorithm="sha256").hexdigest()[:32]


class Publisher:
    """The side of a process that tells. After a failure it leaves Redis alone for a moment and then says `reset`."""

    def __init__(self):
        self.missed = True  # what a predecessor of this process may not have told
        self.quiet_until = 0.0

    def publish(self, topics: Iterable[str]) -> None:
        if time.monotonic() < self.quiet_until:
            self.missed = True
            return
        names = sorted({*topics, EVERYTHING} if self.missed else topics)
        try:
            keys = [STREAM, *map(version_key, names)]
            server(settings.REDIS_URL).eval(
                PUBLISH, len(keys), *keys, KEPT_ENTRIES, KEPT_VERSION, json.dumps(names)
            )
            self.missed = False
        except (redis.RedisError, OSError) as error:
            self.missed = True
            self.quiet_until = time.monotonic() + PAUSE
            logger.warning("Screens were not told of a change: %s", error)


publisher = Publisher()


@cache
def server(url: str) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_connect_timeout=TIMEOUT, socket_timeout=TIMEOUT, decode_responses=True
    )


def version_key(topic: str) -> str:
    return f"live:version:{topic}"


# --- Grants ----------------------------------------------------------------------------------------------------------


def token(topics: Iterable[str]) -> str:
    """A signed grant to hear of `topics`, good for TOKEN_AGE. The page that carries it has checked who may."""
    names = sorted(set(topics))
    if unknown := [name for name in names if not TOPIC.match(name)]:
        raise ValueError(f"Not a topic: {unknown[0]!r}")
    return signing.dumps({"topics": names, "since": baseline()}, salt=SALT, compress=True)


def baseline() -> str:
    """The version that a page made now is sure to show."""
    return f"{int((time.time() - SLACK) * 1000)}-0"


def granted(tokens: Iterable[str]) -> tuple[set[str], Version] | None:
    """The topics of all valid tokens and the oldest version their pages are sure to show; None if none is valid."""
    topics: set[str] = set()
    since: list[Version] = []
    for text in list(tokens)[:MAX_TOKENS]:
        try:
            grant = signing.loads(text, salt=SALT, max_age=TOKEN_AGE)
        except signing.BadSignature:
            continue
        topics.update(grant["topics"])
        since.append(parsed(grant["since"]))
    return (topics, min(since)) if since else None


def parsed(version: str) -> Version:
    """(milliseconds, sequence) of "1732330000000-0"; NOTHING for anything else."""
    milliseconds, _dash, sequence = version.partition("-")
    if not (milliseconds.isdecimal() and sequence.isdecimal() and len(version) <= 40):
        return NOTHING
    return int(milliseconds), int(sequence)


def written(version: Version) -> str:
    return f"{version[0]}-{version[1]}"


# --- The poll --------------------------------------------------------------------------------------------------------


@login_not_required
@require_safe
def versions(request):
    """The versions of the granted topics, for screens without a stream. Asks no database; 304 while nothing changed.

    `login_not_required` because the signed token is the permission, and so that a poll is no activity.
    """
    grant = granted(request.GET.getlist("token"))
    if grant is None:
        return HttpResponseForbidden()
    topics = sorted(grant[0])
    try:
        found = server(settings.REDIS_URL).mget([version_key(name) for name in [EVERYTHING, *topics]])
    except (redis.RedisError, OSError):
        return JsonResponse({"versions": {}}, status=503)
    everything, *own = [parsed(version or "") for version in found]
    answer = {name: written(max(version, everything)) for name, version in zip(topics, own, strict=True)}
    etag = quote_etag(hashlib.sha256(json.dumps(answer).encode()).hexdigest())
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response = HttpResponseNotModified()
    else:
        response = JsonResponse({"versions": answer})
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-store"
    return response


# --- The stream ------------------------------------------------------------------------------------------------------


class Client:
    """One open stream. Holds only the latest version of each topic it was not told yet, so it cannot overflow."""

    def __init__(self, topics: set[str]):
        self.topics = topics
        self.news: dict[str, Version] = {}
        self.reset = False
        self.gone = False
        self.awake = asyncio.Event()

    def tell(self, topic: str, version: Version) -> None:
        self.news[topic] = version
        self.awake.set()

    def tell_reset(self) -> None:
        self.reset = True
        self.awake.set()

    def leave(self) -> None:
        self.gone = True
        self.awake.set()

    def take(self, hub: "Hub") -> bytes:
        """What to send now. Without a reader only that: what happens meanwhile is found out later."""
        self.awake.clear()
        if not hub.ready.is_set():
            return event("alone", hub.last, {}, 0)
        news, self.news = self.news, {}
        reset, self.reset = self.reset, False
        if reset:
            return event("reset", hub.last, {}, spread(len(hub.everyone)))
        if news:
            return event("changed", max(news.values()), news, spread(hub.listeners(news)))
        return b": still here\n\n"


def event(kind: str, version: Version, news: dict[str, Version], spread: int) -> bytes:
    data = {"versions": {topic: written(one) for topic, one in news.items()}, "spread": spread}
    return f"id: {written(version)}\nevent: {kind}\ndata: {json.dumps(data)}\n\n".encode()


def spread(screens: int) -> int:
    """Over how many milliseconds so many screens should ask again, so that those who work are not kept waiting."""
    return min(max(SPREAD[0], screens * ROOM), SPREAD[1])


class Hub:
    """All streams of this process, fed by one reader of the Redis stream.

    `versions` holds what was read, `floor` is the version before which it knows nothing, `last` the one read last.
    """

    def __init__(self, url: str):
        self.url = url
        self.clients: dict[str, set[Client]] = {}
        self.everyone: set[Client] = set()
        self.versions: dict[str, Version] = {}
        self.floor = self.last = NOTHING
        self.ready = asyncio.Event()
        self.reader = asyncio.create_task(self.read())

    def join(self, client: Client, since: Version) -> None:
        """Add a client and tell it what changed after `since`, or that nobody can know."""
        self.everyone.add(client)
        for topic in client.topics:
            self.clients.setdefault(topic, set()).add(client)
        if not self.ready.is_set() or since < self.floor:
            client.tell_reset()
            return
        for topic in client.topics:
            if self.versions.get(topic, NOTHING) > since:
                client.tell(topic, self.versions[topic])

    def part(self, client: Client) -> None:
        self.everyone.discard(client)
        for topic in client.topics:
            listeners = self.clients.get(topic, set())
            listeners.discard(client)
            if not listeners:
                self.clients.pop(topic, None)

    def listeners(self, topics: Iterable[str]) -> int:
        """How many listen to the busiest of `topics`."""
        return max(len(self.clients.get(topic, ())) for topic in topics)

    async def read(self) -> None:
        """Follow the Redis stream until cancelled. After each loss of the server all clients start afresh.

        The client of Redis can swallow a cancellation that comes together with an answer, so the loops look as well.
        """
        pause = BACKOFF[0]
        while not self.reader.cancelling():
            try:
                async with self.connect() as server:
                    await self.catch_up(server)
                    pause = BACKOFF[0]
                    await self.follow(server)
            except (redis.RedisError, OSError) as error:
                logger.warning("The stream of changes is interrupted: %s", error)
            except Exception:
                logger.exception("The reader of the stream of changes failed")
            self.lose()
            await asyncio.sleep(pause)
            pause = min(pause * 2, BACKOFF[1])

    def lose(self) -> None:
        """Nothing is heard any more: the screens say so, and ask on their own."""
        if self.ready.is_set():
            self.ready.clear()
            for client in self.everyone:
                client.awake.set()

    def connect(self) -> redis.asyncio.Redis:
        return redis.asyncio.Redis.from_url(self.url, socket_connect_timeout=2, socket_timeout=HEARTBEAT)

    async def catch_up(self, server) -> None:
        """Read what the stream still holds. Whoever listened through a loss is told to start afresh."""
        seconds, microseconds = await server.time()
        now = seconds * 1000 + microseconds // 1000, 0
        entries = await server.xrange(STREAM)
        self.versions.clear()
        self.floor = parsed(entries[0][0].decode()) if entries else now
        self.last = max(now, self.floor) if not entries else parsed(entries[-1][0].decode())
        for entry in entries:
            self.note(*entry)
        self.ready.set()
        for client in self.everyone:
            client.tell_reset()

    async def follow(self, server) -> None:
        while not self.reader.cancelling():
            found = await server.xread({STREAM: written(self.last)}, count=500, block=5000)
            for _stream, entries in read_entries(found):
                for entry in entries:
                    self.pass_on(*self.note(*entry))

    def note(self, entry_id: bytes, fields: dict[bytes, bytes]) -> tuple[list[str], Version]:
        """Keep the versions of one entry. A malformed one counts as read and names no topic."""
        version = parsed(entry_id.decode())
        self.last = max(self.last, version)
        topics = topics_of(fields)
        if EVERYTHING in topics:
            self.floor = version
        self.versions.update(dict.fromkeys(topics, version))
        if len(self.versions) > 4 * KEPT_ENTRIES:
            self.forget_half()
        return topics, version

    def forget_half(self) -> None:
        oldest = sorted(self.versions.values())[len(self.versions) // 2]
        self.versions = {topic: version for topic, version in self.versions.items() if version > oldest}
        self.floor = max(self.floor, oldest)

    def pass_on(self, topics: list[str], version: Version) -> None:
        if EVERYTHING in topics:
            for client in self.everyone:
                client.tell_reset()
            return
        for topic in topics:
            for client in self.clients.get(topic, ()):
                client.tell(topic, version)


def read_entries(found):
    """The (stream, entries) pairs of an XREAD answer, which is a dict in one protocol and a list in the other."""
    return found.items() if isinstance(found, dict) else found or []


def topics_of(fields: dict[bytes, bytes]) -> list[str]:
    try:
        topics = json.loads(fields[b"topics"])
    except (KeyError, TypeError, ValueError):
        return []
    return [topic for topic in topics if isinstance(topic, str)] if isinstance(topics, list) else []


class Application:
    """GET /live?token=…&since=…: a raw ASGI application in front of Django. It uses no database."""

    def __init__(self):
        self.hubs: dict[asyncio.AbstractEventLoop, Hub] = {}

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            raise ValueError(f"/live speaks HTTP, not {scope['type']}")
        if scope["method"] != "GET":
            await refuse(send, 405)
            return
        query = parse_qs(scope["query_string"].decode("latin-1"))
        grant = granted(query.get("token", []))
        if grant is None:
            await refuse(send, 403)
            return
        topics, since = grant
        asked = asked_since(scope, query)
        await self.stream(Client(topics), since if asked == NOTHING else asked, receive, send)

    def hub(self) -> Hub:
        loop = asyncio.get_running_loop()
        if loop not in self.hubs:
            self.hubs[loop] = Hub(settings.REDIS_URL)
        return self.hubs[loop]

    async def stream(self, client: Client, since: Version, receive, send) -> None:
        hub = self.hub()
        await wait_a_moment(hub.ready, PATIENCE)
        watch = asyncio.create_task(until_gone(receive, client))
        hub.join(client, since)
        try:
            await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
            await send(body(b": welcome\n\n"))
            while not client.gone:
                await wait_a_moment(client.awake, HEARTBEAT)
                # A reader that does not read must not be waited for.
                await asyncio.wait_for(send(body(client.take(hub))), SEND_TIMEOUT)
        except (TimeoutError, OSError):
            pass
        finally:
            hub.part(client)
            watch.cancel()


application = Application()

STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would collect the events
]


def asked_since(scope, query) -> Version:
    """Where the client was, if it says so: the header of browsers, or the query of a tab that takes over."""
    headers = dict(scope["headers"])
    header = headers.get(b"last-event-id", b"").decode("latin-1")
    return parsed(header) if header else parsed(query.get("since", [""])[0])


async def wait_a_moment(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)


async def until_gone(receive, client: Client) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    client.leave()


def body(chunk: bytes) -> dict:
    return {"type": "http.response.body", "body": chunk, "more_body": True}


async def refuse(send, status: int) -> None:
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]}
    )
    await send({"type": "http.response.body", "body": b""})

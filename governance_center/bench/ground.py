"""What every bench stands on: a database of its own, the settings of production, a real web server."""

import hashlib
import logging
import os
import platform
import socket
import statistics
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import uvicorn
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import get_hasher
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections
from django.test import override_settings
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from governance_center.embedded import place, prepare, processes, programs, web

REDIS_DATABASE = 9
"""Of the sixteen that a server has; programs of the centre use the first."""
SETTINGS_THAT_MATTER = (
    *("server_version", "shared_buffers", "work_mem", "effective_cache_size", "max_wal_size"),
    *("fsync", "synchronous_commit", "full_page_writes", "wal_level", "jit"),
)
PATIENCE = 60


def say(text: str) -> None:
    """Progress, apart from the result."""
    print(text, file=sys.stderr, flush=True)


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def percentile(values: Iterable[float], part: float) -> float:
    """The value that `part` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * part // 1).__int__() - 1)]


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 2)


# --- The database -----------------------------------------------------------------------------------------------------


@contextmanager
def database(what: str, size: int, *, of_today: bool = False, fill=None) -> Iterator[str]:
    """Have this process use the database bench_<what>_<size>, made from demo data where it is missing or outdated.

    It is kept. `fill` is given the size and adds to a small demo what the bench needs many of. `of_today` makes it anew
    on another day: what happens in it happens today. Two benches of one size do not run together.
    """
    name = f"bench_{what}_{size}"
    prepare.collect_static()
    for noisy in ("django_structlog", "django.request"):  # the web server writes them, to its own log
        logging.getLogger(noisy).setLevel(logging.ERROR)
    with maintenance() as server, override_settings(**own_settings(name)):
        if not server.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name]).fetchone()[0]:
            raise CommandError(f"Another bench uses {name} just now.")
        users_own = connection.settings_dict["NAME"]
        try:
            use(name)
            mark = schema_of_today() if of_today else schema()
            if kept_mark(server, name) != mark:
                make(server, name, size, fill)
                server.execute(f"COMMENT ON DATABASE \"{name}\" IS '{mark}'")
            yield name
        finally:
            use(users_own)


def own_settings(name: str) -> dict:
    """Files, anchors and Redis apart from the user's own."""
    files = place.find().state / "bench" / name
    files.mkdir(parents=True, exist_ok=True)
    redis_url = own_redis(settings.REDIS_URL)
    return {
        "DEBUG": False,
        "FILES_DIR": files,
        "ANCHOR_FILE": files / "anchors.jsonl",
        "REDIS_URL": redis_url,
        "CACHES": {"default": settings.CACHES["default"] | {"LOCATION": redis_url}},
    }


def own_redis(url: str) -> str:
    """The same server, another database of it."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={REDIS_DATABASE}"
    return parts._replace(path=f"/{REDIS_DATABASE}").geturl()


def use(name: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()  # its keys differ from database to database


def maintenance() -> psycopg.Connection:
    """A connection to the server that works on no database of ours."""
    return psycopg.connect(url_of("postgres"), autocommit=True)


def url_of(name: str) -> str:
    """How programs reach a database on the user's server."""
    return make_conninfo(**(conninfo_to_dict(os.environ["DATABASE_URL"]) | {"dbname": name}))


def schema() -> str:
    """A digest of all migrations: rows of another schema are not used again."""
    digest = hashlib.sha256()
    for app in sorted(apps.get_app_configs(), key=lambda app: app.label):
        for file in sorted(Path(app.path).glob("migrations/*.py")):
            digest.update(f"{app.label} {file.name}".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def schema_of_today() -> str:
    return f"{schema()} {timezone.localdate()}"


def kept_mark(server: psycopg.Connection, name: str) -> str | None:
    """What was noted when the database was complete; None where there is none."""
    found = server.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
    ).fetchone()
    return found and found[0]


SMALL = 3_000
"""Cases of a demo to which a bench adds its own rows."""


def make(server: psycopg.Connection, name: str, size: int, fill) -> None:
    say(f"Making {name}: migrations, reference data, demo data ...")
    began = time.monotonic()
    drop(server, name)
    server.execute(f'CREATE DATABASE "{name}"')
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference", verbosity=0)
    call_command("demo", cases=SMALL if fill else size, stdout=sys.stderr)
    if fill:
        fill(size)
    tidy()
    say(f"{name} was made in {time.monotonic() - began:.0f} s.")


def tidy() -> None:
    """What autovacuum would have done by the time anybody works with so many rows."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def drop(server: psycopg.Connection, name: str) -> None:
    server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def copy_of(name: str) -> Iterator[str]:
    """A database with the same rows, gone afterwards. Nobody may be connected to the original while it is made."""
    copy = f"{name}_copy"
    connections.close_all()
    with maintenance() as server:
        drop(server, copy)
        server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
        try:
            yield copy
        finally:
            drop(server, copy)


# --- The web server ---------------------------------------------------------------------------------------------------


@contextmanager
def web_server(name: str) -> Iterator[tuple[str, int]]:
    """The server of the default set-up for a database, on a port of its own; stopped however this ends."""
    port = free_port()
    command = [sys.executable, "-m", *programs.web(port)]
    log = place.find().prepare().log("bench-web")
    process = processes.spawn(command, log=log, cwd=place.PROJECT, env=production(name))
    try:
        wait_until_ready(process, port, log)
        yield "127.0.0.1", port
    finally:
        processes.stop(process)


def production(name: str) -> dict[str, str]:
    """The environment of the web server: no demo mode, no DEBUG, behind a proxy that names the caller's address."""
    kept = {key: value for key, value in os.environ.items() if key not in {"DEBUG", "DJANGO_SETTINGS_MODULE"}}
    return kept | {
        "DATABASE_URL": url_of(name),
        "REDIS_URL": settings.REDIS_URL,
        "FILES_DIR": str(settings.FILES_DIR),
        "ANCHOR_FILE": str(settings.ANCHOR_FILE),
        "STATIC_ROOT": str(settings.STATIC_ROOT),
        "DEMO_MODE": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
        "BEHIND_PROXY": "1",
        "SERVES_PAGES": "1",
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(process, port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CommandError(f"The web server ended:\n{processes.tail(log)}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
            return
        except urllib.error.HTTPError:  # unhealthy without worker and beat, but it answers
            return
        except OSError:
            time.sleep(0.1)
    raise CommandError(f"The web server did not answer; see {log}.")


# --- The machine ------------------------------------------------------------------------------------------------------


def machine() -> dict:
    """What the figures were measured on and with."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, setting || coalesce(unit, '') FROM pg_settings WHERE name = ANY(%s)",
            [list(SETTINGS_THAT_MATTER)],
        )
        postgres = dict(cursor.fetchall())
    return {
        "cpu": processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "postgres": postgres,
        "web_server": f"uvicorn {uvicorn.__version__}, {web.WORKERS} processes",
        "password_hasher": get_hasher().algorithm,
        "debug": settings.DEBUG,
        "response_cache": False,
        "load_client": "the same machine, one process",
    }


def processor(told: Callable[[], str] = Path("/proc/cpuinfo").read_text) -> str:
    try:
        lines = told().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )

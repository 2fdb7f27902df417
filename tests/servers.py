"""The PostgreSQL and the Valkey of a test run: our own, in /tmp, fast because they may forget everything.

A run takes the first free slot, so several runs at once do not meet. A slot keeps its cluster, and with it a
template database, migrated and with reference data, until one of those changes; every worker gets a clone of
it, in a tenth of a second.
"""

import fcntl
import hashlib
import itertools
import os
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import psycopg
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections

from governance_center.embedded import place, postgres, valkey
from governance_center.embedded.keeper import lock

SLOT = "GOVERNANCE_TEST_SLOT"  # how the workers of pytest-xdist learn of the slot that their run holds
NAME = f"governance-tests-{os.geteuid()}-{place.short_hash(place.PROJECT)}"
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "128MB",
}

_held = []


def here() -> place.Place:
    """The place of this run; the first call takes a slot."""
    if SLOT not in os.environ:
        os.environ[SLOT] = str(next(filter(free, slots())))
    return place.find(Path(os.environ[SLOT]))


def slots():
    return (Path("/tmp", f"{NAME}-{number}") for number in itertools.count())  # noqa: S108


def free(slot: Path) -> bool:
    state = place.find(slot).prepare().state
    file = open(state / "run.lock", "a")  # noqa: SIM115 - held until the run ends
    _held.append(file)
    return lock(file)


@contextmanager
def running():
    """Both servers. They inherit the lock: the slot is free when they are gone, even if the run was killed."""
    keep = (_held[-1].fileno(),)
    with ExitStack() as stack:
        stack.callback(postgres.stop, postgres.start(here(), keep=keep, **FORGETFUL))
        stack.callback(valkey.stop, valkey.start(here(), keep=keep, appendonly="no", databases="256"))
        yield


@contextmanager
def cloned_database():
    """A database of this worker's own, which Django uses."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with open(here().state / "template.lock", "a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        make_template()
    clone(name)
    yield
    connections.close_all()


def clone(name: str) -> None:
    """Fresh rows; whatever is still connected to the old ones is cut off."""
    connection.close()
    with maintenance() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template_name()}"')
    connection.settings_dict["NAME"] = name


def clone_again() -> None:
    clone(connection.settings_dict["NAME"])


def make_template() -> None:
    with maintenance() as server:
        names = {name for (name,) in server.execute("SELECT datname FROM pg_database")}
        if template_name() in names:
            return
        for name in names:
            if name.startswith("template_"):
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        server.execute("CREATE DATABASE template_unfinished")
        connection.settings_dict["NAME"] = "template_unfinished"
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        call_command("load_reference", verbosity=0)
        connection.close()
        server.execute(f'ALTER DATABASE template_unfinished RENAME TO "{template_name()}"')


@cache
def template_name() -> str:
    """Named after all migrations and reference data as they were when the run began: other ones, other name."""
    digest = hashlib.sha256()
    for app in apps.get_app_configs():
        files = [*Path(app.path).glob("migrations/*.py"), *Path(app.path).glob("reference/*.*")]
        for file in sorted([*files, *Path(app.path).glob("reference.py")]):
            digest.update(f"{app.label} {file.name}".encode() + file.read_bytes())
    return f"template_{digest.hexdigest()[:16]}"


def maintenance() -> psycopg.Connection:
    return psycopg.connect(here().database_url("postgres"), autocommit=True)

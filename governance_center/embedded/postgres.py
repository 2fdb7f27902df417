"""One PostgreSQL cluster, reached through a Unix socket that only its owner can open; no port, no password."""

import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from governance_center.embedded import processes
from governance_center.embedded.binaries import postgres_server_folder
from governance_center.embedded.place import ROOT, Place

# Character types of C.UTF-8, because under C the trigrams of Chinese words are empty and searches read
# every row. The order is that of code points: names are sorted by their pinyin column.
LOCALE = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--lc-ctype=C.UTF-8"]
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "Asia/Shanghai",
    "log_timezone": "Asia/Shanghai",
}
READY_LINE = 7  # of postmaster.pid


def start(place: Place, *, keep: tuple[int, ...] = (), **settings: str) -> subprocess.Popen:
    """Start the cluster of the place, made if there is none, and return when it takes connections."""
    folder = postgres_server_folder(place)
    if not (place.postgres / "PG_VERSION").exists():
        create(place, folder)
    refuse_another_major(place, folder)
    options = [f"--{name}={value}" for name, value in (SETTINGS | settings).items()]
    process = processes.spawn(
        [folder / "postgres", "-D", place.postgres, "-k", place.run, *options],
        log=place.log("postgres"),
        cwd=place.postgres,
        env=environment(),
        account=place.account,
        on_death=signal.SIGINT,  # a fast shutdown: sessions are cut off, nothing is lost
        keep=keep,
    )
    wait_until_ready(place, process)
    return process


def stop(process: subprocess.Popen) -> None:
    processes.stop(process, signal.SIGINT, patience=60)


def create(place: Place, folder: Path) -> None:
    """Make a new cluster, under another name until it is complete: a killed initdb leaves no half one."""
    fresh = place.state / "postgres.new"
    shutil.rmtree(fresh, ignore_errors=True)
    place.hand_over(fresh)
    result = subprocess.run(
        [folder / "initdb", "-D", fresh, "-U", "governance", "--auth=trust", "--encoding=UTF8", *LOCALE],
        cwd="/",
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        **({"user": place.account.pw_uid, "group": place.account.pw_gid, "extra_groups": []} if ROOT else {}),
    )
    if result.returncode:
        raise SystemExit(f"PostgreSQL could not make its files in {fresh}:\n{result.stderr[-2000:]}")
    fresh.rename(place.postgres)


def refuse_another_major(place: Place, folder: Path) -> None:
    """Say what to do about files of another PostgreSQL before it refuses them itself, in its log."""
    theirs = (place.postgres / "PG_VERSION").read_text().strip()
    told = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    ours = re.search(r"(\d+)", told.stdout)[1]
    if ours != theirs:
        raise SystemExit(
            f"{place.postgres} was written by PostgreSQL {theirs}, and this is PostgreSQL {ours}. Set PG_BIN to the "
            f"programs of {theirs}, save with `manage.py backup`, and read that into a new STATE_DIR."
        )


def wait_until_ready(place: Place, process: subprocess.Popen, patience: float = 120) -> None:
    """Ready is what our own process wrote into postmaster.pid; a crashed cluster recovers first."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"PostgreSQL did not start:\n{processes.tail(place.log('postgres'))}")
        try:
            lines = (place.postgres / "postmaster.pid").read_text().split("\n")
        except OSError:
            lines = []
        if len(lines) > READY_LINE and int(lines[0]) == process.pid and lines[READY_LINE].strip() == "ready":
            return
        time.sleep(0.02)
    stop(process)
    raise SystemExit(f"PostgreSQL was not ready after {patience:.0f} s; see {place.log('postgres')}.")


def create_database(place: Place, name: str = "governance") -> None:
    """Make the database if it is missing."""
    with psycopg.connect(place.database_url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f'CREATE DATABASE "{name}"')


def environment() -> dict[str, str]:
    """Nothing of the user's environment: PGDATA and its kin would speak of another cluster."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

"""`make run`: the embedded servers, then web, worker and beat, until Ctrl-C. `make reset`: forget the data."""

import fcntl
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import psycopg

from governance_center.embedded import keeper, place, processes, programs, services

PORT = int(os.environ.get("PORT", "8000"))
ADDRESS = f"http://127.0.0.1:{PORT}"
PROGRAMS = {"web": programs.web(PORT), "worker": programs.WORKER, "beat": programs.BEAT}
DEMO_ACCOUNTS = """
    clerk clerk2 mediator mediator2 court petitions dispatcher department department2 township township2 grid
    analyst commander director leader enforcement discipline sysadmin secadmin auditor guide petitions2
    unithead townhead stamp court2 industry
"""


def run() -> None:
    began = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    if "MAKELEVEL" in os.environ:  # whoever kills make, kills us
        processes.die_with_parent(signal.SIGTERM)
    here = place.find().prepare()
    with only_one(here), stopping() as started:
        refuse_taken_port()
        print(f"Starting PostgreSQL and Valkey; everything is kept in {here.state} ...", flush=True)
        if owner := services.join():
            started["keeper"] = owner
        prepared = subprocess.run(
            [sys.executable, "-m", "governance_center.embedded.prepare"], cwd=place.PROJECT
        )
        if prepared.returncode:
            raise SystemExit("The database could not be prepared; the reason stands above.")
        allow_many_connections()
        for name, command in PROGRAMS.items():
            schedule = ["--schedule", here.state / "beat"] if name == "beat" else []
            started[name] = processes.spawn(
                [sys.executable, "-m", *command, *schedule], log=here.log(name), cwd=place.PROJECT
            )
        wait_until_ready(started, here)
        greet(time.monotonic() - began)
        watch(started, here)


@contextmanager
def only_one(here: place.Place):
    """Two launchers would send every timed task twice."""
    with open(here.state / "run.lock", "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                f"Already running from {here.state}. For a second one set STATE_DIR and PORT."
            ) from None
        yield


@contextmanager
def stopping():
    """Stop what was started, last first, however this ends; a second Ctrl-C does not cut that short."""
    started: dict[str, subprocess.Popen] = {}
    try:
        yield started
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        print("\nStopping ...", flush=True)
        for process in started.values():
            if process.poll() is None and process is not started.get("keeper"):
                process.terminate()
        for process in reversed(started.values()):
            processes.stop(process, patience=60)


def refuse_taken_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PORT))
        except OSError as error:
            raise SystemExit(
                f"Port {PORT} is taken ({error.strerror}). Choose another: make run PORT=8001"
            ) from None


def allow_many_connections() -> None:
    """Every screen keeps one stream open; the usual limit is 1,024 files."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536) if hard > 0 else 65536, hard))


def wait_until_ready(started: dict[str, subprocess.Popen], here: place.Place) -> None:
    """Until /readyz says so: the pages answer, and a task of beat went through the worker."""
    told = "no answer"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        refuse_dead(started, here)
        try:
            with urllib.request.urlopen(f"{ADDRESS}/readyz", timeout=5):
                return
        except urllib.error.HTTPError as answer:
            told = answer.read().decode()
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"Not ready after two minutes: {told}; see {here.state / 'log'}.")


def watch(started: dict[str, subprocess.Popen], here: place.Place) -> None:
    embedded = here.database_url() == os.environ["DATABASE_URL"]
    while True:
        refuse_dead(started, here)
        if embedded and not keeper.serving(here):
            raise SystemExit(f"PostgreSQL or Valkey ended; see {here.log('keeper')}.")
        time.sleep(1)


def refuse_dead(started: dict[str, subprocess.Popen], here: place.Place) -> None:
    """One program that is gone ends them all: half a centre looks like a whole one."""
    for name, process in started.items():
        if process.poll() is not None:
            raise SystemExit(f"{name} ended with {process.returncode}:\n{processes.tail(here.log(name))}")


def greet(seconds: float) -> None:
    print(f"Ready in {seconds:.1f} s (downloads apart).\n\n  {ADDRESS}\n", flush=True)
    if os.environ["DEMO_MODE"] == "1":
        known = DEMO_ACCOUNTS.split()
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            rows = connection.execute("SELECT username FROM people_user WHERE username = ANY(%s)", [known])
            names = sorted((name for (name,) in rows), key=known.index)
        password = os.environ.get("DEMO_PASSWORD", "Qujiang-2026")
        print(f"  Demo accounts: {' '.join(names)}\n  Password of each: {password}\n", flush=True)
    print("Ctrl-C stops everything.", flush=True)


def reset() -> None:
    """Delete the state, after asking, and only while nobody uses it."""
    here = place.find()
    if not here.state.exists():
        raise SystemExit(f"Nothing to forget: there is no {here.state}.")
    with open(here.state / "users.lock", "a") as users:
        if not keeper.lock(users):
            raise SystemExit("Still in use: stop `make run` and manage.py commands first.")
        answer = input(f"Delete the database, attachments and keys in {here.state}? [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            raise SystemExit("Nothing was deleted.")
        shutil.rmtree(here.state)
        if here.asked.is_symlink():
            here.asked.unlink()
    print("Forgotten.")


if __name__ == "__main__":
    reset() if sys.argv[1:] == ["reset"] else run()

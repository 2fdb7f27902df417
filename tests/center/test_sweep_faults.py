"""The sweep among real servers that fail: nothing is lost, and nothing fires twice.

The worker and beat of the default set-up run as processes on a PostgreSQL and a Valkey of these tests' own.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from governance_center.embedded import place, postgres, processes, programs, valkey

FOLDER = Path("/tmp", f"governance-faults-{os.getpid()}")  # noqa: S108 - where the servers' account can walk
PATIENCE = 60
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
MATTERS = """
from kernel import clocks
from people.roles import Role
from tests.factories import CaseFactory, UserFactory
for n in range({count}):
    round = CaseFactory(seen_by=[]).latest_round()
    UserFactory(post=(Role.HANDLER, round.unit))
    clocks.turn(round, starts=["case.reply_by"])
"""
DUE = "UPDATE kernel_clock SET started_at = now() - interval '9 days', due_at = now(), next_fire_at = now()"
WAITING = "SELECT count(*) FROM kernel_clock WHERE next_fire_at <= now() AND code = 'case.reply_by'"
FIRED = "SELECT count(*), count(DISTINCT clock_id) FROM kernel_firing"


class Plant:
    """The servers and the programs of a centre, each of which may be ended in any way.

    A program that gives up by itself is started again, as docker-compose.yml has it (restart: unless-stopped): kombu
    may fail for good where the broker goes away in the moment in which it connects.
    """

    def __init__(self):
        self.place = place.find(FOLDER).prepare()
        self.postgres = postgres.start(self.place)
        self.valkey = valkey.start(self.place)
        self.programs: list[subprocess.Popen] = []
        self.commands: list[tuple[list[str], Path, dict[str, str]]] = []
        self.env = {**os.environ, "DATABASE_URL": self.place.database_url("governance")}
        self.env |= {"REDIS_URL": self.place.redis_url(), "DJANGO_SETTINGS_MODULE": "tests.hasty_settings"}
        with psycopg.connect(self.place.database_url("postgres"), autocommit=True) as server:
            server.execute("CREATE DATABASE governance")
        self.manage("migrate", "--verbosity=0")
        self.manage("load_reference", "--verbosity=0")

    def manage(self, *command: str) -> str:
        asked = [sys.executable, "manage.py", *command]
        done = subprocess.run(
            asked, cwd=place.PROJECT, env=self.env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def matters(self, count: int) -> None:
        """So many matters, of which each has a clock that is due now and a worker to be told."""
        self.manage("shell", "--verbosity=0", "--command", MATTERS.format(count=count))

    def start(self, *names: list[str], **env: str) -> None:
        for program in names:
            command = [sys.executable, "-m", *program]
            if program is programs.BEAT:
                command.append(f"--schedule={self.place.state / f'beat-{len(self.programs)}'}")
            log = self.place.log(f"program-{len(self.programs)}")
            self.commands.append((command, log, self.env | env))
            self.programs.append(spawned(*self.commands[-1]))

    def start_again(self) -> None:
        """What has ended by itself."""
        for n, program in enumerate(self.programs):
            if program.poll() is not None:
                self.programs[n] = spawned(*self.commands[n])

    def kill(self) -> None:
        """With all their children, without a last word."""
        for program in self.programs:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait()
        self.programs.clear()
        self.commands.clear()

    def ask(self, sql: str) -> tuple:
        with psycopg.connect(self.place.database_url(), autocommit=True) as server:
            cursor = server.execute(sql)
            return cursor.fetchone() if cursor.description else ()

    def until(self, sql: str, wanted: tuple) -> None:
        deadline = time.monotonic() + PATIENCE
        while (found := self.ask(sql)) != wanted:
            logs = "".join(processes.tail(log) for log in (self.place.state / "log").glob("program-*"))
            assert time.monotonic() < deadline, f"{sql}: {found}, not {wanted}\n{logs}"
            self.start_again()
            time.sleep(0.1)

    def forget(self) -> None:
        """No firing, and clocks that are due again."""
        self.ask("TRUNCATE kernel_firing, cases_card CASCADE")
        self.ask(f"{DUE}, step = '', late_at = NULL WHERE code = 'case.reply_by'")
        self.ask("DELETE FROM kernel_clock WHERE code = 'card.answer'")
        self.ask("UPDATE cases_clockwatch SET state = 'running', swept_at = NULL")

    def end(self) -> None:
        self.kill()
        postgres.stop(self.postgres)
        valkey.stop(self.valkey)
        shutil.rmtree(FOLDER, ignore_errors=True)


def spawned(command: list[str], log: Path, env: dict[str, str]) -> subprocess.Popen:
    return processes.spawn(command, log=log, cwd=place.PROJECT, env=env)


COUNT = 30


@pytest.fixture(scope="module")
def one_plant():
    plant = Plant()
    plant.matters(COUNT)
    yield plant
    plant.end()


@pytest.fixture
def plant(one_plant):
    one_plant.forget()
    yield one_plant
    one_plant.kill()


def test_a_worker_killed_in_the_middle_of_a_batch_leaves_nothing_behind_and_the_next_tells_all(plant):
    with psycopg.connect(plant.place.database_url()) as server:
        server.execute("LOCK TABLE kernel_notification IN SHARE MODE")
        plant.start(programs.WORKER, programs.BEAT)
        plant.until("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted", (True,))
        plant.kill()
    assert plant.ask(FIRED) == (0, 0)
    plant.start(programs.WORKER, programs.BEAT)
    plant.until(WAITING, (0,))
    assert plant.ask(FIRED) == (COUNT, COUNT)


def test_two_beats_and_two_workers_tell_nobody_twice(plant):
    plant.start(programs.WORKER, programs.BEAT, programs.WORKER, programs.BEAT)
    plant.until(WAITING, (0,))
    time.sleep(3)
    assert plant.ask(FIRED) == (COUNT, COUNT)
    assert plant.ask("SELECT count(*) FROM cases_card") == (COUNT,)


def test_an_emptied_broker_loses_no_clock(plant):
    plant.ask("UPDATE kernel_clock SET next_fire_at = now() + interval '1 hour'")
    plant.start(programs.WORKER, programs.BEAT)
    plant.until("SELECT swept_at IS NOT NULL FROM cases_clockwatch", (True,))
    valkey.stop(plant.valkey)
    shutil.rmtree(plant.place.valkey)
    plant.place.prepare()
    plant.valkey = valkey.start(plant.place)
    plant.ask(DUE)
    plant.until(WAITING, (0,))
    assert plant.ask(FIRED) == (COUNT, COUNT)


def test_a_database_that_restarts_is_found_again(plant):
    plant.ask("UPDATE kernel_clock SET next_fire_at = now() + interval '1 hour'")
    plant.start(programs.WORKER, programs.BEAT)
    plant.until("SELECT swept_at IS NOT NULL FROM cases_clockwatch", (True,))
    postgres.stop(plant.postgres)
    time.sleep(3)
    plant.postgres = postgres.start(plant.place)
    plant.ask(DUE)
    plant.until(WAITING, (0,))
    assert plant.ask(FIRED) == (COUNT, COUNT)


@pytest.mark.skipif(not FAKETIME, reason="libfaketime is not installed")
def test_a_worker_a_day_ahead_is_held_and_alarms_until_somebody_releases_it(plant):
    in_half_a_day = "now() + interval '12 hours'"
    plant.ask(f"UPDATE kernel_clock SET due_at = {in_half_a_day}, next_fire_at = {in_half_a_day}")
    plant.manage("shell", "--verbosity=0", "--command", DIRECTOR)
    plant.start(programs.WORKER, programs.BEAT, LD_PRELOAD=str(FAKETIME), FAKETIME="+1d")
    plant.until("SELECT state FROM cases_clockwatch", ("held",))
    plant.until("SELECT count(*) FROM kernel_notification WHERE text LIKE '期限巡检已暂停%'", (1,))
    plant.kill()
    plant.ask(DUE)
    plant.start(programs.WORKER, programs.BEAT)
    time.sleep(5)
    assert plant.ask(FIRED) == (0, 0)
    plant.manage("shell", "--verbosity=0", "--command", RELEASE)
    plant.until(WAITING, (0,))
    assert plant.ask(FIRED) == (COUNT, COUNT)


DIRECTOR = """
from people.roles import Role
from tests.factories import UnitFactory, UserFactory
UserFactory(username="director-of-the-plant", post=(Role.DIRECTOR, UnitFactory()))
"""
RELEASE = """
from cases.models import ClockWatch
from cases.services import release_sweep
from people.models import User
release_sweep(ClockWatch.objects.get(), by=User.objects.get(username="director-of-the-plant"), note="已核对")
"""

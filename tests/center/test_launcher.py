"""The launcher and the embedded servers, as processes of their own: nothing may outlive what started it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from governance_center.embedded import place
from tests import servers

JOIN = "from governance_center.embedded import services; services.join(); print('joined'); input()"
PATIENCE = 60


@pytest.fixture
def state():
    """A state folder in /tmp itself: pytest's own folders are closed to the account that runs the servers."""
    folder = Path(tempfile.mkdtemp(prefix="governance-state-", dir="/tmp"))
    yield folder
    for process in reversed(processes(folder)):
        os.kill(process, signal.SIGKILL)
    shutil.rmtree(place.find(folder).run, ignore_errors=True)
    shutil.rmtree(folder)


def processes(state) -> list[int]:
    """Everything that runs on the state: its path stands in the command line or in the environment."""
    return [
        int(folder.name)
        for folder in Path("/proc").iterdir()
        if folder.name.isdigit() and str(state).encode() in words_of(folder)
    ]


def words_of(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
    except OSError:
        return b""


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"still not: {what}"
        time.sleep(0.05)


def start(*arguments, **environment) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=place.PROJECT,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def join(state) -> subprocess.Popen:
    user = start("-c", JOIN, STATE_DIR=str(state))
    assert user.stdout.readline() == "joined\n"
    return user


def test_users_share_the_servers_and_the_last_one_ends_them(state):
    first, second = join(state), join(state)

    first.communicate("\n")
    assert socket_answers(state)

    second.communicate("\n")
    wait_until(lambda: not processes(state), "all gone")


def test_a_killed_user_leaves_nothing_running(state):
    user = join(state)

    user.kill()
    user.communicate()

    wait_until(lambda: not processes(state), "all gone")


def test_after_a_killed_keeper_the_next_user_finds_everything(state):
    user = join(state)
    os.kill(keeper_of(state), signal.SIGKILL)

    second = join(state)

    assert socket_answers(state)
    for process in (user, second):
        process.communicate("\n")


def test_the_secrets_are_drawn_once_and_closed_to_others(state):
    join(state).communicate("\n")
    first = (state / "secrets.env").read_text()
    join(state).communicate("\n")

    assert (state / "secrets.env").read_text() == first
    assert (state / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_reset_refuses_while_somebody_uses_the_state(state):
    user = join(state)

    reset = start("-m", "governance_center.embedded", "reset", STATE_DIR=str(state))
    told, _ = reset.communicate("y\n")

    assert reset.returncode == 1
    assert "Still in use" in told
    user.communicate("\n")


def socket_answers(state) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(place.find(state).redis_socket)) == 0


def keeper_of(state) -> int:
    listed = [Path("/proc", str(process), "cmdline").read_bytes() for process in processes(state)]
    return next(process for process, line in zip(processes(state), listed, strict=True) if b"keeper" in line)


@pytest.fixture
def launch(state, transactional_db):
    """Start the launcher on the tests' own servers and wait until it says ready; tells it and its address."""

    def launching():
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        launcher = start(
            *("-u", "-m", "governance_center.embedded"),
            STATE_DIR=str(state),
            STATIC_ROOT=str(servers.here().state / "static"),
            PORT=str(port),
            DATABASE_URL=servers.here().database_url(connection.settings_dict["NAME"]),
            REDIS_URL=settings.REDIS_URL,
            DEMO_MODE="0",
            ALLOWED_HOSTS="centre.example",
            **{
                name: os.environ[name]
                for name in ("SECRET_KEY", "FIELD_KEYS", "LOOKUP_KEYS", "FILES_DIR", "ANCHOR_FILE")
            },
        )
        told = []
        while "Ctrl-C" not in "".join(told[-1:]):
            line = launcher.stdout.readline()
            assert line, "".join(told)
            told.append(line)
        return launcher, f"http://127.0.0.1:{port}"

    return launching


def test_everything_ends_with_the_launcher_and_there_is_only_one(launch, state):
    launcher, address = launch()
    with urllib.request.urlopen(f"{address}/readyz") as answer:
        assert answer.status == 200

    second = start("-m", "governance_center.embedded", STATE_DIR=str(state), PORT=address.rpartition(":")[2])
    assert "Already running" in second.communicate()[0]
    assert second.returncode == 1

    launcher.terminate()
    launcher.communicate()
    assert launcher.returncode == 0
    assert not processes(state)


def test_a_killed_launcher_leaves_nothing_running(launch, state):
    launcher, _address = launch()

    launcher.kill()
    launcher.communicate()

    wait_until(lambda: not processes(state), "all gone")


def test_a_taken_port_is_said_before_anything_starts(state):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = start("-m", "governance_center.embedded", STATE_DIR=str(state), PORT=str(port))
        told, _ = refused.communicate()

    assert f"Port {port} is taken" in told
    assert not (state / "postgres").exists()


def test_when_one_program_ends_all_end(launch, state):
    launcher, _address = launch()
    beat = next(
        process
        for process in processes(state)
        if b"beat\0--loglevel" in Path("/proc", str(process), "cmdline").read_bytes()
    )

    os.kill(beat, signal.SIGKILL)
    told, _ = launcher.communicate(timeout=PATIENCE)

    assert launcher.returncode == 1
    assert "beat ended with -9" in told
    wait_until(lambda: not processes(state), "all gone")

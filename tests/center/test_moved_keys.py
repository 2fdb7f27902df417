"""A backup read on another machine: with the secrets carried over everything is read again; without, one is told."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from governance_center.embedded import place
from tests.center.test_launcher import processes, wait_until

REGISTER = """
from people.models import User
from people.services import register_person
register_person(by=None, name="王冬梅", id_number="430421190603080024", phone="19900004502")
"""
READ = """
from people.models import Person
found = Person.objects.with_number("430421190603080024").get()
print("read:", found.id_number.plain, found.phone.plain)
"""


@pytest.fixture(scope="module")
def places():
    """Makes empty installations, each with a state folder of its own."""
    made = []

    def another() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="governance-state-", dir="/tmp")))
        return made[-1]

    yield another
    for folder in made:
        wait_until(lambda state=folder: not processes(state), "its servers are gone")
        shutil.rmtree(place.find(folder).run, ignore_errors=True)
        shutil.rmtree(folder)


def manage(state, *arguments) -> subprocess.CompletedProcess:
    """A command of an installation, with its own servers and keys, which end with it."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=settings.BASE_DIR,
        env=environment | {"STATE_DIR": str(state)},
        capture_output=True,
        text=True,
        check=False,
    )


def done(state, *arguments) -> subprocess.CompletedProcess:
    result = manage(state, *arguments)
    assert result.returncode == 0, result.stderr
    return result


@pytest.fixture(scope="module")
def first(places, tmp_path_factory):
    """An installation where somebody was registered, and its backup."""
    state, folder = places(), tmp_path_factory.mktemp("saved") / "backup"
    done(state, "migrate", "-v0")
    done(state, "shell", "-v0", "-c", REGISTER)
    done(state, "backup", folder)
    return state, folder


def test_with_the_secrets_carried_over_numbers_are_read_and_found_again(first, places):
    old, folder = first
    new = places()
    shutil.copy(old / "secrets.env", new)
    restored = done(new, "restore", folder)
    assert "stay unreadable" not in restored.stderr
    assert "read: 430421190603080024 19900004502" in done(new, "shell", "-v0", "-c", READ).stdout


def test_without_them_the_restore_says_which_are_missing_and_later_is_early_enough(first, places):
    old, folder = first
    new = places()
    restored = manage(new, "restore", folder)
    assert restored.returncode == 3
    assert "ID numbers, telephones" in restored.stderr
    assert "field 1, look-up 1" in restored.stderr
    assert "secrets.env" in restored.stderr
    assert manage(new, "shell", "-v0", "-c", READ).returncode != 0

    shutil.copy(old / "secrets.env", new)  # nothing of the restore has to be done again
    assert "read: 430421190603080024 19900004502" in done(new, "shell", "-v0", "-c", READ).stdout

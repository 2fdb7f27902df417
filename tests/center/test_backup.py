import os
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from governance_center import backups
from tests import servers
from tests.factories import AreaFactory

pytestmark = pytest.mark.django_db(transaction=True)  # pg_dump sees only what is committed


@pytest.fixture
def saved(settings, tmp_path):
    """A centre with an area, an attachment and an anchor, saved into a folder."""
    AreaFactory(name="试验镇")
    attachment = settings.FILES_DIR / "ab" / "abcd"
    attachment.parent.mkdir(parents=True)
    attachment.write_bytes(b"a scan")
    settings.ANCHOR_FILE.write_text('{"root": "00"}\n')
    call("backup", tmp_path / "saved")
    return tmp_path / "saved"


@pytest.fixture
def elsewhere(settings, tmp_path):
    """Another installation: an empty database, empty folders. Tells the name of the first one's database."""
    ours, theirs = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_elsewhere"
    with servers.maintenance() as server:
        server.execute(f"CREATE DATABASE {theirs}")
        connection.close()
        connection.settings_dict["NAME"] = theirs
        settings.FILES_DIR = tmp_path / "elsewhere" / "files"
        settings.ANCHOR_FILE = tmp_path / "elsewhere" / "anchors.jsonl"
        yield ours
        connection.close()
        connection.settings_dict["NAME"] = ours
        server.execute(f"DROP DATABASE {theirs} WITH (FORCE)")


def call(*arguments) -> str:
    told = StringIO()
    call_command(*map(str, arguments), stdout=told)
    return told.getvalue()


def rows(table: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT row_of::text FROM {table} row_of ORDER BY 1")
        return cursor.fetchall()


def test_what_was_saved_comes_back_the_same(saved, elsewhere, settings):
    told = call("restore", saved)

    assert "试验镇" in str(rows("people_area"))
    assert (settings.FILES_DIR / "ab" / "abcd").read_bytes() == b"a scan"
    assert settings.ANCHOR_FILE.read_text() == '{"root": "00"}\n'
    assert f"1 attachments read from {saved}" in told.splitlines()[-1]
    assert backups.checked(saved)["tables"] == backups.contents()


def test_every_trigger_comes_back(saved, elsewhere):
    triggers = (
        "SELECT tgname, tgenabled, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid "
        "WHERE NOT tgisinternal ORDER BY tgname"
    )
    with psycopg.connect(servers.here().database_url(elsewhere)) as before:
        expected = before.execute(triggers).fetchall()

    call("restore", saved)

    with connection.cursor() as cursor:
        cursor.execute(triggers)
        assert cursor.fetchall() == expected
    assert any("pgtrigger" in name for name, _enabled, _body in expected)


def test_an_occupied_target_is_refused_until_told(saved):
    before = rows("people_area")
    AreaFactory()

    with pytest.raises(CommandError, match="--replace"):
        call("restore", saved)
    assert len(rows("people_area")) == len(before) + 1

    call("restore", saved, "--replace")
    assert rows("people_area") == before


@pytest.mark.parametrize("name", ["database.dump", "files/ab/abcd"])
def test_a_damaged_backup_is_refused_before_anything_changes(saved, elsewhere, name):
    with (saved / name).open("ab") as file:
        file.write(b"!")

    with pytest.raises(CommandError, match=f"damaged: {name}"):
        call("restore", saved)
    assert backups.contents() == {}


def test_a_backup_that_was_cut_off_is_refused(saved, elsewhere):
    os.remove(saved / "manifest.json")

    with pytest.raises(CommandError, match="no finished backup"):
        call("restore", saved)


def test_a_folder_that_holds_something_is_not_written_into(saved):
    with pytest.raises(CommandError, match="not empty"):
        call("backup", saved)


def test_other_keys_are_noticed(saved, settings):
    settings.LOOKUP_KEYS = {1: b"another"}

    assert backups.missing_keys(backups.checked(saved)) == ["look-up 1"]


def test_one_changed_letter_changes_the_sum_of_its_table(saved):
    before = backups.contents()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_area SET name = name || '村' WHERE id = (SELECT min(id) FROM people_area)"
        )

    after = backups.contents()

    assert [table for table in before if before[table] != after[table]] == ["people_area"]

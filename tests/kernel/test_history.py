"""The chain, the anchors, and every kind of tampering of spine.md found by one command."""

import threading
import time
from contextlib import suppress
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from kernel import anchors, history
from kernel.attachments import attach, stored_path
from kernel.models import Anchor, Attachment, Dossier, HistoryEntry
from tests.factories import CaseFactory, PersonFactory, UserFactory

TABLES = ("kernel_historyentry", "kernel_anchor")


@pytest.fixture(autouse=True)
def _files(settings, tmp_path, monkeypatch):
    settings.FILES_DIR = tmp_path / "files"
    settings.ANCHOR_FILE = tmp_path / "anchors.log"
    monkeypatch.setattr(anchors, "SETTLED", timedelta(0))


@pytest.fixture
def story():
    """Two files of three entries each, anchored."""
    clerk = UserFactory()
    for case in CaseFactory.create_batch(2):
        for verb in ("open_case", "take", "resolve"):
            history.record(case, verb, by=clerk, note=f"{verb} 一句话")
    anchors.anchor()


def tamper(sql, *params):
    """Change rows as somebody could who owns the database."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET session_replication_role = DEFAULT")


def verdict():
    out = StringIO()
    call_command("verify_history", stdout=out)
    return out.getvalue().strip()


def test_an_untouched_history_is_intact(story):
    assert verdict() == "6 entries, chain intact"


def test_entries_follow_each_other_in_one_chain(story):
    first, second, third = HistoryEntry.objects.filter(dossier=Dossier.objects.filter(length=3).first())
    assert (first.seq, second.seq, third.seq) == (1, 2, 3)
    assert (first.previous, second.previous, third.previous) == ("", first.hash, second.hash)


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'x'",
        "by_id = NULL",
        "at = at - interval '1 day'",
        "recorded_at = recorded_at - interval '1 second'",
        "before = 'x'",
        "after = 'x'",
        "note = 'x'",
        """details = '{"x": 1}'""",
        "previous = repeat('0', 64)",
        "hash = repeat('0', 64)",
        "subject_id = subject_id + 1",
        "subject_type_id = (SELECT min(id) FROM django_content_type)",
        "seq = 9",
    ],
)
def test_any_changed_column_is_found(story, change):
    tamper(
        f"UPDATE kernel_historyentry SET {change} WHERE id = (SELECT max(id) - 1 FROM kernel_historyentry)"
    )
    with pytest.raises(CommandError):
        verdict()


@pytest.mark.parametrize("seq", [1, 2, 3])
def test_a_removed_entry_is_found_the_last_one_too(story, seq):
    tamper("DELETE FROM kernel_historyentry WHERE seq = %s", seq)
    with pytest.raises(CommandError):
        verdict()


def test_a_last_entry_removed_with_its_head_turned_back_is_found_by_the_anchor(story):
    dossier = Dossier.objects.filter(length=3).first()
    second = dossier.entries.get(seq=2)
    tamper("DELETE FROM kernel_historyentry WHERE dossier_id = %s AND seq = 3", dossier.pk)
    Dossier.objects.filter(pk=dossier.pk).update(length=2, head=second.hash)
    with pytest.raises(CommandError, match="were anchored"):
        verdict()


def test_swapped_entries_are_found(story):
    tamper(
        "UPDATE kernel_historyentry a SET note = b.note FROM kernel_historyentry b"
        " WHERE a.dossier_id = b.dossier_id AND a.seq = 1 AND b.seq = 2"
    )
    with pytest.raises(CommandError, match="was changed"):
        verdict()


def test_an_inserted_entry_is_found(story):
    last = HistoryEntry.objects.order_by("id").last()
    tamper(
        "INSERT INTO kernel_historyentry (dossier_id, seq, subject_type_id, subject_id, verb, at, recorded_at,"
        " before, after, note, details, previous, hash)"
        " VALUES (%s, 4, %s, %s, 'forged', now(), %s, '', '', '', '{}', %s, repeat('a', 64))",
        last.dossier_id,
        last.subject_type_id,
        last.subject_id,
        last.recorded_at,
        last.hash,
    )
    with pytest.raises(CommandError):
        verdict()


def test_a_whole_chain_removed_is_found(story):
    dossier = Dossier.objects.filter(length=3).first()
    tamper("DELETE FROM kernel_historyentry WHERE dossier_id = %s", dossier.pk)
    Dossier.objects.filter(pk=dossier.pk).update(length=0, head="")
    with pytest.raises(CommandError, match="were anchored"):
        verdict()


def test_a_changed_anchor_is_found(story):
    tamper("UPDATE kernel_anchor SET entries = 5")
    with pytest.raises(CommandError, match="anchor"):
        verdict()


def test_a_removed_anchor_is_found_in_the_file_outside(story):
    tamper("DELETE FROM kernel_anchor")
    with pytest.raises(CommandError, match="not in the database"):
        verdict()


def test_a_byte_of_an_attachment_is_found(story):
    attachment = attach(CaseFactory(), SimpleUploadedFile("收据.txt", "收到450元".encode()), by=UserFactory())
    assert "intact" in verdict()
    path = stored_path(attachment.sha256)
    path.write_bytes(path.read_bytes()[:-1] + b"1")
    with pytest.raises(CommandError, match="bytes"):
        verdict()


def test_an_attachment_pointed_at_other_bytes_is_found(story):
    clerk = UserFactory()
    first = attach(CaseFactory(), SimpleUploadedFile("a.txt", b"one"), by=clerk)
    second = attach(CaseFactory(), SimpleUploadedFile("b.txt", b"two"), by=clerk)
    Attachment.objects.filter(pk=first.pk).update(sha256=second.sha256)
    with pytest.raises(CommandError, match="not the one"):
        verdict()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("sql", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_refuses_to_change_what_was_written(story, table, sql):
    with (
        pytest.raises(DatabaseError, match="(?i)cannot"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format(table))


def test_anchors_follow_each_other_without_a_gap(story):
    history.record(CaseFactory(), "open_case", by=None)
    anchors.anchor()
    first, second = Anchor.objects.all()
    assert second.since == first.until
    assert second.previous == first.hash
    assert second.entries == 1


def test_a_failure_half_way_leaves_no_entry():
    person = PersonFactory()
    with suppress(ZeroDivisionError), transaction.atomic():
        history.record(person, "look", by=None)
        raise ZeroDivisionError
    assert not HistoryEntry.objects.exists()
    assert Dossier.objects.get(pk=person.dossier_id).length == 0


@pytest.mark.django_db(transaction=True)
def test_writers_of_different_matters_never_wait_for_each_other():
    held, other = CaseFactory(), CaseFactory()
    locked, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            history.record(held, "take", by=None)
            locked.set()
            done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(10)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '500ms'")
    started = time.monotonic()
    history.record(other, "take", by=None)
    assert time.monotonic() - started < 5
    with pytest.raises(DatabaseError), transaction.atomic():
        history.record(held, "resolve", by=None)
    done.set()
    holder.join()


@pytest.mark.django_db(transaction=True)
def test_many_writers_of_one_matter_make_one_chain():
    case = CaseFactory()
    before = Dossier.objects.get(pk=case.dossier_id).length
    start = threading.Barrier(6)

    def write():
        start.wait()
        for _ in range(10):
            with transaction.atomic():
                history.record(case, "log_contact", by=None)
        connection.close()

    writers = [threading.Thread(target=write) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert Dossier.objects.get(pk=case.dossier_id).length == before + 60
    assert "intact" in verdict()

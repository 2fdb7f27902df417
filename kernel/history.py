"""The append-only story of a file: chained entry by entry, anchored every ten minutes, verified with one command."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from kernel import bulk
from kernel.encryption import new_file_key
from kernel.models import Dossier, HistoryEntry
from kernel.veil import hidden_note

HASHED = (
    "dossier_id",
    "seq",
    "subject_type_id",
    "subject_id",
    "verb",
    "by_id",
    "at",
    "recorded_at",
    "before",
    "after",
    "note",
    "details",
    "previous",
)
RECORDED = (*HASHED, "hash")
FIELDS: list[Any] = [
    next(field for field in HistoryEntry._meta.concrete_fields if column in (field.name, field.attname))
    for column in RECORDED
]
RECORD = f"""
WITH entry AS (
    INSERT INTO kernel_historyentry ({", ".join(RECORDED)}) VALUES ({", ".join(["%s"] * len(RECORDED))})
    RETURNING id, seq
)
UPDATE kernel_dossier SET length = entry.seq, head = %s FROM entry WHERE kernel_dossier.id = %s RETURNING entry.id
"""
"""The entry and the new end of its chain, in one statement: nothing else is written as often."""
LENGTHEN = """
UPDATE kernel_dossier SET length = row.length, head = row.head
FROM unnest(%s::bigint[], %s::int[], %s::text[]) AS row (id, length, head) WHERE kernel_dossier.id = row.id
"""
LOCK_ALL = """
SELECT id, length, head, clock_timestamp() FROM kernel_dossier WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""
LOCK = "SELECT length, head, clock_timestamp() FROM kernel_dossier WHERE id = %s FOR NO KEY UPDATE"


@dataclass(frozen=True, slots=True)
class Locked:
    """A dossier whose row lock this transaction holds. `now` is the database's clock."""

    length: int
    head: str
    now: datetime


def lock(dossier_id: int) -> Locked:
    """Take the lock of a dossier until the transaction ends. Always before any row of its subjects."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [dossier_id])
        return Locked(*cursor.fetchone())


def record(subject, verb, *, by, before="", after="", note="", details=None, at=None) -> HistoryEntry:
    """Add one line to the file of `subject`. `details` holds names and hashes, never protected values.

    Of a restricted file the note is cipher.
    """
    dossier = lock(subject.dossier_id)
    note = str(note)
    if getattr(subject, "restriction", ""):
        note = hidden_note(note, note_key(subject.dossier_id), subject.dossier_id, dossier.length + 1)
    entry = HistoryEntry(
        dossier_id=subject.dossier_id,
        seq=dossier.length + 1,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        verb=verb,
        by=by,
        at=at or timezone.now(),
        recorded_at=dossier.now,
        before=before,
        after=after,
        note=note,
        details=details or {},
        previous=dossier.head,
    )
    entry.hash = digest(entry)
    with connection.cursor() as cursor:
        columns = [field.get_db_prep_save(getattr(entry, field.attname), connection) for field in FIELDS]
        cursor.execute(RECORD, [*columns, entry.hash, entry.dossier_id])
        (entry.pk,) = cursor.fetchone()
    entry._state.adding = False
    return entry


def note_key(dossier_id: int) -> str:
    """The key of the notes of a restricted file, made with the first of them. The caller holds the dossier's lock."""
    dossier = Dossier.objects.get(pk=dossier_id)
    if not dossier.note_key:
        dossier.note_key = new_file_key()
        dossier.save(update_fields=["note_key"])
    return dossier.note_key.plain


@dataclass(frozen=True, slots=True)
class Line:
    """What record() is told, of one subject."""

    subject: Any
    verb: str
    after: str
    details: dict


def record_all(lines: Sequence[Line]) -> None:
    """Add a line to each of many files, in three statements: for sweeps, which open rows and write no notes."""
    if not lines:
        return
    dossiers = lock_all({line.subject.dossier_id for line in lines})
    now, entries = timezone.now(), []
    for line in lines:
        dossier = dossiers[line.subject.dossier_id]
        entry = HistoryEntry(
            dossier_id=line.subject.dossier_id,
            seq=dossier.length + 1,
            subject_type=ContentType.objects.get_for_model(line.subject),
            subject_id=line.subject.pk,
            verb=line.verb,
            at=now,
            recorded_at=dossier.now,
            after=line.after,
            details=line.details,
            previous=dossier.head,
        )
        entry.hash = digest(entry)
        dossiers[entry.dossier_id] = Locked(entry.seq, entry.hash, dossier.now)
        entries.append(entry)
    bulk.add(entries)
    ends = [(key, dossier.length, dossier.head) for key, dossier in dossiers.items()]
    with connection.cursor() as cursor:
        cursor.execute(LENGTHEN, [list(column) for column in zip(*ends, strict=True)])


def lock_all(dossiers: Iterable[int]) -> dict[int, Locked]:
    """Take the locks of many dossiers, in order."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ALL, [sorted(dossiers)])
        return {key: Locked(*row) for key, *row in cursor.fetchall()}


def digest(entry: HistoryEntry) -> str:
    """The hash of an entry: over every column but its own id and hash."""
    return digest_of([getattr(entry, column) for column in HASHED])


def digest_of(columns: Sequence) -> str:
    """SHA-256, in hexadecimal, over the canonical JSON of the columns HASHED of one entry, in that order."""
    return hashlib.sha256(CANONICAL.encode(columns).encode()).hexdigest()


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_moment)


def merkle_root(hashes: Iterable[str]) -> str:
    """The root of a binary Merkle tree over hexadecimal hashes; an odd one moves up alone; empty for none."""
    level: Sequence[bytes] = [bytes.fromhex(value) for value in hashes]
    while len(level) > 1:
        pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
        level = [hashlib.sha256(b"".join(pair)).digest() if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0].hex() if level else ""

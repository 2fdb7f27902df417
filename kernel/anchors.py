"""History anchored: Merkle roots over what was recorded, chained, and written outside the database as well.

Whoever could rewrite a whole chain would also have to rewrite every later anchor, here and in the file.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Min
from django.db.models.functions import Coalesce

from kernel.attachments import sha256_of, stored_path
from kernel.history import digest, merkle_root
from kernel.models import Anchor, Attachment, Dossier, HistoryEntry

SETTLED = timedelta(minutes=5)
"""Entries older than this are all visible: a transaction may last 60 seconds at most."""
ANCHORS_AT_ONCE = "SELECT pg_advisory_xact_lock(hashtext('kernel.anchors'))"


@transaction.atomic
def anchor() -> Anchor | None:
    """Anchor what was recorded since the last anchor and has settled; None where there is nothing to anchor."""
    with connection.cursor() as cursor:
        cursor.execute(ANCHORS_AT_ONCE)
        cursor.execute("SELECT clock_timestamp()")
        until = cursor.fetchone()[0] - SETTLED
    last = Anchor.objects.last()
    since = last.until if last else HistoryEntry.objects.aggregate(first=Min("recorded_at"))["first"]
    if since is None or since >= until:
        return None
    hashes = hashes_between(since, until)
    made = Anchor(
        since=since,
        until=until,
        entries=len(hashes),
        root=merkle_root(hashes),
        previous=last.hash if last else "",
    )
    made.hash = anchor_digest(made)
    made.save(force_insert=True)
    write_outside(made)
    return made


def hashes_between(since: datetime, until: datetime) -> list[str]:
    entries = HistoryEntry.objects.filter(recorded_at__gte=since, recorded_at__lt=until)
    return list(entries.order_by("recorded_at", "id").values_list("hash", flat=True))


def anchor_digest(anchor: Anchor) -> str:
    moments = [moment.astimezone(UTC).isoformat() for moment in (anchor.since, anchor.until)]
    text = json.dumps([*moments, anchor.entries, anchor.root, anchor.previous])
    return hashlib.sha256(text.encode()).hexdigest()


def write_outside(anchor: Anchor) -> None:
    path = Path(settings.ANCHOR_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(f"{anchor.until.astimezone(UTC).isoformat()} {anchor.entries} {anchor.hash}\n")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries were checked, and the first thing that is broken; empty when nothing is."""

    entries: int
    broken: str = ""


def verify() -> Verdict:
    """Check every chain, every anchor, the anchor file and every attachment against the history."""
    count = 0
    for trouble in _troubles():
        if isinstance(trouble, str):
            return Verdict(count, trouble)
        count += trouble
    return Verdict(count)


def _troubles() -> Iterator[str | int]:
    """Yields counts of sound entries, and a sentence for whatever is broken."""
    yield from _broken_chains()
    yield from _broken_anchors()
    yield from _broken_files()


def _broken_chains() -> Iterator[str | int]:
    last = HistoryEntry(dossier_id=0, seq=0)
    for entry in HistoryEntry.objects.order_by("dossier", "seq").iterator(chunk_size=5000):
        if entry.dossier_id != last.dossier_id:
            last = HistoryEntry(dossier_id=entry.dossier_id, seq=0)
        if (entry.seq, entry.previous) != (last.seq + 1, last.hash):
            yield f"dossier {entry.dossier_id}: entry {last.seq + 1} is missing or out of order"
        if entry.hash != digest(entry):
            yield f"dossier {entry.dossier_id}: entry {entry.seq} was changed"
        last = entry
        yield 1
    yield from _cut_chains()


def _cut_chains() -> Iterator[str]:
    found = Dossier.objects.annotate(found=Coalesce(Max("entries__seq"), 0)).exclude(found=F("length"))
    for dossier in found.order_by("pk")[:1]:
        yield f"dossier {dossier.pk}: it should have {dossier.length} entries, and its last is {dossier.found}"
    last = HistoryEntry.objects.filter(seq=F("dossier__length")).exclude(hash=F("dossier__head"))
    for entry in last.order_by("dossier")[:1]:
        yield f"dossier {entry.dossier_id}: its head is not its last entry"


def _broken_anchors() -> Iterator[str]:
    outside = _read_outside()
    last = None
    for anchor in Anchor.objects.iterator():
        when = anchor.until.astimezone(UTC).isoformat()
        if anchor.hash != anchor_digest(anchor) or not _follows(anchor, last):
            yield f"anchor {when} was changed or does not follow the one before it"
        hashes = hashes_between(anchor.since, anchor.until)
        if (len(hashes), merkle_root(hashes)) != (anchor.entries, anchor.root):
            yield f"anchor {when}: {anchor.entries} entries were anchored, {len(hashes)} are there or one was changed"
        if outside.pop(when, anchor.hash) != anchor.hash:
            yield f"anchor {when} differs from the one in the anchor file"
        last = anchor
    if outside:
        yield f"anchor {min(outside)} stands in the anchor file and not in the database"


def _follows(anchor: Anchor, last: Anchor | None) -> bool:
    return (anchor.previous, anchor.since) == ((last.hash, last.until) if last else ("", anchor.since))


def _read_outside() -> dict[str, str]:
    path = Path(settings.ANCHOR_FILE)
    lines = path.read_text().split("\n") if path.exists() else []
    return {line.split()[0]: line.split()[2] for line in lines if line}


def _broken_files() -> Iterator[str]:
    recorded = _recorded_hashes()
    for attachment in Attachment.objects.iterator():
        path = stored_path(attachment.sha256)
        if recorded.get(attachment.pk) != attachment.sha256:
            yield f"attachment {attachment.pk} is not the one that was attached"
        if not path.exists() or sha256_of(path) != attachment.sha256:
            yield f"attachment {attachment.pk}: its bytes are missing or were changed"


def _recorded_hashes() -> dict[int, str]:
    """The hash of each attachment as the history has it: from when it came in, or was last stored again."""
    attached = HistoryEntry.objects.filter(verb="attach")
    recorded = dict(attached.values_list("details__attachment", "details__sha256"))
    resealed = HistoryEntry.objects.filter(verb="reseal").order_by("recorded_at", "id")
    for files in resealed.values_list("details__files", flat=True):
        recorded |= {file["attachment"]: file["sha256"] for file in files}
    return recorded

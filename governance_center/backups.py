"""Save a whole centre into a folder, and read one back: database, attachments, and the anchors of the history.

    database.dump   PostgreSQL's own format, of one snapshot
    files/          the attachments
    anchors.jsonl   the anchors outside the database
    manifest.json   rows and contents of each table, SHA-256 of each file

The keys of protected fields are not in it: whoever finds a copy of the rows must not find the keys beside
it. The manifest holds fingerprints of them, so that a restore says at once when it could not read what it
brought back.
"""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from governance_center.embedded.binaries import postgres_folder

DUMP, FILES, ANCHORS, MANIFEST = "database.dump", "files", "anchors.jsonl", "manifest.json"

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# The same rows give the same sum, in whatever order they lie.
CONTENTS = """
    SELECT count(*), coalesce(sum(('x' || left(md5(row_of::text), 16))::bit(64)::bigint), 0)
    FROM {table} row_of
"""
FUNCTIONS = """
    SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT FROM pg_depend WHERE pg_depend.objid = pg_proc.oid AND deptype = 'e'
    )
"""


class Refused(Exception):
    """A backup or a restore that was not begun, or did not come out right; the text says why."""


def backup(folder: Path) -> dict:
    """Write a backup into `folder`, which must be new or empty; return its manifest.

    People may go on working: tables are counted and dumped in one snapshot. Attachments are copied after
    it. They are never changed, so there may be some more than the rows know, never fewer.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Refused(f"{folder} is not empty.")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        postgres_tool("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={folder / DUMP}")
        tables = contents()
    if settings.FILES_DIR.exists():
        shutil.copytree(settings.FILES_DIR, folder / FILES)
    if settings.ANCHOR_FILE.exists():
        shutil.copyfile(settings.ANCHOR_FILE, folder / ANCHORS)
    manifest = {
        "written_at": timezone.now().isoformat(),
        "keys": key_fingerprints(),
        "tables": tables,
        "files": dict(checksums(folder)),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))
    return manifest


def restore(folder: Path, *, replace: bool) -> dict:
    """Read a backup into the database and the folders of the settings; return its manifest.

    Everything is checked before anything is changed, and counted again afterwards. A target that holds
    something is refused, unless it may be replaced.
    """
    manifest = checked(folder)
    if not replace:
        refuse_occupied_target()
    with transaction.atomic(), connection.cursor() as cursor:
        drop_everything(cursor)
    connection.close()
    postgres_tool("pg_restore", "--no-owner", "--no-privileges", "--single-transaction", folder / DUMP)
    if (folder / FILES).exists():
        shutil.copytree(folder / FILES, settings.FILES_DIR, dirs_exist_ok=True)
    if (folder / ANCHORS).exists():
        settings.ANCHOR_FILE.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / ANCHORS, settings.ANCHOR_FILE)
    with transaction.atomic():
        found = contents()
    if wrong := [name for name, table in manifest["tables"].items() if found.get(name) != table]:
        raise Refused(f"These tables differ from the backup: {', '.join(wrong)}.")
    return manifest


def checked(folder: Path) -> dict:
    """The manifest of an undamaged backup."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError:
        raise Refused(f"{folder} holds no finished backup: {MANIFEST} is missing.") from None
    found = dict(checksums(folder))
    if damaged := sorted(name for name, sha256 in manifest["files"].items() if found.get(name) != sha256):
        raise Refused(f"The backup is damaged: {', '.join(damaged[:5])}. Nothing was changed.")
    return manifest


def refuse_occupied_target() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        occupied = ["the database"] if cursor.fetchone() else []
    if settings.FILES_DIR.exists() and any(settings.FILES_DIR.iterdir()):
        occupied.append(str(settings.FILES_DIR))
    if settings.ANCHOR_FILE.exists():
        occupied.append(str(settings.ANCHOR_FILE))
    if occupied:
        raise Refused(f"Not empty: {', '.join(occupied)}. Add --replace to overwrite. Nothing was changed.")


def drop_everything(cursor) -> None:
    """Empty the schema without dropping it: what roles may do in it stays as it was set up."""
    cursor.execute(TABLES)
    for (table,) in cursor.fetchall():
        cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")
    cursor.execute(FUNCTIONS)
    for (function,) in cursor.fetchall():
        cursor.execute(f"DROP FUNCTION {function} CASCADE")


def contents() -> dict[str, dict[str, int | str]]:
    """Rows and sum of the contents of each table. Call it in a transaction: it sets how values are written."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'UTC'")
        cursor.execute(TABLES)
        return {table: content(cursor, table) for (table,) in cursor.fetchall()}


def content(cursor, table: str) -> dict[str, int | str]:
    cursor.execute(CONTENTS.format(table=connection.ops.quote_name(table)))
    rows, total = cursor.fetchone()
    return {"rows": rows, "sum": f"{int(total) % 2**64:016x}"}


def checksums(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != MANIFEST:
            with file.open("rb") as stream:
                yield str(file.relative_to(folder)), hashlib.file_digest(stream, "sha256").hexdigest()


def key_fingerprints() -> dict[str, str]:
    """Enough to recognise a key, not to find it."""
    keys = {f"field {version}": key for version, (_cipher, key) in settings.FIELD_KEYS.items()}
    keys |= {f"look-up {version}": key for version, key in settings.LOOKUP_KEYS.items()}
    return {name: hashlib.sha256(b"fingerprint of " + key).hexdigest()[:16] for name, key in keys.items()}


def missing_keys(manifest: dict) -> list[str]:
    """The keys a backup was written with and this installation does not have."""
    ours = key_fingerprints()
    return [name for name, fingerprint in manifest["keys"].items() if ours.get(name) != fingerprint]


def told(manifest: dict, what: str) -> str:
    """The manifest for people: a line a table, and a last one over all."""
    tables, files = manifest["tables"], manifest["files"]
    lines = [f"{table['sum']}  {table['rows']:>9,}  {name}" for name, table in tables.items()]
    rows = sum(table["rows"] for table in tables.values())
    attachments = sum(name.startswith(f"{FILES}/") for name in files)
    dump = f"SHA-256 of {DUMP}: {files[DUMP]}"
    return "\n".join(
        [*lines, dump, f"{len(tables)} tables, {rows:,} rows, {attachments:,} attachments {what}"]
    )


def postgres_tool(name: str, *arguments: str | Path) -> None:
    """Run a client program of PostgreSQL on our database. The password goes where other users cannot read it."""
    connection.ensure_connection()
    info = connection.connection.info
    result = subprocess.run(
        [postgres_folder() / name, f"--dbname={info.dsn}", *arguments],
        env=os.environ | {"PGPASSWORD": info.password},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise Refused(f"{name} failed: {result.stderr.strip()}")

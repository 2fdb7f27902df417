"""Files of a subject: type by content, stored outside the web root under their own hash, served through its scope."""

import hashlib
import io
import os
import tempfile
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import puremagic
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from kernel import history
from kernel.encryption import new_file_key, open_bytes, seal_bytes
from kernel.models import Attachment

ALLOWED = frozenset(
    {
        "application/pdf",
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "image/heic",
        "audio/mpeg",
        "audio/mp4",
        "audio/wav",
        "video/mp4",
        "text/plain",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
SHOWN_INLINE = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp", "image/gif"})
HEAD = 4096
PARTS = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": {"word/document.xml"},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"xl/workbook.xml"},
}
"""An Office file begins like any archive; these parts make it one."""
KEPT_UNNAMED = timedelta(hours=6)
"""Longer than a transaction, and than a backup that began while the bytes still had a name."""


@transaction.atomic
def attach(subject, file, *, by, name="") -> Attachment:
    """Keep a file with `subject`, and the hash of what is stored in the history. Of a restricted one that is cipher.

    `file` is an uploaded file. Raises ValidationError for a type or size that is not allowed. Bytes written before
    a rollback stay behind as an unnamed file that nothing refers to.
    """
    content_type = checked_type(file)
    file_key = new_file_key() if getattr(subject, "restriction", "") else ""
    sha256 = store(ContentFile(seal_bytes(file.read(), file_key)) if file_key else file)
    attachment = Attachment.objects.create(
        subject=subject,
        dossier_id=subject.dossier_id,
        name=Path(name or file.name).name[:200],
        content_type=content_type,
        size=file.size,
        sha256=sha256,
        file_key=file_key,
        by=by,
    )
    details = {"attachment": attachment.pk, "sha256": sha256}
    history.record(subject, "attach", by=by, note=attachment.name, details=details)
    return attachment


def reseal(subject, *, by) -> None:
    """Store all files of a dossier again as `subject` is restricted now: as cipher under new keys, or plain.

    The history keeps the new hashes. What lay there before has no name any more and goes with `drop_unnamed()`.
    """
    files = []
    for attachment in Attachment.objects.filter(dossier=subject.dossier_id).order_by("pk"):
        file_key = new_file_key() if subject.restriction else ""
        attachment.sha256 = stored_again(attachment, file_key)
        attachment.file_key = file_key
        attachment.save()
        files.append({"attachment": attachment.pk, "sha256": attachment.sha256})
    if files:
        history.record(subject, "reseal", by=by, details={"files": files})


def stored_again(attachment, file_key: str) -> str:
    """The hash of the same content under another key, or none; what the store has lost stays lost."""
    try:
        with content(attachment) as file:
            plain = file.read()
    except FileNotFoundError:
        return attachment.sha256
    stored_path(attachment.sha256).touch()  # it is without a name from now on
    return store(ContentFile(seal_bytes(plain, file_key) if file_key else plain))


def drop_unnamed() -> int:
    """Delete bytes that no attachment names and that nobody touched for a while; return how many files."""
    named = set(Attachment.objects.values_list("sha256", flat=True).iterator())
    before = time.time() - KEPT_UNNAMED.total_seconds()
    stored = (path for path in Path(settings.FILES_DIR).glob("??/*") if path.name not in named)
    unnamed = [path for path in stored if path.stat().st_mtime < before]
    for path in unnamed:
        path.unlink()
    return len(unnamed)


def checked_type(file) -> str:
    """The type of an uploaded file by its content; raises ValidationError where it may not come in."""
    limit = settings.ATTACHMENT_MAX_BYTES
    if file.size > limit:
        raise ValidationError(_("文件超过 %(mb)d MB，请压缩后再上传。") % {"mb": limit // 1024**2})
    content_type = sniff(file)
    if content_type not in ALLOWED:
        raise ValidationError(_("不能接收这种文件。可以上传图片、PDF、Word、Excel、录音、录像和文本。"))
    return content_type


def sniff(file) -> str:
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    try:
        found = puremagic.from_string(head, mime=True, filename=file.name)
    except (puremagic.PureError, ValueError):
        return "text/plain" if is_text(head) else "application/octet-stream"
    return found if PARTS.get(found, set()) <= parts_of(file) else "application/zip"


def parts_of(file) -> set[str]:
    """The names in an archive; none where it is not one."""
    try:
        with zipfile.ZipFile(file) as archive:
            return set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return set()
    finally:
        file.seek(0)


def is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head[:-4].decode()
    except UnicodeDecodeError:
        return False
    return bool(head)


def store(file) -> str:
    """Write the bytes under the name of their hash, whole or not at all; return the hash."""
    directory = Path(settings.FILES_DIR)
    directory.mkdir(parents=True, exist_ok=True)
    sha256 = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=directory, delete=False) as part:
        for chunk in file.chunks():
            sha256.update(chunk)
            part.write(chunk)
    path = stored_path(sha256.hexdigest())
    path.parent.mkdir(parents=True, exist_ok=True)
    os.replace(part.name, path)
    return sha256.hexdigest()


def content(attachment):
    """What was uploaded, as a file to read. Raises FileNotFoundError where the store has lost or spoilt it."""
    stored = stored_path(attachment.sha256).open("rb")
    if not attachment.file_key:
        return stored
    with stored:
        try:
            return io.BytesIO(open_bytes(stored.read(), attachment.file_key))
        except InvalidTag as error:
            raise FileNotFoundError(stored.name) from error


def stored_path(sha256: str) -> Path:
    return Path(settings.FILES_DIR) / sha256[:2] / sha256


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Texts of a restricted file: cipher at rest, plain in the hands of those who may read the row.

A row keeps its ordinary columns; while its file is restricted they are empty and `veiled` holds them all, encrypted
and bound to model, column and row. Nothing that reads columns (search, order, SQL by hand) finds a word of them.
"""

import base64
import json

from cryptography.exceptions import InvalidTag
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext as _

from kernel.encryption import (
    ProtectedField,
    Secret,
    WrongRow,
    decrypt,
    encrypt,
    next_key,
    open_bytes,
    seal_bytes,
)

MARK, SEALED = "cipher:", "sealed:"
"""How a note begins that is cipher under a key of the centre, and under that of its file."""


class Veiled(models.Model):
    """A row whose texts, named by VEILED, are cipher while `is_veiled()`.

    IN_FILE is the path from the row to the file whose restriction decides: when that changes, the row is written again.
    """

    VEILED: tuple[str, ...] = ()
    IN_FILE = ""

    veiled = ProtectedField(kind="text", editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self.is_veiled():
            self.veiled = ""
            super().save(*args, **kwargs)
            return
        if self.pk is None:
            self.pk = next_key(type(self))
            kwargs["force_insert"] = True
        if (columns := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*columns, *self.VEILED, "veiled"}
        texts = {name: getattr(self, name) for name in self.VEILED}
        self.veiled = json.dumps(texts, ensure_ascii=False, cls=DjangoJSONEncoder)
        self.__dict__.update({name: None if self._meta.get_field(name).null else "" for name in texts})
        try:
            super().save(*args, **kwargs)
        finally:
            self.__dict__.update(texts)

    def is_veiled(self) -> bool:
        raise NotImplementedError

    @classmethod
    def from_db(cls, db, field_names, values):
        row = super().from_db(db, field_names, values)
        if row.__dict__.get("veiled"):
            texts = json.loads(row.veiled.plain)
            row.__dict__.update({name: cls._meta.get_field(name).to_python(texts[name]) for name in texts})
        return row

    def refresh_from_db(self, using=None, fields=None, **kwargs):
        """A text is never read without the cipher that it may stand in."""
        if fields is not None and {*fields} & {*self.VEILED}:
            fields = [*fields, "veiled"]
        super().refresh_from_db(using=using, fields=fields, **kwargs)


def veil_restricted(model, columns: tuple[str, ...], restriction: str) -> None:
    """For migrations, whose models know no `save()` of ours: the texts of restricted files become cipher.

    `restriction` is the path from a row to that of its file.
    """
    for row in model.objects.filter(**{f"{restriction}__gt": ""}).values("pk", *columns):
        texts = json.dumps({column: row[column] for column in columns}, ensure_ascii=False)
        cipher = encrypt(texts, f"{model._meta.label_lower}.veiled:{row['pk']}")
        model.objects.filter(pk=row["pk"]).update(veiled=cipher, **dict.fromkeys(columns, ""))


def hidden_note(note: str, note_key: str, dossier_id: int, seq: int) -> str:
    """A line of history as it is kept of a restricted file: bound to its place in the file, under the file's own key.

    History is never written again, so its key is one that stays, and is itself kept under the newest key.
    """
    if not note:
        return ""
    sealed = seal_bytes(note.encode(), note_key, note_place(dossier_id, seq))
    return SEALED + base64.b64encode(sealed).decode()


def shown_note(note: str, note_key: Secret, dossier_id: int, seq: int) -> str:
    """The note as it was written, or that its key is not there any more: a file stays readable without it.

    Notes from before files had keys of their own stand under the key of their day.
    """
    place = note_place(dossier_id, seq)
    try:
        if note.startswith(SEALED):
            return open_bytes(base64.b64decode(note.removeprefix(SEALED)), note_key.plain, place).decode()
        return decrypt(base64.b64decode(note.removeprefix(MARK)), place)
    except (WrongRow, InvalidTag):
        return _("（加密这条记录的密钥已停用，内容无法显示。）")


def is_hidden(note: str) -> bool:
    return note.startswith((MARK, SEALED))


def note_place(dossier_id: int, seq: int) -> str:
    return f"kernel.historyentry.note:{dossier_id}:{seq}"

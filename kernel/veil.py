"""Texts of a restricted file: cipher at rest, plain in the hands of those who may read the row.

A row keeps its ordinary columns; while its file is restricted they are empty and `veiled` holds them all, encrypted
and bound to model, column and row. Nothing that reads columns (search, order, SQL by hand) finds a word of them.
"""

import base64
import json

from django.db import models
from django.utils.translation import gettext as _

from kernel.encryption import ProtectedField, WrongRow, decrypt, encrypt, next_key

MARK = "cipher:"


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
        self.veiled = json.dumps(texts, ensure_ascii=False)
        self.__dict__.update(dict.fromkeys(texts, ""))
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
            row.__dict__.update(json.loads(row.veiled.plain))
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


def hidden_note(note: str, dossier_id: int, seq: int) -> str:
    """A line of history as it is kept of a restricted file: bound to its place in the file."""
    if not note:
        return ""
    return MARK + base64.b64encode(encrypt(note, note_place(dossier_id, seq))).decode()


def shown_note(note: str, dossier_id: int, seq: int) -> str:
    """The note as it was written, or that its key is not there any more: a file stays readable without it."""
    if not note.startswith(MARK):
        return note
    try:
        return decrypt(base64.b64decode(note.removeprefix(MARK)), note_place(dossier_id, seq))
    except WrongRow:
        return _("（加密这条记录的密钥已停用，内容无法显示。）")


def note_place(dossier_id: int, seq: int) -> str:
    return f"kernel.historyentry.note:{dossier_id}:{seq}"

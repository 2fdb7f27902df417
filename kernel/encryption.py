"""Personal data at rest: encrypted columns bound to their row, keyed hashes for look-up, masked by default.

A stored value is one byte of key version, the nonce and the authenticated ciphertext; model, column and row are
authenticated with it, so a value copied to another row does not open. Keys come from the environment
(`FIELD_KEYS`, `LOOKUP_KEYS`); the highest version encrypts, all of them decrypt. Source: PIPL Art. 51,
GB/T 39786-2021 (SM4 where a deployment asks for it).
"""

import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection, models
from django.db.models import Transform

NONCE = 12
TAG = 16
FILE_KEY = 16


class WrongRow(Exception):
    """A protected value does not belong to the row it was found in, or its key is missing."""


def mask_name(name: str) -> str:
    """王* for 王冬梅, 欧阳** for 欧阳小明 (domain.md 10.2)."""
    surname = 2 if name[:2] in COMPOUND_SURNAMES else 1
    return name[:surname] + "*" * max(1, len(name) - surname) if name else ""


def mask_ends(head: int, tail: int) -> Callable[[str], str]:
    """Keep `head` characters in front and `tail` at the end; short values are hidden whole."""

    def mask(value: str) -> str:
        hidden = len(value) - head - tail
        return value[:head] + "*" * hidden + value[len(value) - tail :] if hidden > 0 else "*" * len(value)

    return mask


COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "上官",
        "司马",
        "诸葛",
        "夏侯",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "端木",
        "东方",
        "南宫",
        "司徒",
        "司空",
    ]
)
MASKS: dict[str, Callable[[str], str]] = {
    "id_number": mask_ends(4, 4),
    "phone": mask_ends(3, 4),
    "account": mask_ends(0, 4),
    "address": lambda value: re.sub(r"\d+", "*", value),
    "text": lambda value: "按规定限制查看" if value else "",
}


class Secret:
    """A protected value. Printed, logged or put into a template it shows its mask; `plain` is the value itself."""

    __slots__ = ("_plain", "_stored", "_where", "kind")

    def __init__(self, kind: str, *, plain: str | None = None, stored: bytes = b"", where: str = ""):
        self.kind, self._plain, self._stored, self._where = kind, plain, stored, where

    @property
    def plain(self) -> str:
        if self._plain is None:
            self._plain = decrypt(self._stored, self._where)
        return self._plain

    def __str__(self):
        return MASKS[self.kind](self.plain)

    def __repr__(self):
        return f"<Secret {self.kind}>"

    def __bool__(self):
        return bool(self._stored or self._plain)

    def __eq__(self, other):
        return isinstance(other, Secret) and self.plain == other.plain

    def __hash__(self):
        return hash(self.plain)


class SecretAttribute:
    """Reads a protected column as a Secret, and takes text for it."""

    def __init__(self, field):
        self.field = field

    def __get__(self, instance, owner):
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__:  # a deferred column
            instance.refresh_from_db(fields=[self.field.attname])
        value = instance.__dict__[self.field.attname]
        if isinstance(value, Secret):
            return value
        stored = bytes(value or b"")
        secret = Secret(self.field.kind, stored=stored, where=where(instance, self.field.column))
        if not stored:
            secret = Secret(self.field.kind, plain="")
        instance.__dict__[self.field.attname] = secret
        return secret

    def __set__(self, instance, value):
        if isinstance(value, str):
            value = Secret(self.field.kind, plain=value)
        instance.__dict__[self.field.attname] = value


class ProtectedField(models.BinaryField):
    """A column of protected text. `kind` chooses the mask; `hash_field` names the column, below this one, of the hash.

    The model must inherit from `Protected` or be `Veiled`, because the ciphertext is bound to the row's key.
    """

    _pyi_private_set_type: "str | bytes | Secret"  # what the type checker reads of a field
    _pyi_private_get_type: "Secret"  # type: ignore[assignment]

    def __init__(self, *args, kind: str, hash_field: str = "", **kwargs):
        self.kind, self.hash_field = kind, hash_field
        super().__init__(*args, **{"editable": True, "blank": True, "default": bytes, **kwargs})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return (name, path, args, kwargs | {"kind": self.kind, "hash_field": self.hash_field})

    def contribute_to_class(self, cls, name, private_only=False):
        super().contribute_to_class(cls, name, private_only=private_only)
        setattr(cls, self.attname, SecretAttribute(self))

    def pre_save(self, instance, add):
        secret = getattr(instance, self.attname)
        if secret._stored:
            return secret._stored
        if self.hash_field:  # a later column of the same row, so it is written with this one
            found_by = lookup_hash(self.kind, secret.plain) if instance.is_looked_up() else ""
            setattr(instance, self.hash_field, found_by)
        return encrypt(secret.plain, where(instance, self.column)) if secret.plain else b""

    def value_to_string(self, obj):
        return str(getattr(obj, self.attname))


class Protected(models.Model):
    """A row with protected columns: it knows its key before it is written, because ciphertexts are bound to it."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self.pk is None:
            self.pk = next_key(type(self))
            kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def is_looked_up(self) -> bool:
        """Whether the row can be found by its protected values: otherwise no hash of them is kept."""
        return True

    def seal_again(self) -> None:
        """Let the next save write every protected value anew, with its hash or without."""
        for field in self._meta.concrete_fields:
            if isinstance(field, ProtectedField):
                setattr(self, field.attname, getattr(self, field.attname).plain)


def next_key(model) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        return cursor.fetchone()[0]


def where(instance, column: str) -> str:
    return f"{instance._meta.label_lower}.{column}:{instance.pk}"


def encrypt(plain: str, where: str) -> bytes:
    """Encrypt under the newest key; `where` names model, column and row."""
    version = max(settings.FIELD_KEYS)
    cipher, key = settings.FIELD_KEYS[version]
    nonce = os.urandom(NONCE)
    return bytes([version]) + nonce + SEAL[cipher](key, nonce, plain.encode(), where.encode())


def decrypt(stored: bytes, where: str) -> str:
    """Raises WrongRow if the value was tampered with, moved from another row, or its key is not configured."""
    version, nonce, body = stored[0], stored[1 : 1 + NONCE], stored[1 + NONCE :]
    try:
        cipher, key = settings.FIELD_KEYS[version]
        return OPEN[cipher](key, nonce, body, where.encode()).decode()
    except Exception as error:
        raise WrongRow(f"A protected value does not open in {where}.") from error


def new_file_key() -> str:
    """A key for the bytes of one file under today's cipher ("sm4-gcm:9f…"), to be kept as a protected text."""
    cipher, _key = settings.FIELD_KEYS[max(settings.FIELD_KEYS)]
    return f"{cipher}:{os.urandom(FILE_KEY).hex()}"


def seal_bytes(plain: bytes, file_key: str, where: str = "") -> bytes:
    cipher, key = file_key.split(":")
    nonce = os.urandom(NONCE)
    return nonce + SEAL[cipher](bytes.fromhex(key), nonce, plain, where.encode())


def open_bytes(sealed: bytes, file_key: str, where: str = "") -> bytes:
    """Raises InvalidTag if the bytes were tampered with, or moved from where they belong."""
    cipher, key = file_key.split(":")
    return OPEN[cipher](bytes.fromhex(key), sealed[:NONCE], sealed[NONCE:], where.encode())


def _sm4_seal(key, nonce, plain, context):
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(context)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def _sm4_open(key, nonce, body, context):
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, body[-TAG:])).decryptor()
    decryptor.authenticate_additional_data(context)
    return decryptor.update(body[:-TAG]) + decryptor.finalize()


SEAL = {
    "aes-gcm": lambda key, nonce, plain, context: AESGCM(key).encrypt(nonce, plain, context),
    "sm4-gcm": _sm4_seal,
}
OPEN = {
    "aes-gcm": lambda key, nonce, body, context: AESGCM(key).decrypt(nonce, body, context),
    "sm4-gcm": _sm4_open,
}


def normalised(value: str) -> str:
    """Letters upper-case, digits, nothing else; full-width forms folded."""
    return re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", value).upper())


def lookup_hash(kind: str, value: str, version: int | None = None) -> str:
    """ "2:9f…": the keyed hash by which a protected value is found, under the newest look-up key. Empty for nothing."""
    version = version or max(settings.LOOKUP_KEYS)
    text = normalised(value)
    if not text:
        return ""
    message = f"{kind}:{text}".encode()
    return f"{version}:{hmac.new(settings.LOOKUP_KEYS[version], message, hashlib.sha256).hexdigest()}"


def lookup_hashes(kind: str, value: str) -> list[str]:
    """The hashes of a value under every configured key: rows are found while keys are being rotated."""
    hashes = [lookup_hash(kind, value, version) for version in settings.LOOKUP_KEYS]
    return [text for text in hashes if text]


@ProtectedField.register_lookup
class FirstByte(Transform):
    """The key version of a stored value, as one byte."""

    lookup_name = "first_byte"
    output_field = models.BinaryField()

    def as_sql(self, compiler, connection):
        sql, params = compiler.compile(self.lhs)
        return f"substring({sql} from 1 for 1)", params

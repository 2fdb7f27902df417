"""Changes of fields: the twin of moving(). A stale form shows both values and loses nothing."""

from contextlib import contextmanager
from dataclasses import dataclass

from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext as _

from kernel import history, live
from kernel.encryption import Secret, lookup_hash
from kernel.transitions import reread_locked

SALT = "kernel.editing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that somebody else changed meanwhile: `theirs` stands in the row now, `yours` was typed."""

    field: str
    label: str
    yours: str
    theirs: str


class Conflict(Exception):
    """Fields that the form showed have changed since. The text is for people; `differences` holds both values."""

    def __init__(self, differences: list[Difference]):
        super().__init__(_("填写期间，他人已修改了本件。请核对两种内容后再保存，您填写的内容仍在表单中。"))
        self.differences = differences


class _Serializer:
    """Signed values as JSON that knows dates and decimals."""

    def dumps(self, value):
        return DjangoJSONEncoder(separators=(",", ":")).encode(value).encode()

    def loads(self, data):
        return signing.JSONSerializer().loads(data)


def seen_token(subject, verb, fields) -> str:
    """What a form carries: the verb, the row, and the values of the `fields` it shows (protected ones as hashes)."""
    shown = {name: fingerprint(getattr(subject, name)) for name in fields}
    seen = {"verb": verb, "row": f"{subject._meta.label_lower}:{subject.pk}", "shown": shown}
    return signing.dumps(seen, salt=SALT, serializer=_Serializer)


@contextmanager
def editing(subject, verb, *, by, seen, note="", **changes):
    """Set fields of `subject` to `changes`, unless one that the form showed has changed since it was shown.

    `seen` is the token of that form. Raises Conflict with both values, or signing.BadSignature for a token of
    another form. History keeps the names of the changed fields, old and new; of protected ones only the hashes.
    """
    with transaction.atomic():
        reread_locked(subject)
        differences = stale_fields(subject, verb, seen, changes)
        if differences:
            raise Conflict(differences)
        before = {name: recorded(subject, name) for name in changes}
        for name, value in changes.items():
            setattr(subject, name, value)
        yield subject
        after = {name: recorded(subject, name) for name in changes}
        changed = {name: [before[name], after[name]] for name in changes if before[name] != after[name]}
        if changed:
            subject.save()
            history.record(subject, verb, by=by, note=note, details={"changed": changed})
            live.changed(*subject.topics())


def recorded(subject, name) -> str | None:
    """A value as history keeps it: what a restricted file hides only as a keyed hash that stands nowhere else."""
    value = getattr(subject, name)
    text, veiled = fingerprint(value), getattr(subject, "VEILED", ())
    if text and veiled and (name in veiled or isinstance(value, Secret)) and subject.is_veiled():
        return lookup_hash("text", text.encode().hex())
    return text


def stale_fields(subject, verb, seen, changes) -> list[Difference]:
    token = signing.loads(seen, salt=SALT, serializer=_Serializer)
    if token["verb"] != verb or token["row"] != f"{subject._meta.label_lower}:{subject.pk}":
        raise signing.BadSignature("This token belongs to another form.")
    return [
        Difference(
            field=name,
            label=str(subject._meta.get_field(name).verbose_name),
            yours=str(changes.get(name, "")),
            theirs=str(getattr(subject, name)),
        )
        for name, shown in token["shown"].items()
        if fingerprint(getattr(subject, name)) != shown
    ]


def fingerprint(value) -> str | None:
    """A value as history and tokens hold it: text, the key of a row, or the keyed hash of a protected value.

    The hash is of every character: by the one that finds rows, which knows Latin letters and digits alone, two
    addresses were the same.
    """
    if isinstance(value, Secret):
        return lookup_hash(value.kind, value.plain.encode().hex()) if value else ""
    if hasattr(value, "pk"):
        value = value.pk
    return None if value is None else str(value)

"""Protected values under the newest keys, while people go on working."""

from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q

from kernel.encryption import ProtectedField, Secret

BATCH = 500


def protected_models() -> list[type[models.Model]]:
    """Every model with a protected column, whatever it inherits from."""
    return [model for model in apps.get_models() if protected_fields(model)]


def protected_fields(model) -> list[ProtectedField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, ProtectedField)]


def rotate(model) -> int:
    """Rewrite the protected columns of all rows not yet under the newest keys; return how many rows.

    Batches of rows are locked for a moment each. Rows that somebody works on are passed over, so that nobody who
    holds one row and wants another meets this run crosswise; they are waited for at the end, one by one. A run that
    was broken off goes on where it stopped.
    """
    fields = protected_fields(model)
    columns = [name for field in fields for name in (field.attname, field.hash_field) if name]
    stale = model._base_manager.filter(_stale(fields)).order_by("pk")
    total = last = 0
    while keys := list(stale.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        last = keys[-1]
        total += _rewrite(stale.filter(pk__in=keys), fields, columns, skip_locked=True)
    for pk in list(stale.values_list("pk", flat=True)):
        total += _rewrite(stale.filter(pk=pk), fields, columns, skip_locked=False)
    return total


NOTES = """
SELECT get_byte(decode(substr(note, 8, 4), 'base64'), 0), count(*) FROM kernel_historyentry
WHERE note LIKE 'cipher:%' GROUP BY 1
"""


def notes_under_keys() -> dict[int, int]:
    """How many notes of history stand under each key version itself: they are chained, and never written again."""
    with connection.cursor() as cursor:
        cursor.execute(NOTES)
        return dict(cursor.fetchall())


@transaction.atomic
def _rewrite(stale, fields, columns, *, skip_locked) -> int:
    """The same values as other ciphers. What a model's own save() does besides is none of this."""
    rows = list(stale.select_for_update(no_key=True, skip_locked=skip_locked))
    with unfrozen(stale.model):
        for row in rows:
            for field in fields:
                secret: Secret = getattr(row, field.attname)
                setattr(row, field.attname, secret.plain)
            models.Model.save(row, update_fields=columns)
    return len(rows)


@contextmanager
def unfrozen(model):
    """Where other ciphers of the same values are written, the triggers that freeze a row have nothing to guard.

    Only within a transaction, whose end ends it too. (`pgtrigger.ignore` puts two commands into one statement, which
    the connections that serve pages cannot prepare.)
    """
    names = [trigger.get_pgid(model) for trigger in getattr(model._meta, "triggers", [])]
    if names:
        ignore_triggers(names)
    yield
    if names:
        ignore_triggers([])


def ignore_triggers(names) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + ",".join(names) + "}"])


def _stale(fields) -> Q:
    """Rows with a value whose key version or look-up version is not the newest."""
    newest = bytes([max(settings.FIELD_KEYS)])
    stale = Q(pk__in=())
    for field in fields:
        stale |= ~Q(**{field.attname: b""}) & ~Q(**{f"{field.attname}__first_byte": newest})
        if field.hash_field:
            prefix = f"{max(settings.LOOKUP_KEYS)}:"
            stale |= ~Q(**{field.hash_field: ""}) & ~Q(**{f"{field.hash_field}__startswith": prefix})
    return stale

"""Protected values under the newest keys, while people go on working."""

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from kernel.encryption import ProtectedField, Secret

BATCH = 500


def rotate(model) -> int:
    """Rewrite the protected columns of all rows not yet under the newest keys; return how many rows.

    Batches of rows are locked for a moment each, rows that somebody works on are met again in the next round, and
    a run that was broken off goes on where it stopped.
    """
    fields = [field for field in model._meta.concrete_fields if isinstance(field, ProtectedField)]
    columns = [name for field in fields for name in (field.attname, field.hash_field) if name]
    total = 0
    while count := _rotate_batch(model, fields, columns):
        total += count
    return total


@transaction.atomic
def _rotate_batch(model, fields, columns) -> int:
    stale = model._base_manager.filter(_stale(fields)).order_by("pk")
    rows = list(stale.select_for_update(no_key=True)[:BATCH])
    for row in rows:
        for field in fields:
            secret: Secret = getattr(row, field.attname)
            setattr(row, field.attname, secret.plain)
        row.save(update_fields=columns)
    return len(rows)


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

"""Protected values under the newest keys, while people go on working."""

from contextlib import nullcontext

import pgtrigger
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from kernel.encryption import ProtectedField, Secret

BATCH = 500


def rotate(model) -> int:
    """Rewrite the protected columns of all rows not yet under the newest keys; return how many rows.

    Batches of rows are locked for a moment each. Rows that somebody works on are passed over, so that nobody who
    holds one row and wants another meets this run crosswise; they are waited for at the end, one by one. A run that
    was broken off goes on where it stopped.
    """
    fields = [field for field in model._meta.concrete_fields if isinstance(field, ProtectedField)]
    columns = [name for field in fields for name in (field.attname, field.hash_field) if name]
    stale = model._base_manager.filter(_stale(fields)).order_by("pk")
    total = last = 0
    while keys := list(stale.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        last = keys[-1]
        total += _rewrite(stale.filter(pk__in=keys), fields, columns, skip_locked=True)
    for pk in list(stale.values_list("pk", flat=True)):
        total += _rewrite(stale.filter(pk=pk), fields, columns, skip_locked=False)
    return total


@transaction.atomic
def _rewrite(stale, fields, columns, *, skip_locked) -> int:
    """The values stay what they are, so triggers that freeze a row have nothing to guard here."""
    rows = list(stale.select_for_update(no_key=True, skip_locked=skip_locked))
    triggers = [f"{stale.model._meta.label}:{name}" for name in _frozen(stale.model)]
    with pgtrigger.ignore(*triggers) if triggers and rows else nullcontext():
        for row in rows:
            for field in fields:
                secret: Secret = getattr(row, field.attname)
                setattr(row, field.attname, secret.plain)
            row.save(update_fields=columns)
    return len(rows)


def _frozen(model) -> list[str]:
    """The names of the triggers of a table."""
    return [trigger.name for trigger in getattr(model._meta, "triggers", [])]


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

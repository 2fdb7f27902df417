"""Many rows in few statements, for sweeps: what Django would spell out value by value goes to the server as it is."""

from collections.abc import Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, Field, Func, Model, Value

KEYS = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
AS_IT_IS = frozenset(
    f"{kind}Field"
    for kind in (
        "BigAuto",
        "BigInteger",
        "Boolean",
        "Char",
        "Date",
        "DateTime",
        "PositiveSmallInteger",
        "Text",
        "UUID",
    )
) | {"ForeignKey", "OneToOneField"}
"""Fields whose values the driver writes as Django would."""
FEW = 20
"""Below this one INSERT costs less than asking for keys and a COPY."""


def among(column: str, keys: Iterable[int]) -> Func:
    """A condition as `column__in=keys`: however many keys, the same statement with one parameter."""
    array = Value(list(keys), ArrayField(BigIntegerField()))
    form = {"template": "%(expressions)s)", "arg_joiner": " = ANY("}
    return Func(F(column), array, output_field=BooleanField(), **form)


def join(rows: Sequence[Any], *paths: str) -> None:
    """Read foreign keys of many rows of one model as prefetch_related() would, each row that they share once.

    Of a model at the end of a path that names BRIEF, only those columns are read.
    """
    for path in paths if rows else ():
        name, _, further = path.partition("__")
        field: Any = type(rows[0])._meta.get_field(name)
        keys = {key for row in rows if (key := getattr(row, field.attname))}
        model = field.related_model
        columns = () if further else getattr(model, "BRIEF", ())
        found = model._base_manager.filter(among("pk", keys)).only(*columns)
        shared = {row.pk: row for row in found}
        for row in rows:
            field.set_cached_value(row, shared.get(getattr(row, field.attname)))
        if further:
            join(list(shared.values()), further)


def give_keys(rows: Sequence[Any]) -> None:
    """Let rows of one model that are yet to be written know the keys that they will have."""
    form: Form = form_of(type(rows[0]))
    with connection.cursor() as cursor:
        cursor.execute(KEYS, [form.table, form.key, len(rows)])
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk


def add(rows: Sequence[Any]) -> None:
    """Write new rows of one model, many by COPY, with their keys. As with bulk_create(), no save() is called."""
    if not rows:
        return
    if len(rows) < FEW:
        type(rows[0])._base_manager.bulk_create(rows)
        return
    if rows[0].pk is None:
        give_keys(rows)
    form: Form = form_of(type(rows[0]))
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(form.statement) as copy:
        for row in rows:
            copy.write_row(form.values(row))
    for row in rows:
        row._state.adding = False


class Form:
    """How rows of a model are written down."""

    def __init__(self, model: type[Model]):
        fields = model._meta.concrete_fields
        self.table, self.key = model._meta.db_table, model._meta.pk.column
        named = ", ".join(f'"{field.column}"' for field in fields)
        self.statement = f'COPY "{self.table}" ({named}) FROM STDIN'
        self.as_it_is = attrgetter(*(field.attname for field in fields))
        self.prepared = [
            (n, field) for n, field in enumerate(fields) if field.get_internal_type() not in AS_IT_IS
        ]

    def values(self, row: Model) -> list[Any]:
        prepared = [(n, value_of(field, row)) for n, field in self.prepared]
        values = list(self.as_it_is(row))
        for n, value in prepared:
            values[n] = value
        return values


form_of: Any = cache(Form)


def value_of(field: Field, row: Model) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add=True), connection)

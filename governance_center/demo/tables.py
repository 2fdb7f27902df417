"""Rows on their way into the database: dicts by column, rendered as text here and sent with COPY by a second thread."""

import json
import re
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from operator import itemgetter

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import NOT_PROVIDED
from psycopg import Connection

NULL = "\\N"
AT_ONCE = 60_000
SEQUENCE = "SELECT pg_get_serial_sequence(%s, 'id')"
LAST_KEY = "SELECT last_value - (NOT is_called)::int FROM {}"


class Row(dict):
    """A row of a table by the names of its columns. It knows its table, and what it holds encrypted, in `plain`."""

    __slots__ = ("plain", "table")

    def __init__(self, table, values):
        super().__init__(values)
        self.table = table


def escaped(text: str) -> str:
    """Text as COPY reads it. Nearly all texts need nothing, and looking is faster than replacing."""
    return text.translate(ESCAPES) if SPECIAL(text) else text


SPECIAL = re.compile(r"[\\\n\t\r]").search
ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def in_braces(values) -> str:
    """An array of whole numbers, or of words of one or two characters (kernel.words), of which some are special."""
    if values and isinstance(values[0], str):
        text = '","'.join(values)
        if "\\" in text or text.count('"') > 2 * len(values) - 2:
            text = '","'.join(value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
        return escaped('{"' + text + '"}')
    return "{" + ",".join(map(str, values)) + "}"


def as_json(value) -> str:
    return escaped(json.dumps(value, ensure_ascii=False)) if value else "{}"


FORMATS = {
    models.CharField: escaped,
    models.TextField: escaped,
    models.DateTimeField: datetime.isoformat,
    models.JSONField: as_json,
    ArrayField: in_braces,
    models.BinaryField: lambda value: "\\\\x" + value.hex(),
}


def format_of(field):
    return next((FORMATS[kind] for kind in type(field).__mro__ if kind in FORMATS), str)


def has_default(field) -> bool:
    """Whether a column may be left out. Moments never are: a loaded row did not happen now."""
    made_on_the_spot = callable(field.default) and field.default not in (NOT_PROVIDED, list, dict, bytes)
    return not field.primary_key and not made_on_the_spot


class Table:
    """The rows of one model. Keys continue those that the database has handed out."""

    def __init__(self, model):
        self.model = model
        self.name = model._meta.db_table
        self.label = model._meta.label_lower
        self.type_id = ContentType.objects.get_for_model(model).pk
        fields = model._meta.concrete_fields
        columns = [field.attname for field in fields]
        self.copy = 'COPY "{}" ({}) FROM STDIN'.format(self.name, ", ".join(f'"{name}"' for name in columns))
        self.values = itemgetter(*columns)
        self.formats = [format_of(field) for field in fields]
        self.defaults = {field.attname: field.get_default() for field in fields if has_default(field)}
        self.waiting: list[Row] = []
        with connection.cursor() as cursor:
            cursor.execute(SEQUENCE, [self.name])
            self.sequence = cursor.fetchone()[0]
        self.read_key()

    def read_key(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(LAST_KEY.format(self.sequence))
            self.last = cursor.fetchone()[0]

    def make(self, **values) -> Row:
        """A row with the next key, which may still be changed. It is not sent before it is put among `waiting`."""
        self.last += 1
        row = Row(self, self.defaults)
        row["id"] = self.last
        row.update(values)
        return row

    def render(self) -> bytes:
        """The waiting rows as COPY reads them; then none waits any more."""
        rows, self.waiting = self.waiting, []
        formats, values = self.formats, self.values
        return "".join(
            [
                "\t".join(
                    [
                        NULL if value is None else make(value)
                        for make, value in zip(formats, values(row), strict=True)
                    ]
                )
                + "\n"
                for row in rows
            ]
        ).encode()


class Tables(dict[type[models.Model], Table]):
    """A table for each model, made when first asked for; and the thread that sends them while more are made."""

    def __init__(self):
        super().__init__()
        self.sent = 0
        self.under_way: list[Future] = []
        self.sender = ThreadPoolExecutor(max_workers=1)

    def __missing__(self, model) -> Table:
        self.wait()
        self[model] = Table(model)
        return self[model]

    def make(self, model, **values) -> Row:
        return self[model].make(**values)

    def put(self, rows: list[Row]) -> None:
        for row in rows:
            row.table.waiting.append(row)

    def send_when_many(self) -> None:
        if sum(len(table.waiting) for table in self.values()) >= AT_ONCE:
            self.send()

    def send(self) -> None:
        """Hand all waiting rows to the sender, after it is through with those before: memory stays bounded.

        Signatures go before agreements, because the database refuses them for an agreement that is in force.
        """
        self.wait()
        for table in sorted(self.values(), key=lambda table: table.name, reverse=True):
            if table.waiting:
                self.sent += len(table.waiting)
                work = self.sender.submit(send, connection.connection, table.copy, table.render())
                self.under_way.append(work)

    def wait(self) -> None:
        for work in self.under_way:
            work.result()
        self.under_way = []

    def settle(self) -> None:
        """Send what waits, and let the database hand out the keys that follow."""
        self.send()
        self.wait()
        with connection.cursor() as cursor:
            for table in self.values():
                cursor.execute(
                    "SELECT setval(%s, greatest(%s, 1), %s)", [table.sequence, table.last, table.last > 0]
                )

    def go_on(self) -> None:
        """Others have written meanwhile: continue after their keys."""
        for table in self.values():
            table.read_key()

    def close(self) -> None:
        self.sender.shutdown()


def send(wire: Connection, copy: str, data: bytes) -> None:
    """`wire` is given, because Django would give each thread a connection of its own."""
    with wire.cursor() as cursor, cursor.copy(copy) as sending:
        sending.write(data)

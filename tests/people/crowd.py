"""Many persons, made in bulk."""

from datetime import date, timedelta

from django.db import connection

from kernel.models import Dossier
from people.models import Person
from tests.people.factories import id_number

FIRST_DAY = date(1930, 1, 1)


def paper(n) -> str:
    """The n-th of many papers, all different and all valid."""
    return id_number(serial=n % 999 + 1, day=f"{FIRST_DAY + timedelta(days=n // 999):%Y%m%d}")


def phone(n) -> str:
    return f"13{n:09}"


def crowd(count, *, batch=5_000) -> list[int]:
    """`count` persons with papers and telephones under the newest keys; their keys in order."""
    keys = next_keys(count)
    for start in range(0, count, batch):
        numbers = range(start, min(start + batch, count))
        dossiers = Dossier.objects.bulk_create([Dossier() for _n in numbers])
        Person.objects.bulk_create(
            Person(pk=keys[n], name=f"群众{n}", id_number=paper(n), phone=phone(n), dossier=dossier)
            for n, dossier in zip(numbers, dossiers, strict=True)
        )
    return keys


def next_keys(count) -> list[int]:
    """Keys before rows, because ciphertexts are bound to them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('people_person', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [key for (key,) in cursor.fetchall()]

"""Numbers without gaps and without twins."""

from django.db import connection

UPSERT = """
    INSERT INTO kernel_numberseries (series, period, last) VALUES (%s, %s, 1)
    ON CONFLICT (series, period) DO UPDATE SET last = kernel_numberseries.last + 1
    RETURNING last
"""


def next_number(series: str, period: str) -> int:
    """Hand out the next number of a series: no two alike, and no gaps when the caller rolls back.

    Callers of one series and period wait for each other until the transaction ends, so that numbers are handed
    out in the order in which they become visible.
    """
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [series, period])
        return cursor.fetchone()[0]

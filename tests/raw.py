"""What stands in the tables, whatever the models say."""

from django.db import connection


def tables_with(word) -> list[str]:
    """The tables in which a row holds this word, in whatever column."""
    return [table for table in connection.introspection.table_names() if rows_with(table, word)]


def rows_with(table, word) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE %s', [f"%{word}%"])
        return cursor.fetchone()[0]

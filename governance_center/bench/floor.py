"""The least that some work can cost: its own SQL once more, through psycopg alone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from django.db import connection

from governance_center.bench.ground import milliseconds, url_of

COMMIT, ROLLBACK = "COMMIT", "ROLLBACK"


@dataclass(frozen=True, slots=True)
class Statement:
    sql: str
    params: object = None
    many: bool = False
    in_transaction: bool = False


@dataclass
class Recording:
    """The statements of some work in order, with where its transactions ended, and what each took here."""

    statements: list[Statement] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def queries(self) -> int:
        return sum(statement.sql not in (COMMIT, ROLLBACK) for statement in self.statements)

    def note(self, execute, sql, params, many, context):
        self.statements.append(Statement(sql, params, many, connection.in_atomic_block))
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - began

    def noting(self, method, word: str):
        def ending():
            began = time.perf_counter()
            method()
            self.seconds += time.perf_counter() - began
            self.statements.append(Statement(word))

        return ending


@contextmanager
def recording() -> Iterator[Recording]:
    """Record what goes to the database, commits and rollbacks too, which Django's own log leaves out."""
    connection.ensure_connection()
    recorded = Recording()
    commit, rollback = connection._commit, connection._rollback
    connection._commit = recorded.noting(commit, COMMIT)
    connection._rollback = recorded.noting(rollback, ROLLBACK)
    try:
        with connection.execute_wrapper(recorded.note):
            yield recorded
    finally:
        connection._commit, connection._rollback = commit, rollback


def plain_connection(name: str) -> psycopg.Connection:
    """psycopg without Django. It fills in parameters itself, as Django's does, so that types are guessed alike."""
    return psycopg.connect(url_of(name), autocommit=True, cursor_factory=psycopg.ClientCursor)


def replay(server: psycopg.Connection, recorded: Recording) -> float:
    """Send the same statements in the same transactions, fetch every row, and return the seconds it took."""
    began, inside = time.perf_counter(), False
    with server.cursor() as cursor:
        for statement in recorded.statements:
            ends = statement.sql in (COMMIT, ROLLBACK)
            if inside != statement.in_transaction and not ends:
                cursor.execute("BEGIN")
                inside = True
            if inside or not ends:
                send(cursor, statement)
            inside = inside and not ends
    return time.perf_counter() - began


def send(cursor: psycopg.Cursor, statement: Statement) -> None:
    if statement.many:
        cursor.executemany(statement.sql, statement.params)
        return
    cursor.execute(statement.sql, statement.params)
    if cursor.description:
        cursor.fetchall()


def read_again(name: str, recorded: Recording, times: int = 5) -> float:
    """The median milliseconds of statements that only read."""
    with plain_connection(name) as server:
        took = sorted(replay(server, recorded) for _n in range(times))
    return milliseconds(took[len(took) // 2])


def row_counts(name: str) -> dict[str, int]:
    """How many rows each table of a database has: two databases in which the same work was done have the same."""
    with plain_connection(name) as server:
        tables = server.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        return {table: server.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for (table,) in tables}

"""`manage.py bench clocks`: the sweep of many clocks that are due among many more that are open.

Each open clock is the deadline of a matter of its own. Those that are due stand before every rung of their ladder in
the shares of REACHED; processes sweep them together, and one is killed half way.
"""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from django.contrib.contenttypes.models import ContentType
from django.core.management.base import CommandError
from django.db import connection, connections
from django.db.models import Count

from cases.escalation import sweep
from cases.models import Card, Case, Round
from cases.states import State
from governance_center.bench import floor, ground, sweeper
from governance_center.bench.ground import median, say
from governance_center.embedded import place, processes
from kernel.escalation import BATCH
from kernel.models import Clock, Delivery, Dossier, Firing, HistoryEntry, Notification

OPEN, DUE, WORKERS = 1_000_000, 50_000, 4
CODE = "mediation.mediate"
REACHED = {"remind_handler": 60, "remind_head": 20, "yellow_card": 10, "red_card": 5, "report": 5}
"""Of a hundred due clocks how many reach which rung."""
IDLE_SWEEPS = 20
WRITTEN = (Firing, Card, Notification, Delivery, HistoryEntry, Clock)
"""The tables to which a sweep adds rows. It changes clocks, cards and dossiers besides."""


def run(open_clocks: int | None = None, due: int | None = None, workers: int | None = None) -> dict:
    open_clocks, due, workers = open_clocks or OPEN, due or DUE, workers or WORKERS
    with ground.database("clocks", open_clocks, fill=fill) as name:
        with ground.copy_of(name) as copy, using(copy):
            idle = idle_sweep()
            prepare(due)
            marks = {model: last_key(model) for model in WRITTEN}
            first = marks[Clock] - due
            seconds = race(copy, due, workers)
            told = Firing.objects.filter(pk__gt=marks[Firing]).values("clock").distinct().count()
            duplicated = doubles()
            rows = written(marks, first)
        with ground.copy_of(name) as copy, using(copy):
            prepare(due)
            floor = floor_of(copy, rows, workers)
        ground.use(name)
        machine = ground.machine()
    per_s, floor_per_s = round(due / seconds), round(due / floor)
    return {
        "bench": "clocks",
        "size": {"open": open_clocks, "due": due, "workers": workers},
        "machine": machine,
        "per_s": per_s,
        "lost": due - told,
        "duplicated": duplicated,
        "idle_sweep_ms": idle,
        "floor_per_s": floor_per_s,
        "ratio": round(per_s / floor_per_s, 2),
    }


@contextmanager
def using(name: str) -> Iterator[None]:
    """Work in a copy, and let go of it at the end."""
    before = connection.settings_dict["NAME"]
    ground.use(name)
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = before


# --- The clocks -------------------------------------------------------------------------------------------------------


def fill(count: int) -> None:
    """So many open matters after the likeness of one, each with one running clock, none of them due."""
    like = Round.objects.filter(
        state=State.IN_HAND, restriction="", clocks__code=CODE, clocks__stopped_at=None
    )
    round = like.select_related("case").order_by("pk").last()
    clock = round.clocks.running().get(code=CODE)
    Clock.objects.running().update(next_fire_at=None)  # those of the demo itself stay out of it
    numbers = {model: last_key(model) for model in (Dossier, Case, Round, Clock)}
    dossier, case, row, last = (f"{number} + n" for number in numbers.values())
    code = "'B' || lpad(n::text, 9, '0')"
    multiply(Dossier, round.dossier_id, count, id=dossier, length="0", head="''")
    of_case = {"number": code, "query_code": code, "outside_number": "''", "above_number": "''"}
    multiply(Case, round.case_id, count, id=case, dossier_id=dossier, **of_case)
    multiply(Round, round.pk, count, id=row, dossier_id=dossier, case_id=case)
    running = {"started_at": "now() - interval '1 day'", "due_at": "now() + interval '29 days'"}
    running |= {"step": "''", "late_at": "NULL", "next_fire_at": "now() + interval '20 days'"}
    multiply(Clock, clock.pk, count, id=last, dossier_id=dossier, subject_id=row, **running)


def multiply(model, pk: int, count: int, **changes) -> None:
    """Rows like one, with other values in some columns: SQL in which `n` counts from 1."""
    columns = [field.column for field in model._meta.concrete_fields]
    values = [changes.get(column, f'like_it."{column}"') for column in columns]
    named = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({named}) SELECT {", ".join(values)} '
            f'FROM generate_series(1, %s) n, "{table}" like_it WHERE like_it.id = %s',
            [count, pk],
        )
        cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM \"{table}\"")


def last_key(model) -> int:
    return model.objects.order_by("pk").values_list("pk", flat=True).last() or 0


def prepare(due: int) -> None:
    """Put as many clocks as are due before their rungs: started so long ago that exactly that rung is the highest."""
    first = last_key(Clock) - due
    before, reached = {"remind_handler": ""}, list(REACHED)
    before |= dict(zip(reached[1:], reached, strict=False))
    gone = {"remind_handler": "22 days", "remind_head": "28 days", "yellow_card": "33 days"}
    gone |= {"red_card": "41 days", "report": "60 days"}
    done = 0
    for step, share in REACHED.items():
        rows = Clock.objects.filter(pk__gt=first + done, pk__lte=first + done + due * share // 100)
        with connection.cursor() as cursor:
            keys = rows.values("pk").query.sql_with_params()
            cursor.execute(
                f"UPDATE kernel_clock SET step = %s, started_at = now() - %s::interval, "
                f"due_at = now() - %s::interval + interval '30 days', next_fire_at = now() - interval '1 hour', "
                f"late_at = CASE WHEN %s THEN now() END WHERE id IN ({keys[0]})",
                [before[step], gone[step], gone[step], step in ("red_card", "report"), *keys[1]],
            )
        done += due * share // 100
    ground.tidy()


# --- Our own ----------------------------------------------------------------------------------------------------------


def idle_sweep() -> float:
    """The median milliseconds of a sweep while nothing is due."""
    assert sweep() == 0

    def one() -> float:
        began = time.perf_counter()
        sweep()
        return ground.milliseconds(time.perf_counter() - began)

    return median(one() for _n in range(IDLE_SWEEPS))


def race(name: str, due: int, workers: int) -> float:
    """Seconds until nothing is due any more. One of the processes is killed when half is done."""
    log = place.find().prepare().log("bench-clocks")
    command = [sys.executable, "-c", sweeper.COMMAND]
    crew = [
        processes.spawn(command, log=log, cwd=place.PROJECT, env=ground.production(name))
        for _n in range(workers)
    ]
    with psycopg.connect(ground.url_of(name), autocommit=True) as server:
        await_crew(server, crew, log)
        began = time.perf_counter()
        server.execute("SELECT pg_advisory_unlock(0)")
        while works(crew) and left(server) > due / 2:
            time.sleep(0.2)
        crew[0].send_signal(signal.SIGKILL)
        while works(crew) and left(server, 1):
            time.sleep(0.05)
        seconds = time.perf_counter() - began
    for worker in crew:
        processes.stop(worker)
    say(f"{due:,} swept in {seconds:.1f} s by {workers} processes, one of them killed half way.")
    return seconds


def works(crew: list) -> bool:
    return any(worker.poll() is None for worker in crew)


def left(server: psycopg.Connection, at_most: int | None = None) -> int:
    """How many clocks are still due, or whether any is."""
    due = "SELECT FROM kernel_clock WHERE next_fire_at <= now() LIMIT %s"
    return server.execute(f"SELECT count(*) FROM ({due}) due", [at_most]).fetchone()[0]


def await_crew(server: psycopg.Connection, crew: list, log) -> None:
    """Hold the gate until every process stands before it."""
    server.execute("SELECT pg_advisory_lock(0)")
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    while server.execute(waiting).fetchone()[0] < len(crew):
        if any(worker.poll() is not None for worker in crew):
            raise CommandError(f"A worker ended:\n{processes.tail(log)}")
        time.sleep(0.05)


def doubles() -> int:
    """Firings of one rung, cards of one firing and messages of one reason beyond the first."""
    of = {
        Firing: ("clock", "step", "generation"),
        Card: ("clock", "level"),
        Notification: ("to", "subject_type", "subject_id", "text"),
    }
    counts = (model.objects.order_by().values(*keys).annotate(n=Count("pk")) for model, keys in of.items())
    return sum(row["n"] - 1 for rows in counts for row in rows.filter(n__gt=1))


# --- The floor --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Staged:
    """Rows that the sweep wrote into a table, or the columns of rows that it changed, as COPY moves them."""

    table: str
    columns: list[str]
    rows: bytes

    @property
    def staging(self) -> str:
        return f"floor_{self.table}_{len(self.columns)}"

    @property
    def named(self) -> str:
        return ", ".join(f'"{column}"' for column in self.columns)

    @property
    def statement(self) -> str:
        """What writes one batch of it."""
        if "id" in self.columns[:1] and self.changes:
            values = ", ".join(f"{column} = it.{column}" for column in self.columns[1:])
            of_it = f"it.id = {self.table}.id AND batch = %(n)s"
            return f"UPDATE {self.table} SET {values} FROM {self.staging} it WHERE {of_it}"
        return f"INSERT INTO {self.table} ({self.named}) SELECT {self.named} FROM {self.staging} WHERE batch = %(n)s"

    @property
    def changes(self) -> bool:
        return len(self.columns) <= CHANGED


CHANGED = 4
"""Of changed rows so many columns are written at most, key included; of new ones more."""


def written(marks: dict, first: int) -> list[Staged]:
    """What the sweep added since `marks` and changed, each row with the batch of clocks after `first` it is of."""
    kinds = {model: ContentType.objects.get_for_model(model).pk for model in (Round, Card)}
    of_card = "(SELECT clock_id FROM cases_card WHERE cases_card.id = it.subject_id)"
    same = f"c.subject_id = it.subject_id AND c.subject_type_id = {kinds[Round]}"
    of_round = f"(SELECT id FROM kernel_clock c WHERE {same} AND id > {first})"
    by_subject = f"CASE WHEN it.subject_type_id = {kinds[Card]} THEN {of_card} ELSE {of_round} END"
    clock_of = {Firing: "it.clock_id", Card: "it.clock_id", Notification: by_subject}
    clock_of |= dict.fromkeys((HistoryEntry, Clock), of_card)
    of_message = by_subject.replace("it.", "n.")
    clock_of[Delivery] = f"(SELECT {of_message} FROM kernel_notification n WHERE n.id = it.notification_id)"
    found = [
        staged(model._meta.db_table, columns_of(model), f"it.id > {marks[model]}", clock_of[model], first)
        for model in WRITTEN
    ]
    of_dossier = "(SELECT c.id FROM kernel_clock c WHERE c.dossier_id = it.id ORDER BY c.id LIMIT 1)"
    swept = f"it.id > {first} AND it.id <= {marks[Clock]}"
    found.append(staged("kernel_clock", ["id", "step", "late_at", "next_fire_at"], swept, "it.id", first))
    return [*found, staged("kernel_dossier", ["id", "length", "head"], "it.length > 0", of_dossier, first)]


def columns_of(model) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def staged(table: str, columns: list[str], which: str, clock: str, first: int) -> Staged:
    named = ", ".join(f'it."{column}"' for column in columns)
    batch = f"({clock} - {first} - 1) / {BATCH}"
    if table == "kernel_dossier":
        which += f" AND EXISTS (SELECT FROM kernel_clock c WHERE c.dossier_id = it.id AND c.id > {first})"
    with (
        psycopg.connect(ground.url_of(connection.settings_dict["NAME"])) as server,
        server.cursor() as cursor,
    ):
        sql = f'COPY (SELECT {named}, {batch} FROM "{table}" it WHERE {which}) TO STDOUT'
        with cursor.copy(sql) as out:
            return Staged(table, columns, b"".join(out))


def floor_of(name: str, rows: list[Staged], workers: int) -> float:
    """Seconds for one set-based statement a batch that writes the same rows, over as many connections."""
    with floor.plain_connection(name) as server:
        for one in rows:
            server.execute(
                f"CREATE TABLE {one.staging} AS SELECT {one.named}, 0 AS batch FROM {one.table} LIMIT 0"
            )
            with server.cursor() as cursor, cursor.copy(f"COPY {one.staging} FROM STDIN") as into:
                into.write(one.rows)
            server.execute(f"CREATE INDEX ON {one.staging} (batch)")
        batches = 1 + server.execute(f"SELECT max(batch) FROM {rows[0].staging}").fetchone()[0]
    ground.tidy()
    *added, last = [one.statement for one in rows]
    sql = "WITH " + ", ".join(f"w{n} AS ({one})" for n, one in enumerate(added)) + " " + last
    todo = iter(range(batches))

    def work() -> None:
        with floor.plain_connection(name) as server:
            for n in todo:
                server.execute(sql, {"n": n})

    began = time.perf_counter()
    crew = [threading.Thread(target=work) for _n in range(workers)]
    for worker in crew:
        worker.start()
    for worker in crew:
        worker.join()
    return time.perf_counter() - began

"""One dossier lived in memory: what moving(), history and clocks do, on rows that are not in the database yet.

Moves come from the apps' own tables, hashes from kernel.history, due dates from kernel.calendar. A move that its table
does not allow is an error of the demo, and is raised.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from types import SimpleNamespace

from cases.states import CARDS
from governance_center.demo.days import local_day
from governance_center.demo.tables import Row, Tables
from kernel.calendar import ANY, DAY, Term, current, local
from kernel.clocks import due_of
from kernel.encryption import encrypt, new_file_key
from kernel.escalation import ladder
from kernel.history import HASHED, digest_of
from kernel.models import Anchor, Clock, ClockRule, Dossier, Firing, HistoryEntry, NumberSeries
from kernel.moments import BLINK, NEVER
from kernel.moves import Move
from kernel.veil import hidden_note

TOLD_WITHIN = timedelta(seconds=60)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache
def move_of(model: type, verb: str) -> Move:
    return model.MOVES.named(verb)


@dataclass(frozen=True, slots=True)
class Deadline:
    rule_id: int
    last_day: date
    due_at: datetime
    calendar_id: int | None = None
    provisional: bool = False


class Clockwork:
    """Due dates as kernel.clocks finds them, read once: those counted in days are the same for a whole day's starts."""

    def __init__(self, now: datetime):
        self.now = now
        self.rules = sorted(ClockRule.objects.all(), key=lambda rule: rule.since)
        self.ladders = {rule.pk: ladder(rule) for rule in self.rules}
        self.calendar = current()
        self.found: dict[tuple, Deadline] = {}

    def deadline(self, code: str, at: datetime) -> Deadline:
        today = local_day(at)
        known = self.found.get((code, today))
        return known or self.work_out(self.rule(code, today), at, today)

    def rule(self, code: str, on: date) -> ClockRule:
        """The rule in force, as ClockRule.objects.in_force finds it."""
        valid = [r for r in self.rules if r.code == code and r.since <= on and (not r.until or r.until >= on)]
        return valid[-1]

    def work_out(self, rule: ClockRule, at: datetime, today: date) -> Deadline:
        term = Term(rule, self.calendar if rule.asks_calendar else ANY)
        due_at, provisional = due_of(term, at)
        deadline = Deadline(rule.pk, local_day(due_at - BLINK), due_at, term.calendar.version, provisional)
        if rule.unit in ClockRule.IN_DAYS:
            self.found[rule.code, today] = deadline
        return deadline

    def moments(self, clock: Row, until: datetime) -> list[tuple[str, datetime]]:
        """The rungs of a clock, each with its moment; none where it stopped before the first could be reached."""
        rungs = self.ladders[clock["rule_id"]]
        span = clock["due_at"] - clock["started_at"]
        first = 0 if rungs and rungs[0].before else rungs[0].percent if rungs else 100
        if not rungs or clock["started_at"] + span * first / 100 > until < self.now:
            return []
        of = SimpleNamespace(**clock)
        return [(rung.step, rung.moment(of, self.calendar)) for rung in rungs]


class Ledger:
    """What all files of a load share: the tables, the clocks, the number series, and the moment that is now."""

    def __init__(self, *, now: datetime):
        self.now = now
        self.tables, self.clockwork, self.series = Tables(), Clockwork(now), Series()
        last = Anchor.objects.last()
        self.anchored = last.until if last else BEGINNING

    def next_number(self, series: str, period: str) -> int:
        return self.series.next_number(series, period)


class Series:
    """As kernel.numbering, in memory."""

    def __init__(self):
        self.read()

    def read(self) -> None:
        rows = NumberSeries.objects.values_list("series", "period", "last")
        self.last = {(series, period): last for series, period, last in rows}

    def next_number(self, series: str, period: str) -> int:
        self.last[series, period] = self.last.get((series, period), 0) + 1
        return self.last[series, period]

    def write(self) -> None:
        NumberSeries.objects.bulk_create(
            [NumberSeries(series=key[0], period=key[1], last=last) for key, last in self.last.items()],
            update_conflicts=True,
            unique_fields=["series", "period"],
            update_fields=["last"],
            batch_size=10_000,
        )


class File:
    """A dossier and the rows that live in it. Write to it in the order in which things happen, then `seal` it."""

    def __init__(self, ledger: Ledger):
        self.ledger = ledger
        self.dossier = ledger.tables.make(Dossier)
        self.id = self.dossier["id"]
        self.rows: list[Row] = [self.dossier]
        self.entries: list[Row] = []
        self.running: dict[int, dict[str, Row]] = {}

    def add(self, model, **values) -> Row:
        row = self.ledger.tables.make(model, **values)
        self.rows.append(row)
        return row

    def add_tracked(self, model, **values) -> Row:
        return self.add(model, dossier_id=self.id, **values)

    def record(self, row: Row, verb, *, by, at, before="", after="", note="", details=None) -> Row:
        """As kernel.history.record, but the hash comes with the seal. An anchor covers all that was recorded before
        it, so nothing is recorded before the last one."""
        entry = self.ledger.tables.make(
            HistoryEntry,
            dossier_id=self.id,
            seq=len(self.entries) + 1,
            subject_type_id=row.table.type_id,
            subject_id=row["id"],
            verb=verb,
            by_id=by,
            at=at,
            recorded_at=max(at, self.ledger.anchored),
            before=before,
            after=after,
            note=note,
            details=details or {},
        )
        self.entries.append(entry)
        return entry

    def open(
        self, row: Row, verb, *, by, at, note="", details=None, clocked: Row | None = None, clocks_from=None
    ) -> Row:
        """As kernel.transitions.opening. `clocked` is the row that keeps the clocks, where it is another one."""
        move = move_of(row.table.model, verb)
        row["state"] = move.target
        self.set_clocks(move, clocked or row, clocks_from or at)
        return self.record(row, verb, by=by, at=at, after=move.target, note=note, details=details)

    def move(self, row: Row, verb, *, by, at, note="", details=None, clocked: Row | None = None) -> Row:
        """As kernel.transitions.moving, without a block: what its block would do is done before."""
        move = move_of(row.table.model, verb)
        before = row["state"]
        if before not in move.sources:
            raise ValueError(f"{row.table.label} cannot {verb} when {before}.")
        row["state"] = move.target or before
        self.set_clocks(move, clocked or row, at)
        return self.record(
            row, verb, by=by, at=at, before=before, after=row["state"], note=note, details=details
        )

    def set_clocks(self, move: Move, row: Row, at: datetime) -> None:
        for code in move.stops:
            self.stop(row, code, at)
        for code in move.starts:
            self.start(row, code, at)

    def start(self, row: Row, code: str, at: datetime) -> None:
        """As kernel.clocks.turn, for one that starts."""
        self.keep_clock(row, code, at, self.ledger.clockwork.deadline(code, at))

    def give(self, row: Row, code: str, last_day: date, at: datetime, source: str) -> None:
        """As kernel.clocks.give."""
        rule = self.ledger.clockwork.rule(code, local_day(at))
        self.keep_clock(row, code, at, Deadline(rule.pk, last_day, local(last_day + DAY, "00:00")), source)

    def keep_clock(self, row: Row, code: str, at: datetime, deadline: Deadline, source: str = "") -> None:
        clock = self.add_tracked(
            Clock,
            subject_type_id=row.table.type_id,
            subject_id=row["id"],
            rule_id=deadline.rule_id,
            code=code,
            started_at=at,
            last_day=deadline.last_day,
            due_at=deadline.due_at,
            calendar_id=deadline.calendar_id,
            provisional=deadline.provisional,
            source=source,
        )
        self.running.setdefault(id(row), {})[code] = clock
        self.show_due(row)

    def stop(self, row: Row, code: str, at: datetime) -> None:
        """As kernel.clocks.turn, for one that stops, and what the sweep had told by then."""
        if clock := self.running.get(id(row), {}).pop(code, None):
            self.climb(clock, at)
            clock["stopped_at"], clock["next_fire_at"] = at, None
            self.show_due(row)

    def climb(self, clock: Row, until: datetime) -> None:
        """What the sweeps up to then told of a clock, each soon after its moment; then what is told of it next.

        Cards are left out: those of a demo are issued in its scenes.
        """
        if clock["due_at"] + TOLD_WITHIN <= until:
            clock["late_at"] = clock["due_at"] + TOLD_WITHIN
        moments = self.ledger.clockwork.moments(clock, until)
        for step, moment in moments:
            if moment + TOLD_WITHIN <= until:
                clock["step"] = step
                if step not in CARDS:
                    told = {"generation": 0, "due_at": clock["due_at"], "at": moment + TOLD_WITHIN}
                    self.add(Firing, clock_id=clock["id"], step=step, **told)
        left = [moment for _step, moment in moments if moment + TOLD_WITHIN > until]
        if until < clock["due_at"] + TOLD_WITHIN:
            left.append(clock["due_at"])
        clock["next_fire_at"] = min(left, default=None)

    def show_due(self, row: Row) -> None:
        clocks = self.running[id(row)].values()
        binding = [clock["due_at"] for clock in clocks if clock["code"] not in row.table.model.CITIZENS]
        row["due_at"] = min(binding, default=NEVER)

    def veil(self) -> None:
        """As kernel.veil: of a restricted file the texts and the notes are cipher."""
        for row in self.rows:
            if names := getattr(row.table.model, "VEILED", ()):
                texts = json.dumps({name: row[name] for name in names}, ensure_ascii=False)
                row.update(dict.fromkeys(names, ""))
                row["veiled"] = encrypt(texts, f"{row.table.label}.veiled:{row['id']}")
        key = new_file_key()
        if any(entry["note"] for entry in self.entries):
            self.dossier["note_key"] = encrypt(key, f"{self.dossier.table.label}.note_key:{self.id}")
        for entry in self.entries:
            entry["note"] = hidden_note(str(entry["note"]), key, self.id, entry["seq"])

    def seal(self) -> None:
        """Chain the entries, let the sweep tell what is late by now, and hand all rows over to be sent."""
        head = ""
        for entry in self.entries:
            entry["previous"] = head
            entry["hash"] = head = digest_of(HASHED_COLUMNS(entry))
        self.dossier["length"], self.dossier["head"] = len(self.entries), head
        for clocks in self.running.values():
            for clock in clocks.values():
                self.climb(clock, self.ledger.now)
        self.ledger.tables.put(self.rows)
        self.ledger.tables.put(self.entries)


HASHED_COLUMNS = itemgetter(*HASHED)

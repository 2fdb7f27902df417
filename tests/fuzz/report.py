"""What a run of the fuzz has asked and found, collected from all its workers."""

from collections import Counter
from dataclasses import asdict, dataclass, field

SLOWEST = 10


@dataclass
class Tally:
    """What one route was asked, and what it answered."""

    route: str
    people: set[str] = field(default_factory=set)
    answers: Counter = field(default_factory=Counter)
    slowest: tuple[float, str] = (0.0, "")
    fault: str = ""

    def count(self, ask, status: int, seconds: float) -> None:
        self.people.add(ask.who or "nobody")
        self.answers[self.kind_of(status)] += 1
        self.slowest = max(
            self.slowest, (seconds, f"{ask.method} {ask.address[:80]} as {ask.who or 'nobody'}")
        )

    def kind_of(self, status: int) -> str:
        if status >= 500:
            return f"{status} of {self.route}"
        return f"{status // 100}xx" if status else "faults"

    def as_property(self) -> tuple[str, dict]:
        """What pytest carries from a worker to the run."""
        return "fuzz", asdict(self) | {"people": sorted(self.people), "answers": dict(self.answers)}


def print_summary(terminal, seed: str) -> None:
    reports = [report for kind in ("passed", "failed") for report in terminal.getreports(kind)]
    tallies = [found for report in reports for name, found in report.user_properties if name == "fuzz"]
    total = sum((Counter(tally["answers"]) for tally in tallies), Counter())
    pairs = sum(len(tally["people"]) for tally in tallies)
    terminal.section("fuzz")
    terminal.write_line(
        f"{len(tallies)} routes, {pairs} pairs of route and person, {total.total():,} requests"
    )
    terminal.write_line(", ".join(f"{kind} {count:,}" for kind, count in sorted(total.items())))
    terminal.write_line("slowest:")
    for seconds, what in sorted((tally["slowest"] for tally in tallies), reverse=True)[:SLOWEST]:
        terminal.write_line(f"  {seconds * 1000:5.0f} ms {what}")
    for tally in tallies:
        if tally["fault"]:
            terminal.write_line(f"FAULT in {tally['route']}: {tally['fault']}")
            terminal.write_line(f"  again: make fuzz FUZZ_ROUTE={tally['route']} FUZZ_SEED={seed}")

"""What a new centre starts with: categories, outlets, urgencies and channels, with their cue words.

Plain data of domain.md 9.6, read from the files beside this one. Once loaded into the database, the rows there are
what the centre edits and what `cases.suggestion` is given.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Cue:
    """A word or phrase that speaks for (or, with a negative weight, against) something.

    "…" inside a phrase stands for up to eight characters of the same sentence: 欠…工资 finds 欠我们三个月工资.
    """

    word: str
    weight: int


@dataclass(frozen=True, slots=True)
class Category:
    """C01 to C24. `lead` is a unit code, or "township" for the township of the matter; `outlets` best first."""

    code: str
    name: str
    lead: str
    outlets: tuple[str, ...]
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class Outlet:
    """O01 to O20: the way a matter goes. `tell` is what the visitor is told.

    `notice` is the title and `notice_text` the body of the paper that a visitor takes along, where the way leads away
    from the centre. What goes the way of one with a `restriction` is hidden from its first saved word.
    """

    code: str
    name: str
    route: str
    tell: str
    cues: tuple[Cue, ...]
    notice: str = ""
    notice_text: str = ""
    restriction: str = ""


@dataclass(frozen=True, slots=True)
class Urgency:
    level: str
    reason: str
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class RestrictionHint:
    """The words in a story that speak for a restricted matter of a kind, and what whoever types it is told then."""

    kind: str
    hint: str
    cues: tuple[Cue, ...]


@dataclass(frozen=True, slots=True)
class Channel:
    """How a matter came in, and where the petition statistics count it (信访工作条例 17)."""

    code: str
    name: str
    statistics_name: str


def _rows(name: str) -> list[dict]:
    rows = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return [row | {"cues": _cues(row["cues"])} for row in rows]


def _cues(by_weight: dict[str, str]) -> tuple[Cue, ...]:
    """Cue words are kept by weight, separated by blanks: {"5": "欠薪 讨薪", "-3": "工伤"}."""
    return tuple(Cue(word, int(weight)) for weight, words in by_weight.items() for word in words.split())


def categories() -> list[Category]:
    return [Category(**row | {"outlets": tuple(row["outlets"])}) for row in _rows("categories")]


def outlets() -> list[Outlet]:
    return [Outlet(**row) for row in _rows("outlets")]


def urgencies() -> list[Urgency]:
    """Most urgent first; 一般 is what is left when none of them speaks."""
    return [Urgency(**row) for row in _rows("urgencies")]


def restriction_hints() -> list[RestrictionHint]:
    return [RestrictionHint(**row) for row in _rows("restrictions")]


def channels() -> list[Channel]:
    with (HERE / "channels.csv").open(encoding="utf-8", newline="") as file:
        return [Channel(**row) for row in csv.DictReader(file)]


def wordings() -> dict[str, str]:
    """What papers tell people, by the code of the paper."""
    by_code = json.loads((HERE / "wordings.json").read_text(encoding="utf-8"))
    return {code: "\n".join(lines) for code, lines in by_code.items()}

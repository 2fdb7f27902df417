"""What a new centre starts with: areas, units, staff and windows of the demo county.

Townships carry their real codes (GB/T 2260 and the nine-digit codes of 2023-06-30, domain.md 9.3). Villages, grids
and all people are invented, as are the last digits of every telephone. Read from the files beside this one.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PARENT_LENGTHS = (6, 9, 12)


@dataclass(frozen=True, slots=True)
class Area:
    """`level` is county, township, village or grid; the code of the parent is the front of the code."""

    code: str
    name: str
    level: str

    @property
    def parent(self) -> str:
        """The code of the area around this one; empty for the county."""
        return next(
            (self.code[:length] for length in reversed(PARENT_LENGTHS) if length < len(self.code)), ""
        )

    @property
    def path(self) -> str:
        """Codes from the county down, each followed by a slash: "330803/330803103/"."""
        whole = (self.code[:length] for length in PARENT_LENGTHS if length < len(self.code))
        return "".join(f"{code}/" for code in (*whole, self.code))


@dataclass(frozen=True, slots=True)
class Unit:
    """`kind` as in people.models.Unit.Kind; `area` is an area code."""

    code: str
    name: str
    kind: str
    area: str
    phone: str


@dataclass(frozen=True, slots=True)
class Staff:
    """`posts` are pairs of unit code and role slug."""

    username: str
    name: str
    posts: tuple[tuple[str, str], ...]
    speciality: str
    languages: str


@dataclass(frozen=True, slots=True)
class Window:
    """A counter of the hall and the usernames of the three who sit at it."""

    number: int
    name: str
    clerk: str
    mediator: str
    court: str


DEMO = """
clerk clerk2 mediator mediator2 court petitions dispatcher department department2 township township2 grid analyst
commander director leader enforcement discipline sysadmin secadmin auditor guide petitions2 unithead townhead stamp
court2 industry
"""
DEMO_ACCOUNTS = tuple(DEMO.split())
"""The accounts that the start of the program prints (contract.md 3)."""


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def areas() -> list[Area]:
    """Parents before their children."""
    return [Area(**row) for row in _rows("areas")]


def units() -> list[Unit]:
    return [Unit(**row) for row in _rows("units")]


def staff() -> list[Staff]:
    return [
        Staff(**row | {"posts": tuple(tuple(post.split(":")) for post in row["posts"].split(";"))})
        for row in _rows("staff")
    ]


def windows() -> list[Window]:
    return [Window(**row | {"number": int(row["number"])}) for row in _rows("windows")]

"""What a new centre starts with: its rooms for mediation. Invented, as are the people of the demo county."""

import csv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Room:
    """`unit` is a unit code."""

    unit: str
    name: str
    seats: int


def rooms() -> list[Room]:
    with (HERE / "rooms.csv").open(encoding="utf-8", newline="") as file:
        return [Room(**row | {"seats": int(row["seats"])}) for row in csv.DictReader(file)]

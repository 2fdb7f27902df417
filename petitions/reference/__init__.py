"""What a new centre starts with: how the numbers of each unit's letters begin (机关代字). Invented, like the county.

A unit that has none signs with its name.
"""

import csv
from pathlib import Path

HERE = Path(__file__).parent


def letter_codes() -> dict[str, str]:
    """By the code of the unit."""
    with (HERE / "letter_codes.csv").open(encoding="utf-8", newline="") as file:
        return {row["unit"]: row["code"] for row in csv.DictReader(file)}

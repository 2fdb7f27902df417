"""What a new installation starts with: rooms for mediation (invented), conditions and papers of a confirmation."""

import csv
import json
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


def confirmation_terms() -> list[dict[str, str]]:
    """民事诉讼法解释 351 to 358, and 法释〔2011〕5号 3: columns of ConfirmationTerm, in the order of the page."""
    return json.loads((HERE / "confirmation_terms.json").read_text())


def payment_order_claims() -> dict[str, str]:
    """By category: the claims of 劳动争议调解仲裁法 16, for which an unkept agreement leads to 支付令. No others do."""
    return json.loads((HERE / "payment_orders.json").read_text())["claims"]

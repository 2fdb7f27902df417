"""What a new installation starts with: rooms for mediation (invented), conditions and papers of a confirmation, a text
for each kind of dispute, and the words that say nothing definite.

Once loaded, the rows in the database are what the centre edits.
"""

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
    """Columns of ConfirmationTerm, in the order of the page.

    民事诉讼法解释 351 to 358, and 法释〔2011〕5号 3; of labour agreements, 劳动人事争议仲裁办案规则 74 to 78.
    """
    return json.loads((HERE / "confirmation_terms.json").read_text())


def payment_order_claims() -> dict[str, str]:
    """By category: the claims of 劳动争议调解仲裁法 16, for which an unkept agreement leads to 支付令. No others do."""
    return json.loads((HERE / "payment_orders.json").read_text())["claims"]


def agreement_templates() -> list[dict]:
    """By kind of dispute: name, the categories of matters it fits, and texts, a line in an array each."""
    rows = json.loads((HERE / "agreement_templates.json").read_text(encoding="utf-8"))
    return [{key: "\n".join(value) if key in TEXTS else value for key, value in row.items()} for row in rows]


def filing_terms() -> dict[str, list[str]]:
    """By kind of FilingTerm: how hard a matter was, how long a file is kept. Customary words, no provision."""
    return json.loads((HERE / "filing_terms.json").read_text(encoding="utf-8"))


def grades() -> list[dict[str, str]]:
    """The four grades that the Ministry of Justice knows, the highest first. Criteria are the centre's to fill in."""
    return json.loads((HERE / "grades.json").read_text(encoding="utf-8"))


TEXTS = frozenset({"facts", "duties", "terms", "performance"})
VAGUE_WORDS = "尽快 及时 适当 适量 酌情 合理 早日 有条件时 条件允许 尽量 尽力 近期 若干 一定 相应 视情况"

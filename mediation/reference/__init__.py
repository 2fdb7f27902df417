"""What a centre starts with for agreements: a text for each kind of dispute, and the words that say nothing definite.

Once loaded, the rows in the database are what the centre edits.
"""

import json
from pathlib import Path

HERE = Path(__file__).parent


def agreement_templates() -> list[dict]:
    """By kind of dispute: name, the categories of matters it fits, and texts, a line in an array each."""
    rows = json.loads((HERE / "agreement_templates.json").read_text(encoding="utf-8"))
    return [{key: "\n".join(value) if key in TEXTS else value for key, value in row.items()} for row in rows]


TEXTS = frozenset({"facts", "duties", "terms", "performance"})
VAGUE_WORDS = "尽快 及时 适当 适量 酌情 合理 早日 有条件时 条件允许 尽量 尽力 近期 若干 一定 相应 视情况"

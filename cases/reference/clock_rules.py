"""The centre's own small steps that no law sets a time for: practice, to be set as each centre likes."""

from dataclasses import replace

from kernel.reference.clock_rules import EVERYDAY, LONG_AGO, WORKING_DAY, ClockRuleRow, rule

PRACTICE = "中心内部规定（建议值，可设定）"


def clock_rules() -> list[ClockRuleRow]:
    """Nobody gets a card for these: heads are reminded, then it is reported."""
    rows = [
        rule("card.judge", "审核督办回复", PRACTICE, "收到督办回复", 3, WORKING_DAY, since=LONG_AGO),
        rule("request.decide_objection", "答复异议", PRACTICE, "收到异议", 2, WORKING_DAY, since=LONG_AGO),
    ]
    return [replace(row, rungs=EVERYDAY) for row in rows]

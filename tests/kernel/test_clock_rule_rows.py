from decimal import Decimal

import pytest

from kernel.reference.clock_rules import clock_rules

RULES = {row.code: row for row in clock_rules()}
CODES = """
petition.transfer petition.inform petition.inform_transferred petition.object petition.handle petition.ask_review
petition.review petition.ask_rereview petition.rereview mediation.mediate mediation.ask_confirmation
court.accept_confirmation court.review_confirmation labour.accept labour.award wages.accept wages.finish review.ask
review.decide mediation.mediate.labour mediation.mediate.referred_before mediation.mediate.referred_after
"""


def test_every_code_of_the_contract_is_there_once():
    assert len(RULES) == len(clock_rules())
    assert set(CODES.split()) <= RULES.keys()
    for step in ("accept", "finish"):
        for level in "234":
            assert {f"event.{step}.{level}.一般", f"event.{step}.{level}.紧急"} <= RULES.keys()


@pytest.mark.parametrize(
    ("code", "length", "unit", "extension"),
    [
        ("petition.transfer", 15, "calendar_day", 0),
        ("petition.object", 5, "working_day", 0),
        ("petition.handle", 60, "calendar_day", 30),
        ("mediation.mediate", 30, "calendar_day", 30),
        ("mediation.mediate.labour", 15, "calendar_day", 0),
        ("court.review_confirmation", 15, "calendar_day", 10),
        ("labour.award", 45, "calendar_day", 15),
        ("wages.finish", 60, "working_day", 30),
        ("review.decide", 60, "calendar_day", 30),
        ("event.accept.3.紧急", Decimal("0.5"), "hour", 0),
        ("event.accept.4.一般", 1, "working_day", 0),
        ("event.finish.4.一般", 10, "working_day", 5),
        ("event.finish.4.紧急", 48, "hour", 24),
        ("case.take", 2, "working_day", 0),
        ("court.handle", 10, "working_day", 0),
    ],
)
def test_lengths_are_those_of_the_law(code, length, unit, extension):
    row = RULES[code]
    assert (row.length, row.unit, row.extension_max) == (length, unit, extension)


def test_last_days_roll_for_courts_labour_and_review_only():
    assert RULES["mediation.ask_confirmation"].rolls
    for code, row in RULES.items():
        if row.unit == "calendar_day" and code.split(".")[0] in {"court", "labour", "review"}:
            assert row.rolls, code
        if code.startswith(("petition.", "mediation.mediate", "event.")):
            assert not row.rolls, code


def test_only_a_rereview_among_petitions_can_be_paused():
    pausable = {code for code, row in RULES.items() if row.pausable and code.startswith("petition.")}
    assert pausable == {"petition.rereview"}


def test_an_extension_has_an_approver_and_every_rule_a_basis_and_a_start():
    for row in RULES.values():
        assert bool(row.extension_max) == bool(row.extension_approver), row.code
        assert row.legal_basis
        assert row.start_event
        assert len(row.code) <= 60
        assert len(row.name) <= 60
        assert len(row.legal_basis) <= 200

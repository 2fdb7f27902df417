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
OF_OTHER_OUTLETS = """
aid.review aid.assign court.protect court.protect.urgent court.payment_order court.try court.try.summary court.try.small
injury.decide injury.decide.clear land.accept land.award land.sue market.accept market.mediate mediation.mediate.medical
mediation.mediate.traffic petition.accept.simple petition.handle.simple review.accept review.decide.simple
event.finish.1.一般 event.finish.1.紧急 event.accept.5.一般 event.accept.5.紧急
"""


def test_every_code_of_the_contract_is_there_once():
    assert len(RULES) == len(clock_rules())
    assert set(CODES.split()) <= RULES.keys()
    for step in ("accept", "finish"):
        for level in "234":
            assert {f"event.{step}.{level}.一般", f"event.{step}.{level}.紧急"} <= RULES.keys()


def test_the_clocks_of_every_outlet_are_there():
    assert set(OF_OTHER_OUTLETS.split()) <= RULES.keys()


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
        ("court.try", 6, "month", 6),
        ("court.try.summary", 3, "month", 1),
        ("court.try.small", 2, "month", 1),
        ("court.payment_order", 15, "calendar_day", 0),
        ("court.protect", 72, "hour", 0),
        ("court.protect.urgent", 24, "hour", 0),
        ("aid.review", 7, "calendar_day", 0),
        ("aid.assign", 3, "calendar_day", 0),
        ("injury.decide", 60, "calendar_day", 0),
        ("injury.decide.clear", 15, "calendar_day", 0),
        ("market.accept", 7, "working_day", 0),
        ("market.mediate", 45, "working_day", 0),
        ("land.accept", 5, "working_day", 0),
        ("land.award", 60, "calendar_day", 30),
        ("land.sue", 30, "calendar_day", 0),
        ("review.accept", 5, "working_day", 0),
        ("review.decide.simple", 30, "calendar_day", 0),
        ("mediation.mediate.traffic", 10, "calendar_day", 0),
        ("petition.accept.simple", 3, "working_day", 0),
        ("petition.handle.simple", 10, "working_day", 0),
        ("event.finish.1.一般", 0, "calendar_day", 0),
        ("event.accept.5.紧急", Decimal("0.25"), "hour", 0),
    ],
)
def test_lengths_are_those_of_the_law(code, length, unit, extension):
    row = RULES[code]
    assert (row.length, row.unit, row.extension_max) == (length, unit, extension)


def test_last_days_roll_for_courts_labour_and_review_only():
    assert RULES["mediation.ask_confirmation"].rolls
    for code, row in RULES.items():
        if row.unit in {"calendar_day", "month"} and code.split(".")[0] in {"court", "labour", "review"}:
            assert row.rolls, code
        if code.startswith(("petition.", "mediation.mediate", "event.")):
            assert not row.rolls, code


def test_only_a_rereview_among_petitions_can_be_paused():
    pausable = {code for code, row in RULES.items() if row.pausable and code.startswith("petition.")}
    assert pausable == {"petition.rereview"}


def test_what_is_not_beyond_doubt_is_marked_as_a_suggestion():
    suggested = {code for code, row in RULES.items() if "建议值，可设定" in row.legal_basis}
    assert suggested == {
        "petition.accept.simple",
        "petition.handle.simple",
        "mediation.mediate.traffic",
        "mediation.mediate.administrative",
        "arbitration.accept",
        *(code for code in RULES if code.startswith("event.")),
    }


def test_an_extension_has_an_approver_and_every_rule_a_basis_and_a_start():
    for row in RULES.values():
        assert bool(row.extension_max) == bool(row.extension_approver), row.code
        assert row.legal_basis
        assert row.start_event
        assert len(row.code) <= 60
        assert len(row.name) <= 60
        assert len(row.legal_basis) <= 200

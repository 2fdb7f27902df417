"""Story P2, points 4 and 6: three instalments, three signatures, the stamp, and the last payment late."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine

from cases import escalation
from cases import services as cases
from cases.models import FollowUp
from cases.states import Outcome
from cases.states import State as RoundState
from kernel.editing import seen_token
from kernel.models import Notification
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Agreement
from mediation.states import AgreementState, CheckItem, PayWay, PerformanceState, State
from people.models import Unit
from people.roles import Role
from tests.factories import UnitFactory, UserFactory
from tests.mediation.factories import (
    TEXTS,
    CommitteeFactory,
    drafted_in_parts,
    mediator_of,
    sign,
    waiting_case,
    with_rules,
)

PARTS = (("4806.05", date(2026, 9, 4)), ("4000", date(2026, 9, 30)), ("4000", date(2026, 10, 30)))


def at(day: str, hour: int = 10) -> datetime:
    return datetime.fromisoformat(f"2026-{day}T{hour:02}:00").replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def people(centre):
    with_rules()
    committee = CommitteeFactory()
    return {
        "mediator": mediator_of(committee, name="连翠英"),
        "keeper": UserFactory(post=(Role.STAMP_KEEPER, committee)),
        "clerk": UserFactory(post=(Role.CLERK, centre)),
        "committee": committee,
    }


@pytest.fixture
def centre():
    return Unit.objects.filter(kind=Unit.Kind.CENTRE).first() or UnitFactory(centre=True)


def token(agreement):
    return seen_token(agreement, "edit_agreement", Agreement.SHOWN)


def pay(performance, amount, by, on):
    services.record_payment(performance, by=by, amount=Decimal(amount), paid_on=on, way=PayWay.TRANSFER)


def test_the_ceiling_is_settled_on_the_day_of_the_stamp_and_the_late_payment_moves_nothing(people, centre):
    mediator, keeper, clerk = people["mediator"], people["keeper"], people["clerk"]

    with time_machine.travel(at("08-17"), tick=False):
        mediation = services.accept(waiting_case(people["committee"]).rounds.get(), by=mediator)
        cases.grant_sight(mediation.case, centre, "holds")
    with time_machine.travel(at("09-04", 15), tick=False):
        agreement = drafted_in_parts(mediation, PARTS)
        services.submit_agreement(agreement, by=mediator, checked=CheckItem.values)
        applicant, respondent, firm, own = agreement.signatures.all()
        sign(agreement, applicant)
        sign(agreement, respondent)
    assert agreement.amount_in_capitals == "人民币壹万贰仟捌佰零陆元零伍分"
    assert [one.amount_in_figures for one in agreement.instalments.all()] == [
        "4,806.05",
        "4,000.00",
        "4,000.00",
    ]

    with time_machine.travel(at("09-05"), tick=False):
        sign(agreement, firm)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.SIGNING, (
        "two signed on the 4th, the firm on the 5th: not in force"
    )

    with time_machine.travel(at("09-07"), tick=False):
        sign(agreement, own)
        services.set_stamp(agreement, by=keeper, stamped_on=date(2026, 9, 7))
        agreement.refresh_from_db()
        mediation.refresh_from_db()
        assert (agreement.state, agreement.in_force_on) == (AgreementState.IN_FORCE, date(2026, 9, 7))
        assert agreement.number.startswith("（2026）衢江人调字第")
        assert agreement.digest() == agreement.content_hash
        assert mediation.state == State.AGREED
        with pytest.raises(MoveRefused):
            services.edit_agreement(agreement, by=mediator, seen=token(agreement), **TEXTS)
        first, second, third = agreement.performances.all()
        pay(first, "4806.05", mediator, date(2026, 9, 4))
        ended = mediation.ended_at
    assert (ended.date() - mediation.opened_at.date()).days == 21

    with time_machine.travel(at("09-10"), tick=False):
        round = mediation.round
        cases.follow_up(round, by=clerk, way=FollowUp.Way.PHONE, said="按期履行中", promise_kept=True)
        assert (round.state, round.outcome) == (RoundState.CLOSED, Outcome.AGREEMENT)
    with time_machine.travel(at("09-29"), tick=False):
        pay(second, "4000", mediator, date(2026, 9, 29))

    about_third = Notification.objects.filter(text__contains="逾期", subject_id=third.pk)
    with time_machine.travel(at("10-30", 23), tick=False):
        escalation.sweep(at("10-30", 23))
        assert third.late_from is None
        assert not about_third.exists()
    with time_machine.travel(at("10-31", 1), tick=False):
        escalation.sweep(at("10-31", 1))
        escalation.sweep(at("10-31", 9))
        assert third.late_from == date(2026, 10, 31)
        assert third.shown_state == "逾期"
    with time_machine.travel(at("11-02"), tick=False):
        services.remind_party(third, by=mediator, whom=third.instalment.payer, said="答应明天转账")
    with time_machine.travel(at("11-03"), tick=False):
        pay(third, "4000", mediator, date(2026, 11, 3))
        escalation.sweep(at("11-03"))

    third.refresh_from_db()
    assert (third.state, third.kept_on) == (PerformanceState.KEPT, date(2026, 11, 3))
    assert third.shown_state == "履行完毕"
    assert third.late_from == date(2026, 10, 31)
    assert [message.to for message in about_third] == [mediator], "one reminder to the mediator"
    assert third.history.filter(verb="remind_party").count() == 1, "and one to the party"
    mediation.refresh_from_db()
    assert mediation.ended_at == ended
    assert not agreement.performances.outstanding().exists()

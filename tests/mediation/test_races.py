"""Two people press at once, against the real database: one has it, the other is told, the history is true."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Agreement, Mediation, Room, SessionPlan
from mediation.states import AgreementState, Way
from tests.mediation.factories import accepted, planned, soon, submitted, waiting_case


def at_once(*presses) -> list[str]:
    """Let all press in the same moment; what each was told, empty where it was done."""
    together = threading.Barrier(len(presses))
    told: list[str] = []

    def press(do):
        together.wait()
        try:
            do()
            told.append("")
        except MoveRefused as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[do]) for do in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


@pytest.mark.django_db(transaction=True)
def test_of_two_mediators_who_accept_at_once_one_mediates(committee, mediator, colleague):
    case = waiting_case(committee)
    told = at_once(
        lambda: services.accept(case.latest_round(), by=mediator),
        lambda: services.accept(case.latest_round(), by=colleague),
    )
    assert told[0] == ""
    assert "办理中" in told[1]
    mediation = Mediation.objects.get(case=case)
    assert mediation.round.handler == mediation.mediator
    assert [entry.verb for entry in mediation.dossier.entries.order_by("seq")].count("accept") == 1


@pytest.mark.django_db(transaction=True)
def test_of_a_signature_and_a_withdrawal_at_once_either_comes_first_and_both_tell_the_truth(
    committee, mediator
):
    agreement = submitted(accepted(mediator, committee))
    place = agreement.signatures.first()

    def sign():
        services.sign_agreement(
            Agreement.objects.get(pk=agreement.pk),
            by=mediator,
            signature=place,
            way=Way.HAND,
            signed_on=timezone.localdate(),
        )

    def withdraw():
        services.revise_agreement(Agreement.objects.get(pk=agreement.pk), by=mediator, note="当事人不同意")

    told = at_once(sign, withdraw)
    agreement.refresh_from_db()
    place.refresh_from_db()
    verbs = [entry.verb for entry in agreement.history.order_by("seq")]
    assert agreement.state == AgreementState.WITHDRAWN
    assert bool(place.signed_on) == ("sign_agreement" in verbs)
    if "sign_agreement" in verbs:
        assert told == ["", ""]
        assert verbs.index("sign_agreement") < verbs.index("revise_agreement")
    else:
        assert "不能登记签名" in told[1]
    assert not agreement.mediation.agreements.get(version=2).signatures.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_one_room_at_once_one_has_it(centre, mediator, colleague):
    room = Room.objects.get_or_create(unit=centre, name="第一调解室")[0]
    mine, theirs = accepted(mediator), accepted(colleague)
    at = soon()
    for hour in range(12):
        begins_at = at + timedelta(hours=3 * hour)
        told = at_once(
            lambda begins_at=begins_at: planned(mine, begins_at=begins_at, room=room, place=""),
            lambda begins_at=begins_at: planned(
                theirs, begins_at=begins_at + timedelta(minutes=30), room=room, place=""
            ),
        )
        assert told[0] == ""
        assert "在这段时间已经约出" in told[1]
    assert SessionPlan.objects.count() == 12
    for mediation in (mine, theirs):
        assert mediation.history.filter(verb="plan_session").count() == mediation.plans.count()

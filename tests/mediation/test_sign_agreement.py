"""One signature at a time."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Agreement, Signature
from mediation.states import AgreementState, Way
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import (
    CommitteeFactory,
    accepted,
    drafted,
    mediator_of,
    sign,
    submitted,
    with_rules,
)


@pytest.fixture
def agreement(mediation):
    return submitted(mediation)


@pytest.fixture
def place(agreement):
    return agreement.signatures.first()


def test_a_signature_is_noted_with_day_and_way_and_by_whom(agreement, place, mediation):
    sign(agreement, place)
    place.refresh_from_db()
    assert (place.signed_on, place.way, place.noted_by) == (
        timezone.localdate(),
        Way.HAND,
        mediation.mediator,
    )
    entry = agreement.history.get(verb="sign_agreement")
    assert entry.note == "申请人：签名"
    assert entry.details["signature"] == place.pk
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.SIGNING


def test_a_second_signature_of_the_same_party_is_refused(agreement, place):
    sign(agreement, place)
    with pytest.raises(MoveRefused, match="已于"):
        sign(agreement, place)


def test_a_draft_cannot_be_signed(mediation):
    agreement = drafted(mediation)
    place = Signature.objects.create(agreement=agreement, party=mediation.case.parties.first(), name="陈素芬")
    with pytest.raises(MoveRefused, match="草拟中"):
        sign(agreement, place)


def test_the_mediator_signs_in_person(agreement, colleague):
    place = agreement.signatures.get(party=None)
    with pytest.raises(MoveRefused, match="须由本人"):
        services.sign_agreement(
            agreement, by=colleague, signature=place, way=Way.HAND, signed_on=timezone.localdate()
        )


def test_a_colleague_may_note_the_signature_of_a_party(agreement, place, colleague):
    services.sign_agreement(
        agreement, by=colleague, signature=place, way=Way.FINGER, signed_on=timezone.localdate()
    )
    place.refresh_from_db()
    assert place.noted_by == colleague


def test_strangers_and_clerks_note_no_signature(agreement, place, stranger, committee):
    for somebody in (stranger, UserFactory(post=(Role.CLERK, committee))):
        with pytest.raises(MoveRefused):
            services.sign_agreement(
                agreement, by=somebody, signature=place, way=Way.HAND, signed_on=timezone.localdate()
            )


@pytest.mark.parametrize("days", [-1, 1])
def test_the_day_lies_between_the_beginning_and_today(agreement, place, days):
    with pytest.raises(MoveRefused, match="日期"):
        sign(agreement, place, on=timezone.localdate() + timedelta(days=days))


def test_a_failure_half_way_leaves_nothing(agreement, place, monkeypatch):
    monkeypatch.setattr(
        "mediation.services.agreements.take_effect_when_complete", lambda *args, **kwargs: 1 / 0
    )
    with pytest.raises(ZeroDivisionError):
        sign(agreement, place)
    place.refresh_from_db()
    assert place.signed_on is None
    assert not agreement.history.filter(verb="sign_agreement").exists()


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_sign_once():
    with_rules()
    mediation = accepted(mediator_of(CommitteeFactory()))
    agreement = submitted(mediation)
    place = agreement.signatures.first()
    start, refused = threading.Barrier(2), []

    def press():
        start.wait()
        try:
            sign(Agreement.objects.get(pk=agreement.pk), place)
        except MoveRefused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(refused) == 1
    assert agreement.history.filter(verb="sign_agreement").count() == 1


def test_the_page_signs_one_by_one_and_says_what_is_missing(client, agreement, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:sign_agreement", args=[agreement.pk])
    for left in (3, 2, 1, 0):
        place = agreement.signatures.filter(signed_on=None).first()
        given = {"signature": place.pk, "way": "hand", "signed_on": timezone.localdate().isoformat()}
        answer = client.post(url, given, follow=True)
        assert answer.status_code == 200
        assert agreement.signatures.filter(signed_on=None).count() == left
    assert "还缺：调解委员会印章" in answer.content.decode()


def test_the_page_offers_the_mediators_place_to_the_mediator_alone(client, agreement, mediation, colleague):
    url = reverse("mediation:sign_agreement", args=[agreement.pk])
    client.force_login(mediation.mediator)
    assert "调解员 连翠英" in client.get(url).content.decode()
    client.force_login(colleague)
    assert "调解员 连翠英" not in client.get(url).content.decode()


def test_a_refused_signature_keeps_the_form_and_says_why(client, agreement, place, mediation):
    client.force_login(mediation.mediator)
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    given = {"signature": place.pk, "way": "hand", "signed_on": yesterday}
    answer = client.post(reverse("mediation:sign_agreement", args=[agreement.pk]), given)
    assert answer.status_code == 409
    assert yesterday in answer.content.decode()
    assert "日期不能早于" in answer.content.decode()


def test_the_history_says_which_side_signed_and_no_name(agreement, place, mediation):
    sign(agreement, place)
    note = mediation.case.dossier.entries.filter(verb="sign_agreement").last().note
    assert note == f"{place.party.get_side_display()}：{Way.HAND.label}"
    assert place.name not in note

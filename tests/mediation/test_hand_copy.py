"""Copies of the agreement: one for each party and one for the committee, each handed over once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import AgreementCopy
from mediation.states import HandedBy
from tests.mediation.factories import TEXTS, in_force


@pytest.fixture
def settled(mediation, keeper):
    in_force(mediation, keeper)
    return mediation


def hand(mediation, party, by=None, on=None):
    return services.hand_copy(
        mediation,
        by=by or mediation.mediator,
        party=party,
        way=HandedBy.PERSON,
        handed_on=on or timezone.localdate(),
    )


def test_each_party_and_the_committee_receive_one_and_history_says_who(settled):
    party = settled.case.parties.first()
    hand(settled, party)
    hand(settled, None)
    assert [copy.party for copy in AgreementCopy.objects.all()] == [party, None]
    notes = [entry.note for entry in settled.history.filter(verb="hand_copy").order_by("seq")]
    assert notes == [party.masked, "调解委员会留存"]


def test_nobody_receives_two_and_none_before_the_agreement_binds(settled):
    party = settled.case.parties.first()
    with pytest.raises(MoveRefused, match="生效后才能送达"):
        hand(settled, party, on=timezone.localdate() - timedelta(days=1))
    hand(settled, party)
    with pytest.raises(MoveRefused, match="已经领取"):
        hand(settled, party)
    copy = AgreementCopy.objects.get()
    with pytest.raises(IntegrityError, match="copy_once_for_each"), transaction.atomic():
        AgreementCopy.objects.create(
            agreement=copy.agreement,
            party=party,
            handed_on=copy.handed_on,
            way=copy.way,
            noted_by=copy.noted_by,
        )


def test_none_is_handed_over_while_talks_go_on_or_by_strangers(mediation, keeper, stranger):
    with pytest.raises(MoveRefused, match="调解中"):
        hand(mediation, None)
    in_force(mediation, keeper)
    with pytest.raises(MoveRefused, match="没有权限"):
        hand(mediation, None, by=stranger)


def test_an_oral_agreement_has_no_copies(mediation):
    services.record_oral_agreement(mediation, by=mediation.mediator, agreed_on=timezone.localdate(), **TEXTS)
    with pytest.raises(MoveRefused, match="第二十八条"):
        hand(mediation, None)


def test_a_failure_half_way_leaves_nothing(settled, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        hand(settled, None)
    assert not AgreementCopy.objects.exists()


def test_the_page_hands_over_and_the_agreement_shows_it(client, settled):
    client.force_login(settled.mediator)
    url = reverse("mediation:hand_copy", args=[settled.pk])
    assert "调解委员会留存" in client.get(url).content.decode()
    party = settled.case.parties.first()
    given = {"party": party.pk, "way": "post", "handed_on": timezone.localdate()}
    assert client.post(url, given).status_code == 302
    page = client.get(reverse("mediation:detail", args=[settled.pk])).content.decode()
    assert "协议书送达" in page
    assert "邮寄" in page

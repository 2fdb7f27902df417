"""From the draft to the paper that lies out for signing, and back."""

import json

import pytest
from django.urls import reverse

from cases.models import Party
from cases.states import Side
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Signature
from mediation.states import AgreementState, CheckItem, State
from tests.factories import PersonFactory
from tests.mediation.factories import TEXTS, drafted, sign_all, submitted


def test_all_parties_and_the_mediator_have_a_place_to_sign(mediation):
    agreement = submitted(mediation)
    assert agreement.state == AgreementState.SIGNING
    assert agreement.mediation.state == State.SIGNING
    assert [place.name for place in agreement.signatures.all()] == [
        "陈素芬",
        "周启航",
        "衢州市安澜物业有限公司",
        "连翠英",
    ]


def test_the_papers_of_the_parties_are_kept_as_they_are_now(mediation):
    agreement = submitted(mediation)
    party = mediation.case.parties.first()
    party.person.address = "已搬到别处"
    party.person.save()
    kept = json.loads(agreement.signatures.get(party=party).details.plain)
    assert kept["address"] == "浮石街道百汇路 8 号 402 室"
    assert kept["id_number"] == "330803195803084527"


def test_of_a_side_with_representatives_only_these_sign(mediation):
    case = mediation.case
    for name in ("工人甲", "工人乙"):
        Party.objects.create(
            case=case, side=Side.APPLICANT, person=PersonFactory(name=name), name=name, is_representative=True
        )
    names = [party.name for party in services.signatories(case)]
    assert names == ["周启航", "衢州市安澜物业有限公司", "工人甲", "工人乙"]


def test_an_agreement_of_one_party_is_none(mediation):
    mediation.case.parties.exclude(side=Side.APPLICANT).delete()
    agreement = drafted(mediation)
    with pytest.raises(MoveRefused, match="双方当事人"):
        services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.DRAFTED


def test_only_the_mediator_in_charge_submits_and_only_once(mediation, colleague):
    agreement = drafted(mediation)
    with pytest.raises(MoveRefused):
        services.submit_agreement(agreement, by=colleague, checked=CheckItem.values)
    services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
    with pytest.raises(MoveRefused, match="签署中"):
        services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)


def test_a_failure_half_way_leaves_nothing(mediation, monkeypatch):
    agreement = drafted(mediation)
    monkeypatch.setattr("mediation.services.agreements.begin_signing", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.DRAFTED
    assert not Signature.objects.exists()


def test_the_page_shows_the_text_and_submits(client, mediation):
    agreement = drafted(mediation)
    client.force_login(mediation.mediator)
    url = reverse("mediation:submit_agreement", args=[agreement.pk])
    assert "双方不再为此事发生争执" in client.get(url).content.decode()
    assert client.post(url, {"checked": CheckItem.values}).url == reverse(
        "mediation:sign_agreement", args=[agreement.pk]
    )


def test_a_revised_agreement_is_a_new_version_without_signatures_and_the_old_one_stays(mediation):
    old = submitted(mediation)
    sign_all(old, but=1)
    new = services.revise_agreement(old, by=mediation.mediator, note="周启航要求改期")
    old.refresh_from_db()
    mediation.refresh_from_db()
    assert (old.state, new.state, new.version) == (AgreementState.WITHDRAWN, AgreementState.DRAFTED, 2)
    assert new.terms == TEXTS["terms"]
    assert old.signatures.exclude(signed_on=None).count() == 3
    assert not new.signatures.exists()
    assert mediation.state == State.MEDIATING
    assert old.history.get(verb="revise_agreement").note == "周启航要求改期"


def test_revising_is_refused_to_a_colleague_and_to_a_draft(mediation, colleague):
    agreement = drafted(mediation)
    with pytest.raises(MoveRefused, match="草拟中"):
        services.revise_agreement(agreement, by=mediation.mediator, note="…")
    services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
    with pytest.raises(MoveRefused):
        services.revise_agreement(agreement, by=colleague, note="…")


def test_a_revision_that_fails_half_way_leaves_nothing(mediation, monkeypatch):
    agreement = submitted(mediation)
    monkeypatch.setattr("mediation.services.agreements.resume_talks", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.revise_agreement(agreement, by=mediation.mediator, note="…")
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.SIGNING


def test_the_page_revises_and_leads_to_the_new_draft(client, mediation):
    agreement = submitted(mediation)
    client.force_login(mediation.mediator)
    url = reverse("mediation:revise_agreement", args=[agreement.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"note": "金额写错"})
    new = mediation.agreements.get(version=2)
    assert answer.url == reverse("mediation:edit_agreement", args=[new.pk])

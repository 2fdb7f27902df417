"""A mediator says himself that he is too near to somebody, and what the files know of it."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import interests, services
from mediation.models import MediatorChange
from mediation.states import ChangeState
from people.roles import Restriction
from tests.factories import PersonFactory
from tests.mediation.factories import accepted, in_force, interest_declared, mediator_of, waiting_case


def test_it_waits_for_the_head_who_is_told_without_a_word_of_the_matter(mediation, head):
    change = interest_declared(mediation)
    assert (change.state, change.mediator, change.party) == (ChangeState.ASKED, mediation.mediator, None)
    entry = change.history.last()
    assert (entry.verb, entry.by) == ("declare_interest", mediation.mediator)
    told = head.notifications.get()
    assert mediation.case.number in told.text
    assert mediation.case.title not in told.text
    assert change.dossier_id == mediation.dossier_id


def test_only_the_mediator_in_charge_declares_and_once(mediation, colleague, stranger, head):
    for somebody in (colleague, stranger, head):
        with pytest.raises(MoveRefused):
            services.declare_interest(mediation, by=somebody, interest="kin", reason="亲属")
    interest_declared(mediation)
    with pytest.raises(MoveRefused, match="不必重复"):
        interest_declared(mediation)


def test_after_the_end_it_is_too_late(mediation, keeper):
    in_force(mediation, keeper)
    with pytest.raises(MoveRefused, match="已经结束"):
        interest_declared(mediation)


def test_a_failure_half_way_leaves_nothing(mediation, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        interest_declared(mediation)
    assert not MediatorChange.objects.exists()


def test_a_decision_has_a_decider_and_a_grant_a_mediator(mediation, head):
    change = interest_declared(mediation)
    for columns in ({"decided_by": head}, {"to": head}, {"state": ChangeState.GRANTED, "decided_by": head}):
        with pytest.raises(IntegrityError), transaction.atomic():
            MediatorChange.objects.filter(pk=change.pk).update(**columns)


def test_in_a_restricted_matter_the_reason_is_cipher(mediator):
    interest_declared(accepted(mediator, restriction=Restriction.VIOLENCE))
    assert MediatorChange.objects.filter(reason="").exists()
    assert MediatorChange.objects.get().reason == "被申请人是我外甥"


def test_the_files_tell_of_name_home_unit_and_earlier_matters(committee):
    namesake = mediator_of(committee, name="周启航")
    PersonFactory(name="周启航", address="浮石街道百汇路 8 号 402 室")
    earlier = accepted(namesake)
    person = earlier.case.parties.first().person
    mediation = accepted(namesake, category=earlier.case.category)
    party = mediation.case.parties.first()
    type(party).objects.filter(pk=party.pk).update(person=person)
    firm = mediation.case.parties.last()
    type(firm).objects.filter(pk=firm.pk).update(name=committee.name)
    found = "".join(interests.interests_found(mediation.case, namesake))
    assert "与调解员同名" in found
    assert "住址相同" in found
    assert "调解员所在单位" in found
    assert "以前 1 件调解的当事人" in found
    assert "周启航" not in found


def test_nothing_is_found_of_strangers(committee, mediator):
    mediation = services.accept(waiting_case(committee).rounds.get(), by=mediator)
    assert interests.interests_found(mediation.case, mediator) == []


def test_what_was_found_is_for_the_mediator_and_who_decides(client, mediation, colleague, head):
    party = mediation.case.parties.first()
    type(party).objects.filter(pk=party.pk).update(name=mediation.mediator.name)
    address = reverse("mediation:detail", args=[mediation.pk])
    for user, sees in ((mediation.mediator, True), (head, True), (colleague, False)):
        client.force_login(user)
        assert ("与调解员同名" in client.get(address).content.decode()) is sees


def test_the_page_declares(client, mediation, head):
    client.force_login(mediation.mediator)
    url = reverse("mediation:declare_interest", args=[mediation.pk])
    assert "近亲属" in client.get(url).content.decode()
    page = client.post(url, {"interest": "kin", "reason": "外甥"}, follow=True).content.decode()
    assert "已申请回避" in page
    assert "待决定" in page


def test_the_page_is_forbidden_to_colleagues(client, mediation, colleague):
    client.force_login(colleague)
    assert client.get(reverse("mediation:declare_interest", args=[mediation.pk])).status_code == 403

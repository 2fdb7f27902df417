"""Parties of today's mediations check in at the guide's desk; once both are there, the mediator knows."""

import pytest
from django.urls import reverse

from cases.states import Route, Side
from intake import services
from kernel.models import Notification
from kernel.moves import MoveRefused
from people.models import Unit
from people.roles import Role
from tests.factories import CaseFactory, PersonFactory, UserFactory
from tests.intake.factories import outlet


@pytest.fixture
def committee():
    return Unit.objects.get(code="committee")


@pytest.fixture
def case(committee, centre):
    """A mediation of a committee that the centre registered."""
    case = CaseFactory(unit=committee, outlet=outlet(Route.MEDIATION), applicant=PersonFactory(name="王冬梅"))
    case.parties.create(side=Side.RESPONDENT, name="和田物业")
    services.cases.grant_sight(case, centre, "opened")
    case.refresh_from_db()
    return case


def test_both_sides_check_in_and_the_mediator_knows(client, guide, case, committee):
    mediator = UserFactory(post=(Role.MEDIATOR, committee))
    client.force_login(guide)
    answer = client.get(reverse("intake:check_ins"), {"q": case.number})
    assert answer.url == reverse("intake:check_in", args=[case.pk])
    page = client.get(answer.url).content.decode()
    assert "王*" in page
    assert "王冬梅" not in page
    for party in case.parties.all():
        client.post(answer.url, {"party": party.pk})
    told = Notification.objects.filter(to=mediator).order_by("pk").values_list("text", flat=True)
    assert list(told) == [f"申请人已到：{case.number}", f"双方已到：{case.number}"]
    assert case.history.filter(verb="check_in").count() == 2
    assert case.number in client.get(reverse("intake:check_ins")).content.decode()


def test_a_party_checks_in_once_a_day_and_only_with_people_of_the_hall(guide, stranger, case, centre):
    party = case.parties.first()
    services.check_in(case, by=guide, unit=centre, party=party)
    with pytest.raises(MoveRefused, match="已登记到场"):
        services.check_in(case, by=guide, unit=centre, party=party)
    with pytest.raises(MoveRefused):
        services.check_in(case, by=stranger, unit=centre, party=case.parties.last())


def test_an_unknown_number_is_named(client, guide):
    client.force_login(guide)
    assert "没有找到" in client.get(reverse("intake:check_ins"), {"q": "2026-999999"}).content.decode()

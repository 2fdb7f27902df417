"""An accusation among ordinary petitions goes to the discipline body and is hidden in the same breath (22(2), 30)."""

import pytest
from django.urls import reverse

from cases.models import Case
from cases.states import Route, State
from kernel.models import Notification
from kernel.moves import MoveRefused
from people.models import Unit
from people.roles import Restriction, Role
from petitions import services
from petitions.models import Registration
from tests.factories import UnitFactory, UserFactory
from tests.petitions.fixtures import register


@pytest.fixture
def discipline():
    return UnitFactory(kind=Unit.Kind.DISCIPLINE, name="试验纪委")


@pytest.fixture
def investigator(discipline):
    return UserFactory(post=(Role.DISCIPLINE, discipline))


def test_it_waits_for_the_discipline_desk_and_nobody_else_sees_it(
    handling, officer, clerk, discipline, investigator
):
    director = UserFactory(post=(Role.DIRECTOR, clerk.posts.get().unit))
    services.hand_to_discipline(handling, by=officer, unit=discipline)
    case = Case.objects.get(pk=handling.case_id)
    assert case.restriction == Restriction.ACCUSATION
    assert (case.state, case.route, case.unit) == (State.ROUTED, Route.PETITIONS, discipline)
    for somebody in (officer, clerk, director):
        assert not Case.objects.visible_to(somebody).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(investigator).filter(pk=case.pk).exists()
    assert not Notification.objects.exclude(to=investigator).filter(text__contains=case.number).exists()


def test_what_was_registered_before_becomes_cipher(handling, officer, discipline, investigator):
    register(handling, by=officer, problem_unit="某某局")
    services.hand_to_discipline(handling, by=officer, unit=discipline)
    assert Registration.objects.values_list("problem_unit", flat=True).get() == ""
    case = Case.objects.values("title", "story").get(pk=handling.case_id)
    assert case == {"title": "", "story": ""}


def test_the_discipline_desk_takes_and_registers_it(handling, officer, discipline, investigator):
    services.hand_to_discipline(handling, by=officer, unit=discipline)
    round = Case.objects.get(pk=handling.case_id).latest_round()
    theirs = services.accept_petition(round, by=investigator)
    register(theirs, by=investigator, purpose="accusation")


def test_it_goes_nowhere_where_nobody_could_open_it(handling, officer, discipline):
    with pytest.raises(MoveRefused, match="没有可以查看"):
        services.hand_to_discipline(handling, by=officer, unit=discipline)
    assert Case.objects.get(pk=handling.case_id).restriction == ""


def test_the_page_leads_back_to_the_list(client, handling, officer, discipline, investigator):
    client.force_login(officer)
    url = reverse("petitions:hand_to_discipline", args=[handling.pk])
    page = client.get(reverse("petitions:detail", args=[handling.pk])).content.decode()
    assert url in page
    assert reverse("petitions:tell_whom", args=[handling.pk]) not in page
    assert "试验纪委" in client.get(url).content.decode()
    answer = client.post(url, {"unit": discipline.pk})
    assert answer.url == reverse("petitions:list")
    assert client.get(reverse("petitions:detail", args=[handling.pk])).status_code == 404

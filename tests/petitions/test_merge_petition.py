"""The same matter came again: both registrations stay, one clock runs, one matter goes on."""

import pytest
from django.urls import reverse

from cases.models import FurtherCode
from cases.progress import matters_of
from cases.services import rate
from cases.states import Outcome, Route, State
from kernel.moves import MoveRefused
from petitions import services
from petitions.models import Registration
from petitions.selectors import earlier_petitions
from petitions.states import HandlingState
from tests.cases.fixtures import opened, verbs
from tests.factories import PersonFactory
from tests.petitions.fixtures import register


@pytest.fixture
def again(clerk, centre, petition_office, applicant, officer):
    """The same woman with nearly the same words, registered by the desk."""
    case = opened(
        by=clerk,
        unit=centre,
        to_unit=petition_office,
        applicant=applicant,
        route=Route.PETITIONS,
        story="做了一天半，单位不给工资，要求付 450 元！",
    )
    handling = services.accept_petition(case.latest_round(), by=officer)
    register(handling, by=officer, is_repeated=True)
    return handling


def test_the_same_matter_is_found_by_person_and_words(
    registered, again, officer, clerk, centre, petition_office
):
    stranger = opened(
        by=clerk, unit=centre, to_unit=petition_office, applicant=PersonFactory(), route=Route.PETITIONS
    )
    services.accept_petition(stranger.latest_round(), by=officer)
    [found] = earlier_petitions(again, officer)
    assert found.handling == registered
    assert found.is_alike


def test_other_words_of_the_same_person_are_shown_and_not_taken_for_the_same(
    registered, officer, clerk, centre, petition_office, applicant
):
    other = opened(
        by=clerk,
        unit=centre,
        to_unit=petition_office,
        applicant=applicant,
        route=Route.PETITIONS,
        title="门前道路积水",
        story="村口道路一下雨就积水，希望修好。",
    )
    handling = services.accept_petition(other.latest_round(), by=officer)
    [found] = earlier_petitions(handling, officer)
    assert not found.is_alike


def test_both_registrations_stay_and_one_clock_runs(registered, again, officer):
    services.merge_petition(again, by=officer, main=registered)
    assert Registration.objects.count() == 2
    assert (again.state, again.main) == (HandlingState.MERGED, registered)
    round = again.case.latest_round()
    assert (round.state, round.outcome) == (State.CLOSED, Outcome.MERGED)
    assert not round.clocks.running().exists()
    assert registered.round.clocks.running().filter(code="petition.transfer").count() == 1
    assert verbs(registered)[-1] == "take_in"


def test_its_query_code_finds_the_main_matter(registered, again, officer):
    code = again.case.query_code
    services.merge_petition(again, by=officer, main=registered)
    assert FurtherCode.objects.filter(case=registered.case, code=code).exists()
    assert set(matters_of(code, "1234")) == {registered.case, again.case}


def test_a_merged_matter_is_not_rated_by_itself(registered, again, officer):
    services.merge_petition(again, by=officer, main=registered)
    with pytest.raises(MoveRefused, match="并入"):
        rate(again.case.latest_round(), answer="satisfied")


def test_it_joins_neither_itself_nor_what_is_merged_or_sent_back(registered, again, officer):
    with pytest.raises(MoveRefused, match="另一件"):
        services.merge_petition(again, by=officer, main=again)
    services.merge_petition(again, by=officer, main=registered)
    with pytest.raises(MoveRefused, match="已合并"):
        services.merge_petition(registered, by=officer, main=again)


def test_a_failure_half_way_leaves_nothing(registered, again, officer, monkeypatch):
    monkeypatch.setattr("cases.services.answer_to", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.merge_petition(again, by=officer, main=registered)
    again.refresh_from_db()
    assert (again.state, again.main) == (HandlingState.IN_HAND, None)


def test_the_page_shows_the_history_and_merges(client, registered, again, officer):
    client.force_login(officer)
    page = client.get(reverse("petitions:detail", args=[again.pk])).content.decode()
    assert "可能是同一事项" in page
    assert registered.case.number in page
    url = reverse("petitions:merge_petition", args=[again.pk])
    assert client.post(url, {}).status_code == 422
    assert client.post(url, {"number": "2026-999999"}).status_code == 422
    assert client.post(url, {"number": registered.case.number}).status_code == 302
    page = client.get(reverse("petitions:detail", args=[registered.pk])).content.decode()
    assert again.case.number in page

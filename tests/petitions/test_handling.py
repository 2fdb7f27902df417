from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.states import Outcome, Route, State
from kernel.moves import MoveRefused
from people.roles import Restriction, Role
from petitions import services
from petitions.models import PetitionHandling
from petitions.states import HandlingState
from tests.cases.fixtures import opened, verbs
from tests.factories import PersonFactory, UserFactory
from tests.petitions.fixtures import register

REPLY = {"reply": "经查，应付工资 450 元，已督促付清。", "outcome": Outcome.REPLIED}


def test_accepting_takes_the_round_in_hand(handling, petition, officer, petition_office):
    petition.refresh_from_db()
    assert (handling.state, handling.handler, handling.unit) == (
        HandlingState.IN_HAND,
        officer,
        petition_office,
    )
    assert petition.state == State.IN_HAND
    codes = petition.latest_round().clocks.running().values_list("code", flat=True)
    assert set(codes) == {"case.first_contact", "petition.transfer"}
    assert verbs(petition) == ["open_case", "take", "accept_petition"]


def test_answering_resolves_the_round_and_starts_the_follow_up(registered, petition, officer):
    handling = registered
    services.answer_petition(handling, by=officer, **REPLY)
    round = petition.latest_round()
    assert handling.state == HandlingState.ANSWERED
    assert (round.state, round.outcome) == (State.RESOLVED, Outcome.REPLIED)
    assert round.clocks.running().get().code == "case.follow_up"


def test_sending_back_returns_it_to_the_centres_window_with_the_reason(handling, petition, officer, centre):
    services.send_back_petition(handling, by=officer, note="不属于本单位职责。")
    round = petition.latest_round()
    assert (round.state, round.route, round.unit) == (State.ROUTED, Route.INTAKE, centre)
    assert round.transfers.get().reason == "不属于本单位职责。"
    assert round.clocks.running().get().code == "case.take"
    handling.refresh_from_db()
    assert handling.state == HandlingState.SENT_BACK
    assert centre.pk in handling.seen_by


def test_two_people_who_press_at_once_get_one_row(handling, petition, officer):
    with pytest.raises(MoveRefused, match="办理中"):
        services.accept_petition(petition.latest_round(), by=officer)
    assert PetitionHandling.objects.count() == 1


def test_the_wrong_people_are_refused(handling, petition, petition_office, clerk, stranger):
    other = UserFactory(post=(Role.PETITION_OFFICER, clerk.posts.get().unit))
    for user in (clerk, stranger, other, UserFactory(post=(Role.ANALYST, petition_office))):
        with pytest.raises(MoveRefused):
            services.answer_petition(handling, by=user, **REPLY)
        with pytest.raises(MoveRefused):
            services.send_back_petition(handling, by=user, note="…")
    assert petition.latest_round().state == State.IN_HAND


def test_nothing_is_answered_before_it_is_registered(handling, officer):
    with pytest.raises(MoveRefused, match="第二十二条"):
        services.answer_petition(handling, by=officer, **REPLY)


def test_an_answered_matter_is_not_answered_again(registered, officer):
    handling = registered
    services.answer_petition(handling, by=officer, **REPLY)
    with pytest.raises(MoveRefused, match="已答复"):
        services.send_back_petition(handling, by=officer, note="…")


def test_a_failure_half_way_leaves_no_trace(registered, petition, officer, monkeypatch):
    handling = registered
    monkeypatch.setattr("cases.services.show_cover", lambda *args: 1 / 0)
    before = verbs(petition)
    with pytest.raises(ZeroDivisionError):
        services.answer_petition(handling, by=officer, **REPLY)
    handling.refresh_from_db()
    assert handling.state == HandlingState.IN_HAND
    assert verbs(petition) == before


def test_the_pages_walk_the_road(client, petition, officer):
    client.force_login(officer)
    round = petition.latest_round()
    assert petition.number in client.get(reverse("petitions:list")).content.decode()
    accept = reverse("petitions:accept_petition", args=[round.pk])
    assert accept in client.get(reverse("petitions:panel", args=[petition.pk])).content.decode()
    assert client.get(accept).status_code == 200
    answer = client.post(accept, {"go": "1"})
    handling = PetitionHandling.objects.get()
    page = reverse("petitions:detail", args=[handling.pk])
    assert answer.url == page
    assert reverse("petitions:register_petition", args=[handling.pk]) in client.get(page).content.decode()
    register(handling, by=officer)
    assert petition.number in client.get(reverse("petitions:list") + "?tab=in_hand").content.decode()
    url = reverse("petitions:answer_petition", args=[handling.pk])
    assert url in client.get(reverse("petitions:detail", args=[handling.pk])).content.decode()
    assert page in client.get(reverse("petitions:panel", args=[petition.pk])).content.decode()
    assert client.post(url, {"reply": "", "outcome": "replied"}).status_code == 422
    assert client.post(url, REPLY).status_code == 302
    assert petition.number in client.get(reverse("petitions:list") + "?tab=done").content.decode()
    page = client.get(reverse("petitions:detail", args=[handling.pk])).content.decode()
    assert REPLY["reply"] in page


def test_the_page_sends_back(client, handling, petition, officer):
    client.force_login(officer)
    url = reverse("petitions:send_back_petition", args=[handling.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"note": "不属于本单位职责。"}).status_code == 302
    assert petition.latest_round().route == Route.INTAKE


def test_the_pages_are_closed_to_those_who_may_only_look(client, petition, clerk):
    client.force_login(clerk)
    panel = client.get(reverse("petitions:panel", args=[petition.pk])).content.decode()
    accept = reverse("petitions:accept_petition", args=[petition.latest_round().pk])
    assert accept not in panel
    assert client.get(accept).status_code == 403
    assert client.post(accept).status_code == 403


@pytest.mark.parametrize("tab", ["waiting", "in_hand", "sent", "objected", "reviews", "done", "nonsense"])
def test_each_list_costs_the_same_and_swaps_what_it_shows(
    client, petition, officer, tab, fragment_matches_page, django_assert_max_num_queries
):
    client.force_login(officer)
    url = reverse("petitions:list") + f"?tab={tab}&q=工资&sort=-opened_at"
    fragment_matches_page(url, "#rows")
    with django_assert_max_num_queries(22):
        client.get(url)


def accusation(unit, restriction=Restriction.ACCUSATION):
    return opened(
        by=None,
        unit=unit,
        to_unit=unit,
        applicant=PersonFactory(),
        route=Route.PETITIONS,
        restriction=restriction,
    )


@pytest.fixture
def discipline_officer(petition_office):
    return UserFactory(post=(Role.DISCIPLINE, petition_office))


def test_an_accusation_is_not_sent_back_to_a_window_where_nobody_may_open_it(
    client, petition_office, discipline_officer, centre, clerk
):
    UserFactory(post=(Role.DIRECTOR, centre))
    case = accusation(petition_office)
    handling = services.accept_petition(case.latest_round(), by=discipline_officer)
    client.force_login(discipline_officer)
    answer = client.post(
        reverse("petitions:send_back_petition", args=[handling.pk]), {"note": "不属于受理范围"}
    )
    assert answer.status_code == 409
    assert "没有可以查看并接办的岗位" in answer.content.decode()
    assert "不属于受理范围" in answer.content.decode()
    round = case.latest_round()
    assert (round.state, round.unit) == (State.IN_HAND, petition_office)


def test_a_matter_of_somebody_mentally_ill_is_seen_and_taken_by_the_petition_desk(
    client, petition_office, officer
):
    case = accusation(petition_office, restriction=Restriction.PSYCHIATRIC)
    client.force_login(officer)
    accept = reverse("petitions:accept_petition", args=[case.latest_round().pk])
    assert accept in client.get(reverse("petitions:panel", args=[case.pk])).content.decode()
    assert client.post(accept, {"go": "1"}).status_code == 302


def test_the_time_of_the_desk_runs_from_the_day_on_which_the_matter_came_to_it(petition, officer):
    came_at = timezone.now() - timedelta(days=3)
    petition.rounds.update(opened_at=came_at)
    services.accept_petition(petition.latest_round(), by=officer)
    clock = petition.latest_round().clocks.get(code="petition.transfer")
    assert clock.started_at == came_at
    assert clock.last_day == timezone.localdate(came_at) + timedelta(days=15)

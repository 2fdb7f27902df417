import pytest
from django.urls import reverse

from cases.states import HandlingState, Outcome, Route, State
from dispatch import services
from dispatch.models import OrderHandling
from kernel.moves import MoveRefused
from people.roles import Role
from tests.cases.fixtures import verbs
from tests.factories import UserFactory

REPLY = {"reply": "经查，应付工资 450 元，已督促付清。", "outcome": Outcome.REPLIED}


@pytest.fixture
def handling(case, handler):
    return services.accept_order(case.latest_round(), by=handler)


def test_accepting_takes_the_round_in_hand(handling, case, handler, bureau):
    case.refresh_from_db()
    assert (handling.state, handling.handler, handling.unit) == (HandlingState.IN_HAND, handler, bureau)
    assert case.state == State.IN_HAND
    assert case.latest_round().clocks.running().get().code == "case.first_contact"
    assert verbs(case) == ["open_case", "take", "accept_order"]


def test_answering_resolves_the_round_and_starts_the_follow_up(handling, case, handler):
    services.answer_order(handling, by=handler, **REPLY)
    round = case.latest_round()
    assert handling.state == HandlingState.ANSWERED
    assert (round.state, round.outcome) == (State.RESOLVED, Outcome.REPLIED)
    assert round.clocks.running().get().code == "case.follow_up"


def test_sending_back_returns_it_to_the_centres_window_with_the_reason(handling, case, handler, centre):
    services.send_back_order(handling, by=handler, note="不属于本单位职责。")
    round = case.latest_round()
    assert (round.state, round.route, round.unit) == (State.ROUTED, Route.INTAKE, centre)
    assert round.transfers.get().reason == "不属于本单位职责。"
    assert round.clocks.running().get().code == "case.take"
    handling.refresh_from_db()
    assert handling.state == HandlingState.SENT_BACK
    assert centre.pk in handling.seen_by


def test_two_people_who_press_at_once_get_one_row(handling, case, handler):
    with pytest.raises(MoveRefused, match="办理中"):
        services.accept_order(case.latest_round(), by=handler)
    assert OrderHandling.objects.count() == 1


def test_the_wrong_people_are_refused(handling, case, bureau, clerk, stranger):
    other = UserFactory(post=(Role.PETITION_OFFICER, clerk.posts.get().unit))
    for user in (clerk, stranger, other, UserFactory(post=(Role.ANALYST, bureau))):
        with pytest.raises(MoveRefused):
            services.answer_order(handling, by=user, **REPLY)
        with pytest.raises(MoveRefused):
            services.send_back_order(handling, by=user, note="…")
    assert case.latest_round().state == State.IN_HAND


def test_an_answered_matter_is_not_answered_again(handling, handler):
    services.answer_order(handling, by=handler, **REPLY)
    with pytest.raises(MoveRefused, match="已答复"):
        services.send_back_order(handling, by=handler, note="…")


def test_a_failure_half_way_leaves_no_trace(handling, case, handler, monkeypatch):
    monkeypatch.setattr("cases.services.show_cover", lambda *args: 1 / 0)
    before = verbs(case)
    with pytest.raises(ZeroDivisionError):
        services.answer_order(handling, by=handler, **REPLY)
    handling.refresh_from_db()
    assert handling.state == HandlingState.IN_HAND
    assert verbs(case) == before


def test_the_pages_walk_the_road(client, case, handler):
    client.force_login(handler)
    round = case.latest_round()
    assert case.number in client.get(reverse("dispatch:list")).content.decode()
    accept = reverse("dispatch:accept_order", args=[round.pk])
    assert accept in client.get(reverse("dispatch:panel", args=[case.pk])).content.decode()
    assert client.get(accept).status_code == 200
    answer = client.post(accept, {"go": "1"})
    handling = OrderHandling.objects.get()
    assert answer.url == reverse("cases:detail", args=[case.pk])
    assert case.number in client.get(reverse("dispatch:list") + "?tab=in_hand").content.decode()
    url = reverse("dispatch:answer_order", args=[handling.pk])
    assert url in client.get(reverse("dispatch:detail", args=[handling.pk])).content.decode()
    assert url in client.get(reverse("dispatch:panel", args=[case.pk])).content.decode()
    assert client.post(url, {"reply": "", "outcome": "replied"}).status_code == 422
    assert client.post(url, REPLY).status_code == 302
    assert case.number in client.get(reverse("dispatch:list") + "?tab=done").content.decode()
    page = client.get(reverse("dispatch:detail", args=[handling.pk])).content.decode()
    assert REPLY["reply"] in page


def test_the_page_sends_back(client, handling, case, handler):
    client.force_login(handler)
    url = reverse("dispatch:send_back_order", args=[handling.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"note": "不属于本单位职责。"}).status_code == 302
    assert case.latest_round().route == Route.INTAKE


def test_the_pages_are_closed_to_those_who_may_only_look(client, case, clerk):
    client.force_login(clerk)
    panel = client.get(reverse("dispatch:panel", args=[case.pk])).content.decode()
    accept = reverse("dispatch:accept_order", args=[case.latest_round().pk])
    assert accept not in panel
    assert client.get(accept).status_code == 403
    assert client.post(accept).status_code == 403


@pytest.mark.parametrize("tab", ["waiting", "in_hand", "done", "nonsense"])
def test_each_list_costs_the_same_and_swaps_what_it_shows(
    client, case, handler, tab, fragment_matches_page, django_assert_max_num_queries
):
    client.force_login(handler)
    url = reverse("dispatch:list") + f"?tab={tab}&q=工资&sort=-opened_at"
    fragment_matches_page(url, "#rows")
    with django_assert_max_num_queries(22):
        client.get(url)

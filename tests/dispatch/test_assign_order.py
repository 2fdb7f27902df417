import pytest
from django.urls import reverse

from cases.states import Route, State
from dispatch.models import OrderHandling
from dispatch.services import accept_order, assign_order
from dispatch.states import State as OrderState
from kernel.moves import MoveRefused
from people.roles import Role
from tests.cases.fixtures import opened, verbs
from tests.factories import UserFactory


@pytest.fixture
def dispatcher(centre):
    return UserFactory(post=(Role.DISPATCHER, centre), name="吴分流")


@pytest.fixture
def at_the_centre(clerk, centre, applicant):
    """A matter for dispatch that waits at the centre itself."""
    return opened(by=clerk, unit=centre, to_unit=centre, applicant=applicant)


def test_the_dispatcher_sends_it_on_and_the_unit_sees_it(at_the_centre, dispatcher, bureau, handler):
    sent = assign_order(at_the_centre.latest_round(), by=dispatcher, unit=bureau, note="三日内答复")
    round = at_the_centre.latest_round()
    assert sent.state == OrderState.ASSIGNED
    assert (round.state, round.route, round.unit) == (State.ROUTED, Route.DISPATCH, bureau)
    assert verbs(at_the_centre)[1:] == ["reroute", "assign_order"]
    assert accept_order(round, by=handler).unit == bureau


def test_a_matter_in_hand_stays(case, handler, dispatcher, bureau):
    accept_order(case.latest_round(), by=handler)
    with pytest.raises(MoveRefused, match="已有单位接办"):
        assign_order(case.latest_round(), by=dispatcher, unit=bureau, note="…")


def test_only_a_dispatcher_of_the_unit_where_it_waits_sends_it_on(
    at_the_centre, clerk, stranger, other_bureau, bureau
):
    elsewhere = UserFactory(post=(Role.DISPATCHER, other_bureau))
    for user in (clerk, stranger, elsewhere):
        with pytest.raises(MoveRefused):
            assign_order(at_the_centre.latest_round(), by=user, unit=bureau, note="…")
    assert verbs(at_the_centre) == ["open_case"]


def test_a_failure_half_way_leaves_it_where_it_was(at_the_centre, dispatcher, bureau, monkeypatch):
    monkeypatch.setattr("cases.services.show_cover", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        assign_order(at_the_centre.latest_round(), by=dispatcher, unit=bureau, note="…")
    assert not OrderHandling.objects.exists()
    assert not at_the_centre.latest_round().transfers.exists()


def test_the_page_sends_it_on(client, at_the_centre, dispatcher, bureau):
    client.force_login(dispatcher)
    url = reverse("dispatch:assign_order", args=[at_the_centre.latest_round().pk])
    assert url in client.get(reverse("dispatch:panel", args=[at_the_centre.pk])).content.decode()
    assert client.get(url).status_code == 200
    answer = client.post(url, {"unit": bureau.pk, "note": "三日内答复"}, follow=True)
    assert "已派给试验人力局" in answer.content.decode()

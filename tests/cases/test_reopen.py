import pytest
from django.urls import reverse

from cases.services import reopen, restrict
from cases.states import State, Urgency
from kernel.models import MessageKind, Notification
from kernel.moves import MoveRefused
from people.models import Unit
from people.roles import Restriction, Role
from tests.factories import UnitFactory, UserFactory


def test_a_matter_that_comes_back_is_the_next_round_with_the_same_number(closed, clerk, bureau):
    round = reopen(closed, by=clerk, unit=bureau, reason="没有付清", route="dispatch")
    assert (round.number, round.state) == (2, State.ROUTED)
    assert round.clocks.running().get().code == "case.take"
    closed.refresh_from_db()
    assert (closed.state, closed.due_at) == (State.ROUTED, round.due_at)


def test_a_matter_that_is_open_is_not_opened_again(case, clerk, bureau):
    with pytest.raises(MoveRefused, match="第 1 轮还没有办结"):
        reopen(case, by=clerk, unit=bureau, reason="重复")


def test_a_bureau_does_not_reopen(closed, handler, bureau):
    with pytest.raises(MoveRefused):
        reopen(closed, by=handler, unit=bureau, reason="重复")


def test_a_failure_half_way_leaves_one_round(closed, clerk, bureau, monkeypatch):
    monkeypatch.setattr("cases.services.show_cover", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        reopen(closed, by=clerk, unit=bureau, reason="没有付清")
    assert closed.rounds.count() == 1


def test_the_page_reopens(client, closed, clerk, bureau):
    client.force_login(clerk)
    url = reverse("cases:reopen", args=[closed.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"desk": f"dispatch:{bureau.pk}", "reason": "没有付清"}, follow=True)
    assert "第 2 轮" in answer.content.decode()


def test_the_page_offers_no_unit_at_a_desk_where_it_does_not_sit(client, closed, clerk, bureau):
    client.force_login(clerk)
    url = reverse("cases:reopen", args=[closed.pk])
    assert client.post(url, {"desk": f"mediation:{bureau.pk}", "reason": "没有付清"}).status_code == 422
    assert closed.rounds.count() == 1


def test_a_restricted_matter_is_reopened_only_where_somebody_may_open_it(client, closed, bureau, centre):
    committee = UnitFactory(kind=Unit.Kind.COMMITTEE)
    UserFactory(post=(Role.MEDIATOR, committee))
    director = UserFactory(post=(Role.DIRECTOR, centre))
    restrict(closed, Restriction.VIOLENCE, by=director, note="家暴")
    client.force_login(director)
    url = reverse("cases:reopen", args=[closed.pk])
    page = client.get(url).content.decode()
    assert f"mediation:{committee.pk}" in page
    assert f"dispatch:{bureau.pk}" not in page
    with pytest.raises(MoveRefused, match="没有可以查看并接办的岗位"):
        reopen(closed, by=director, unit=bureau, reason="又打人", route="dispatch")


def test_an_urgent_matter_that_comes_back_reaches_who_is_on_duty(client, closed, clerk, bureau):
    closed.urgency = Urgency.URGENT
    closed.save()
    head = UserFactory(post=(Role.UNIT_HEAD, bureau))
    client.force_login(clerk)
    client.post(
        reverse("cases:reopen", args=[closed.pk]), {"desk": f"dispatch:{bureau.pk}", "reason": "又堵门"}
    )
    assert Notification.objects.filter(to=head, kind=MessageKind.ASSIGNED, text__contains="紧急事项").exists()


def test_the_page_is_closed_to_a_bureau(client, closed, handler):
    client.force_login(handler)
    assert client.get(reverse("cases:reopen", args=[closed.pk])).status_code == 403

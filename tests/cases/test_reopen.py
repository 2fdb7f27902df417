import pytest
from django.urls import reverse

from cases.services import reopen
from cases.states import State
from kernel.moves import MoveRefused


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
    answer = client.post(url, {"route": "dispatch", "unit": bureau.pk, "reason": "没有付清"}, follow=True)
    assert "第 2 轮" in answer.content.decode()


def test_the_page_is_closed_to_a_bureau(client, closed, handler):
    client.force_login(handler)
    assert client.get(reverse("cases:reopen", args=[closed.pk])).status_code == 403

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.escalation import sweep
from cases.models import FollowUp
from cases.services import ask, follow_up, resolve, take
from cases.states import Outcome, State
from kernel.models import Notification
from kernel.moments import NEVER
from kernel.moves import MoveRefused
from tests.cases.fixtures import opened, verbs

SAID = {"way": "phone", "said": "已收到工资，没有其他要求。", "promise_kept": True}


@pytest.fixture
def resolved(case, handler):
    round = case.latest_round()
    take(round, by=handler)
    resolve(round, by=handler, outcome=Outcome.REPLIED)
    return round


def test_following_up_closes_the_round_and_starts_the_rating(resolved, clerk):
    follow_up(resolved, by=clerk, **SAID)

    assert resolved.state == State.CLOSED
    assert resolved.closed_at
    assert resolved.clocks.running().get().code == "case.rating"
    assert verbs(resolved) == ["open_case", "take", "resolve", "follow_up"]
    resolved.case.refresh_from_db()
    assert resolved.case.state == State.CLOSED


def test_a_closed_matter_is_due_no_more_and_nobody_is_late_by_the_citizens_time_to_rate(resolved, clerk):
    follow_up(resolved, by=clerk, **SAID)
    resolved.case.refresh_from_db()
    assert resolved.case.due_at == NEVER
    sweep(now=timezone.now() + timedelta(days=400))
    assert not Notification.objects.exists()
    assert not resolved.clocks.filter(next_fire_at__isnull=False).exists()


def test_a_round_that_is_not_resolved_is_refused(case, clerk):
    with pytest.raises(MoveRefused, match="待接办"):
        follow_up(case.latest_round(), by=clerk, **SAID)


def test_the_bureau_does_not_follow_up_its_own_work(resolved, handler):
    with pytest.raises(MoveRefused):
        follow_up(resolved, by=handler, **SAID)


def test_whoever_resolved_it_may_not_be_the_one_who_asks(clerk, centre, applicant, clerk2):
    round = opened(by=clerk, unit=centre, to_unit=centre, applicant=applicant, route="intake").latest_round()
    take(round, by=clerk)
    resolve(round, by=clerk, outcome=Outcome.SETTLED)
    with pytest.raises(MoveRefused, match="另一人"):
        follow_up(round, by=clerk, **SAID)
    follow_up(round, by=clerk2, **SAID)


def test_nothing_closes_while_somebody_owes_an_answer(case, handler, bureau, other_bureau, clerk):
    round = case.latest_round()
    take(round, by=handler)
    ask(round, by=handler, kind="help", from_unit=bureau, to_unit=other_bureau, text="请提供备案资料。")
    with pytest.raises(MoveRefused, match="试验住建局"):
        resolve(round, by=handler, outcome=Outcome.REPLIED)
    round.refresh_from_db()
    assert round.state == State.IN_HAND


def test_a_failure_half_way_leaves_no_trace(resolved, clerk, monkeypatch):
    monkeypatch.setattr("cases.services.show_cover", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        follow_up(resolved, by=clerk, **SAID)
    resolved.refresh_from_db()
    assert resolved.state == State.RESOLVED
    assert not FollowUp.objects.exists()


def test_the_page_asks_and_then_closes(client, resolved, clerk):
    client.force_login(clerk)
    url = reverse("cases:follow_up", args=[resolved.pk])
    assert "回访" in client.get(url).content.decode()
    answer = client.post(url, {"way": "phone", "said": "都好。", "promise_kept": "no"})
    assert answer.url == reverse("cases:detail", args=[resolved.case_id])
    assert resolved.followed_up.promise_kept is False


def test_the_page_keeps_what_was_typed_when_a_field_is_missing(client, resolved, clerk):
    client.force_login(clerk)
    answer = client.post(reverse("cases:follow_up", args=[resolved.pk]), {"said": "电话打不通"})
    assert answer.status_code == 422
    assert "电话打不通" in answer.content.decode()


def test_who_follows_up_sees_whom_to_ring_and_what_came_of_it(client, resolved, clerk):
    client.force_login(clerk)
    page = client.get(reverse("cases:follow_up", args=[resolved.pk])).content.decode()
    assert str(Outcome.REPLIED.label) in page
    for party in resolved.case.parties.exclude(person=None):
        assert party.masked in page
        assert reverse("cases:reveal_party", args=[party.pk]) in page

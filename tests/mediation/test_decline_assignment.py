"""Whoever was assigned says why it should be somebody else."""

import pytest
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import services
from mediation.states import AssignmentState
from tests.mediation.factories import waiting_case


@pytest.fixture
def assignment(committee, head, mediator):
    round = waiting_case(committee).rounds.get()
    return services.assign(round, by=head, to=mediator, basis="duty")


def test_the_matter_waits_for_all_again_and_the_head_is_told_why(assignment, head, mediator, colleague):
    services.decline_assignment(assignment, by=mediator, answer="下周住院")
    round = assignment.round
    assert (assignment.state, assignment.answer) == (AssignmentState.DECLINED, "下周住院")
    round.refresh_from_db()
    assert round.handler is None
    assert head.notifications.filter(text__contains="请另行指派").exists()
    assert assignment.history.last().note == "下周住院"
    assert services.accept(round, by=colleague).mediator == colleague


def test_nobody_else_declines_and_it_is_done_once(assignment, mediator, colleague, head):
    for somebody in (colleague, head):
        with pytest.raises(MoveRefused):
            services.decline_assignment(assignment, by=somebody, answer="不")
    services.decline_assignment(assignment, by=mediator, answer="忙")
    with pytest.raises(MoveRefused, match="不接办"):
        services.decline_assignment(assignment, by=mediator, answer="忙")


def test_a_failure_half_way_leaves_nothing(assignment, mediator, monkeypatch):
    monkeypatch.setattr("cases.services.keep_with", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.decline_assignment(assignment, by=mediator, answer="忙")
    assignment.refresh_from_db()
    assert (assignment.state, assignment.answer) == (AssignmentState.WAITING, "")


def test_the_page_asks_why(client, assignment, mediator, colleague):
    url = reverse("mediation:decline_assignment", args=[assignment.pk])
    client.force_login(colleague)
    assert client.get(url).status_code == 409
    client.force_login(mediator)
    assert client.get(url).status_code == 200
    assert client.post(url, {"answer": ""}).status_code == 422
    assert client.post(url, {"answer": "与一方是邻居"}).url == reverse("mediation:list")

"""The mediator stays, and whoever asked hears why."""

import pytest
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import services
from mediation.states import ChangeState
from tests.mediation.factories import change_asked


def test_the_mediator_stays_and_the_reason_stands(mediation, head, colleague):
    change = change_asked(mediation, by=colleague)
    services.refuse_change(change, by=head, answer="没有利害关系，当事人已接受调解员")
    change.refresh_from_db()
    assert (change.state, change.to, change.decided_by) == (ChangeState.REFUSED, None, head)
    assert change.mediation.mediator == mediation.mediator
    assert change.history.last().verb == "refuse_change"
    assert colleague.notifications.filter(text__contains="不更换调解员").exists()


def test_nobody_but_the_head_refuses_and_once(mediation, head, colleague, stranger):
    change = change_asked(mediation)
    for somebody in (mediation.mediator, colleague, stranger):
        with pytest.raises(MoveRefused):
            services.refuse_change(change, by=somebody, answer="不")
    services.refuse_change(change, by=head, answer="不")
    with pytest.raises(MoveRefused, match="不予更换"):
        services.refuse_change(change, by=head, answer="不")


def test_a_refused_party_may_ask_again(mediation, head, colleague):
    services.refuse_change(change_asked(mediation), by=head, answer="不")
    assert change_asked(mediation).state == ChangeState.ASKED


def test_a_failure_half_way_leaves_nothing(mediation, head, monkeypatch):
    change = change_asked(mediation)
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.refuse_change(change, by=head, answer="不")
    change.refresh_from_db()
    assert (change.state, change.answer) == (ChangeState.ASKED, "")


def test_the_page_asks_for_the_reason(client, mediation, head):
    change = change_asked(mediation)
    client.force_login(head)
    url = reverse("mediation:refuse_change", args=[change.pk])
    assert client.post(url, {"answer": ""}).status_code == 422
    page = client.post(url, {"answer": "双方此前已接受"}, follow=True).content.decode()
    assert "双方此前已接受" in page

"""Whoever asked for another mediator takes it back, while nobody has decided."""

import pytest
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import services
from mediation.states import ChangeState
from tests.mediation.factories import change_asked, interest_declared


def test_it_is_withdrawn_with_its_reason_and_the_head_hears(mediation, head, colleague):
    change = change_asked(mediation, by=colleague)
    services.withdraw_change(change, by=colleague, note="当事人愿意由原调解员继续")
    change.refresh_from_db()
    assert (change.state, change.decided_by) == (ChangeState.WITHDRAWN, None)
    assert change.history.last().verb == "withdraw_change"
    assert head.notifications.filter(text__contains="已撤回").exists()
    assert mediation.mediator.notifications.filter(text__contains="已撤回").exists()


def test_a_mediator_takes_back_what_they_declared(mediation, head):
    change = interest_declared(mediation)
    services.withdraw_change(change, by=mediation.mediator, note="同名不同人，已核实")
    assert change.state == ChangeState.WITHDRAWN


def test_nobody_else_withdraws_it_and_nobody_after_the_decision(mediation, head, colleague):
    change = change_asked(mediation, by=colleague)
    for somebody in (mediation.mediator, head):
        with pytest.raises(MoveRefused):
            services.withdraw_change(change, by=somebody, note="不用了")
    services.refuse_change(change, by=head, answer="没有利害关系")
    with pytest.raises(MoveRefused, match="不予更换"):
        services.withdraw_change(change, by=colleague, note="不用了")


def test_what_was_withdrawn_is_decided_no_more_and_may_be_asked_again(mediation, head, colleague):
    change = change_asked(mediation, by=colleague)
    services.withdraw_change(change, by=colleague, note="不用了")
    with pytest.raises(MoveRefused, match="已撤回"):
        services.grant_change(change, by=head, to=colleague)
    assert change_asked(mediation).state == ChangeState.ASKED


def test_a_failure_half_way_leaves_nothing(mediation, colleague, monkeypatch):
    change = change_asked(mediation, by=colleague)
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.withdraw_change(change, by=colleague, note="不用了")
    change.refresh_from_db()
    assert (change.state, change.answer) == (ChangeState.ASKED, "")


def test_the_page_withdraws_and_the_mediation_says_so(client, mediation, colleague):
    change = change_asked(mediation, by=colleague)
    client.force_login(colleague)
    detail = client.get(reverse("mediation:detail", args=[mediation.pk])).content.decode()
    url = reverse("mediation:withdraw_change", args=[change.pk])
    assert url in detail
    assert client.post(url, {"note": ""}).status_code == 422
    page = client.post(url, {"note": "双方已当面说清"}, follow=True).content.decode()
    assert "双方已当面说清" in page
    assert client.post(url, {"note": "再撤"}).status_code == 409

"""A party wants another mediator: somebody notes it, somebody else decides."""

import pytest
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import MediatorChange
from mediation.states import ChangeState, Kind
from people.roles import Role
from tests.factories import CaseFactory, UserFactory
from tests.mediation.factories import change_asked, in_force, interest_declared


def test_it_waits_with_party_reason_and_who_noted_it(mediation, colleague, head):
    change = change_asked(mediation, by=colleague)
    assert (change.state, change.asked_by) == (ChangeState.ASKED, colleague)
    assert change.party == mediation.case.parties.first()
    assert change.history.last().verb == "ask_change"
    assert head.notifications.count() == 1


def test_a_clerk_of_the_centre_notes_it(mediation, centre):
    clerk = UserFactory(post=(Role.CLERK, centre))
    assert change_asked(mediation, by=clerk).asked_by == clerk


def test_who_has_nothing_to_do_with_it_notes_nothing(mediation, stranger, head):
    for somebody in (stranger, head):
        with pytest.raises(MoveRefused):
            change_asked(mediation, by=somebody)
    assert not MediatorChange.objects.exists()


def test_the_same_party_asks_once_and_a_declaration_may_stand_beside_it(mediation):
    change_asked(mediation)
    with pytest.raises(MoveRefused, match="不必重复"):
        change_asked(mediation)
    interest_declared(mediation)
    assert mediation.changes.waiting().count() == 2


def test_a_stranger_to_the_matter_asks_nothing_and_nobody_after_the_end(mediation, keeper):
    with pytest.raises(MoveRefused, match="不是本件的当事人"):
        change_asked(mediation, party=CaseFactory().parties.get())
    in_force(mediation, keeper)
    with pytest.raises(MoveRefused, match="已经结束"):
        change_asked(mediation)


def test_the_article_is_that_of_the_kind(mediation):
    assert "第二十三条第一项" in services.article_of(mediation)
    mediation.kind = Kind.REFERRED_BEFORE
    assert "特邀调解" in services.article_of(mediation)


def test_a_failure_half_way_leaves_nothing(mediation, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        change_asked(mediation)
    assert not MediatorChange.objects.exists()


def test_the_page_asks(client, mediation, colleague):
    client.force_login(colleague)
    url = reverse("mediation:ask_change", args=[mediation.pk])
    assert "第二十三条第一项" in client.get(url).content.decode()
    given = {"party": mediation.case.parties.first().pk, "interest": "ties", "reason": "他们是老同学"}
    page = client.post(url, given, follow=True).content.decode()
    assert "已登记，等待决定" in page
    assert "他们是老同学" in page


def test_the_page_is_forbidden_to_the_keeper_of_the_stamp(client, mediation, keeper):
    client.force_login(keeper)
    assert client.get(reverse("mediation:ask_change", args=[mediation.pk])).status_code == 403

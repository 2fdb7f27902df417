"""A colleague mediates here no more."""

import pytest
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import services
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import CommitteeFactory
from tests.mediation.test_record_session import record


@pytest.fixture
def industry(mediation):
    user = UserFactory(post=(Role.INDUSTRY_MEDIATOR, CommitteeFactory()))
    services.add_co_mediator(mediation, by=mediation.mediator, user=user)
    return user


def remove(mediation, user, by=None):
    services.remove_co_mediator(mediation, by=by or mediation.mediator, user=user)


def test_they_record_no_more_and_what_they_wrote_stays(mediation, industry):
    session = record(mediation, industry)
    remove(mediation, industry)
    with pytest.raises(MoveRefused):
        record(mediation, industry)
    assert mediation.sessions.get() == session
    assert mediation.co_mediators.get().ended_at
    assert mediation.history.last().verb == "remove_co_mediator"


def test_only_the_one_in_charge_removes_and_only_who_is_there(mediation, industry, colleague):
    with pytest.raises(MoveRefused):
        remove(mediation, industry, by=colleague)
    with pytest.raises(MoveRefused, match="没有在共同调解"):
        remove(mediation, colleague)


def test_a_failure_half_way_leaves_nothing(mediation, industry, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        remove(mediation, industry)
    assert mediation.co_mediators.get().ended_at is None


def test_the_page_removes(client, mediation, industry):
    client.force_login(mediation.mediator)
    url = reverse("mediation:remove_co_mediator", args=[mediation.pk])
    assert client.get(url).status_code == 200
    page = client.post(url, {"user": industry.pk}, follow=True).content.decode()
    assert "共同调解已结束" in page

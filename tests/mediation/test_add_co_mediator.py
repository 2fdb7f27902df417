"""One or several mediators: a colleague asks and records beside the one in charge."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases import services as cases
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import CoMediator, Mediation
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import CommitteeFactory, consented, in_force
from tests.mediation.test_record_session import record


@pytest.fixture
def industry():
    return UserFactory(post=(Role.INDUSTRY_MEDIATOR, CommitteeFactory()), name="陶医调")


def add(mediation, user, by=None):
    return services.add_co_mediator(mediation, by=by or mediation.mediator, user=user)


def test_an_industry_mediator_sees_asks_and_records(mediation, industry):
    add(mediation, industry)
    assert Mediation.objects.visible_to(industry).filter(pk=mediation.pk).exists()
    consented(mediation, by=industry)
    assert record(mediation, industry).recorded_by == industry
    assert industry.notifications.filter(text__contains="共同调解").exists()
    entry = mediation.history.filter(verb="add_co_mediator").get()
    assert entry.details == {"user": industry.pk}


def test_they_do_not_end_or_conclude_it(mediation, industry):
    add(mediation, industry)
    with pytest.raises(MoveRefused):
        services.hand_over(mediation, by=industry, to=industry)


def test_nobody_joins_twice_and_only_mediators_who_are_not_barred(mediation, colleague, keeper):
    add(mediation, colleague)
    for somebody in (colleague, mediation.mediator):
        with pytest.raises(MoveRefused, match="已经在调解"):
            add(mediation, somebody)
    with pytest.raises(MoveRefused, match="不是调解员"):
        add(mediation, keeper)


def test_whoever_is_recused_does_not_join(mediation, colleague):
    cases.bar(mediation.round, colleague, reason="回避")
    with pytest.raises(MoveRefused, match="已回避"):
        add(mediation, colleague)


def test_only_the_one_in_charge_asks_and_not_after_the_end(mediation, colleague, stranger, keeper):
    for somebody in (colleague, stranger):
        with pytest.raises(MoveRefused):
            add(mediation, colleague, by=somebody)
    in_force(mediation, keeper)
    with pytest.raises(MoveRefused, match="达成协议"):
        add(mediation, colleague)


def test_one_stands_once(mediation, colleague):
    row = add(mediation, colleague)
    with pytest.raises(IntegrityError, match="co_mediator_once"), transaction.atomic():
        CoMediator.objects.create(mediation=mediation, user=colleague, added_by=row.added_by)


def test_a_failure_half_way_leaves_nothing(mediation, industry, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        add(mediation, industry)
    assert not CoMediator.objects.exists()
    assert not Mediation.objects.visible_to(industry).exists()


def test_the_page_adds(client, mediation, colleague):
    client.force_login(mediation.mediator)
    url = reverse("mediation:add_co_mediator", args=[mediation.pk])
    assert "第十九条" in client.get(url).content.decode()
    page = client.post(url, {"user": colleague.pk}, follow=True).content.decode()
    assert "共同调解：" in page
    client.force_login(colleague)
    assert client.get(url).status_code == 409

"""Whoever is of another unit finds a visit on no page, in no search, no export and no count; whatever their role."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from intake import selectors, services
from intake.models import Notice, Screen, Settlement, Span, Ticket
from people.models import Area
from people.roles import WITHOUT_BUSINESS, Role
from tests.factories import AreaFactory, UnitFactory, UserFactory
from tests.intake.factories import paired, serving

PAGES = (
    "detail",
    "ticket",
    "print_ticket",
    "identify",
    "receive",
    "triage",
    "finish",
    "leave",
    "hold",
    "cancel",
)


@pytest.fixture
def ticket(clerk, centre):
    paired(clerk)
    services.post_notice(by=clerk, unit=centre, text="通知")
    return serving(clerk)


def elsewhere(role):
    return UserFactory(post=(role, UnitFactory(area=AreaFactory(level=Area.Level.TOWNSHIP))))


@pytest.mark.parametrize("role", sorted(Role))
def test_nothing_of_a_visit_reaches_another_unit(role, client, ticket):
    user = elsewhere(role)
    client.force_login(user)
    assert not any(
        model.objects.visible_to(user).exists() for model in (Ticket, Span, Screen, Notice, Settlement)
    )
    assert not selectors.todays(user).exists()
    for name in PAGES:
        assert client.get(reverse(f"intake:{name}", args=[ticket.pk])).status_code == 404
    for query in ({}, {"q": "A001"}, {"q": "王冬梅"}, {"q": ticket.query_code}):
        assert "共 0 条" in client.get(reverse("intake:list"), query).content.decode()
    sheet = client.post(reverse("intake:list"), {"export": "1"}).content
    assert load_workbook(BytesIO(sheet)).worksheets[0].max_row == 1


@pytest.mark.parametrize("role", sorted(WITHOUT_BUSINESS))
def test_administrators_of_the_same_unit_see_no_visit(role, client, ticket):
    client.force_login(UserFactory(post=(role, ticket.unit)))
    assert client.get(reverse("intake:detail", args=[ticket.pk])).status_code == 404
    assert "共 0 条" in client.get(reverse("intake:list")).content.decode()


def test_the_director_sees_every_visit_of_the_hall_and_calls_nobody(client, ticket):
    client.force_login(UserFactory(post=(Role.DIRECTOR, ticket.unit)))
    page = client.get(reverse("intake:detail", args=[ticket.pk])).content.decode()
    assert "时间台账" in page
    assert "接待结束" not in page
    assert client.get(reverse("intake:window")).status_code == 403

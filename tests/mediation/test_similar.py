"""Similar earlier matters beside a mediation: closed, in sight, never hidden."""

import pytest
from django.urls import reverse

from cases.models import Barred
from mediation.similar import similar_to
from people.roles import Restriction
from tests.factories import CategoryFactory
from tests.mediation.factories import CommitteeFactory, accepted, closed, mediator_of

LEAK = {"title": "楼上卫生间漏水", "story": "楼上卫生间漏水，天花板受损，要求赔偿。"}
FENCE = {"title": "围墙占地", "story": "邻居新砌围墙，占了通道。"}


@pytest.fixture
def earlier(mediator, keeper, clerk):
    return closed(accepted(mediator, **LEAK), keeper, clerk)


def found(mediation, reader=None):
    return similar_to(mediation.case, reader or mediation.mediator)


def test_a_closed_matter_of_the_kind_is_shown_with_how_it_ended(client, earlier, mediator):
    mediation = accepted(mediator, **LEAK)
    client.force_login(mediator)
    page = client.get(reverse("mediation:detail", args=[mediation.pk])).content.decode()
    url = reverse("mediation:similar", args=[mediation.pk])
    assert url in page
    panel = client.get(url).content.decode()
    for shown in (earlier.case.number, "达成协议", "书面协议", "0 天", "陈**"):
        assert shown in panel
    assert "陈素芬" not in panel


def test_the_most_alike_comes_first_and_what_shares_no_word_not_at_all(mediator, keeper, clerk, earlier):
    other = closed(accepted(mediator, **LEAK | {"story": "楼上装修，噪声很大。"}), keeper, clerk)
    closed(accepted(mediator, **FENCE), keeper, clerk)
    assert found(accepted(mediator, **LEAK)) == [earlier, other]


def test_another_category_is_not_similar(mediator, earlier):
    elsewhere = accepted(mediator, category=CategoryFactory(code="C10", name="道路交通事故"), **LEAK)
    assert found(elsewhere) == []


def test_open_matters_are_not_shown(mediator):
    accepted(mediator, **LEAK)
    assert found(accepted(mediator, **LEAK)) == []


def test_what_lies_outside_the_sight_is_not_shown(earlier):
    stranger = mediator_of(CommitteeFactory())
    assert found(accepted(stranger, **LEAK)) == []


def test_whoever_is_barred_from_one_is_not_shown_it(mediator, earlier):
    Barred.objects.create(case=earlier.case, user=mediator, reason="回避")
    assert found(accepted(mediator, **LEAK)) == []


@pytest.mark.parametrize("restriction", [Restriction.VIOLENCE, Restriction.MINOR])
def test_hidden_matters_neither_ask_nor_answer(client, mediator, earlier, restriction):
    mediation = accepted(mediator, **LEAK)
    for row in (earlier, earlier.case):
        type(row).objects.filter(pk=row.pk).update(restriction=restriction)
    assert found(mediation) == []
    for row in (mediation, mediation.case):
        type(row).objects.filter(pk=row.pk).update(restriction=restriction)
    client.force_login(mediator)
    page = client.get(reverse("mediation:detail", args=[mediation.pk])).content.decode()
    assert reverse("mediation:similar", args=[mediation.pk]) not in page


def test_the_panel_costs_the_same_with_more_rows(
    client, mediator, keeper, clerk, earlier, django_assert_num_queries, django_assert_max_num_queries
):
    mediation = accepted(mediator, **LEAK)
    client.force_login(mediator)
    url = reverse("mediation:similar", args=[mediation.pk])
    client.get(url)
    with django_assert_max_num_queries(15) as few:
        client.get(url)
    closed(accepted(mediator, **LEAK), keeper, clerk)
    with django_assert_num_queries(len(few)):
        client.get(url)

"""The director's day: every number opens exactly its rows, with the same eyes."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from cases.models import Rating, Round
from cases.states import Answer, Outcome, State
from kernel.figures import value
from people.models import Area, Unit
from people.roles import Restriction, Role
from stats.measures import MEASURES
from tests.factories import CaseFactory, PersonFactory, UserFactory

PARTS = [
    (slug, part)
    for slug, measure in MEASURES.items()
    for part in ("rows", "base")
    if part == "rows" or measure.base
]


@pytest.fixture
def centre():
    return Unit.objects.get(code="centre")


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre))


def closed_today(outcome=Outcome.AGREEMENT, answer=None, area=None, **options):
    now = timezone.now()
    case = CaseFactory(area=area or Area.objects.get(name="樟潭街道"), state=State.CLOSED, **options)
    Round.objects.filter(case=case).update(outcome=outcome, resolved_at=now, closed_at=now)
    if answer:
        Rating.objects.create(round=case.latest_round(), answer=answer)
    return case


@pytest.fixture
def day():
    """Three settled, one of them unsatisfied and one not rated; one piece of advice; one isolated file."""
    closed_today(answer=Answer.SATISFIED)
    closed_today(answer=Answer.UNSATISFIED)
    closed_today()
    closed_today(outcome=Outcome.ANSWERED, answer=Answer.FAIRLY)
    closed_today(answer=Answer.SATISFIED, restriction=Restriction.ACCUSATION)


def fractions(user):
    today = timezone.localdate()
    return {slug: value(measure, user, today).fraction for slug, measure in MEASURES.items() if measure.base}


def test_rates_count_what_their_definition_says(day, director):
    assert fractions(director) == {"settled": "3/3", "satisfied": "2/3", "rated": "3/4", "first-time": "3/3"}


def test_a_matter_that_came_back_was_not_settled_the_first_time(day, director):
    case = closed_today()
    Round.objects.create(case=case, number=2, route="mediation", unit=case.unit)
    assert fractions(director)["first-time"] == "3/4"


def test_a_rate_of_nothing_is_a_dash(director):
    assert value(MEASURES["satisfied"], director, timezone.localdate()).text == "—"


@pytest.mark.parametrize(("slug", "part"), PARTS)
def test_a_number_and_its_list_are_the_same_rows(client, day, director, slug, part):
    client.force_login(director)
    page = client.get(reverse("stats:rows", args=[slug, part])).content.decode()
    measure = MEASURES[slug]
    rows = (measure.rows if part == "rows" else measure.base)(director, timezone.localdate())
    assert f"共 {rows.count()} 条" in page
    assert page.count('<tr id="row-') == rows.count()


def test_a_minor_is_named_on_no_list_behind_a_number(client, director):
    child = PersonFactory(name="汪小禾", birth_on=timezone.localdate() - timedelta(days=3000))
    closed_today(applicant=child)
    client.force_login(director)
    page = client.get(reverse("stats:rows", args=["closed", "rows"])).content.decode()
    assert "未成年人" in page
    assert "汪" not in page


def test_a_township_head_counts_only_the_township(day, centre):
    other = Area.objects.get(name="湖南镇")
    closed_today(area=other, answer=Answer.SATISFIED)
    head = UserFactory(
        post=(Role.TOWNSHIP_HEAD, Unit.objects.filter(area=other, kind=Unit.Kind.TOWNSHIP).first())
    )
    assert fractions(head)["rated"] == "1/1"


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR])
def test_administrators_see_no_figures(client, centre, role):
    client.force_login(UserFactory(post=(role, centre)))
    assert client.get(reverse("stats:today")).status_code == 403


def test_the_page_shows_numerator_denominator_and_definition(client, day, director):
    client.force_login(director)
    page = BeautifulSoup(client.get(reverse("stats:today")).content, "html.parser")
    text = page.select_one("#figures").get_text()
    assert "66.7 %" in text
    assert str(MEASURES["satisfied"].definition) in text


def test_the_figures_hear_of_restricted_matters_that_their_reader_counts(client, director):
    hidden = CaseFactory(restriction=Restriction.VIOLENCE).latest_round()
    closed = CaseFactory(restriction=Restriction.ACCUSATION).latest_round()
    client.force_login(director)
    page = BeautifulSoup(client.get(reverse("stats:today")).content, "html.parser")
    heard = set(page.select_one("#figures")["data-live"].split())
    assert heard & set(hidden.topics())
    assert not heard & set(closed.topics())


def test_the_fragment_is_what_a_reload_shows(client, director, fragment_matches_page):
    client.force_login(director)
    fragment_matches_page(reverse("stats:today"), "#figures")


def test_queries_do_not_grow_with_the_rows(client, director, django_assert_max_num_queries):
    for _ in range(5):
        closed_today(answer=Answer.SATISFIED)
    client.force_login(director)
    client.get(reverse("stats:today"))
    with django_assert_max_num_queries(35):
        client.get(reverse("stats:today"))
    with django_assert_max_num_queries(16):
        client.get(reverse("stats:rows", args=["closed", "rows"]))

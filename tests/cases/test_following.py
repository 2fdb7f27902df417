"""Whoever has a matter on a list or among their work hears of it, and nobody of a hidden one who may not open it."""

import pytest
from django.urls import reverse

from cases.lists import topics_of_files, topics_of_supervision, topics_of_work
from cases.models import Card, Case, Deferral, Request
from cases.services import ask, follow_up, issue_card, resolve, take
from cases.states import Outcome
from governance_center import work
from people.models import Unit
from people.roles import Restriction, Role
from tests.factories import CaseFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def hears(topics, row) -> bool:
    return bool(set(topics) & set(row.topics()))


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre))


def test_a_list_of_all_files_follows_those_that_its_reader_may_see(case, clerk, handler, stranger, director):
    round = case.latest_round()
    for reader in (clerk, handler, director):
        assert Case.objects.visible_to(reader).contains(case)
        assert hears(topics_of_files(reader), case)
        assert hears(topics_of_files(reader), round)
    assert not hears(topics_of_files(stranger), round)


def test_the_work_of_an_area_follows_its_matters_and_no_others():
    here = CaseFactory()
    office = UnitFactory(kind=Unit.Kind.TOWNSHIP, area=here.area)
    head = UserFactory(post=(Role.TOWNSHIP_HEAD, office))
    officer = UserFactory(post=(Role.TOWNSHIP_OFFICER, office))
    assert hears(topics_of_work(head), here.latest_round())
    assert not hears(topics_of_work(officer), here.latest_round())
    assert not hears(topics_of_work(head), CaseFactory().latest_round())


def test_the_director_hears_a_round_of_a_bureau(case, director):
    assert hears(work.topics(director), case.latest_round())


@pytest.mark.parametrize(("row", "topic"), [(Card, "cards"), (Deferral, "deferrals")])
def test_who_presses_and_signs_hears_of_every_unit(case, handler, director, stranger, row, topic):
    asked = row(case=case, unit=case.unit, **case.sight())
    assert hears(topics_of_supervision(topic, director), asked)
    assert hears(topics_of_supervision(topic, handler), asked)
    assert not hears(topics_of_supervision(topic, stranger), asked)


def test_who_follows_up_hears_that_a_matter_is_resolved_and_closed(case, handler, clerk2):
    round = case.latest_round()
    assert not hears(work.topics(clerk2), round)
    take(round, by=handler)
    resolve(round, by=handler, outcome=Outcome.ANSWERED)
    assert hears(work.topics(clerk2), round)
    follow_up(round, by=clerk2, way="phone", said="满意", promise_kept=True)
    assert hears(work.topics(clerk2), round)


def test_a_hidden_matter_is_told_only_to_who_may_open_it(director, centre):
    hidden = CaseFactory(unit=centre, restriction=Restriction.VIOLENCE)
    leader = UserFactory(post=(Role.LEADER, centre))
    request = Request(case=hidden, to_unit=centre, from_unit=centre, **hidden.sight())
    for row in (hidden, hidden.latest_round(), request):
        assert hears(topics_of_files(director), row)
        assert not hears(topics_of_files(leader), row)
        assert not hears(work.topics(leader), row)


@pytest.fixture
def pressed(case, handler, director):
    """The matter, with a request and a card on it."""
    take(case.latest_round(), by=handler)
    ask(
        case.latest_round(),
        by=handler,
        kind="help",
        from_unit=case.unit,
        to_unit=UnitFactory(),
        text="请核实。",
    )
    UserFactory(post=(Role.UNIT_HEAD, case.unit))
    issue_card(case.latest_round(), by=director, unit=case.unit, level="ordinary", words="请说明情况。")
    return case


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("cases:detail", "#actions"),
        ("cases:detail", "#cover"),
        ("cases:detail", "#work"),
        ("cases:detail", "#timeline"),
        ("cases:clocks", "#clocks"),
        ("cases:card_list", "#counts"),
        ("cases:card_list", "#rows"),
        ("cases:deferral_list", "#counts"),
        ("cases:deferral_list", "#rows"),
        ("cases:request_list", "#rows"),
        ("cases:clock_watch", "#watch"),
    ],
)
def test_what_is_asked_for_again_is_what_a_reload_shows(
    client, pressed, director, fragment_matches_page, name, part
):
    client.force_login(director)
    of_a_file = name in ("cases:detail", "cases:clocks")
    fragment_matches_page(reverse(name, args=[pressed.pk] if of_a_file else []), part)

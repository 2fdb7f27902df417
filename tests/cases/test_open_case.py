import pytest

from cases.models import Case, Round
from cases.services import open_case
from cases.states import Route, State
from kernel.moves import MoveRefused
from people.roles import Restriction, Role
from tests.cases.fixtures import opened, verbs
from tests.factories import UserFactory


def test_a_new_matter_waits_at_its_desk_with_a_clock_and_a_trace(case, bureau, centre):
    round = case.latest_round()
    assert (round.state, round.route, round.unit) == (State.ROUTED, Route.DISPATCH, bureau)
    assert round.clocks.running().get().code == "case.take"
    assert verbs(case) == ["open_case"]
    assert set(case.seen_by) == {bureau.pk, centre.pk}


def test_the_cover_shows_the_due_date_of_its_round(case):
    case.refresh_from_db()
    assert case.due_at == case.latest_round().due_at


def test_a_role_that_opens_nothing_is_refused_and_leaves_nothing(centre, bureau, applicant):
    analyst = UserFactory(post=(Role.ANALYST, centre))
    with pytest.raises(MoveRefused):
        opened(by=analyst, unit=centre, to_unit=bureau, applicant=applicant)
    assert not Case.objects.exists()


def test_a_restricted_matter_has_a_number_of_its_own_and_no_words_to_find_it_by(
    clerk, centre, bureau, applicant
):
    case = opened(
        by=clerk, unit=centre, to_unit=bureau, applicant=applicant, restriction=Restriction.VIOLENCE
    )
    assert "-G" in case.number
    assert (case.searchable, case.terms) == ("", [])
    assert case.latest_round().restriction == Restriction.VIOLENCE


def test_the_matters_of_one_visit_share_their_query_code(clerk, centre, bureau, applicant):
    first = opened(by=clerk, unit=centre, to_unit=bureau, applicant=applicant)
    second = opened(by=clerk, unit=centre, to_unit=bureau, applicant=applicant, query_code=first.query_code)
    assert first.query_code == second.query_code
    assert first.number != second.number


def test_a_failure_half_way_leaves_no_case(clerk, centre, bureau, applicant, monkeypatch):
    monkeypatch.setattr("cases.services.refresh_words", lambda case: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        opened(by=clerk, unit=centre, to_unit=bureau, applicant=applicant)
    assert not Case.objects.exists()
    assert not Round.objects.exists()


def test_opening_is_a_keyword_call(clerk):
    with pytest.raises(TypeError):
        open_case(clerk)

"""What somebody lays before a unit is told there: to those who may take it, and never to whoever did it."""

import pytest

from cases import services
from cases.states import Outcome, Route
from kernel.models import MessageKind, Notification
from people.roles import Restriction, Role
from tests.cases.fixtures import opened
from tests.factories import PersonFactory, UnitFactory, UserFactory


def assigned() -> list:
    """Who was told of new work since the last look."""
    rows = Notification.objects.filter(kind=MessageKind.ASSIGNED).order_by("to")
    told = [row.to for row in rows]
    Notification.objects.all().delete()
    return told


@pytest.fixture
def round(handler, case):
    Notification.objects.all().delete()
    return case.latest_round()


@pytest.fixture
def request_(round, handler, stranger, bureau, other_bureau):
    services.take(round, by=handler)
    given = {"kind": "help", "from_unit": bureau, "to_unit": other_bureau, "text": "请提供资料。"}
    return services.ask(round, by=handler, **given)


def test_an_ordinary_matter_is_told_to_those_who_may_take_it(handler, clerk, centre, bureau, applicant):
    UserFactory(post=(Role.STAMP_KEEPER, bureau))
    case = opened(by=clerk, unit=centre, to_unit=bureau, applicant=applicant)
    row = Notification.objects.get()
    assert (row.to, row.kind, row.text) == (handler, MessageKind.ASSIGNED, f"待接办：{case.number}")


def test_what_is_laid_on_ones_own_desk_is_told_to_nobody(clerk, clerk2, centre, applicant):
    opened(by=clerk, unit=centre, to_unit=centre, applicant=applicant, route=Route.INTAKE)
    assert assigned() == []


def test_what_is_sent_on_is_told_where_it_goes(round, handler, stranger, other_bureau):
    services.take(round, by=handler)
    services.reroute(round, by=handler, route=Route.DISPATCH, unit=other_bureau, note="属地管辖。")
    assert assigned() == [stranger]


def test_what_comes_back_is_told_too(closed, handler, clerk, bureau):
    assigned()
    services.reopen(closed, by=clerk, unit=bureau, reason="再次来访", route=Route.DISPATCH)
    assert assigned() == [handler]


def test_each_turn_of_a_request_is_told_to_the_side_that_goes_on(request_, handler, stranger, other_bureau):
    colleague = UserFactory(post=(Role.HANDLER, other_bureau))
    assert assigned() == [stranger]
    services.object_to_request(request_, by=stranger, note="不属于我局职责。")
    assert assigned() == [handler]
    services.refuse_objection(request_, by=handler, note="三定方案有规定。")
    assert assigned() == [stranger, colleague]
    services.accept_request(request_, by=stranger)
    services.answer_request(request_, by=stranger, answer="没有备案。")
    assert assigned() == [handler]
    services.send_request_back(request_, by=handler, note="缺盖章件。")
    assert assigned() == [stranger]


def test_of_a_restricted_matter_only_those_hear_who_may_open_it(clerk, centre):
    office = UnitFactory(kind="petitions")
    officer = UserFactory(post=(Role.DISCIPLINE, office))
    UserFactory(post=(Role.PETITION_OFFICER, office))
    given = {"restriction": Restriction.ACCUSATION, "route": Route.PETITIONS}
    opened(by=clerk, unit=centre, to_unit=office, applicant=PersonFactory(), **given)
    assert assigned() == [officer]


def test_telling_costs_few_statements(
    clerk, centre, bureau, handler, applicant, django_assert_max_num_queries
):
    opened(by=clerk, unit=centre, to_unit=bureau, applicant=applicant)
    with django_assert_max_num_queries(34):
        opened(by=clerk, unit=centre, to_unit=bureau, applicant=PersonFactory())


def test_a_resolved_matter_wakes_nobody(round, handler):
    services.take(round, by=handler)
    services.resolve(round, by=handler, outcome=Outcome.REPLIED)
    assert assigned() == []

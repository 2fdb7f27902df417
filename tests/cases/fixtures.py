"""A centre, two bureaux and the people of both, and matters opened by the services themselves."""

from datetime import date

import pytest

from cases.models import Case
from cases.services import follow_up, open_case, resolve, take
from cases.states import Outcome, Route
from kernel.models import ClockRule
from people.models import Unit
from people.roles import Role
from tests.factories import (
    AreaFactory,
    CategoryFactory,
    OutletFactory,
    PersonFactory,
    UnitFactory,
    UserFactory,
)

RULES = {"case.take": 1, "case.follow_up": 7, "case.rating": 30, "request.answer": 5}


@pytest.fixture(autouse=True)
def _rules(db):
    """The clock rules that the verbs touch, where the reference data have not brought them."""
    for code, length in RULES.items():
        if not ClockRule.objects.filter(code=code).exists():
            unit = ClockRule.Unit.CALENDAR_DAY
            since = date(2020, 1, 1)
            ClockRule.objects.create(
                code=code, name=code, legal_basis="测试", unit=unit, length=length, since=since
            )


@pytest.fixture
def centre():
    return Unit.objects.filter(kind=Unit.Kind.CENTRE).first() or UnitFactory(centre=True)


@pytest.fixture
def clerk(centre):
    return UserFactory(post=(Role.CLERK, centre), name="徐晓岚")


@pytest.fixture
def clerk2(centre):
    return UserFactory(post=(Role.CLERK, centre), name="姜小芳")


@pytest.fixture
def bureau():
    return UnitFactory(name="试验人力局", phone="0570-3012345")


@pytest.fixture
def handler(bureau):
    return UserFactory(post=(Role.HANDLER, bureau), name="毛承办")


@pytest.fixture
def other_bureau():
    return UnitFactory(name="试验住建局")


@pytest.fixture
def stranger(other_bureau):
    """A handler of a bureau that has nothing to do with the matter."""
    return UserFactory(post=(Role.HANDLER, other_bureau), name="余外人")


@pytest.fixture
def applicant():
    return PersonFactory(name="王冬梅", initials="wdm", phone="13800001234", id_number="430421199003070042")


@pytest.fixture
def case(clerk, centre, bureau, applicant):
    """A matter that the centre sent to the bureau, where it waits."""
    return opened(by=clerk, unit=centre, to_unit=bureau, applicant=applicant)


@pytest.fixture
def closed(case, handler, clerk2):
    """The same matter, taken, answered, followed up by another person and closed."""
    return close(case, handler, clerk2)


def opened(*, by, unit, to_unit, applicant, route=Route.DISPATCH, **matter) -> Case:
    defaults = {
        "title": "保洁员被辞退要工资",
        "story": "做了一天半，单位不给工资，要求付 450 元。",
        "category": CategoryFactory(),
        "outlet": OutletFactory(route=route, code=f"t-{route[:8]}"),
        "area": AreaFactory(),
    }
    return open_case(by=by, unit=unit, to_unit=to_unit, applicant=applicant, **defaults | matter)


def close(case, handler, caller) -> Case:
    """Through the remaining states by the services that desks call."""
    round = case.latest_round()
    take(round, by=handler)
    resolve(round, by=handler, outcome=Outcome.REPLIED)
    follow_up(round, by=caller, way="phone", said="已收到工资。", promise_kept=True)
    case.refresh_from_db()
    return case


def verbs(subject) -> list[str]:
    return [entry.verb for entry in subject.dossier.entries.order_by("seq")]

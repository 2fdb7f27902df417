import pytest

from people.models import Unit
from people.roles import Role
from tests.factories import UnitFactory, UserFactory
from tests.mediation.factories import CommitteeFactory, accepted, mediator_of, with_rules


@pytest.fixture(autouse=True)
def _rules(db):
    with_rules()


@pytest.fixture
def committee():
    return CommitteeFactory()


@pytest.fixture
def mediator(committee):
    return mediator_of(committee, name="连翠英")


@pytest.fixture
def colleague(committee):
    return mediator_of(committee, name="郑和田")


@pytest.fixture
def stranger():
    """A mediator of another committee."""
    return mediator_of(CommitteeFactory())


@pytest.fixture
def keeper(committee):
    return UserFactory(post=(Role.STAMP_KEEPER, committee), name="柴印章")


@pytest.fixture
def mediation(mediator):
    return accepted(mediator)


@pytest.fixture
def centre():
    return Unit.objects.filter(kind=Unit.Kind.CENTRE).first() or UnitFactory(centre=True)


@pytest.fixture
def head(committee):
    return UserFactory(post=(Role.UNIT_HEAD, committee), name="卢主任")


@pytest.fixture
def court():
    return UnitFactory(kind=Unit.Kind.COURT, name="衢江区人民法院驻点窗口（测试）")


@pytest.fixture
def clerk(centre):
    return UserFactory(post=(Role.CLERK, centre), name="徐晓岚")

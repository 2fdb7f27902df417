import pytest

from people.roles import Role
from tests.factories import UnitFactory, UserFactory
from tests.intake.factories import hall, next_window, seated
from tests.mediation.factories import with_rules


@pytest.fixture(autouse=True)
def _rules(db):
    with_rules()


@pytest.fixture
def centre():
    return hall()


@pytest.fixture
def window(centre):
    return next_window(centre)


@pytest.fixture
def clerk(window):
    return seated(window, name="徐晓岚")


@pytest.fixture
def clerk2(centre):
    """The clerk of the next window."""
    return seated(next_window(centre))


@pytest.fixture
def mediator(window):
    """A mediator of a committee who sits at the window of the clerk today."""
    return seated(window, Role.MEDIATOR, unit=UnitFactory(), name="郑和田")


@pytest.fixture
def guide(centre):
    return UserFactory(post=(Role.GUIDE, centre))


@pytest.fixture
def stranger(centre):
    """A clerk of the centre who has no seat today."""
    return UserFactory(post=(Role.CLERK, centre))


@pytest.fixture
def outsider():
    """A clerk with a seat in another hall."""
    return seated(next_window(UnitFactory()))

"""The petition desk, and a matter that waits for it."""

import pytest

from cases.states import Route
from people.models import Unit
from people.roles import Role
from tests.cases.fixtures import opened
from tests.factories import UnitFactory, UserFactory


@pytest.fixture
def petition_office():
    return UnitFactory(kind=Unit.Kind.PETITIONS, name="试验信访局")


@pytest.fixture
def officer(petition_office):
    return UserFactory(post=(Role.PETITION_OFFICER, petition_office), name="祝信访")


@pytest.fixture
def petition(clerk, centre, petition_office, applicant):
    """A matter that waits for the petition desk."""
    return opened(by=clerk, unit=centre, to_unit=petition_office, applicant=applicant, route=Route.PETITIONS)

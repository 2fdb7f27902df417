"""The petition desk, a matter that waits for it, and one that is taken and registered."""

import pytest
from django.utils import timezone

from cases.states import Route
from people.models import Unit
from people.roles import Role
from petitions import services
from petitions.states import Form, Purpose
from tests.cases.fixtures import opened
from tests.factories import UnitFactory, UserFactory


@pytest.fixture
def petition_office():
    return UnitFactory(kind=Unit.Kind.PETITIONS, name="试验信访局")


@pytest.fixture
def officer(petition_office):
    return UserFactory(post=(Role.PETITION_OFFICER, petition_office), name="祝信访")


@pytest.fixture
def officer2(petition_office):
    return UserFactory(post=(Role.PETITION_OFFICER, petition_office), name="汪信访")


@pytest.fixture
def petition(clerk, centre, petition_office, applicant):
    """A matter that waits for the petition desk."""
    return opened(by=clerk, unit=centre, to_unit=petition_office, applicant=applicant, route=Route.PETITIONS)


@pytest.fixture
def handling(petition, officer):
    """The same, taken and not registered."""
    return services.accept_petition(petition.latest_round(), by=officer)


@pytest.fixture
def registered(handling, officer):
    """The same, registered too."""
    register(handling, by=officer)
    return handling


@pytest.fixture
def unit_head(bureau):
    return UserFactory(post=(Role.UNIT_HEAD, bureau), name="卢局长")


@pytest.fixture
def colleague(bureau):
    return UserFactory(post=(Role.HANDLER, bureau), name="姜核稿")


@pytest.fixture
def sent(registered, officer, bureau):
    """The same, forwarded to a bureau that has not signed for it."""
    services.forward(registered, by=officer, unit=bureau)
    return registered.forwardings.get()


@pytest.fixture
def signed(sent, handler):
    services.sign_for(sent, by=handler, received_on=timezone.localdate())
    return sent


@pytest.fixture
def accepted(signed, handler):
    services.accept_matter(signed, by=handler, accepted_on=timezone.localdate())
    return signed


PARTS = {
    "result": "explained",
    "demand": "要求付 450 元。",
    "facts": "经查，约定日工资 300 元。",
    "decision": "由单位支付一天半工资。",
    "basis": "《劳动合同法》第三十条。",
    "remedy_to": "衢江区人民政府",
}


@pytest.fixture
def draft(accepted, handler):
    return services.draft_opinion(accepted, by=handler, **PARTS)


@pytest.fixture
def opinion(draft, colleague, unit_head):
    """Issued, and not delivered."""
    services.check_letter(draft, by=colleague)
    services.sign_letter(draft, by=unit_head)
    return draft


def deliver(letter, *, by, **changes):
    given = {"delivered_on": timezone.localdate(), "way": "hand", "received_by": "本人"}
    services.deliver_letter(letter, by=by, **given | changes)


def register(handling, *, by, **changes):
    given = {
        "form": Form.VISIT,
        "came_on": timezone.localdate(),
        "purpose": Purpose.APPEAL,
        "people_count": 1,
        "is_oral": True,
        "problem_unit": "某保洁公司",
    }
    return services.register_petition(handling, by=by, **given | changes)

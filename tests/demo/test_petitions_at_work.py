"""The scenes that the demo lives with petitions in hand."""

from django.utils import timezone

from cases.states import Route
from governance_center.demo import petitions, staff
from people.models import Unit, User
from petitions import services
from petitions.models import Forwarding, Review
from tests.cases.fixtures import opened
from tests.factories import PersonFactory


def test_each_scene_leaves_a_petition_further_on_than_the_last():
    staff.load()
    office, officer = Unit.objects.get(code="petitions"), User.objects.get(username="petitions")
    for _scene in petitions.SCENES:
        case = opened(by=None, unit=office, to_unit=office, applicant=PersonFactory(), route=Route.PETITIONS)
        handling = services.accept_petition(case.latest_round(), by=officer)
        services.register_petition(
            handling, by=officer, form="visit", came_on=timezone.localdate(), purpose="appeal"
        )
    petitions.live()
    states = sorted(Forwarding.objects.values_list("state", flat=True))
    assert states == ["accepted", "accepted", "answered", "answered", "objected", "sent", "signed"]
    assert Review.objects.get().body == "衢江区人民政府"

"""Story P2, point 7: the figures of the ceiling, 1/1, 21 days, 1/1, for whoever mediated it in the end."""

from datetime import date, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import FollowUp
from kernel.figures import value
from mediation import figures, mediators, services
from mediation.figures import MEASURES, month_of
from mediation.states import CheckItem
from people.models import Unit
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import (
    change_asked,
    drafted_in_parts,
    interest_declared,
    mediator_of,
    sign,
    waiting_case,
)


def at(month, day, hour=10):
    moment = datetime(2026, month, day, hour, tzinfo=timezone.get_default_timezone())
    return time_machine.travel(moment, tick=False)


@pytest.fixture(autouse=True)
def _reference(db):
    call_command("load_reference", verbosity=0)


def figure(slug, mediator, month):
    work = mediators.work_of(mediator, mediator)
    return value(MEASURES[slug], work, month_of(date(2026, month, 1))).fraction


def test_the_ceiling_counts_once_in_september_and_in_time(client):
    committee, centre = Unit.objects.get(code="committee"), Unit.objects.get(code="centre")
    former, mediator = mediator_of(committee, name="周国良"), mediator_of(committee, name="连翠英")
    director = UserFactory(post=(Role.DIRECTOR, centre))
    keeper = UserFactory(post=(Role.STAMP_KEEPER, committee))
    with at(8, 17):
        mediation = services.accept(waiting_case(committee).rounds.get(), by=former)
        interest_declared(mediation)
    with at(8, 18):
        change = change_asked(mediation, by=former)
    with at(8, 19):
        services.grant_change(change, by=director, to=mediator)
    mediation.refresh_from_db()
    with at(9, 4):
        agreement = drafted_in_parts(mediation)
        services.submit_agreement(agreement, by=mediator, checked=CheckItem.values)
        one, other, firm, own = agreement.signatures.all()
        sign(agreement, one)
        sign(agreement, other)
    with at(9, 5):
        sign(agreement, firm)
    with at(9, 7):
        sign(agreement, own)
        services.set_stamp(agreement, by=keeper, stamped_on=date(2026, 9, 7))
    with at(9, 10):
        clerk = UserFactory(post=(Role.CLERK, centre))
        cases.follow_up(
            mediation.round, by=clerk, way=FollowUp.Way.PHONE, said="按期履行中", promise_kept=True
        )

    assert figure("success", mediator, 9) == "1/1"
    assert figure("on-time", mediator, 9) == "1/1"
    days = figures.days(mediators.work_of(mediator, mediator), month_of(date(2026, 9, 1)))
    assert (days.mean_text, days.median_text) == ("21", "21")
    assert figure("success", former, 9) == "0/0", "he is recused, and it is not his"

    client.force_login(mediator)
    with at(11, 3):
        page = client.get(reverse("mediation:me")).content.decode()
        assert "平均 21，中位 21" in page
        url = reverse("mediation:mediator_rows", args=[mediator.pk, "2026", "on-time", "rows"])
        assert url in page
        assert [row.item for row in client.get(url).context["listing"].rows] == [mediation]

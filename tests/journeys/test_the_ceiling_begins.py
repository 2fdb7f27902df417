"""Story P2, its beginning: three are asked, the mediator is kin, a second person decides. Times are Asia/Shanghai."""

from datetime import date, datetime

import pytest
import time_machine
from django.utils import timezone

from cases.models import Category, Party
from cases.states import Side
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Mediation
from mediation.states import AskedBy, ChangeState, Interest, Kind, Willing
from people.models import Unit
from people.roles import Role
from people.services import register_organisation
from tests.factories import CaseFactory, PersonFactory, UserFactory

SHANGHAI = timezone.get_default_timezone()


def at(day, hour, minute=0):
    return time_machine.travel(datetime(2026, 8, day, hour, minute, tzinfo=SHANGHAI), tick=False)


@pytest.fixture
def committee(db):
    return Unit.objects.get(code="committee")


@pytest.fixture
def people(committee):
    """周国良 and 连翠英 mediate; the director heads the centre; a clerk notes what 陈素芬 says."""
    centre = Unit.objects.get(code="centre")
    return {
        "周国良": UserFactory(name="周国良", post=(Role.MEDIATOR, committee)),
        "连翠英": UserFactory(name="连翠英", post=(Role.MEDIATOR, committee)),
        "director": UserFactory(post=(Role.DIRECTOR, centre)),
        "clerk": UserFactory(post=(Role.CLERK, centre)),
    }


@pytest.fixture
def mediation(committee, people):
    """Accepted on Monday 17 August, with the consent of all three."""
    with at(17, 9, 10):
        applicant = PersonFactory(name="陈素芬", id_number="330803195803084527")
        category = Category.objects.get(code="C04")
        case = CaseFactory(unit=committee, category=category, applicant=applicant, title="天花板渗水")
        neighbour = PersonFactory(name="周启航", id_number="330803198503124513")
        firm = register_organisation(name="衢州市安澜物业有限公司", uscc="91330803MA2DFAKE0X")
        Party.objects.create(case=case, side=Side.RESPONDENT, person=neighbour, name=neighbour.name)
        Party.objects.create(case=case, side=Side.RESPONDENT, organisation=firm, name=firm.name)
    with at(17, 10):
        mediation = services.accept(case.latest_round(), by=people["周国良"])
    ways = [AskedBy.IN_PERSON, AskedBy.PHONE, AskedBy.WRITING]
    for hour, (party, way) in enumerate(zip(case.parties.all(), ways, strict=True), 14):
        with at(17, hour, 20):
            asked = {"party": party, "way": way, "asked_at": timezone.now(), "answer": Willing.AGREED}
            services.record_consent(mediation, by=people["周国良"], **asked)
    return mediation


def test_all_three_consented_with_hour_and_way_and_the_clock_ends_on_16_september(mediation):
    consents = list(mediation.consents.all())
    assert [(one.way, f"{timezone.localtime(one.asked_at):%m-%d %H:%M}") for one in consents] == [
        ("in_person", "08-17 14:20"),
        ("phone", "08-17 15:20"),
        ("writing", "08-17 16:20"),
    ]
    assert services.not_consenting(mediation) == []
    assert mediation.kind == Kind.PEOPLES
    clock = mediation.round.clocks.running().get(code="mediation.mediate")
    assert (clock.code, clock.last_day) == ("mediation.mediate", date(2026, 9, 16))


def test_the_kinsman_is_replaced_by_a_second_person_and_the_clock_does_not_restart(mediation, people):
    clock = mediation.round.clocks.running().get(code="mediation.mediate")
    with at(17, 17):
        own = services.declare_interest(
            mediation, by=people["周国良"], interest=Interest.KIN, reason="周启航是我侄子"
        )
    with at(18, 9):
        asked = services.ask_change(
            mediation,
            by=people["clerk"],
            party=mediation.case.parties.first(),
            interest=Interest.KIN,
            reason="他们是一家人",
        )
    with at(19, 9):
        with pytest.raises(MoveRefused):
            services.grant_change(own, by=people["周国良"], to=people["连翠英"])
        services.grant_change(asked, by=people["director"], to=people["连翠英"])
    mediation.refresh_from_db()
    own.refresh_from_db()
    assert mediation.mediator == people["连翠英"]
    assert (own.state, own.decided_by) == (ChangeState.GRANTED, people["director"])
    assert mediation.round.clocks.running().get(code="mediation.mediate") == clock
    assert not Mediation.objects.visible_to(people["周国良"]).filter(pk=mediation.pk).exists()
    verbs = [entry.verb for entry in mediation.dossier.entries.order_by("seq")]
    assert verbs[-5:] == ["declare_interest", "ask_change", "grant_change", "grant_change", "change_mediator"]

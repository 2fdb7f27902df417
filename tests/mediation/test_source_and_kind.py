"""Where a dispute comes from, and what its kind decides."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Party
from cases.services import take
from cases.states import Channel, Route, Side
from kernel.moves import MoveRefused
from mediation import interests, services
from mediation.models import Mediation
from mediation.states import SOURCE_OF, TERMS, Binds, Kind, Source
from people.roles import Role
from tests.factories import CaseFactory, CategoryFactory, UserFactory
from tests.mediation.factories import accepted, mediator_of, waiting_case

TODAY = timezone.localdate


def test_every_channel_has_a_source_and_every_kind_its_terms():
    assert set(SOURCE_OF) == set(Channel)
    assert set(TERMS) == set(Kind)


@pytest.mark.parametrize(
    ("channel", "source"),
    [
        (Channel.WINDOW, Source.WINDOW),
        (Channel.ONLINE, Source.APPLICATION),
        (Channel.HOTLINE, Source.HOTLINE),
        (Channel.POLICE, Source.POLICE),
    ],
)
def test_the_source_follows_from_the_channel(mediator, channel, source):
    assert accepted(mediator, channel=channel).source == source


def test_what_the_courts_desk_sent_on_comes_from_the_court(committee, mediator, court):
    clerk = UserFactory(post=(Role.COURT, court))
    round = CaseFactory(unit=court, route=Route.COURT).rounds.get()
    referral = services.accept_referral(round, by=clerk)
    round.refresh_from_db()
    assert referral.round == round
    round.transfers.create(
        from_route=Route.COURT,
        from_unit=court,
        to_route=Route.MEDIATION,
        to_unit=committee,
        reason="委派调解",
        by=clerk,
    )
    assert services.source_of(round) == Source.COURT
    assert services.kind_of(round) == Kind.REFERRED_BEFORE


def test_who_accepts_may_say_that_it_was_of_own_motion(committee, mediator):
    round = waiting_case(committee).rounds.get()
    assert services.accept(round, by=mediator, source=Source.OWN_MOTION).source == Source.OWN_MOTION


def test_a_labour_dispute_has_fifteen_days_from_the_application(committee, mediator):
    round = waiting_case(committee, category=CategoryFactory(code="C02", name="劳动争议")).rounds.get()
    assert services.kind_of(round) == Kind.LABOUR
    applied = TODAY() - timedelta(days=3)
    services.accept(round, by=mediator, kind=Kind.LABOUR, received_on=applied)
    clock = round.clocks.running().get(code__startswith="mediation.")
    assert (clock.code, clock.last_day) == ("mediation.mediate.labour", applied + timedelta(days=15))


def test_a_referral_before_filing_runs_from_the_courts_papers(committee, mediator):
    round = waiting_case(committee).rounds.get()
    mediation = services.accept(round, by=mediator, kind=Kind.REFERRED_BEFORE, received_on=TODAY())
    clock = round.clocks.running().get(code__startswith="mediation.")
    assert clock.code == "mediation.mediate.referred_before"
    assert clock.last_day == TODAY() + timedelta(days=30)
    assert mediation.terms.binds == Binds.SIGNED
    assert not mediation.terms.oral


def test_a_kind_that_counts_from_papers_asks_for_their_day(committee, mediator):
    round = waiting_case(committee).rounds.get()
    tomorrow = TODAY() + timedelta(days=1)
    for day in (None, tomorrow):
        with pytest.raises(MoveRefused, match="收到法院委派材料之日"):
            services.accept(round, by=mediator, kind=Kind.REFERRED_BEFORE, received_on=day)
    assert not Mediation.objects.exists()


def test_a_day_from_before_the_law_is_refused(committee, mediator):
    round = waiting_case(committee).rounds.get()
    with pytest.raises(MoveRefused, match="请核对日期"):
        services.accept(round, by=mediator, kind=Kind.LABOUR, received_on=date(2001, 1, 1))
    assert not Mediation.objects.exists()


def test_the_clock_of_any_kind_stops_at_the_end(committee, mediator, court):
    round = waiting_case(committee).rounds.get()
    mediation = services.accept(round, by=mediator, kind=Kind.LABOUR, received_on=TODAY())
    services.give_up(
        mediation, by=mediator, ground="no_agreement", note="差距大", route=Route.COURT, unit=court
    )
    assert [clock.code for clock in mediation.round.clocks.running()] == ["case.take"]


def test_other_open_matters_of_the_same_people_are_shown(committee, mediator, client):
    round = waiting_case(committee).rounds.get()
    party = round.case.parties.first()
    twin = CaseFactory(unit=committee, applicant=party.person, title="天花板发霉")
    CaseFactory(unit=committee, title="无关的事")
    elsewhere = CaseFactory(applicant=party.person, title="别处的事")
    assert interests.other_matters(round.case, mediator) == [twin]
    client.force_login(mediator)
    page = client.get(reverse("mediation:accept", args=[round.pk])).content.decode()
    assert "天花板发霉" in page
    assert elsewhere.title not in page


def test_the_same_firm_in_another_matter_is_shown(committee, mediator):
    case = waiting_case(committee)
    firm = case.parties.get(side=Side.THIRD).organisation
    twin = CaseFactory(unit=committee)
    Party.objects.create(case=twin, side=Side.RESPONDENT, organisation=firm, name=firm.name)
    assert interests.other_matters(case, mediator) == [twin]


def test_the_page_proposes_and_takes_what_is_chosen(committee, mediator, client):
    labour = CategoryFactory(code="C02", name="劳动争议")
    round = waiting_case(committee, category=labour).rounds.get()
    client.force_login(mediator)
    url = reverse("mediation:accept", args=[round.pk])
    assert '<option value="labour" selected>' in client.get(url).content.decode()
    chosen = {"source": "application", "kind": "labour", "received_on": ""}
    answer = client.post(url, chosen)
    assert answer.status_code == 422
    assert "请填写收到调解申请之日" in answer.content.decode()
    assert client.post(url, chosen | {"received_on": str(TODAY())}).status_code == 302
    mediation = Mediation.objects.get()
    assert (mediation.source, mediation.kind) == (Source.APPLICATION, Kind.LABOUR)
    page = client.get(reverse("mediation:detail", args=[mediation.pk])).content.decode()
    assert "劳动争议调解" in page


def test_accepted_by_another_while_the_page_was_open(committee, mediator):
    round = waiting_case(committee).rounds.get()
    take(round, by=mediator_of(committee))
    with pytest.raises(MoveRefused, match="办理中"):
        services.accept(round, by=mediator, kind=Kind.PEOPLES)

"""诉前调解: the court's desk gives a matter to a committee, before or after filing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.states import Channel, Route
from cases.states import State as RoundState
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import CourtReferral, Entrustment
from mediation.states import EntrustmentState, Kind, ReferralState, Source
from people.roles import Restriction, Role
from tests.factories import CaseFactory, UserFactory
from tests.mediation.factories import entrusted, mediator_of

DAYS = {Kind.REFERRED_BEFORE: 30, Kind.REFERRED_AFTER: 15, Kind.REFERRED_SUMMARY: 7}


def test_the_matter_waits_for_the_committee_with_number_and_day(referral, cadre, committee, mediator):
    entrustment = entrusted(referral, committee, by=cadre)
    round = entrustment.round
    assert (round.state, round.route, round.unit) == (RoundState.ROUTED, Route.MEDIATION, committee)
    assert "（2026）浙0803诉前调123号" in round.transfers.get().reason
    assert (entrustment.state, entrustment.desk) == (EntrustmentState.SENT, cadre.posts.get().unit)
    referral.refresh_from_db()
    assert referral.state == ReferralState.ENTRUSTED
    assert not round.clocks.running().filter(code="court.handle").exists()
    verbs = [entry.verb for entry in round.dossier.entries.all()][-3:]
    assert verbs == ["reroute", "send_to_committee", "entrust"]
    assert mediator.notifications.exists()
    assert Entrustment.objects.visible_to(mediator).get() == entrustment


@pytest.mark.parametrize("kind", DAYS)
def test_each_kind_has_its_own_days_from_when_the_papers_came(referral, cadre, mediator, committee, kind):
    entrustment = entrusted(referral, committee, by=cadre, kind=kind)
    today = timezone.localdate()
    mediation = services.accept(
        entrustment.round, by=mediator, source=Source.COURT, kind=kind, received_on=today
    )
    entrustment.refresh_from_db()
    assert (entrustment.state, entrustment.mediation) == (EntrustmentState.MEDIATING, mediation)
    clock = mediation.round.clocks.running().get(code__startswith="mediation.mediate")
    assert clock.last_day == today + timedelta(days=DAYS[kind])


def test_it_is_accepted_as_what_the_court_gave_and_so_proposed(referral, cadre, mediator, committee):
    entrustment = entrusted(referral, committee, by=cadre, kind=Kind.REFERRED_AFTER)
    proposed = services.proposed_for(entrustment.round)
    assert (proposed["source"], proposed["kind"]) == (Source.COURT, Kind.REFERRED_AFTER)
    with pytest.raises(MoveRefused, match="请按这个种类接办"):
        services.accept(entrustment.round, by=mediator, kind=Kind.PEOPLES)
    entrustment.refresh_from_db()
    assert entrustment.mediation is None


def test_it_is_refused_to_others_to_no_committee_and_of_tomorrow(
    referral, cadre, mediator, committee, centre
):
    with pytest.raises(MoveRefused):
        entrusted(referral, committee, by=mediator)
    with pytest.raises(MoveRefused, match="不是调解组织"):
        entrusted(referral, centre, by=cadre)
    with pytest.raises(MoveRefused, match="不能晚于今天"):
        entrusted(referral, committee, by=cadre, papers_on=timezone.localdate() + timedelta(days=1))
    entrusted(referral, committee, by=cadre)
    with pytest.raises(MoveRefused, match="已交调解"):
        entrusted(referral, committee, by=cadre)


def test_one_is_open_a_round(referral, cadre, committee):
    first = entrusted(referral, committee, by=cadre)
    first.pk, first._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save()


def test_of_a_restricted_matter_the_words_are_cipher(court, cadre, committee):
    mediator_of(committee)
    case = CaseFactory(unit=court, route=Route.COURT, restriction=Restriction.VIOLENCE)
    referral = services.accept_referral(case.rounds.get(), by=cadre)
    entrusted(referral, committee, by=cadre, note="分开约谈")
    assert Entrustment.objects.filter(note="").exists()
    assert Entrustment.objects.get().note == "分开约谈"


def test_a_failure_half_way_leaves_nothing(referral, cadre, committee, monkeypatch):
    monkeypatch.setattr("mediation.services.entrustments.opening", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        entrusted(referral, committee, by=cadre)
    assert not Entrustment.objects.exists()
    assert CourtReferral.objects.get().state == ReferralState.IN_HAND


def test_the_page_gives_it_and_the_desk_sees_three_piles(client, referral, cadre, committee):
    client.force_login(cadre)
    url = reverse("mediation:entrust", args=[referral.pk])
    assert url in client.get(reverse("mediation:court_detail", args=[referral.pk])).content.decode()
    given = {
        "kind": Kind.REFERRED_BEFORE,
        "court_number": "诉前调123",
        "papers_on": timezone.localdate(),
        "committee": committee.pk,
    }
    refused = client.post(url, given)
    assert refused.status_code == 422
    assert "诉前调123" in refused.content.decode()
    page = client.post(
        url, given | {"court_number": "（2026）浙0803诉前调123号"}, follow=True
    ).content.decode()
    assert "委派调解（立案前）" in page
    listed = client.get(reverse("mediation:entrustment_list")).content.decode()
    for words in ("立案引导（0）", "诉前调解（0）", "司法确认（0）", "浙0803诉前调123号"):
        assert words in listed


def test_what_the_court_sent_by_itself_comes_in_by_a_door(client, cadre):
    client.force_login(cadre)
    page = client.get(reverse("intake:register_arrival"))
    assert page.status_code == 200
    assert f'value="{Channel.COURT}"' in page.content.decode()


def test_the_list_costs_the_same_as_it_grows(client, court, cadre, committee, django_assert_max_num_queries):
    client.force_login(cadre)
    for _n in range(3):
        case = CaseFactory(unit=court, route=Route.COURT)
        entrusted(services.accept_referral(case.rounds.get(), by=cadre), committee, by=cadre)
    client.get(reverse("mediation:entrustment_list"))
    with django_assert_max_num_queries(20):
        client.get(reverse("mediation:entrustment_list"))


def test_strangers_see_none_of_it(client, referral, cadre, committee, stranger):
    entrustment = entrusted(referral, committee, by=cadre)
    client.force_login(stranger)
    assert client.get(reverse("mediation:entrustment_detail", args=[entrustment.pk])).status_code == 404


@pytest.fixture
def cadre(court):
    return UserFactory(post=(Role.COURT, court), name="方立明")


@pytest.fixture
def referral(court, cadre):
    case = CaseFactory(unit=court, route=Route.COURT)
    return services.accept_referral(case.rounds.get(), by=cadre)

"""A mediator takes a waiting matter."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from cases.states import Route
from cases.states import State as RoundState
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Mediation
from mediation.states import State
from people.roles import Restriction, Role
from tests.factories import CaseFactory, SeatFactory, UserFactory
from tests.mediation.factories import CommitteeFactory, mediator_of, waiting_case, with_rules


@pytest.fixture
def round(committee):
    return waiting_case(committee).rounds.get()


def test_accepting_takes_the_round_and_starts_the_clock(round, mediator):
    mediation = services.accept(round, by=mediator)
    round.refresh_from_db()
    assert (mediation.state, mediation.mediator) == (State.MEDIATING, mediator)
    assert round.state == RoundState.IN_HAND
    assert {clock.code for clock in round.clocks.running()} == {"case.first_contact", "mediation.mediate"}
    assert [entry.verb for entry in mediation.dossier.entries.all()] == ["take", "accept"]


def test_a_matter_in_hand_is_not_accepted_again(round, mediator, colleague):
    services.accept(round, by=mediator)
    with pytest.raises(MoveRefused, match="办理中"):
        services.accept(round, by=colleague)
    assert Mediation.objects.count() == 1


def test_only_a_mediator_of_the_committee_accepts(round, committee, stranger):
    clerk = UserFactory(post=(Role.CLERK, committee))
    for somebody in (stranger, clerk):
        with pytest.raises(MoveRefused):
            services.accept(round, by=somebody)
    round.refresh_from_db()
    assert round.state == RoundState.ROUTED
    assert not Mediation.objects.exists()


def test_an_industry_mediator_accepts_for_the_own_committee(round, committee):
    industry = UserFactory(post=(Role.INDUSTRY_MEDIATOR, committee))
    assert services.accept(round, by=industry).mediator == industry


def test_a_matter_that_was_sent_elsewhere_is_not_accepted(committee, mediator):
    round = CaseFactory(unit=committee, route=Route.PETITIONS).rounds.get()
    with pytest.raises(MoveRefused, match="流转"):
        services.accept(round, by=mediator)
    round.refresh_from_db()
    assert round.state == RoundState.ROUTED


def test_a_failure_half_way_leaves_nothing(round, mediator, monkeypatch):
    monkeypatch.setattr("kernel.clocks.turn", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.accept(round, by=mediator)
    round.refresh_from_db()
    assert round.state == RoundState.ROUTED
    assert not Mediation.objects.exists()
    assert not round.dossier.entries.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_is_refused():
    with_rules()
    committee = CommitteeFactory()
    round = waiting_case(committee).rounds.get()
    people = [mediator_of(committee), mediator_of(committee)]
    start, refused = threading.Barrier(2), []

    def press(person):
        start.wait()
        try:
            services.accept(type(round).objects.get(pk=round.pk), by=person)
        except MoveRefused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[person]) for person in people]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert Mediation.objects.count() == 1
    assert len(refused) == 1
    assert "办理中" in refused[0]


def test_the_page_shows_duty_and_load_and_accepts(client, round, mediator):
    SeatFactory(user=mediator, role=Role.MEDIATOR)
    client.force_login(mediator)
    url = reverse("mediation:accept", args=[round.pk])
    page = client.get(url).content.decode()
    assert "号窗口" in page
    assert "在办 0 件" in page
    answer = client.post(url)
    assert answer.url == reverse("mediation:detail", args=[Mediation.objects.get().pk])


def test_who_is_not_on_duty_is_told_and_may_still_accept(client, round, mediator):
    client.force_login(mediator)
    url = reverse("mediation:accept", args=[round.pk])
    assert "您今天没有排班" in client.get(url).content.decode()
    assert client.post(url).status_code == 302


def test_the_page_is_forbidden_to_a_clerk_and_unknown_to_strangers(client, round, committee, stranger):
    url = reverse("mediation:accept", args=[round.pk])
    client.force_login(UserFactory(post=(Role.CLERK, committee)))
    assert client.get(url).status_code == 403
    client.force_login(stranger)
    assert client.get(url).status_code == 404


def test_a_restricted_matter_is_unknown_to_those_without_the_right(client, committee):
    round = waiting_case(committee, restriction=Restriction.ACCUSATION).rounds.get()
    round.restriction = Restriction.ACCUSATION
    type(round).objects.filter(pk=round.pk).update(restriction=Restriction.ACCUSATION)
    client.force_login(mediator_of(committee))
    assert client.get(reverse("mediation:accept", args=[round.pk])).status_code == 404

"""A matter that nobody of the centre opens comes to its end among those who do, two of them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import escalation, selectors, services
from cases.models import Card
from cases.states import CardLevel, CardState, Outcome, Route, State
from governance_center import work
from intake.forms import ArrivalForm
from kernel import clocks
from kernel.models import Clock, Notification
from kernel.moves import MoveRefused
from people.roles import OPENERS, SECLUDED, Restriction, Role
from tests.cases.fixtures import opened
from tests.factories import PersonFactory, UnitFactory, UserFactory

SAID = {"way": "phone", "said": "已收到答复。", "promise_kept": True}


@pytest.fixture
def office():
    return UnitFactory(kind="discipline")


@pytest.fixture
def officer(office):
    return UserFactory(post=(Role.DISCIPLINE, office))


@pytest.fixture
def second(office):
    return UserFactory(post=(Role.DISCIPLINE, office))


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre))


@pytest.fixture
def accusation(clerk, centre, office):
    given = {"restriction": Restriction.ACCUSATION, "route": Route.PETITIONS}
    return opened(by=clerk, unit=centre, to_unit=office, applicant=PersonFactory(), **given)


@pytest.fixture
def round(accusation, officer):
    round = accusation.latest_round()
    services.take(round, by=officer)
    return round


def card_of_the_ladder(round):
    """What the ladder of a clock issues when it ran out some days ago."""
    clocks.turn(round, starts=["petition.handle"])
    escalation.sweep(timezone.now() + timedelta(days=68))
    return Card.objects.get()


def test_only_accusations_are_closed_to_the_centre():
    assert {Restriction.ACCUSATION} == SECLUDED


def test_a_second_officer_closes_the_card_and_follows_up(round, officer, second, clerk, director):
    card = card_of_the_ladder(round)
    services.answer_card(card, by=officer, answer="核查中，月底前答复。")
    assert work.cards_to_judge(second).get() == card
    assert not work.cards_to_judge(officer).exists()
    for other in (officer, clerk):
        with pytest.raises(MoveRefused):
            services.close_card(card, by=other)
    services.close_card(card, by=second)
    assert card.state == CardState.CLOSED
    services.resolve(round, by=officer, outcome=Outcome.REPLIED)
    assert selectors.next_step(round).who == round.unit.name
    assert list(round.keepers()) == [second]
    assert work.to_follow_up(second).get() == round
    for other in (officer, clerk, director):
        assert not work.to_follow_up(other).exists()
    with pytest.raises(MoveRefused, match="另一人"):
        services.follow_up(round, by=officer, **SAID)
    services.follow_up(round, by=second, **SAID)
    assert round.state == State.CLOSED


def test_the_second_officer_finds_the_buttons(client, round, officer, second):
    services.resolve(round, by=officer, outcome=Outcome.REPLIED)
    client.force_login(second)
    url = reverse("cases:follow_up", args=[round.pk])
    assert url in client.get(reverse("cases:detail", args=[round.case_id])).content.decode()
    assert client.post(url, {"way": "phone", "said": "都好。", "promise_kept": "yes"}).status_code == 302


def test_discipline_officers_follow_up_and_judge_nothing_else(case, handler, officer, second, bureau):
    ordinary = case.latest_round()
    services.take(ordinary, by=handler)
    services.issue_card(ordinary, by=None, unit=bureau, level=CardLevel.ORDINARY, words="请说明。")
    services.grant_sight(case, officer.posts.get().unit, "asked")
    card = Card.objects.get()
    services.answer_card(card, by=handler, answer="在办。")
    with pytest.raises(MoveRefused):
        services.close_card(card, by=officer)
    services.resolve(ordinary, by=handler, outcome=Outcome.REPLIED)
    with pytest.raises(MoveRefused):
        services.follow_up(ordinary, by=officer, **SAID)
    assert not work.to_follow_up(officer).exists()
    assert not work.cards_to_judge(officer).exists()


@pytest.mark.parametrize("days", [56, 90])
def test_what_nobody_above_may_know_is_told_to_those_who_open_it(
    round, officer, second, director, office, days
):
    """Its head and the director of the centre see no accusation: both the head's rung and the report reach the desk."""
    head = UserFactory(post=(Role.UNIT_HEAD, office))
    clocks.turn(round, starts=["petition.handle"])
    Notification.objects.all().delete()
    escalation.sweep(timezone.now() + timedelta(days=days))
    told = {row.to for row in Notification.objects.filter(subject_id=round.pk)}
    assert told >= {officer, second}
    assert not told & {head, director}


def test_a_kind_that_nobody_opens_is_neither_offered_nor_registered(clerk, centre):
    assert [kind for kind in Restriction if not OPENERS[kind]] == [Restriction.CONFIDENTIAL]
    offered = dict(ArrivalForm(user=clerk, hall=centre).fields["restriction"].choices)
    assert Restriction.CONFIDENTIAL not in offered
    assert Restriction.VIOLENCE in offered
    given = {"restriction": Restriction.CONFIDENTIAL, "applicant": PersonFactory()}
    with pytest.raises(MoveRefused, match="没有岗位可以查看"):
        opened(by=clerk, unit=centre, to_unit=centre, **given)


def test_the_late_answer_of_an_accusation_is_judged_by_the_desk_and_told_to_it(
    round, officer, second, director
):
    card = card_of_the_ladder(round)
    services.answer_card(card, by=officer, answer="核查中。")
    Notification.objects.all().delete()
    Clock.objects.filter(code="card.judge").update(next_fire_at=timezone.now())
    escalation.sweep(timezone.now() + timedelta(days=30))
    assert {row.to for row in Notification.objects.filter(subject_id=card.pk)} == {second}

"""Whom a clock presses: the person who has to act now, and nobody beside them."""

from datetime import datetime, timedelta
from importlib import import_module

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

import dispatch.states
import intake.states
import mediation.states
import petitions.states
from cases import escalation, services
from cases.models import Round
from cases.states import TAKERS, CardLevel, Outcome, Route, State, Urgency
from dispatch.services import accept_order, pass_on
from governance_center import work
from kernel.models import Clock, MessageKind, Notification
from people.models import RosterDay
from people.roles import Restriction, Role
from tests.cases.fixtures import opened
from tests.factories import CaseFactory, SeatFactory, UnitFactory, UserFactory, WindowFactory

NIGHT = datetime(2026, 11, 24, 23, 40, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def head(bureau):
    return UserFactory(post=(Role.UNIT_HEAD, bureau))


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre))


@pytest.fixture
def resolved(case, handler):
    round = case.latest_round()
    services.take(round, by=handler)
    services.resolve(round, by=handler, outcome=Outcome.REPLIED)
    return round


def run_out(subject, *, days=9):
    """Let its clocks run out and everything on their ladders be told; those who were told."""
    Notification.objects.all().delete()
    Clock.objects.filter(subject_id=subject.pk).exclude(next_fire_at=None).update(next_fire_at=timezone.now())
    escalation.sweep(timezone.now() + timedelta(days=days))
    return {row.to for row in Notification.objects.filter(subject_id=subject.pk)}


# --- Following up -----------------------------------------------------------------------------------------------------


def test_a_resolved_matter_presses_the_centre_and_no_more_the_desk(
    resolved, handler, head, clerk, director, centre
):
    roster_keeper = UserFactory(post=(Role.ROSTER_KEEPER, centre))
    assert resolved.unit_of_clocks == centre
    told = run_out(resolved)
    assert {clerk, director} <= told
    assert not told & {handler, head, roster_keeper}


def test_whoever_resolved_it_is_not_reminded_to_follow_it_up(clerk, clerk2, centre, applicant):
    round = opened(by=clerk, unit=centre, to_unit=centre, applicant=applicant, route="intake").latest_round()
    services.take(round, by=clerk)
    services.resolve(round, by=clerk, outcome=Outcome.SETTLED)
    assert clerk2 in round.keepers()
    assert clerk not in round.keepers()
    assert not work.to_follow_up(clerk).exists()


def test_my_work_shows_a_late_follow_up_to_the_centre_alone(resolved, handler, clerk, centre):
    Round.objects.filter(pk=resolved.pk).update(due_at=timezone.now() - timedelta(hours=1))
    mediator = UserFactory(post=(Role.MEDIATOR, UnitFactory()))
    for user, theirs in ((clerk, True), (handler, False), (mediator, False)):
        assert work.overdue(user).filter(pk=resolved.pk).exists() == theirs
        assert work.to_follow_up(user).filter(pk=resolved.pk).exists() == theirs
        assert (resolved.case in [task.case for task in work.next_tasks(user)]) == theirs
    (task,) = work.next_tasks(clerk)
    assert task.unit == centre


def test_many_resolved_rounds_ask_no_more_queries(clerk, centre, django_assert_num_queries):
    CaseFactory.create_batch(3, state=State.RESOLVED, seen_by=[centre.pk])
    assert clerk.scope
    with django_assert_num_queries(6):
        assert len(work.next_tasks(clerk)) == 3
    CaseFactory.create_batch(5, state=State.RESOLVED, seen_by=[centre.pk])
    with django_assert_num_queries(6):
        assert len(work.next_tasks(clerk)) == 8


# --- The handler ------------------------------------------------------------------------------------------------------


def test_what_somebody_took_reminds_them_and_not_the_whole_unit(case, handler, head, bureau):
    others = [UserFactory(post=(role, bureau)) for role in (Role.HANDLER, Role.STAMP_KEEPER)]
    accept_order(case.latest_round(), by=handler)
    assert list(case.latest_round().keepers()) == [handler]
    services.remind(case.latest_round(), by=UserFactory(post=(Role.LEADER, bureau)), words="请抓紧。")
    assert not any(user.notifications.exists() for user in (*others, head))


def test_what_waits_reminds_those_who_may_take_it(case, handler, bureau):
    for role in (Role.STAMP_KEEPER, Role.GRID_WORKER, Role.ROSTER_KEEPER):
        UserFactory(post=(role, bureau))
    assert list(case.latest_round().keepers()) == [handler]


def test_work_that_was_handed_over_reminds_whoever_has_it_now(case, handler, bureau):
    handling = accept_order(case.latest_round(), by=handler)
    colleague = UserFactory(post=(Role.HANDLER, bureau))
    pass_on(handling, by=handler, to=colleague)
    assert list(case.latest_round().keepers()) == [colleague]


def test_open_matters_of_before_are_given_their_handlers(case, handler, bureau):
    handling = accept_order(case.latest_round(), by=handler)
    pass_on(handling, by=handler, to=(colleague := UserFactory(post=(Role.HANDLER, bureau))))
    Round.objects.update(handler=None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("cases.migrations.0017_handler").FILL)
    assert case.latest_round().handler == colleague


def test_one_whose_handler_left_the_unit_reminds_the_desk(case, handler, bureau):
    accept_order(case.latest_round(), by=handler)
    colleague = UserFactory(post=(Role.HANDLER, bureau))
    handler.posts.all().delete()
    assert list(case.latest_round().keepers()) == [colleague]


def test_who_sits_at_a_window_of_another_unit_today_keeps_what_they_took_there(clerk, centre, applicant):
    mediator = UserFactory(post=(Role.MEDIATOR, UnitFactory()))
    SeatFactory(window=WindowFactory(unit=centre), user=mediator, role="mediator")
    round = opened(by=clerk, unit=centre, to_unit=centre, applicant=applicant, route="intake").latest_round()
    services.take(round, by=mediator)
    assert list(round.keepers()) == [mediator]


def test_a_matter_of_the_court_belongs_to_the_desk_as_a_whole(clerk, centre, applicant):
    court = UnitFactory(kind="court")
    judges = [UserFactory(post=(Role.COURT, court)) for _ in range(2)]
    round = opened(by=clerk, unit=centre, to_unit=court, applicant=applicant, route="court").latest_round()
    services.take(round, by=judges[0])
    assert set(round.keepers()) == set(judges)


def test_what_is_sent_on_is_nobodys_until_it_is_taken(case, handler, other_bureau, stranger):
    round = case.latest_round()
    services.take(round, by=handler)
    services.reroute(round, by=handler, route=Route.DISPATCH, unit=other_bureau, note="属地管辖。")
    assert list(round.keepers()) == [stranger]


def test_the_desks_say_themselves_who_may_take_a_matter():
    tables = {
        Route.INTAKE: (intake.states.SETTLEMENT_MOVES, "take_up"),
        Route.MEDIATION: (mediation.states.MOVES, "accept"),
        Route.COURT: (mediation.states.REFERRAL_MOVES, "accept_referral"),
        Route.PETITIONS: (petitions.states.MOVES, "accept_petition"),
        Route.DISPATCH: (dispatch.states.MOVES, "accept_order"),
    }
    assert {route: set(moves.named(verb).who) for route, (moves, verb) in tables.items()} == TAKERS


# --- At night ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def at_night():
    with time_machine.travel(NIGHT, tick=False):
        yield


def test_an_urgent_one_that_runs_out_at_night_tells_those_on_call_and_the_handler(
    at_night, clerk, centre, bureau, handler, applicant, head
):
    others = [UserFactory(post=(role, bureau)) for role in (Role.HANDLER, Role.STAMP_KEEPER)]
    RosterDay.objects.create(unit=bureau, day=NIGHT.date(), leader=head)
    case = opened(by=clerk, unit=centre, to_unit=bureau, applicant=applicant, urgency=Urgency.URGENT)
    services.take(case.latest_round(), by=handler)
    Clock.objects.filter(dossier=case.dossier).update(
        stopped_at=None, late_at=None, next_fire_at=NIGHT, due_at=NIGHT
    )
    Notification.objects.all().delete()
    escalation.sweep(NIGHT)
    told = {row.to for row in Notification.objects.filter(kind=MessageKind.OVERDUE)}
    assert {head, handler} <= told
    assert not told & set(others)


def test_who_is_on_call_is_told_of_what_they_can_open_alone(at_night, bureau, applicant):
    """A matter that a township sent to a bureau by itself is not in the sight of the centre's duty officer."""
    centre = UnitFactory(centre=True)
    duty_officer = UserFactory(post=(Role.CLERK, centre))
    RosterDay.objects.create(unit=centre, day=NIGHT.date(), officer=duty_officer)
    township = UnitFactory(kind="township")
    by = UserFactory(post=(Role.TOWNSHIP_OFFICER, township))
    opened(by=by, unit=township, to_unit=bureau, applicant=applicant, urgency=Urgency.EXTREME)
    assert not duty_officer.notifications.exists()
    opened(by=by, unit=centre, to_unit=bureau, applicant=applicant, urgency=Urgency.EXTREME)
    assert duty_officer.notifications.count() == 1


# --- Cards ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def leader(centre):
    return UserFactory(post=(Role.LEADER, centre))


def card_by(director, case, handler, bureau):
    services.take(case.latest_round(), by=handler)
    given = {"unit": bureau, "level": CardLevel.ORDINARY, "words": "三日内约谈双方。"}
    return services.issue_card(case.latest_round(), by=director, **given)


def test_an_appeal_is_told_to_another_supervisor_than_who_issued_the_card(
    case, handler, bureau, head, director, leader, centre
):
    card = card_by(director, case, handler, bureau)
    Notification.objects.all().delete()
    services.appeal_card(card, by=head, appeal="已约谈。")
    assert [row.to for row in Notification.objects.all()] == [leader]
    assert card.unit_of_clocks == centre
    told = run_out(card, days=30)
    assert leader in told
    assert not told & {head, handler, director}


def test_an_answer_waits_for_its_judges_under_a_clock_of_theirs(
    case, handler, bureau, head, director, leader
):
    card = card_by(director, case, handler, bureau)
    services.answer_card(card, by=head, answer="已约谈。")
    assert card.clocks.running().get().code == "card.judge"
    told = run_out(card, days=30)
    assert {director, leader} <= told
    assert not told & {head, handler}
    services.send_card_back(card, by=director, decision="没有写何时办结。")
    assert card.clocks.running().get().code == "card.answer"
    services.answer_card(card, by=head, answer="五月八日办结。")
    services.close_card(card, by=director)
    assert not card.clocks.running().exists()


def test_nobody_judges_what_they_issued_or_answered_and_no_pile_says_so(
    case, handler, bureau, head, director, leader
):
    card = card_by(director, case, handler, bureau)
    services.appeal_card(card, by=head, appeal="已约谈。")
    assert not work.cards_to_judge(director).exists()
    assert work.cards_to_judge(leader).get() == card


def test_a_unit_with_a_head_leaves_the_answer_to_the_head(case, handler, bureau, head, director):
    card_by(director, case, handler, bureau)
    assert work.cards_to_answer(head).exists()
    assert not work.cards_to_answer(handler).exists()
    head.is_active = False
    head.save()
    assert work.cards_to_answer(handler).exists()


def test_where_the_head_cannot_open_the_matter_those_who_can_answer(centre):
    office = UnitFactory(kind="discipline")
    head = UserFactory(post=(Role.UNIT_HEAD, office))
    officer = UserFactory(post=(Role.DISCIPLINE, office))
    case = CaseFactory(unit=office, route=Route.PETITIONS, restriction=Restriction.ACCUSATION)
    round = case.latest_round()
    given = {"unit": office, "level": CardLevel.ORDINARY, "words": "请说明。"}
    services.issue_card(round, by=None, **given)
    assert work.cards_to_answer(officer).exists()
    assert not work.cards_to_answer(head).exists()

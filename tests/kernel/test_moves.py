"""moving(): the table decides, everything happens or nothing does, and two at once make one move."""

import threading

import pytest
from django.db import connection

from cases import services
from cases.states import Outcome, Route, State
from kernel.moves import MoveRefused
from kernel.transitions import moving
from people.roles import Role
from tests.factories import CaseFactory, UnitFactory, UserFactory


@pytest.fixture
def round():
    return CaseFactory().latest_round()


@pytest.fixture
def mediator(round):
    return UserFactory(post=(Role.MEDIATOR, round.unit))


def test_a_move_changes_the_state_and_leaves_its_trace(round, mediator):
    services.take(round, by=mediator)
    entry = round.history.get()
    assert round.state == State.IN_HAND
    assert (entry.verb, entry.by, entry.before, entry.after) == ("take", mediator, "routed", "in_hand")


def test_the_wrong_state_is_refused_with_its_name(round, mediator):
    with pytest.raises(MoveRefused, match="待接办"):
        services.resolve(round, by=mediator, outcome=Outcome.AGREEMENT)


def test_a_role_without_its_relation_is_refused(round):
    stranger = UserFactory(post=(Role.MEDIATOR, UnitFactory()))
    with pytest.raises(MoveRefused, match="没有权限"):
        services.take(round, by=stranger)


def test_the_second_pair_of_eyes_is_looked_for_within_the_round():
    centre = UnitFactory(centre=True)
    round = CaseFactory(unit=centre).latest_round()
    first, second = (UserFactory(post=(Role.MEDIATOR, centre)) for _ in range(2))
    services.take(round, by=first)
    services.resolve(round, by=first, outcome=Outcome.ORAL_AGREEMENT)
    answers = {"way": "phone", "said": "已履行", "promise_kept": True}
    with pytest.raises(MoveRefused, match="另一人"):
        services.follow_up(round, by=first, **answers)
    services.follow_up(round, by=second, **answers)

    again = services.reopen(
        round.case, by=UserFactory(post=(Role.CLERK, centre)), unit=centre, reason="未履行"
    )
    services.take(again, by=second)
    services.resolve(again, by=second, outcome=Outcome.ORAL_AGREEMENT)
    services.follow_up(again, by=first, **answers)
    assert again.state == State.CLOSED


def test_a_failure_in_the_block_leaves_nothing(round, mediator):
    with pytest.raises(ZeroDivisionError), moving(round, "take", by=mediator):
        raise ZeroDivisionError
    round.refresh_from_db()
    assert round.state == State.ROUTED
    assert not round.history.exists()


def test_what_was_changed_before_the_lock_is_lost_on_purpose(round, mediator):
    round.route = Route.PETITIONS
    services.take(round, by=mediator)
    round.refresh_from_db()
    assert round.route == Route.MEDIATION


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_move():
    round = CaseFactory().latest_round()
    mediator = UserFactory(post=(Role.MEDIATOR, round.unit))
    outcomes, start = [], threading.Barrier(2)

    def click():
        mine = type(round).objects.get(pk=round.pk)
        start.wait()
        try:
            services.take(mine, by=mediator)
            outcomes.append("taken")
        except MoveRefused:
            outcomes.append("refused")
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for thread in clicks:
        thread.start()
    for thread in clicks:
        thread.join()
    assert sorted(outcomes) == ["refused", "taken"]

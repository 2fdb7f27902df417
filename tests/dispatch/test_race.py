"""Two people press at once, against the real database."""

import threading

import pytest
from django.db import connection

from dispatch.models import OrderHandling
from dispatch.services import accept_order
from kernel.moves import MoveRefused
from people.roles import Role
from tests.factories import UserFactory


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_has_it_and_the_other_is_told(case, bureau, handler):
    colleague = UserFactory(post=(Role.HANDLER, bureau))
    together = threading.Barrier(2)
    outcomes = []

    def press(user, round):
        together.wait()
        try:
            outcomes.append(accept_order(round, by=user).handler)
        except MoveRefused as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=press, args=[user, case.latest_round()]) for user in (handler, colleague)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert OrderHandling.objects.count() == 1
    [told] = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert "办理中" in told

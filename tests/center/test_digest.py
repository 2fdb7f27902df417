"""今日提要: heads are told each working morning what waits in their units, once a day."""

from datetime import UTC, datetime

import pytest
import time_machine

from governance_center.tasks import tell_heads
from kernel.models import MessageKind, Notification
from people.roles import Role
from tests.factories import CaseFactory, UnitFactory, UserFactory

MONDAY, SUNDAY = datetime(2026, 11, 23, 0, 10, tzinfo=UTC), datetime(2026, 11, 22, 0, 10, tzinfo=UTC)


@pytest.fixture
def head():
    return UserFactory(post=(Role.UNIT_HEAD, UnitFactory()))


def told():
    return Notification.objects.filter(kind=MessageKind.DIGEST)


def test_a_head_is_told_once_what_waits(head):
    UserFactory(post=(Role.UNIT_HEAD, UnitFactory()))  # for whom nothing waits
    UserFactory(post=(Role.HANDLER, head.all_posts[0].unit))
    CaseFactory(unit=head.all_posts[0].unit)
    with time_machine.travel(MONDAY, tick=False):
        tell_heads()
        tell_heads()
    row = told().get()
    assert (row.to, row.text) == (head, "今日提要：待接办 1 件")
    assert row.url == "/deadlines/"


def test_who_keeps_the_calendar_is_told_of_a_year_that_is_missing(head):
    sysadmin = UserFactory(post=(Role.SYSADMIN, UnitFactory(centre=True)))
    with time_machine.travel(MONDAY, tick=False):
        tell_heads()
    row = told().get()
    assert (row.to, row.text) == (sysadmin, "今日提要：2027年工作日历未录入")


def test_on_a_day_off_nobody_is_told(head):
    CaseFactory(unit=head.all_posts[0].unit)
    with time_machine.travel(SUNDAY, tick=False):
        tell_heads()
    assert not told().exists()

"""What is urgent goes to those on call at any hour; what leaves the page names nobody (practice.md, clocks 7 and 8)."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from cases import escalation
from cases.services import ask, restrict, take
from cases.states import Urgency
from kernel import delivery
from kernel.models import Clock, Delivery, DeliveryState, MessageKind, Notification, Reach
from kernel.notifications import notify
from people.models import RosterDay
from people.roles import Restriction, Role
from tests.cases.fixtures import opened
from tests.factories import UnitFactory, UserFactory

NIGHT = datetime(2026, 11, 24, 23, 40, tzinfo=timezone.get_default_timezone())


@pytest.fixture(autouse=True)
def _at_night():
    with time_machine.travel(NIGHT, tick=False):
        yield


def planned(unit):
    """Who leads the night of a unit, with a telephone."""
    user = UserFactory(post=(Role.UNIT_HEAD, unit))
    RosterDay.objects.create(unit=unit, day=NIGHT.date(), leader=user)
    Reach.objects.create(user=user, phone="13800001234")
    return user


@pytest.fixture
def on_call(bureau):
    return planned(bureau)


@pytest.fixture
def urgent(clerk, centre, bureau, applicant, on_call):
    return opened(by=clerk, unit=centre, to_unit=bureau, applicant=applicant, urgency=Urgency.URGENT)


def assigned(user) -> int:
    return Notification.objects.filter(to=user, kind=MessageKind.ASSIGNED).count()


def test_an_urgent_matter_reaches_the_night_shift_at_once(urgent, on_call, applicant, settings):
    assert assigned(on_call) == 1
    assert delivery.drain("sms") == 1
    text = settings.OUTBOX_FILE.read_text()
    assert f"编号 {urgent.number}：有新的待办事项" in text
    assert urgent.title not in text
    assert applicant.name not in text


def test_an_ordinary_one_wakes_nobody(case, on_call):
    assert not assigned(on_call)


def test_where_nobody_is_planned_the_heads_are_told(clerk, centre, applicant):
    unit = UnitFactory()
    head = UserFactory(post=(Role.UNIT_HEAD, unit))
    opened(by=clerk, unit=centre, to_unit=unit, applicant=applicant, urgency=Urgency.EXTREME)
    assert assigned(head) == 1


def test_it_tells_the_unit_it_moves_to_and_the_one_that_is_asked(
    urgent, handler, bureau, other_bureau, on_call
):
    other, third = planned(other_bureau), UnitFactory()
    head = UserFactory(post=(Role.UNIT_HEAD, third))
    round = urgent.latest_round()
    take(round, by=handler)
    ask(round, by=handler, kind="help", from_unit=bureau, to_unit=third, text="请协助。")
    assert assigned(head) == 1
    assert not assigned(other)


def test_one_that_runs_out_tells_those_on_call_and_each_once(urgent, on_call):
    clock = Clock.objects.running().filter(dossier=urgent.dossier).earliest("due_at")
    with time_machine.travel(clock.due_at + timedelta(minutes=1), tick=False):
        escalation.sweep(timezone.now())
        late = Notification.objects.filter(to=on_call, kind=MessageKind.OVERDUE)
        assert late.count() == 1
        assert Delivery.objects.get(notification=late.get(), channel="sms").urgent


@pytest.mark.parametrize("kind", MessageKind.values)
def test_no_word_of_a_matter_leaves(case, handler, applicant, kind):
    for subject in (case, case.latest_round()):
        notify([handler], subject, f"{applicant.name} {case.title}", kind=kind)
    texts = [delivery.words(row) for row in Notification.objects.filter(to=handler, kind=kind)]
    assert len(texts) >= 2
    for text in texts:
        assert case.number in text
        for word in (applicant.name, case.title, case.story, applicant.phone.plain, case.unit.name):
            assert word not in text


def test_of_a_restricted_matter_not_even_the_number(case, handler):
    notify([handler], case.latest_round(), "x", kind=MessageKind.OVERDUE)
    restrict(case, Restriction.VIOLENCE, by=None, note="")
    row = Notification.objects.latest("pk")
    text = delivery.words(row)
    assert "您有一件事项需要处理" in text
    assert case.number not in text
    assert "超期" not in text


def test_what_waits_for_somebody_who_may_see_it_no_more_is_withheld(case, bureau, on_call):
    notify([on_call], case, "x", kind=MessageKind.OVERDUE)
    restrict(case, Restriction.ACCUSATION, by=None, note="")
    assert Delivery.objects.get().state == DeliveryState.WITHHELD
    with time_machine.travel(NIGHT + timedelta(hours=10)):
        assert delivery.drain("sms") == 0

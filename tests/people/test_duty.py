"""The duty list: who can be reached day and night, in every unit."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from kernel.models import Notification
from kernel.moves import MoveRefused
from people import selectors, services
from people.models import RosterDay, Unit
from people.roles import Role
from tests.factories import UnitFactory, UserFactory

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _monday_night():
    with time_machine.travel("2026-11-23T21:40:00+08:00", tick=False):
        yield


@pytest.fixture
def bureau():
    return UnitFactory(name="试验局", phone="0570-3000099")


@pytest.fixture
def head(bureau):
    return UserFactory(name="黄耀祖", post=(Role.UNIT_HEAD, bureau))


@pytest.fixture
def officer(bureau):
    return UserFactory(name="占水良", post=(Role.HANDLER, bureau))


def line(client, user, unit) -> str:
    """What the list says of a unit."""
    client.force_login(user)
    page = client.get(reverse("roster:duty"), {"day": str(MONDAY)}).content.decode()
    return page.partition(f"{unit}</th>")[2].partition("</tr>")[0]


def test_everybody_reads_who_is_on_call_and_where_to_ring(client, bureau, head, officer):
    guide = UserFactory(post=(Role.GUIDE, Unit.objects.centre()))
    assert line(client, guide, bureau).count("未安排") == 2
    services.set_duty(bureau, by=head, day=MONDAY, leader=head, officer=officer)
    shown = line(client, guide, bureau)
    for words in ("黄耀祖", "占水良", "0570-3000099"):
        assert words in shown
    assert "未安排" not in shown
    assert "/roster/duty/" not in shown


@pytest.mark.parametrize(
    ("moment", "who"),
    [("2026-11-24T02:00:00+08:00", "tonight"), ("2026-11-24T08:30:00+08:00", "the day after")],
)
def test_the_night_belongs_to_the_day_before_until_the_changeover(client, bureau, moment, who):
    tonight, after = (UserFactory(post=(Role.UNIT_HEAD, bureau), name=name) for name in ("今夜人", "次日人"))
    for day, user in ((MONDAY, tonight), (TUESDAY, after)):
        RosterDay.objects.create(unit=bureau, day=day, leader=user)
    with time_machine.travel(moment, tick=False):
        called = tonight if who == "tonight" else after
        assert selectors.on_call([bureau]) == [called]
        client.force_login(tonight)
        page = client.get(reverse("roster:duty")).content.decode()
        shown = page.partition(f"{bureau}</th>")[2].partition("</tr>")[0]
        assert called.name in shown


def test_who_is_on_call_at_night_can_still_be_exchanged_after_midnight(client, bureau, head, officer):
    services.set_duty(bureau, by=head, day=MONDAY, leader=head, officer=officer)
    third = UserFactory(post=(Role.HANDLER, bureau))
    address = reverse("roster:set_duty", args=[bureau.pk, MONDAY])
    with time_machine.travel("2026-11-24T02:00:00+08:00", tick=False):
        client.force_login(head)
        assert client.post(address, {"leader": head.pk, "officer": third.pk}).status_code == 302
        assert selectors.on_call([bureau]) == [head, third]
    with (
        time_machine.travel("2026-11-24T09:00:00+08:00", tick=False),
        pytest.raises(MoveRefused, match="已经过去"),
    ):
        services.set_duty(bureau, by=head, day=MONDAY, leader=head, officer=officer)


def test_a_head_puts_two_of_the_own_unit_on_call_and_both_stand_in_the_history(client, bureau, head, officer):
    client.force_login(head)
    address = reverse("roster:set_duty", args=[bureau.pk, MONDAY])
    assert "占水良" in client.get(address).content.decode()
    answer = client.post(address, {"leader": head.pk, "officer": officer.pk})
    assert answer.url == f"{reverse('roster:duty')}?day=2026-11-23"
    day = RosterDay.objects.get(unit=bureau)
    assert (day.leader, day.officer) == (head, officer)
    assert "占水良" in day.history.get(verb="set_duty").note
    assert Notification.objects.count() == 1


def test_somebody_of_another_unit_cannot_be_put_on_call(client, bureau, head):
    client.force_login(head)
    stranger = UserFactory(post=(Role.HANDLER, UnitFactory()))
    address = reverse("roster:set_duty", args=[bureau.pk, MONDAY])
    answer = client.post(address, {"leader": head.pk, "officer": stranger.pk})
    assert answer.status_code == 422
    assert not RosterDay.objects.filter(unit=bureau).exists()


def test_the_centre_enters_for_every_unit_and_no_other_unit_does(client, bureau, officer):
    address = reverse("roster:set_duty", args=[bureau.pk, MONDAY])
    for stranger in (UserFactory(post=(Role.UNIT_HEAD, UnitFactory())), officer):
        client.force_login(stranger)
        assert client.get(address).status_code == 403
    client.force_login(UserFactory(post=(Role.DIRECTOR, Unit.objects.centre())))
    client.post(address, {"leader": officer.pk, "officer": officer.pk})
    assert RosterDay.objects.get(unit=bureau).officer == officer


def test_a_day_that_is_over_stays_as_it_was(bureau, head, officer):
    with pytest.raises(MoveRefused, match="已经过去"):
        services.set_duty(bureau, by=head, day=date(2026, 11, 22), leader=head, officer=officer)


def test_villages_and_grids_are_not_on_the_list(client, head):
    village = UnitFactory(kind=Unit.Kind.VILLAGE)
    assert line(client, head, village) == ""
    assert client.get(reverse("roster:set_duty", args=[village.pk, MONDAY])).status_code == 404


def test_the_list_takes_no_more_queries_for_more_units(client, head, django_assert_max_num_queries):
    client.force_login(head)
    UnitFactory.create_batch(20)
    with django_assert_max_num_queries(14):
        client.get(reverse("roster:duty"))

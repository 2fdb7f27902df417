"""Which messages somebody wants outside the page, and where they reach them."""

import pytest
from django.urls import reverse

from kernel.models import Delivery, DeliveryState, MessageKind, Reach, usually_wanted
from kernel.notifications import notify
from people.roles import Role
from tests.factories import UnitFactory, UserFactory

CHOOSE, LIST = reverse("people:choose_notices"), reverse("people:delivery_list")


@pytest.fixture
def centre():
    return UnitFactory(centre=True)


@pytest.fixture
def clerk(centre):
    return UserFactory(post=(Role.CLERK, centre))


@pytest.fixture
def sysadmin(centre):
    return UserFactory(post=(Role.SYSADMIN, centre))


def set_reach(client, by, user, **typed):
    client.force_login(by)
    return client.post(
        reverse("people:set_reach", args=[user.pk]), {"phone": "13800001234", "chat": "xu"} | typed
    )


def test_the_system_administrator_notes_where_messages_reach_somebody(client, sysadmin, clerk):
    assert set_reach(client, sysadmin, clerk).status_code == 302
    reach = Reach.objects.get(user=clerk)
    assert (reach.phone.plain, reach.chat.plain) == ("13800001234", "xu")
    assert reach.wanted == usually_wanted()
    entry = clerk.history.latest("seq")
    assert (entry.verb, entry.by) == ("set_reach", sysadmin)
    assert "13800001234" not in str(entry.details) + entry.note
    assert set_reach(client, sysadmin, clerk, phone="").status_code == 302
    assert not Reach.objects.get(user=clerk).phone


def test_a_wrong_number_is_said_and_kept(client, sysadmin, clerk):
    answer = set_reach(client, sysadmin, clerk, phone="138")
    assert answer.status_code == 422
    assert 'value="138"' in answer.content.decode()


@pytest.mark.parametrize("role", [Role.SECADMIN, Role.CLERK, Role.DIRECTOR])
def test_nobody_else_does(client, clerk, centre, role):
    other = UserFactory(post=(role, centre))
    assert set_reach(client, other, clerk).status_code == 403
    client.force_login(other)
    assert client.get(reverse("people:set_reach", args=[clerk.pk])).status_code == 403


def test_what_is_chosen_is_what_goes_out(client, clerk):
    Reach.objects.create(user=clerk, phone="13800001234", chat="xu")
    client.force_login(clerk)
    page = client.get(CHOOSE).content.decode()
    assert "138****1234" in page
    assert "13800001234" not in page
    chosen = {"sms": ["due_soon"], "chat": [], "quiet_from": "22:00", "quiet_until": "06:00"}
    assert client.post(CHOOSE, chosen).status_code == 302
    for kind in (MessageKind.OVERDUE, MessageKind.DUE_SOON):
        notify([clerk], clerk, "x", kind=kind)
    row = Delivery.objects.get()
    assert (row.channel, row.notification.kind) == ("sms", "due_soon")
    assert f"{Reach.objects.get().quiet_from:%H:%M}" == "22:00"
    assert clerk.history.latest("seq").verb == "choose_notices"


def test_choosing_before_a_telephone_is_known_keeps_the_choice(client, clerk, sysadmin):
    client.force_login(clerk)
    assert "还没有登记手机号码" in client.get(CHOOSE).content.decode()
    client.post(CHOOSE, {"sms": ["roster"], "quiet_from": "22:00", "quiet_until": "06:00"})
    set_reach(client, sysadmin, clerk)
    assert Reach.objects.get(user=clerk).wanted == ["sms:roster"]


@pytest.mark.parametrize("typed", [{"quiet_from": "25:00"}, {"sms": ["nonsense"]}, {"quiet_until": ""}])
def test_nonsense_is_refused(client, clerk, typed):
    client.force_login(clerk)
    answer = client.post(CHOOSE, {"quiet_from": "22:00", "quiet_until": "06:00"} | typed)
    assert answer.status_code == 422
    assert not Reach.objects.exists()


def test_what_is_known_is_shown_masked_and_kept_unless_typed_over(client, sysadmin, clerk):
    set_reach(client, sysadmin, clerk)
    page = client.get(reverse("people:set_reach", args=[clerk.pk])).content.decode()
    assert "138****1234" in page
    assert "13800001234" not in page
    assert set_reach(client, sysadmin, clerk, phone="138****1234", chat="xu2").status_code == 302
    reach = Reach.objects.get(user=clerk)
    assert (reach.phone.plain, reach.chat.plain) == ("13800001234", "xu2")


def given_up(clerk) -> Delivery:
    Reach.objects.create(user=clerk, phone="13800001234")
    notify([clerk], clerk, "群众张某的事项", kind=MessageKind.OVERDUE)
    Delivery.objects.update(
        state=DeliveryState.GIVEN_UP, tries=8, next_try_at=None, last_error="HTTP 503", sent_at=None
    )
    return Delivery.objects.get()


def test_what_was_given_up_is_seen_and_sent_again(client, sysadmin, clerk):
    row = given_up(clerk)
    client.force_login(sysadmin)
    page = client.get(LIST).content.decode()
    for words in ("多次失败", "HTTP 503", clerk.name, "已超期"):
        assert words in page
    assert "张某" not in page
    again = reverse("people:send_again", args=[row.pk])
    assert again in page
    assert client.post(again).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.tries) == (DeliveryState.WAITING, 0)
    assert sysadmin.history.latest("seq").verb == "send_again"
    assert client.post(again).status_code == 409


@pytest.mark.parametrize("role", [Role.SECADMIN, Role.AUDITOR, Role.CLERK])
def test_only_the_system_administrator_sees_what_went_out(client, clerk, centre, role):
    row = given_up(clerk)
    client.force_login(UserFactory(post=(role, centre)))
    assert client.get(LIST).status_code == 403
    assert client.post(reverse("people:send_again", args=[row.pk])).status_code == 403

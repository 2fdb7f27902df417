"""The guide's desk and the kiosk: a number with one press, a card or nothing at all; advice counts without a ticket."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from intake import services
from intake.models import Advice, Ticket, TurnRule
from intake.states import ScreenKind, State
from kernel.moves import MoveRefused
from tests.factories import CaseFactory, PersonFactory
from tests.intake.factories import called, paired, token_of

CARD = "430421190603080024"


def came_before():
    known = PersonFactory(name="王冬梅", id_number=CARD)
    CaseFactory(applicant=known)
    return known


def test_the_guide_gives_a_number_for_nothing_at_all(client, guide):
    client.force_login(guide)
    answer = client.post(reverse("intake:guide"), {"card": "", "head_count": 1, "care": ""})
    ticket = Ticket.objects.get()
    assert answer.url == reverse("intake:ticket", args=[ticket.pk]) + "?print=1"
    assert (ticket.state, ticket.visitor) == (State.WAITING, None)


def test_a_card_finds_a_known_person_and_is_kept_protected_of_an_unknown_one(client, guide):
    client.force_login(guide)
    client.post(reverse("intake:guide"), {"card": CARD, "head_count": 1, "care": ""})
    unknown = Ticket.objects.latest("pk")
    assert (unknown.visitor, unknown.card.plain) == (None, CARD)
    known = came_before()
    client.post(reverse("intake:guide"), {"card": CARD, "head_count": 1, "care": ""})
    assert Ticket.objects.latest("pk").visitor == known


def test_the_window_adds_the_name_to_the_card_of_the_door(client, guide, clerk, centre):
    ticket = services.give_number(by=guide, unit=centre, card=CARD)
    client.force_login(clerk)
    address = reverse("intake:identify", args=[ticket.pk])
    page = client.get(address).content.decode()
    assert "引导台已刷证件" in page
    assert CARD not in page
    client.post(address, {"id_type": "resident", "name": "王冬梅", "head_count": 1})
    ticket.refresh_from_db()
    assert ticket.visitor.id_number.plain == CARD


def test_a_card_that_was_read_wrong_is_named_and_nothing_is_given(client, guide):
    client.force_login(guide)
    answer = client.post(reverse("intake:guide"), {"card": CARD[:-1] + "5", "head_count": 1})
    assert answer.status_code == 422
    assert "校验位不对" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_advice_at_the_desk_is_counted_and_takes_no_number(client, guide):
    client.force_login(guide)
    client.post(reverse("intake:advise"), {"about": "公证处在哪里"})
    advice = Advice.objects.get()
    assert (advice.by, advice.about, advice.history.get().verb) == (guide, "公证处在哪里", "advise")
    assert not Ticket.objects.exists()
    assert "公证处" not in client.get(reverse("intake:guide")).content.decode()


def test_a_stranger_gives_no_number_and_counts_no_advice(client, stranger, centre):
    client.force_login(stranger)
    assert client.post(reverse("intake:guide"), {"head_count": 1}).status_code == 403
    with pytest.raises(MoveRefused):
        services.advise(by=stranger, unit=centre)


# --- The number of yesterday ------------------------------------------------------------------------------------------


@pytest.fixture
def sent_home(guide, clerk, centre, time_machine):
    """A visitor of Friday who was not received before the hall closed; today is Monday."""
    time_machine.move_to("2026-03-06T17:00+08:00", tick=False)
    clerk.seats.update(day="2026-03-06")
    ticket = services.give_number(by=clerk, unit=centre)
    services.close_hall(by=clerk, unit=centre, advice="凭原号优先")
    time_machine.move_to("2026-03-09T09:00+08:00", tick=False)
    clerk.seats.update(day="2026-03-09")
    ticket.refresh_from_db()
    return ticket


def pressed(client, number):
    return client.post(reverse("intake:guide"), {"head_count": 1, "care": "", "instead_of": number})


@pytest.mark.parametrize("typed", ["A001", "ａ００１", "1"])
def test_who_was_sent_home_comes_first_by_the_old_number(client, guide, clerk, centre, sent_home, typed):
    earlier = services.give_number(by=guide, unit=centre)
    client.force_login(guide)
    assert pressed(client, typed).status_code == 302
    ticket = Ticket.objects.latest("pk")
    assert ticket.instead_of == sent_home
    fresh = type(clerk).objects.get(pk=clerk.pk)
    assert services.call_next(fresh.seat.window, by=fresh) == ticket != earlier
    assert "凭原号优先" in ticket.history.get(verb="call").note


def test_how_much_the_old_number_is_worth_is_a_rule_of_the_centre(client, guide, centre, sent_home):
    TurnRule.objects.update_or_create(kind="lapsed", defaults={"minutes": 10})
    client.force_login(guide)
    pressed(client, "A001")
    ticket = Ticket.objects.latest("pk")
    assert ticket.issued_at - ticket.turn_at == timedelta(minutes=10)


@pytest.mark.parametrize("typed", ["A002", "B001", "x"])
def test_a_number_that_did_not_lapse_gives_nothing(client, guide, sent_home, typed):
    client.force_login(guide)
    answer = pressed(client, typed)
    assert answer.status_code == 422
    assert "未接待的号" in answer.content.decode()
    assert Ticket.objects.count() == 1


def test_an_old_number_counts_once_and_only_on_the_next_open_day(
    client, guide, centre, sent_home, time_machine
):
    client.force_login(guide)
    pressed(client, "A001")
    assert pressed(client, "A001").status_code == 422
    with pytest.raises(MoveRefused, match="已经用过"):
        services.give_number(by=guide, unit=centre, instead_of=sent_home)
    Ticket.objects.filter(instead_of=sent_home).update(instead_of=None)
    time_machine.move_to("2026-03-10T09:00+08:00", tick=False)
    client.force_login(guide)
    assert pressed(client, "A001").status_code == 422


def test_the_kiosk_asks_for_no_old_number(client, clerk):
    client.cookies["screen"] = token_of(paired(clerk, ScreenKind.KIOSK))
    assert "instead_of" not in client.get(reverse("intake:kiosk")).content.decode()


# --- The kiosk --------------------------------------------------------------------------------------------------------


@pytest.fixture
def kiosk(client, clerk):
    screen = paired(clerk, ScreenKind.KIOSK)
    client.cookies["screen"] = token_of(screen)
    return screen


def test_a_kiosk_gives_numbers_without_a_log_in_or_a_menu(client, kiosk):
    page = client.get(reverse("intake:kiosk")).content.decode()
    assert "取号" in page
    assert not any(word in page for word in ("导办咨询", "大厅管理", "退出登录"))
    answer = client.post(reverse("intake:kiosk"), {"card": "", "head_count": 2, "care": "child"})
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.care, ticket.head_count) == (State.WAITING, "child", 2)
    entry = ticket.history.get(verb="register")
    assert (entry.by, entry.details["screen"]) == (None, kiosk.pk)
    shown = client.get(answer.url).content.decode()
    assert "A001" in shown
    assert ticket.query_code in shown


def test_a_kiosk_tells_nobody_who_came(client, kiosk, clerk):
    came_before()
    answer = client.post(reverse("intake:kiosk"), {"card": CARD, "head_count": 1})
    page = client.get(answer.url).content.decode()
    assert not any(word in page for word in ("王", CARD))
    assert called(clerk).visitor.name == "王冬梅"


def test_a_ticket_of_the_kiosk_is_gone_after_three_minutes(client, kiosk, time_machine):
    answer = client.post(reverse("intake:kiosk"), {"head_count": 1})
    time_machine.move_to(timezone.now() + timedelta(seconds=200))
    assert client.get(answer.url).url == reverse("intake:kiosk")


def test_the_token_of_a_screen_is_none_of_a_ticket(client, kiosk):
    answer = client.get(reverse("intake:kiosk_ticket", args=[token_of(kiosk)]))
    assert answer.url == reverse("intake:kiosk")


def test_a_board_or_a_stranger_is_no_kiosk(client, clerk):
    client.cookies["screen"] = token_of(paired(clerk))
    for _n in range(2):
        answer = client.post(reverse("intake:kiosk"), {"head_count": 1})
        assert answer.url == reverse("intake:screen")
        client.cookies.clear()
    assert not Ticket.objects.exists()

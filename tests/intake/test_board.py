"""The public screen: numbers and windows, no names; calls spoken one after the other and confirmed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from intake import services
from intake.models import Announcement, Screen
from intake.public import RENEWED
from intake.states import ScreenKind
from kernel.moves import MoveRefused
from tests.intake.factories import called, paired, serving, token_of, waiting


@pytest.fixture
def board(clerk):
    return paired(clerk)


def shown(client, board, **headers):
    client.cookies["screen"] = token_of(board)
    return client.get(reverse("intake:screen"), headers=headers).content.decode()


def test_the_screen_needs_no_log_in_and_tells_no_name(client, board, clerk, window):
    serving(clerk, name="王冬梅", phone="13857000024")
    waiting(clerk, name="李小明", id_type="none")
    page = shown(client, board)
    assert "A001" in page
    assert window.name in page
    assert "1 批等候" in page
    assert not any(word in page for word in ("王", "李小明", "徐晓岚", "13857000024"))


def test_a_screen_without_a_token_or_with_a_wrong_one_shows_nothing(client, board, clerk):
    called(clerk)
    wrong = token_of(board)[:-1]
    for token in ("", "nonsense", wrong):
        client.cookies["screen"] = token
        page = client.get(reverse("intake:screen")).content.decode()
        assert "还没有配对" in page
        assert "A001" not in page


def test_the_calls_to_speak_stand_in_order_until_they_are_heard(client, board, clerk, clerk2):
    called(clerk)
    called(clerk2)
    page = shown(client, board)
    first, second = Announcement.objects.order_by("pk")
    assert 0 < page.index(first.text) < page.index(second.text)
    address = reverse("intake:heard", args=[first.pk])
    assert client.post(address).status_code == 204
    first.refresh_from_db()
    heard_at = first.heard_at
    assert heard_at
    assert first.text not in shown(client, board)
    client.post(address)
    first.refresh_from_db()
    assert first.heard_at == heard_at


def test_the_window_learns_whether_the_call_was_heard(client, board, clerk):
    called(clerk)
    client.force_login(clerk)
    window = reverse("intake:window")
    assert "正在等候播放" in client.get(window).content.decode()
    Announcement.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    assert "请口头叫号或重呼" in client.get(window).content.decode()
    services.heard(Announcement.objects.get())
    assert "大屏已播报" in client.get(window).content.decode()


def test_an_old_call_is_not_spoken_any_more(client, board, clerk):
    called(clerk)
    Announcement.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    assert "到" + str(clerk.seat.window.number) + "号窗口" not in shown(client, board)


def test_a_call_is_confirmed_by_the_screen_of_its_own_hall_only(client, clerk, outsider):
    called(clerk)
    address = reverse("intake:heard", args=[Announcement.objects.get().pk])
    for token in ("", token_of(paired(outsider)), token_of(paired(clerk, ScreenKind.KIOSK))):
        client.cookies["screen"] = token
        assert client.post(address).status_code == 404
    assert client.get(address).status_code == 405
    assert not Announcement.objects.get().heard_at


def test_the_screen_asks_no_database_for_each_visitor(client, board, clerk, django_assert_max_num_queries):
    for _ in range(30):
        waiting(clerk)
    with django_assert_max_num_queries(10):
        shown(client, board)


def test_what_htmx_swaps_is_a_screen(client, board, clerk):
    called(clerk)
    part = shown(client, board, **{"HX-Request": "true", "HX-Target": "screen"})
    assert 'id="screen"' in part
    assert "<html" not in part
    assert "data-live-grant" in part


# --- Pairing ----------------------------------------------------------------------------------------------------------


def offered(client, kind="board"):
    """A screen whose browser asked to be paired; its code stands on it."""
    client.post(reverse("intake:offer_screen"), {"kind": kind})
    return Screen.objects.latest("pk")


def test_a_screen_is_paired_by_the_code_it_shows(client, clerk, centre):
    screen = offered(client)
    assert screen.code in client.get(reverse("intake:screen")).content.decode()
    services.pair_screen(by=clerk, unit=centre, code=screen.code, name="东侧大屏")
    asked = {"HX-Request": "true", "HX-Target": "code"}
    assert client.get(reverse("intake:screen"), headers=asked)["HX-Refresh"] == "true"
    assert "东侧大屏" in client.get(reverse("intake:screen")).content.decode()
    assert screen.history.get(verb="pair_screen").by == clerk


def test_the_page_pairs_and_says_when_no_screen_shows_the_code(client, clerk):
    client.force_login(clerk)
    answer = client.post(reverse("intake:pair_screen"), {"code": "000000"})
    assert answer.status_code == 409
    assert "没有屏幕在显示这个配对码" in answer.content.decode()
    code = services.offer_screen().code
    assert client.post(reverse("intake:pair_screen"), {"code": code}).url == reverse("intake:day")


def test_a_code_is_worth_nothing_after_a_quarter_of_an_hour_and_twice(clerk, centre):
    screen = services.offer_screen()
    Screen.objects.update(offered_at=timezone.now() - timedelta(minutes=16))
    with pytest.raises(MoveRefused, match="配对码"):
        services.pair_screen(by=clerk, unit=centre, code=screen.code)
    code = services.offer_screen().code
    services.pair_screen(by=clerk, unit=centre, code=code)
    with pytest.raises(MoveRefused, match="配对码"):
        services.pair_screen(by=clerk, unit=centre, code=code)


def test_nobody_pairs_a_screen_with_the_hall_of_others(outsider, centre):
    with pytest.raises(MoveRefused, match="本大厅"):
        services.pair_screen(by=outsider, unit=centre, code=services.offer_screen().code)


def test_an_unpaired_screen_shows_nothing_any_more(client, board, clerk):
    called(clerk)
    assert "A001" in shown(client, board)
    client.force_login(clerk)
    client.post(reverse("intake:unpair_screen", args=[board.pk]))
    assert "还没有配对" in client.get(reverse("intake:screen")).content.decode()


def test_the_token_is_written_anew_without_a_person(client, board, time_machine):
    old = token_of(board)
    client.cookies["screen"] = old
    assert "screen" not in client.get(reverse("intake:screen")).cookies
    time_machine.move_to(timezone.now() + timedelta(seconds=RENEWED + 60))
    fresh = client.get(reverse("intake:screen")).cookies["screen"].value
    assert fresh != old


def test_the_board_shows_notices_and_the_windows_that_rest(client, board, clerk, window, centre):
    services.post_notice(by=clerk, unit=centre, text="下午三时法律咨询")
    gone = services.post_notice(by=clerk, unit=centre, text="上午停电", until=timezone.now())
    services.pause(window, by=clerk, reason="午休")
    page = shown(client, board)
    assert "下午三时法律咨询" in page
    assert gone.text not in page
    assert f"{window.number}号窗口（午休）" in page

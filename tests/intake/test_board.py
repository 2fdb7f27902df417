"""The public screen: numbers and windows, no names; calls spoken one after the other and confirmed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from intake import services
from intake.models import Announcement, Board
from kernel.moves import MoveRefused
from people.roles import Role
from tests.factories import UserFactory
from tests.intake.factories import BoardFactory, called, serving, waiting


@pytest.fixture
def board(centre):
    return BoardFactory(unit=centre)


def shown(client, board):
    return client.get(reverse("intake:board", args=[board.code])).content.decode()


def test_the_screen_needs_no_log_in_and_tells_no_name(client, board, clerk, window):
    serving(clerk, name="王冬梅", phone="13857000024")
    waiting(clerk, name="李小明", id_type="none")
    page = shown(client, board)
    assert "A001" in page
    assert window.name in page
    assert "1 批等候" in page
    assert not any(word in page for word in ("王", "李小明", "徐晓岚", "13857000024"))


def test_an_unknown_code_opens_nothing(client, board):
    assert client.get(reverse("intake:board", args=[board.code[:-1]])).status_code == 404
    assert len(board.code) > 20


def test_the_calls_to_speak_stand_in_order_until_they_are_heard(client, board, clerk, clerk2):
    called(clerk)
    called(clerk2)
    page = shown(client, board)
    first, second = Announcement.objects.order_by("pk")
    assert 0 < page.index(first.text) < page.index(second.text)
    address = reverse("intake:heard", args=[board.code, first.pk])
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
    services.heard(Announcement.objects.get())
    client.force_login(clerk)
    assert "大屏已播报" in client.get(reverse("intake:window")).content.decode()


def test_an_old_call_is_not_spoken_any_more(client, board, clerk):
    called(clerk)
    Announcement.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    assert "到" + str(clerk.seat.window.number) + "号窗口" not in shown(client, board)


def test_a_call_is_confirmed_by_the_screen_of_its_own_hall_only(client, clerk, outsider):
    called(clerk)
    other = BoardFactory(unit=outsider.seat.window.unit)
    address = reverse("intake:heard", args=[other.code, Announcement.objects.get().pk])
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
    part = client.get(
        reverse("intake:board", args=[board.code]), headers={"HX-Request": "true"}
    ).content.decode()
    assert 'id="screen"' in part
    assert "<html" not in part
    assert "data-live-grant" in part


def test_people_of_the_hall_open_one_board_and_no_one_else(client, clerk, centre):
    client.force_login(clerk)
    first = client.post(reverse("intake:open_board"))
    assert first.url == client.post(reverse("intake:open_board")).url
    assert Board.objects.get().unit == centre
    with pytest.raises(MoveRefused):
        services.open_board(
            by=UserFactory(
                post=(
                    Role.HANDLER,
                    centre.__class__.objects.create(
                        code="elsewhere", name="别处", kind="department", area=centre.area
                    ),
                )
            ),
            unit=centre,
        )

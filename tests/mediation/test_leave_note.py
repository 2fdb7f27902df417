"""交班留言: the court cadre changes daily, and the desk's word stands on top of its list."""

import pytest
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import DeskNote
from people.roles import Role
from tests.factories import UnitFactory, UserFactory


@pytest.fixture
def today(court):
    return UserFactory(name="方立明", post=(Role.COURT, court))


@pytest.fixture
def tomorrow(court):
    return UserFactory(name="祝文婷", post=(Role.COURT, court))


def test_the_next_at_the_desk_reads_it_on_top(client, today, tomorrow):
    client.force_login(today)
    answer = client.post(reverse("mediation:leave_note"), {"text": "三号窗口的材料周四送来。"})
    assert answer.url == reverse("mediation:court_list")
    client.force_login(tomorrow)
    page = client.get(reverse("mediation:court_list")).content.decode()
    assert "三号窗口的材料周四送来。" in page
    assert "方立明" in page


def test_another_desk_does_not_read_it(client, court, today):
    services.leave_note(court, by=today, text="三号窗口的材料周四送来。")
    client.force_login(UserFactory(post=(Role.COURT, UnitFactory(kind="court"))))
    assert "三号窗口" not in client.get(reverse("mediation:court_list")).content.decode()


def test_only_the_court_s_people_leave_one(client, court, mediator):
    with pytest.raises(MoveRefused):
        services.leave_note(court, by=mediator, text="x")
    client.force_login(mediator)
    assert client.get(reverse("mediation:leave_note")).status_code == 403
    assert not DeskNote.objects.exists()


def test_an_empty_note_comes_back(client, today):
    client.force_login(today)
    assert client.post(reverse("mediation:leave_note"), {"text": " "}).status_code == 422


def test_the_text_is_encrypted(court, today):
    note = services.leave_note(court, by=today, text="三号窗口")
    assert DeskNote.objects.get(pk=note.pk).text.plain == "三号窗口"
    assert str(DeskNote.objects.get(pk=note.pk).text) != "三号窗口"

from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from people import accounts
from people.models import Session
from people.roles import Role
from tests.factories import UnitFactory, UserFactory

URL = reverse("people:login")
DEVICES = reverse("people:devices")
PASSWORD = "Qujiang-2026"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"
PHONE = "Mozilla/5.0 (Linux; Android 14; V2314) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"
PAD = "Mozilla/5.0 (Linux; Android 14; MatePad) AppleWebKit/537.36 Chrome/120.0 Safari/537.36"


@pytest.fixture
def user():
    user = UserFactory(post=(Role.CLERK, UnitFactory(centre=True)))
    user.set_password(PASSWORD)
    user.save()
    return user


def on(agent, user):
    client = Client(HTTP_USER_AGENT=agent)
    answer = client.post(URL, {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client):
    return client.get(DEVICES).status_code == 200


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (DESK, "desk"),
        (PHONE, "phone"),
        (PAD, "pad"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 Safari/604.1", "phone"),
        ("Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) Mobile/15E148 Safari/604.1", "pad"),
        ("", "desk"),
    ],
)
def test_a_browser_says_what_kind_of_device_it_runs_on(agent, device):
    assert accounts.device_of(agent) == device


def test_a_log_in_on_the_same_kind_of_device_ends_the_older_one_and_another_kind_stays(user):
    old, phone = on(DESK, user), on(PHONE, user)
    new = on(DESK, user)
    assert not is_in(old)
    assert is_in(phone)
    assert is_in(new)


def test_the_older_page_is_told_why_in_calm_words(user):
    old = on(DESK, user)
    on(DESK, user)
    for _time in range(2):
        answer = old.get("/cases/", follow=True)
        assert "刚在另一台电脑上登录" in answer.content.decode()


def test_an_ended_session_cannot_be_written_back_to_life(user):
    old = on(DESK, user)
    late = old.session
    late["word"] = "late"
    on(DESK, user)
    with pytest.raises(UpdateError):
        late.save()
    assert not is_in(old)


def test_a_person_sees_their_own_devices_and_ends_one(user):
    desk, phone = on(DESK, user), on(PHONE, user)
    page = desk.get(DEVICES).content.decode()
    assert "电脑" in page
    assert "手机" in page
    session = Session.objects.get(user=user, device="phone")
    desk.post(reverse("people:end_device", args=[session.pk]))
    assert not is_in(phone)
    assert is_in(desk)
    assert user.dossier.entries.last().verb == "end_device"


def test_nobody_ends_the_device_of_somebody_else(client, user):
    phone = on(PHONE, user)
    client.force_login(UserFactory())
    session = Session.objects.get(user=user, device="phone")
    assert client.post(reverse("people:end_device", args=[session.pk])).status_code == 404
    assert is_in(phone)


def test_session_and_user_are_read_in_one_query(client, user, django_assert_num_queries):
    client.force_login(user)
    client.get(reverse("people:presence"))
    with django_assert_num_queries(1) as asked:
        client.get(reverse("people:presence"))
    assert "people_session" in asked[0]["sql"]
    assert "people_user" in asked[0]["sql"]


def test_a_changed_password_and_a_closed_account_end_every_session(client, user):
    client.force_login(user)
    user.is_active = False
    user.save()
    assert not is_in(client)
    user.is_active = True
    user.set_password("Another-1-Password")
    user.save()
    assert not is_in(client)


# --- The time-out -------------------------------------------------------------------------------------------


def leave(user, minutes):
    Session.objects.filter(user=user).update(seen_at=timezone.now() - timedelta(minutes=minutes))


def resume(client, person, password=PASSWORD, **data):
    token = accounts.person_token(person)
    return client.post(reverse("people:resume"), {"person": token, "password": password, **data})


def presence(client, user, **headers):
    headers["X-Person"] = accounts.person_token(user)
    return client.get(reverse("people:presence"), headers=headers).json()


def test_after_half_an_hour_nobody_is_there_and_the_log_in_says_why(user):
    desk = on(DESK, user)
    leave(user, 29)
    assert is_in(desk)
    leave(user, 31)
    assert "离开时间较长" in desk.get(DEVICES, follow=True).content.decode()


def test_what_a_page_asks_on_its_own_is_no_sign_of_life(user):
    desk = on(DESK, user)
    leave(user, 20)
    left = presence(desk, user, **{"X-Background": "1"})["left"]
    assert 9 * 60 <= left <= 10 * 60
    assert presence(desk, user, **{"X-Background": "1"})["left"] <= left
    presence(desk, user)
    assert presence(desk, user)["left"] > 29 * 60


def test_the_same_person_goes_on_where_they_were(user):
    desk = on(DESK, user)
    leave(user, 60)
    assert not presence(desk, user)["here"]
    answer = resume(desk, user)
    assert answer.status_code == 200
    assert presence(desk, user)["here"]
    assert Session.objects.going().filter(user=user).count() == 1
    assert user.dossier.entries.last().verb == "resume"


def test_another_person_cannot_go_on_in_their_place(user):
    desk = on(DESK, user)
    leave(user, 60)
    other = UserFactory()
    other.set_password("Other-Password-1")
    other.save()
    assert resume(desk, user, "Other-Password-1").status_code == 422
    assert not is_in(desk)
    assert desk.post(reverse("people:resume"), {"person": "forged", "password": PASSWORD}).status_code == 404


def test_a_page_of_somebody_else_in_the_same_browser_is_not_taken_for_ones_own(user):
    desk = on(DESK, user)
    assert not presence(desk, UserFactory())["here"]


def test_five_wrong_passwords_in_the_overlay_lock_as_at_the_door(user):
    desk = on(DESK, user)
    leave(user, 60)
    answers = [resume(desk, user, "wrong").status_code for _try in range(6)]
    assert answers[0] == 422
    assert answers[-1] == 429
    assert resume(desk, user).status_code == 429


def test_the_token_of_the_form_behind_is_renewed_and_works(user):
    desk = Client(HTTP_USER_AGENT=DESK, enforce_csrf_checks=True)
    desk.get(URL)
    token = desk.cookies["csrftoken"].value
    desk.post(URL, {"username": user.username, "password": PASSWORD, "csrfmiddlewaretoken": token})
    leave(user, 60)
    old = desk.get(reverse("people:presence")).json()["csrf"]
    new = resume(desk, user, csrfmiddlewaretoken=old).json()["csrf"]
    data = {"old_password": "", "new_password1": "", "new_password2": ""}
    page = reverse("people:change_password")
    assert desk.post(page, data | {"csrfmiddlewaretoken": old}).status_code == 403
    assert desk.post(page, data | {"csrfmiddlewaretoken": new}).status_code == 422

import itertools

import pytest
from django.conf import settings
from django.urls import reverse

from people import accounts
from people.models import PastPassword
from people.roles import Role
from tests.factories import UnitFactory, UserFactory

URL = reverse("people:login")
PASSWORD = "Qujiang-2026"


@pytest.fixture
def user():
    user = UserFactory(post=(Role.CLERK, UnitFactory(centre=True, name="测试中心", code="test-centre")))
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client, user, password=PASSWORD, **data):
    return client.post(URL, {"username": user.username, "password": password, **data})


def verbs(user):
    return [entry.verb for entry in user.dossier.entries.order_by("seq")]


def test_logging_in_and_out_stands_in_the_persons_history(client, user):
    assert log_in(client, user).status_code == 302
    client.post(reverse("people:logout"))
    assert verbs(user) == ["log_in", "log_out"]
    assert client.get(reverse("people:change_password")).status_code == 302


def test_a_log_out_with_a_broken_body_is_no_log_out(client, user):
    log_in(client, user)
    answer = client.generic("POST", reverse("people:logout"), b"x", content_type="multipart/form-data")
    assert answer.status_code == 400
    assert verbs(user) == ["log_in"]


def test_a_wrong_password_is_recorded_and_says_what_to_do(client, user):
    answer = log_in(client, user, "wrong")
    assert answer.status_code == 422
    assert "用户名或密码不正确" in answer.content.decode()
    assert verbs(user) == ["fail_log_in"]


def test_an_unknown_name_gets_the_same_sentence(client, user):
    answer = client.post(URL, {"username": "nobody", "password": "wrong"})
    assert "用户名或密码不正确" in answer.content.decode()


def test_after_five_failures_even_the_right_password_waits(client, user):
    for _try in range(5):
        answer = log_in(client, user, "wrong")
    assert answer.status_code == 429
    assert "30 分钟" in answer.content.decode()
    answer = log_in(client, user)
    assert answer.status_code == 429
    assert "系统管理员" in answer.content.decode()
    assert "log_in" not in verbs(user)


def test_a_guesser_with_many_addresses_is_locked_out_too(client, user):
    for n in range(5):
        client.post(URL, {"username": user.username, "password": "wrong"}, REMOTE_ADDR=f"10.0.0.{n}")
    assert log_in(client, user).status_code == 429


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_nobody_can_have_is_a_fault_of_the_form(client, name):
    answer = client.post(URL, {"username": name, "password": "wrong"})
    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_another_person_is_not_locked_with_them(client, user):
    for _try in range(5):
        log_in(client, user, "wrong")
    other = UserFactory()
    other.set_password(PASSWORD)
    other.save()
    assert log_in(client, other).status_code == 302


def test_the_way_on_leads_only_to_our_own_pages(client, user):
    assert log_in(client, user, next="/cases/").url == "/cases/"
    client.post(reverse("people:logout"))
    assert log_in(client, user, next="https://example.org/").url == "/"


def test_a_link_cannot_log_anybody_out(client, user):
    client.force_login(user)
    assert client.get(reverse("people:logout")).status_code == 405


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("Qujiang-2026", "不能与现在的密码相同"),
        ("kurz", "太短"),
        ("qujiangqujiang", "至少三种"),
        ("Password1234!", ""),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(client, user, new, why):
    client.force_login(user)
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    answer = client.post(reverse("people:change_password"), data)
    user.refresh_from_db()
    assert user.check_password(new) == (not why or new == PASSWORD)
    assert why in answer.content.decode()


def test_changing_the_password_keeps_the_person_logged_in_and_leaves_a_trace(client, user):
    log_in(client, user)
    data = {"old_password": PASSWORD, "new_password1": "Fushi-jiedao-7", "new_password2": "Fushi-jiedao-7"}
    assert client.post(reverse("people:change_password"), data).status_code == 302
    assert client.get(reverse("people:change_password")).status_code == 200
    assert verbs(user)[-1] == "change_password"


def test_a_cookie_with_a_character_that_the_database_cannot_hold_is_nobodys(client):
    client.cookies[settings.SESSION_COOKIE_NAME] = "\0" * 32
    assert client.get(reverse("people:change_password")).status_code == 302


def test_a_page_sends_whoever_is_not_logged_in_to_the_log_in(client):
    answer = client.get("/cases/")
    assert answer.url == f"{URL}?next=/cases/"


def change(client, old, new):
    data = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(reverse("people:change_password"), data)


def test_the_last_five_passwords_are_not_taken_again(client, user):
    """等保 level 3, domain.md 10.3; the sixth but last is free again."""
    words = [PASSWORD, *(f"Fushi-jiedao-{n}" for n in range(1, 6))]
    client.force_login(user)
    for old, new in itertools.pairwise(words[:5]):
        assert change(client, old, new).status_code == 302
    for used in words[:5]:
        answer = change(client, words[4], used)
        assert answer.status_code == 422
        assert "最近 5 个" in answer.content.decode()
    assert change(client, words[4], words[5]).status_code == 302
    assert change(client, words[5], PASSWORD).status_code == 302
    assert PastPassword.objects.filter(user=user).count() == 4


def test_a_reset_does_not_make_the_old_password_free_again(client, user):
    first = accounts.give_first_password(user)
    user.save()
    client.force_login(user)
    assert change(client, first, PASSWORD).status_code == 422
    assert change(client, first, "Fushi-jiedao-7").status_code == 302


def test_how_many_are_remembered_is_a_setting(client, user, settings):
    settings.PASSWORD_HISTORY = 1
    client.force_login(user)
    assert change(client, PASSWORD, "Fushi-jiedao-7").status_code == 302
    assert change(client, "Fushi-jiedao-7", "Fushi-jiedao-7").status_code == 422
    assert change(client, "Fushi-jiedao-7", PASSWORD).status_code == 302

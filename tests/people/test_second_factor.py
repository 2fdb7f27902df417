import re
from datetime import timedelta

import pyotp
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from people import accounts
from people.models import Factor, RolePolicy
from people.roles import Role
from tests.factories import UnitFactory, UserFactory

URL = reverse("people:login")
STEP = reverse("people:second_factor")
SET_UP = reverse("people:set_up_factor")
PASSWORD = "Qujiang-2026"


@pytest.fixture
def user():
    user = UserFactory(post=(Role.DIRECTOR, UnitFactory(centre=True)))
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def codes(user):
    """The user has a factor; these are their recovery codes."""
    accounts.begin_factor(by=user)
    codes = accounts.set_up_factor(by=user, code=code_of(user))
    Factor.objects.update(last_step=0)
    return codes


def code_of(user, at=None):
    return pyotp.TOTP(Factor.objects.get(user=user).secret.plain).at(at or timezone.now())


def give_password(client, user, **data):
    return client.post(URL, {"username": user.username, "password": PASSWORD, **data})


def give_code(client, code):
    return client.post(STEP, {"code": code})


def is_in(client):
    return client.get(reverse("people:devices")).status_code == 200


def test_a_role_can_require_it_and_nothing_else_opens_before_it_is_set_up(client, user):
    RolePolicy.objects.create(role=Role.DIRECTOR, second_factor=True)
    give_password(client, user)
    assert client.get("/").url == SET_UP
    assert client.get("/cases/").url == SET_UP
    client.post(SET_UP, {"begin": "1"})
    page = client.get(SET_UP).content.decode()
    assert "data:image/svg" in page
    assert Factor.objects.get(user=user).secret.plain in page
    answer = client.post(SET_UP, {"code": code_of(user)})
    assert len(re.findall(r"<code>([A-Z2-7]{5}-[A-Z2-7]{5})</code>", answer.content.decode())) == 8
    assert client.get("/").status_code == 200
    assert user.dossier.entries.last().verb == "set_up_factor"


def test_a_wrong_code_does_not_set_it_up(client, user):
    client.force_login(user)
    client.post(SET_UP, {"begin": "1"})
    answer = client.post(SET_UP, {"code": "000000"})
    assert answer.status_code == 409
    assert "口令不正确" in answer.content.decode()
    assert not accounts.has_factor(user)


def test_whoever_has_one_set_up_cannot_make_another_from_an_open_page(client, user, codes):
    client.force_login(user)
    before = Factor.objects.get(user=user).secret.plain
    assert client.post(SET_UP, {"begin": "1"}).status_code == 409
    assert Factor.objects.get(user=user).secret.plain == before
    assert before not in client.get(SET_UP).content.decode()


def test_the_password_alone_does_not_let_them_in(client, user, codes):
    assert give_password(client, user, next="/cases/").url == STEP
    assert not is_in(client)
    assert give_code(client, code_of(user)).url == "/cases/"
    assert is_in(client)


def test_a_code_works_once(client, user, codes):
    code = code_of(user)
    give_password(client, user)
    give_code(client, code)
    client.post(reverse("people:logout"))
    give_password(client, user)
    assert give_code(client, code).status_code == 422
    assert not is_in(client)


def test_a_telephone_half_a_minute_off_is_good_enough_and_two_minutes_are_not(client, user, codes):
    give_password(client, user)
    assert give_code(client, code_of(user, timezone.now() - timedelta(minutes=2))).status_code == 422
    assert give_code(client, code_of(user, timezone.now() - timedelta(seconds=30))).status_code == 302


def test_a_recovery_code_works_once_and_leaves_a_trace(client, user, codes):
    give_password(client, user)
    assert give_code(client, codes[0].lower()).status_code == 302
    assert "use_recovery_code" in user.dossier.entries.values_list("verb", flat=True)
    client.post(reverse("people:logout"))
    give_password(client, user)
    assert give_code(client, codes[0]).status_code == 422
    assert give_code(client, codes[1]).status_code == 302


def test_recovery_codes_and_secret_do_not_stand_in_the_database_as_they_are(user, codes):
    row = Factor.objects.filter(user=user).values().get()
    assert codes[0] not in str(row)
    assert Factor.objects.get(user=user).secret.plain.encode() not in bytes(row["secret"])


def test_five_wrong_codes_lock_for_half_an_hour_whatever_the_password(client, user, codes):
    give_password(client, user)
    for _try in range(5):
        give_code(client, "000000")
    give_password(client, user)
    assert give_code(client, code_of(user)).status_code == 422
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        give_password(client, user)
        assert give_code(client, code_of(user)).status_code == 302


def test_the_second_step_waits_five_minutes(client, user, codes):
    give_password(client, user)
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        assert give_code(client, code_of(user)).url == URL
    assert not is_in(client)


def test_nobody_comes_to_the_second_step_without_the_first(client, user, codes):
    assert give_code(client, code_of(user)).url == URL


def test_the_overlay_asks_for_the_code_too(client, user, codes):
    give_password(client, user)
    give_code(client, code_of(user))
    user.sessions.update(seen_at=timezone.now() - timedelta(hours=1))
    resume = {"person": accounts.person_token(user), "password": PASSWORD}
    answer = client.post(reverse("people:resume"), resume)
    assert (answer.status_code, answer.json()["code"]) == (422, True)
    assert client.post(reverse("people:resume"), resume | {"code": codes[2]}).status_code == 200
    assert is_in(client)

import re
import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from people import accounts
from people.models import AccountChange, Post, RolePolicy, User
from people.roles import Role
from tests.factories import UnitFactory, UserFactory

LIST = reverse("people:user_list")
PASSWORD = re.compile(r"<code class=\"factor-secret\">([a-z]{5}-[A-Z][a-z]{4}-\d\d)</code>")


@pytest.fixture
def centre():
    return UnitFactory(centre=True)


@pytest.fixture
def sysadmin(centre):
    return UserFactory(name="于系统", post=(Role.SYSADMIN, centre))


@pytest.fixture
def secadmin(centre):
    return UserFactory(name="安全员", post=(Role.SECADMIN, centre))


@pytest.fixture
def auditor(centre):
    return UserFactory(name="审计员", post=(Role.AUDITOR, centre))


@pytest.fixture
def clerk(centre):
    return UserFactory(name="徐晓岚", post=(Role.CLERK, centre))


@pytest.fixture
def discipline(centre):
    return UserFactory(name="纪委同志", post=(Role.DISCIPLINE, centre))


def by(user):
    client = Client()
    client.force_login(user)
    return client


def at(verb, user):
    return reverse(f"people:{verb}", args=[user.pk])


def last(user):
    return user.dossier.entries.order_by("seq").last()


def create(client, **data):
    return client.post(reverse("people:create_user"), {"username": "newone", "name": "新来的", **data})


def test_a_new_account_has_a_first_password_that_must_be_changed(sysadmin):
    answer = create(by(sysadmin))
    [password] = PASSWORD.findall(answer.content.decode())
    client = Client()
    client.post(reverse("people:login"), {"username": "newone", "password": password})
    assert client.get("/").url == reverse("people:change_password")
    assert client.get("/cases/").url == reverse("people:change_password")
    own = {"old_password": password, "new_password1": "Fushi-jiedao-7", "new_password2": "Fushi-jiedao-7"}
    client.post(reverse("people:change_password"), own)
    assert client.get("/").status_code == 200


def test_a_new_account_sees_nothing_until_another_administrator_gives_it_a_post(sysadmin, secadmin, centre):
    create(by(sysadmin))
    user = User.objects.get(username="newone")
    assert user.roles == frozenset()
    data = {"unit": centre.pk, "role": Role.CLERK}
    assert by(sysadmin).post(at("add_post", user), data).status_code == 403
    assert by(secadmin).post(at("add_post", user), data).status_code == 302
    assert User.objects.get(pk=user.pk).roles == {Role.CLERK}
    assert (last(user).verb, last(user).by) == ("add_post", secadmin)


def test_a_user_name_is_taken_once(sysadmin):
    create(by(sysadmin))
    answer = create(by(sysadmin), username="NewOne", name="另一人")
    assert answer.status_code == 422
    assert "已有人使用" in answer.content.decode()
    assert "另一人" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_give_one_name_in_one_instant_the_second_keeps_what_was_typed(sysadmin, monkeypatch):
    """Both forms found the name free: it is taken between the look and the saving."""
    both, answers = threading.Barrier(2), []
    drawn = accounts.give_first_password
    monkeypatch.setattr(accounts, "give_first_password", lambda user: both.wait(10) and None or drawn(user))

    def press(username):
        try:
            answers.append(create(by(sysadmin), username=username, name=f"姓名{username}"))
        finally:
            connection.close()

    presses = [threading.Thread(target=press, args=[name]) for name in ("wanglin", "WangLin")]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join()
    made, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (made.status_code, refused.status_code) == (200, 409)
    assert "已有人使用" in refused.content.decode()
    assert refused.context["form"]["name"].value() in refused.content.decode()
    assert User.objects.filter(username__iexact="wanglin").count() == 1


def test_a_post_is_taken_away_with_a_reason(secadmin, clerk):
    post = clerk.posts.get()
    answer = by(secadmin).post(at("remove_post", post), {"note": "调离"})
    assert answer.status_code == 302
    assert not Post.objects.filter(pk=post.pk).exists()
    assert last(clerk).note == f"{post.unit} 综合受理员"


@pytest.mark.parametrize("role", [Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR])
def test_an_administrator_of_one_kind_holds_no_other_post(secadmin, clerk, centre, role):
    answer = by(secadmin).post(at("add_post", clerk), {"unit": centre.pk, "role": role})
    assert answer.status_code == 409
    assert "不能兼任业务岗位" in answer.content.decode()


def test_an_administrator_gets_no_business_post(secadmin, auditor, centre):
    answer = by(secadmin).post(at("add_post", auditor), {"unit": centre.pk, "role": Role.DIRECTOR})
    assert answer.status_code == 409


def test_nobody_administers_their_own_account(secadmin, sysadmin, centre):
    data = {"unit": centre.pk, "role": Role.CLERK}
    Post.objects.filter(user=secadmin).update(role=Role.SECADMIN)
    assert by(secadmin).post(at("add_post", secadmin), data).status_code == 409
    assert by(sysadmin).post(at("reset_password", sysadmin)).status_code == 409
    assert by(sysadmin).post(at("deactivate", sysadmin), {"note": "x"}).status_code == 409
    assert (
        'href="/accounts/users/' + str(sysadmin.pk) + "/reset"
        not in by(sysadmin).get(at("user_detail", sysadmin)).content.decode()
    )


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(sysadmin, clerk):
    at_work = by(clerk)
    assert by(sysadmin).post(at("deactivate", clerk), {"note": "离职"}).status_code == 302
    assert at_work.get("/cases/").status_code == 302
    assert last(clerk).note == "离职"
    by(sysadmin).post(at("reactivate", clerk))
    assert User.objects.get(pk=clerk.pk).is_active


def test_a_reset_password_unlocks_and_ends_every_device(sysadmin, clerk):
    at_work = by(clerk)
    for _try in range(5):
        Client().post(reverse("people:login"), {"username": clerk.username, "password": "wrong"})
    answer = by(sysadmin).post(at("reset_password", clerk))
    [password] = PASSWORD.findall(answer.content.decode())
    assert at_work.get("/cases/").status_code == 302
    answer = Client().post(reverse("people:login"), {"username": clerk.username, "password": password})
    assert answer.status_code == 302


def test_a_lost_second_factor_is_reset_by_the_security_administrator(sysadmin, secadmin, clerk):
    accounts.begin_factor(by=clerk)
    clerk.factor.confirmed_at = clerk.password_set_at
    clerk.factor.save()
    assert by(sysadmin).post(at("reset_factor", clerk)).status_code == 403
    assert by(secadmin).post(at("reset_factor", clerk)).status_code == 302
    assert not accounts.has_factor(clerk)
    assert last(clerk).verb == "reset_factor"


@pytest.mark.parametrize("verb", ["reset_password", "reset_factor"])
def test_two_persons_reset_what_opens_the_discipline_desk(sysadmin, secadmin, discipline, verb):
    first, second = (sysadmin, secadmin) if verb == "reset_password" else (secadmin, sysadmin)
    before = discipline.password
    by(first).post(at(verb, discipline))
    discipline.refresh_from_db()
    assert discipline.password == before
    change = AccountChange.objects.get()
    assert by(first).post(at("confirm_change", change)).status_code == 409
    assert by(discipline).post(at("confirm_change", change)).status_code == 404
    answer = by(second).post(at("confirm_change", change))
    discipline.refresh_from_db()
    assert (discipline.password != before) == (verb == "reset_password")
    assert bool(PASSWORD.findall(answer.content.decode())) == (verb == "reset_password")
    assert {"ask_change", "confirm_change", verb} <= set(
        discipline.dossier.entries.values_list("verb", flat=True)
    )


def test_the_discipline_post_itself_is_given_by_two(secadmin, sysadmin, clerk, centre):
    by(secadmin).post(at("add_post", clerk), {"unit": centre.pk, "role": Role.DISCIPLINE})
    assert Role.DISCIPLINE not in User.objects.get(pk=clerk.pk).roles
    by(sysadmin).post(at("confirm_change", AccountChange.objects.get()))
    assert Role.DISCIPLINE in User.objects.get(pk=clerk.pk).roles


def test_a_refused_change_does_nothing_and_says_why(secadmin, sysadmin, discipline):
    by(sysadmin).post(at("reset_password", discipline))
    change = AccountChange.objects.get()
    by(secadmin).post(at("refuse_change", change), {"note": "本人未申请"})
    change.refresh_from_db()
    assert change.state == "refused"
    assert by(secadmin).post(at("confirm_change", change)).status_code == 409
    assert "本人未申请" in by(secadmin).get(at("user_detail", discipline)).content.decode()


def test_the_same_request_waits_once(sysadmin, discipline):
    by(sysadmin).post(at("reset_password", discipline))
    answer = by(sysadmin).post(at("reset_password", discipline))
    assert answer.status_code == 409
    assert "已在等待" in answer.content.decode()


def test_roles_that_need_a_second_factor_are_chosen_on_a_page(secadmin, sysadmin):
    page = reverse("people:set_policy")
    assert by(sysadmin).post(page, {"roles": []}).status_code == 403
    by(secadmin).post(page, {"roles": [Role.DIRECTOR, Role.DISCIPLINE]})
    required = RolePolicy.objects.filter(second_factor=True).values_list("role", flat=True)
    assert set(required) == {Role.DIRECTOR, Role.DISCIPLINE}
    assert last(secadmin).details == {"roles": ["director", "discipline"]}


def test_the_auditor_reads_and_changes_nothing(auditor, clerk):
    client = by(auditor)
    assert "徐晓岚" in client.get(LIST).content.decode()
    assert client.get(at("user_detail", clerk)).status_code == 200
    for verb in ("edit_user", "add_post", "deactivate", "reset_password", "reset_factor"):
        assert client.get(at(verb, clerk)).status_code == 403
    assert client.get(reverse("people:create_user")).status_code == 403


def test_whoever_works_on_matters_sees_no_accounts(clerk):
    assert by(clerk).get(LIST).status_code == 403
    assert by(clerk).get(at("user_detail", clerk)).status_code == 403


def test_accounts_are_found_by_name_unit_and_role(sysadmin, clerk, centre):
    client = by(sysadmin)
    page = client.get(LIST, {"q": "晓岚"}, headers={"HX-Request": "true"}).content.decode()
    assert "徐晓岚" in page
    assert "于系统" not in page
    assert "徐晓岚" in client.get(LIST, {"unit": centre.pk, "role": "clerk"}).content.decode()
    assert "徐晓岚" not in client.get(LIST, {"active": "0"}).content.decode()


def test_the_list_asks_the_same_however_many_there_are(sysadmin, centre, django_assert_max_num_queries):
    client = by(sysadmin)
    client.get(LIST)
    for _user in range(20):
        UserFactory(post=(Role.CLERK, centre))
    with django_assert_max_num_queries(13):
        client.get(LIST)


def test_a_stale_edit_shows_both_values(sysadmin, clerk):
    client = by(sysadmin)
    seen = client.get(at("edit_user", clerk)).context["form"].initial["seen"]
    data = {"seen": seen, "name": "徐小岚", "speciality": "", "languages": ""}
    assert client.post(at("edit_user", clerk), data).status_code == 302
    answer = client.post(at("edit_user", clerk), data | {"name": "许晓岚"})
    assert answer.status_code == 409
    assert "徐小岚" in answer.content.decode()

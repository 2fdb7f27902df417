"""The rules of 以案定补 and the grades: data of the centre, changed with their provision, after a preview."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import AllowanceBook, AllowanceRule, Grade
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import accepted, closed, filing, put_away

HOUR = timedelta(hours=1)


@pytest.fixture
def book():
    return AllowanceBook.objects.get()


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre))


def put(book, by, amount="200", difficulty="一般", kind="", version=None):
    services.set_allowance(
        book,
        by=by,
        difficulty=filing("difficulty", difficulty),
        kind=kind,
        amount=None if amount is None else Decimal(amount),
        reason="区司发〔2026〕8号",
        version=version or book.version,
    )


def test_a_new_centre_has_words_for_difficulty_and_no_amounts(book):
    assert not AllowanceRule.objects.exists()
    assert filing("difficulty", "疑难").pk
    assert [grade.name for grade in Grade.objects.all()] == ["一级", "二级", "三级", "四级"]


def test_an_amount_is_set_changed_and_taken_away_with_its_provision(book, director):
    put(book, director)
    put(book, director, "250")
    assert AllowanceRule.objects.get().amount == 250
    put(book, director, None)
    assert not AllowanceRule.objects.exists()
    entries = list(book.history.filter(verb="set_allowance").order_by("seq"))
    assert [entry.details["changed"]["amount"] for entry in entries] == [
        [None, "200"],
        ["200.00", "250"],
        ["250.00", None],
    ]
    assert entries[0].note == "一般 各种调解：区司发〔2026〕8号"


def test_it_is_refused_to_mediators_and_to_the_overtaken(book, director, mediator, head):
    for user in (mediator, head):
        with pytest.raises(MoveRefused):
            put(book, user)
    seen = book.version
    put(book, director)
    with pytest.raises(MoveRefused):
        put(book, director, "999", version=seen)
    assert AllowanceRule.objects.get().amount == 200


def test_a_failure_half_way_leaves_nothing(book, director, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        put(book, director)
    assert not AllowanceRule.objects.exists()


def test_the_preview_says_what_the_waiting_files_come_to(
    client, book, director, mediator, keeper, clerk, head
):
    director.posts.create(role=Role.DIRECTOR, unit=mediator.posts.get().unit)
    services.grade_mediator(mediator, by=head, grade=None, is_paid=True, basis="聘书")
    for difficulty in ("一般", "一般", "疑难"):
        row = put_away(closed(accepted(mediator), keeper, clerk), difficulty)
        services.pass_check(row, by=head)
    put(book, director, "100")
    client.force_login(director)
    url = reverse("mediation:set_allowance")
    given = {
        "difficulty": filing("difficulty", "一般").pk,
        "kind": "",
        "amount": "150",
        "reason": "规定",
        "version": book.version,
    }
    page = client.post(url, given | {"try": "1"})
    (_now, before), (_then, after) = page.context["tried"]
    assert (before.count, before.total, before.unpriced) == (3, 200, 1)
    assert (after.count, after.total, after.unpriced) == (3, 300, 1)
    assert AllowanceRule.objects.get().amount == 100
    assert client.post(url, given).status_code == 302
    assert AllowanceRule.objects.get().amount == 150


def test_the_pages_of_the_book(client, book, director, mediator):
    grade = Grade.objects.get(name="一级")
    client.force_login(director)
    put(book, director)
    page = client.get(reverse("mediation:allowance_book")).content.decode()
    for shown in ("一般", "200", "一级", "区司发〔2026〕8号"):
        assert shown in page
    url = reverse("mediation:set_allowance")
    assert client.get(url).status_code == 200
    assert client.post(url, {"difficulty": "x", "amount": "-1"}).status_code == 422
    url = reverse("mediation:edit_grade", args=[grade.pk])
    assert client.get(url).status_code == 200
    given = {"name": "首席", "criteria": "从业十年", "reason": "评定办法", "version": book.version}
    assert client.post(url, given).status_code == 302
    grade.refresh_from_db()
    assert (grade.name, grade.criteria) == ("首席", "从业十年")
    assert book.history.get(verb="edit_grade").details["changed"]["name"] == ["一级", "首席"]
    assert client.post(url, given).status_code == 409
    client.force_login(mediator)
    for name in ("allowance_book", "set_allowance"):
        assert client.get(reverse(f"mediation:{name}")).status_code == 403


def test_a_grade_that_fails_half_way_stays(book, director, monkeypatch):
    grade = Grade.objects.get(name="一级")
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.edit_grade(
            book, grade, by=director, name="甲", criteria="", reason="办法", version=book.version
        )
    grade.refresh_from_db()
    assert grade.name == "一级"


def test_two_grades_of_one_name_are_refused(client, book, director):
    client.force_login(director)
    url = reverse("mediation:edit_grade", args=[Grade.objects.get(name="一级").pk])
    given = {"name": "二级", "criteria": "", "reason": "评定办法", "version": book.version}
    assert client.post(url, given).status_code in (409, 422)

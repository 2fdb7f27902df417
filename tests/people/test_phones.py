"""Several telephones of one person: one is rung first, all find them."""

import pytest

from kernel.moves import MoveRefused
from people.models import Person, Unit
from people.persons import add_phone, make_primary, remove_phone
from people.roles import Role
from people.services import register_person
from tests.factories import PersonFactory, UserFactory
from tests.people.factories import id_number


@pytest.fixture
def clerk():
    return UserFactory(post=(Role.CLERK, Unit.objects.centre()))


@pytest.fixture
def person():
    return PersonFactory(phone="13800000001", id_number=id_number())


def found_by(number):
    return list(Person.objects.with_phone(number))


def verbs(person):
    return [entry.verb for entry in person.dossier.entries.order_by("seq")]


def test_any_of_them_finds_the_person(person, clerk):
    add_phone(person, by=clerk, number="0570-3012345", note="女儿")
    assert found_by("13800000001") == found_by("0570-3012345") == [person]
    assert verbs(person) == ["add_phone"]


def test_the_same_number_is_kept_once(person, clerk):
    with pytest.raises(MoveRefused, match="已经登记"):
        add_phone(person, by=clerk, number="13800000001")


def test_another_can_be_rung_first_and_the_former_is_not_lost(person, clerk):
    add_phone(person, by=clerk, number="13900000002")
    make_primary(person.phones.get(), by=clerk)
    person.refresh_from_db()
    assert person.phone.plain == "13900000002"
    assert [phone.number.plain for phone in person.phones.all()] == ["13800000001"]
    with pytest.raises(MoveRefused, match="刷新"):
        make_primary(person.phones.model(pk=1, person=person), by=clerk)


def test_whoever_comes_back_with_a_new_number_is_still_found_by_the_old(person, clerk):
    same = register_person(by=clerk, name="换号人", id_number=person.id_number.plain, phone="13900000003")
    assert same == person
    assert found_by("13800000001") == found_by("13900000003") == [person]


def test_a_wrong_number_is_removed(person, clerk):
    add_phone(person, by=clerk, number="13900000002")
    remove_phone(person.phones.get(), by=clerk)
    assert found_by("13900000002") == []
    assert verbs(person) == ["add_phone", "remove_phone"]


def test_the_history_holds_no_number(person, clerk):
    add_phone(person, by=clerk, number="13900000002")
    make_primary(person.phones.get(), by=clerk)
    kept = str([(entry.note, entry.details) for entry in person.dossier.entries.all()])
    assert "1390" not in kept
    assert "1380" not in kept


def test_a_guide_changes_nothing(person):
    guide = UserFactory(post=(Role.GUIDE, Unit.objects.centre()))
    with pytest.raises(MoveRefused, match="岗位"):
        add_phone(person, by=guide, number="13900000002")

import pytest
from django.db import connection

from kernel import rotation
from kernel.encryption import Secret, WrongRow, lookup_hashes, mask_name
from people.models import Person
from tests.factories import PersonFactory

ID_NUMBER = "330803190202150023"
TWO_KEYS = {1: ("aes-gcm", b"1" * 32), 2: ("sm4-gcm", b"2" * 16)}


def stored(person, column="id_number"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM people_person WHERE id = %s", [person.pk])
        return bytes(cursor.fetchone()[0])


@pytest.fixture
def person():
    return Person.objects.get(pk=PersonFactory(id_number=ID_NUMBER, phone="19900001234").pk)


def test_a_protected_value_reads_back_and_shows_its_mask(person):
    assert person.id_number.plain == ID_NUMBER
    assert str(person.id_number) == "3308**********0023"
    assert str(person.phone) == "199****1234"
    assert ID_NUMBER not in repr(person.id_number)


def test_nothing_of_it_stands_in_the_table(person):
    assert ID_NUMBER.encode() not in stored(person)
    assert b"19900001234" not in stored(person, "phone")


def test_a_value_copied_to_another_row_does_not_open(person):
    other = PersonFactory(id_number="330803190306300030")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET id_number = %s WHERE id = %s", [stored(person), other.pk])
    with pytest.raises(WrongRow):
        Person.objects.get(pk=other.pk).id_number.plain  # noqa: B018


def test_a_value_copied_to_another_column_does_not_open(person):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET phone = id_number WHERE id = %s", [person.pk])
    with pytest.raises(WrongRow):
        Person.objects.get(pk=person.pk).phone.plain  # noqa: B018


def test_a_person_is_found_by_the_full_number_however_it_is_typed(person):
    for typed in (
        ID_NUMBER,
        ID_NUMBER.lower(),
        "３３０８０３１９０２０２１５００２３",
        " 330803 19020215 0023 ",
    ):
        assert Person.objects.get(id_hash__in=lookup_hashes("id_number", typed)) == person


def test_rotation_moves_every_value_to_the_newest_keys(settings, person):
    settings.FIELD_KEYS = {1: settings.FIELD_KEYS[1]} | {2: TWO_KEYS[2]}
    settings.LOOKUP_KEYS = {1: settings.LOOKUP_KEYS[1], 2: b"new"}
    found = Person.objects.get(id_hash__in=lookup_hashes("id_number", ID_NUMBER))
    assert found.id_number.plain == ID_NUMBER

    assert rotation.rotate(Person) == 1
    assert rotation.rotate(Person) == 0

    settings.FIELD_KEYS = {2: TWO_KEYS[2]}
    settings.LOOKUP_KEYS = {2: b"new"}
    found = Person.objects.get(id_hash__in=lookup_hashes("id_number", ID_NUMBER))
    assert (found.id_number.plain, found.phone.plain) == (ID_NUMBER, "19900001234")
    assert stored(found)[0] == 2


@pytest.mark.parametrize(
    ("name", "mask"), [("王冬梅", "王**"), ("王五", "王*"), ("欧阳小明", "欧阳**"), ("李", "李*"), ("", "")]
)
def test_names_keep_their_surname(name, mask):
    assert mask_name(name) == mask


def test_a_secret_of_nothing_is_empty():
    assert not Secret("phone", plain="")
    assert str(Secret("phone", plain="")) == ""

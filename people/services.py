"""Persons and organisations: registered once, found by their papers."""

from django.db import transaction

from kernel import history
from kernel.encryption import lookup_hashes
from people.identity import check_id_number, initials
from people.models import Organisation, Person, User


@transaction.atomic
def register_person(*, by, name, id_type=Person.IdType.RESIDENT, id_number="", phone="", **details) -> Person:
    """The person with these papers, or a new one. A known person keeps their name; a new telephone replaces the old.

    `details` are origin, address, sex and birth_on; sex and birth come from the ID number where there is one.
    """
    known = known_person(id_number)
    if known is None:
        return _new_person(by=by, name=name, id_type=id_type, id_number=id_number, phone=phone, **details)
    if phone and known.phone.plain != phone:
        history.lock(known.dossier_id)
        known.phone = phone
        known.save()
        history.record(known, "change_phone", by=by)
    return known


def known_person(id_number: str) -> Person | None:
    hashes = lookup_hashes("id_number", id_number)
    return Person.objects.filter(id_hash__in=hashes).order_by("pk").first() if hashes else None


def _new_person(*, by, name, id_type, id_number, **details) -> Person:
    if id_type == Person.IdType.RESIDENT and id_number:
        checked = check_id_number(id_number)
        details |= {"sex": checked.sex, "birth_on": checked.birth_on}
        id_number = checked.normalised
    person = Person(name=name, initials=initials(name), id_type=id_type, id_number=id_number, **details)
    person.save()
    history.record(person, "register_person", by=by)
    return person


def register_organisation(*, name, uscc="") -> Organisation:
    """The organisation of this code or, without a code, of this name; a new one where there is none."""
    key = {"uscc": uscc} if uscc else {"name": name, "uscc": ""}
    return Organisation.objects.get_or_create(**key, defaults={"name": name})[0]


@transaction.atomic
def log_in(*, by) -> None:
    history.record(by, "log_in", by=by)


@transaction.atomic
def log_out(*, by) -> None:
    history.record(by, "log_out", by=by)


@transaction.atomic
def fail_log_in(*, username: str) -> None:
    """Keep a failed log-in in the history of the account it was tried on. Unknown names are counted by axes alone."""
    user = User.objects.filter(username=username.replace("\0", "")).first()
    if user:
        history.record(user, "fail_log_in", by=None)


@transaction.atomic
def change_password(*, by, password: str) -> None:
    by.set_password(password)
    by.save(update_fields=["password"])
    history.record(by, "change_password", by=by)

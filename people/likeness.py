"""Records that are likely of one person, and why."""

from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext as _

from kernel.encryption import lookup_hashes, normalised
from people.models import Apart, Guardian, Person, Phone, keys_by_phone

MOST = 100
"""Of a very common name, the latest so many records are compared."""


@dataclass(slots=True)
class Likeness:
    """Another record, and what it has in common with the first."""

    person: Person
    reasons: list[str] = field(default_factory=list)


def likely_same(person) -> list[Likeness]:
    """The standing records that look like `person`, those with most in common first.

    Left out is who was found to be somebody else.
    """
    known = [person.pk, *told_apart(person)]
    others = Person.objects.filter(merged_into=None).exclude(pk__in=known).order_by("-pk")
    numbers = numbers_of(person)
    hashes = [text for number in numbers for text in lookup_hashes("phone", number)]
    by_phone = set(others.filter(pk__in=keys_by_phone(hashes)).values_list("pk", flat=True)[:MOST])
    like = Q(pk__in=by_phone) | Q(name=person.name)
    if person.id_number:
        like |= Q(id_hash__in=lookup_hashes("id_number", person.id_number.plain))
    found = [
        Likeness(other, reasons(person, other, shares_phone=other.pk in by_phone))
        for other in others.filter(like)[:MOST]
    ]
    return sorted((each for each in found if each.reasons), key=lambda each: -len(each.reasons))


def told_apart(person) -> list[int]:
    """The records that were said to be of somebody else."""
    pairs = Apart.objects.standing().filter(Q(one=person) | Q(other=person)).values_list("one", "other")
    return [pk for pair in pairs for pk in pair if pk != person.pk]


def numbers_of(person) -> set[str]:
    """Every telephone of a person and of the records joined to theirs."""
    group = Person.objects.filter(pk=person.pk).with_their_doubles()
    numbers = {member.phone.plain for member in group}
    numbers |= {phone.number.plain for phone in Phone.objects.filter(person__in=group)}
    return numbers - {""}


def reasons(person, other, *, shares_phone) -> list[str]:
    """What two records have in common that speaks for one person. A name alone does not."""
    said = []
    papers = papers_alike(person.id_number.plain, other.id_number.plain)
    if papers:
        said.append(papers)
    if person.name == other.name and person.birth_on and person.birth_on == other.birth_on:
        said.append(_("姓名、出生日期相同"))
    if shares_phone and person.name == other.name:
        said.append(_("姓名、电话相同"))
    elif shares_phone and not plainly_two(person, other):
        said.append(_("电话相同，姓名不同（也可能是家人）"))
    return said


def plainly_two(one, two) -> bool:
    """Whether a telephone in common only says that they live or act together: a child, a guardian, two papers."""
    if one.is_minor or two.is_minor or (one.id_number and two.id_number):
        return True
    return Guardian.objects.filter(Q(minor=one, guardian=two) | Q(minor=two, guardian=one)).exists()


def papers_alike(one: str, two: str) -> str:
    one, two = normalised(one), normalised(two)
    if not one or not two:
        return ""
    if one == two:
        return _("证件号码相同")
    return _("证件号码只差一位") if near(one, two) else ""


def near(one: str, two: str) -> bool:
    """One character typed wrong, or two neighbours exchanged."""
    if len(one) != len(two):
        return False
    apart = [place for place, pair in enumerate(zip(one, two, strict=True)) if pair[0] != pair[1]]
    if len(apart) == 1:
        return True
    return (
        len(apart) == 2
        and apart[1] == apart[0] + 1
        and one[apart[0]] == two[apart[1]]
        and one[apart[1]] == two[apart[0]]
    )

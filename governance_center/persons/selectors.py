"""Who may see which persons, and what the page of a person shows.

A person is seen by whoever sees a visit or a matter of theirs. Somebody who is known from an isolated matter alone
does not exist for anybody else: neither in a search nor as a likely double.
"""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from cases.models import Agent, Case, Party
from cases.states import State
from intake.models import Ticket
from kernel.models import HistoryEntry
from people.identity import tidy_name
from people.likeness import Likeness, likely_same
from people.models import Apart, Guardian, Merge, Person, Phone
from people.roles import CORRECTS_PERSONS, MERGES_PERSONS
from people.selectors import known_in_secret

LOOKS = frozenset({"view", "reveal"})
SHOWN = 20
TAILS = 300
"""Among so many persons of today and of open matters the end of a telephone is looked for."""


def seen_by(user, persons) -> list[Person]:
    """Those of some persons whom `user` may see, each as the record that stands for them."""
    members = list(Person.objects.filter(pk__in=[person.pk for person in persons]).with_their_doubles())
    known = with_links(Person.objects.visible_to(user).filter(pk__in=[member.pk for member in members]), user)
    whole = {member.pk: member.merged_into_id or member.pk for member in members}
    roots = {whole[pk] for pk in known.values_list("pk", flat=True)}
    roots |= guardians_in_sight(user, whole)
    return list(Person.objects.visible_to(user).filter(pk__in=roots).order_by("-pk"))


def with_links(persons, user):
    """Those who visited or are party to a matter, as far as `user` sees visits and matters."""
    parties = Party.objects.visible_to(user).filter(person=OuterRef("pk"))
    visits = Ticket.objects.visible_to(user).filter(visitor=OuterRef("pk"))
    agents = Agent.objects.visible_to(user).filter(person=OuterRef("pk"))
    return persons.filter(Exists(parties) | Exists(visits) | Exists(agents))


def guardians_in_sight(user, whole) -> set[int]:
    """Guardians are seen with the minors for whom they answer."""
    links = list(Guardian.objects.filter(guardian__in=whole).values_list("guardian", "minor"))
    wards = Person.objects.visible_to(user).filter(pk__in=[minor for _guardian, minor in links])
    seen = set(with_links(wards, user).values_list("pk", flat=True))
    return {whole[guardian] for guardian, minor in links if minor in seen}


def found(user, words: str) -> list[Person]:
    """Persons by whole name or the initials of it, in sight of `user`."""
    named = Q(name=tidy_name(words))
    if words.isascii() and words.isalpha():
        named |= Q(initials=words.lower())
    hits = with_links(Person.objects.visible_to(user).filter(named), user).order_by("-pk")[:SHOWN]
    return seen_by(user, hits)


def found_by_number(user, number: str) -> list[Person]:
    """Persons by a whole telephone or paper."""
    return seen_by(user, Person.objects.visible_to(user).with_number(number)[:SHOWN])


def found_by_tail(user, tail: str) -> list[Person]:
    """Persons of today's visits and of open matters of one's own whose telephone or paper ends so.

    There is no index on tails, on purpose: they are compared one by one, among few.
    """
    visits = Ticket.objects.visible_to(user).today().exclude(visitor=None).values("visitor")
    open_cases = Case.objects.visible_to(user).filter(unit__in=user.unit_ids).exclude(state=State.CLOSED)
    parties = Party.objects.filter(case__in=open_cases).exclude(person=None).values("person")
    near = Person.objects.visible_to(user).filter(pk__in=visits.union(parties.order_by()))
    near = list(near.prefetch_related("phones").order_by("-pk")[:TAILS])
    return seen_by(user, [person for person in near if ends_so(person, tail)][:SHOWN])


def ends_so(person, tail) -> bool:
    numbers = [person.phone, person.id_number, *(phone.number for phone in person.phones.all())]
    return any(number.plain.upper().endswith(tail) for number in numbers if number)


@dataclass(frozen=True, slots=True)
class PersonPage:
    """One person as one reader may see them."""

    person: Person
    phones: list[Phone]
    doubles: list[Merge]
    visits: list[Ticket]
    parties: list[Party]
    agencies: list[Agent]
    guardians: list[Guardian]
    wards: list[Guardian]
    likely: list[Likeness]
    aparts: list[tuple[Apart, Person]]
    acts: list[HistoryEntry]
    asks_reason: bool
    may_correct: bool
    may_merge: bool


def person_page(person, user) -> PersonPage:
    group = [person] if person.merged_into_id else doubles_of(person)
    visits = Ticket.objects.visible_to(user).visits().filter(visitor__in=group)
    parties = Party.objects.visible_to(user).filter(person__in=group)
    agencies = Agent.objects.visible_to(user).standing().filter(person__in=group)
    entries = person.entries().exclude(verb__in=LOOKS).select_related("by").order_by("-seq")
    likely = [] if person.merged_into_id else likely_same(person)
    seen = {other.pk for other in seen_by(user, [each.person for each in likely])} if likely else set()
    merges = Merge.objects.standing().filter(gone__in=group)
    return PersonPage(
        person=person,
        phones=list(Phone.objects.filter(person__in=group).select_related("person")),
        doubles=list(merges.select_related("gone", "kept", "by")),
        visits=list(visits.select_related("queue", "window").order_by("-issued_at")[:SHOWN]),
        parties=list(
            parties.select_related("case__category", "case__unit").order_by("-case__opened_at")[:SHOWN]
        ),
        agencies=list(agencies.select_related("case", "party__person")),
        guardians=list(Guardian.objects.filter(minor__in=group, ended_at=None).select_related("guardian")),
        wards=wards_of(group, user),
        likely=[each for each in likely if each.person.pk in seen],
        aparts=aparts_of(person, user),
        acts=list(entries),
        asks_reason=reason_for(person, user) is None,
        may_correct=bool(user.roles & CORRECTS_PERSONS) and not person.merged_into_id,
        may_merge=bool(user.roles & MERGES_PERSONS) and not person.in_secret,
    )


def wards_of(group, user) -> list[Guardian]:
    """For whom somebody answers, but for minors who are known from a restricted matter out of the user's sight."""
    links = Guardian.objects.filter(guardian__in=group, ended_at=None).select_related("minor")
    hidden = {link.minor for link in links if known_in_secret(link.minor)}
    hidden -= {*seen_by(user, hidden)}
    return [link for link in links if link.minor not in hidden]


def aparts_of(person, user) -> list[tuple[Apart, Person]]:
    """Who looked like this person and was found to be somebody else, as far as `user` sees them."""
    standing = Apart.objects.standing().filter(Q(one=person) | Q(other=person))
    pairs = [(apart, apart.of(person)) for apart in standing.select_related("one", "other", "by")]
    seen = {other.pk for other in seen_by(user, [other for _apart, other in pairs])} if pairs else set()
    return [(apart, other) for apart, other in pairs if other.standing.pk in seen]


def doubles_of(person) -> list[Person]:
    """The record that stands for somebody, and those joined to it."""
    return list(Person.objects.filter(pk=person.pk).with_their_doubles())


def reason_for(person, user) -> Case | None:
    """An open matter of this person that is in hand of the user's own unit: reason enough for a full look."""
    group = Person.objects.filter(pk=person.pk).with_their_doubles()
    own = Case.objects.visible_to(user).filter(unit__in=user.unit_ids).exclude(state=State.CLOSED)
    return own.filter(pk__in=Party.objects.filter(person__in=group).values("case")).order_by("-pk").first()


def added_since(merge, user) -> tuple[int, int]:
    """Visits and matters registered of the kept record since a merge, as far as the user sees them."""
    visits = Ticket.objects.visible_to(user).filter(visitor=merge.kept, issued_at__gte=merge.at)
    parties = Party.objects.visible_to(user).filter(person=merge.kept, case__opened_at__gte=merge.at)
    return visits.count(), parties.count()

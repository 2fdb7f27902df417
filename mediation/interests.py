"""What may stand between a mediator and a matter, and which other matters its parties have."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.models import Case, Party
from cases.states import State
from kernel.web import Button, buttons
from mediation.models import Mediation, MediatorChange
from mediation.states import OPEN
from people.models import Person, User

SHOWN = 10


def other_matters(case, user) -> list[Case]:
    """Other open matters of the same people and bodies, as far as `user` sees them: perhaps the same dispute twice."""
    same = Party.objects.none()
    for party in case.parties.all():
        same |= records_of(party)
    cases = Case.objects.visible_to(user).filter(pk__in=same.values("case")).exclude(pk=case.pk)
    open_ones = cases.exclude(state=State.CLOSED).select_related("category", "unit")
    return list(open_ones.order_by("-opened_at", "-pk")[:SHOWN])


def records_of(party):
    """The places in all files of this person, with the double records, or of this body."""
    if party.organisation_id:
        return Party.objects.filter(organisation=party.organisation_id)
    if party.person_id:
        whole = Person.objects.filter(pk=party.person_id).with_their_doubles()
        return Party.objects.filter(person__in=whole.values("pk"))
    return Party.objects.none()


def interests_found(case, mediator: User, *, earlier=True) -> list[str]:
    """What the files know that may stand between a mediator and the parties, a sentence each.

    With `earlier=False` without the matters that they had before: of a large firm everybody has had some.
    """
    found = []
    homes = homes_of(mediator)
    units = {unit.name for unit in mediator.units}
    for party in case.parties.select_related("person", "organisation"):
        found += sentences(party, mediator, homes, units)
        if earlier and (count := earlier_with(party, case, mediator)):
            told = _("%(party)s是调解员以前 %(n)d 件调解的当事人。")
            found.append(told % {"party": party.masked, "n": count})
    for agent in case.agents.standing().select_related("person"):
        if agent.person.name == mediator.name:
            found.append(_("一位代理人与调解员同名。"))
    return found


def sentences(party, mediator, homes, units) -> list[str]:
    told = {"party": party.masked}
    rules = [
        (party.name == mediator.name, _("%(party)s与调解员同名，请核对是不是本人。")),
        (home_of(party) in homes, _("%(party)s与调解员登记的住址相同。")),
        (party.organisation_id and party.name in units, _("%(party)s是调解员所在单位。")),
    ]
    return [text % told for holds, text in rules if holds]


def homes_of(mediator: User) -> set[str]:
    """Where people of this name live, as far as the centre registered them: perhaps it is the mediator."""
    people = Person.objects.filter(name=mediator.name)[:SHOWN]
    return {person.address.plain for person in people} - {""}


def home_of(party) -> str:
    return party.person.address.plain if party.person_id else ""


def earlier_with(party, case, mediator) -> int:
    """How many other matters with this party the mediator has had in hand."""
    cases = records_of(party).values("case")
    theirs = Mediation.objects.of(mediator).filter(case__in=cases)
    return theirs.exclude(case=case).count()


@dataclass(frozen=True, slots=True)
class ChangePage:
    """What the page of a mediation says about who mediates. `found` is for the mediator and who decides alone."""

    rows: list[tuple[MediatorChange, list[Button]]]
    found: list[str]
    sees_found: bool
    may_declare: bool
    may_ask: bool

    @property
    def is_shown(self) -> bool:
        return bool(self.rows or self.found or self.may_declare or self.may_ask)


def change_page(mediation, user) -> ChangePage:
    changes = mediation.changes.select_related("mediator", "party", "asked_by", "to", "decided_by")
    is_open = mediation.state in OPEN
    new = MediatorChange(
        case=mediation.case, mediation=mediation, unit=mediation.unit, mediator=mediation.mediator, state=""
    )
    decides = is_open and MediatorChange.MOVES.named("grant_change").allows(new, user)
    declares = is_open and MediatorChange.MOVES.named("declare_interest").allows(new, user)
    sees = declares or decides
    return ChangePage(
        rows=[(change, buttons(change, user)) for change in changes],
        found=interests_found(mediation.case, mediation.mediator) if sees else [],
        sees_found=sees,
        may_declare=declares,
        may_ask=is_open and MediatorChange.MOVES.named("ask_change").allows(new, user),
    )

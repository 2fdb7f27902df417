"""What may stand between a mediator and a matter, and which other matters its parties have."""

from cases.models import Case, Party
from cases.states import State
from people.models import Person

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

"""How much each mediator carries today."""

from dataclasses import dataclass

from django.db.models import Count, Q

from mediation.models import Mediation
from mediation.states import OPEN
from people.models import Seat, User
from people.roles import Role


@dataclass(frozen=True, slots=True)
class Load:
    mediator: User
    seat: Seat | None
    open: int


def of_mediators(user) -> list[Load]:
    """The mediators with open mediations that `user` can see, or with a seat today; heaviest first."""
    open_mediations = Mediation.objects.visible_to(user).filter(state__in=OPEN)
    counts = dict(open_mediations.values_list("mediator").annotate(Count("pk")))
    seats = {seat.user_id: seat for seat in Seat.objects.visible_to(user).today().filter(role=Role.MEDIATOR)}
    mediators = User.objects.filter(Q(pk__in=counts) | Q(pk__in=seats))
    loads = [Load(person, seats.get(person.pk), counts.get(person.pk, 0)) for person in mediators]
    return sorted(loads, key=lambda load: (-load.open, load.mediator.pk))

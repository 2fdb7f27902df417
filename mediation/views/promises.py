"""What of an agreement is still to be done, as the page of its mediation shows it."""

from dataclasses import dataclass

from kernel.web import Button, buttons
from mediation import selectors
from mediation.models import Performance
from mediation.remedies import Remedy, may_go_round_again, remedies
from mediation.states import PerformanceState


@dataclass(frozen=True, slots=True)
class Promise:
    performance: Performance
    buttons: list[Button]
    remedies: list[Remedy]
    may_reopen: bool


def confirmed_of(mediation) -> set[int]:
    """The agreements that the court has confirmed: nobody has to sue over them."""
    return set(mediation.confirmations.confirmed().values_list("agreement_id", flat=True))


def promises_of(mediation, user) -> list[Promise]:
    rows = selectors.performances_with_payments(mediation)
    confirmed = (
        confirmed_of(mediation) if any(row.state == PerformanceState.BROKEN for row in rows) else set()
    )
    again = may_go_round_again(mediation.case)
    return [
        Promise(row, buttons(row, user), remedies(row, confirmed=row.agreement_id in confirmed), again)
        for row in rows
    ]

"""What of an agreement is still to be done, as the page of its mediation shows it."""

from dataclasses import dataclass

from kernel.web import Button, buttons
from mediation import selectors
from mediation.models import Performance
from mediation.remedies import Remedy, may_go_round_again, remedies


@dataclass(frozen=True, slots=True)
class Promise:
    performance: Performance
    buttons: list[Button]
    remedies: list[Remedy]
    may_reopen: bool


def promises_of(mediation, user) -> list[Promise]:
    rows = selectors.performances_with_payments(mediation)
    again = may_go_round_again(mediation.case)
    return [Promise(row, buttons(row, user), remedies(row), again) for row in rows]

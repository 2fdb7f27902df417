"""以案定补: which files count, and what each is worth by the rules that the centre keeps."""

from dataclasses import dataclass
from decimal import Decimal

from mediation.models import AllowanceRule
from mediation.states import ArchiveState

Rules = dict[tuple[int, str], Decimal]
"""Amounts by difficulty and kind; an empty kind stands for every kind that has no amount of its own."""


def rules_now() -> Rules:
    return {(rule.difficulty_id, rule.kind): rule.amount for rule in AllowanceRule.objects.all()}


def changed(rules: Rules, difficulty, kind: str, amount: Decimal | None) -> Rules:
    """The rules with one of them set, or left out where it has no amount."""
    others = {key: value for key, value in rules.items() if key != (difficulty.pk, kind)}
    return others if amount is None else others | {(difficulty.pk, kind): amount}


def amount_of(archive, rules: Rules) -> Decimal | None:
    """What a file is worth; None where no rule says."""
    of_kind = rules.get((archive.difficulty_id, archive.mediation.kind))
    return of_kind if of_kind is not None else rules.get((archive.difficulty_id, ""))


def unpaid(archives):
    """以案定补 counts files of closed matters that were put away and that a second person found in order, each once."""
    return archives.filter(state=ArchiveState.PASSED, allowance=None).select_related(
        "mediation__mediator__standing", "difficulty", "case"
    )


def is_paid(mediator) -> bool:
    """Whether somebody said that this mediator may get allowances: nobody gets any by default."""
    standing = getattr(mediator, "standing", None)
    return bool(standing and standing.is_paid)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What files would come to; `unpriced` are those that no rule has an amount for."""

    count: int
    total: Decimal
    unpriced: int


def estimate(archives, rules: Rules) -> Estimate:
    amounts = [amount_of(one, rules) for one in archives if is_paid(one.mediation.mediator)]
    known = [amount for amount in amounts if amount is not None]
    return Estimate(len(amounts), sum(known, Decimal(0)), len(amounts) - len(known))

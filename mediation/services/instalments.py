"""The instalments of an agreement: kept as rows beside its text."""

from kernel.moves import MoveRefused
from mediation.models import Instalment
from mediation.schedules import amiss


def keep_instalments(agreement, rows) -> list[Instalment]:
    """Write the rows of a new agreement, or of a draft instead of those before. They have to make up the amount."""
    refuse_amiss(agreement.amount, rows, agreement.open_reason)
    if not agreement._state.adding:
        agreement.instalments.all().delete()
    numbered = enumerate(rows, 1)
    return Instalment.objects.bulk_create(
        Instalment(agreement=agreement, number=number, **row) for number, row in numbered
    )


def refuse_amiss(amount, rows, open_reason):
    if why := amiss(amount, rows, open_reason):
        raise MoveRefused(why)

"""Agreements of these weeks before the court, lived through the services at the end of a load."""

from django.utils import timezone

from governance_center.demo import album
from mediation import services
from mediation.models import ConfirmationTerm, JudicialConfirmation
from mediation.states import ConfirmationState
from people.models import Unit, User
from people.roles import Role

ROUNDS = 2


def live() -> None:
    """Each is brought one step further than the one before it, some so far as to be confirmed."""
    unasked = JudicialConfirmation.objects.filter(
        state=ConfirmationState.OPEN,
        case__restriction="",
        clocks__code="mediation.ask_confirmation",
        clocks__due_at__gt=timezone.now(),
    )
    chosen = unasked.select_related("case", "mediation__mediator", "agreement").order_by("-pk")
    for n, confirmation in enumerate(chosen[: len(STEPS) * ROUNDS]):
        for step in STEPS[: len(STEPS) - n % len(STEPS)]:
            step(confirmation, confirmation.mediation.mediator)


def terms(kind) -> list[ConfirmationTerm]:
    return list(ConfirmationTerm.objects.filter(kind=kind))


def check(confirmation, by) -> None:
    services.check_admissibility(confirmation, by=by, met=terms(ConfirmationTerm.Kind.CONDITION))


def apply(confirmation, by) -> None:
    services.apply_for_confirmation(
        confirmation,
        by=by,
        applicants=list(confirmation.case.parties.all()),
        papers=terms(ConfirmationTerm.Kind.PAPER),
        applied_on=timezone.localdate(),
    )


def hand_in(confirmation, by) -> None:
    services.hand_to_court(confirmation, by=by, desk=Unit.objects.coded("court"))


def cadre(confirmation) -> User:
    return User.objects.in_unit(confirmation.desk, Role.COURT)[0]


def docket(confirmation, by) -> None:
    number = f"（{timezone.localdate():%Y}）浙0803诉前调确{confirmation.pk}号"
    today = timezone.localdate()
    services.accept_confirmation(confirmation, by=cadre(confirmation), number=number, accepted_on=today)


def rule(confirmation, by) -> None:
    services.confirm_agreement(
        confirmation,
        by=cadre(confirmation),
        ruling_number=f"{confirmation.number}民事裁定书",
        ruled_on=timezone.localdate(),
        ruling=album.paper(album.RULING),
    )


STEPS = (check, apply, hand_in, docket, rule)

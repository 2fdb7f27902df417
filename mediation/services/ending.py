"""A mediation that ends without an agreement."""

from django.utils import timezone

from cases import services as cases
from cases.states import Outcome
from kernel.transitions import moving
from mediation.services.agreements import withdraw_live_agreement
from mediation.services.plans import release_sessions
from mediation.states import Ground, State


def give_up(mediation, *, by, ground, note, route="", unit=None):
    """End without an agreement, and send the matter on: no party is left without a channel (人民调解法 17, 26).

    One that the applicant took back (23) goes nowhere: the centre asks whether that was of free will.
    """
    with moving(mediation, "give_up", by=by, note=note, details={"ground": ground}):
        withdraw_live_agreement(mediation, by=by)
        release_sessions(mediation, by=by)
        mediation.ground, mediation.ground_note = ground, note
        mediation.ended_at = timezone.now()
        reason = f"{State.FAILED.label}：{Ground(ground).label}。{note}"
        if ground == Ground.WITHDRAWN:
            cases.resolve(mediation.round, by=by, outcome=Outcome.WITHDRAWN, note=reason)
            return
        cases.reroute(mediation.round, by=by, route=route, unit=unit, note=reason)

"""The meetings of the parties and their records."""

from kernel.transitions import moving
from mediation.models import Session
from mediation.services.consents import refuse_without_consent


def record_session(mediation, *, by, held_at, place, attended, others, record) -> Session:
    """Write down one meeting. Whoever types stands in the record as the one who kept it."""
    details: dict[str, object] = {}
    with moving(mediation, "record_session", by=by, details=details):
        refuse_without_consent(mediation)
        session = Session.objects.create(
            mediation=mediation,
            number=mediation.sessions.count() + 1,
            held_at=held_at,
            place=place,
            others=others,
            record=record,
            recorded_by=by,
        )
        session.attended.set(attended)
        details |= {"session": session.pk, "number": session.number}
    return session

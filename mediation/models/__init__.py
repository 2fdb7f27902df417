"""The rows of a mediation and of the court's desk."""

from mediation.models.agreements import (
    Agreement,
    Signature,
)
from mediation.models.confirmation import (
    ConfirmationTerm,
    JudicialConfirmation,
)
from mediation.models.court import (
    CourtReferral,
)
from mediation.models.mediation import (
    DeskNote,
    Mediation,
    PrivateNote,
)
from mediation.models.sessions import (
    Session,
)

__all__ = [
    "Agreement",
    "ConfirmationTerm",
    "CourtReferral",
    "DeskNote",
    "JudicialConfirmation",
    "Mediation",
    "PrivateNote",
    "Session",
    "Signature",
]

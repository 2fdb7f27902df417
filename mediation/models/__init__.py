"""The rows of a mediation and of the court's desk."""

from mediation.models.agreements import (
    Agreement,
    Signature,
)
from mediation.models.assignments import (
    Assignment,
)
from mediation.models.changes import (
    MediatorChange,
)
from mediation.models.company import (
    CoMediator,
    Helper,
)
from mediation.models.consents import (
    Consent,
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
    "Assignment",
    "CoMediator",
    "Consent",
    "CourtReferral",
    "DeskNote",
    "Helper",
    "Mediation",
    "MediatorChange",
    "PrivateNote",
    "Session",
    "Signature",
]

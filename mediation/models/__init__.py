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
from mediation.models.plans import (
    PlanGuest,
    Room,
    SessionPlan,
)
from mediation.models.police import (
    PoliceReport,
)
from mediation.models.records import (
    Addendum,
    Attempt,
    RecordSignature,
)
from mediation.models.sessions import (
    Session,
)

__all__ = [
    "Addendum",
    "Agreement",
    "Attempt",
    "ConfirmationTerm",
    "CourtReferral",
    "DeskNote",
    "JudicialConfirmation",
    "Mediation",
    "PlanGuest",
    "PoliceReport",
    "PrivateNote",
    "RecordSignature",
    "Room",
    "Session",
    "SessionPlan",
    "Signature",
]

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
from mediation.models.confirmation import (
    ConfirmationTerm,
    JudicialConfirmation,
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
    "Assignment",
    "Attempt",
    "CoMediator",
    "ConfirmationTerm",
    "Consent",
    "CourtReferral",
    "DeskNote",
    "Helper",
    "JudicialConfirmation",
    "Mediation",
    "MediatorChange",
    "PlanGuest",
    "PoliceReport",
    "PrivateNote",
    "RecordSignature",
    "Room",
    "Session",
    "SessionPlan",
    "Signature",
]

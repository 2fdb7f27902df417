"""The rows of a mediation and of the court's desk."""

from mediation.models.agreements import (
    Agreement,
    Signature,
)
from mediation.models.allowances import (
    AllowanceBook,
    AllowanceLine,
    AllowanceRule,
    AllowanceSheet,
    Grade,
    Standing,
)
from mediation.models.arbitration import (
    ArbitrationReview,
)
from mediation.models.archives import (
    Archive,
    FilingTerm,
)
from mediation.models.assignments import (
    Assignment,
)
from mediation.models.changes import (
    MediatorChange,
)
from mediation.models.committees import (
    Composition,
    Member,
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
from mediation.models.copies import (
    AgreementCopy,
)
from mediation.models.court import (
    CourtReferral,
    Entrustment,
)
from mediation.models.instalments import (
    Instalment,
)
from mediation.models.mediation import (
    DeskNote,
    Mediation,
    PrivateNote,
)
from mediation.models.performance import (
    Payment,
    Performance,
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
from mediation.models.templates import (
    AgreementTemplate,
    DraftingBook,
)

__all__ = [
    "Addendum",
    "Agreement",
    "AgreementCopy",
    "AgreementTemplate",
    "AllowanceBook",
    "AllowanceLine",
    "AllowanceRule",
    "AllowanceSheet",
    "ArbitrationReview",
    "Archive",
    "Assignment",
    "Attempt",
    "CoMediator",
    "Composition",
    "ConfirmationTerm",
    "Consent",
    "CourtReferral",
    "DeskNote",
    "DraftingBook",
    "Entrustment",
    "FilingTerm",
    "Grade",
    "Helper",
    "Instalment",
    "JudicialConfirmation",
    "Mediation",
    "MediatorChange",
    "Member",
    "Payment",
    "Performance",
    "PlanGuest",
    "PoliceReport",
    "PrivateNote",
    "RecordSignature",
    "Room",
    "Session",
    "SessionPlan",
    "Signature",
    "Standing",
]

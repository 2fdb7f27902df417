"""The rows of a mediation and of the court's desk."""

from mediation.models.agreements import (
    Agreement,
    Signature,
)
from mediation.models.copies import (
    AgreementCopy,
)
from mediation.models.court import (
    CourtReferral,
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
from mediation.models.sessions import (
    Session,
)
from mediation.models.templates import (
    AgreementTemplate,
    DraftingBook,
)

__all__ = [
    "Agreement",
    "AgreementCopy",
    "AgreementTemplate",
    "CourtReferral",
    "DeskNote",
    "DraftingBook",
    "Instalment",
    "Mediation",
    "Payment",
    "Performance",
    "PrivateNote",
    "Session",
    "Signature",
]

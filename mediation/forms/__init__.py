"""What browsers may send to the mediators' and the court's desk."""

from mediation.forms.agreements import (
    AgreementForm,
    EditAgreementForm,
    OralAgreementForm,
    ReviseForm,
    SignAgreementForm,
    StampForm,
    side_and_name,
)
from mediation.forms.confirmation import (
    AcceptConfirmationForm,
    ApplyForConfirmationForm,
    CheckAdmissibilityForm,
    ConfirmAgreementForm,
    DismissApplicationForm,
    HandToCourtForm,
    ReasonedForm,
)
from mediation.forms.court import (
    AnswerReferralForm,
    DeskNoteForm,
    SendBackReferralForm,
)
from mediation.forms.fields import (
    CAPITALS,
    SPELLS,
    chosen_from,
    long_text,
    sent,
    today_or_before,
)
from mediation.forms.filters import (
    ConfirmationFilter,
    Due,
    MediationFilter,
    ReferralFilter,
    WaitingFilter,
)
from mediation.forms.police import (
    PoliceForm,
)
from mediation.forms.sessions import (
    AddendumForm,
    AdjournSessionForm,
    AttemptForm,
    CancelSessionForm,
    CorrectRecordForm,
    HoldSessionForm,
    MoveSessionForm,
    PlanSessionForm,
    SignRecordForm,
)
from mediation.forms.talks import (
    ColleagueField,
    GiveUpForm,
    HandOverForm,
    NoteForm,
    ReasonForm,
    SessionForm,
)

__all__ = [
    "AcceptConfirmationForm",
    "AddendumForm",
    "AdjournSessionForm",
    "AgreementForm",
    "AnswerReferralForm",
    "ApplyForConfirmationForm",
    "AttemptForm",
    "CAPITALS",
    "CancelSessionForm",
    "CheckAdmissibilityForm",
    "ColleagueField",
    "ConfirmAgreementForm",
    "ConfirmationFilter",
    "CorrectRecordForm",
    "DeskNoteForm",
    "DismissApplicationForm",
    "Due",
    "EditAgreementForm",
    "GiveUpForm",
    "HandOverForm",
    "HandToCourtForm",
    "HoldSessionForm",
    "MediationFilter",
    "MoveSessionForm",
    "NoteForm",
    "OralAgreementForm",
    "PlanSessionForm",
    "PoliceForm",
    "ReasonForm",
    "ReasonedForm",
    "ReferralFilter",
    "ReviseForm",
    "SPELLS",
    "SendBackReferralForm",
    "SessionForm",
    "SignAgreementForm",
    "SignRecordForm",
    "StampForm",
    "WaitingFilter",
    "chosen_from",
    "long_text",
    "sent",
    "side_and_name",
    "today_or_before",
]

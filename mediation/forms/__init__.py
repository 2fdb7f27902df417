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
    "AgreementForm",
    "AnswerReferralForm",
    "ApplyForConfirmationForm",
    "CAPITALS",
    "CheckAdmissibilityForm",
    "ColleagueField",
    "ConfirmAgreementForm",
    "ConfirmationFilter",
    "DeskNoteForm",
    "DismissApplicationForm",
    "Due",
    "EditAgreementForm",
    "GiveUpForm",
    "HandOverForm",
    "HandToCourtForm",
    "MediationFilter",
    "NoteForm",
    "OralAgreementForm",
    "ReasonForm",
    "ReasonedForm",
    "ReferralFilter",
    "ReviseForm",
    "SPELLS",
    "SendBackReferralForm",
    "SessionForm",
    "SignAgreementForm",
    "StampForm",
    "WaitingFilter",
    "chosen_from",
    "long_text",
    "sent",
    "side_and_name",
    "today_or_before",
]

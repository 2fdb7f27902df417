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
from mediation.forms.assignments import (
    AssignForm,
    CoMediatorForm,
    DeclineAssignmentForm,
    HelperForm,
)
from mediation.forms.beginning import (
    AcceptForm,
)
from mediation.forms.changes import (
    AskChangeForm,
    DeclareInterestForm,
    GrantChangeForm,
    RefuseChangeForm,
)
from mediation.forms.consents import (
    ConsentForm,
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
    "AcceptForm",
    "AgreementForm",
    "AnswerReferralForm",
    "AskChangeForm",
    "AssignForm",
    "CAPITALS",
    "CoMediatorForm",
    "ColleagueField",
    "ConsentForm",
    "DeclareInterestForm",
    "DeclineAssignmentForm",
    "DeskNoteForm",
    "Due",
    "EditAgreementForm",
    "GiveUpForm",
    "GrantChangeForm",
    "HandOverForm",
    "HelperForm",
    "MediationFilter",
    "NoteForm",
    "OralAgreementForm",
    "ReasonForm",
    "ReferralFilter",
    "RefuseChangeForm",
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

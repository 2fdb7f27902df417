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
from mediation.forms.copies import (
    CopyForm,
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
from mediation.forms.instalments import (
    changed_rows,
)
from mediation.forms.performance import (
    BreachForm,
    PaymentForm,
    PerformanceFilter,
    RemindForm,
)
from mediation.forms.talks import (
    ColleagueField,
    GiveUpForm,
    HandOverForm,
    NoteForm,
    ReasonForm,
    SessionForm,
)
from mediation.forms.templates import (
    SubmitAgreementForm,
    TemplateForm,
    VagueWordsForm,
)

__all__ = [
    "AgreementForm",
    "AnswerReferralForm",
    "BreachForm",
    "CAPITALS",
    "ColleagueField",
    "CopyForm",
    "DeskNoteForm",
    "Due",
    "EditAgreementForm",
    "GiveUpForm",
    "HandOverForm",
    "MediationFilter",
    "NoteForm",
    "OralAgreementForm",
    "PaymentForm",
    "PerformanceFilter",
    "ReasonForm",
    "ReferralFilter",
    "RemindForm",
    "ReviseForm",
    "SPELLS",
    "SendBackReferralForm",
    "SessionForm",
    "SignAgreementForm",
    "StampForm",
    "SubmitAgreementForm",
    "TemplateForm",
    "VagueWordsForm",
    "WaitingFilter",
    "changed_rows",
    "chosen_from",
    "long_text",
    "sent",
    "side_and_name",
    "today_or_before",
]

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
from mediation.forms.allowances import (
    ApproveSheetForm,
    DrawUpSheetForm,
    EditGradeForm,
    GradeMediatorForm,
    SendBackSheetForm,
    SetAllowanceForm,
)
from mediation.forms.arbitration import (
    AcceptArbitrationForm,
    ApplyForArbitrationForm,
    ConfirmArbitrationForm,
    HandToCommissionForm,
    RefuseArbitrationForm,
)
from mediation.forms.archives import (
    ArchiveFilter,
    ArchiveForm,
    FailCheckForm,
    PassCheckForm,
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
    WithdrawChangeForm,
)
from mediation.forms.committees import CommitteeForm
from mediation.forms.confirmation import (
    AcceptConfirmationForm,
    ApplyForConfirmationForm,
    CheckAdmissibilityForm,
    ConfirmAgreementForm,
    DismissApplicationForm,
    HandToCourtForm,
    ReasonedForm,
)
from mediation.forms.consents import (
    ConsentForm,
)
from mediation.forms.copies import (
    CopyForm,
)
from mediation.forms.court import (
    AnswerReferralForm,
    DeskNoteForm,
    SendBackReferralForm,
)
from mediation.forms.entrustments import (
    EntrustForm,
    ReceiveReturnForm,
    ReturnToCourtForm,
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
    EntrustmentFilter,
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
from mediation.forms.templates import (
    SubmitAgreementForm,
    TemplateForm,
    VagueWordsForm,
)

__all__ = [
    "AcceptArbitrationForm",
    "AcceptConfirmationForm",
    "AcceptForm",
    "AddendumForm",
    "AdjournSessionForm",
    "AgreementForm",
    "AnswerReferralForm",
    "ApplyForArbitrationForm",
    "ApplyForConfirmationForm",
    "ApproveSheetForm",
    "ArchiveFilter",
    "ArchiveForm",
    "AskChangeForm",
    "AssignForm",
    "AttemptForm",
    "BreachForm",
    "CAPITALS",
    "CancelSessionForm",
    "CheckAdmissibilityForm",
    "CoMediatorForm",
    "ColleagueField",
    "CommitteeForm",
    "ConfirmAgreementForm",
    "ConfirmArbitrationForm",
    "ConfirmationFilter",
    "ConsentForm",
    "CopyForm",
    "CorrectRecordForm",
    "DeclareInterestForm",
    "DeclineAssignmentForm",
    "DeskNoteForm",
    "DismissApplicationForm",
    "DrawUpSheetForm",
    "Due",
    "EditAgreementForm",
    "EditGradeForm",
    "EntrustForm",
    "EntrustmentFilter",
    "FailCheckForm",
    "GiveUpForm",
    "GradeMediatorForm",
    "GrantChangeForm",
    "HandOverForm",
    "HandToCommissionForm",
    "HandToCourtForm",
    "HelperForm",
    "HoldSessionForm",
    "MediationFilter",
    "MoveSessionForm",
    "NoteForm",
    "OralAgreementForm",
    "PassCheckForm",
    "PaymentForm",
    "PerformanceFilter",
    "PlanSessionForm",
    "PoliceForm",
    "ReasonForm",
    "ReasonedForm",
    "ReceiveReturnForm",
    "ReferralFilter",
    "RefuseArbitrationForm",
    "RefuseChangeForm",
    "RemindForm",
    "ReturnToCourtForm",
    "ReviseForm",
    "SPELLS",
    "SendBackReferralForm",
    "SendBackSheetForm",
    "SessionForm",
    "SetAllowanceForm",
    "SignAgreementForm",
    "SignRecordForm",
    "StampForm",
    "SubmitAgreementForm",
    "TemplateForm",
    "VagueWordsForm",
    "WaitingFilter",
    "WithdrawChangeForm",
    "changed_rows",
    "chosen_from",
    "long_text",
    "sent",
    "side_and_name",
    "today_or_before",
]

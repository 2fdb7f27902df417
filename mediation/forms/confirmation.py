"""Forms of a judicial confirmation."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.fields import DayField, ScanField, VerbForm
from mediation.forms.fields import long_text, today_or_before
from mediation.models import ConfirmationTerm
from people.models import Unit

DOCKET = r"^[（(]\d{4}[）)].*调确.*号$"


class OfConfirmation(VerbForm):
    """What every one is told: which confirmation it is about."""

    def __init__(self, *args, confirmation, **kwargs):
        super().__init__(*args, **kwargs)
        self.confirmation = confirmation


class CheckAdmissibilityForm(OfConfirmation):
    met = forms.ModelMultipleChoiceField(
        label=_("逐项核对，符合的打勾"),
        queryset=ConfirmationTerm.objects.filter(kind=ConfirmationTerm.Kind.CONDITION),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("有一项不符合，法院就不会确认；不符合的，告知当事人其他途径。"),
    )


class ApplyForConfirmationForm(OfConfirmation):
    applicants = forms.ModelMultipleChoiceField(
        label=_("共同申请的当事人"), queryset=None, widget=forms.CheckboxSelectMultiple
    )
    papers = forms.ModelMultipleChoiceField(
        label=_("已备齐的材料"),
        queryset=ConfirmationTerm.objects.filter(kind=ConfirmationTerm.Kind.PAPER),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    applied_on = DayField(label=_("申请日期"), initial=timezone.localdate)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        applicants = self.fields["applicants"]
        applicants.queryset = self.confirmation.case.parties.all()
        applicants.label_from_instance = lambda party: f"{party.get_side_display()} {party.name}"

    def clean_applied_on(self):
        return today_or_before(self.cleaned_data["applied_on"])


class HandToCourtForm(OfConfirmation):
    desk = forms.ModelChoiceField(queryset=None, label=_("递交到"), empty_label=None)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["desk"].queryset = Unit.objects.filter(kind=Unit.Kind.COURT)


class AcceptConfirmationForm(OfConfirmation):
    number = forms.RegexField(
        DOCKET,
        label=_("受理案号"),
        max_length=40,
        help_text=_("编立“调确字”案号，如（2026）浙0803诉前调确12号（法释〔2011〕5号第四条）。"),
        error_messages={"invalid": _("案号应有年份和“调确”字样，如（2026）浙0803诉前调确12号。")},
    )
    accepted_on = DayField(label=_("受理日期"), initial=timezone.localdate)

    def clean_accepted_on(self):
        return today_or_before(self.cleaned_data["accepted_on"])


class ReasonedForm(OfConfirmation):
    note = long_text(_("理由"), 4, max_length=300)


class ConfirmAgreementForm(OfConfirmation):
    ruling_number = forms.CharField(label=_("裁定书文号"), max_length=40)
    ruled_on = DayField(label=_("裁定日期"), initial=timezone.localdate)
    ruling = ScanField(label=_("裁定书扫描件"))

    def clean_ruled_on(self):
        return today_or_before(self.cleaned_data["ruled_on"])


class DismissApplicationForm(ConfirmAgreementForm):
    note = long_text(_("理由"), 4, max_length=300)

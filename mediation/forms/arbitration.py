"""Forms of an agreement before the arbitration commission."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.fields import DayField, ScanField
from mediation.forms.confirmation import ApplyForConfirmationForm, ConfirmAgreementForm, OfConfirmation
from mediation.forms.fields import long_text, today_or_before
from mediation.models import ConfirmationTerm


class ApplyForArbitrationForm(ApplyForConfirmationForm):
    met = forms.ModelMultipleChoiceField(
        label=_("逐项核对，符合的打勾"),
        queryset=ConfirmationTerm.objects.filter(kind=ConfirmationTerm.Kind.REVIEW_CONDITION),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("有一项不符合，仲裁委员会就不予受理或者不予确认；不符合的，告知当事人其他途径。"),
    )
    field_order = ["met", "applicants", "papers", "applied_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        papers = ConfirmationTerm.objects.filter(kind=ConfirmationTerm.Kind.REVIEW_PAPER)
        self.fields["papers"].queryset = papers


class HandToCommissionForm(OfConfirmation):
    commission = forms.CharField(label=_("仲裁委员会"), max_length=60)
    handed_on = DayField(label=_("递交日期"), initial=timezone.localdate)

    def clean_handed_on(self):
        return today_or_before(self.cleaned_data["handed_on"])


class AcceptArbitrationForm(OfConfirmation):
    number = forms.CharField(
        label=_("受理案号"), max_length=40, help_text=_("仲裁委员会受理通知书上的案号。")
    )
    accepted_on = DayField(label=_("受理日期"), initial=timezone.localdate)

    def clean_accepted_on(self):
        return today_or_before(self.cleaned_data["accepted_on"])


class ConfirmArbitrationForm(ConfirmAgreementForm):
    ruling_number = forms.CharField(label=_("仲裁调解书文号"), max_length=40)
    ruled_on = DayField(label=_("仲裁调解书日期"), initial=timezone.localdate)
    ruling = ScanField(label=_("仲裁调解书扫描件"))


class RefuseArbitrationForm(OfConfirmation):
    note = long_text(_("理由"), 4, max_length=300)
    ruled_on = DayField(label=_("通知日期"), initial=timezone.localdate)
    ruling = ScanField(label=_("不予受理通知书或者不予确认决定书扫描件"))

    def clean_ruled_on(self):
        return today_or_before(self.cleaned_data["ruled_on"])

"""Forms by which the court gives a matter to a committee and has it back."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.selectors import units_that_open
from kernel.fields import DayField, VerbForm
from mediation.forms.fields import long_text, today_or_before
from mediation.states import OF_THE_COURT, AtCourt, Kind
from people.models import Unit

COURT_NUMBER = r"^[（(]\d{4}[）)].+号$"


class EntrustForm(VerbForm):
    kind = forms.ChoiceField(
        label=_("调解种类"),
        choices=[(kind.value, kind.label) for kind in Kind if kind in OF_THE_COURT],
        widget=forms.RadioSelect,
        help_text=_("立案前委派，立案后委托；种类决定调解期限，自调解组织收到材料之日起算。"),
    )
    court_number = forms.RegexField(
        COURT_NUMBER,
        label=_("法院案号"),
        max_length=40,
        error_messages={"invalid": _("案号应有年份，以“号”结尾，如（2026）浙0803诉前调123号。")},
    )
    papers_on = DayField(label=_("法院材料日期"), initial=timezone.localdate)
    committee = forms.ModelChoiceField(queryset=None, label=_("调解组织"), empty_label=_("请选择"))
    note = long_text(_("说明"), 3, max_length=300, required=False, help_text=_("调解组织会看到。"))

    def __init__(self, *args, referral, user, **kwargs):
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(user).filter(kind=Unit.Kind.COMMITTEE)
        if restriction := referral.case.restriction:
            units = units.filter(pk__in=units_that_open(restriction))
        self.fields["committee"].queryset = units

    def clean_papers_on(self):
        return today_or_before(self.cleaned_data["papers_on"])


class ReturnToCourtForm(VerbForm):
    returned_on = DayField(label=_("退回日期"), initial=timezone.localdate)
    reason = long_text(
        _("退回理由"),
        5,
        max_length=1000,
        help_text=_("写明调解经过、没有达成协议或者不宜调解的理由，法院会看到。"),
    )

    def clean_returned_on(self):
        return today_or_before(self.cleaned_data["returned_on"])


class ReceiveReturnForm(VerbForm):
    afterwards = forms.ChoiceField(label=_("法院后续办理"), choices=AtCourt, widget=forms.RadioSelect)
    note = long_text(_("说明"), 2, max_length=300, required=False)

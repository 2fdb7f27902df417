"""Forms of the outcomes of sorting (信访工作条例 22, 23, 31)."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models import Unit
from petitions.forms.fields import PastDayField, long_text

MORE = {
    "label": _("补充说明"),
    "rows": 3,
    "max_length": 1000,
    "required": False,
    "help_text": _("印在告知书正文之后；没有的不填。"),
}


class WhomForm(forms.Form):
    whom = forms.CharField(label=_("机关、单位名称"), max_length=60)
    note = long_text(**MORE)


class JusticeForm(forms.Form):
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("转送到"), empty_label=None)
    note = long_text(**MORE)

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units
        self.initial.setdefault("unit", units.filter(code="political_legal").first())


class DisciplineForm(forms.Form):
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("移送到"), empty_label=None)

    def __init__(self, *args, units, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units


class ReferUpForm(forms.Form):
    to = forms.CharField(label=_("报请机关"), max_length=60, initial=_("区委、区政府"))
    advice = long_text(_("处理建议"), 5, max_length=2000)


class UrgentForm(forms.Form):
    to = forms.CharField(label=_("报告机关"), max_length=60, initial=_("区委、区政府"))
    situation = long_text(_("情况"), 4, max_length=2000)
    measures = long_text(_("已经采取的措施"), 3, max_length=2000)


class DecisionForm(forms.Form):
    decided_on = PastDayField(label=_("决定日期"), initial=timezone.localdate)
    decision = long_text(_("决定内容"), 4, max_length=2000)

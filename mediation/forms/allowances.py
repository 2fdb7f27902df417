"""Forms of grades and of 以案定补."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.fields import MoneyField, VerbForm
from mediation.figures import span_of
from mediation.forms.fields import long_text
from mediation.forms.templates import BookForm
from mediation.models import FilingTerm, Grade
from mediation.models.allowances import LARGEST
from mediation.states import Kind
from people.models import Unit


class SetAllowanceForm(BookForm):
    difficulty = forms.ModelChoiceField(
        queryset=FilingTerm.objects.filter(kind=FilingTerm.Kind.DIFFICULTY),
        label=_("难易程度"),
        empty_label=None,
    )
    kind = forms.ChoiceField(
        label=_("调解种类"), choices=[("", _("各种调解")), *Kind.choices], required=False
    )
    amount = MoneyField(
        label=_("每件补助（元）"), max_value=LARGEST, required=False, help_text=_("不填则取消这一条标准。")
    )
    field_order = ["difficulty", "kind", "amount", "reason", "version"]


class EditGradeForm(BookForm):
    name = forms.CharField(label=_("等级"), max_length=20)
    criteria = long_text(_("评定条件"), 4, max_length=500, required=False)
    field_order = ["name", "criteria", "reason", "version"]


class GradeMediatorForm(VerbForm):
    grade = forms.ModelChoiceField(
        queryset=Grade.objects.none(), label=_("等级"), required=False, empty_label=_("未评定")
    )
    is_paid = forms.BooleanField(
        label=_("可以领取以案定补"), required=False, help_text=_("财政供养人员一般不领取。")
    )
    basis = forms.CharField(label=_("依据"), max_length=200, help_text=_("写明评定文件的名称、文号。"))


class DrawUpSheetForm(VerbForm):
    unit = forms.ModelChoiceField(queryset=Unit.objects.none(), label=_("调解组织"), empty_label=None)
    month = forms.CharField(
        label=_("月份"), widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-09"})
    )

    def clean_month(self):
        span = span_of(self.cleaned_data["month"])
        if (
            span is None
            or len(self.cleaned_data["month"]) != len("2026-09")
            or not 2000 <= span.first.year <= 2100
        ):
            raise forms.ValidationError(_("请按“2026-09”的格式填写月份。"))
        return span.first


class ApproveSheetForm(VerbForm):
    note = forms.CharField(label=_("审批意见"), max_length=200, required=False)


class SendBackSheetForm(VerbForm):
    note = forms.CharField(label=_("退回原因"), max_length=200)

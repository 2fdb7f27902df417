"""Forms of what is sent to a unit, and of what the unit does with it (信访工作条例 22 to 24, 31 to 34)."""

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.selectors import units_that_open
from kernel.fields import DayField, VerbForm
from people.models import Unit, User
from petitions.forms.fields import PastDayField, long_text
from petitions.forms.sorting import MORE
from petitions.states import Done, InPlace, InquiryKind, LegalRoute, Result

RECEIVING = [Unit.Kind.DEPARTMENT, Unit.Kind.TOWNSHIP, Unit.Kind.COMMAND_ROOM, Unit.Kind.COURT]


def receiving_units(case):
    """The units to which a petition can be sent: of a restricted one, those where somebody may open it."""
    units = Unit.objects.filter(kind__in=RECEIVING)
    return units.filter(pk__in=units_that_open(case.restriction)) if case.restriction else units


class ForwardForm(VerbForm):
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("责任单位（牵头单位）"), empty_label=_("请选择")
    )
    helping = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=_("协办单位"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=_("协办单位各收到一份协同请求；按住 Ctrl 可多选。"),
    )
    words = long_text(_("办理要求"), 3, max_length=1000, required=False)

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = self.fields["helping"].queryset = receiving_units(case)
        self.initial.setdefault("unit", case.category.lead_unit_id)

    def clean_helping(self):
        return list(self.cleaned_data["helping"])


class AssignForm(ForwardForm):
    report_by = DayField(label=_("反馈期限"), help_text=_("交办函载明这一天；责任单位到期前提交办结报告。"))
    layout = Layout("unit", "helping", "report_by", "words")

    def clean_report_by(self):
        day = self.cleaned_data["report_by"]
        if day <= timezone.localdate():
            raise forms.ValidationError(_("反馈期限须在今天以后。"))
        return day


class SignForForm(forms.Form):
    received_on = PastDayField(
        label=_("收到日期"), initial=timezone.localdate, help_text=_("书面告知和提出异议的期限从这一天起算。")
    )


class InformForm(forms.Form):
    note = long_text(_("处理途径和程序"), 4, max_length=1000, help_text=_("印在接收告知书上。"))


class ReasonForm(forms.Form):
    reason = long_text(_("理由"), 4, max_length=1000)


class VerdictForm(forms.Form):
    verdict = long_text(_("审核意见"), 3, max_length=1000)


class OptionalVerdictForm(forms.Form):
    verdict = long_text(_("审核意见"), 3, max_length=1000, required=False)


class MoveDutyForm(VerbForm):
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("责任单位"), empty_label=_("请选择"))
    verdict = long_text(_("决定理由"), 3, max_length=1000)

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = receiving_units(case)


class RouteForm(forms.Form):
    route = forms.ChoiceField(
        label=_("法定途径（信访工作条例第三十一条）"), choices=LegalRoute, widget=forms.RadioSelect
    )
    whom = forms.CharField(label=_("向哪个机关、单位提出"), max_length=60)
    note = long_text(**MORE)


class AcceptMatterForm(forms.Form):
    accepted_on = PastDayField(
        label=_("受理日期"), initial=timezone.localdate, help_text=_("办理期限从这一天起算。")
    )


class InquiryForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("方式"), choices=InquiryKind, widget=forms.RadioSelect, initial=InquiryKind.INQUIRY
    )
    held_on = PastDayField(label=_("日期"), initial=timezone.localdate)
    present = forms.CharField(label=_("参加人员"), max_length=200)
    record = long_text(_("记录"), 8, max_length=8000)


class OpinionForm(VerbForm):
    """The parts that the law asks for (32)."""

    result = forms.ChoiceField(label=_("处理结果"), choices=Result, widget=forms.RadioSelect)
    demand = long_text(_("信访人投诉请求"), 3, max_length=4000)
    facts = long_text(_("事实和理由"), 6, max_length=8000)
    decision = long_text(_("处理意见"), 4, max_length=4000)
    basis = long_text(_("法律法规等依据"), 3, max_length=2000, help_text=_("写明名称和条款。"))
    remedy_to = forms.CharField(
        label=_("复查机关"), max_length=60, help_text=_("原办理机关的上一级机关；印在救济告知里。")
    )


class EditOpinionForm(OpinionForm):
    seen = forms.CharField(widget=forms.HiddenInput)


class ReplyForm(forms.Form):
    reply = long_text(_("研究论证和采纳情况"), 6, max_length=4000)


class ReportForm(forms.Form):
    report = long_text(_("办理结果"), 6, max_length=4000)


class RecuseForm(VerbForm):
    user = forms.ModelChoiceField(User.objects.none(), label=_("须回避的人员"), empty_label=_("请选择"))
    reason = long_text(_("利害关系"), 2, max_length=300)

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = people


class ConcludeForm(VerbForm):
    """四到位, one by one (27)."""

    reply = long_text(_("办结说明"), 3, max_length=1000, required=False, help_text=_("没有的不填。"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for one in InPlace:
            self.fields[one.value] = forms.ChoiceField(
                label=one.label, choices=Done, widget=forms.RadioSelect
            )
        self.order_fields([*InPlace.values, "reply"])
        self.helper.layout = Layout(*InPlace.values, "reply")

    def clean(self):
        cleaned = super().clean()
        answers = {one.value: cleaned.pop(one.value, None) for one in InPlace}
        return cleaned | {"in_place": {name: answer for name, answer in answers.items() if answer}}

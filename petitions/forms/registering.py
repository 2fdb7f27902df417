"""Forms of registration (信访工作条例 17 to 20)."""

from crispy_forms.bootstrap import InlineCheckboxes, InlineRadios
from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from cases.states import Channel, Side, Urgency
from kernel.fields import VerbForm
from petitions.forms.fields import PastDayField
from petitions.models import PetitionHandling
from petitions.states import FORM_OF, Crossing, Elsewhere, Form, Purpose


class RegisterForm(VerbForm):
    form = forms.ChoiceField(label=_("信访形式"), choices=Form, widget=forms.RadioSelect)
    came_on = PastDayField(label=_("收到日期"), help_text=_("转送交办的期限从这一天起算，不是从录入起算。"))
    purpose = forms.ChoiceField(label=_("信访目的"), choices=Purpose, widget=forms.RadioSelect)
    problem_unit = forms.CharField(
        label=_("问题所在单位"), max_length=60, required=False, help_text=_("被反映的问题发生在哪个单位。")
    )
    people_count = forms.IntegerField(label=_("信访人数"), min_value=1, max_value=100_000)
    representatives = forms.ModelMultipleChoiceField(
        Party.objects.none(),
        label=_("推选的代表"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("多人走访的，推选代表不超过 5 人（信访工作条例第二十条）。"),
    )
    is_urgent = forms.BooleanField(
        label=_("重大紧急，可能造成社会影响"),
        required=False,
        help_text=_("须在规定时间内报告同级党委和政府，并采取措施（信访工作条例第二十五条）。"),
    )
    is_oral = forms.BooleanField(label=_("口头提出，已如实记录"), required=False)
    is_joint = forms.BooleanField(label=_("联名信"), required=False)
    is_repeated = forms.BooleanField(
        label=_("重复信访"), required=False, help_text=_("同一信访人就同一事项已经来过。")
    )
    is_anonymous = forms.BooleanField(label=_("匿名"), required=False)
    is_confidential = forms.BooleanField(label=_("信访人要求对被反映单位保密"), required=False)
    threat = forms.CharField(
        label=_("扬言内容"), max_length=300, required=False, help_text=_("按原话记录；没有的不填。")
    )
    crossings = forms.MultipleChoiceField(
        label=_("三跨三分离"), choices=Crossing, widget=forms.CheckboxSelectMultiple, required=False
    )
    elsewhere = forms.MultipleChoiceField(
        label=_("其他途径办理情况"), choices=Elsewhere, widget=forms.CheckboxSelectMultiple, required=False
    )
    unreachable = forms.CharField(
        label=_("无法书面告知的原因"),
        max_length=200,
        required=False,
        help_text=_("姓名（名称）、住址不清的，可以不书面告知（信访工作条例第二十三条第二款）。"),
    )
    layout = Layout(
        InlineRadios("form"),
        "came_on",
        InlineRadios("purpose"),
        "problem_unit",
        "people_count",
        "representatives",
        "is_urgent",
        "is_oral",
        "is_joint",
        "is_repeated",
        "is_anonymous",
        "is_confidential",
        "threat",
        InlineCheckboxes("crossings"),
        InlineCheckboxes("elsewhere"),
        "unreachable",
    )

    def __init__(self, *args, handling, user, **kwargs):
        super().__init__(*args, **kwargs)
        case = handling.case
        parties = Party.objects.visible_to(user).filter(case=case, side=Side.APPLICANT, person__isnull=False)
        self.fields["representatives"].queryset = parties
        suggested = {
            "form": FORM_OF.get(Channel(case.channel)),
            "came_on": timezone.localdate(handling.round.arrived_at),
            "people_count": case.people_count,
            "is_urgent": case.urgency >= Urgency.URGENT,
            "representatives": [party.pk for party in parties if party.is_representative],
            "purpose": Purpose.ACCUSATION if case.restriction == "accusation" else Purpose.APPEAL,
        }
        self.initial = suggested | self.initial

    def clean_representatives(self):
        return list(self.cleaned_data["representatives"])

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("is_anonymous") and not cleaned.get("unreachable"):
            cleaned["unreachable"] = str(_("匿名信访，姓名、住址不清。"))
        return cleaned


class CorrectRegistrationForm(RegisterForm):
    seen = forms.CharField(widget=forms.HiddenInput)
    layout = Layout(*RegisterForm.layout.fields, "seen")


class MergeForm(VerbForm):
    """One of the petitions of the same people, or another one by its number."""

    main = forms.ModelChoiceField(
        PetitionHandling.objects.none(),
        label=_("同一信访人的其他信访事项"),
        widget=forms.RadioSelect,
        required=False,
        empty_label=None,
    )
    number = forms.CharField(label=_("或者填统一编号"), max_length=20, required=False)
    note = forms.CharField(label=_("说明"), max_length=300, required=False)

    def __init__(self, *args, found, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.visible = PetitionHandling.objects.visible_to(user)
        told = {one.handling.pk: str(one) for one in found}
        self.fields["main"].queryset = self.visible.filter(pk__in=told)
        self.fields["main"].label_from_instance = lambda row: told[row.pk]
        if not told:
            del self.fields["main"]

    def clean(self):
        cleaned = super().clean()
        number = cleaned.pop("number", "").strip()
        if number:
            rows = self.visible.filter(case__number=number.upper())
            cleaned["main"] = rows.select_related("case").order_by("-opened_at").first()
            if cleaned["main"] is None:
                self.add_error("number", _("没有查到这个编号的信访事项。"))
        elif not cleaned.get("main"):
            raise forms.ValidationError(_("请选择并入哪一件。"))
        return cleaned

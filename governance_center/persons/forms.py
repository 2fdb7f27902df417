from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.fields import DayField, VerbForm
from people.identity import WrongPaper, check_paper, normalise_phone, tidy_name
from people.models import Person

TYPED = forms.TextInput(attrs={"autocomplete": "off"})


def text(label, length, **options):
    return forms.CharField(label=label, max_length=length, widget=TYPED, **options)


class PaperForm(VerbForm):
    """Papers and telephones as they are typed, put in their normal form or refused with what is wrong."""

    def checked(self, name, check):
        """The normalised value of a number, or its fault on the field."""
        if value := self.cleaned_data.get(name):
            try:
                self.cleaned_data[name] = check(value)
            except WrongPaper as fault:
                self.add_error(name, str(fault))

    def clean(self):
        cleaned = super().clean()
        id_type = cleaned.get("id_type") or Person.IdType.RESIDENT
        self.checked("id_number", lambda number: check_paper(id_type, number))
        self.checked("phone", normalise_phone)
        if cleaned.get("name"):
            cleaned["name"] = tidy_name(cleaned["name"])
        return cleaned


class CorrectPersonForm(PaperForm):
    """What was registered, to be put right. What is masked stays as it is unless it is typed anew."""

    SHOWN = ("name", "id_type", "id_number", "sex", "birth_on", "origin", "address")
    MASKED = ("name", "id_number", "address")

    name = text(_("姓名"), 60, required=False)
    id_type = forms.ChoiceField(label=_("证件类型"), choices=Person.IdType)
    id_number = text(_("证件号码"), 40, required=False)
    sex = forms.ChoiceField(label=_("性别"), choices=Person.Sex, required=False)
    birth_on = DayField(
        label=_("出生日期"),
        first_year=1900,
        required=False,
        help_text=_("填写居民身份证号码的，性别和出生日期按号码确定。"),
    )
    origin = text(_("户籍地"), 60, required=False)
    address = text(_("住址"), 120, required=False)
    seen = forms.CharField(widget=forms.HiddenInput)
    layout = Layout(
        Div(Div("name", css_class="col-md-6"), Div("sex", css_class="col-md-6"), css_class="row"),
        Div(Div("id_type", css_class="col-md-5"), Div("id_number", css_class="col-md-7"), css_class="row"),
        Div(Div("birth_on", css_class="col-md-5"), Div("origin", css_class="col-md-7"), css_class="row"),
        "address",
        "seen",
    )

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        now = {"name": person.masked, "id_number": person.id_number, "address": person.address}
        for field in self.MASKED:
            hint = _("现为 %(now)s，不改请留空。") % {"now": now[field]} if now[field] else ""
            self.fields[field].help_text = hint

    def clean_birth_on(self):
        day = self.cleaned_data["birth_on"]
        if day and day > timezone.localdate():
            raise ValidationError(_("出生日期不能晚于今天。"))
        return day

    def clean(self):
        cleaned = super().clean()
        return {name: value for name, value in cleaned.items() if value or name not in self.MASKED}


class CorrectPartyForm(CorrectPersonForm):
    """The same for a party of a matter, with the reason that stands in both histories."""

    reason = text(_("更正原因"), 200)
    layout = Layout(*CorrectPersonForm.layout.fields, "reason")


class PhoneForm(VerbForm):
    number = text(_("电话"), 30)
    note = text(_("说明（本人备用、女儿等）"), 40, required=False)
    is_primary = forms.BooleanField(label=_("以后先打这个号码"), required=False)

    def clean_number(self):
        try:
            return normalise_phone(self.cleaned_data["number"])
        except WrongPaper as fault:
            raise ValidationError(str(fault)) from None


class GuardianForm(PaperForm):
    """Who answers for a minor: found by their papers, or registered."""

    kinship = text(_("与未成年人的关系（父亲、母亲、祖父等）"), 20)
    name = text(_("法定代理人姓名"), 60)
    id_type = forms.ChoiceField(label=_("证件类型"), choices=Person.IdType)
    id_number = text(_("证件号码"), 40, required=False)
    phone = text(_("电话"), 30, required=False)

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("id_number"):
            cleaned["id_type"] = Person.IdType.NONE
        return cleaned


class ReasonForm(VerbForm):
    reason = forms.CharField(
        label=_("查看事由"),
        max_length=200,
        help_text=_("您没有正在办理此人的事项。事由和查看人会记入此人的记录，供审计核查。"),
    )


class NoteForm(VerbForm):
    note = forms.CharField(label=_("原因"), max_length=200)


class MergeForm(VerbForm):
    reason = forms.CharField(label=_("怎样核实为同一人"), max_length=200)


class ApartForm(VerbForm):
    reason = forms.CharField(label=_("怎样核实不是同一人"), max_length=200)


class UnmergeForm(VerbForm):
    reason = forms.CharField(label=_("撤销原因"), max_length=200)

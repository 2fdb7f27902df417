import re
from datetime import datetime, timedelta

from crispy_forms.bootstrap import InlineRadios
from crispy_forms.layout import Div, Layout
from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Category, Outlet
from cases.selectors import DESK_KINDS, desk_of, next_desks, units_that_open
from cases.states import MOST_REPRESENTATIVES, Channel, Outcome, Route, Side, Urgency
from intake.models import LARGEST_GROUP, Queue
from intake.selectors import (
    as_matter,
    desks_for,
    desks_that_hear,
    lapsed_number,
    likely_at_counter,
    usual_desk,
)
from intake.services import FROM_A_SYSTEM, too_many
from intake.states import DOORS, WITNESSED, Care, MaterialKind, Signed, State, Way
from kernel.fields import DayField, MomentField, MoneyField, ScanField, VerbForm
from kernel.words import first_sentence
from people.identity import WrongPaper, check_id_number, check_paper, normalise_phone, tidy_name
from people.models import Area, Person, Unit, Window
from people.roles import OPENED, Role
from people.services import known_person

ANY = [("", _("全部"))]
TITLE_LENGTH = 30
CONTACTS = (1, 2)
TYPED = forms.TextInput(attrs={"autocomplete": "off"})


class PrintPaperForm(VerbForm):
    """Why somebody prints a paper in full who neither handles the matter nor received the visitor."""

    reason = forms.CharField(label=_("查看事由"), max_length=200)


class ReadBackForm(VerbForm):
    """To whom the record was read, and how they confirmed it. Who does not sign needs a witness."""

    party = forms.ModelChoiceField(label=_("向谁宣读"), queryset=None, empty_label=None)
    signed = forms.ChoiceField(
        label=_("确认方式"), choices=Signed, initial=Signed.NAME, widget=forms.RadioSelect
    )
    witness = forms.CharField(
        label=_("见证人"),
        max_length=60,
        required=False,
        help_text=_("本人不能书写或者拒绝签名时填写见证人姓名。"),
    )
    signature = ScanField(
        label=_("签名图样"),
        required=False,
        help_text=_("在签名板上签的，或者拍下的签名、指印。纸上签的，打印后上传已签扫描件。"),
        widget=forms.FileInput(attrs={"data-signature": True}),
    )

    def __init__(self, *args, applicants, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = applicants

    def clean(self):
        if self.cleaned_data.get("signed") in WITNESSED and not self.cleaned_data.get("witness"):
            self.add_error("witness", _("本人没有签名或按指印的，请填写见证人姓名。"))
        return self.cleaned_data


COUNTED = forms.NumberInput(attrs={"inputmode": "numeric"})
MOST_PAGES = 9999


class MaterialFields(forms.Form):
    """What was handed over, how much of it, and by which party."""

    name = forms.CharField(label=_("材料名称"), max_length=80, widget=TYPED)
    kind = forms.ChoiceField(label=_("原件或复印件"), choices=MaterialKind, initial=MaterialKind.COPY)
    pages = forms.IntegerField(label=_("页数"), min_value=1, max_value=MOST_PAGES, initial=1, widget=COUNTED)
    copies = forms.IntegerField(label=_("份数"), min_value=1, max_value=100, initial=1, widget=COUNTED)
    party = forms.ModelChoiceField(None, label=_("提交人"), required=False, empty_label=_("随来件，无提交人"))

    def __init__(self, *args, parties, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = parties
        self.fields["party"].label_from_instance = lambda party: f"{party.get_side_display()} {party.masked}"


LOOKS = {forms.Select: "form-select", forms.CheckboxInput: "form-check-input"}


class MaterialRow(MaterialFields):
    """One row of the list. A row that nobody typed into is left out."""

    returned = forms.BooleanField(label=_("当场退还"), required=False)
    scan = ScanField(label=_("扫描件"), required=False)

    def __init__(self, *args, parties, **kwargs):
        super().__init__(*args, parties=parties, **kwargs)
        self.fields["party"].initial = parties.filter(side=Side.APPLICANT).first()
        dress(self)


def dress(row):
    """A row of a table: its fields bear no visible labels, and the name in the first row is typed at once."""
    for field in row.fields.values():
        look = LOOKS.get(type(field.widget), "form-control")
        field.widget.attrs |= {"class": look, "aria-label": field.label}
    if not row.is_bound and row.prefix.endswith("-0"):
        row.fields["name"].widget.attrs["autofocus"] = True


class MaterialRows(forms.BaseFormSet):
    """Several rows at once; its `cleaned_data` are the keyword arguments of the service."""

    def clean(self):
        if not any(self.errors) and not self.typed():
            raise forms.ValidationError(_("请至少填写一份材料的名称。"))

    def typed(self):
        return [form for form in self.forms if form.has_changed()]

    @property
    def cleaned_data(self):
        return {"rows": [form.cleaned_data for form in self.typed()]}


MaterialsForm = forms.formset_factory(
    MaterialRow, formset=MaterialRows, extra=5, max_num=20, absolute_max=20, validate_max=True
)


class RequirementRow(forms.Form):
    """Something that is missing. A row that nobody typed into is left out."""

    name = forms.CharField(label=_("材料名称"), max_length=80, widget=TYPED)
    how = forms.CharField(label=_("要求"), max_length=120, required=False, widget=TYPED)
    due_on = DayField(label=_("提交期限"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        dress(self)

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day and not timezone.localdate() <= day <= timezone.localdate() + LATEST:
            raise forms.ValidationError(_("提交期限在今天到一年以内，请核对。"))
        return day


RequirementsForm = forms.formset_factory(
    RequirementRow, formset=MaterialRows, extra=5, max_num=20, absolute_max=20, validate_max=True
)


class CorrectMaterialForm(MaterialFields, VerbForm):
    """What was entered, to be put right. `seen` holds what the form showed."""

    SHOWN = ("name", "kind", "pages", "copies", "party")

    seen = forms.CharField(widget=forms.HiddenInput)


class ScanMaterialForm(VerbForm):
    scan = ScanField(label=_("扫描件"))


class ReturnMaterialForm(VerbForm):
    returned_on = DayField(
        label=_("退还日期"),
        initial=timezone.localdate,
    )

    def __init__(self, *args, received_on, **kwargs):
        super().__init__(*args, **kwargs)
        self.received_on = received_on

    def clean_returned_on(self):
        day = self.cleaned_data["returned_on"]
        if not self.received_on <= day <= timezone.localdate():
            raise forms.ValidationError(_("退还日期在接收当日到今天之间，请核对。"))
        return day


class PaperForm(VerbForm):
    """Numbers of papers and telephones, put in their normal form."""

    def check_paper_of(self, name, check):
        """Put the normalised value of a number in place, or its fault on the field."""
        if value := self.cleaned_data.get(name):
            try:
                self.cleaned_data[name] = check(value)
            except WrongPaper as fault:
                self.add_error(name, str(fault))


class WayForm(VerbForm):
    way = forms.ChoiceField(choices=Way)


def short(label, length, **options):
    return forms.CharField(label=label, max_length=length, required=options.pop("required", False), **options)


def long(label, rows, **options):
    widget = forms.Textarea(attrs={"rows": rows} | options.pop("attrs", {}))
    return forms.CharField(label=label, widget=widget, required=options.pop("required", False), **options)


def row(*fields):
    """Fields side by side: (field, twelfths)."""
    return Div(*(Div(field, css_class=f"col-md-{width}") for field, width in fields), css_class="row")


OTHER_NAME = [
    ("", ""),
    ("registered", _("按原登记的姓名")),
    ("typed", _("更正为我填写的姓名")),
    ("wrong_paper", _("证件号码有误，重新填写")),
]
"""What to do where a known paper comes with another name."""


class VisitorForm(PaperForm):
    """Who came. All empty is a bare number; with a paper that is known, the name comes from the record.

    `known` is somebody who was here before and shows no papers now: chosen from those of just this name and telephone.
    Another name than that of a known paper is asked about once: `doubted` is whose paper it is.
    """

    doubted = None

    id_type = forms.ChoiceField(label=_("证件类型"), choices=Person.IdType, initial=Person.IdType.RESIDENT)
    id_number = short(
        _("证件号码"),
        30,
        help_text=_("输入后按回车，或刷证件：显示以往事项。没有带证件的留空。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True, "data-look-up": ""}),
    )
    name = short(_("姓名"), 60, widget=forms.TextInput(attrs={"autocomplete": "off", "data-look-up": ""}))
    phone = short(
        _("手机号码"),
        30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "data-look-up": ""}),
    )
    known = forms.IntegerField(required=False, widget=forms.HiddenInput)
    other_name = forms.ChoiceField(choices=OTHER_NAME, required=False, widget=forms.HiddenInput)
    head_count = forms.IntegerField(label=_("来访人数"), min_value=1, max_value=LARGEST_GROUP, initial=1)
    care = forms.ChoiceField(label=_("优先照顾"), choices=Care, required=False)
    language = short(_("语言（方言、手语等）"), 30)
    appointment_at = forms.TimeField(
        label=_("预约时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    representatives = long(
        _("代表"),
        3,
        help_text=_("多人来访：一行一名代表，姓名和手机号码用空格隔开，最多 5 名。空行按回车提交。"),
        attrs={"data-representatives": ""},
    )
    layout = Layout(
        row(("id_type", 4), ("id_number", 8)),
        row(("name", 6), ("phone", 6)),
        "known",
        Div(css_id="known"),
        row(("head_count", 3), ("care", 3), ("language", 3), ("appointment_at", 3)),
        Div("representatives", css_class="of-group"),
    )

    def clean_appointment_at(self):
        """A time of today."""
        at = self.cleaned_data["appointment_at"]
        return timezone.make_aware(datetime.combine(timezone.localdate(), at)) if at else None

    def clean_representatives(self) -> list[dict]:
        """Lines as the service wants them: at most five, each with a name."""
        lines = [line.split() for line in re.split(r"[\n；;]", self.cleaned_data["representatives"])]
        found = [representative(line) for line in lines if line]
        if len(found) > MOST_REPRESENTATIVES:
            raise forms.ValidationError(too_many())
        return found

    def clean(self):
        cleaned = super().clean()
        id_type = cleaned.get("id_type") or Person.IdType.RESIDENT
        self.check_paper_of("id_number", lambda number: check_paper(id_type, number))
        self.check_paper_of("phone", normalise_phone)
        if len(cleaned.get("representatives", [])) > cleaned.get("head_count", LARGEST_GROUP):
            self.add_error("head_count", _("代表比来访的人还多，请核对人数。"))
        if not self.errors:
            self.check_person(cleaned)
        return cleaned

    def check_person(self, cleaned):
        chosen, choice = cleaned.pop("known"), cleaned.pop("other_name")
        if person := known_person(cleaned["id_number"]):
            self.check_name(cleaned, person, choice)
        elif not cleaned["id_number"]:
            cleaned["id_type"] = Person.IdType.NONE
            self.check_known(cleaned, chosen)
        if not self.errors and not cleaned["name"]:
            self.check_bare(cleaned)

    def check_bare(self, cleaned):
        """Nobody named: a bare number, unless something was told of them."""
        if cleaned["id_number"] or cleaned["phone"]:
            self.add_error("name", _("请填写姓名。"))
        for field in ("name", "id_type", "id_number", "phone"):
            cleaned.pop(field, None)

    def check_name(self, cleaned, person, choice):
        """The paper of one and the name of another: a slip, a changed name, or the wrong paper."""
        typed = tidy_name(cleaned["name"])
        if not typed or typed == person.name or choice == "registered":
            cleaned["name"] = person.name
        elif choice == "typed":
            cleaned["put_right"] = person
        elif choice == "wrong_paper":
            self.add_error("id_number", _("请核对证件号码，重新填写。"))
        else:
            self.doubted = person
            told = {"registered": person.masked, "typed": typed}
            self.add_error("name", _("证件号已登记为 %(registered)s，您填写的是 %(typed)s。请选择。") % told)

    def check_known(self, cleaned, chosen):
        """Only who would have been offered for what was typed can be chosen."""
        asked = chosen and cleaned["name"] and cleaned["phone"]
        found = likely_at_counter(cleaned["name"], cleaned["phone"]) if asked else []
        if person := next((one for one in found if one.pk == chosen), None):
            cleaned["known"] = person


class IdentifyForm(VisitorForm):
    """Who it is after all. Nothing told is no answer, and who stands there already is not taken away by silence."""

    def __init__(self, *args, is_named, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_named = is_named

    def check_bare(self, cleaned):
        super().check_bare(cleaned)
        if not self.errors and (self.is_named or not self.has_changed()):
            self.add_error("name", _("请填写来访人的姓名；没有要登记的，请按“取消”。"))


def representative(words: list[str]) -> dict:
    """“王冬梅 13857000024”: a name, and a telephone where one was told."""
    *name, last = words
    if not name or not any(sign.isdigit() for sign in last):
        return {"name": " ".join(words)[:60]}
    try:
        return {"name": " ".join(name)[:60], "phone": normalise_phone(last)}
    except WrongPaper as fault:
        raise forms.ValidationError(f"{' '.join(name)}：{fault}") from fault


class ReplacePartyForm(PaperForm):
    """Who the party really is. With a paper that is known, the name comes from the record."""

    id_type = forms.ChoiceField(label=_("证件类型"), choices=Person.IdType, initial=Person.IdType.RESIDENT)
    id_number = short(_("证件号码"), 30, widget=TYPED)
    name = short(_("姓名"), 60, widget=TYPED)
    phone = short(_("手机号码"), 30, widget=TYPED)
    reason = short(
        _("更正原因"),
        200,
        required=True,
        help_text=_("把别人登记成了当事人才用，例如刷错了证件。姓名、号码写错的，请用“更正信息”。"),
    )
    layout = Layout(
        row(("id_type", 4), ("id_number", 8)),
        row(("name", 6), ("phone", 6)),
        "reason",
    )

    def clean(self):
        cleaned = super().clean()
        id_type = cleaned.get("id_type") or Person.IdType.RESIDENT
        self.check_paper_of("id_number", lambda number: check_paper(id_type, number))
        self.check_paper_of("phone", normalise_phone)
        if not self.errors:
            if person := known_person(cleaned["id_number"]):
                cleaned["name"] = person.name
            if not cleaned["id_number"]:
                cleaned["id_type"] = Person.IdType.NONE
            if not cleaned["name"]:
                self.add_error("name", _("请填写姓名。"))
        return cleaned


class DoorForm(PaperForm):
    """At the guide's desk and the kiosk: a card, or nothing at all."""

    card = short(
        _("刷身份证，或直接按“取号”"),
        30,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autofocus": True, "inputmode": "numeric", "class": "door-card"}
        ),
    )
    head_count = forms.IntegerField(label=_("来访人数"), min_value=1, max_value=LARGEST_GROUP, initial=1)
    care = forms.ChoiceField(label=_("优先照顾"), choices=Care, required=False, widget=forms.RadioSelect)
    layout = Layout("card", InlineRadios("care"), "head_count")

    def clean(self):
        cleaned = super().clean()
        self.check_paper_of("card", lambda number: check_paper(Person.IdType.RESIDENT, number))
        return cleaned


class GuideForm(DoorForm):
    """The guide also takes the number of somebody who was sent home when the hall last closed."""

    instead_of = short(
        _("原排队号"),
        10,
        help_text=_("上次闭厅没有接待的，输入原号（如 A012），优先叫号。"),
        widget=TYPED,
    )
    layout = Layout(*DoorForm.layout.fields, "instead_of")

    def __init__(self, *args, hall, **kwargs):
        super().__init__(*args, **kwargs)
        self.hall = hall

    def clean_instead_of(self):
        typed = self.cleaned_data["instead_of"]
        lapsed = lapsed_number(self.hall, typed) if typed else None
        if typed and lapsed is None:
            raise forms.ValidationError(_("没有这个上次闭厅未接待的号，或已经用过。请核对，或留空取新号。"))
        return lapsed


class AdviceForm(VerbForm):
    about = short(_("问了什么"), 100, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class AfterwardsForm(VisitorForm):
    """A visit from paper: what registration asks, and the times it had."""

    day = DayField(
        label=_("日期"),
        initial=timezone.localdate,
    )
    came_at, received_at, ended_at = (
        forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}))
        for label in (_("到达时间"), _("开始接待"), _("接待结束"))
    )
    note = long(_("接待情况和补录原因"), 3, max_length=300, required=True)
    layout = Layout(
        row(("day", 3), ("came_at", 3), ("received_at", 3), ("ended_at", 3)),
        row(("id_type", 4), ("id_number", 8)),
        row(("name", 6), ("phone", 6)),
        "known",
        Div(css_id="known"),
        row(("head_count", 3), ("care", 4), ("language", 5)),
        "note",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        del self.fields["appointment_at"], self.fields["representatives"]

    def clean(self):
        cleaned = super().clean()
        day, times = cleaned.pop("day", None), ("came_at", "received_at", "ended_at")
        if day is None or any(cleaned.get(name) is None for name in times):
            return cleaned
        cleaned |= {name: timezone.make_aware(datetime.combine(day, cleaned[name])) for name in times}
        if not cleaned["came_at"] <= cleaned["received_at"] <= cleaned["ended_at"] <= timezone.now():
            self.add_error("ended_at", _("时间须依次先后，且不晚于现在。"))
        return cleaned


class LookUpForm(PaperForm):
    """What to look a person up by: a paper, or without one a name with a telephone. Sent by POST only."""

    id_type = forms.ChoiceField(choices=Person.IdType)
    id_number = short("", 30)
    name, phone = short("", 60), short("", 30)

    def clean(self):
        cleaned = super().clean()
        id_type = cleaned.get("id_type") or Person.IdType.RESIDENT
        self.check_paper_of("id_number", lambda number: check_paper(id_type, number))
        self.check_paper_of("phone", normalise_phone)
        return cleaned

    @property
    def is_minor(self) -> bool:
        """Whether a citizen's number tells that its bearer is under 18."""
        if self.errors or self.cleaned_data["id_type"] != Person.IdType.RESIDENT:
            return False
        number = self.cleaned_data["id_number"]
        return bool(number) and Person(birth_on=check_id_number(number).birth_on).is_minor


class NoteForm(VerbForm):
    """Why. `label` and `required` as the verb asks."""

    note = long(_("原因"), 3, max_length=300, required=True)


class TransferForm(NoteForm):
    """To whom, and why. Only windows that are staffed and call are offered."""

    seat = forms.ModelChoiceField(None, label=_("转到"), empty_label=_("请选择窗口和人员"))
    note = long(_("说明"), 2, max_length=300, help_text=_("接待人会看到。例如：群众要求找某位调解员。"))
    field_order = ["seat", "note"]

    def __init__(self, *args, seats, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seat"].queryset = seats
        self.fields["seat"].label_from_instance = lambda seat: (
            f"{seat.window} · {seat.get_role_display()} {seat.user}"
        )


class JoinForm(VerbForm):
    """The same matter: which, what for, and whether it has to be gone through once more."""

    case = forms.ModelChoiceField(None, label=_("同一事项"), widget=forms.RadioSelect, empty_label=None)
    said = long(_("这次来说了什么"), 4, max_length=500, required=True, attrs={"autofocus": True})
    again = forms.BooleanField(
        label=_("已办结的事又发生了，重新办理"),
        required=False,
        help_text=_("不勾选时只转告承办单位，作为催问或补充。"),
    )

    def __init__(self, *args, cases, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["case"].queryset = cases
        self.fields["case"].label_from_instance = lambda case: (
            f"{case.number} {case.title}（{case.get_state_display()}，{case.unit}）"
        )


class PauseForm(VerbForm):
    reason = short(_("原因"), 60, initial=_("午休"), help_text=_("大屏显示“暂停服务”，正在接待的不受影响。"))


class CloseForm(VerbForm):
    advice = long(
        _("告知还在等候的群众"),
        3,
        max_length=200,
        required=True,
        initial=_("今天未接待的，明天凭原排队号到引导台优先取号。"),
        help_text=_("大屏和每张未接待的排队号上都写明；未接待的不计入平均等候。"),
    )


class NoticeForm(VerbForm):
    text = short(_("内容"), 100, required=True)
    until = forms.TimeField(
        label=_("显示到（今天）"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )

    def clean_until(self):
        until = self.cleaned_data["until"]
        return timezone.make_aware(datetime.combine(timezone.localdate(), until)) if until else None


class PairForm(VerbForm):
    code = short(
        _("屏幕上的 6 位配对码"),
        6,
        required=True,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric", "autofocus": True}),
    )
    name = short(_("名称"), 40, help_text=_("例如：大厅东侧大屏。留空按用途命名。"))


class CheckInForm(VerbForm):
    """Which of the parties came. Their names are masked: whoever stands there says who they are."""

    party = forms.ModelChoiceField(None, label=_("到场的是"), widget=forms.RadioSelect, empty_label=None)

    def __init__(self, *args, parties, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = parties
        self.fields["party"].label_from_instance = lambda party: f"{party.get_side_display()} {party.masked}"


class AnswerHelpForm(VerbForm):
    note = long(_("情况"), 3, max_length=300)


class TurnRuleForm(VerbForm):
    minutes = forms.IntegerField(label=_("提前（分钟）"), min_value=0, max_value=480)
    seen = forms.CharField(widget=forms.HiddenInput)


class CancelForm(NoteForm):
    note = long(_("作废原因"), 2, max_length=300)


READY = [_("已引导至有权受理的部门"), _("已当面答复咨询")]
"""What may be said of a visit in a word: it tells nothing of the matter."""


class FinishForm(NoteForm):
    note = long(
        _("接待情况"),
        3,
        max_length=300,
        help_text=_("没有登记事项的来访，请写明怎么答复的，或选一句现成的话。"),
    )
    ready = forms.ChoiceField(
        label=_("现成的话"),
        choices=[("", _("自己填写")), *((text, text) for text in READY)],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("检举控告、家庭暴力等不宜写在来访上的，选“已引导至有权受理的部门”。"),
    )
    field_order = ["ready", "note"]

    def clean(self):
        cleaned = super().clean()
        ready = cleaned.pop("ready", "")
        cleaned["note"] = cleaned.get("note") or ready
        return cleaned


OUTCOMES = [
    ("", _("还在办理（稍后再办结）")),
    (Outcome.ANSWERED, _("当场答复（咨询，不是纠纷）")),
    (Outcome.SETTLED, _("当场化解（纠纷）")),
    (Outcome.GUIDED, _("告知其他途径（出具告知书）")),
    (Outcome.WITHDRAWN, Outcome.WITHDRAWN.label),
]
SAID = _("告知其他途径的，写明向哪个机关提出、地址电话、带什么材料：印在告知书上。")
SUGGEST = {
    "hx-post": reverse_lazy("intake:suggest"),
    "hx-trigger": "input changed delay:500ms, restored",
    "hx-target": "#suggestion",
    "hx-swap": "outerHTML",
    "hx-sync": "this:replace",
    "data-background": "",
}
DESK = {
    "hx-post": reverse_lazy("intake:desk"),
    "hx-trigger": "change",
    "hx-target": "#desk",
    "hx-swap": "outerHTML",
    "hx-include": "closest form",
    "hx-sync": "closest form:replace",  # the last choice decides, whichever answer comes first
}


class TriageForm(VerbForm):
    """A matter of a visit: what it is about, and where it goes. The units are offered once an outlet is chosen."""

    story = long(_("群众诉求"), 7, max_length=5000, required=True, attrs={**SUGGEST, "autofocus": True})
    title = short(_("事项名称"), 120, help_text=_("留空时取诉求的第一句。"))
    category = forms.ModelChoiceField(
        None, label=_("类别"), empty_label=_("请选择"), widget=forms.Select(attrs=DESK)
    )
    urgency = forms.TypedChoiceField(
        label=_("紧急程度"),
        choices=Urgency,
        coerce=int,
        initial=Urgency.ORDINARY,
        widget=forms.RadioSelect,
    )
    outlet = forms.ModelChoiceField(
        None, label=_("办理途径"), empty_label=_("请选择"), widget=forms.Select(attrs=DESK)
    )
    to_unit = forms.ModelChoiceField(None, label=_("承办单位"), required=False, empty_label=_("按规则确定"))
    area = forms.ModelChoiceField(
        None,
        label=_("问题属地"),
        empty_label=_("请选择"),
        widget=forms.Select(attrs=DESK),
        help_text=_("事情发生在哪个乡镇（街道）；不在本区的选本区。"),
    )
    place = short(_("地点"), 120)
    respondent_kind = forms.ChoiceField(
        label=_("被申请人"), choices=[("organisation", _("单位")), ("person", _("个人"))]
    )
    respondent_name = short(_("被申请人名称或姓名"), 120)
    people_count = forms.IntegerField(label=_("涉及人数"), min_value=1, max_value=100_000, initial=1)
    amount = MoneyField(label=_("涉及金额（元）"), required=False, max_digits=14)
    outcome = forms.ChoiceField(
        label=_("结果"), choices=OUTCOMES[:-1], required=False, widget=forms.RadioSelect
    )
    said = long(_("答复或化解情况"), 4, max_length=2000, help_text=SAID)
    whom_1, whom_2 = short(_("联系对象"), 60), short(_("联系对象"), 60)
    said_1, said_2 = short(_("联系内容"), 500), short(_("联系内容"), 500)
    at_1 = forms.TimeField(label=_("时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    at_2 = forms.TimeField(label=_("时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))

    def __init__(self, *args, user, hall, **kwargs):
        super().__init__(*args, **kwargs)
        self.hall = hall
        self.units = Unit.objects.visible_to(user).filter(kind__in=sum(DESK_KINDS.values(), []))
        self.fields["category"].queryset = Category.objects.visible_to(user).defer("cues")
        self.fields["outlet"].queryset = Outlet.objects.visible_to(user).defer("cues", "notice_text")
        self.fields["area"].queryset = Area.objects.visible_to(user).filter(
            level__in=[Area.Level.COUNTY, Area.Level.TOWNSHIP]
        )
        self.fields["to_unit"].queryset = self.units if self.is_bound else self.units.none()

    @property
    def chosen(self) -> Outlet | None:
        """The outlet of a form that came back: what belongs to it shows again."""
        return getattr(self, "cleaned_data", {}).get("outlet")

    def offer_desks(self, outlet, **chosen):
        """Offer only the units at the desk of an outlet, with the usual one chosen."""
        self.fields["to_unit"].queryset = self.units.filter(
            pk__in=desks_for(outlet.route, outlet.restriction)
        )
        self.initial["to_unit"] = usual_desk(outlet, hall=self.hall, restriction=outlet.restriction, **chosen)

    def clean_outlet(self):
        """What few may know of does not come into this form: its words would stand in lists until it is hidden."""
        outlet = self.cleaned_data["outlet"]
        if outlet.restriction:
            raise forms.ValidationError(
                _(
                    "“%(outlet)s”按规定限制查看，不在这里登记：请用本页的“只记一句”，不写细节、不写被反映的人。"
                    "您写的内容还在表单中，没有保存。"
                ),
                params={"outlet": outlet.name},
            )
        return outlet

    def clean(self):
        cleaned = super().clean()
        if outlet := cleaned.get("outlet"):
            self.fields["to_unit"].queryset = self.units.filter(kind__in=DESK_KINDS[outlet.route])
        contacts = [self.contact(cleaned, n) for n in CONTACTS]
        if not self.errors:
            self.check_desk(cleaned)
            self.check_outcome(cleaned)
        if self.errors:
            return cleaned
        cleaned["title"] = cleaned["title"] or title_of(cleaned["story"])
        name, kind = cleaned.pop("respondent_name"), cleaned.pop("respondent_kind")
        cleaned["respondent"] = {"kind": kind, "name": name} if name else None
        cleaned["contacts"] = [contact for contact in contacts if contact]
        return cleaned

    def check_desk(self, cleaned):
        """An outlet decides the desk; a unit that does not sit there is refused, an empty one is found."""
        outlet, unit = cleaned["outlet"], cleaned["to_unit"]
        if unit is None or outlet.route == Route.INTAKE:
            chosen = {name: cleaned[name] for name in ("category", "area")}
            restriction = cleaned.get("restriction", "")
            unit = usual_desk(outlet, hall=self.hall, restriction=restriction, **chosen)
        if unit is None or (unit.kind not in DESK_KINDS[outlet.route] and unit != self.hall):
            self.add_error("to_unit", _("这个单位不办理“%(outlet)s”，请另选。") % {"outlet": outlet.name})
        cleaned["to_unit"] = unit

    def check_outcome(self, cleaned):
        outlet, outcome = cleaned["outlet"], cleaned["outcome"]
        if outlet.route != Route.INTAKE:
            cleaned["outcome"] = cleaned["said"] = ""
        elif outcome and outcome not in ends_of(outlet):
            self.add_error("outcome", _("“%(outlet)s”不能这样办结，请另选。") % {"outlet": outlet.name})
        elif outcome and not cleaned["said"]:
            self.add_error("said", _("请写明怎么答复、怎么化解的；告知其他途径的，写明向哪个机关提出。"))

    def contact(self, cleaned, n) -> dict | None:
        """One line of the log; the time is today's."""
        whom, said, at = (cleaned.pop(f"{name}_{n}", None) for name in ("whom", "said", "at"))
        if bool(whom) != bool(said):
            self.add_error(f"said_{n}" if whom else f"whom_{n}", _("联系对象和内容请一并填写。"))
        if not (whom and said):
            return None
        moment = timezone.make_aware(datetime.combine(timezone.localdate(), at)) if at else None
        if moment and moment > timezone.now():
            self.add_error(f"at_{n}", _("时间不能晚于现在。"))
        return {"whom": whom, "said": said, "at": moment}


def ends_of(outlet) -> list[str]:
    """How a matter of this outlet may end at the window. Whoever is sent elsewhere takes a notice along."""
    return [Outcome.GUIDED] if outlet.leads_away else [Outcome.ANSWERED, Outcome.SETTLED]


def title_of(story: str) -> str:
    """The first sentence of a story, cut to a title."""
    sentence = first_sentence(story)
    return sentence if len(sentence) <= TITLE_LENGTH else f"{sentence[: TITLE_LENGTH - 1]}…"


class BriefForm(VerbForm):
    """A matter that is hidden from its first word: the window notes one line and where the visitor was guided."""

    desk = forms.ChoiceField(label=_("哪类事，请到哪里当面说"))
    line = short(
        _("一句话"),
        60,
        required=True,
        help_text=_("只写是什么事，不写细节，不写被反映的人。详情由接谈单位当面听取。"),
        widget=TYPED,
    )
    named = forms.TypedChoiceField(
        label=_("是否署名"),
        choices=[("yes", _("用登记的姓名")), ("no", _("不署名，与本次来访不关联"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, hall, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["desk"].choices = [("", _("请选择")), *desks_that_hear(hall)]

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            kind, choice = cleaned.pop("desk").split(":", 1)
            route, unit = desk_of(choice)
            cleaned |= {"restriction": kind, "to_unit": unit} | as_matter(cleaned["line"], route, kind)
        return cleaned


class DeskForm(forms.Form):
    """What has been chosen so far of a matter, as far as it decides the unit."""

    outlet = forms.ModelChoiceField(None, required=False)
    category = forms.ModelChoiceField(None, required=False)
    area = forms.ModelChoiceField(None, required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        for name, model in {"outlet": Outlet, "category": Category, "area": Area}.items():
            self.fields[name].queryset = model.objects.visible_to(user)


class SettleForm(VerbForm):
    outcome = forms.ChoiceField(label=_("结果"), widget=forms.RadioSelect)
    said = long(_("答复或化解情况"), 5, max_length=2000, required=True, help_text=SAID)

    def __init__(self, *args, outlet, **kwargs):
        super().__init__(*args, **kwargs)
        ends = [*ends_of(outlet), Outcome.WITHDRAWN]
        self.fields["outcome"].choices = [(end, label) for end, label in OUTCOMES if end in ends]


class SendOnForm(VerbForm):
    desk = forms.ChoiceField(label=_("改由谁办理"))
    note = long(_("说明"), 3, max_length=300, required=True, help_text=_("接办的窗口会看到这里的内容。"))

    def __init__(self, *args, restriction, **kwargs):
        super().__init__(*args, **kwargs)
        desks = next_desks([route for route in Route if route != Route.INTAKE], restriction)
        self.fields["desk"].choices = [("", _("请选择")), *desks]

    def clean(self):
        cleaned = super().clean()
        if desk := cleaned.pop("desk", ""):
            cleaned["route"], cleaned["to_unit"] = desk_of(desk)
        return cleaned


class TicketFilter(forms.Form):
    """The visits of one day, narrowed."""

    day = DayField(label=_("日期"), required=False)
    state = forms.ChoiceField(label=_("状态"), choices=ANY + State.choices, required=False)
    window = forms.ModelChoiceField(None, label=_("窗口"), required=False, empty_label=_("全部"))
    queue = forms.ModelChoiceField(None, label=_("队列"), required=False, empty_label=_("全部"))

    def __init__(self, data, *args, user, **kwargs):
        data = data.copy()
        data.setdefault("day", f"{timezone.localdate()}")
        super().__init__(data, *args, **kwargs)
        self.fields["day"].initial = timezone.localdate()
        self.fields["window"].queryset = Window.objects.visible_to(user)
        self.fields["queue"].queryset = Queue.objects.visible_to(user)

    def narrow(self, tickets):
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        return tickets.filter(**asked)


EARLIEST = timedelta(days=15)
"""What came in longer ago is no slip of an evening any more."""
LATEST = timedelta(days=366)


class ArrivalForm(TriageForm):
    """A matter that came in without a visitor: by which door, who told it, and then what triage asks."""

    channel = forms.ChoiceField(
        label=_("来件渠道"),
        choices=[("", _("请选择")), *((door.value, door.label) for door in DOORS)],
        widget=forms.Select(attrs={"autofocus": True}),
    )
    outside_number = short(
        _("来件编号"),
        40,
        help_text=_("对方系统或来文上的编号。12345、110、上级转办、法院移送必填，同一渠道不重复。"),
    )
    came_at = MomentField(
        label=_("收到时间"),
        initial=lambda: timezone.localtime().replace(second=0, microsecond=0),
        help_text=_("期限从收到时起算。可补登 15 天以内的来件。"),
    )
    reply_by = DayField(
        label=_("要求答复日期"),
        required=False,
        help_text=_("来件上写明的才填。"),
    )
    name = short(_("反映人姓名"), 60, help_text=_("匿名的留空。"), widget=TYPED)
    phone = short(_("手机号码"), 30, widget=TYPED)
    restriction = forms.ChoiceField(
        label=_("按规定限制查看"),
        choices=[("", _("否")), *OPENED],
        required=False,
        help_text=_("检举控告、家庭暴力等，登记后只有规定的岗位可以看到。"),
    )
    scan = ScanField(
        label=_("来件扫描件"),
        required=False,
        help_text=_("来信、交办函等，图片或 PDF。表单退回改正时请重新选择文件。"),
    )
    story = long(_("来件内容"), 7, max_length=5000, required=True, attrs=SUGGEST)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.at_a_window = Role.CLERK in user.roles

    def clean_outlet(self):
        return self.cleaned_data["outlet"]

    def clean_outside_number(self):
        number = "".join(self.cleaned_data["outside_number"].split()).upper()
        if not number and self.cleaned_data.get("channel") in FROM_A_SYSTEM:
            raise forms.ValidationError(_("请填写对方系统的编号。"))
        return number

    def clean_came_at(self):
        came_at, now = self.cleaned_data["came_at"], timezone.now()
        if came_at > now:
            raise forms.ValidationError(_("收到时间不能晚于现在。"))
        if came_at < now - EARLIEST:
            raise forms.ValidationError(_("只能补登 15 天以内收到的来件，更早的请在事项中说明。"))
        return came_at

    def check_desk(self, cleaned):
        """A restricted matter goes only where somebody may open it: elsewhere it would lie unseen.

        What goes the way of a restricted outlet is restricted, whatever was ticked.
        """
        cleaned["restriction"] = cleaned["restriction"] or cleaned["outlet"].restriction
        super().check_desk(cleaned)
        kind, unit = cleaned["restriction"], cleaned["to_unit"]
        if not (kind and unit) or units_that_open(kind).filter(pk=unit.pk).exists():
            return
        able = "、".join(unit.name for unit in units_that_open(kind)[:5]) or _("尚无单位，请联系中心主任")
        self.add_error(
            "to_unit", _("这个单位没有可以查看这类事项的岗位，请另选：%(able)s。") % {"able": able}
        )

    def clean_phone(self):
        try:
            return normalise_phone(self.cleaned_data["phone"]) if self.cleaned_data["phone"] else ""
        except WrongPaper as fault:
            raise forms.ValidationError(str(fault)) from fault

    def clean(self):
        cleaned = super().clean()
        came_at, reply_by = cleaned.get("came_at"), cleaned.get("reply_by")
        if cleaned.get("phone") and not cleaned.get("name"):
            self.add_error("name", _("请填写姓名。"))
        if came_at and reply_by and reply_by < timezone.localdate(came_at):
            self.add_error("reply_by", _("要求答复日期早于收到时间，请核对。"))
        if came_at and reply_by and reply_by > timezone.localdate(came_at) + LATEST:
            self.add_error("reply_by", _("要求答复日期在一年以后，请核对。"))
        if cleaned.get("outcome") and not self.at_a_window:
            self.add_error("outcome", _("当场办理由窗口人员办理，请选“还在办理”，窗口会接办。"))
        if not self.errors and cleaned["channel"] == Channel.POLICE:
            self.check_dispute(cleaned)
        return cleaned

    def check_dispute(self, cleaned):
        """A dispute that the police hand over goes to mediators, not to events."""
        mediated = self.fields["outlet"].queryset.filter(
            code__in=cleaned["category"].outlets, route=Route.MEDIATION
        )
        if cleaned["outlet"].route == Route.DISPATCH and (first := mediated.first()):
            self.add_error("outlet", _("110 移交的纠纷由调解员办理，请选“%(outlet)s”。") % {"outlet": first})


class EnterAboveForm(VerbForm):
    above_number = short(_("上级系统编号"), 40, required=True, widget=TYPED)
    entered_at = MomentField(
        label=_("录入时间"),
        initial=lambda: timezone.localtime().replace(second=0, microsecond=0),
    )

    def __init__(self, *args, came_at, **kwargs):
        super().__init__(*args, **kwargs)
        self.came_at = came_at

    def clean_above_number(self):
        return "".join(self.cleaned_data["above_number"].split()).upper()

    def clean_entered_at(self):
        if self.cleaned_data["entered_at"] > timezone.now():
            raise forms.ValidationError(_("录入时间不能晚于现在。"))
        if self.cleaned_data["entered_at"] < self.came_at.replace(second=0, microsecond=0):
            raise forms.ValidationError(_("录入时间不能早于收到来件的时间。"))
        return self.cleaned_data["entered_at"]

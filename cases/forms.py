import re
from datetime import date, timedelta

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Field, Fieldset, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.lists import ANY, FileFilter
from cases.models import Agent, Case, Category, FollowUp
from cases.selectors import desk_of, next_desks, units_that_open
from cases.services import BODY
from cases.states import (
    CARDS,
    Answer,
    CardLevel,
    CardState,
    DeferralKind,
    DeferralState,
    RequestKind,
    RequestState,
    Route,
    Side,
    State,
    Urgency,
)
from kernel.calendar import WEEKEND, Calendar, NamedDay, days_between
from kernel.encryption import normalised
from kernel.escalation import ladder
from kernel.fields import DayField, MomentField, ScanField, VerbForm
from kernel.models import ClockRule, Step
from people.identity import (
    CODE_LENGTH,
    WrongPaper,
    check_credit_code,
    check_paper,
    doubt_about,
    normalise_phone,
)
from people.models import Area, Person, Unit
from people.roles import OPENED

LONG = forms.Textarea(attrs={"rows": 4})
SHORT = forms.Textarea(attrs={"rows": 2})
MOST = 20
"""The weight beyond which one word would decide alone."""


def offices(user, restriction=""):
    """The units that handle matters: villages and grids report them, and are too many for a list of choices.

    Of a restricted matter those alone in which somebody may open it.
    """
    units = Unit.objects.visible_to(user).exclude(kind__in=[Unit.Kind.VILLAGE, Unit.Kind.GRID])
    return units.filter(pk__in=units_that_open(restriction)) if restriction else units


class CaseFilter(FileFilter):
    """All matters that somebody may see, narrowed."""

    TO_CASE = ""

    state = forms.ChoiceField(label=_("状态"), choices=ANY + State.choices, required=False)
    route = forms.ChoiceField(label=_("办理窗口"), choices=ANY + Route.choices, required=False)
    unit = forms.ModelChoiceField(None, label=_("办理单位"), required=False, empty_label=_("全部"))
    field_order = ["state", "route", "category", "urgency", "township", "unit", "since", "until", "overdue"]

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, user=user, **kwargs)
        self.fields["unit"].queryset = offices(user)

    def conditions(self):
        own = {name: self.cleaned_data[name] or None for name in ("state", "route", "unit")}
        return super().conditions() | own


class RequestFilter(forms.Form):
    """The requests of one's own units: asked of them, or asked by them."""

    OF_US, BY_US = "of_us", "by_us"

    side = forms.ChoiceField(
        label=_("方向"),
        choices=[(OF_US, _("请我单位协同")), (BY_US, _("我单位发起"))],
        required=False,
        initial=OF_US,
    )
    state = forms.ChoiceField(label=_("状态"), choices=ANY + RequestState.choices, required=False)
    kind = forms.ChoiceField(label=_("种类"), choices=ANY + RequestKind.choices, required=False)
    overdue = forms.BooleanField(label=_("只看超期"), required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def narrow(self, requests):
        asked = self.cleaned_data
        side = "from_unit__in" if asked["side"] == self.BY_US else "to_unit__in"
        conditions = {side: self.user.unit_ids, "state": asked["state"], "kind": asked["kind"]}
        if asked["overdue"]:
            conditions["due_at__lte"] = timezone.now()
        return requests.filter(**{path: value for path, value in conditions.items() if value != ""})


class NoForm(forms.Form):
    """A move that needs nothing but the button."""


class NoteForm(forms.Form):
    note = forms.CharField(label=_("说明理由"), widget=SHORT, max_length=500)


class OptionalNoteForm(forms.Form):
    note = forms.CharField(label=_("说明"), widget=SHORT, max_length=500, required=False)


class AnswerRequestForm(forms.Form):
    answer = forms.CharField(label=_("答复内容"), widget=LONG, max_length=2000)


class AskForm(forms.Form):
    """A request to another unit, in the name of one of one's own."""

    kind = forms.ChoiceField(label=_("种类"), choices=RequestKind.choices, widget=forms.RadioSelect)
    from_unit = forms.ModelChoiceField(None, label=_("以哪个单位的名义"), empty_label=None)
    to_unit = forms.ModelChoiceField(None, label=_("请哪个单位协同"), empty_label=_("请选择"))
    text = forms.CharField(
        label=_("请求事项"), widget=LONG, max_length=2000, help_text=_("请对方做什么，需要什么材料或答复。")
    )

    def __init__(self, *args, user, case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["from_unit"].queryset = Unit.objects.visible_to(user).filter(pk__in=user.unit_ids)
        self.fields["to_unit"].queryset = offices(user, case.restriction)

    def clean(self):
        asked = super().clean()
        if asked.get("from_unit") and asked.get("from_unit") == asked.get("to_unit"):
            self.add_error("to_unit", _("不能向本单位发起协同请求。"))
        return asked


class LogContactForm(forms.Form):
    whom = forms.CharField(label=_("联系对象"), max_length=60)
    at = MomentField(label=_("时间"), required=False)
    said = forms.CharField(label=_("内容"), widget=SHORT, max_length=500)

    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Layout(Row(Column("whom"), Column("at")), "said")

    def clean_at(self):
        at = self.cleaned_data["at"]
        if at and at > timezone.now():
            raise ValidationError(_("联系时间不能晚于现在。"))
        return at


class AttachForm(forms.Form):
    file = ScanField(label=_("材料"))


class RevealPartyForm(forms.Form):
    reason = forms.CharField(label=_("查看事由"), max_length=200)

    def __init__(self, *args, asks_reason, **kwargs):
        super().__init__(*args, **kwargs)
        if not asks_reason:
            del self.fields["reason"]


class AskRestrictionForm(forms.Form):
    """Only kinds that somebody may open."""

    kind = forms.ChoiceField(
        label=_("限制类别"),
        choices=OPENED,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("理由"),
        widget=LONG,
        max_length=500,
        help_text=_("只有您和有权查看这类事项的人能看到。同意后，本件只对规定的岗位显示。"),
    )


class AskLiftingForm(forms.Form):
    reason = forms.CharField(
        label=_("理由"),
        widget=LONG,
        max_length=500,
        help_text=_("同意后，凡能查看本单位事项的人都能看到全部内容。"),
    )


class CorrectForm(forms.Form):
    """What was registered, to be put right. `seen` holds what the form showed."""

    SHOWN = (
        "title",
        "story",
        "place",
        "area",
        "urgency",
        "category",
        "people_count",
        "amount",
        "outside_number",
    )

    title = forms.CharField(label=_("事项"), max_length=120)
    story = forms.CharField(label=_("诉求"), widget=forms.Textarea(attrs={"rows": 8}), required=False)
    category = forms.ModelChoiceField(None, label=_("类别"), empty_label=None)
    urgency = forms.TypedChoiceField(label=_("紧急程度"), choices=Urgency.choices, coerce=int)
    area = forms.ModelChoiceField(None, label=_("问题属地"), empty_label=None)
    place = forms.CharField(label=_("地点"), max_length=120, required=False)
    people_count = forms.IntegerField(label=_("涉及人数"), min_value=1, max_value=100_000)
    amount = forms.DecimalField(
        label=_("涉及金额（元）"), max_digits=14, decimal_places=2, min_value=0, required=False
    )
    outside_number = forms.CharField(
        label=_("来件编号"), max_length=40, required=False, help_text=_("对方系统或来文上的编号。")
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Layout(
        Fieldset(_("事项"), "title", Field("story"), Row(Column("category"), Column("urgency"))),
        Fieldset(
            _("地点与规模"),
            Row(Column("area"), Column("place")),
            Row(Column("people_count"), Column("amount")),
            "outside_number",
        ),
        "seen",
    )

    def __init__(self, *args, user, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.visible_to(user)
        areas = Area.objects.visible_to(user)
        self.fields["area"].queryset = areas.filter(
            level__in=[Area.Level.COUNTY, Area.Level.TOWNSHIP]
        ) | areas.filter(pk=case.area_id)

    def clean_outside_number(self):
        return "".join(self.cleaned_data["outside_number"].split()).upper()


class PaperForm(forms.Form):
    """A paper and a telephone in their normal form, or what is wrong with them."""

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        try:
            return normalise_phone(phone) if phone else ""
        except WrongPaper as error:
            raise ValidationError(str(error)) from None

    def clean(self):
        asked = super().clean()
        if number := asked.get("id_number"):
            try:
                asked["id_number"] = checked_number(asked.get("id_type") or Person.IdType.RESIDENT, number)
            except WrongPaper as error:
                self.add_error("id_number", str(error))
        return asked


class AddPartyForm(PaperForm):
    """Somebody on one side: a person with or without papers, or a firm."""

    side = forms.ChoiceField(label=_("身份"), choices=Side.choices, widget=forms.RadioSelect)
    id_type = forms.ChoiceField(
        label=_("证件类型"), choices=[*Person.IdType.choices, (BODY, _("单位（统一社会信用代码）"))]
    )
    name = forms.CharField(label=_("姓名或单位名称"), max_length=60)
    id_number = forms.CharField(label=_("证件号码"), max_length=40, required=False)
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)
    as_printed = forms.BooleanField(label=_("已核对证照，代码无误"), required=False, widget=forms.HiddenInput)

    helper = FormHelper()
    helper.form_tag = False
    helper.layout = Layout(
        "side",
        Row(Column("name"), Column("phone")),
        Row(Column("id_type"), Column("id_number")),
        "as_printed",
    )

    def clean(self):
        """A code whose last character does not fit is asked about once, and then kept as it is printed."""
        asked = super().clean()
        as_printed, code = asked.pop("as_printed", False), asked.get("id_number", "")
        if asked.get("id_type") == BODY and len(code) == CODE_LENGTH and (doubt := doubt_about(code)):
            self.fields["as_printed"].widget = forms.CheckboxInput()
            if not as_printed:
                self.add_error("id_number", doubt)
        return asked


class AddAgentForm(PaperForm):
    """Whom a party entrusted, and the letter that says how far."""

    party = forms.ModelChoiceField(None, label=_("委托人"), empty_label=None)
    name = forms.CharField(label=_("代理人姓名"), max_length=60)
    id_type = forms.ChoiceField(label=_("证件类型"), choices=Person.IdType)
    id_number = forms.CharField(label=_("证件号码"), max_length=40)
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)
    authority = forms.ChoiceField(
        label=_("授权范围"),
        choices=Agent.Authority,
        widget=forms.RadioSelect,
        help_text=_("只有特别授权的代理人可以代为承认、放弃、变更请求，和解、签署协议。"),
    )
    letter = ScanField(label=_("授权委托书（扫描件或照片）"))

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"].queryset = case.parties.all()
        self.fields["party"].label_from_instance = lambda party: f"{party.get_side_display()} {party.masked}"


def checked_number(id_type: str, number: str) -> str:
    if id_type == BODY:
        return check_credit_code(number).normalised
    return check_paper(id_type, number)


class ReopenForm(forms.Form):
    """A closed matter once more: who goes through it this time, and why."""

    desk = forms.ChoiceField(label=_("由谁办理"))
    reason = forms.CharField(label=_("重新办理的原因"), widget=SHORT, max_length=500)

    def __init__(self, *args, case: Case, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["desk"].choices = [("", _("请选择")), *next_desks(list(Route), case.restriction)]

    def clean(self):
        asked = super().clean()
        if desk := asked.pop("desk", ""):
            asked["route"], asked["unit"] = desk_of(desk)
        return asked


class FollowUpForm(forms.Form):
    way = forms.ChoiceField(label=_("回访方式"), choices=FollowUp.Way.choices, widget=forms.RadioSelect)
    said = forms.CharField(label=_("回访情况"), widget=LONG, max_length=500)
    promise_kept = forms.TypedChoiceField(
        label=_("约定已履行或正在履行"),
        choices=[("yes", _("是")), ("no", _("否"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class CallBackForm(forms.Form):
    """不满意核实: what they said, and whether the matter is gone through again, and where."""

    way = forms.ChoiceField(label=_("核实方式"), choices=FollowUp.Way.choices, widget=forms.RadioSelect)
    said = forms.CharField(label=_("核实情况"), widget=LONG, max_length=500)
    reopens = forms.ChoiceField(
        label=_("是否重新办理"), choices=[("no", _("否")), ("yes", _("是"))], widget=forms.RadioSelect
    )
    route = forms.ChoiceField(
        label=_("重新办理的窗口"), choices=[("", _("请选择")), *Route.choices], required=False
    )
    unit = forms.ModelChoiceField(None, label=_("重新办理的单位"), empty_label=_("请选择"), required=False)

    def __init__(self, *args, user, restriction="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = offices(user, restriction)

    def clean(self):
        asked = super().clean()
        if asked.pop("reopens", "") == "no":
            return asked | {"route": "", "unit": None}
        for name in ("route", "unit"):
            if name not in self.errors and not asked.get(name):
                self.add_error(name, _("重新办理的，请选择窗口和单位。"))
        return asked


class QueryForm(forms.Form):
    """The two things a citizen types: the code on the ticket, and four characters that only they know."""

    code = forms.CharField(
        label=_("查询码"),
        max_length=30,
        help_text=_("印在排队号小票和告知单上，10 位字母和数字。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    tail = forms.CharField(
        label=_("手机号或证件号码的后四位"),
        max_length=8,
        help_text=_("没有登记手机和证件的，填小票上印的四位数字。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self):
        return normalised(self.cleaned_data["code"])

    def clean_tail(self):
        return normalised(self.cleaned_data["tail"])


class RateForm(forms.Form):
    answer = forms.ChoiceField(
        label=_("您对办理结果是否满意？"), choices=Answer.choices, widget=forms.RadioSelect
    )
    comment = forms.CharField(label=_("想说的话（可不填）"), widget=SHORT, max_length=500, required=False)


class WithdrawForm(forms.Form):
    reason = forms.CharField(max_length=200, required=False)


class RuleForm(forms.Form):
    """The cue words of one rule by weight, and a text to try them on before they are saved."""

    cues = forms.CharField(
        label=_("线索词"),
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_(
            "每行一组：分值，冒号，用空格隔开的词。分值为负的词说明不属于本项。“欠…工资”中的省略号代表同一句里最多八个字。"
        ),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("试一段话"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=5000,
        help_text=_("只用于试算，不保存。"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False

    def clean_cues(self):
        cues: dict[str, list[str]] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["cues"].splitlines())):
            weight, _colon, words = line.replace("：", ":").partition(":")
            cues.setdefault(weight_of(weight, line), []).extend(words.split())
        return {weight: " ".join(dict.fromkeys(words)) for weight, words in cues.items() if words}

    def clean(self):
        cleaned = super().clean()
        self.tried = cleaned.pop("text", "")
        return cleaned


class NoticeRuleForm(RuleForm):
    """The same for an outlet that leads away, with the words of its notice: they stand on the next print."""

    notice_title = forms.CharField(label=_("告知书名称"), max_length=40)
    notice_text = forms.CharField(
        label=_("告知书正文"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=3000,
        help_text=_("每行一段，印在称呼之后、去处之前。法律依据有变化时在这里修改。"),
    )
    field_order = ["notice_title", "notice_text", "cues", "version", "text"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cues"].required = False


class OutletRuleForm(RuleForm):
    """The same for an outlet that stays in the house, with the restriction of what goes its way."""

    restriction = forms.ChoiceField(
        label=_("按规定限制查看"),
        choices=[("", _("否")), *OPENED],
        required=False,
        help_text=_("选了的，窗口只能用“只记一句”登记，来件登记后自动限制查看。"),
    )
    field_order = ["restriction", "cues", "version", "text"]


def weight_of(weight: str, line: str) -> str:
    try:
        value = int(weight)
    except ValueError:
        value = 0
    if not 1 <= abs(value) <= MOST:
        raise ValidationError(
            _("“%(line)s”不像一组线索词，请写成“5：欠薪 讨薪”，分值从 -20 到 20，不为 0。"),
            params={"line": line[:20]},
        )
    return str(value)


def written_cues(cues) -> str:
    """Cue words as the form shows them, a line a weight."""
    return "\n".join(f"{weight}：{words}" for weight, words in cues.items())


class DeferralForm(forms.Form):
    """More time for a clock, or a pause: what its rule allows is what can be chosen."""

    kind = forms.ChoiceField(label=_("申请什么"), choices=DeferralKind.choices, widget=forms.RadioSelect)
    amount = forms.DecimalField(
        label=_("延长多久"), required=False, min_value=0, max_digits=6, decimal_places=2
    )
    first_day = DayField(
        label=_("从哪天起暂停"),
        required=False,
        help_text=_("这一天不计入。"),
    )
    until = DayField(
        label=_("预计暂停到哪天"),
        required=False,
        help_text=_("过了这一天还没有恢复计算的，每个工作日提醒申请单位。"),
    )
    reason = forms.CharField(label=_("理由"), widget=SHORT, max_length=500)
    consent = ScanField(label=_("双方当事人同意延长的书面材料"), required=False)

    def __init__(self, *args, clock, **kwargs):
        super().__init__(*args, **kwargs)
        self.rule = clock.rule
        offered = {DeferralKind.EXTEND: self.rule.extension_max, DeferralKind.PAUSE: self.rule.pausable}
        kinds = [(kind, label) for kind, label in DeferralKind.choices if offered[kind]]
        self.fields["kind"].choices = kinds
        if len(kinds) == 1:
            self.initial["kind"] = kinds[0][0]
        self.fields["amount"].help_text = _("单位：%(unit)s，最多 %(most)s。依据：%(basis)s") % {
            "unit": self.rule.get_unit_display(),
            "most": self.rule.amount(self.rule.extension_max),
            "basis": self.rule.legal_basis,
        }
        if not self.needs_consent:
            del self.fields["consent"]
        asked_for = {
            "amount": DeferralKind.EXTEND,
            "first_day": DeferralKind.PAUSE,
            "until": DeferralKind.PAUSE,
        }
        for name, kind in asked_for.items():
            if not offered[kind]:
                del self.fields[name]

    @property
    def needs_consent(self) -> bool:
        return self.rule.extension_approver == ClockRule.Approver.BOTH_PARTIES

    def clean(self):
        asked = super().clean()
        kind = asked.get("kind")
        if kind == DeferralKind.EXTEND:
            self.require("amount", _("请填写延长多久。"))
            if self.needs_consent:
                self.require("consent", _("调解期限经双方当事人同意才能延长，请上传双方签字的材料。"))
            asked["first_day"] = asked["until"] = None
        elif kind == DeferralKind.PAUSE:
            self.require("first_day", _("请填写从哪天起暂停。"))
            self.require("until", _("请填写预计暂停到哪天。"))
            asked["amount"] = None
        return asked

    def require(self, name, text) -> None:
        if name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, text)


class DecideForm(forms.Form):
    answer = forms.CharField(label=_("审批意见"), widget=SHORT, max_length=500)


class GrantForm(forms.Form):
    answer = forms.CharField(label=_("审批意见"), widget=SHORT, max_length=500, required=False)


class ResumeForm(forms.Form):
    last_day = DayField(
        label=_("最后一个不计入的日子"),
        help_text=_("例如听证、鉴定结束的那天；从第二天起接着计算。"),
    )


class CardFilter(forms.Form):
    level = forms.ChoiceField(label=_("级别"), choices=ANY + CardLevel.choices, required=False)
    state = forms.ChoiceField(label=_("状态"), choices=ANY + CardState.choices, required=False)
    unit = forms.ModelChoiceField(None, label=_("被督办单位"), required=False, empty_label=_("全部"))
    overdue = forms.BooleanField(label=_("只看超期未回复"), required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = offices(user)

    def narrow(self, cards):
        asked = self.cleaned_data
        conditions = {name: asked[name] for name in ("level", "state", "unit") if asked[name]}
        if asked["overdue"]:
            conditions["due_at__lte"] = timezone.now()
        return cards.filter(**conditions)


class DeferralFilter(forms.Form):
    kind = forms.ChoiceField(label=_("种类"), choices=ANY + DeferralKind.choices, required=False)
    state = forms.ChoiceField(label=_("状态"), choices=ANY + DeferralState.choices, required=False)
    unit = forms.ModelChoiceField(None, label=_("申请单位"), required=False, empty_label=_("全部"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = offices(user)

    def narrow(self, deferrals):
        return deferrals.filter(**{name: asked for name, asked in self.cleaned_data.items() if asked})


class RemindForm(forms.Form):
    words = forms.CharField(
        label=_("催办内容"), widget=SHORT, max_length=300, help_text=_("承办人员会看到，并记入档案。")
    )


class CardForm(forms.Form):
    """督办 by hand: a unit with a part in the matter, how hard, and what is asked of it."""

    unit = forms.ModelChoiceField(None, label=_("督办哪个单位"), empty_label=None)
    level = forms.ChoiceField(label=_("级别"), choices=CardLevel.choices, widget=forms.RadioSelect)
    words = forms.CharField(label=_("督办要求"), widget=SHORT, max_length=500)

    def __init__(self, *args, user, round, **kwargs):
        super().__init__(*args, **kwargs)
        taking_part = [round.unit_id, *round.requests.unfinished().values_list("to_unit", flat=True)]
        self.fields["unit"].queryset = Unit.objects.visible_to(user).filter(pk__in=taking_part)
        self.fields["unit"].initial = round.unit_id


class AnswerCardForm(forms.Form):
    answer = forms.CharField(
        label=_("督办回复"),
        widget=LONG,
        max_length=1000,
        help_text=_("写明没有按期办结的原因、已经做了什么、何时办结。"),
    )


class AppealCardForm(forms.Form):
    appeal = forms.CharField(
        label=_("申诉理由"),
        widget=LONG,
        max_length=1000,
        help_text=_("写明为什么不应当发这张牌；复核期间不用回复。"),
    )


class CloseCardForm(forms.Form):
    decision = forms.CharField(label=_("审核意见"), widget=SHORT, max_length=500, required=False)


class JudgeCardForm(forms.Form):
    decision = forms.CharField(label=_("意见和理由"), widget=SHORT, max_length=500)


class ReleaseForm(forms.Form):
    note = forms.CharField(
        label=_("核对情况"),
        widget=SHORT,
        max_length=300,
        help_text=_("写明时钟核对的结果。恢复后，已到期的期限将补发提醒。"),
    )


class InstructionForm(forms.Form):
    author = forms.CharField(label=_("批示领导及职务"), max_length=60)
    written_on = DayField(label=_("批示日期"))
    words = forms.CharField(label=_("批示内容"), widget=LONG, max_length=1000, help_text=_("照原文录入。"))
    last_day = DayField(
        label=_("要求办结日期"),
        required=False,
        help_text=_("批示写明日期的才填；填了就按这一天计时。"),
    )
    scan = ScanField(label=_("批示扫描件或照片"))


class CorrectInstructionForm(forms.Form):
    author = forms.CharField(label=_("批示领导及职务"), max_length=60)
    words = forms.CharField(label=_("批示内容"), widget=LONG, max_length=1000)
    reason = forms.CharField(label=_("更正的原因"), widget=SHORT, max_length=200)
    seen = forms.CharField(widget=forms.HiddenInput)


class ConferenceForm(forms.Form):
    """会商: about what, when and where, and who is asked."""

    unit = forms.ModelChoiceField(None, label=_("召集单位"), empty_label=None)
    topic = forms.CharField(label=_("议题"), max_length=100)
    begins_at = MomentField(label=_("时间"))
    place = forms.CharField(label=_("地点"), max_length=100)
    agenda = forms.CharField(label=_("议程"), widget=LONG, max_length=1000, help_text=_("一行一项。"))
    units = forms.ModelMultipleChoiceField(
        None,
        label=_("参加单位"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("参加单位从现在起可以查看本件。"),
    )
    others = forms.CharField(
        label=_("其他参加人员"),
        max_length=200,
        required=False,
        help_text=_("专家、村干部等，写明姓名和单位。"),
    )

    def __init__(self, *args, user, case, **kwargs):
        super().__init__(*args, **kwargs)
        units = offices(user, case.restriction)
        self.fields["unit"].queryset = units.filter(pk__in=user.unit_ids)
        self.fields["units"].queryset = units.exclude(pk__in=user.unit_ids)

    def clean_begins_at(self):
        begins_at = self.cleaned_data["begins_at"]
        if begins_at < timezone.now() - timedelta(days=30):
            raise ValidationError(_("请核对时间：补登会商不能早于 30 天前。"))
        return begins_at


DECIDED = _("谁、做什么、何时完成，一行一项。")


class HoldConferenceForm(forms.Form):
    came = forms.ModelMultipleChoiceField(
        None, label=_("到会单位"), widget=forms.CheckboxSelectMultiple, required=False
    )
    present = forms.CharField(label=_("到会人员"), max_length=500, help_text=_("写明姓名、单位和职务。"))
    decision = forms.CharField(label=_("会商决定"), widget=LONG, max_length=2000, help_text=DECIDED)
    minutes = forms.CharField(label=_("会议记录"), widget=LONG, max_length=5000)

    def __init__(self, *args, user, conference, **kwargs):
        super().__init__(*args, **kwargs)
        invited = Unit.objects.visible_to(user).filter(pk__in=conference.invitations.values("unit"))
        self.fields["came"].queryset = invited
        self.fields["came"].initial = invited


class BookForm(forms.Form):
    """A change of a book, from the version of it that the form was filled from."""

    reason = forms.CharField(label=_("修改的依据"), max_length=200, help_text=_("写明文件名称、文号。"))
    version = forms.IntegerField(widget=forms.HiddenInput)


class WordingForm(BookForm):
    """What a paper tells people."""

    text = forms.CharField(
        label=_("正文"),
        widget=forms.Textarea(attrs={"rows": 18}),
        max_length=5000,
        help_text=_("每行一段，以“# ”开头的一行是小标题。从下一次打印起采用。"),
    )
    field_order = ["text", "reason"]


class CalendarForm(BookForm):
    """The days off and the worked weekends of one year, as the yearly notice tells them, a line each."""

    LINE = re.compile(
        r"(?P<name>\S{1,20})\s+(?P<first>\d{1,2}-\d{1,2})(?:\s*[至到~—]+\s*(?P<last>\d{1,2}-\d{1,2}))?\s+(?P<kind>放假|上班)"
    )

    days = forms.CharField(
        label=_("放假和调休安排"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false"}),
        help_text=_("每行一项：“国庆节 10-01至10-07 放假”，“国庆节 10-10 上班”。双休日照常休息，不用写。"),
    )
    field_order = ["days", "reason"]

    def __init__(self, *args, year, **kwargs):
        super().__init__(*args, **kwargs)
        self.year = year
        self.helper = FormHelper(self)
        self.helper.form_tag = False

    def clean_days(self) -> dict[date, NamedDay]:
        named: dict[date, NamedDay] = {}
        for line in filter(None, map(str.strip, self.cleaned_data["days"].splitlines())):
            named |= self.days_of(line)
        if not named:
            raise ValidationError(_("至少写一项；没有放假安排的年份不能当作已录入。"))
        return named

    def days_of(self, line: str) -> dict[date, NamedDay]:
        """The days of one line that differ from an ordinary week."""
        found = self.LINE.fullmatch(line)
        if not found:
            raise ValidationError(_("看不懂这一行：%(line)s"), params={"line": line[:60]})
        first, last = self.day(found["first"], line), self.day(found["last"] or found["first"], line)
        worked = found["kind"] == "上班"
        if last < first:
            raise ValidationError(_("结束早于开始：%(line)s"), params={"line": line[:60]})
        span = [day for day in days_between(first, last) if (day.weekday() >= WEEKEND) == worked]
        if not span:
            raise ValidationError(_("这一行没有改变任何一天：%(line)s"), params={"line": line[:60]})
        return {day: NamedDay(worked, found["name"]) for day in span}

    def day(self, text: str, line: str) -> date:
        month, _dash, day = text.partition("-")
        try:
            return date(self.year, int(month), int(day))
        except ValueError as wrong:
            raise ValidationError(_("没有这一天：%(line)s"), params={"line": line[:60]}) from wrong


def calendar_lines(calendar: Calendar, year: int) -> str:
    """The days of a year as CalendarForm reads them."""
    spans: list[tuple[NamedDay, date, date]] = []
    for day, named in sorted(calendar.named.items()):
        if day.year != year:
            continue
        if spans and spans[-1][0] == named and nothing_between(spans[-1][2], day, named):
            spans[-1] = (named, spans[-1][1], day)
        else:
            spans.append((named, day, day))
    return "\n".join(
        f"{named.name} {span_text(first, last)} {'上班' if named.worked else '放假'}"
        for named, first, last in spans
    )


def nothing_between(one: date, other: date, named: NamedDay) -> bool:
    """Whether only days that the same line may span lie between."""
    gap = [day for day in days_between(one, other) if day not in (one, other)]
    return all((day.weekday() >= WEEKEND) != named.worked for day in gap) and len(gap) <= 2


def span_text(first: date, last: date) -> str:
    return f"{first:%m-%d}" if first == last else f"{first:%m-%d}至{last:%m-%d}"


RUNG = re.compile(r"(-?[0-9]{1,3})([%％]?)")
LADDER_HELP = _(
    "填“70%”是期限过去七成时，填“0”是到期时，填“5”是到期后满 5 个工作日，"
    "填“-7”是最后一日前 7 天；不填就没有这一步。每一步只发一次。"
)


def written_rung(rung) -> str:
    if rung.before:
        return f"-{rung.before}"
    return f"{rung.percent}%" if rung.percent < 100 else str(rung.days)


class ClockRuleForm(BookForm, forms.ModelForm):
    """New terms for one code, from a day on."""

    field_order = [
        "name", "legal_basis", "start_event", "length", "unit", "rolls", "extension_max", "extension_times",
        "extension_approver", "pausable", *Step, "any_hour", "since", "moves_open", "reason",
    ]  # fmt: skip
    any_hour = forms.BooleanField(
        label=_("督办不等上班时间"),
        required=False,
        help_text=_("勾选后，黄牌、红牌到点即发；提醒和报告总在上班时间发。"),
    )

    class Meta:
        model = ClockRule
        fields = [
            "name", "legal_basis", "start_event", "length", "unit", "rolls", "extension_max", "extension_times",
            "extension_approver", "pausable", "since", "moves_open",
        ]  # fmt: skip
        field_classes = {"since": DayField}
        help_texts = {
            "since": _("从这一天起开始的期限按新规则。"),
            "rolls": _("最后一日是节假日的，顺延到下一个工作日（民法典第二百零三条）。"),
            "extension_max": _("按本规则的单位，0 为不能延长。"),
            "pausable": _("例如“听证所需时间”；不填为不能暂停。只有按日计算的规则可以暂停。"),
            "moves_open": _("不勾选时，已经开始的期限仍按开始时的规则。"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        rungs = {rung.step: rung for rung in ladder(self.instance)}
        for step in Step:
            self.fields[step] = forms.CharField(label=step.label, required=False, max_length=4)
            self.fields[step].initial = written_rung(rungs[step]) if step in rungs else ""
        self.fields[Step.REMIND_HANDLER].help_text = LADDER_HELP
        self.fields["any_hour"].initial = any(not rung.in_hours for rung in rungs.values())
        self.order_fields(self.field_order)
        self.helper = FormHelper(self)
        self.helper.form_tag = False

    def clean(self):
        asked = super().clean()
        if asked.get("extension_max") and not asked.get("extension_approver"):
            self.add_error("extension_approver", _("可以延长的，须写明由谁批准。"))
        if asked.get("pausable") and asked.get("unit") not in ClockRule.IN_DAYS:
            self.add_error("pausable", _("按小时计算的期限不能暂停。"))
        if asked.get("length") is not None and asked["length"] < 0:
            self.add_error("length", _("不能是负数。"))
        if asked.get("length") == 0 and asked.get("unit") not in ClockRule.IN_DAYS:
            self.add_error("length", _("按小时计算的期限须大于 0。"))
        any_hour, typed = asked.pop("any_hour"), {step: asked.pop(step, "") for step in Step}
        asked["rungs"] = [
            self.read_rung(step, words, in_hours=not (any_hour and step in CARDS))
            for step, words in typed.items()
            if words
        ]
        return asked

    def read_rung(self, step, words, *, in_hours) -> dict:
        """As of kernel.escalation.Rung."""
        if not (found := RUNG.fullmatch(words.strip())):
            self.add_error(step, _("请填“70%”这样的百分比，或到期后的工作日数。"))
            return {}
        number, before = int(found[1]), bool(found[2])
        if before and not 0 < number < 100:
            self.add_error(step, _("百分比在 1 到 99 之间；到期时填 0。"))
        read = {"step": str(step), "percent": number if before else 100, "in_hours": in_hours}
        return read | ({"days": 0, "before": -number} if number < 0 else {"days": 0 if before else number})

    def _post_clean(self):
        """The row in force stays as it is: what was typed becomes a new one."""


class KeepSignedForm(VerbForm):
    """Which printing was signed, and its scan."""

    printing = forms.TypedChoiceField(label=_("签的是哪一次打印的"), coerce=int, widget=forms.RadioSelect)
    scan = ScanField(label=_("已签扫描件"))

    def __init__(self, *args, printings, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(printing.entry.seq, str(printing)) for printing in reversed(printings)]
        self.fields["printing"].choices = choices
        self.fields["printing"].initial = choices[0][0]

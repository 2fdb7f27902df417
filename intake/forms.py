import re
from datetime import datetime

from crispy_forms.layout import Div, Layout
from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Category, Outlet
from cases.selectors import DESK_KINDS, desk_of, next_desks
from cases.states import Outcome, Route, Urgency
from intake.models import LARGEST_GROUP, Queue
from intake.selectors import usual_desk
from intake.states import Care, State, Way
from kernel.fields import MoneyField, VerbForm
from people.identity import WrongPaper, check_paper, normalise_phone
from people.models import Area, Person, Unit, Window
from people.roles import Restriction
from people.services import known_person

ANY = [("", _("全部"))]
TITLE_LENGTH = 30
CONTACTS = (1, 2)


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


class VisitorForm(PaperForm):
    """Who came. All empty is a bare number; with a paper that is known, the name comes from the record."""

    id_type = forms.ChoiceField(label=_("证件类型"), choices=Person.IdType, initial=Person.IdType.RESIDENT)
    id_number = short(
        _("证件号码"),
        30,
        help_text=_("输入后按回车，或刷证件：显示以往事项。没有带证件的留空。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True, "data-look-up": ""}),
    )
    name = short(_("姓名"), 60, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    phone = short(
        _("手机号码"), 30, widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"})
    )
    head_count = forms.IntegerField(label=_("来访人数"), min_value=1, max_value=LARGEST_GROUP, initial=1)
    care = forms.ChoiceField(label=_("优先照顾"), choices=Care, required=False)
    language = short(_("语言（方言、手语等）"), 30)
    layout = Layout(
        row(("id_type", 4), ("id_number", 8)),
        Div(css_id="known"),
        row(("name", 6), ("phone", 6)),
        row(("head_count", 3), ("care", 4), ("language", 5)),
    )

    def clean(self):
        cleaned = super().clean()
        id_type = cleaned.get("id_type") or Person.IdType.RESIDENT
        self.check_paper_of("id_number", lambda number: check_paper(id_type, number))
        self.check_paper_of("phone", normalise_phone)
        if not self.errors:
            self.check_person(cleaned)
        return cleaned

    def check_person(self, cleaned):
        if person := known_person(cleaned["id_number"]):
            cleaned["name"] = person.name
        if not cleaned["id_number"]:
            cleaned["id_type"] = Person.IdType.NONE
        if cleaned["name"]:
            return
        if cleaned["id_number"] or cleaned["phone"]:
            self.add_error("name", _("请填写姓名。"))
        for field in ("name", "id_type", "id_number", "phone"):
            cleaned.pop(field, None)


class LookUpForm(PaperForm):
    """A paper to look a person up by. Sent by POST only."""

    id_type = forms.ChoiceField(choices=Person.IdType)
    id_number = short("", 30)

    def clean(self):
        cleaned = super().clean()
        id_type = cleaned.get("id_type") or Person.IdType.RESIDENT
        self.check_paper_of("id_number", lambda number: check_paper(id_type, number))
        return cleaned


class NoteForm(VerbForm):
    """Why. `label` and `required` as the verb asks."""

    note = long(_("原因"), 3, max_length=300, required=True)


class CancelForm(NoteForm):
    note = long(_("作废原因"), 2, max_length=300)


class FinishForm(NoteForm):
    note = long(
        _("接待情况"), 3, max_length=300, help_text=_("没有登记事项的来访，请写明问了什么、怎么答复的。")
    )


OUTCOMES = [
    ("", _("还在办理（稍后再办结）")),
    (Outcome.ANSWERED, _("当场答复（咨询，不是纠纷）")),
    (Outcome.SETTLED, _("当场化解（纠纷）")),
]
SUGGEST = {
    "hx-post": reverse_lazy("intake:suggest"),
    "hx-trigger": "input changed delay:500ms",
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
    restriction = forms.ChoiceField(
        label=_("按规定限制查看"),
        choices=[("", _("否")), *Restriction.choices],
        required=False,
        help_text=_("检举控告、家庭暴力等，登记后只有规定的岗位可以看到。"),
    )
    outcome = forms.ChoiceField(label=_("结果"), choices=OUTCOMES, required=False, widget=forms.RadioSelect)
    said = long(_("答复或化解情况"), 4, max_length=2000)
    whom_1, whom_2 = short(_("联系对象"), 60), short(_("联系对象"), 60)
    said_1, said_2 = short(_("联系内容"), 500), short(_("联系内容"), 500)
    at_1 = forms.TimeField(label=_("时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    at_2 = forms.TimeField(label=_("时间"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))

    def __init__(self, *args, user, hall, **kwargs):
        super().__init__(*args, **kwargs)
        self.hall = hall
        self.units = Unit.objects.visible_to(user).filter(kind__in=sum(DESK_KINDS.values(), []))
        self.fields["category"].queryset = Category.objects.visible_to(user).defer("cues")
        self.fields["outlet"].queryset = Outlet.objects.visible_to(user)
        self.fields["area"].queryset = Area.objects.visible_to(user).filter(
            level__in=[Area.Level.COUNTY, Area.Level.TOWNSHIP]
        )
        self.fields["to_unit"].queryset = self.units if self.is_bound else self.units.none()

    def offer_desks(self, outlet, **chosen):
        """Offer only the units at the desk of an outlet, with the usual one chosen."""
        self.fields["to_unit"].queryset = self.units.filter(kind__in=DESK_KINDS[outlet.route])
        self.initial["to_unit"] = usual_desk(outlet, hall=self.hall, **chosen)

    def clean(self):
        cleaned = super().clean()
        contacts = [self.contact(cleaned, n) for n in CONTACTS]
        if not self.errors:
            self.check_desk(cleaned)
            self.check_outcome(cleaned)
        if self.errors:
            return cleaned
        cleaned["title"] = cleaned["title"] or first_sentence(cleaned["story"])
        name, kind = cleaned.pop("respondent_name"), cleaned.pop("respondent_kind")
        cleaned["respondent"] = {"kind": kind, "name": name} if name else None
        cleaned["contacts"] = [contact for contact in contacts if contact]
        return cleaned

    def check_desk(self, cleaned):
        """An outlet decides the desk; a unit that does not sit there is refused, an empty one is found."""
        outlet, unit = cleaned["outlet"], cleaned["to_unit"]
        if unit is None or outlet.route == Route.INTAKE:
            unit = usual_desk(outlet, hall=self.hall, category=cleaned["category"], area=cleaned["area"])
        if unit is None or (unit.kind not in DESK_KINDS[outlet.route] and unit != self.hall):
            self.add_error("to_unit", _("这个单位不办理“%(outlet)s”，请另选。") % {"outlet": outlet.name})
        cleaned["to_unit"] = unit

    def check_outcome(self, cleaned):
        if cleaned["outlet"].route != Route.INTAKE:
            cleaned["outcome"] = cleaned["said"] = ""
        elif cleaned["outcome"] and not cleaned["said"]:
            self.add_error("said", _("请写明怎么答复、怎么化解的。"))

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


def first_sentence(story: str) -> str:
    """The first sentence of a story, cut to a title."""
    sentence = re.split(r"[。！？；\n]", story.strip())[0]
    return sentence if len(sentence) <= TITLE_LENGTH else f"{sentence[: TITLE_LENGTH - 1]}…"


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
    outcome = forms.ChoiceField(label=_("结果"), choices=OUTCOMES[1:], widget=forms.RadioSelect)
    said = long(_("答复或化解情况"), 5, max_length=2000, required=True)


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

    day = forms.DateField(
        label=_("日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
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

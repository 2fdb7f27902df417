from datetime import timedelta

from crispy_forms.layout import HTML, Div, Fieldset, Layout
from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Category
from cases.selectors import desk_of, next_desks
from cases.states import HandlingState, Outcome, Urgency
from kernel.fields import MoneyField, VerbForm
from mediation.capitals import LARGEST
from mediation.models import Agreement
from mediation.selectors import assignable, users_of
from mediation.states import NEXT_DESKS, OPEN, Ground, State, Way
from people.models import Unit, User

CAPITALS = HTML(
    '<output id="capitals" class="capitals" for="id_amount" aria-live="polite">{{ capitals }}</output>'
)

SPELLS = {
    "hx-get": reverse_lazy("mediation:capitals"),
    "hx-trigger": "input changed delay:200ms",
    "hx-target": "#capitals",
    "hx-swap": "innerHTML",
    "hx-sync": "this:replace",
}
"""An amount is spelled out beside its field while it is typed, by the function that writes it on the paper."""


def sent(request):
    """What a form is bound to: whatever was posted, an empty form too."""
    return request.POST if request.method == "POST" else None


def long_text(label, rows, **options):
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)


def day(label, **options):
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options
    )


def today_or_before(value):
    if value > timezone.localdate():
        raise forms.ValidationError(_("日期不能晚于今天。"))
    return value


class SessionForm(VerbForm):
    held_at = forms.DateTimeField(
        label=_("时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    place = forms.CharField(label=_("地点"), max_length=120)
    attended = forms.ModelMultipleChoiceField(
        queryset=None, label=_("到场当事人"), widget=forms.CheckboxSelectMultiple
    )
    others = forms.CharField(
        label=_("其他参加人"),
        max_length=200,
        required=False,
        help_text=_("受邀参加调解的亲属、邻里、专家、部门人员（须经当事人同意）。"),
    )
    record = long_text(
        _("调解记录"), 12, help_text=_("写明各方陈述、争议焦点、调解过程和结果。个人备忘请不要写在这里。")
    )
    layout = Layout(
        Div(Div("held_at", css_class="col-md-5"), Div("place", css_class="col-md-7"), css_class="row"),
        "attended",
        "others",
        "record",
    )

    def __init__(self, *args, mediation, **kwargs):
        initial = {"held_at": timezone.localtime(), "place": mediation.unit.name}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["attended"].queryset = mediation.case.parties.all()
        self.fields["attended"].label_from_instance = lambda party: f"{party.get_side_display()} {party.name}"

    def clean_held_at(self):
        held_at = self.cleaned_data["held_at"]
        if held_at > timezone.now():
            raise forms.ValidationError(_("调解时间不能晚于现在。"))
        return held_at


class NoteForm(VerbForm):
    text = long_text(_("个人备忘（不入卷）"), 3, max_length=2000)


class DeskNoteForm(VerbForm):
    text = long_text(
        _("交班留言"), 4, max_length=1000, help_text=_("本窗口的同事都能看到。隔离件的内容不要写在这里。")
    )


class AgreementForm(VerbForm):
    """The text of an agreement. `seen` is the token of the draft that this form shows; a new draft has none."""

    facts = long_text(_("纠纷主要事实、争议事项"), 5)
    duties = long_text(_("各方当事人的责任"), 3, required=False)
    terms = long_text(
        _("达成的协议内容"), 6, help_text=_("每条一行。内容须明确、可以履行，不得违反法律、损害他人利益。")
    )
    amount = MoneyField(label=_("协议金额（元）"), required=False, max_value=LARGEST, attrs=SPELLS)
    performance = long_text(_("履行方式"), 3, help_text=_("如何履行、在哪里履行；分期的写明每期金额和日期。"))
    perform_by = day(_("履行期限"), required=False)
    layout = Layout(
        Fieldset(_("纠纷"), "facts", "duties"),
        Fieldset(
            _("协议"),
            "terms",
            "amount",
            CAPITALS,
        ),
        Fieldset(_("履行"), "performance", "perform_by"),
    )

    def __init__(self, *args, agreement=None, **kwargs):
        shown = {name: getattr(agreement, name) for name in Agreement.TEXTS} if agreement else {}
        super().__init__(*args, initial=kwargs.pop("initial", {}) | shown, **kwargs)


class EditAgreementForm(AgreementForm):
    seen = forms.CharField(widget=forms.HiddenInput)
    layout = Layout("seen", *AgreementForm.layout.fields)


class OralAgreementForm(AgreementForm):
    agreed_on = day(_("当事人达成协议之日"))
    layout = Layout("agreed_on", *AgreementForm.layout.fields)

    def clean_agreed_on(self):
        return today_or_before(self.cleaned_data["agreed_on"])


def chosen_from(rows, label) -> dict:
    """What a `TypedChoiceField` needs to choose among rows that are already read."""
    by_key = {str(row.pk): row for row in rows}
    return {"coerce": by_key.__getitem__, "choices": [(key, label(row)) for key, row in by_key.items()]}


def side_and_name(place) -> str:
    return f"{place.party.get_side_display() if place.party else _('调解员')} {place.name}"


class SignAgreementForm(VerbForm):
    """`places` are those of the agreement, `signers` whoever stands in for a party, with what as."""

    way = forms.ChoiceField(label=_("签署方式"), choices=Way, initial=Way.HAND, widget=forms.RadioSelect)
    signed_on = day(_("签署日期"))
    layout = Layout("signature", "signer", "way", "signed_on")

    def __init__(self, *args, places, signers, user, **kwargs):
        super().__init__(*args, initial={"signed_on": timezone.localdate()}, **kwargs)
        mine = [place for place in places if not place.signed_on and place.mediator_id in {None, user.pk}]
        self.fields["signature"] = forms.TypedChoiceField(
            label=_("签名的人"),
            widget=forms.RadioSelect,
            initial=mine[0].pk if mine else None,
            **chosen_from(mine, side_and_name),
        )
        known = chosen_from(signers, signers.get)
        self.fields["signer"] = forms.TypedChoiceField(
            label=_("代签人"),
            required=False,
            empty_value=None,
            help_text=_("监护人代未成年人签名，特别授权的代理人代委托人签名；先在事项或人员页面登记。"),
            coerce=known["coerce"],
            choices=[("", _("本人签名")), *known["choices"]],
        )

    def clean_signed_on(self):
        return today_or_before(self.cleaned_data["signed_on"])


class StampForm(VerbForm):
    stamped_on = day(_("用印日期"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"stamped_on": timezone.localdate()}, **kwargs)

    def clean_stamped_on(self):
        return today_or_before(self.cleaned_data["stamped_on"])


class ReviseForm(VerbForm):
    note = long_text(_("退回修改的原因"), 3, max_length=300)


class ColleagueField(forms.ModelChoiceField):
    """A mediator of the same committee, with the load and the seat of today."""

    def label_from_instance(self, person):
        return str(self.known[person.pk])


class HandOverForm(VerbForm):
    to = ColleagueField(
        queryset=User.objects.none(), label=_("转交给"), widget=forms.RadioSelect, empty_label=None
    )
    note = long_text(_("交接说明"), 3, max_length=300, required=False)

    def __init__(self, *args, mediation, user, **kwargs):
        super().__init__(*args, **kwargs)
        others = [
            colleague
            for colleague in assignable(user, mediation.unit)
            if colleague.user.pk != mediation.mediator_id
        ]
        self.fields["to"].known = {colleague.user.pk: colleague for colleague in others}
        self.fields["to"].queryset = users_of(others)


class GiveUpForm(VerbForm):
    ground = forms.ChoiceField(label=_("终止原因"), choices=Ground, widget=forms.RadioSelect)
    note = long_text(_("情况说明"), 4, max_length=300, help_text=_("下一个窗口会看到这里的内容。"))
    desk = forms.ChoiceField(
        label=_("事项转到"), required=False, help_text=_("当事人撤回申请的，不用转，由中心回访核实。")
    )

    def __init__(self, *args, mediation, **kwargs):
        super().__init__(*args, **kwargs)
        desks = next_desks(NEXT_DESKS, mediation.restriction)
        self.fields["desk"].choices = [("", _("请选择")), *desks]

    def clean(self):
        cleaned = super().clean()
        desk = cleaned.pop("desk", "")
        if cleaned.get("ground") == Ground.WITHDRAWN:
            return cleaned
        if desk:
            cleaned["route"], cleaned["unit"] = desk_of(desk)
        elif "desk" not in self.errors:
            self.add_error("desk", _("请选择由哪个窗口接着办。"))
        return cleaned


class ReasonForm(VerbForm):
    reason = forms.CharField(label=_("查看事由"), max_length=200)


class AnswerReferralForm(VerbForm):
    outcome = forms.ChoiceField(
        label=_("结果"),
        choices=[
            (Outcome.GUIDED, _("指引立案或者其他途径")),
            (Outcome.REPLIED, _("已答复")),
            (Outcome.WITHDRAWN, Outcome.WITHDRAWN.label),
        ],
        widget=forms.RadioSelect,
    )
    reply = long_text(_("答复意见"), 6)


class SendBackReferralForm(VerbForm):
    note = long_text(_("退回原因"), 4, max_length=300)
    to_unit = forms.ModelChoiceField(queryset=None, label=_("退回到"), empty_label=None)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_unit"].queryset = Unit.objects.filter(kind=Unit.Kind.CENTRE)


# --- Filters ---------------------------------------------------------------------------------------------------------


class Due(forms.Form):
    """How near the due date is; narrows by `due_column`."""

    WITHIN = (
        ("", _("全部期限")),
        ("overdue", _("已超期")),
        ("today", _("今天到期")),
        ("week", _("七天内到期")),
    )
    due = forms.ChoiceField(label=_("期限"), choices=WITHIN, required=False)

    def within(self, queryset, column):
        now = timezone.now()
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        chosen = self.cleaned_data["due"]
        if chosen == "overdue":
            return queryset.filter(**{f"{column}__lte": now})
        if chosen:
            # What is due on a day runs out at the midnight that ends it.
            end = midnight + timedelta(days=1 if chosen == "today" else 7)
            return queryset.filter(**{f"{column}__gt": now, f"{column}__lte": end})
        return queryset


class WaitingFilter(Due):
    urgency = forms.TypedChoiceField(
        label=_("紧急程度"), choices=[("", _("全部")), *Urgency.choices], coerce=int, required=False
    )
    category = forms.ModelChoiceField(
        queryset=Category.objects.all(), label=_("类别"), required=False, empty_label=_("全部")
    )
    field_order = ["urgency", "category", "due"]

    def narrow(self, rounds):
        chosen = {
            "case__urgency": self.cleaned_data["urgency"],
            "case__category": self.cleaned_data["category"],
        }
        return self.within(rounds.filter(**{key: value for key, value in chosen.items() if value}), "due_at")


class MediationFilter(Due):
    STATES = (("", _("全部")), ("open", _("在办")), ("to_stamp", _("待盖章")), *State.choices)
    state = forms.ChoiceField(label=_("状态"), choices=STATES, required=False)
    mediator = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("调解员"), required=False, empty_label=_("全部")
    )
    category = forms.ModelChoiceField(
        queryset=Category.objects.all(), label=_("类别"), required=False, empty_label=_("全部")
    )
    field_order = ["state", "mediator", "category", "due"]

    def __init__(self, *args, people=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mediator"].queryset = users_of(people)

    def narrow(self, mediations):
        chosen = self.cleaned_data
        if chosen["mediator"]:
            mediations = mediations.of(chosen["mediator"])
        if chosen["category"]:
            mediations = mediations.filter(case__category=chosen["category"])
        return self.within(self._in_state(mediations, chosen["state"]), "round__due_at")

    @staticmethod
    def _in_state(mediations, state):
        if state == "open":
            return mediations.filter(state__in=OPEN)
        if state == "to_stamp":
            return mediations.waiting_for_the_stamp()
        return mediations.filter(state=state) if state else mediations


class ReferralFilter(Due):
    state = forms.ChoiceField(
        label=_("状态"), choices=[("", _("全部")), *HandlingState.choices], required=False
    )
    field_order = ["state", "due"]

    def narrow(self, referrals):
        if state := self.cleaned_data["state"]:
            referrals = referrals.filter(state=state)
        return self.within(referrals, "round__due_at")

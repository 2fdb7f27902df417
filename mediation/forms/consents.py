"""The form in which a party's answer is written down."""

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.selectors import desk_of, next_desks
from kernel.fields import MomentField, VerbForm
from mediation.forms.fields import chosen_from
from mediation.selectors import colleagues
from mediation.states import NEXT_DESKS, AskedBy, Openness, Willing


class ConsentForm(VerbForm):
    way = forms.ChoiceField(label=_("征询方式"), choices=AskedBy)
    asked_at = MomentField(label=_("征询时间"))
    answer = forms.ChoiceField(label=_("答复"), choices=Willing, widget=forms.RadioSelect)
    openness = forms.ChoiceField(
        label=_("公开或者不公开"), choices=[("", _("未表示")), *Openness.choices], required=False
    )
    note = forms.CharField(label=_("备注"), max_length=200, required=False)
    desk = forms.ChoiceField(
        label=_("明确拒绝的，事项转到"),
        required=False,
        help_text=_("一方明确拒绝的，调解终止；请打印终止调解通知书，告知仲裁、行政、司法等途径。"),
    )
    layout = Layout(
        "party",
        Div(Div("way", css_class="col-md-5"), Div("asked_at", css_class="col-md-7"), css_class="row"),
        "answer",
        Div(Div("chosen", css_class="col-md-7"), Div("openness", css_class="col-md-5"), css_class="row"),
        "desk",
        "note",
    )

    def __init__(self, *args, mediation, parties, user, first=None, **kwargs):
        initial = {"asked_at": timezone.localtime(), "party": first, "chosen": mediation.mediator_id}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["party"] = forms.TypedChoiceField(
            label=_("当事人"),
            widget=forms.RadioSelect,
            **chosen_from(parties, lambda party: f"{party.get_side_display()} {party.name}"),
        )
        known = chosen_from([one.user for one in colleagues(user, mediation.unit)], str)
        self.fields["chosen"] = forms.TypedChoiceField(
            label=_("选定（接受）的调解员"),
            required=False,
            empty_value=None,
            help_text=_("当事人可以选择或者接受调解员；另选他人的，请再办理更换调解员。"),
            coerce=known["coerce"],
            choices=[("", _("未表示")), *known["choices"]],
        )
        desks = next_desks(NEXT_DESKS, mediation.restriction)
        self.fields["desk"].choices = [("", _("（未拒绝，不用选）")), *desks]

    def clean(self):
        cleaned = super().clean()
        desk = cleaned.pop("desk", "")
        if cleaned.get("answer") != Willing.REFUSED:
            return cleaned
        if desk:
            cleaned["route"], cleaned["unit"] = desk_of(desk)
        elif "desk" not in self.errors:
            self.add_error("desk", _("明确拒绝调解的，请选择由哪个窗口接着办。"))
        return cleaned

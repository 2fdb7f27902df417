"""The form by which a matter is accepted."""

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.fields import DayField, VerbForm
from mediation.forms.fields import today_or_before
from mediation.states import TERMS, Kind, Source


class AcceptForm(VerbForm):
    """Source and kind are proposed by the matter; what is not sent stays as proposed."""

    source = forms.ChoiceField(label=_("纠纷来源"), choices=Source, required=False)
    kind = forms.ChoiceField(
        label=_("调解种类"),
        choices=Kind,
        required=False,
        help_text=_("种类决定调解期限和协议如何生效，请核对。"),
    )
    received_on = DayField(
        label=_("收到申请或法院材料之日"),
        required=False,
        help_text=_("劳动争议从收到调解申请起算，法院委派、委托从收到材料起算；其他种类不用填。"),
    )
    layout = Layout(
        Div(Div("source", css_class="col-md-6"), Div("kind", css_class="col-md-6"), css_class="row"),
        "received_on",
    )

    def clean_source(self):
        return self.cleaned_data["source"] or self.initial["source"]

    def clean_kind(self):
        return self.cleaned_data["kind"] or self.initial["kind"]

    def clean_received_on(self):
        day = self.cleaned_data["received_on"]
        return today_or_before(day) if day else None

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind and TERMS[Kind(kind)].given_day and not cleaned.get("received_on"):
            self.add_error("received_on", _("请填写%(day)s。") % {"day": TERMS[Kind(kind)].given_day})
        return cleaned

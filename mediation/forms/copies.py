"""Who received a copy of the agreement."""

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.fields import DayField, VerbForm
from mediation.forms.fields import chosen_from, today_or_before
from mediation.forms.instalments import of_side
from mediation.states import HandedBy


class CopyForm(VerbForm):
    way = forms.ChoiceField(label=_("送达方式"), choices=HandedBy, widget=forms.RadioSelect)
    handed_on = DayField(label=_("送达日期"))
    layout = Layout("party", "way", "handed_on")

    def __init__(self, *args, parties, **kwargs):
        initial = {"handed_on": timezone.localdate(), "way": HandedBy.PERSON}
        super().__init__(*args, initial=initial, **kwargs)
        known = chosen_from(parties, of_side)
        self.fields["party"] = forms.TypedChoiceField(
            label=_("谁领取"),
            widget=forms.RadioSelect,
            required=False,
            empty_value=None,
            coerce=known["coerce"],
            choices=[*known["choices"], ("", _("调解委员会留存"))],
            initial=known["choices"][0][0] if known["choices"] else "",
        )

    def clean_handed_on(self):
        return today_or_before(self.cleaned_data["handed_on"])

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.lists import DeskFilter
from cases.states import Outcome

LONG = forms.Textarea(attrs={"rows": 6})


class WaitingFilter(DeskFilter):
    """Rounds that wait for this desk."""


class HandledFilter(DeskFilter):
    """Matters that this desk has, or had, in hand."""

    DUE = "round__due_at"


class AnswerForm(forms.Form):
    reply = forms.CharField(
        label=_("答复意见"),
        widget=LONG,
        max_length=4000,
        help_text=_("写给信访人：查明了什么，依据什么，结果是什么。"),
    )
    outcome = forms.ChoiceField(
        label=_("结果"),
        choices=[(end, end.label) for end in (Outcome.REPLIED, Outcome.GUIDED, Outcome.WITHDRAWN)],
        widget=forms.RadioSelect,
        initial=Outcome.REPLIED,
    )


class NoForm(forms.Form):
    """A move that needs nothing but the button."""


class SendBackForm(forms.Form):
    note = forms.CharField(label=_("退回原因"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500)

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.lists import DeskFilter
from cases.states import Outcome
from petitions.forms.fields import long_text


class WaitingFilter(DeskFilter):
    """Rounds that wait for this desk."""


class HandledFilter(DeskFilter):
    """Matters that this desk has, or had, in hand."""

    DUE = "round__due_at"


class RowFilter(DeskFilter):
    """Rows with a due of their own: what was sent to units, and reviews."""


class AnswerForm(forms.Form):
    reply = long_text(
        _("答复意见"), 6, max_length=4000, help_text=_("写给信访人：查明了什么，依据什么，结果是什么。")
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
    note = long_text(_("退回原因"), 3, max_length=500)

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.lists import DeskFilter
from cases.states import Outcome
from people.models import Unit

LONG = forms.Textarea(attrs={"rows": 6})


class WaitingFilter(DeskFilter):
    """Rounds that wait for this desk."""


class HandledFilter(DeskFilter):
    """Matters that this desk has, or had, in hand."""

    DUE = "round__due_at"


class AnswerForm(forms.Form):
    reply = forms.CharField(
        label=_("答复意见"), widget=LONG, max_length=4000, help_text=_("查明的情况、办理的过程和结果。")
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


class AssignForm(forms.Form):
    """Where the dispatcher sends a matter: departments, townships and their command rooms."""

    KINDS = (Unit.Kind.DEPARTMENT, Unit.Kind.TOWNSHIP, Unit.Kind.COMMAND_ROOM)

    unit = forms.ModelChoiceField(None, label=_("派给"), empty_label=_("请选择"))
    note = forms.CharField(label=_("办理要求"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500)

    def __init__(self, *args, user, round, **kwargs):
        super().__init__(*args, **kwargs)
        units = Unit.objects.visible_to(user).filter(kind__in=self.KINDS)
        self.fields["unit"].queryset = units.exclude(pk=round.unit_id)

"""Forms of the court's desk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.states import Outcome
from kernel.fields import VerbForm
from mediation.forms.fields import long_text
from people.models import Unit


class DeskNoteForm(VerbForm):
    text = long_text(
        _("交班留言"), 4, max_length=1000, help_text=_("本窗口的同事都能看到。隔离件的内容不要写在这里。")
    )


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

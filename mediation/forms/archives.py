"""Forms of 立卷归档 and of its check."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.fields import VerbForm
from mediation.forms.fields import long_text
from mediation.models import FilingTerm
from mediation.states import ArchiveState


class ArchiveForm(VerbForm):
    difficulty = forms.ModelChoiceField(
        queryset=FilingTerm.objects.filter(kind=FilingTerm.Kind.DIFFICULTY),
        label=_("难易程度"),
        widget=forms.RadioSelect,
        empty_label=None,
    )
    retention = forms.ModelChoiceField(
        queryset=FilingTerm.objects.filter(kind=FilingTerm.Kind.RETENTION),
        label=_("保管期限"),
        widget=forms.RadioSelect,
        empty_label=None,
    )


class PassCheckForm(VerbForm):
    finding = forms.CharField(label=_("评查意见"), max_length=500, required=False)


class FailCheckForm(VerbForm):
    finding = long_text(
        _("评查意见"), 4, max_length=500, help_text=_("写明缺什么、哪里不符合，立卷人据此补正。")
    )


class ArchiveFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("状态"), choices=[("", _("全部")), *ArchiveState.choices], required=False
    )

    def narrow(self, archives):
        state = self.cleaned_data["state"]
        return archives.filter(state=state) if state else archives

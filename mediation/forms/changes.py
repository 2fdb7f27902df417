"""Forms by which another mediator is asked for, and decided on."""

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.fields import VerbForm
from mediation.forms.fields import chosen_from, long_text
from mediation.forms.talks import ColleagueField
from mediation.selectors import assignable, users_of
from mediation.states import RECUSING, Interest
from people.models import User


class DeclareInterestForm(VerbForm):
    interest = forms.ChoiceField(
        label=_("回避事由"),
        choices=[(one.value, one.label) for one in Interest if one in RECUSING],
        widget=forms.RadioSelect,
    )
    reason = long_text(_("情况说明"), 3, max_length=500)


class AskChangeForm(VerbForm):
    interest = forms.ChoiceField(label=_("事由"), choices=Interest, widget=forms.RadioSelect)
    reason = long_text(_("当事人的理由"), 3, max_length=500, help_text=_("按当事人的原话记录。"))
    layout = Layout("party", "interest", "reason")

    def __init__(self, *args, parties, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["party"] = forms.TypedChoiceField(
            label=_("提出的当事人"),
            widget=forms.RadioSelect,
            **chosen_from(parties, lambda party: f"{party.get_side_display()} {party.name}"),
        )


class GrantChangeForm(VerbForm):
    to = ColleagueField(
        queryset=User.objects.none(), label=_("新调解员"), widget=forms.RadioSelect, empty_label=None
    )
    answer = long_text(_("决定理由"), 2, max_length=500, required=False)

    def __init__(self, *args, change, user, **kwargs):
        super().__init__(*args, **kwargs)
        others = [one for one in assignable(user, change.unit) if one.user.pk != change.mediator_id]
        self.fields["to"].known = {one.user.pk: one for one in others}
        self.fields["to"].queryset = users_of(others)


class WithdrawChangeForm(VerbForm):
    note = long_text(_("撤回原因"), 2, max_length=500)


class RefuseChangeForm(VerbForm):
    answer = long_text(_("不予更换的理由"), 3, max_length=500, help_text=_("登记人和调解员会看到。"))

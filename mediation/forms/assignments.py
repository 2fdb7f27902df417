"""Forms by which a matter is given to a mediator, declined, and company is asked for."""

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.fields import VerbForm
from mediation.forms.fields import chosen_from, long_text
from mediation.states import Basis, HelperKind


class AssignForm(VerbForm):
    basis = forms.ChoiceField(label=_("指派依据"), choices=Basis)
    reason = long_text(_("指派说明"), 2, max_length=300, required=False)
    layout = Layout("to", "basis", "reason")

    def __init__(self, *args, candidates, **kwargs):
        first = candidates[0] if candidates else None
        initial = {"to": first.user.pk, "basis": first.basis} if first else {}
        super().__init__(*args, initial=initial, **kwargs)
        named = {candidate.user: str(candidate) for candidate in candidates}
        self.fields["to"] = forms.TypedChoiceField(
            label=_("调解员"), widget=forms.RadioSelect, **chosen_from(named, named.get)
        )


class DeclineAssignmentForm(VerbForm):
    answer = long_text(_("不接办的理由"), 3, max_length=300, help_text=_("指派人会看到，并另行指派。"))


class CoMediatorForm(VerbForm):
    layout = Layout("user")

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"] = forms.TypedChoiceField(
            label=_("调解员"), widget=forms.RadioSelect, **chosen_from(people, str)
        )


class HelperForm(VerbForm):
    kind = forms.ChoiceField(label=_("身份"), choices=HelperKind)
    name = forms.CharField(label=_("姓名（名称）"), max_length=60)
    about = forms.CharField(label=_("单位、与当事人的关系"), max_length=120, required=False)
    agreed = forms.ModelMultipleChoiceField(
        queryset=None, label=_("同意邀请的当事人"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, mediation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agreed"].queryset = mediation.case.parties.all()
        self.fields["agreed"].label_from_instance = lambda party: f"{party.get_side_display()} {party.name}"

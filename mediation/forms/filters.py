"""Filters of the lists."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Category
from cases.states import Urgency
from mediation.selectors import users_of, waiting_for_the_stamp
from mediation.states import OPEN, UNASKED, ConfirmationState, EntrustmentState, ReferralState, State
from people.models import User


class Due(forms.Form):
    """How near the due date is; narrows by `due_column`."""

    WITHIN = (
        ("", _("全部期限")),
        ("overdue", _("已超期")),
        ("today", _("今天到期")),
        ("week", _("七天内到期")),
    )
    due = forms.ChoiceField(label=_("期限"), choices=WITHIN, required=False)

    def within(self, queryset, column):
        now = timezone.now()
        midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        chosen = self.cleaned_data["due"]
        if chosen == "overdue":
            return queryset.filter(**{f"{column}__lte": now})
        if chosen:
            # What is due on a day runs out at the midnight that ends it.
            end = midnight + timedelta(days=1 if chosen == "today" else 7)
            return queryset.filter(**{f"{column}__gt": now, f"{column}__lte": end})
        return queryset


class WaitingFilter(Due):
    urgency = forms.TypedChoiceField(
        label=_("紧急程度"), choices=[("", _("全部")), *Urgency.choices], coerce=int, required=False
    )
    category = forms.ModelChoiceField(
        queryset=Category.objects.all(), label=_("类别"), required=False, empty_label=_("全部")
    )
    field_order = ["urgency", "category", "due"]

    def narrow(self, rounds):
        chosen = {
            "case__urgency": self.cleaned_data["urgency"],
            "case__category": self.cleaned_data["category"],
        }
        return self.within(rounds.filter(**{key: value for key, value in chosen.items() if value}), "due_at")


class MediationFilter(Due):
    STATES = (("", _("全部")), ("open", _("在办")), ("to_stamp", _("待盖章")), *State.choices)
    state = forms.ChoiceField(label=_("状态"), choices=STATES, required=False)
    mediator = forms.ModelChoiceField(
        queryset=User.objects.none(), label=_("调解员"), required=False, empty_label=_("全部")
    )
    category = forms.ModelChoiceField(
        queryset=Category.objects.all(), label=_("类别"), required=False, empty_label=_("全部")
    )
    field_order = ["state", "mediator", "category", "due"]

    def __init__(self, *args, people=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mediator"].queryset = users_of(people)

    def narrow(self, mediations):
        chosen = self.cleaned_data
        if chosen["mediator"]:
            mediations = mediations.of(chosen["mediator"])
        if chosen["category"]:
            mediations = mediations.filter(case__category=chosen["category"])
        return self.within(self._in_state(mediations, chosen["state"]), "round__due_at")

    @staticmethod
    def _in_state(mediations, state):
        if state == "open":
            return mediations.filter(state__in=OPEN)
        if state == "to_stamp":
            return waiting_for_the_stamp(mediations)
        return mediations.filter(state=state) if state else mediations


class ReferralFilter(Due):
    state = forms.ChoiceField(
        label=_("状态"), choices=[("", _("全部")), *ReferralState.choices], required=False
    )
    field_order = ["state", "due"]

    def narrow(self, referrals):
        if state := self.cleaned_data["state"]:
            referrals = referrals.filter(state=state)
        return self.within(referrals, "round__due_at")


class EntrustmentFilter(Due):
    state = forms.ChoiceField(
        label=_("状态"), choices=[("", _("全部")), *EntrustmentState.choices], required=False
    )
    field_order = ["state", "due"]

    def narrow(self, entrustments):
        if state := self.cleaned_data["state"]:
            entrustments = entrustments.filter(state=state)
        return self.within(entrustments, "round__due_at")


class ConfirmationFilter(Due):
    state = forms.ChoiceField(
        label=_("状态"),
        choices=[
            ("", _("全部")),
            *((value, label) for value, label in ConfirmationState.choices if value not in UNASKED),
        ],
        required=False,
    )
    field_order = ["state", "due"]

    def narrow(self, confirmations):
        if state := self.cleaned_data["state"]:
            confirmations = confirmations.filter(state=state)
        return self.within(confirmations, "due_at")

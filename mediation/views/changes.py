"""Another mediator: declared, asked for, decided."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kernel.web import action, refuse_move, render_form, require, submit
from mediation import interests, selectors, services
from mediation.forms import (
    AskChangeForm,
    DeclareInterestForm,
    GrantChangeForm,
    RefuseChangeForm,
    WithdrawChangeForm,
    sent,
)
from mediation.models import MediatorChange
from mediation.views.verbs import one_change, one_mediation


def new_change(mediation) -> MediatorChange:
    """As it would be, to ask who may open it."""
    return MediatorChange(
        case=mediation.case, mediation=mediation, unit=mediation.unit, mediator=mediation.mediator
    )


@action
def declare_interest(request, pk):
    mediation = one_mediation(request, pk)
    require(request.user, new_change(mediation), "declare_interest")
    form = DeclareInterestForm(sent(request))
    if submit(form, services.declare_interest, mediation, by=request.user):
        messages.success(request, _("已申请回避，等待决定。"))
        return redirect("mediation:detail", pk=pk)
    found = interests.interests_found(mediation.case, mediation.mediator)
    context = {"form": form, "mediation": mediation, "found": found}
    return render_form(request, "mediation/declare_interest.html", context)


@action
def ask_change(request, pk):
    mediation = one_mediation(request, pk)
    require(request.user, new_change(mediation), "ask_change")
    form = AskChangeForm(sent(request), parties=selectors.PARTIES.rows(case=mediation.case_id))
    if submit(form, services.ask_change, mediation, by=request.user):
        messages.success(request, _("已登记，等待决定。"))
        return redirect("mediation:detail", pk=pk)
    context = {"form": form, "mediation": mediation, "article": services.article_of(mediation)}
    return render_form(request, "mediation/ask_change.html", context)


@action
def grant_change(request, pk):
    change = one_change(request, pk)
    form = GrantChangeForm(sent(request), change=change, user=request.user)
    refuse_move(request, change, "grant_change", form)
    if submit(form, services.grant_change, change, by=request.user):
        messages.success(request, _("已更换为%(name)s。") % {"name": form.cleaned_data["to"]})
        return redirect("mediation:detail", pk=change.mediation_id)
    return render_form(request, "mediation/grant_change.html", deciding(form, change))


@action
def refuse_change(request, pk):
    change = one_change(request, pk)
    form = RefuseChangeForm(sent(request))
    refuse_move(request, change, "refuse_change", form)
    if submit(form, services.refuse_change, change, by=request.user):
        messages.success(request, _("已决定不予更换。"))
        return redirect("mediation:detail", pk=change.mediation_id)
    return render_form(request, "mediation/refuse_change.html", deciding(form, change))


@action
def withdraw_change(request, pk):
    change = one_change(request, pk)
    form = WithdrawChangeForm(sent(request))
    refuse_move(request, change, "withdraw_change", form)
    if submit(form, services.withdraw_change, change, by=request.user):
        messages.success(request, _("申请已撤回。"))
        return redirect("mediation:detail", pk=change.mediation_id)
    context = {
        "form": form,
        "change": change,
        "mediation": change.mediation,
        "article": services.article_of(change.mediation),
    }
    return render_form(request, "mediation/withdraw_change.html", context)


def deciding(form, change) -> dict:
    """What who decides has to see: the reason, what the files know, and whom the parties chose."""
    mediation = change.mediation
    answers = services.latest_answers(mediation).values()
    return {
        "form": form,
        "change": change,
        "mediation": mediation,
        "found": interests.interests_found(mediation.case, change.mediator),
        "choices": [answer for answer in answers if answer.chosen_id not in {None, change.mediator_id}],
        "article": services.article_of(mediation),
    }

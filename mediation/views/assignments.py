"""A waiting matter is given to a mediator; the mediator asks for company."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from kernel.web import action, looked, refuse_move, refuse_others, render_form, require, submit
from mediation import selectors, services
from mediation.candidates import candidates
from mediation.forms import AssignForm, CoMediatorForm, DeclineAssignmentForm, HelperForm, sent
from mediation.models import Assignment
from mediation.views.beginning import waiting_round
from mediation.views.verbs import one_mediation


@action
def assign(request, pk):
    round = waiting_round(request, pk)
    require(request.user, Assignment(case=round.case, round=round, unit=round.unit), "assign")
    known = candidates(request.user, round)
    form = AssignForm(sent(request), candidates=known)
    if submit(form, services.assign, round, by=request.user):
        messages.success(request, _("已指派给%(name)s。") % {"name": form.cleaned_data["to"]})
        return redirect("cases:detail", pk=round.case_id)
    context = {
        "form": form,
        "round": round,
        "case": round.case,
        "candidates": known,
        "earlier": round.assignments.select_related("mediator", "assigned_by"),
    }
    return render_form(request, "mediation/assign.html", context)


@action
def decline_assignment(request, pk):
    rows = Assignment.objects.visible_to(request.user).select_related("case__category", "case__area", "round")
    assignment = looked(request, get_object_or_404(rows, pk=pk))
    form = DeclineAssignmentForm(sent(request))
    refuse_move(request, assignment, "decline_assignment", form)
    if submit(form, services.decline_assignment, assignment, by=request.user):
        messages.success(request, _("已说明理由，等待另行指派。"))
        return redirect("mediation:list")
    context = {"form": form, "assignment": assignment, "case": assignment.case}
    return render_form(request, "mediation/decline_assignment.html", context)


@action
def add_co_mediator(request, pk):
    mediation = one_mediation(request, pk)
    people = selectors.may_join(mediation)
    form = CoMediatorForm(sent(request), people=people)
    refuse_move(request, mediation, "add_co_mediator", form)
    if submit(form, services.add_co_mediator, mediation, by=request.user):
        messages.success(request, _("%(name)s可以共同调解本件。") % {"name": form.result.user})
        return redirect("mediation:detail", pk=pk)
    return render_form(request, "mediation/add_co_mediator.html", {"form": form, "mediation": mediation})


@action
def remove_co_mediator(request, pk):
    mediation = one_mediation(request, pk)
    people = [row.user for row in selectors.co_mediators_of(mediation)]
    form = CoMediatorForm(sent(request), people=people)
    refuse_move(request, mediation, "remove_co_mediator", form)
    if submit(form, services.remove_co_mediator, mediation, by=request.user):
        messages.success(request, _("共同调解已结束。"))
        return redirect("mediation:detail", pk=pk)
    return render_form(request, "mediation/remove_co_mediator.html", {"form": form, "mediation": mediation})


@action
def invite_helper(request, pk):
    mediation = one_mediation(request, pk)
    refuse_others(request, mediation, "invite_helper")
    form = HelperForm(sent(request), mediation=mediation)
    refuse_move(request, mediation, "invite_helper", form)
    if submit(form, services.invite_helper, mediation, by=request.user):
        messages.success(request, _("已邀请%(name)s参与调解。") % {"name": form.result})
        return redirect("mediation:detail", pk=pk)
    return render_form(request, "mediation/invite_helper.html", {"form": form, "mediation": mediation})

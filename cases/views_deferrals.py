"""期限: how each date of a file was counted, and who asked for more time."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases import forms, services
from cases.models import Deferral
from cases.selectors import clock_of, clocks_of
from cases.views import make_move, visible_case
from kernel.web import action, page, posted, render_verb, require, submit


@page
def clocks(request, pk):
    """期限怎么算的: each clock of the file, from what it was counted and what did not count."""
    case = visible_case(request, pk)
    return render(request, "cases/clocks.html", {"case": case, "clocks": clocks_of(case, request.user)})


@action
def ask_deferral(request, pk, clock):
    case = visible_case(request, pk)
    row = clock_of(case, clock)
    unit = row.subject.unit_of_clocks
    require(request.user, Deferral(case=case, clock=row, unit=unit), "ask_deferral")
    form = forms.DeferralForm(posted(request), request.FILES or None, clock=row)
    if submit(form, services.ask_deferral, row, case=case, unit=unit, by=request.user):
        messages.success(request, _("申请已送审批。批准以前，原来的期限照常计算。"))
        return redirect("cases:clocks", pk)
    return render_verb(
        request, form, _("申请延期或暂停"), subject=row.rule.name, back=reverse("cases:clocks", args=[pk])
    )


@action
def grant_deferral(request, pk):
    return decide(request, pk, "grant_deferral", forms.GrantForm, _("已同意，期限已重新计算。"))


@action
def refuse_deferral(request, pk):
    return decide(request, pk, "refuse_deferral", forms.DecideForm, _("已答复不同意。"))


@action
def withdraw_deferral(request, pk):
    return decide(request, pk, "withdraw_deferral", forms.OptionalNoteForm, _("申请已撤回。"))


@action
def resume_clock(request, pk):
    return decide(request, pk, "resume_clock", forms.ResumeForm, _("已恢复计算，期限已重新计算。"))


def decide(request, pk, verb, form_class, done):
    """The page of one move of a deferral."""
    deferrals = Deferral.objects.visible_to(request.user).select_related("case", "clock__rule", "unit")
    deferral = get_object_or_404(deferrals, pk=pk)
    return make_move(request, deferral, verb, form_class(posted(request)), back=deferral.url, done=done)

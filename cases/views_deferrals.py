"""期限: how each date of a file was counted, and who asked for more time."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import forms, services
from cases.lists import topics_of_supervision, words_of_case
from cases.models import Deferral
from cases.papers import notice_of_deferral
from cases.selectors import clock_of, clocks_of, deferrals_by_unit
from cases.views import make_move, visible_case
from kernel.listing import Column, Listing, render_list
from kernel.papers import FORMS
from kernel.papers import answer as paper
from kernel.web import action, looked, page, posted, render_part, render_verb, require, submit, trace
from people.roles import SUPERVISORS

COLUMNS = [
    Column(
        name="number",
        label=gettext_lazy("统一编号"),
        text=lambda row: row.case.number,
        url=lambda row: row.url,
        css="nowrap",
    ),
    Column(name="title", label=gettext_lazy("事项"), text=lambda row: row.case.title, css="main-cell"),
    Column(name="rule", label=gettext_lazy("期限"), text=lambda row: row.clock.rule.name),
    Column(name="kind", label=gettext_lazy("种类"), text=lambda row: row.get_kind_display(), css="nowrap"),
    Column(name="unit", label=gettext_lazy("申请单位"), text=lambda row: row.unit.name),
    Column(
        name="state",
        label=gettext_lazy("状态"),
        text=lambda row: row.get_state_display(),
        badge=lambda row: row.state,
        css="nowrap",
    ),
    Column(name="asked", label=gettext_lazy("申请时间"), text=lambda row: row.asked_at, sort="asked_at"),
]


@page
def clocks(request, pk):
    """期限怎么算的: each clock of the file, from what it was counted and what did not count."""
    case = visible_case(request, pk)
    context = {"case": case, "clocks": clocks_of(case, request.user)}
    return render_part(request, "cases/clocks.html", "clocks", context)


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
    deferral = looked(request, get_object_or_404(deferrals, pk=pk))
    return make_move(request, deferral, verb, form_class(posted(request)), back=deferral.url, done=done)


@page(post=True)
def deferral_list(request):
    """延期与暂停: who asked for more time and what came of it; for all but supervisors in their own units."""
    rows = Deferral.objects.visible_to(request.user).select_related("case", "clock__rule", "unit")
    if not SUPERVISORS & request.user.roles:
        rows = rows.filter(unit__in=request.user.unit_ids)
    nothing = _("没有符合条件的申请。")
    listing = Listing(
        request,
        rows,
        COLUMNS,
        sort="-asked_at",
        filters=forms.DeferralFilter,
        search=words_of_case,
        empty_text=nothing,
        topics=topics_of_supervision("deferrals", request.user),
        user=request.user,
    )
    counts = SimpleLazyObject(lambda: deferrals_by_unit(rows))
    return render_list(
        request, "cases/deferral_list.html", listing, _("延期与暂停"), parts=["counts"], counts=counts
    )


@page(post=True)
def print_deferral(request, pk, kind):
    """延期办理告知书: the person is told of the new date, by which rule, and why."""
    deferrals = Deferral.objects.visible_to(request.user).select_related("case", "clock__rule", "unit")
    deferral = get_object_or_404(deferrals, pk=pk)
    if kind not in FORMS or not deferral.is_in_effect:
        raise Http404
    if not deferral.is_holder(request.user):
        raise PermissionDenied(_("告知书由申请延期、暂停的单位打印。"))
    trace(request, deferral, "print_deferral", details={"kind": kind})
    return paper(request, notice_of_deferral(deferral), kind, name=deferral.case.number)

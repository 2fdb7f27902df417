"""Doors without a ticket: what comes by telephone, letter and from other systems, and what is copied into those."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case, Party
from intake import forms, selectors, services
from intake.copy_out import fields_of, sheet_of, systems, usual_system
from intake.models import Arrival
from intake.views import hall_of_matters, registered
from intake.views_papers import visit_in_sight
from kernel.web import action, page, posted, render_form, render_move, render_verb, submit, trace


@action
def register_arrival(request):
    """One page for everything that nobody brings to a window."""
    user = request.user
    unit = selectors.door_of(user)
    if unit is None:
        raise PermissionDenied(_("登记来件由窗口、分流、信访、法院驻点和乡镇（街道）工作人员办理。"))
    form = forms.ArrivalForm(posted(request), request.FILES or None, user=user, hall=hall_of_matters(request))
    if submit(form, services.register_arrival, by=user, unit=unit):
        messages.success(request, told(form.result))
        if form.result.case.restriction:
            return redirect("intake:register_arrival")
        return redirect("cases:detail", pk=form.result.case.pk)
    arrivals = selectors.arrivals_of(unit, user)
    context = {"form": form, "first": first_of(form, user), "arrivals": arrivals}
    return render_form(request, "intake/register_arrival.html", context)


def told(arrived) -> str:
    """What the clerk tells whoever called: the number, and by what to ask for it."""
    words = [registered(arrived.case), _("查询码 %(code)s。") % {"code": arrived.case.query_code}]
    if arrived.pin:
        words.append(_("没有手机号码，查询密码 %(pin)s。") % {"pin": arrived.pin})
    return "".join(map(str, words))


def first_of(form, user) -> Case | None:
    """The matter that has the number already, to be opened instead."""
    if not getattr(form, "refusal", None):
        return None
    given = form.cleaned_data
    return selectors.arrived_before(user, channel=given["channel"], number=given["outside_number"])


@action
def replace_party(request, pk):
    """更正当事人: somebody else than was registered."""
    parties = Party.objects.visible_to(request.user).select_related("case")
    party = get_object_or_404(parties, pk=pk, person__isnull=False)
    form = forms.ReplacePartyForm(posted(request))
    back = reverse("cases:detail", args=[party.case_id]) + "#parties"
    if submit(form, services.replace_party, party, by=request.user):
        messages.success(request, _("当事人已更正，原因已记入办理记录。"))
        if form.result.pin:
            messages.warning(request, new_tail(form.result))
        return redirect(back)
    return render_move(request, party.case.latest_round(), "replace_party", form, back=back)


def new_tail(arrived) -> str:
    """What somebody without telephone and papers asks by from now on."""
    words = {"code": arrived.case.query_code, "pin": arrived.pin}
    return _("请告知当事人：查询码 %(code)s，查询密码 %(pin)s。") % words


@action
def enter_above(request, pk):
    """It was typed into the system of the levels above."""
    arrival = get_object_or_404(Arrival.objects.visible_to(request.user).select_related("case"), pk=pk)
    form = forms.EnterAboveForm(posted(request), came_at=arrival.came_at)
    if submit(form, services.enter_above, arrival, by=request.user):
        return redirect("cases:detail", pk=arrival.case_id)
    back = reverse("intake:copy_out", args=[arrival.case_id])
    return render_move(request, arrival, "enter_above", form, back=back)


@page(post=True)
def copy_out(request, pk, system=""):
    """抄录单: the fields in the order of the other system, each to be copied. In full, so the look is traced."""
    visit = visit_in_sight(request, pk)
    system = system or usual_system(visit.case)
    if system not in systems():
        raise Http404
    form, sheet = forms.PrintPaperForm(posted(request)), sheet_of(visit.case)
    concerned = enters(sheet.arrival, request.user) or visit.concerns(request.user)
    if not concerned and not form.is_valid():
        back = reverse("cases:detail", args=[pk])
        return render_verb(request, form, _("抄录单"), subject=visit.case, back=back)
    note = form.cleaned_data["reason"] if form.is_valid() else systems()[system]["name"]
    trace(request, visit.case, "print_paper", note=note, details={"paper": f"copy-out-{system}"})
    context = {
        "case": visit.case,
        "system": systems()[system],
        "systems": systems().values(),
        "fields": fields_of(sheet, system),
        "arrival": sheet.arrival,
        "may_enter": may_enter(sheet.arrival, request.user),
    }
    return render(request, "intake/copy_out.html", context)


def enters(arrival, user) -> bool:
    """Whether they are among those who registered it and keep the other systems up to date: reason enough."""
    return bool(arrival) and arrival.MOVES.named("enter_above").allows(arrival, user)


def may_enter(arrival, user) -> bool:
    return bool(arrival) and not arrival.MOVES.named("enter_above").why_not(arrival, user)

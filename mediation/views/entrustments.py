"""诉前调解: what the court's desk gives to committees, on its page, with its paper, and in its list."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lists import topics_of_files
from kernel.listing import Column, Listing, render_list
from kernel.papers import FORMS, answer
from kernel.web import action, buttons, looked, page, refuse_move, render_form, submit, trace
from mediation import services
from mediation.court_papers import court_return
from mediation.forms import EntrustForm, EntrustmentFilter, ReceiveReturnForm, ReturnToCourtForm, sent
from mediation.models import Entrustment
from mediation.views.court import one_referral
from mediation.views.lists import around_court, case_columns, in_case, state_column

PAGE = "mediation:entrustment_detail"


def one_entrustment(request, pk) -> Entrustment:
    rows = Entrustment.objects.visible_to(request.user).with_case()
    return looked(request, get_object_or_404(rows, pk=pk))


@action
def entrust(request, pk):
    referral = one_referral(request, pk)
    initial = {"court_number": referral.case.outside_number if referral.case.channel == "court" else ""}
    form = EntrustForm(sent(request), referral=referral, user=request.user, initial=initial)
    refuse_move(request, referral, "entrust", form)
    if submit(form, services.entrust, referral, by=request.user):
        messages.success(request, _("已交%(unit)s。") % {"unit": form.cleaned_data["committee"]})
        return redirect(PAGE, pk=form.result.pk)
    context = {"form": form, "referral": referral, "case": referral.case}
    return render_form(request, "mediation/entrust.html", context)


@page
def entrustment_detail(request, pk):
    entrustment = one_entrustment(request, pk)
    prints = may_print(request.user, entrustment)
    context = {
        "entrustment": entrustment,
        "case": entrustment.case,
        "buttons": buttons(entrustment, request.user),
        "parties": entrustment.case.parties.select_related("person", "organisation"),
        "in_full": prints,
        "is_holder": entrustment.is_holder(request.user),
        "prints": prints and bool(entrustment.result),
        "entries": entrustment.history.select_related("by").order_by("-seq"),
    }
    return render(request, "mediation/entrustment_detail.html", context)


@action
def return_to_court(request, pk):
    done = _("已退回法院。请打印情况告知书，随材料交法院驻点窗口。")
    return make_move(request, pk, "return_to_court", ReturnToCourtForm, done)


@action
def receive_return(request, pk):
    return make_move(request, pk, "receive_return", ReceiveReturnForm, _("已签收。"))


def make_move(request, pk, verb, form_class, done):
    entrustment = one_entrustment(request, pk)
    form = form_class(sent(request))
    refuse_move(request, entrustment, verb, form)
    if submit(form, getattr(services, verb), entrustment, by=request.user):
        messages.success(request, done)
        return redirect(PAGE, pk=pk)
    label, back = entrustment.MOVES.named(verb).label, reverse(PAGE, args=[pk])
    context = {"form": form, "entrustment": entrustment, "label": label, "back": back}
    return render_form(request, "mediation/move_entrustment.html", context)


def may_print(user, entrustment) -> bool:
    return entrustment.is_holder(user) or entrustment.is_at_court(user)


@page
def print_return(request, pk, kind):
    """委派、委托调解情况告知书, for the two desks between which it goes."""
    entrustment = one_entrustment(request, pk)
    if kind not in FORMS or not entrustment.result:
        raise Http404
    if not may_print(request.user, entrustment):
        raise PermissionDenied(_("只有法院驻点窗口和办理的调解组织可以打印。"))
    trace(request, entrustment, "print_return", details={"kind": kind})
    return answer(request, court_return(entrustment), kind, name=entrustment.case.number)


def columns() -> list[Column]:
    return [
        *case_columns(lambda row: row.url)[:-1],  # of the category the court's number tells enough
        state_column(),
        Column(name="court_number", label=_("法院案号"), text=lambda row: row.court_number, css="nowrap"),
        Column(name="kind", label=_("调解种类"), text=lambda row: row.get_kind_display()),
        Column(name="committee", label=_("调解组织"), text=lambda row: row.unit.name),
        Column(name="result", label=_("调解结果"), text=lambda row: row.result),
        Column(
            name="opened_at",
            label=_("交调解时间"),
            text=lambda row: row.opened_at,
            sort="opened_at",
        ),
        Column(name="due_at", label=_("到期日"), text=lambda row: row.round.due_at, css="due"),
    ]


@page(post=True)
def entrustment_list(request):
    """What the court's desk gave to committees, the latest first."""
    listing = Listing(
        request,
        Entrustment.objects.visible_to(request.user).with_case().prefetch_related("case__parties"),
        columns(),
        sort="-opened_at",
        filters=EntrustmentFilter,
        search=in_case,
        topics=topics_of_files(request.user),
        empty_text=_("没有委派、委托调解的事项。"),
    )
    return render_list(
        request,
        "mediation/court_list.html",
        listing,
        _("诉前调解"),
        **around_court(request.user, "mediation:entrustment_list"),
    )

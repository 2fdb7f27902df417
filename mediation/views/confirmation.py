"""司法确认: its page, one page a move, and the court's list."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lists import topics_of_files
from kernel.listing import Column, Listing, render_list
from kernel.web import action, buttons, page, refuse_move, render_form, submit
from mediation import forms, services
from mediation.forms import sent
from mediation.models import ConfirmationTerm, JudicialConfirmation
from mediation.views.lists import around_court, case_columns, in_case, state_column

PAGE = "mediation:confirmation_detail"


def one_confirmation(request, pk) -> JudicialConfirmation:
    rows = JudicialConfirmation.objects.visible_to(request.user).with_case()
    return get_object_or_404(rows.select_related("ruling", "mediation__round"), pk=pk)


@page
def confirmation_detail(request, pk):
    confirmation = one_confirmation(request, pk)
    context = {
        "confirmation": confirmation,
        "case": confirmation.case,
        "asking": confirmation.asking,
        "papers": ConfirmationTerm.objects.filter(code__in=confirmation.papers),
        "buttons": buttons(confirmation, request.user),
        "parties": confirmation.case.parties.select_related("person", "organisation"),
        "in_full": confirmation.is_holder(request.user) or confirmation.is_at_court(request.user),
        "entries": confirmation.history.select_related("by").order_by("-seq"),
    }
    return render(request, "mediation/confirmation_detail.html", context)


def make_move(request, pk, verb, form_class, done):
    return move_on(request, one_confirmation(request, pk), verb, form_class, done, back=PAGE)


def move_on(request, confirmation, verb, form_class, done, *, back):
    """One move before the court or the commission: its form, beside the agreement that it is about."""
    form = form_class(sent(request), request.FILES or None, confirmation=confirmation)
    if submit(form, getattr(services, verb), confirmation, by=request.user):
        messages.success(request, done)
        return redirect(back, pk=confirmation.pk)
    refuse_move(request, confirmation, verb, form)
    label = confirmation.MOVES.named(verb).label
    context = {"form": form, "confirmation": confirmation, "label": label}
    context["back"] = reverse(back, args=[confirmation.pk])
    return render_form(request, "mediation/move_confirmation.html", context)


@action
def check_admissibility(request, pk):
    done = _("已核对，可以共同申请。")
    return make_move(request, pk, "check_admissibility", forms.CheckAdmissibilityForm, done)


@action
def apply_for_confirmation(request, pk):
    done = _("申请已登记，申请期限停止计算。请递交法院。")
    return make_move(request, pk, "apply_for_confirmation", forms.ApplyForConfirmationForm, done)


@action
def hand_to_court(request, pk):
    done = _("已递交法院驻点窗口，三日内决定是否受理。")
    return make_move(request, pk, "hand_to_court", forms.HandToCourtForm, done)


@action
def accept_confirmation(request, pk):
    return make_move(
        request, pk, "accept_confirmation", forms.AcceptConfirmationForm, _("已受理，开始审查。")
    )


@action
def return_application(request, pk):
    return make_move(request, pk, "return_application", forms.ReasonedForm, _("已退回补正，并告知调解员。"))


@action
def refuse_acceptance(request, pk):
    done = _("已登记不予受理，并告知调解员。")
    return make_move(request, pk, "refuse_acceptance", forms.ReasonedForm, done)


@action
def confirm_agreement(request, pk):
    done = _("裁定已登记，裁定书已入卷。")
    return make_move(request, pk, "confirm_agreement", forms.ConfirmAgreementForm, done)


@action
def dismiss_application(request, pk):
    done = _("裁定已登记，裁定书已入卷。")
    return make_move(request, pk, "dismiss_application", forms.DismissApplicationForm, done)


@action
def withdraw_application(request, pk):
    return make_move(request, pk, "withdraw_application", forms.ReasonedForm, _("申请已撤回。"))


@action
def decline_confirmation(request, pk):
    done = _("已登记：当事人不申请司法确认。")
    return make_move(request, pk, "decline_confirmation", forms.ReasonedForm, done)


def columns() -> list[Column]:
    return [
        *case_columns(lambda row: reverse(PAGE, args=[row.pk])),
        state_column(),
        Column(name="committee", label=_("调解组织"), text=lambda row: row.unit.name),
        Column(name="applied_on", label=_("申请日期"), text=lambda row: row.applied_on, css="nowrap"),
        Column(name="docket", label=_("受理案号"), text=lambda row: row.number, css="nowrap"),
        Column(name="due_at", label=_("到期日"), text=lambda row: row.due_at, sort="due_at", css="due"),
    ]


@page(post=True)
def confirmation_list(request):
    """What was handed to the court's desk, the nearest due first: the desk's work, not a person's."""
    rows = JudicialConfirmation.objects.visible_to(request.user).at_court().with_case()
    listing = Listing(
        request,
        rows.prefetch_related("case__parties"),
        columns(),
        sort="due_at",
        filters=forms.ConfirmationFilter,
        search=in_case,
        topics=topics_of_files(request.user),
        empty_text=_("没有递交来的司法确认申请。"),
    )
    return render_list(
        request,
        "mediation/court_list.html",
        listing,
        _("司法确认"),
        **around_court(request.user, "mediation:confirmation_list"),
    )

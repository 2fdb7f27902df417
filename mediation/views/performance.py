"""履行跟踪: what was promised, by whom it is late, and what was paid."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lists import topics_of_files
from kernel.listing import Column, Listing, render_list
from kernel.web import action, page, refuse_move, render_form, submit
from mediation import selectors, services
from mediation.forms import BreachForm, PaymentForm, PerformanceFilter, RemindForm, sent
from mediation.models import Performance
from mediation.states import PerformanceState
from mediation.views.lists import around, case_columns, in_case


@page(post=True)
def performance_list(request):
    """Due soon and late, the nearest first."""
    listing = Listing(
        request,
        performances(request.user),
        performance_columns(),
        sort="due_at",
        filters=PerformanceFilter,
        search=in_case,
        topics=topics_of_files(request.user),
        empty_text=_("没有待履行的协议。"),
    )
    return render_list(
        request,
        "mediation/list.html",
        listing,
        _("履行跟踪"),
        parts=["figures"],
        **around(request.user, "mediation:performance_list"),
    )


def performances(user):
    rows = Performance.objects.visible_to(user).select_related(
        "case__category", "agreement__mediation__mediator", "instalment"
    )
    return rows.prefetch_related("case__parties", "payments")


def performance_columns() -> list[Column]:
    return [
        *case_columns(lambda row: page_of(row)),
        Column(name="part", label=_("履行内容"), text=lambda row: row.name_of_clocks, css="nowrap"),
        Column(name="amount", label=_("应付（元）"), text=lambda row: row.in_figures, css="num"),
        Column(name="rest", label=_("未付（元）"), text=lambda row: row.rest_in_figures, css="num"),
        Column(
            name="state",
            label=_("履行情况"),
            text=lambda row: row.shown_state,
            badge=lambda row: row.tone,
        ),
        Column(name="mediator", label=_("调解员"), text=lambda row: row.agreement.mediation.mediator.name),
        Column(
            name="due_at",
            label=_("履行期限"),
            text=lambda row: row.due_on or "—",
            sort="due_at",
            css="nowrap",
        ),
    ]


def page_of(performance) -> str:
    return reverse("mediation:detail", args=[performance.agreement.mediation_id]) + "#performance"


def one_performance(request, pk) -> Performance:
    rows = Performance.objects.visible_to(request.user).select_related(
        "case__category",
        "case__area",
        "instalment__payer",
        "agreement__mediation__mediator",
        "agreement__mediation__unit",
        "agreement__mediation__round",
        "agreement__mediation__case__category",
        "agreement__mediation__case__area",
    )
    return get_object_or_404(rows, pk=pk)


@action
def record_payment(request, pk):
    performance = one_performance(request, pk)
    form = PaymentForm(sent(request), request.FILES or None, performance=performance)
    if submit(form, services.record_payment, performance, by=request.user):
        performance.refresh_from_db()
        done = performance.state == PerformanceState.KEPT
        messages.success(request, _("已登记，本期履行完毕。") if done else _("已登记，本期尚未付清。"))
        return redirect(page_of(performance))
    return move_page(request, "mediation/record_payment.html", performance, form)


@action
def remind_party(request, pk):
    """The line to ring stands beside the form; what was said goes among the contacts of the matter."""
    performance = one_performance(request, pk)
    payer = performance.instalment.payer_id if performance.instalment_id else None
    parties = selectors.PARTIES.rows(case=performance.case_id)
    form = RemindForm(sent(request), parties=parties, payer=payer)
    if submit(form, services.remind_party, performance, by=request.user):
        messages.success(request, _("督促已登记。"))
        return redirect(page_of(performance))
    return move_page(request, "mediation/remind_party.html", performance, form, parties=parties)


@action
def note_breach(request, pk):
    performance = one_performance(request, pk)
    form = BreachForm(sent(request))
    if submit(form, services.note_breach, performance, by=request.user):
        messages.success(request, _("已登记未按约履行。请告知权利人依法可以走的途径。"))
        return redirect(page_of(performance))
    return move_page(request, "mediation/note_breach.html", performance, form)


def move_page(request, template, performance, form, **more):
    refuse_move(request, performance, request.resolver_match.url_name, form)
    context = {
        "form": form,
        "performance": performance,
        "mediation": performance.agreement.mediation,
        "holds": performance.is_holder(request.user),
        **more,
    }
    return render_form(request, template, context)

"""仲裁审查确认: its page, and one page a move."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from kernel.web import action, buttons, page
from mediation import forms
from mediation.models import ArbitrationReview, ConfirmationTerm
from mediation.views.confirmation import move_on

PAGE = "mediation:arbitration_detail"


def one_arbitration(request, pk) -> ArbitrationReview:
    rows = ArbitrationReview.objects.visible_to(request.user).with_case()
    return get_object_or_404(rows.select_related("ruling", "mediation__round"), pk=pk)


@page
def arbitration_detail(request, pk):
    arbitration = one_arbitration(request, pk)
    context = {
        "arbitration": arbitration,
        "case": arbitration.case,
        "asking": arbitration.asking,
        "running": arbitration.clocks.running().first(),
        "papers": ConfirmationTerm.objects.filter(code__in=arbitration.papers),
        "buttons": buttons(arbitration, request.user),
        "parties": arbitration.case.parties.select_related("person", "organisation"),
        "in_full": arbitration.is_holder(request.user),
        "entries": arbitration.history.select_related("by").order_by("-seq"),
    }
    return render(request, "mediation/arbitration_detail.html", context)


def make_move(request, pk, verb, form_class, done):
    return move_on(request, one_arbitration(request, pk), verb, form_class, done, back=PAGE)


@action
def apply_for_arbitration(request, pk):
    done = _("申请已登记，申请期限停止计算。请打印仲裁审查申请书，递交仲裁委员会。")
    return make_move(request, pk, "apply_for_arbitration", forms.ApplyForArbitrationForm, done)


@action
def decline_arbitration(request, pk):
    return make_move(
        request, pk, "decline_arbitration", forms.ReasonedForm, _("已登记：当事人不申请仲裁审查。")
    )


@action
def hand_to_commission(request, pk):
    return make_move(
        request, pk, "hand_to_commission", forms.HandToCommissionForm, _("已登记递交，等待受理。")
    )


@action
def accept_arbitration(request, pk):
    return make_move(
        request, pk, "accept_arbitration", forms.AcceptArbitrationForm, _("已登记受理，开始计算审查期限。")
    )


@action
def confirm_arbitration(request, pk):
    return make_move(
        request, pk, "confirm_arbitration", forms.ConfirmArbitrationForm, _("仲裁调解书已登记入卷。")
    )


@action
def refuse_arbitration(request, pk):
    return make_move(
        request, pk, "refuse_arbitration", forms.RefuseArbitrationForm, _("结果已登记，文书已入卷。")
    )


@action
def withdraw_arbitration(request, pk):
    return make_move(request, pk, "withdraw_arbitration", forms.ReasonedForm, _("申请已撤回。"))

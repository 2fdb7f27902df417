"""The court's desk: take a matter, answer it, or send it back to the window."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cases.models import Case, Round
from cases.states import Route
from kernel.fields import ConfirmForm
from kernel.web import action, buttons, looked, page, render_form, require, submit, wants_part
from mediation import services
from mediation.forms import AnswerReferralForm, DeskNoteForm, SendBackReferralForm, sent
from mediation.models import CourtReferral, Entrustment
from people.roles import Role


def one_referral(request, pk) -> CourtReferral:
    referrals = CourtReferral.objects.visible_to(request.user).with_case().select_related("handler")
    return looked(request, get_object_or_404(referrals, pk=pk))


@page
def court_detail(request, pk):
    referral = one_referral(request, pk)
    context = {
        "referral": referral,
        "case": referral.case,
        "buttons": buttons(referral, request.user),
        "parties": referral.case.parties.select_related("person", "organisation"),
        "in_full": referral.is_holder(request.user),
        "arrivals": referral.round.transfers.select_related("from_unit", "by").order_by("-at"),
        "entrustments": Entrustment.objects.visible_to(request.user).filter(round=referral.round_id),
        "entries": referral.entries().exclude(verb="view").select_related("by", "dossier").order_by("-seq"),
    }
    return render(request, "mediation/court_detail.html", context)


@page
def court_panel(request, pk):
    """The piece of the case page on which a case shows what the court's desk did."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    looked(request, case, in_part=wants_part(request))
    waiting = Round.objects.visible_to(request.user).waiting_for(Route.COURT).filter(case=case)
    round = waiting.select_related("unit").first()
    context = {
        "round": round,
        "may_accept": bool(round)
        and CourtReferral.MOVES.named("accept_referral").allows(CourtReferral(unit=round.unit), request.user)
        and round.is_holder(request.user),
        "referrals": CourtReferral.objects.visible_to(request.user)
        .filter(case=case)
        .select_related("handler", "unit")
        .order_by("-opened_at"),
    }
    return render(request, "mediation/court_panel.html", context)


@action
def accept_referral(request, pk):
    rounds = Round.objects.visible_to(request.user).waiting_for(Route.COURT)
    round = get_object_or_404(rounds.select_related("case__category", "case__area", "unit"), pk=pk)
    looked(request, round)
    require(request.user, CourtReferral(case=round.case, round=round, unit=round.unit), "accept_referral")
    form = ConfirmForm(sent(request))
    if submit(form, services.accept_referral, round, by=request.user):
        messages.success(request, _("已接收。办完后请答复当事人，或者写明原因退回窗口。"))
        return redirect("mediation:court_detail", pk=form.result.pk)
    parties = round.case.parties.select_related("person", "organisation")
    arrivals = round.transfers.select_related("from_unit", "by").order_by("-at")
    context = {"form": form, "round": round, "case": round.case, "parties": parties, "arrivals": arrivals}
    return render_form(request, "mediation/accept_referral.html", context)


@action
def answer_referral(request, pk):
    referral = one_referral(request, pk)
    form = AnswerReferralForm(sent(request))
    if submit(form, services.answer_referral, referral, by=request.user):
        messages.success(request, _("已答复，由中心回访后办结。"))
        return redirect("mediation:court_detail", pk=pk)
    return render_form(
        request, "mediation/answer_referral.html", {"form": form, "referral": referral, "case": referral.case}
    )


@action
def send_back_referral(request, pk):
    referral = one_referral(request, pk)
    form = SendBackReferralForm(sent(request))
    if submit(form, services.send_back_referral, referral, by=request.user):
        messages.success(request, _("已退回%(unit)s。") % {"unit": form.cleaned_data["to_unit"]})
        return redirect("mediation:court_detail", pk=pk)
    return render_form(
        request,
        "mediation/send_back_referral.html",
        {"form": form, "referral": referral, "case": referral.case},
    )


@action
def leave_note(request):
    """A word for whoever sits at the court's desk tomorrow."""
    desk = next((post.unit for post in request.user.business_posts if post.role == Role.COURT), None)
    if desk is None:
        raise PermissionDenied(_("只有法院驻点干部可以写交班留言。"))
    form = DeskNoteForm(sent(request))
    if submit(form, services.leave_note, desk, by=request.user):
        messages.success(request, _("留言已放在窗口列表的最上面。"))
        return redirect("mediation:court_list")
    return render_form(request, "mediation/leave_note.html", {"form": form})

"""A waiting matter is accepted."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from cases.models import Round
from cases.states import Route
from kernel.web import action, looked, render_form, require, submit
from mediation import interests, services
from mediation.forms import AcceptForm, sent
from mediation.models import Mediation
from mediation.selectors import colleagues


def waiting_round(request, pk) -> Round:
    rounds = Round.objects.visible_to(request.user).waiting_for(Route.MEDIATION)
    round = get_object_or_404(rounds.select_related("case__category", "case__area", "unit"), pk=pk)
    return looked(request, round)


@action
def accept(request, pk):
    round = waiting_round(request, pk)
    require(request.user, Mediation(case=round.case, round=round, unit=round.unit), "accept")
    form = AcceptForm(sent(request), initial=services.proposed_for(round))
    if submit(form, services.accept, round, by=request.user):
        messages.success(request, _("已接办。请尽快联系双方当事人。"))
        return redirect("mediation:detail", pk=form.result.pk)
    people = colleagues(request.user, round.unit)
    context = {
        "form": form,
        "round": round,
        "case": round.case,
        "parties": round.case.parties.select_related("person", "organisation"),
        "others": interests.other_matters(round.case, request.user),
        "assignment": round.assignments.waiting().select_related("mediator", "assigned_by").first(),
        "people": people,
        "me": next((one for one in people if one.user.pk == request.user.pk), None),
    }
    return render_form(request, "mediation/accept.html", context)

"""Each party is asked whether it wants mediation."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from kernel.web import action, refuse_others, render_form, submit
from mediation import selectors, services
from mediation.forms import ConsentForm, sent
from mediation.states import Willing
from mediation.views.verbs import one_mediation

DONE = {
    Willing.AGREED: _("已记录：同意调解。"),
    Willing.REFUSED: _("当事人明确拒绝，调解已终止。请打印终止调解通知书，告知其他途径。"),
    Willing.UNDECIDED: _("已记录：尚未答复。"),
}


@action
def record_consent(request, pk):
    mediation = one_mediation(request, pk)
    parties = selectors.PARTIES.rows(case=mediation.case_id)
    answers = services.latest_answers(mediation)
    first = next((party.pk for party in parties if party.pk not in answers), None)
    form = ConsentForm(sent(request), mediation=mediation, parties=parties, user=request.user, first=first)
    refuse_others(request, mediation, "record_consent")
    if submit(form, services.record_consent, mediation, by=request.user):
        messages.success(request, DONE[Willing(form.result.answer)])
        return redirect("mediation:detail", pk=pk)
    return render_form(request, "mediation/record_consent.html", {"form": form, "mediation": mediation})

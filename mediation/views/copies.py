"""送达: copies of the agreement."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.web import action, refuse_others, render_move, submit
from mediation import selectors, services
from mediation.forms import CopyForm, sent
from mediation.views.verbs import one_mediation


@action
def hand_copy(request, pk):
    mediation = one_mediation(request, pk)
    refuse_others(request, mediation, "hand_copy")
    form = CopyForm(sent(request), parties=selectors.PARTIES.rows(case=mediation.case_id))
    back = reverse("mediation:detail", args=[pk])
    if submit(form, services.hand_copy, mediation, by=request.user):
        messages.success(request, _("送达已登记。"))
        return redirect(back)
    return render_move(request, mediation, "hand_copy", form, back=back)

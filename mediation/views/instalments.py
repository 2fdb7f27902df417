"""The rows of instalments while they are typed."""

from types import SimpleNamespace

from django.shortcuts import render

from kernel.web import action, refuse_others
from mediation import selectors
from mediation.forms import changed_rows
from mediation.views.verbs import one_mediation


@action
def instalment_rows(request, pk):
    """One row more or one less, and what they come to. Nothing is kept before the agreement itself is saved."""
    mediation = one_mediation(request, pk)
    refuse_others(request, mediation, "draft_agreement")
    parties = selectors.PARTIES.rows(case=mediation.case_id)
    rows, total = changed_rows(request.POST, parties)
    context = {"form": SimpleNamespace(rows=rows, total=total), "mediation": mediation}
    return render(request, "mediation/_instalments.html", context)

"""The panel of similar earlier matters, fetched when the page of a mediation stands."""

from django.shortcuts import render

from kernel.web import page
from mediation.similar import similar_to
from mediation.views.lists import masked_names
from mediation.views.verbs import one_mediation


@page
def similar(request, pk):
    mediation = one_mediation(request, pk, in_part=True)
    found = [(one, masked_names(one.case)) for one in similar_to(mediation.case, request.user)]
    return render(request, "mediation/similar.html", {"found": found})

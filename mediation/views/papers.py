"""What is printed: in full, and with a trace (practice.md, House and hall 6)."""

from functools import partial

from django.http import Http404
from django.shortcuts import render

from kernel.papers import FORMS, answer
from kernel.web import page, render_form, trace
from mediation.forms import ReasonForm, sent
from mediation.papers import agreement_paper, file_of, fitting, label_of, made
from mediation.views.verbs import one_agreement, one_mediation


@page
def papers(request, pk):
    """文书: the papers of this mediation's file, and when each was last printed."""
    mediation = one_mediation(request, pk)
    file = file_of(mediation)
    printed = {}
    for entry in mediation.history.filter(verb="print_paper").select_related("by").order_by("seq"):
        printed[entry.details["paper"]] = entry
    rows = [(slug, label_of(file, slug), printed.get(slug)) for slug in fitting(file)]
    context = {"mediation": mediation, "case": mediation.case, "rows": rows, "agreement": file.agreement}
    return render(request, "mediation/papers.html", context)


@page(post=True)
def print_paper(request, pk, slug, kind):
    """One paper of the file. Whose matter it is prints at once; others type a reason."""
    mediation = one_mediation(request, pk)
    file = file_of(mediation)
    if slug not in fitting(file) or kind not in FORMS:
        raise Http404
    return printed(
        request, mediation, mediation, "print_paper", partial(made, file, slug), kind=kind, paper=slug
    )


@page(post=True)
def print_agreement(request, pk, kind):
    """The agreement with all personal data."""
    agreement = one_agreement(request, pk)
    if kind not in FORMS:
        raise Http404
    make, version = partial(agreement_paper, agreement), agreement.version
    return printed(
        request, agreement.mediation, agreement, "print_agreement", make, kind=kind, version=version
    )


def printed(request, mediation, subject, verb, make, *, kind, **details):
    """A paper with its trace. A matter of one's own unit is reason enough; others type one."""
    form = ReasonForm(sent(request))
    if not subject.is_holder(request.user) and not form.is_valid():
        return render_form(request, "mediation/print_paper.html", {"form": form, "mediation": mediation})
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    trace(request, subject, verb, note=reason, details={"kind": kind, **details})
    return answer(request, make(), kind, name=mediation.case.number)

"""Papers of a matter: which fit, which were printed, and each in full with a trace (practice.md, House and hall 6)."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from cases.models import Case
from intake import forms
from intake.papers import PAPERS, Visit, fitting, visit_of
from kernel.papers import answer
from kernel.web import page, posted, render_verb, trace

KINDS = ("html", "docx")


def visit_in_sight(request, pk) -> Visit:
    cases = Case.objects.visible_to(request.user).select_related("outlet", "unit", "dossier")
    return visit_of(get_object_or_404(cases, pk=pk))


@page
def papers(request, pk):
    """打印材料: the papers of this matter, and when each was last printed. No name of anybody stands here."""
    visit = visit_in_sight(request, pk)
    printed = {}
    for entry in visit.case.history.filter(verb="print_paper").select_related("by").order_by("seq"):
        printed.setdefault(entry.details["paper"], []).append(entry)
    rows = [(slug, PAPERS[slug][0], printed.get(slug, [])) for slug in fitting(visit)]
    return render(request, "intake/papers.html", {"case": visit.case, "rows": rows})


@page(post=True)
def print_paper(request, pk, slug, kind):
    """One paper. Whoever handles the matter or received the visitor prints at once; others type a reason."""
    if slug not in PAPERS or kind not in KINDS:
        raise Http404
    visit = visit_in_sight(request, pk)
    label, make = PAPERS[slug]
    form = forms.PrintPaperForm(posted(request))
    if not is_concerned(visit, request.user) and not form.is_valid():
        back = reverse("intake:papers", args=[pk])
        return render_verb(request, form, label, subject=visit.case, back=back)
    note = form.cleaned_data["reason"] if form.is_valid() else ""
    trace(request, visit.case, "print_paper", note=note or str(label), details={"paper": slug, "kind": kind})
    return answer(request, make(visit), kind)


def is_concerned(visit, user) -> bool:
    if visit.case.is_in_hand_of(user):
        return True
    return bool(visit.ticket) and visit.ticket.receivers.filter(user=user).exists()

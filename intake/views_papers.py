"""Papers of a matter: which fit, which were printed, and each in full with a trace (practice.md, House and hall 6)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from cases.states import Side
from intake import forms, services
from intake.papers import PAPERS, Visit, fitting, visit_of
from kernel.papers import answer
from kernel.web import action, page, posted, render_verb, submit, trace

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
    context = {
        "case": visit.case,
        "rows": rows,
        "readings": visit.readings(),
        "may_read_back": visit.concerns(request.user),
    }
    return render(request, "intake/papers.html", context)


@page(post=True)
def print_paper(request, pk, slug, kind):
    """One paper. Whoever handles the matter or received the visitor prints at once; others type a reason."""
    if slug not in PAPERS or kind not in KINDS:
        raise Http404
    visit = visit_in_sight(request, pk)
    label, make = PAPERS[slug]
    form = forms.PrintPaperForm(posted(request))
    if not visit.concerns(request.user) and not form.is_valid():
        back = reverse("intake:papers", args=[pk])
        return render_verb(request, form, label, subject=visit.case, back=back)
    note = form.cleaned_data["reason"] if form.is_valid() else ""
    trace(request, visit.case, "print_paper", note=note or str(label), details={"paper": slug, "kind": kind})
    return answer(request, make(visit), kind)


@action
def read_back(request, pk):
    """宣读记录: the register form was read to an applicant, who confirmed it, or did not."""
    visit = visit_in_sight(request, pk)
    back = reverse("intake:papers", args=[pk])
    if not visit.concerns(request.user):
        raise PermissionDenied(_("只有接待人员和办理单位可以登记宣读情况。"))
    form = forms.ReadBackForm(posted(request), applicants=visit.case.parties.filter(side=Side.APPLICANT))
    if submit(form, services.read_back, visit, by=request.user):
        messages.success(request, _("已登记宣读情况。"))
        return redirect(back)
    return render_verb(request, form, _("登记宣读情况"), subject=visit.case, back=back)

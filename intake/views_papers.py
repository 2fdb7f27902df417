"""Papers of a matter: which fit, which were printed, and each in full with a trace (practice.md, House and hall 6)."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from cases.papers import Row, printings
from cases.states import Side
from cases.views_papers import signed_copy
from intake import forms, services
from intake.papers import PAPERS, UNSIGNED, Visit, fitting, label_of, visit_of
from kernel.papers import FORMS, answer
from kernel.web import action, looked, page, posted, render_verb, submit, trace


def visit_in_sight(request, pk) -> Visit:
    cases = Case.objects.visible_to(request.user).select_related("outlet", "unit", "dossier")
    return visit_of(looked(request, get_object_or_404(cases, pk=pk)), request.user)


@page
def papers(request, pk):
    """打印材料: the papers of this matter, and when each was last printed. No name of anybody stands here."""
    visit = visit_in_sight(request, pk)
    concerned = visit.concerns(request.user)
    printed = printings(visit.case)
    context = {
        "case": visit.case,
        "rows": [row_of(visit, slug, printed.get(slug, []), concerned) for slug in fitting(visit)],
        "readings": visit.readings(),
        "may_read_back": concerned,
    }
    return render(request, "intake/papers.html", context)


def row_of(visit, slug, printed, concerned) -> Row:
    case = visit.case
    addresses = [reverse("intake:print_paper", args=[case.pk, slug, kind]) for kind in FORMS]
    is_signed = concerned and printed and slug not in UNSIGNED
    signed_url = reverse("intake:keep_signed", args=[case.pk, slug]) if is_signed else ""
    return Row(label_of(slug, visit), printed, *addresses, signed_url)


@page(post=True)
def print_paper(request, pk, slug, kind):
    """One paper. Whoever handles the matter or received the visitor prints at once; others type a reason."""
    if slug not in PAPERS or kind not in FORMS:
        raise Http404
    visit = visit_in_sight(request, pk)
    label, make = label_of(slug, visit), PAPERS[slug][1]
    form = forms.PrintPaperForm(posted(request))
    if not visit.concerns(request.user) and not form.is_valid():
        back = reverse("intake:papers", args=[pk])
        return render_verb(request, form, label, subject=visit.case, back=back)
    note = form.cleaned_data["reason"] if form.is_valid() else ""
    trace(request, visit.case, "print_paper", note=note or label, details={"paper": slug, "kind": kind})
    return answer(request, make(visit), kind)


@action
def read_back(request, pk):
    """宣读记录: the register form was read to an applicant, who confirmed it, or did not."""
    visit = visit_in_sight(request, pk)
    back = reverse("intake:papers", args=[pk])
    if not visit.concerns(request.user):
        raise PermissionDenied(_("只有接待人员和办理单位可以登记宣读情况。"))
    form = forms.ReadBackForm(
        posted(request), request.FILES or None, applicants=visit.case.parties.filter(side=Side.APPLICANT)
    )
    if submit(form, services.read_back, visit, by=request.user):
        messages.success(request, _("已登记宣读情况。"))
        return redirect(back)
    return render_verb(request, form, _("登记宣读情况"), subject=visit.case, back=back)


@action
def keep_signed(request, pk, slug):
    """已签扫描件: the paper that was printed came back signed."""
    if slug not in PAPERS or slug in UNSIGNED:
        raise Http404
    visit = visit_in_sight(request, pk)
    back = reverse("intake:papers", args=[pk])
    if not visit.concerns(request.user):
        raise PermissionDenied(_("只有接待人员和办理单位可以上传已签扫描件。"))
    printed = printings(visit.case).get(slug, [])
    keep = partial(services.keep_signed, visit, slug)
    return signed_copy(request, keep, label_of(slug, visit), printed, subject=visit.case, back=back)

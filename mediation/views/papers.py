"""What is printed: in full, and with a trace (practice.md, House and hall 6)."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.papers import Row, printings
from cases.views_papers import signed_copy
from kernel.papers import FORMS, PDF, answer, download
from kernel.web import action, page, render_form, trace
from mediation import services
from mediation.binding import whole_file
from mediation.forms import ReasonForm, sent
from mediation.papers import (
    BINDING,
    agreement_paper,
    before_the_agreement,
    file_of,
    fitting,
    label_of,
    label_of_agreement,
    made,
)
from mediation.views.verbs import one_agreement, one_mediation


@page
def papers(request, pk):
    """文书: the papers of this mediation's file, and when each was last printed."""
    mediation = one_mediation(request, pk)
    file, holds = file_of(mediation), mediation.is_holder(request.user)
    printed = printings(mediation)
    rows = [
        row_of(mediation, slug, label_of(file, slug), printed.get(slug, []), holds) for slug in fitting(file)
    ]
    place = before_the_agreement(file)
    rows[place:place] = [agreement_row(one, holds) for one in file.agreements]
    return render(
        request, "mediation/papers.html", {"mediation": mediation, "case": mediation.case, "rows": rows}
    )


def row_of(mediation, slug, label, made, holds) -> Row:
    addresses = [reverse("mediation:print_paper", args=[mediation.pk, slug, kind]) for kind in FORMS]
    is_signed = holds and made and slug not in BINDING
    signed_url = reverse("mediation:keep_signed", args=[mediation.pk, slug]) if is_signed else ""
    return Row(label, made, *addresses, signed_url)


def agreement_row(agreement, holds) -> Row:
    addresses = [reverse("mediation:print_agreement", args=[agreement.pk, kind]) for kind in FORMS]
    made = printings(agreement, "print_agreement").get("", [])
    signed_url = reverse("mediation:keep_signed_agreement", args=[agreement.pk]) if holds and made else ""
    return Row(label_of_agreement(agreement), made, *addresses, signed_url)


@action
def keep_signed(request, pk, slug):
    """已签扫描件 of a paper of the file."""
    mediation = one_mediation(request, pk)
    file = file_of(mediation)
    if slug not in fitting(file) or slug in BINDING:
        raise Http404
    keep = partial(services.keep_signed, mediation, paper=slug)
    return kept(request, mediation, keep, label_of(file, slug), printings(mediation).get(slug, []))


@action
def keep_signed_agreement(request, pk):
    """已签扫描件 of the agreement."""
    agreement = one_agreement(request, pk)
    made = printings(agreement, "print_agreement").get("", [])
    keep = partial(services.keep_signed, agreement)
    return kept(request, agreement.mediation, keep, label_of_agreement(agreement), made)


def kept(request, mediation, keep, label, made):
    if not mediation.is_holder(request.user):
        raise PermissionDenied(_("只有办理这件调解的单位可以上传已签扫描件。"))
    back = reverse("mediation:papers", args=[mediation.pk])
    return signed_copy(request, keep, label, made, subject=mediation, back=back)


@page(post=True)
def print_paper(request, pk, slug, kind):
    """One paper of the file. Whose matter it is prints at once; others type a reason."""
    mediation = one_mediation(request, pk)
    file = file_of(mediation)
    if slug not in fitting(file) or kind not in FORMS:
        raise Http404

    def deliver():
        return answer(request, made(file, slug), kind, name=mediation.case.number)

    return printed(request, mediation, mediation, "print_paper", deliver, kind=kind, paper=slug)


@page(post=True)
def print_agreement(request, pk, kind):
    """The agreement with all personal data."""
    agreement = one_agreement(request, pk)
    if kind not in FORMS:
        raise Http404

    def deliver():
        return answer(request, agreement_paper(agreement), kind, name=agreement.mediation.case.number)

    details = {"kind": kind, "version": agreement.version}
    return printed(request, agreement.mediation, agreement, "print_agreement", deliver, **details)


@page(post=True)
def print_file(request, pk):
    """整卷: cover, contents, papers, scans and pictures, bound as one PDF."""
    mediation = one_mediation(request, pk)

    def deliver():
        content = whole_file(file_of(mediation), reader=request.user)
        return download(content, PDF, f"{_('人民调解卷宗')}-{mediation.case.number}.pdf")

    return printed(request, mediation, mediation, "print_paper", deliver, kind="pdf", paper="file")


def printed(request, mediation, subject, verb, deliver, **details):
    """What is printed, with its trace. A matter of one's own unit is reason enough; others type one."""
    form = ReasonForm(sent(request))
    if not subject.is_holder(request.user) and not form.is_valid():
        return render_form(request, "mediation/print_paper.html", {"form": form, "mediation": mediation})
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    trace(request, subject, verb, note=reason, details=details)
    return deliver()

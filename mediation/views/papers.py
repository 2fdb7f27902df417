"""What is printed: in full, and with a trace (practice.md, House and hall 6)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from kernel.web import page, trace
from mediation.capitals import date_in_chinese
from mediation.forms import ReasonForm, sent
from mediation.models import Mediation
from mediation.papers import agreement as papers
from mediation.states import State
from mediation.views.verbs import one_agreement, one_mediation

KINDS = {"docx": (papers.docx, papers.DOCX), "pdf": (papers.pdf, papers.PDF)}


@page(post=True)
def print_agreement(request, pk, kind):
    """The agreement with all personal data. An open case of one's own is reason enough; others type one."""
    agreement = one_agreement(request, pk)
    form = ReasonForm(sent(request))
    if not agreement.is_holder(request.user) and not form.is_valid():
        context = {"form": form, "agreement": agreement, "mediation": agreement.mediation}
        return render(
            request, "mediation/print_agreement.html", context, status=422 if form.is_bound else 200
        )
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    trace(
        request,
        agreement,
        "print_agreement",
        note=reason,
        details={"kind": kind, "version": agreement.version},
    )
    make, content_type = KINDS[kind]
    response = HttpResponse(make(agreement), content_type=content_type)
    filename = f"{papers.title(agreement)}-{agreement.mediation.case.number}.{kind}"
    response.headers["Content-Disposition"] = content_disposition_header(kind == "docx", filename)
    return response


@page
def print_notice(request, pk):
    """终止调解通知书: why the mediation ended, and which channels stay open (人民调解法 17, 26)."""
    failed = Mediation.objects.visible_to(request.user).filter(state=State.FAILED)
    mediation = get_object_or_404(failed.with_case().select_related("mediator"), pk=pk)
    trace(request, mediation, "print_notice")
    context = {
        "mediation": mediation,
        "case": mediation.case,
        "parties": mediation.case.parties.all(),
        "day": date_in_chinese(timezone.localdate(mediation.ended_at)),
        "began": timezone.localdate(mediation.opened_at),
    }
    return render(request, "mediation/print_notice.html", context)


@page
def print_session(request, pk, number):
    """人民调解记录: one session, to be read, signed and filed."""
    mediation = one_mediation(request, pk)
    session = get_object_or_404(mediation.sessions.select_related("recorded_by"), number=number)
    trace(request, mediation, "print_session", note=_("第 %(number)d 次调解") % {"number": number})
    context = {
        "mediation": mediation,
        "case": mediation.case,
        "session": session,
        "attended": session.attended.all(),
    }
    return render(request, "mediation/print_session.html", context)

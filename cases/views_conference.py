"""会商: units sit together over a matter. 代录: what a leader wrote about it on paper."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from cases import forms, services
from cases.models import Conference, Instruction
from cases.papers import minutes_of
from cases.views import case_url, make_move, render_file_form, visible_case
from kernel.editing import seen_token
from kernel.papers import FORMS, answer
from kernel.web import action, looked, page, posted, require, submit, trace


@action
def enter_instruction(request, pk):
    case = visible_case(request, pk)
    form = forms.InstructionForm(posted(request), request.FILES or None)
    if submit(form, services.enter_instruction, case, by=request.user):
        messages.success(request, _("批示已代录，办理单位可以看到。"))
        return redirect(case_url(pk, "#instructions"))
    return render_file_form(request, case, form, _("代录领导批示"))


@action
def correct_instruction(request, pk):
    rows = Instruction.objects.visible_to(request.user).select_related("case")
    instruction = get_object_or_404(rows, pk=pk)
    looked(request, instruction.case)
    shown = {"author": instruction.author, "words": instruction.words}
    initial = shown | {"seen": seen_token(instruction, "correct_instruction", shown)}
    form = forms.CorrectInstructionForm(posted(request), initial=initial)
    if submit(form, services.correct_instruction, instruction, by=request.user):
        messages.success(request, _("已更正，原文留在档案里。"))
        return redirect(case_url(instruction.case_id, "#instructions"))
    return render_file_form(request, instruction.case, form, _("更正批示"))


@action
def call_conference(request, pk):
    case = visible_case(request, pk)
    require(request.user, Conference(case=case), "call_conference")
    form = forms.ConferenceForm(posted(request), user=request.user, case=case)
    if submit(form, services.call_conference, case, by=request.user):
        messages.success(request, _("已发出会商通知。"))
        return redirect(form.result.url)
    return render_file_form(request, case, form, _("发起会商"))


def visible_conference(request, pk) -> Conference:
    conferences = Conference.objects.visible_to(request.user).select_related("case", "unit")
    return looked(request, get_object_or_404(conferences, pk=pk))


@action
def hold_conference(request, pk):
    conference = visible_conference(request, pk)
    form = forms.HoldConferenceForm(posted(request), user=request.user, conference=conference)
    return make_move(request, conference, "hold_conference", form, back=conference.url)


@action
def cancel_conference(request, pk):
    conference = visible_conference(request, pk)
    form = forms.NoteForm(posted(request))
    done = _("会商已取消，已通知参加单位。")
    return make_move(request, conference, "cancel_conference", form, back=conference.url, done=done)


@page(post=True)
def print_conference(request, pk, kind):
    """会商纪要, as a page or as a file; before it was held, a sheet to write on."""
    if kind not in FORMS:
        raise Http404
    conference = visible_conference(request, pk)
    trace(request, conference, "print_conference", details={"kind": kind})
    return answer(request, minutes_of(conference), kind, name=conference.case.number)

"""Letters: drafted in parts, checked, signed for issue, printed, delivered with a receipt."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kernel.editing import seen_token
from kernel.papers import FORMS, answer
from kernel.web import action, page, posted, refuse_move, render_form, submit, trace
from petitions import forms, services
from petitions.papers import letter_paper
from petitions.states import LetterKind, Level
from petitions.views.rows import make_move, one_letter


@page(post=True)
def print_letter(request, pk, kind):
    """One letter, with a trace: it names the petitioner in full."""
    letter = one_letter(request, pk)
    if kind not in FORMS:
        raise Http404
    if not letter.may_be_printed_by(request.user):
        raise PermissionDenied(_("文书由制发单位和信访部门打印。"))
    trace(request, letter, "print_paper", details={"kind": kind})
    return answer(request, letter_paper(letter), kind, name=letter.number)


def move(request, pk, service, form_class, done, *files):
    letter = one_letter(request, pk)
    form = form_class(posted(request), *files)
    return make_move(request, letter, service, form, back=letter.url, done=done)


@action
def edit_letter(request, pk):
    """A draft in its parts. Who was overtaken sees both texts."""
    letter = one_letter(request, pk)
    options: dict = {}
    form_class: type = forms.EditOpinionForm
    if letter.kind != LetterKind.OPINION:
        level = Level.REVIEW if letter.kind == LetterKind.REVIEW else Level.REREVIEW
        form_class, options = forms.EditDecisionForm, {"level": level}
    fields = [name for name in form_class(**options).fields if name != "seen"]
    initial = {name: getattr(letter, name) for name in fields}
    initial["seen"] = seen_token(letter, "edit_letter", fields)
    form = form_class(posted(request), initial=initial, **options)
    if submit(form, services.edit_letter, letter, by=request.user):
        messages.success(request, _("草稿已保存。"))
        return redirect(letter.url)
    refuse_move(request, letter, "edit_letter", form)
    label = _("保存草稿")
    context = {"form": form, "case": letter.case, "label": label, "back": letter.url}
    return render_form(request, "petitions/write_letter.html", context)


@action
def check_letter(request, pk):
    return move(request, pk, services.check_letter, forms.OptionalNoteForm, _("已核稿，请单位负责人签发。"))


@action
def return_letter(request, pk):
    return move(request, pk, services.return_letter, forms.NoteForm, _("已退回修改。"))


@action
def sign_letter(request, pk):
    return move(request, pk, services.sign_letter, forms.OptionalNoteForm, _("已签发、编号，请用印、送达。"))


@action
def deliver_letter(request, pk):
    files = request.FILES or None
    return move(request, pk, services.deliver_letter, forms.DeliverForm, _("已登记送达。"), files)

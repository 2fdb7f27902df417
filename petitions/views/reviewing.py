"""复查、复核, and the same matter come again."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kernel.web import action, posted, refuse_move, render_form, render_verb, require, submit
from petitions import forms, services
from petitions.models import Registration, Review
from petitions.views.rows import (
    make_move,
    one_handling,
    one_letter,
    one_registration,
    one_review,
    page_of,
)


@action
def ask_review(request, pk):
    return asked(request, pk, "ask_review")


@action
def ask_rereview(request, pk):
    return asked(request, pk, "ask_rereview")


def asked(request, pk, verb):
    letter = one_letter(request, pk)
    new = Review(case=letter.case, against=letter, unit=letter.handling.unit)
    require(request.user, new, verb)
    form = forms.AskReviewForm(posted(request), initial={"body": letter.remedy_to})
    if submit(form, getattr(services, verb), letter, by=request.user):
        messages.success(request, _("申请已登记，期限从收到申请之日起算。"))
        return redirect(page_of(letter.handling))
    label = new.MOVES.named(verb).label
    return render_verb(request, form, label, subject=letter, back=page_of(letter.handling))


@action
def draft_decision(request, pk):
    review = one_review(request, pk)
    form = forms.DecisionLetterForm(posted(request), level=review.level)
    if submit(form, services.draft_decision, review, by=request.user):
        messages.success(request, _("意见书已拟稿，请他人核稿、负责人签发。"))
        return redirect(review.url)
    refuse_move(request, review, "draft_decision", form)
    context = {
        "form": form,
        "case": review.case,
        "label": review.MOVES.named("draft_decision").label,
        "back": review.url,
    }
    return render_form(request, "petitions/write_letter.html", context)


@action
def enter_outcome(request, pk):
    review = one_review(request, pk)
    form = forms.OutcomeForm(posted(request), request.FILES or None, level=review.level)
    done = _("上级机关的意见已登记，意见书已入卷。")
    return make_move(request, review, services.enter_outcome, form, back=review.url, done=done)


@action
def withdraw_review(request, pk):
    review = one_review(request, pk)
    form = forms.NoteForm(posted(request))
    done = _("已登记撤回。")
    return make_move(request, review, services.withdraw_review, form, back=review.url, done=done)


@action
def register_return(request, pk):
    handling = one_handling(request, pk)
    new = Registration(case=handling.case, handling=handling)
    require(request.user, new, "register_return")
    form = forms.ReturnForm(posted(request))
    if submit(form, services.register_return, handling, by=request.user):
        messages.success(request, _("已登记。同一事项不另立新件，请答复信访人。"))
        return redirect(page_of(handling))
    label = new.MOVES.named("register_return").label
    return render_verb(request, form, label, subject=handling, back=page_of(handling))


@action
def answer_return(request, pk):
    registration = one_registration(request, pk)
    form = forms.AnswerReturnForm(posted(request))
    back = page_of(registration.handling)
    return make_move(request, registration, services.answer_return, form, back=back, done=_("已记入登记。"))


@action
def refuse_return(request, pk):
    registration = one_registration(request, pk)
    form = forms.RefuseReturnForm(posted(request))
    back = page_of(registration.handling)
    done = _("告知书已编号，请送达信访人。")
    return make_move(request, registration, services.refuse_return, form, back=back, done=done)

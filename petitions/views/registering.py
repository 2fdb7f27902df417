"""Registration of a petition, and two that are one."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kernel.editing import seen_token
from kernel.web import action, posted, refuse_move, render_form, render_verb, require, submit
from petitions import forms, services
from petitions.models import Registration
from petitions.selectors import earlier_petitions
from petitions.views.rows import one_handling, one_registration, page_of


@action
def register_petition(request, pk):
    handling = one_handling(request, pk)
    require(request.user, Registration(case=handling.case, handling=handling), "register_petition")
    earlier = earlier_petitions(handling, request.user)
    initial = {"is_repeated": any(one.is_alike for one in earlier)}
    form = forms.RegisterForm(posted(request), initial=initial, handling=handling, user=request.user)
    if submit(form, services.register_petition, handling, by=request.user):
        messages.success(request, _("%(number)s 已登记，请甄别办理。") % {"number": handling})
        return redirect(page_of(handling))
    context = {"form": form, "handling": handling, "case": handling.case, "earlier": earlier}
    return render_form(request, "petitions/register_petition.html", context)


@action
def correct_registration(request, pk):
    registration = one_registration(request, pk)
    fields = Registration.FIELDS
    initial = {name: getattr(registration, name) for name in fields}
    initial["seen"] = seen_token(registration, "correct_registration", fields)
    form = forms.CorrectRegistrationForm(
        posted(request), initial=initial, handling=registration.handling, user=request.user
    )
    back = page_of(registration.handling)
    if submit(form, services.correct_registration, registration, by=request.user):
        messages.success(request, _("登记已更正。"))
        return redirect(back)
    refuse_move(request, registration, "correct_registration", form)
    return render_verb(request, form, _("更正登记"), subject=registration.handling, back=back)


@action
def merge_petition(request, pk):
    handling = one_handling(request, pk)
    form = forms.MergeForm(
        posted(request), found=earlier_petitions(handling, request.user), user=request.user
    )
    if submit(form, services.merge_petition, handling, by=request.user):
        messages.success(request, _("%(number)s 已并入同一事项。") % {"number": handling})
        return redirect(page_of(handling))
    refuse_move(request, handling, "merge_petition", form)
    label = handling.MOVES.named("merge_petition").label
    return render_verb(request, form, label, subject=handling, back=page_of(handling))

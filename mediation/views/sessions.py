"""Sessions: agreed on, moved, adjourned, held, and their records signed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from kernel.editing import seen_token
from kernel.web import action, page, refuse_move, refuse_others, render_form, submit
from mediation import selectors, services
from mediation.forms import (
    AddendumForm,
    AdjournSessionForm,
    AttemptForm,
    CancelSessionForm,
    CorrectRecordForm,
    HoldSessionForm,
    MoveSessionForm,
    PlanSessionForm,
    SignRecordForm,
    sent,
)
from mediation.ics import CONTENT_TYPE, calendar
from mediation.models import Session, SessionPlan
from mediation.views.verbs import one_mediation


def one_plan(request, pk) -> SessionPlan:
    plans = SessionPlan.objects.visible_to(request.user)
    return get_object_or_404(
        plans.select_related("mediation__case__category", "mediation__case__area", "mediation__unit", "room"),
        pk=pk,
    )


def one_session(request, pk) -> Session:
    sessions = Session.objects.visible_to(request.user).select_related(
        "mediation__case__category", "mediation__case__area", "mediation__unit", "mediation__mediator", "plan"
    )
    return get_object_or_404(sessions, pk=pk)


def sessions_url(mediation) -> str:
    return reverse("mediation:detail", args=[mediation.pk]) + "#sessions"


@action
def plan_session(request, pk):
    mediation = one_mediation(request, pk)
    form = PlanSessionForm(sent(request), mediation=mediation, user=request.user)
    refuse_others(request, mediation, "plan_session")
    refuse_move(request, mediation, "plan_session", form)
    if submit(form, services.plan_session, mediation, by=request.user):
        messages.success(request, _("已约定%(plan)s。请打印调解通知书交当事人。") % {"plan": form.result})
        return redirect(sessions_url(mediation))
    context = {"form": form, "mediation": mediation, "booked": selectors.sessions_to_come(request.user)}
    return render_form(request, "mediation/plan_session.html", context)


@action
def move_session(request, pk):
    plan = one_plan(request, pk)
    form = MoveSessionForm(sent(request), plan=plan, user=request.user)
    return change_plan(request, plan, "move_session", form, _("已改期，请重新通知当事人。"))


@action
def cancel_session(request, pk):
    plan = one_plan(request, pk)
    form = CancelSessionForm(sent(request))
    return change_plan(request, plan, "cancel_session", form, _("已取消，请通知当事人。"))


@action
def adjourn_session(request, pk):
    plan = one_plan(request, pk)
    form = AdjournSessionForm(sent(request), plan=plan, user=request.user)
    return change_plan(request, plan, "adjourn_session", form, _("已休会，并约定下一次。请记录这次调解。"))


@action
def hold_session(request, pk):
    plan = one_plan(request, pk)
    form = HoldSessionForm(sent(request), plan=plan, user=request.user)
    return change_plan(request, plan, "hold_session", form, _("已记录。请向在场人员宣读，并请他们签名。"))


def change_plan(request, plan, verb, form, done):
    """The page of one move of a planned session; the service has the name of the move."""
    refuse_move(request, plan, verb, form)
    if submit(form, getattr(services, verb), plan, by=request.user):
        messages.success(request, done)
        return redirect(sessions_url(plan.mediation))
    label = plan.MOVES.named(verb).label
    context = {"form": form, "mediation": plan.mediation, "plan": plan, "label": label}
    return render_form(request, "mediation/change_session.html", context)


@page
def session_ics(request, pk):
    """The session for a calendar outside."""
    plan = one_plan(request, pk)
    address = request.build_absolute_uri(reverse("mediation:detail", args=[plan.mediation_id]))
    response = HttpResponse(calendar(plan, address), content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = content_disposition_header(True, f"tiaojie-{plan.pk}.ics")
    return response


@page
def sessions_today(request):
    """What stands beside the check-ins of the hall: who is expected today, when and where."""
    plans = selectors.sessions_of_the_day(request.user, timezone.localdate())
    return render(request, "mediation/sessions_today.html", {"plans": plans})


@action
def add_attempt(request, pk):
    session = one_session(request, pk)
    form = AttemptForm(sent(request))
    return add_to_record(request, session, "add_attempt", form, _("方案已记录。"))


@action
def correct_record(request, pk):
    session = one_session(request, pk)
    shown = {name: getattr(session, name) for name in Session.TEXTS}
    initial = shown | {"seen": seen_token(session, "correct_record", shown)}
    form = CorrectRecordForm(sent(request), initial=initial)
    return add_to_record(request, session, "correct_record", form, _("记录已修改，请重新宣读。"))


@action
def sign_record(request, pk):
    session = one_session(request, pk)
    signers = selectors.signers_of_record(session)
    form = SignRecordForm(sent(request), request.FILES or None, signers=signers)
    return add_to_record(request, session, "sign_record", form, _("签名已登记，记录不能再改。"))


@action
def add_addendum(request, pk):
    session = one_session(request, pk)
    form = AddendumForm(sent(request))
    return add_to_record(request, session, "add_addendum", form, _("补正已写在记录后面。"))


def add_to_record(request, session, verb, form, done):
    """The page of one addition to a record, which stands beside the form."""
    mediation = session.mediation
    refuse_move(request, mediation, verb, form)
    if submit(form, getattr(services, verb), session, by=request.user):
        messages.success(request, done)
        return redirect(sessions_url(mediation))
    label = mediation.MOVES.named(verb).label
    context = {"form": form, "mediation": mediation, "session": session, "label": label}
    return render_form(request, "mediation/add_to_record.html", context)

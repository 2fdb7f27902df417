"""The pages of the desk's moves: taken, answered, sorted."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Round
from cases.states import Route
from kernel.web import action, looked, posted, render_move, require, submit
from people.models import Unit
from petitions import forms, services
from petitions.models import PetitionHandling
from petitions.views.rows import make_move, one_handling, page_of


@action
def accept_petition(request, pk):
    rounds = Round.objects.visible_to(request.user).filter(route=Route.PETITIONS)
    round = looked(request, get_object_or_404(rounds.select_related("case", "unit"), pk=pk))
    opening = PetitionHandling(case=round.case, round=round, unit=round.unit)
    require(request.user, opening, "accept_petition")
    form = forms.NoForm(posted(request))
    if submit(form, services.accept_petition, round, by=request.user):
        messages.success(request, _("%(number)s 已接办，请登记。") % {"number": round})
        return redirect(page_of(form.result))
    return render_move(request, opening, "accept_petition", form, back=reverse("petitions:list"))


def sort(request, pk, service, form_class, done, **options):
    """The page of one outcome."""
    handling = one_handling(request, pk)
    form = form_class(posted(request), **options)
    return make_move(request, handling, service, form, back=page_of(handling), done=done)


@action
def answer_petition(request, pk):
    return sort(request, pk, services.answer_petition, forms.AnswerForm, _("已答复，等待中心回访。"))


@action
def tell_whom(request, pk):
    return sort(request, pk, services.tell_whom, forms.WhomForm, told())


@action
def other_route(request, pk):
    return sort(request, pk, services.other_route, forms.RouteForm, told())


@action
def not_accept(request, pk):
    return sort(request, pk, services.not_accept, forms.WhomForm, told())


@action
def no_longer_accept(request, pk):
    return sort(request, pk, services.no_longer_accept, forms.WhomForm, told())


def told() -> str:
    return _("已办理。告知书已编号，请打印、送达信访人并登记送达。")


@action
def pass_to_justice(request, pk):
    units = Unit.objects.filter(kind__in=[Unit.Kind.DEPARTMENT, Unit.Kind.COURT])
    return sort(request, pk, services.pass_to_justice, forms.JusticeForm, told(), units=units)


@action
def refer_up(request, pk):
    return sort(request, pk, services.refer_up, forms.ReferUpForm, _("请示已编号，请送出。决定后请登记。"))


@action
def report_urgent(request, pk):
    done = _("报告已编号，请立即报出；进展续报。")
    return sort(request, pk, services.report_urgent, forms.UrgentForm, done)


@action
def enter_decision(request, pk):
    return sort(request, pk, services.enter_decision, forms.DecisionForm, _("决定已登记，请按决定办理。"))


@action
def conclude_petition(request, pk):
    return sort(request, pk, services.conclude_petition, forms.ConcludeForm, _("已办结，等待中心回访。"))


@action
def hand_to_discipline(request, pk):
    """Afterwards the officer sees the file no more, so there is no page of it to go back to."""
    handling = one_handling(request, pk)
    units = Unit.objects.filter(kind=Unit.Kind.DISCIPLINE)
    form = forms.DisciplineForm(posted(request), units=units)
    if submit(form, services.hand_to_discipline, handling, by=request.user):
        messages.success(request, _("已移送。本件限制查看，您不能再打开。"))
        return redirect("petitions:list")
    return render_move(request, handling, "hand_to_discipline", form, back=page_of(handling))


@action
def send_back_petition(request, pk):
    handling = one_handling(request, pk)
    form = forms.SendBackForm(posted(request))
    done = _("%(number)s 已退回中心窗口。") % {"number": handling}
    if submit(form, services.send_back_petition, handling, by=request.user):
        messages.success(request, done)
        return redirect("petitions:list")
    return render_move(request, handling, "send_back_petition", form, back=page_of(handling))

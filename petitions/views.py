from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lists import DESK_TABS, desk_columns, desk_tab, of_my_desk, topics_of_work, words_of_case
from cases.models import Case, Round
from cases.selectors import LOOKS
from cases.states import Route
from kernel.listing import Listing, render_list
from kernel.web import action, buttons, looked, page, posted, render_move, require, submit, wants_part
from petitions import forms, services
from petitions.models import PetitionHandling

COLUMNS = desk_columns("petitions:detail")


@page(post=True)
def petition_list(request):
    """What waits for the petition desk, what it has in hand, and what it has done."""
    tab = desk_tab(request)
    listing = Listing(
        request,
        waiting_for(request.user) if tab == "waiting" else handled_by(request.user, tab),
        COLUMNS[tab],
        sort="-opened_at",
        filters=forms.WaitingFilter if tab == "waiting" else forms.HandledFilter,
        search=words_of_case,
        topics=topics_of_work(request.user),
        empty_text=_("没有符合条件的信访事项。"),
        user=request.user,
    )
    return render_list(request, "petitions/list.html", listing, _("信访办理"), tab=tab, tabs=DESK_TABS)


def waiting_for(user):
    rounds = Round.objects.visible_to(user).waiting_for(Route.PETITIONS)
    return of_my_desk(rounds, user).select_related("case__category", "unit").prefetch_related("case__parties")


def handled_by(user, tab):
    rows = PetitionHandling.objects.visible_to(user).in_tab(tab)
    rows = of_my_desk(rows, user).select_related("case__category", "round", "unit", "handler")
    return rows.prefetch_related("case__parties")


@page
def detail(request, pk):
    handling = visible_handling(request, pk)
    entries = handling.history.exclude(verb__in=LOOKS).select_related("by", "dossier").order_by("-seq")
    context = {"handling": handling, "buttons": buttons(handling, request.user), "entries": entries}
    return render(request, "petitions/detail.html", context)


def visible_handling(request, pk) -> PetitionHandling:
    handlings = PetitionHandling.objects.visible_to(request.user).with_case()
    return looked(request, get_object_or_404(handlings, pk=pk))


@page
def panel(request, pk):
    """The petition desk's piece of the page of a case."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    looked(request, case, in_part=wants_part(request))
    handlings = PetitionHandling.objects.visible_to(request.user).filter(case=case)
    rows = [(row, buttons(row, request.user)) for row in handlings.with_case().order_by("opened_at")]
    waiting = Round.objects.visible_to(request.user).waiting_for(Route.PETITIONS).filter(case=case)
    waiting = waiting.select_related("case", "unit").first()
    context = {"rows": rows, "waiting": waiting, "may_accept": waiting and may_accept(waiting, request.user)}
    return render(request, "petitions/panel.html", context)


def may_accept(round, user) -> bool:
    """Whether this reader could take a waiting matter in hand: by role, and by unit."""
    opening = PetitionHandling(case=round.case, round=round, unit=round.unit)
    return opening.MOVES.named("accept_petition").allows(opening, user) and round.is_holder(user)


@action
def accept_petition(request, pk):
    rounds = Round.objects.visible_to(request.user).filter(route=Route.PETITIONS)
    round = looked(request, get_object_or_404(rounds.select_related("case", "unit"), pk=pk))
    opening = PetitionHandling(case=round.case, round=round, unit=round.unit)
    require(request.user, opening, "accept_petition")
    form = forms.NoForm(posted(request))
    if submit(form, services.accept_petition, round, by=request.user):
        messages.success(request, _("%(number)s 已接办。") % {"number": round})
        return redirect("cases:detail", round.case_id)
    return render_move(request, opening, "accept_petition", form, back=reverse("petitions:list"))


@action
def answer_petition(request, pk):
    handling = visible_handling(request, pk)
    form = forms.AnswerForm(posted(request))
    if submit(form, services.answer_petition, handling, by=request.user):
        messages.success(request, _("%(number)s 已答复，等待中心回访。") % {"number": handling})
        return redirect("petitions:detail", pk)
    return render_move(request, handling, "answer_petition", form, back=handling_url(pk))


@action
def send_back_petition(request, pk):
    handling = visible_handling(request, pk)
    form = forms.SendBackForm(posted(request))
    if submit(form, services.send_back_petition, handling, by=request.user):
        messages.success(request, _("%(number)s 已退回中心窗口。") % {"number": handling})
        return redirect("petitions:list")
    return render_move(request, handling, "send_back_petition", form, back=handling_url(pk))


def handling_url(pk) -> str:
    return reverse("petitions:detail", args=[pk])

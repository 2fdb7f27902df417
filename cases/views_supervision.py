"""督办: who is pressed and what they answered; 期限巡检: whether the clocks are told on time."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import escalation, forms, selectors, services
from cases.lists import topics_of_supervision, words_of_case
from cases.models import Card, ClockWatch, Deferral
from cases.views import case_url, make_move, visible_case, visible_round
from kernel import recounting
from kernel.listing import Column, Listing, render_list
from kernel.models import Firing
from kernel.web import (
    action,
    looked,
    page,
    posted,
    render_move,
    render_part,
    render_verb,
    require,
    submit,
)
from people.roles import SUPERVISORS

CARD_COLUMNS = [
    Column(
        name="number",
        label=gettext_lazy("统一编号"),
        text=lambda row: row.case.number,
        url=lambda row: row.url,
        css="nowrap",
    ),
    Column(name="title", label=gettext_lazy("事项"), text=lambda row: row.case.title, css="main-cell"),
    Column(
        name="level",
        label=gettext_lazy("级别"),
        text=lambda row: row.get_level_display(),
        badge=lambda row: f"card-{row.level}",
        css="nowrap",
    ),
    Column(name="unit", label=gettext_lazy("被督办单位"), text=lambda row: row.unit.name),
    Column(
        name="state",
        label=gettext_lazy("状态"),
        text=lambda row: row.get_state_display(),
        badge=lambda row: row.state,
        css="nowrap",
    ),
    Column(name="issued", label=gettext_lazy("发出时间"), text=lambda row: row.issued_at, sort="issued_at"),
    Column(name="answered", label=gettext_lazy("回复时间"), text=lambda row: row.answered_at),
    Column(name="due", label=gettext_lazy("到期日"), text=lambda row: row.due_at, sort="due_at", css="due"),
]


@page(post=True)
def card_list(request):
    """Every card that the reader may see: for supervisors the desk from which they press."""
    rows = Card.objects.visible_to(request.user).select_related("case", "unit")
    paused = Deferral.objects.visible_to(request.user).paused()
    if not SUPERVISORS & request.user.roles:
        rows, paused = (found.filter(unit__in=request.user.unit_ids) for found in (rows, paused))
    listing = Listing(
        request,
        rows,
        CARD_COLUMNS,
        sort="-issued_at",
        filters=forms.CardFilter,
        search=words_of_case,
        empty_text=_("没有符合条件的督办。"),
        topics=topics_of_supervision("cards", request.user),
        user=request.user,
    )
    shown = {"counts": SimpleLazyObject(lambda: selectors.cards_by_unit(rows)), "paused": paused.count()}
    return render_list(request, "cases/card_list.html", listing, _("督办"), parts=["counts"], **shown)


@action
def remind(request, pk):
    round = visible_round(request, pk)
    form = forms.RemindForm(posted(request))
    if submit(form, services.remind, round, by=request.user):
        messages.success(request, _("已催办。谁已经看到，在下面可以查到。"))
        return redirect("cases:receipts", round.case_id)
    return render_move(request, round, "remind", form, back=case_url(round.case_id))


@page
def receipts(request, pk):
    """送达情况: who was told to hurry, whether they saw it, and what went out as a text message."""
    case = visible_case(request, pk)
    round = case.latest_round()
    if not round.MOVES.named("remind").allows(round, request.user):
        raise PermissionDenied(_("您的岗位不查看送达情况。"))
    return render(request, "cases/receipts.html", {"case": case, "receipts": selectors.receipts_of(case)})


@action
def issue_card(request, pk):
    """督办: the unit that has the matter, or one that was asked for a piece of it."""
    round = visible_round(request, pk)
    require(request.user, Card(case=round.case, round=round), "issue_card")
    form = forms.CardForm(posted(request), user=request.user, round=round)
    if submit(form, services.issue_card, round, by=request.user):
        messages.success(request, _("已向%(unit)s发出督办。") % {"unit": form.result.unit})
        return redirect(form.result.url)
    return render_verb(request, form, _("督办"), subject=round.case, back=case_url(round.case_id))


@action
def answer_card(request, pk):
    return move_card(request, pk, "answer_card", forms.AnswerCardForm)


@action
def appeal_card(request, pk):
    return move_card(request, pk, "appeal_card", forms.AppealCardForm)


@action
def close_card(request, pk):
    return move_card(request, pk, "close_card", forms.CloseCardForm)


@action
def send_card_back(request, pk):
    return move_card(request, pk, "send_card_back", forms.JudgeCardForm)


@action
def revoke_card(request, pk):
    return move_card(request, pk, "revoke_card", forms.JudgeCardForm)


@action
def uphold_card(request, pk):
    return move_card(request, pk, "uphold_card", forms.JudgeCardForm)


@action
def withdraw_card(request, pk):
    return move_card(request, pk, "withdraw_card", forms.JudgeCardForm)


def move_card(request, pk, verb, form_class):
    """The page of one move of a card."""
    card = get_object_or_404(Card.objects.visible_to(request.user).select_related("case", "unit"), pk=pk)
    looked(request, card)
    return make_move(request, card, verb, form_class(posted(request)), back=card.url)


@page
def clock_watch(request):
    """期限巡检: when the sweep ran last, what waits for it longest, and what it told in the last day."""
    watch = watch_of(request)
    day = timezone.now() - timedelta(days=1)
    context = {
        "watch": watch,
        "may_release": not watch.MOVES.named("release_sweep").why_not(watch, request.user),
        "lag": escalation.lag(),
        "changes": [(change, change.clocks.count()) for change in recounting.changes()],
        "steps": selectors.firings_by_step(Firing.objects.filter(at__gte=day)),
        "entries": watch.history.select_related("by").order_by("-seq")[:30],
    }
    return render_part(request, "cases/clock_watch.html", "watch", context)


@action
def release_sweep(request):
    watch = watch_of(request)
    form = forms.ReleaseForm(posted(request))
    if submit(form, services.release_sweep, watch, by=request.user):
        messages.success(request, _("期限巡检已恢复。暂停期间到期的，将在一分钟内提醒。"))
        return redirect("cases:clock_watch")
    return render_move(request, watch, "release_sweep", form, back=reverse("cases:clock_watch"))


def watch_of(request) -> ClockWatch:
    """The watch, for those who may release it."""
    watch = get_object_or_404(ClockWatch.objects.visible_to(request.user))
    if not watch.MOVES.named("release_sweep").allows(watch, request.user):
        raise PermissionDenied(_("您的岗位不查看期限巡检。"))
    return watch

"""工作交接: what somebody has in hand at any desk, given to a deputy in one step and taken back in one."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

import dispatch.services
import intake.services
import mediation.services
import petitions.services
from cases.states import HandlingState
from dispatch.models import OrderHandling
from intake.models import Settlement
from intake.states import SettlementState
from kernel.fields import DayField, VerbForm
from kernel.web import action, page, posted, render_form, submit
from mediation.models import Mediation, Signature
from people import services
from people.models import Handover, Post, User
from people.roles import WITHOUT_BUSINESS
from people.selectors import KEEPING
from people.states import HandoverState
from petitions.models import PetitionHandling


@dataclass(frozen=True, slots=True)
class Desk:
    """Where work hangs on a person: the rows somebody has open there, and the service that gives one away."""

    label: str
    model: type
    rows: Callable[[User], QuerySet]
    give: Callable


def mediations_of(user):
    """Open mediations. An agreement that the mediator has signed is brought to its end by the same hand."""
    signed = Signature.objects.filter(
        agreement__mediation=OuterRef("pk"), mediator=user, signed_on__isnull=False
    )
    return Mediation.objects.open().of(user).exclude(Exists(signed))


def in_hand_of(model, state):
    return lambda user: model.objects.filter(handler=user, state=state)


DESKS = (
    Desk(gettext_lazy("调解"), Mediation, mediations_of, mediation.services.pass_on),
    Desk(
        gettext_lazy("窗口事项"),
        Settlement,
        in_hand_of(Settlement, SettlementState.IN_HAND),
        intake.services.pass_on,
    ),
    Desk(
        gettext_lazy("信访事项"),
        PetitionHandling,
        lambda user: PetitionHandling.objects.open().filter(handler=user),
        petitions.services.pass_on,
    ),
    Desk(
        gettext_lazy("派单"),
        OrderHandling,
        in_hand_of(OrderHandling, HandlingState.IN_HAND),
        dispatch.services.pass_on,
    ),
)
"""The court's desk is missing on purpose: its matters belong to the desk, not to who sits there that day."""


def takable(desk, giver, taker) -> QuerySet:
    """What of somebody's open work at a desk the other can take: of the same unit, and in their sight."""
    units = Post.objects.filter(user=taker).values("unit")
    seen = desk.model.objects.visible_to(taker)
    return desk.rows(giver).filter(unit__in=units, pk__in=seen.values("pk")).order_by("dossier", "pk")


def work_of(giver, taker) -> list[tuple]:
    return [(row, desk.give) for desk in DESKS for row in takable(desk, giver, taker)]


def listed(giver, taker, viewer) -> list[tuple]:
    """For a page: each desk with what goes and what stays, as far as the one who looks may see it."""
    found = []
    for desk in DESKS:
        rows = desk.rows(giver).filter(pk__in=desk.model.objects.visible_to(viewer).values("pk"))
        rows = list(rows.select_related("case", "unit").order_by("opened_at", "pk"))
        going = set(takable(desk, giver, taker).values_list("pk", flat=True)) if taker else set()
        if rows:
            found.append((desk.label, [(row, row.pk in going) for row in rows]))
    return found


class HandOverForm(VerbForm):
    taker = forms.ModelChoiceField(
        label=gettext_lazy("接手人"), queryset=User.objects.none(), empty_label=gettext_lazy("请选择")
    )
    first_on = DayField(label=gettext_lazy("第一天"))
    last_on = DayField(label=gettext_lazy("最后一天"))
    note = forms.CharField(
        label=gettext_lazy("交接说明"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=500,
        required=False,
        help_text=gettext_lazy("每件事项的历史中都会写明；请勿写当事人的身份信息。"),
    )

    def __init__(self, *args, giver, taker=None, **kwargs):
        today = timezone.localdate()
        initial = {"taker": taker or giver.deputy_id, "first_on": today, "last_on": today}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["taker"].widget.attrs = {
            "hx-get": "",
            "hx-trigger": "change",
            "hx-target": "#pieces",
            "hx-select": "#pieces",
            "hx-swap": "outerHTML",
        }
        self.fields["taker"].queryset = colleagues_of(giver)

    def clean(self):
        asked = super().clean()
        first, last = asked.get("first_on"), asked.get("last_on")
        if first and last and last < first:
            self.add_error("last_on", _("最后一天不能早于第一天。"))
        return asked


def colleagues_of(giver) -> QuerySet[User]:
    """Whoever works on matters in one of the units of the giver: administrators take none."""
    posts = Post.objects.filter(user=OuterRef("pk"), unit__posts__user=giver).exclude(
        role__in=WITHOUT_BUSINESS
    )
    return User.objects.filter(Exists(posts), is_active=True).exclude(pk=giver.pk).order_by("pk")


def giver_of(request, pk) -> User:
    """Oneself; or, for whoever keeps the roster, somebody of their hall."""
    giver = get_object_or_404(User.objects.visible_to(request.user).filter(is_active=True), pk=pk)
    keeps = not request.user.roles.isdisjoint(KEEPING) and not request.user.unit_ids.isdisjoint(
        giver.roster_units
    )
    if giver.pk != request.user.pk and not keeps:
        raise PermissionDenied(_("只有本人和本中心的排班管理员可以办理工作交接。"))
    return giver


@action
def hand_over_work(request, pk=None):
    """Leave in one step: from when to when, to whom, and everything in hand goes along."""
    giver = giver_of(request, pk or request.user.pk)
    form = HandOverForm(posted(request), giver=giver, taker=request.GET.get("taker"))
    taker = form.fields["taker"].queryset.filter(pk=chosen(form)).first()
    work = work_of(giver, taker) if form.is_bound and taker else ()
    if submit(form, services.hand_over_work, giver, by=request.user, work=work):
        messages.success(request, _("工作已交接，坐席和事项已转给接手人。"))
        return redirect("handover:detail", pk=form.result.pk)
    open_ones = Handover.objects.visible_to(request.user).filter(giver=giver, state=HandoverState.HANDED_OVER)
    context = {
        "form": form,
        "giver": giver,
        "taker": taker,
        "desks": listed(giver, taker, request.user),
        "open": open_ones.select_related("taker").first(),
    }
    return render_form(request, "handover/hand_over_work.html", context)


def chosen(form) -> int | None:
    """Whom the form names now: typed, asked for in the address, or the deputy."""
    value = str(form["taker"].value() or "")
    return int(value) if value.isdecimal() and len(value) < 19 else None


@page
def detail(request, pk):
    """Which work changed hands, and where each piece stands now."""
    handover = get_object_or_404(
        Handover.objects.visible_to(request.user).select_related("giver", "taker", "leave"), pk=pk
    )
    context = {
        "handover": handover,
        "desks": pieces_of(handover, request.user),
        "entries": handover.history.select_related("by").order_by("seq"),
        "may_take_back": any(
            move.verb == "take_back_work" and not move.why_not(handover, request.user)
            for move in handover.MOVES
        ),
    }
    return render(request, "handover/detail.html", context)


def pieces_of(handover, viewer) -> list[tuple]:
    found = []
    for desk in DESKS:
        keys = handover.items.filter(subject_type__model=desk.model._meta.model_name).values("subject_id")
        rows = desk.model.objects.visible_to(viewer).filter(pk__in=keys).select_related("case", "unit")
        back = set(desk.rows(handover.taker).filter(pk__in=keys).values_list("pk", flat=True))
        pieces = [(row, row.pk in back) for row in rows.order_by("opened_at", "pk")]
        if pieces:
            found.append((desk.label, pieces))
    return found


@action
def take_back_work(request, pk):
    """Back again: what the other still has in hand returns."""
    handover = get_object_or_404(Handover.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        services.take_back_work(handover, by=request.user, work=still_out(handover))
        messages.success(request, _("工作已收回。"))
    return redirect("handover:detail", pk=pk)


def still_out(handover) -> list[tuple]:
    """What was given, is still open, still lies with the other, and can be taken back."""
    items = handover.items.select_related("subject_type")
    given = {(item.subject_type.model, item.subject_id) for item in items}
    return [
        (row, give)
        for row, give in work_of(handover.taker, handover.giver)
        if (row._meta.model_name, row.pk) in given
    ]

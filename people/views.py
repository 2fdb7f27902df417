from datetime import date

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.calendar import DAY
from kernel.fields import ConfirmForm
from kernel.web import action, page, posted, render_form, render_part, submit
from people import selectors, services
from people.forms import (
    AskSwapForm,
    CopyWeekForm,
    DeputyForm,
    DutyForm,
    LeaderForm,
    RefuseSwapForm,
    SeatForm,
    StandInForm,
)
from people.models import RosterDay, Seat, SeatSwap, Window
from people.roles import Role
from people.states import SEATED

# --- The roster -------------------------------------------------------------------------------------------------------


def day_of(text) -> date:
    """A day of an address or a query; a word that is none is not found."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if not 2000 <= found.year <= 2100:
        raise Http404
    return found


def hall_kept(request):
    """The hall whose roster this person keeps."""
    unit = selectors.hall_of_roster(request.user)
    if not selectors.keeps(request.user, unit):
        raise PermissionDenied(_("排班由中心主任和排班管理员编排。"))
    return unit


def to_week(day):
    return redirect(services.week_url(day))


@page
def week(request):
    """Who sits where this week, who leads each day, and which chairs are empty."""
    unit = selectors.hall_of_roster(request.user)
    first = selectors.monday(day_of(request.GET.get("day") or str(timezone.localdate())))
    context = {
        "week": selectors.week_of(unit, first, request.user),
        "first": first,
        "before": first - selectors.WEEK,
        "after": first + selectors.WEEK,
        "today": timezone.localdate(),
        "may_keep": selectors.keeps(request.user, unit),
        "may_place": selectors.may_place(request.user, unit),
        "swaps": SeatSwap.objects.visible_to(request.user).open().with_people(),
    }
    return render_part(request, "roster/week.html", "roster", context)


def chair(request, pk, day, role):
    """A window, a day and a role of the address, in the hall that is kept."""
    if role not in SEATED:
        raise Http404
    unit = hall_kept(request)
    window = get_object_or_404(Window.objects.visible_to(request.user).filter(unit=unit), pk=pk)
    return window, day_of(day), Role(role)


@action
def set_seat(request, pk, day, role):
    window, day, role = chair(request, pk, day, role)
    form = SeatForm(posted(request), window=window, day=day, role=role)
    if submit(form, services.set_seat, window, by=request.user, day=day, role=role):
        messages.success(
            request,
            _("已排班：%(window)s %(user)s。") % {"window": window, "user": form.cleaned_data["user"]},
        )
        return to_week(day)
    seat = Seat.objects.visible_to(request.user).filter(window=window, day=day, role=role)
    context = {
        "form": form,
        "window": window,
        "day": day,
        "role": role,
        "seat": seat.select_related("user").first(),
    }
    return render_form(request, "roster/set_seat.html", context)


@action
def clear_seat(request, pk, day, role):
    window, day, role = chair(request, pk, day, role)
    if request.method == "POST":
        services.clear_seat(window, by=request.user, day=day, role=role)
        messages.success(request, _("坐席已撤销，请尽快补上。"))
    return to_week(day)


@action
def set_leader(request, day):
    unit, day = hall_kept(request), day_of(day)
    form = LeaderForm(posted(request), unit=unit)
    if submit(form, services.set_leader, unit, by=request.user, day=day):
        return to_week(day)
    return render_form(request, "roster/set_leader.html", {"form": form, "day": day})


@page
def duty(request):
    """Who is on call today and tonight, in every unit, with the telephone that is answered."""
    today = selectors.duty_day()
    day = day_of(request.GET.get("day") or str(today))
    context = {
        "day": day,
        "today": today,
        "changeover": settings.DUTY_CHANGEOVER,
        "before": day - DAY,
        "after": day + DAY,
        "duties": selectors.duty_of(day, request.user),
    }
    return render(request, "roster/duty.html", context)


@action
def set_duty(request, pk, day):
    units, day = selectors.duty_units(), day_of(day)
    unit = get_object_or_404(units, pk=pk)
    if unit not in selectors.units_on_duty_list_of(request.user, units):
        raise PermissionDenied(_("值班由本单位负责人或中心排班管理员编排。"))
    planned = RosterDay.objects.visible_to(request.user).filter(unit=unit, day=day).first()
    known = {"leader": planned.leader_id, "officer": planned.officer_id} if planned else {}
    form = DutyForm(posted(request), unit=unit, initial=known)
    if submit(form, services.set_duty, unit, by=request.user, day=day):
        messages.success(request, _("已安排%(unit)s的值班。") % {"unit": unit})
        return redirect(f"{reverse('roster:duty')}?day={day}")
    return render_form(request, "roster/set_duty.html", {"form": form, "unit": unit, "day": day})


@page
def day_history(request, day):
    """Every change of a day's seats, with who made it and why."""
    unit, day = selectors.hall_of_roster(request.user), day_of(day)
    roster = RosterDay.objects.visible_to(request.user).filter(unit=unit, day=day).first()
    entries = roster.history.select_related("by").order_by("-seq") if roster else []
    return render(request, "roster/day.html", {"day": day, "entries": entries})


@action
def copy_week(request, day):
    """The week of `day` filled as the one before it, after a look at what changes."""
    unit, target = hall_kept(request), selectors.monday(day_of(day))
    source = selectors.monday(day_of(request.GET.get("from") or str(target - selectors.WEEK)))
    form = CopyWeekForm(posted(request))
    if submit(form, services.copy_week, unit, by=request.user, source=source, target=target):
        messages.success(request, _("已复制排班。"))
        return to_week(target)
    plan = selectors.copy_plan(unit, source, target)
    context = {"form": form, "plan": plan, "source": source, "target": target}
    return render_form(request, "roster/copy_week.html", context)


@action
def stand_in(request, pk=None):
    """A sick clerk at 08:25: press who did not come, or the empty chair; press who stands in."""
    unit = hall_placed(request)
    seats = Seat.objects.visible_to(request.user).today().of_hall(unit)
    seats = seats.select_related("window__unit", "user", "stands_for").order_by("window__number", "pk")
    seat = get_object_or_404(seats, pk=pk) if pk else None
    form = StandInForm(posted(request), seat=seat)
    if seat and submit(form, services.stand_in, seat, by=request.user):
        words = {"user": form.cleaned_data["user"], "window": seat.window}
        messages.success(request, _("%(user)s已在%(window)s顶岗。") % words)
        return redirect("roster:stand_in")
    context = {
        "form": form,
        "seats": seats,
        "empty": selectors.empty_today(unit),
        "chosen": seat,
        "proposals": selectors.proposals(seat) if seat else [],
    }
    return render_form(request, "roster/stand_in.html", context)


def hall_placed(request):
    """The hall in which this person may put somebody on a chair today."""
    unit = selectors.hall_of_roster(request.user)
    if not selectors.may_place(request.user, unit):
        raise PermissionDenied(_("临时顶岗由中心主任、排班管理员或当天的带班领导安排。"))
    return unit


@action
def fill_seat(request, pk, role):
    """A chair that is empty today: press who takes it."""
    if role not in SEATED:
        raise Http404
    unit, today = hall_placed(request), timezone.localdate()
    window = get_object_or_404(Window.objects.visible_to(request.user).filter(unit=unit), pk=pk)
    form = SeatForm(posted(request), window=window, day=today, role=role)
    if submit(form, services.fill_seat, window, by=request.user, role=role):
        words = {"user": form.cleaned_data["user"], "window": window}
        messages.success(request, _("%(user)s已在%(window)s上岗。") % words)
        return redirect("roster:stand_in")
    context = {
        "form": form,
        "gap": selectors.Gap(window, Role(role)),
        "proposals": selectors.free_today(unit, role),
    }
    return render_form(request, "roster/stand_in.html", context)


@page
def deputies(request):
    """Everybody of the hall with their deputy (A/B 岗)."""
    return render(request, "roster/deputies.html", {"people": selectors.rostered(hall_kept(request))})


@action
def set_deputy(request, pk):
    people = selectors.rostered(hall_kept(request))
    user = get_object_or_404(people, pk=pk)
    form = DeputyForm(posted(request), people=people.exclude(pk=pk), initial={"deputy": user.deputy_id})
    if submit(form, services.set_deputy, user, by=request.user):
        return redirect("roster:deputies")
    return render_form(request, "roster/set_deputy.html", {"form": form, "person": user})


# --- Swapping ---------------------------------------------------------------------------------------------------------


@page
def swaps(request):
    """What others ask of me, what I asked, and what became of it."""
    mine = SeatSwap.objects.visible_to(request.user).with_people()
    today = timezone.localdate()
    seats = Seat.objects.visible_to(request.user).filter(user=request.user, day__gte=today)
    context = {
        "swaps": [(swap, verbs_of(swap, request.user)) for swap in mine[:50]],
        "seats": seats.select_related("window")[:14],
    }
    return render(request, "roster/swaps.html", context)


def verbs_of(swap, user) -> set[str]:
    return {move.verb for move in swap.MOVES if not move.why_not(swap, user)}


def one_swap(request, pk) -> SeatSwap:
    return get_object_or_404(SeatSwap.objects.visible_to(request.user).with_people(), pk=pk)


@action
def ask_swap(request, pk):
    seats = Seat.objects.visible_to(request.user).filter(user=request.user)
    mine = get_object_or_404(seats.select_related("window__unit"), pk=pk)
    form = AskSwapForm(posted(request), mine=mine)
    if submit(form, services.ask_swap, mine, by=request.user):
        messages.success(request, _("已告知对方，请等候答复。"))
        return redirect("roster:swaps")
    return render_form(request, "roster/ask_swap.html", {"form": form, "mine": mine})


@action
def accept_swap(request, pk):
    return answer_swap(request, pk, services.accept_swap, ConfirmForm)


@action
def refuse_swap(request, pk):
    return answer_swap(request, pk, services.refuse_swap, RefuseSwapForm)


@action
def withdraw_swap(request, pk):
    return answer_swap(request, pk, services.withdraw_swap, ConfirmForm)


def answer_swap(request, pk, service, form_class):
    swap = one_swap(request, pk)
    form = form_class(posted(request))
    if submit(form, service, swap, by=request.user):
        return redirect("roster:swaps")
    verb = service.__name__
    context = {"form": form, "swap": swap, "label": swap.MOVES.named(verb).label}
    return render_form(request, "roster/answer_swap.html", context)

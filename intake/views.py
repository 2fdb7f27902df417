from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.lists import masked_parties, topics_of_work
from cases.models import Case, Round
from cases.states import Route
from intake import forms, selectors, services
from intake.models import Settlement, Ticket
from intake.public import on_ticket
from intake.states import DOORKEEPERS, State
from kernel.fields import ConfirmForm
from kernel.listing import Column, Listing, render_list
from kernel.web import (
    action,
    buttons,
    looked,
    page,
    posted,
    render_form,
    render_move,
    require,
    submit,
    trace,
    wants_part,
)
from people.models import Unit
from people.roles import Role

PRESSED = frozenset({"receive", "recall", "no_show", "undo_call", "rejoin", "resume", "finish"})
"""Verbs that need no answer: pressed where they stand. The others open a page."""
KEYS = {
    "receive": "r",
    "resume": "r",
    "triage": "t",
    "join": "j",
    "finish": "f",
    "recall": "c",
    "no_show": "o",
    "undo_call": "u",
    "hold": "h",
    "transfer": "m",
    "leave": "l",
    "identify": "i",
    "rejoin": "b",
    "cancel": "x",
}
"""The verbs in the order of their buttons, each with its key."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button of the window: pressed at once or leading to a page, with its key."""

    verb: str
    label: str
    url: str
    key: str
    at_once: bool
    is_first: bool


def presses(ticket, user, matters=(), earlier=()) -> list[Press]:
    """The buttons of a visit, the likeliest first: who it is, then what it is about, then the good-bye."""
    open_now = {button.verb: button for button in buttons(ticket, user)}
    bare = ticket.visitor is None and ticket.state == State.SERVING
    likeliest = ["identify"] * bare + ["finish"] * bool(matters)
    hidden = set() if earlier else {"join"}
    verbs = [verb for verb in [*likeliest, *KEYS] if verb in open_now and verb not in hidden]
    return [
        Press(verb, open_now[verb].label, open_now[verb].url, KEYS[verb], verb in PRESSED, place == 0)
        for place, verb in enumerate(dict.fromkeys(verbs))
    ]


def my_hall(request):
    """The hall in which the user works today. Nobody else gives numbers or calls."""
    if hall := selectors.hall_of(request.user):
        return hall
    raise PermissionDenied(_("您今天没有排班在窗口。临时顶岗请联系中心值班主任安排。"))


def hall_of_matters(request):
    """The hall of the window, or for whoever registers what came without a visitor, that of the centre."""
    if DOORKEEPERS.keys() & request.user.roles:
        return selectors.hall_of(request.user) or Unit.objects.centre()
    return my_hall(request)


def one_ticket(request, pk) -> Ticket:
    return selectors.ONE_TICKET.one_or_404(request.user, pk=pk)


def back_to(request, ticket) -> str:
    """Where work goes on: at one's window, or on the page of the visit."""
    if request.user.seat:
        return reverse("intake:window")
    return reverse("intake:detail", args=[ticket.pk])


# --- The door ---------------------------------------------------------------------------------------------------------


@action
def register(request):
    """A number for whoever comes in, by keyboard alone."""
    hall = my_hall(request)
    require(request.user, Ticket(unit=hall), "register")
    form = forms.VisitorForm(posted(request))
    if submit(form, services.register, by=request.user, unit=hall):
        return redirect("intake:ticket", pk=form.result.pk)
    return render_form(request, "intake/register.html", {"form": form})


@page(post=True)
def look_up(request):
    """Whether this person was here before, and with what. Each look is traced in the person's own history."""
    my_hall(request)
    form = forms.LookUpForm(request.POST)
    form.is_valid()
    number, name, phone = (form.cleaned_data.get(field) for field in ("id_number", "name", "phone"))
    known = selectors.known(number, request.user) if number else None
    likely = selectors.likely(name, phone, request.user) if name and phone and not number else []
    for found in [*filter(None, [known]), *likely]:
        trace(request, found.person, "view", note=_("来访登记"))
    context = {"form": form, "number": number, "known": known, "likely": likely}
    return render(request, "intake/look_up.html", context)


@page
def ticket(request, pk):
    """The number as it is printed on the 80 mm roll, or shown on the screen."""
    found = one_ticket(request, pk)
    context = on_ticket(request, found) | {
        "may": {button.verb for button in buttons(found, request.user)},
        "back": back_to(request, found),
        "at_guide": request.user.seat is None,
    }
    return render(request, "intake/ticket.html", context)


@action
def print_ticket(request, pk):
    """Printed or shown: from now on the visitor waits."""
    found = one_ticket(request, pk)
    form = forms.WayForm(posted(request))
    if submit(form, services.print_ticket, found, by=request.user):
        printing = "?print=1" if form.cleaned_data["way"] == "printed" else ""
        return redirect(reverse("intake:ticket", args=[pk]) + printing)
    return render_move(request, found, "print_ticket", form, back=reverse("intake:ticket", args=[pk]))


@action
def cancel(request, pk):
    return with_note(request, pk, services.cancel, forms.CancelForm)


@action
def identify(request, pk):
    """Who the visitor is, after a bare number or a mistake."""
    found = one_ticket(request, pk)
    named = found.visitor_id is not None
    form = forms.IdentifyForm(posted(request), initial=shown_of(found), is_named=named)
    if submit(form, services.identify, found, by=request.user):
        return redirect(back_to(request, found))
    context = {"form": form, "brief": brief_form(None, found), "ticket": found}
    return render_form(request, "intake/identify.html", context)


def shown_of(ticket) -> dict:
    """What the form of a visitor shows of a visit that is there already."""
    shown = {name: getattr(ticket, name) for name in ("head_count", "care", "language")}
    lines = [f"{one.name} {one.phone.plain}".strip() for one in ticket.representatives.all()]
    at = ticket.appointment_at and timezone.localtime(ticket.appointment_at)
    return shown | {"appointment_at": at and f"{at:%H:%M}", "representatives": "\n".join(lines)}


@action
def enter_afterwards(request):
    """A visit that stands on paper, with the times it had."""
    hall, seat = my_hall(request), request.user.seat
    require(request.user, Ticket(unit=hall, window=seat and seat.window), "enter_afterwards")
    form = forms.AfterwardsForm(posted(request))
    if submit(form, services.enter_afterwards, by=request.user):
        messages.success(request, _("已补录 %(ticket)s，标记为补录。") % {"ticket": form.result})
        return redirect("intake:detail", pk=form.result.pk)
    return render_form(request, "intake/enter_afterwards.html", {"form": form})


# --- The window -------------------------------------------------------------------------------------------------------


@page
def window(request, pk=None):
    """One's own window, or another of the hall: who is here, who waits, and for how long.

    A page that is still open when somebody took one's place learns who sits there now, and asks no more.
    """
    user = request.user
    if request.htmx and selectors.hall_of(user) is None:
        return render(request, "intake/_taken.html", {"taken": selectors.seat_taken_from(user)})
    hall = my_hall(request)
    windows = list(selectors.windows_of(user))
    mine = pk or (user.seat and user.seat.window_id)
    found = next((window for window in windows if window.pk == mine or not mine), None)
    if found is None:
        raise Http404
    desk = selectors.desk_of(found)
    other = around(desk.ticket, user)
    places = selectors.queue_of(hall)
    is_mine = bool(user.seat) and user.seat.window_id == found.pk
    context = {
        "hall": hall,
        "desk": desk,
        "windows": windows,
        "topic": f"window:{found.pk}",
        "is_mine": is_mine,
        "places": places,
        "next_place": next(
            (place for place in places if place.ticket.meant_for_id in {None, found.pk}), None
        ),
        "presses": presses(desk.ticket, user, **other) if desk.ticket and is_mine else [],
        "aside": [(ticket, beside(ticket, user, is_mine)) for ticket in [*desk.held, *desk.missed]],
        "waits_longest": max((place.seconds for place in places), default=None),
        "served": selectors.todays(user).served().count(),
        "returned": selectors.returned_to(user).count(),
        **other,
    }
    return render(request, "intake/window.html#window" if request.htmx else "intake/window.html", context)


def beside(ticket, user, is_mine) -> list[Press]:
    """The buttons of a visit that is held or was missed: others than those of its window only let it wait again."""
    return [press for press in presses(ticket, user) if is_mine or press.verb == "rejoin"]


def around(ticket, user) -> dict:
    """The matters of a visit, and the visitor's earlier ones."""
    if ticket is None:
        return {"matters": [], "earlier": []}
    earlier = selectors.earlier_than(ticket, user) if ticket.visitor else []
    return {"matters": selectors.cases_of(ticket, user), "earlier": earlier}


@action
def call_next(request, pk):
    """Call whoever is next to a window. Pressed on the window's page."""
    found = get_object_or_404(selectors.windows_of(request.user), pk=pk)
    form = ConfirmForm(posted(request))
    if submit(form, services.call_next, found, by=request.user) and form.result is None:
        messages.info(request, _("现在没有等候的群众。"))
    if getattr(form, "refusal", None):
        messages.error(request, form.refusal.text)
    return redirect("intake:window", pk=pk)


def pressed(request, pk, service):
    """A verb that asks nothing. GET asks for a yes, POST does it."""
    found = one_ticket(request, pk)
    form = ConfirmForm(posted(request))
    if submit(form, service, found, by=request.user):
        return redirect(back_to(request, found))
    return render_move(request, found, service.__name__, form, back=back_to(request, found))


def with_note(request, pk, service, form_class):
    """A verb that asks for a note."""
    found = one_ticket(request, pk)
    form = form_class(posted(request))
    if submit(form, service, found, by=request.user):
        return redirect(back_to(request, found))
    return render_move(request, found, service.__name__, form, back=back_to(request, found))


@action
def receive(request, pk):
    return pressed(request, pk, services.receive)


@action
def recall(request, pk):
    return pressed(request, pk, services.recall)


@action
def no_show(request, pk):
    return pressed(request, pk, services.no_show)


@action
def undo_call(request, pk):
    return pressed(request, pk, services.undo_call)


@action
def rejoin(request, pk):
    return pressed(request, pk, services.rejoin)


@action
def resume(request, pk):
    return pressed(request, pk, services.resume)


@action
def transfer(request, pk):
    """To another window, or to the mediator who sits there."""
    found = one_ticket(request, pk)
    form = forms.TransferForm(posted(request), seats=selectors.seats_to_send_to(found, request.user))
    if submit(form, services.transfer, found, by=request.user):
        messages.success(
            request, _("%(ticket)s已转往%(window)s。") % {"ticket": found, "window": found.meant_for}
        )
        return redirect(back_to(request, found))
    return render_move(request, found, "transfer", form, back=back_to(request, found))


@action
def hold(request, pk):
    return with_note(request, pk, services.hold, forms.NoteForm)


@action
def leave(request, pk):
    return with_note(request, pk, services.leave, forms.NoteForm)


@action
def finish(request, pk):
    return with_note(request, pk, services.finish, forms.FinishForm)


# --- Triage -----------------------------------------------------------------------------------------------------------


@action
def triage(request, pk):
    """What the visitor tells, what kind of matter it is, and where it goes."""
    found, user = one_ticket(request, pk), request.user
    if "brief" in request.POST:
        return triage_briefly(request, found)
    if found.visitor is None:
        messages.info(request, _("请先登记来访人，再登记事项。"))
        return redirect("intake:identify", pk=pk)
    told = {"people_count": found.head_count}
    form = forms.TriageForm(posted(request), user=user, hall=found.unit, initial=told)
    if submit(form, services.triage, found, by=user):
        messages.success(request, registered(form.result))
        return redirect(after_triage(request, form.result, back=back_to(request, found)))
    context = {"form": form, "brief": brief_form(None, found), "ticket": found, **around(found, user)}
    if request.method == "GET":
        context["refusal"] = Ticket.MOVES.named("triage").why_not(found, user)
    return render_form(request, "intake/triage.html", context)


def triage_briefly(request, ticket):
    """A matter that the window only notes. It has no address of its own, which logs would keep."""
    user, brief = request.user, brief_form(request.POST, ticket)
    if submit(brief, services.triage_briefly, ticket, by=user):
        messages.success(request, guidance(brief.result), extra_tags="guidance")
        return redirect(back_to(request, ticket))
    return render_form(request, "intake/triage_briefly.html", {"form": brief, "ticket": ticket})


def brief_form(data, ticket) -> forms.BriefForm:
    return forms.BriefForm(data, hall=ticket.unit)


def guidance(noted) -> str:
    """What the visitor takes along: where they are heard. It names neither them nor the matter."""
    case, unit = noted.case, noted.case.unit
    code = _("查询码 %(code)s，查询密码 %(pin)s。") % {"code": case.query_code, "pin": noted.pin}
    where = _("请到：%(unit)s，电话 %(phone)s。") % {
        "unit": unit,
        "phone": unit.phone or settings.CENTRE_PHONE,
    }
    return "\n".join(
        [
            where,
            _("请带身份证件和有关材料，当面向接谈人员说明。您说的内容依法保密，窗口没有记录详情。"),
            _("遇到危险，请立即拨打 110。"),
            *([code] if noted.pin else []),
            f"{settings.CENTRE_NAME} {timezone.localdate():%Y-%m-%d}",
        ]
    )


@action
def join(request, pk):
    """The same matter again: this visit joins it instead of opening a twin."""
    found, user = one_ticket(request, pk), request.user
    cases = selectors.joinable(found, user)
    latest = cases.first()
    form = forms.JoinForm(posted(request), cases=cases, initial={"case": latest and latest.pk})
    if submit(form, services.join, found, by=user):
        messages.success(
            request, _("已并入 %(case)s，承办单位已收到提醒。") % {"case": form.cleaned_data["case"].number}
        )
        return redirect(back_to(request, found))
    return render_move(request, found, "join", form, back=back_to(request, found))


def after_triage(request, case, *, back) -> str:
    """Who is sent elsewhere takes the notice along: its print is the next page."""
    if case.outlet.leads_away and not case.restriction:
        return reverse("intake:papers", args=[case.pk])
    return back


def registered(case) -> str:
    """“已登记，编号……”; of an isolated file only that it is registered."""
    if case.restriction:
        return _("已登记，按规定限制查看。请告诉来访人：由%(unit)s办理。") % {"unit": case.unit.name}
    case.refresh_from_db(fields=["state"])
    return _("已登记，编号 %(number)s，由%(unit)s办理，现在%(state)s。") % {
        "number": case.number,
        "unit": case.unit.name,
        "state": case.get_state_display(),
    }


@page(post=True)
def suggest(request):
    """While somebody types a story: three categories, three outlets, an urgency, and the words that led to them."""
    story = request.POST.get("story", "").replace("\0", "").strip()[:5000]
    found = selectors.suggested(story) if story else None
    return render(request, "intake/suggest.html", {"suggested": found, "may_restrict": may_restrict(request)})


def may_restrict(request) -> bool:
    """Whether the form that asks can hide a matter itself. That of a visit sends to the one line instead."""
    return "restriction" in request.POST


@page(post=True)
def desk(request):
    """The units at the desk of the chosen outlet."""
    user = request.user
    form = forms.TriageForm(user=user, hall=hall_of_matters(request))
    chosen = forms.DeskForm(request.POST, user=user)
    outlet = chosen.is_valid() and chosen.cleaned_data["outlet"]
    if outlet:
        form.offer_desks(**chosen.cleaned_data)
    context = {"form": form, "outlet": outlet, "may_restrict": may_restrict(request)}
    return render(request, "intake/desk.html", context)


# --- Visits -----------------------------------------------------------------------------------------------------------

COLUMNS = [
    Column(
        name="number",
        label=gettext_lazy("排队号"),
        text=str,
        url=lambda ticket: reverse("intake:detail", args=[ticket.pk]),
        sort="arrival",
        css="nowrap",
    ),
    Column(
        name="visitor",
        label=gettext_lazy("来访群众"),
        text=lambda ticket: ticket.visitor.masked if ticket.visitor else "",
    ),
    Column(name="heads", label=gettext_lazy("人数"), text=lambda ticket: ticket.head_count, css="text-end"),
    Column(
        name="care",
        label=gettext_lazy("优先照顾"),
        text=lambda ticket: ticket.get_care_display() if ticket.care else "",
    ),
    Column(
        name="state",
        label=gettext_lazy("状态"),
        text=lambda ticket: ticket.get_state_display(),
        badge=lambda ticket: ticket.state,
    ),
    Column(
        name="window",
        label=gettext_lazy("窗口"),
        text=lambda ticket: ticket.window.name if ticket.window else "",
    ),
    Column(
        name="issued", label=gettext_lazy("登记时间"), text=lambda ticket: ticket.issued_at, sort="issued_at"
    ),
]


def by_number_or_name(words) -> Q:
    """A012, 12, a query code, or a whole name: names are found only by those who know them."""
    digits = words.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
    by_number = Q(number=int(digits)) if digits.isdecimal() and len(digits) < 8 else Q(pk__in=())
    return by_number | Q(query_code=words.upper()) | Q(visitor__name=words)


@page(post=True)
def ticket_list(request):
    """The visits of a day."""
    tickets = Ticket.objects.visible_to(request.user).with_people()
    listing = Listing(
        request,
        tickets,
        COLUMNS,
        sort="-arrival",
        filters=forms.TicketFilter,
        search=by_number_or_name,
        empty_text=_("这一天没有符合条件的来访。"),
        topics=["hall"],
        user=request.user,
    )
    at_the_door = request.user.seat is not None or Role.GUIDE in request.user.roles
    return render_list(request, "intake/list.html", listing, _("今日来访"), at_the_door=at_the_door)


@page
def detail(request, pk):
    """One visit: the ledger, who received it, its matters, its history."""
    found, user = one_ticket(request, pk), request.user
    other = around(found, user)
    context = {
        "ticket": found,
        "presses": presses(found, user, **other),
        "spans": found.spans.select_related("window", "by"),
        "representatives": found.representatives.all(),
        "receivers": found.receivers.select_related("user"),
        "entries": selectors.story_of(found, other["matters"]),
        **other,
    }
    return render(request, "intake/detail.html", context)


# --- The window's own matters -----------------------------------------------------------------------------------------


@page
def panel(request, pk):
    """The piece of the case page on which the window's own work stands."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    looked(request, case, in_part=wants_part(request))
    user = request.user
    waiting = Round.objects.visible_to(user).waiting_for(Route.INTAKE).filter(case=case)
    round = waiting.select_related("unit").prefetch_related("transfers__from_unit").first()
    settlements = Settlement.objects.visible_to(user).filter(case=case)
    settlements = settlements.select_related("handler", "unit", "round").order_by("-pk")
    context = {
        "case": case,
        "round": round,
        "may_take_up": bool(round) and services.may_take_up(round, user),
        "settlements": [(settlement, buttons(settlement, user)) for settlement in settlements],
    }
    return render(request, "intake/panel.html", context)


RETURNED = [
    Column(
        name="number",
        label=gettext_lazy("统一编号"),
        text=lambda round: round.case.number,
        url=lambda round: reverse("intake:take_up", args=[round.pk]),
        css="nowrap",
    ),
    Column(name="title", label=gettext_lazy("事项"), text=lambda round: round.case.title, css="main-cell"),
    Column(name="parties", label=gettext_lazy("当事人"), text=lambda round: masked_parties(round.case)),
    Column(name="category", label=gettext_lazy("类别"), text=lambda round: round.case.category.name),
    Column(name="from", label=gettext_lazy("退回单位"), text=lambda round: last_transfer(round, "from_unit")),
    Column(name="why", label=gettext_lazy("原因"), text=lambda round: last_transfer(round, "reason")),
    Column(
        name="due", label=gettext_lazy("到期日"), text=lambda round: round.due_at, sort="due_at", css="due"
    ),
]


def last_transfer(round, column) -> str:
    transfers = list(round.transfers.all())
    return str(getattr(transfers[-1], column)) if transfers else ""


@page(post=True)
def returned(request):
    """What waits for the window: sent back by a desk, or left over from a visit."""
    rounds = selectors.returned_to(request.user)
    nothing, topics = _("没有退回窗口、等待处理的事项。"), topics_of_work(request.user)
    listing = Listing(request, rounds, RETURNED, sort="due_at", empty_text=nothing, topics=topics)
    return render_list(request, "intake/returned.html", listing, _("退回窗口的事项"))


@action
def take_up(request, pk):
    """The window takes a waiting matter."""
    rounds = Round.objects.visible_to(request.user).select_related("case__category", "case__area", "unit")
    round = looked(request, get_object_or_404(rounds, pk=pk))
    require(request.user, Settlement(case=round.case, round=round, unit=round.unit), "take_up")
    form = ConfirmForm(posted(request))
    if submit(form, services.take_up, round, by=request.user):
        return redirect("cases:detail", pk=round.case_id)
    transfers = round.transfers.select_related("from_unit", "by").order_by("-pk")
    context = {"form": form, "round": round, "case": round.case, "transfers": transfers}
    return render_form(request, "intake/take_up.html", context)


def one_settlement(request, pk) -> Settlement:
    settlements = Settlement.objects.visible_to(request.user).with_case()
    return looked(request, get_object_or_404(settlements, pk=pk))


@action
def settle(request, pk):
    """Answered or settled on the spot."""
    settlement = one_settlement(request, pk)
    form = forms.SettleForm(posted(request), outlet=settlement.case.outlet)
    if submit(form, services.settle, settlement, by=request.user):
        messages.success(request, _("已办结，由中心其他同志回访。"))
        return redirect("cases:detail", pk=settlement.case_id)
    return render_move(request, settlement, "settle", form, back=case_page(settlement))


@action
def send_on(request, pk):
    """To another desk after all."""
    settlement = one_settlement(request, pk)
    form = forms.SendOnForm(posted(request), restriction=settlement.restriction)
    if submit(form, services.send_on, settlement, by=request.user):
        messages.success(request, _("已改由%(unit)s办理。") % {"unit": form.cleaned_data["to_unit"]})
        return redirect("cases:detail", pk=settlement.case_id)
    return render_move(request, settlement, "send_on", form, back=case_page(settlement))


def case_page(settlement) -> str:
    return reverse("cases:detail", args=[settlement.case_id])

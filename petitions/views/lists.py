"""The desk's list in piles, the page of a petition, and its piece of the page of a case."""

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.lists import DESK_TABS, case_columns, desk_columns, of_my_desk, topics_of_work, words_of_case
from cases.models import Case, Round
from cases.selectors import LOOKS
from cases.states import Route
from kernel.listing import Column, Listing, render_list
from kernel.web import buttons, looked, page, render_part, wants_part
from petitions import forms
from petitions.models import Forwarding, Letter, PetitionHandling, Registration, Review
from petitions.selectors import earlier_petitions, is_final, reviewable
from petitions.states import OPEN, OVER, ForwardingState, HandlingState
from petitions.views.forwarding import COLUMNS as FORWARDED
from petitions.views.forwarding import with_columns
from petitions.views.rows import letters_with_buttons, one_handling

TABS = {
    "waiting": DESK_TABS["waiting"],
    "in_hand": gettext_lazy("待甄别"),
    "sent": gettext_lazy("已转出"),
    "objected": gettext_lazy("待审核异议"),
    "reviews": gettext_lazy("复查、复核"),
    "done": DESK_TABS["done"],
}
OF_DESK = desk_columns("petitions:detail")
REVIEWS = [
    *case_columns(lambda row: row.case, lambda row: row.url),
    Column(name="level", label=gettext_lazy("程序"), text=lambda row: row.get_level_display(), css="nowrap"),
    Column(
        name="state",
        label=gettext_lazy("状态"),
        text=lambda row: row.get_state_display(),
        badge=lambda row: row.state,
        css="nowrap",
    ),
    Column(name="body", label=gettext_lazy("复查、复核机关"), text=lambda row: row.body),
    Column(name="asked", label=gettext_lazy("收到申请"), text=lambda row: row.asked_on, css="nowrap"),
    Column(name="due", label=gettext_lazy("到期日"), text=lambda row: row.due_at, sort="due_at", css="due"),
]
COLUMNS = OF_DESK | {"sent": OF_DESK["in_hand"], "objected": FORWARDED, "reviews": REVIEWS}
STEPS = {
    ForwardingState.SENT: gettext_lazy("等待%(unit)s签收。"),
    ForwardingState.SIGNED: gettext_lazy("等待%(unit)s受理或者书面告知信访人。"),
    ForwardingState.OBJECTED: gettext_lazy("%(unit)s提出异议，请审核。"),
    ForwardingState.DISPUTED: gettext_lazy("等待中心确定责任单位。"),
    ForwardingState.ACCEPTED: gettext_lazy("%(unit)s正在办理。"),
    ForwardingState.ANSWERED: gettext_lazy("%(unit)s已经答复。送达以后，核对“四到位”办结。"),
}
UNREGISTERED = frozenset({"send_back_petition", "hand_to_discipline"})
"""What can be done without a word of the petition being kept."""
SORTS = {"objected": "due_at", "reviews": "due_at"}
FILTERS = {"waiting": forms.WaitingFilter, "objected": forms.RowFilter, "reviews": forms.RowFilter}


@page(post=True)
def petition_list(request):
    """What waits for the petition desk, what it has to sort or decide, what lies with others, and what is done."""
    asked = request.GET.get("tab", "waiting")
    tab = asked if asked in TABS else "waiting"
    listing = Listing(
        request,
        rows_of(tab, request.user),
        COLUMNS[tab],
        sort=SORTS.get(tab, "-opened_at"),
        filters=FILTERS.get(tab, forms.HandledFilter),
        search=words_of_case,
        topics=topics_of_work(request.user),
        empty_text=_("没有符合条件的信访事项。"),
        user=request.user,
    )
    return render_list(request, "petitions/list.html", listing, _("信访办理"), tab=tab, tabs=TABS)


def rows_of(tab, user):
    """The rows of one pile, of one's own desk."""
    if tab == "waiting":
        rounds = Round.objects.visible_to(user).waiting_for(Route.PETITIONS)
        rows = of_my_desk(rounds, user).select_related("case__category", "unit")
    elif tab == "objected":
        rows = with_columns(Forwarding.objects.visible_to(user).objected_to(user.unit_ids))
    elif tab == "reviews":
        asked = of_my_desk(Review.objects.visible_to(user).open(), user)
        rows = asked.select_related("case__category", "against")
    else:
        handled = of_my_desk(PetitionHandling.objects.visible_to(user).in_tab(tab), user)
        rows = handled.select_related("case__category", "round", "unit", "handler")
    return rows.prefetch_related("case__parties")


@page
def detail(request, pk):
    handling = one_handling(request, pk, in_part=wants_part(request))
    return render_part(request, "petitions/detail.html", "petition", petition_page(handling, request.user))


def petition_page(handling, user) -> dict:
    """What the page of a petition shows this reader."""
    registrations = list(
        Registration.objects.visible_to(user).filter(handling=handling).select_related("registered_by")
    )
    for one in registrations:
        one.case, one.handling = handling.case, handling
    registration = registrations[0] if registrations else None
    letters = Letter.objects.visible_to(user).filter(handling=handling)
    letters = list(letters.select_related("unit", "receipt", "forwarding", "review"))
    for letter in letters:
        letter.case, letter.handling = handling.case, handling
    forwardings = Forwarding.objects.visible_to(user).filter(handling=handling).select_related("unit")
    reviews = Review.objects.visible_to(user).filter(against__handling=handling)
    entries = handling.entries().exclude(verb__in=LOOKS).select_related("by", "dossier")
    forwardings = list(forwardings)
    standing = next((one for one in forwardings if one.state not in OVER), None)
    is_holder = handling.is_holder(user)
    in_hand = handling.state == HandlingState.IN_HAND
    to_register = is_holder and in_hand and registration is None
    return {
        "handling": handling,
        "case": handling.case,
        "registration": registration,
        "returns": [(one, buttons(one, user)) for one in registrations[1:]],
        "to_register": to_register,
        "may_correct": is_holder and registration is not None and in_hand,
        "may_register_return": is_holder and registration is not None and not in_hand,
        "buttons": offered(handling, registration, standing, user),
        "next_step": next_step(handling, standing),
        "letters": letters_with_buttons(letters, user),
        "reviewable": reviewable(letters) if is_holder else None,
        "forwardings": forwardings,
        "reviews": [
            (one, buttons(one, user)) for one in reviews.select_related("decision", "scan", "against")
        ],
        "is_final": is_final(handling.case),
        "is_open": handling.state in OPEN,
        "earlier": earlier_petitions(handling, user) if is_holder else [],
        "merged": PetitionHandling.objects.visible_to(user).filter(main=handling).select_related("case"),
        "representatives": [party for party in handling.case.parties.all() if party.is_representative],
        "in_full": is_holder,
        "entries": entries.order_by("-seq"),
    }


def offered(handling, registration, standing, user) -> list:
    """The moves of the desk: unregistered, it goes elsewhere at most; the closing check once the unit has answered."""
    found = buttons(handling, user)
    if registration is None:
        return [button for button in found if button.verb in UNREGISTERED]
    answered = standing is not None and standing.state == ForwardingState.ANSWERED
    hidden = set() if answered else {"conclude_petition"}
    if not registration.is_urgent:
        hidden.add("report_urgent")
    return [button for button in found if button.verb not in hidden]


def next_step(handling, standing) -> str:
    """What is waited for, in one sentence."""
    if handling.state == HandlingState.IN_HAND:
        return _("甄别：在期限内转送、交办、告知，或者报请决定（信访工作条例第二十二条）。")
    if handling.state == HandlingState.REFERRED:
        return _("等待决定。收到决定后请登记。")
    if standing is None:
        return ""
    return STEPS[ForwardingState(standing.state)] % {"unit": standing.unit}


@page
def panel(request, pk):
    """The petition desk's piece of the page of a case."""
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=pk)
    looked(request, case, in_part=wants_part(request))
    handlings = PetitionHandling.objects.visible_to(request.user).filter(case=case).select_related("handler")
    registrations = Registration.objects.visible_to(request.user).filter(case=case).select_related("case")
    registered: dict = {}
    for row in registrations:
        registered.setdefault(row.handling_id, row)
    letters = list(Letter.objects.visible_to(request.user).filter(case=case).exclude(number=""))
    forwardings = list(Forwarding.objects.visible_to(request.user).filter(case=case).select_related("unit"))
    rows = [
        {
            "handling": row,
            "registration": registered.get(row.pk),
            "letters": [letter for letter in letters if letter.handling_id == row.pk],
            "forwardings": [one for one in forwardings if one.handling_id == row.pk],
        }
        for row in handlings.with_case().order_by("opened_at")
    ]
    waiting = Round.objects.visible_to(request.user).waiting_for(Route.PETITIONS).filter(case=case)
    waiting = waiting.select_related("case", "unit").first()
    context = {"rows": rows, "waiting": waiting, "may_accept": waiting and may_accept(waiting, request.user)}
    return render(request, "petitions/panel.html", context)


def may_accept(round, user) -> bool:
    """Whether this reader could take a waiting matter in hand: by role, and by unit."""
    opening = PetitionHandling(case=round.case, round=round, unit=round.unit)
    return opening.MOVES.named("accept_petition").allows(opening, user) and round.is_holder(user)

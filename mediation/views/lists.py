"""The queue, my mediations, all mediations, and the court's desk."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.lists import topics_of_files
from cases.models import Round
from cases.states import Route, Urgency
from kernel.listing import Column, Listing, render_list
from kernel.web import page
from kernel.words import matching
from mediation.forms import MediationFilter, ReferralFilter, WaitingFilter
from mediation.models import CourtReferral, DeskNote, Entrustment, JudicialConfirmation, Mediation
from mediation.selectors import colleagues, counted, own_sessions, waiting_for_the_stamp
from mediation.states import MEDIATORS, READS_SHEETS, WITH_THE_COURT, EntrustmentState
from people.roles import HEADS, Role

EVERYBODY = frozenset(Role)
DESK_NOTES = 3
"""How many words of colleagues stand on top of the court's list."""


def in_case(words):
    return matching(words, prefix="case__")


def masked_names(case) -> str:
    """王*、某某公司: the parties as lists show them. Those of a restricted matter are not shown at all."""
    if case.restriction:
        return _("按规定限制查看")
    return "、".join(party.masked for party in case.parties.all())


def case_columns(address) -> list[Column]:
    """What every list of this app says about the case; `address` gives the page of a row."""
    return [
        Column(
            name="number", label=_("统一编号"), text=lambda row: row.case.number, url=address, css="nowrap"
        ),
        Column(name="title", label=_("事项"), text=lambda row: row.case.title),
        Column(name="parties", label=_("当事人"), text=lambda row: masked_names(row.case)),
        Column(name="category", label=_("类别"), text=lambda row: row.case.category.name, css="nowrap"),
    ]


def state_column() -> Column:
    return Column(
        name="state", label=_("状态"), text=lambda row: row.get_state_display(), badge=lambda row: row.state
    )


def waiting_columns(user, opens, takes) -> list[Column]:
    """A row leads whoever may take it to the page where it is taken, and everybody else to the case."""
    may_take = not user.roles.isdisjoint(takes.who)

    def address(round):
        if may_take and round.is_holder(user):
            return reverse(opens, args=[round.pk])
        return reverse("cases:detail", args=[round.case_id])

    return [
        *case_columns(address),
        Column(
            name="urgency",
            label=_("紧急程度"),
            text=lambda round: Urgency(round.case.urgency).label,
            badge=lambda round: f"urgency-{round.case.urgency}",
            sort="case__urgency",
        ),
        Column(name="unit", label=_("办理单位"), text=lambda round: round.unit.name),
        Column(name="opened_at", label=_("登记时间"), text=lambda round: round.opened_at, sort="opened_at"),
        Column(name="due_at", label=_("接办到期"), text=lambda round: round.due_at, sort="due_at", css="due"),
    ]


def desk_columns(opens, person, *, due_sort) -> list[Column]:
    """Rows of a desk. Only short lists sort by due date, which stands on the round."""
    return [
        *case_columns(lambda row: reverse(opens, args=[row.pk])),
        state_column(),
        Column(name="person", label=person[0], text=person[1], css="nowrap"),
        Column(
            name="opened_at",
            label=_("接办时间"),
            text=lambda row: row.opened_at,
            sort="opened_at",
            css="nowrap",
        ),
        Column(
            name="due_at",
            label=_("到期日"),
            text=lambda row: row.round.due_at,
            sort="round__due_at" if due_sort else "",
            css="due",
        ),
    ]


def waiting(user, route):
    return (
        Round.objects.visible_to(user)
        .waiting_for(route)
        .select_related("case__category", "unit")
        .prefetch_related("case__parties")
    )


def mediations(user):
    rows = Mediation.objects.visible_to(user).with_case().select_related("mediator")
    return rows.prefetch_related("case__parties")


def mediation_columns(*, due_sort=False) -> list[Column]:
    person = (_("调解员"), lambda mediation: mediation.mediator.name)
    return desk_columns("mediation:detail", person, due_sort=due_sort)


@page(post=True)
def mediation_list(request):
    """The queue: what waits for a mediator, and who is on duty with how much in hand."""
    listing = Listing(
        request,
        waiting(request.user, Route.MEDIATION),
        waiting_columns(request.user, "mediation:accept", Mediation.MOVES.named("accept")),
        sort="due_at",
        filters=WaitingFilter,
        search=in_case,
        topics=topics_of_files(request.user),
        empty_text=_("没有待接办的调解。"),
    )
    return render_list(
        request,
        "mediation/list.html",
        listing,
        _("待接办调解"),
        parts=["figures"],
        **around(request.user, "mediation:list"),
    )


@page(post=True)
def mine(request):
    people = colleagues(request.user)
    listing = Listing(
        request,
        mediations(request.user).of(request.user).open(),
        mediation_columns(due_sort=True),
        sort="round__due_at",
        filters=MediationFilter,
        search=in_case,
        topics=topics_of_files(request.user),
        people=people,
        empty_text=_("您手上没有在办的调解。"),
    )
    return render_list(
        request,
        "mediation/list.html",
        listing,
        _("我的调解"),
        parts=["figures"],
        own_sessions=own_sessions(request.user),
        **around(request.user, "mediation:mine", people),
    )


@page(post=True)
def everything(request):
    people = colleagues(request.user)
    listing = Listing(
        request,
        mediations(request.user),
        mediation_columns(),
        sort="-opened_at",
        filters=MediationFilter,
        search=in_case,
        topics=topics_of_files(request.user),
        people=people,
        empty_text=_("没有符合条件的调解。"),
    )
    return render_list(
        request,
        "mediation/list.html",
        listing,
        _("全部调解"),
        parts=["figures"],
        **around(request.user, "mediation:all", people),
    )


def tabs_for(user) -> list[tuple[str, str]]:
    """The pages of the desk, as far as they concern somebody."""
    tabs = {
        "mediation:me": (_("我的工作台"), MEDIATORS),
        "mediation:list": (_("待接办"), EVERYBODY),
        "mediation:mine": (_("我的调解"), EVERYBODY),
        "mediation:all": (_("全部调解"), EVERYBODY),
        "mediation:performance_list": (_("履行跟踪"), EVERYBODY),
        "mediation:archive_list": (_("立卷评查"), EVERYBODY),
        "mediation:committees": (_("调解委员会"), EVERYBODY),
        "mediation:mediator_list": (_("调解员"), HEADS),
        "mediation:sheet_list": (_("以案定补"), READS_SHEETS),
    }
    return [(name, label) for name, (label, roles) in tabs.items() if roles & user.roles]


def around(user, here, people=None) -> dict:
    """What stands above all three lists: figures that open their rows, and the colleagues with their load."""
    open_ones = Mediation.objects.visible_to(user).open()
    mine = open_ones.of(user)
    return {
        "here": here,
        "tabs": tabs_for(user),
        "waiting_count": counted(waiting(user, Route.MEDIATION)),
        "mine_count": counted(mine),
        "late_count": counted(mine.filter(round__due_at__lte=timezone.now())),
        "to_stamp_count": counted(waiting_for_the_stamp(open_ones)),
        "people": colleagues(user) if people is None else people,
    }


@page(post=True)
def court_list(request):
    """What waits for the court's desk."""
    listing = Listing(
        request,
        waiting(request.user, Route.COURT),
        waiting_columns(
            request.user, "mediation:accept_referral", CourtReferral.MOVES.named("accept_referral")
        ),
        sort="due_at",
        filters=WaitingFilter,
        search=in_case,
        topics=topics_of_files(request.user),
        empty_text=_("没有待接收的事项。"),
    )
    return render_list(
        request,
        "mediation/court_list.html",
        listing,
        _("立案引导：待接收"),
        **around_court(request.user, "mediation:court_list"),
        notes=DeskNote.objects.visible_to(request.user).select_related("author")[:DESK_NOTES],
    )


@page(post=True)
def court_all(request):
    """What the court's desk took: the desk's, whoever sits there today."""
    person = (_("经办人"), lambda referral: referral.handler.name)
    listing = Listing(
        request,
        CourtReferral.objects.visible_to(request.user)
        .with_case()
        .select_related("handler")
        .prefetch_related("case__parties"),
        desk_columns("mediation:court_detail", person, due_sort=False),
        sort="-opened_at",
        filters=ReferralFilter,
        search=in_case,
        topics=topics_of_files(request.user),
    )
    return render_list(
        request,
        "mediation/court_list.html",
        listing,
        _("立案引导：已接收"),
        **around_court(request.user, "mediation:court_all"),
    )


def around_court(user, here) -> dict:
    """The three piles of the court's desk, each with what waits for somebody there."""
    given = Entrustment.objects.visible_to(user)
    confirmations = JudicialConfirmation.objects.visible_to(user)
    return {
        "here": here,
        "returned_count": counted(given.filter(state=EntrustmentState.RETURNED)),
        "guided_count": counted(waiting(user, Route.COURT)),
        "confirmation_count": counted(confirmations.filter(state__in=WITH_THE_COURT)),
    }

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.lists import masked_parties
from cases.models import Case, Round
from intake.models import Ticket
from intake.selectors import average_wait
from kernel import live
from kernel.figures import Value, value
from kernel.listing import Column, Listing, render_list
from kernel.web import page
from stats import load, measures
from stats.measures import MEASURES

HALL = ("visits", "waiting", "received", "served")
MATTERS = ("opened", "resolved", "closed", "open", "overdue")
RATES = ("settled", "first-time", "satisfied", "rated")


@page
def today(request):
    """The day at a glance: every number opens exactly its rows."""
    day, user = timezone.localdate(), request.user
    if not user.scope.unit_ids:
        raise PermissionDenied(_("系统、安全和审计管理员不查看业务数据。"))
    context = {
        "day": day,
        "topics": topics_of(user),
        "hall": figures(HALL, user, day),
        "people": measures.people(user, day),
        "average_wait": average_wait(measures.tickets(user, day)),
        "matters": figures(MATTERS, user, day),
        "rates": figures(RATES, user, day),
        "ripe_on": measures.ripe_on(day),
        "loads": load.of_mediators(user),
    }
    return render(request, "stats/today.html#figures" if request.htmx else "stats/today.html", context)


def topics_of(user) -> list[str]:
    return ["hall", *live.heard_by(user.scope, "today")]


def figures(slugs, user, day) -> list[Value]:
    return [value(MEASURES[slug], user, day) for slug in slugs]


@page(post=True)
def rows(request, slug, part):
    """The rows behind a number: `part` is "rows" for what is counted, "base" for what it is a share of."""
    measure = MEASURES.get(slug)
    counted = measure and {"rows": measure.rows, "base": measure.base}.get(part)
    if counted is None:
        raise Http404
    queryset = counted(request.user, timezone.localdate())
    columns, joined, further = KINDS[queryset.model]
    found = queryset.select_related(*joined).prefetch_related(*further)
    listing = Listing(request, found, columns, sort="-id", topics=topics_of(request.user))
    return render_list(request, "stats/rows.html", listing, str(measure.label), measure=measure, part=part)


def case_columns(case_of) -> list[Column]:
    """The columns of a list of matters, for rows of which `case_of` gives the case."""
    return [
        Column(
            name="number",
            label=_("统一编号"),
            text=lambda row: case_of(row).number,
            url=lambda row: reverse("cases:detail", args=[case_of(row).pk]),
        ),
        Column(name="title", label=_("事项"), text=lambda row: case_of(row).title),
        Column(name="parties", label=_("当事人"), text=lambda row: masked_parties(case_of(row))),
        Column(
            name="state",
            label=_("状态"),
            text=lambda row: row.get_state_display(),
            badge=lambda row: row.state,
        ),
        Column(name="unit", label=_("办理单位"), text=lambda row: row.unit.name),
        Column(name="opened", label=_("登记时间"), text=lambda row: row.opened_at, sort="opened_at"),
        Column(name="due", label=_("到期日"), text=lambda row: row.due_at, sort="due_at", css="due"),
    ]


TICKET_COLUMNS = [
    Column(
        name="label", label=_("排队号"), text=str, url=lambda row: reverse("intake:detail", args=[row.pk])
    ),
    Column(
        name="visitor",
        label=_("来访群众"),
        text=lambda row: row.visitor.masked if row.visitor else "",
    ),
    Column(name="head_count", label=_("人数"), text=lambda row: row.head_count),
    Column(
        name="state", label=_("状态"), text=lambda row: row.get_state_display(), badge=lambda row: row.state
    ),
    Column(name="issued", label=_("取号时间"), text=lambda row: row.issued_at),
]
KINDS = {
    Ticket: (TICKET_COLUMNS, ["queue", "visitor", "window"], []),
    Case: (case_columns(lambda row: row), ["unit"], ["parties"]),
    Round: (case_columns(lambda row: row.case), ["unit", "case"], ["case__parties"]),
}

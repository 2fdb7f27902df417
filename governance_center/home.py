"""The first page of everybody who works here, and the search box of every page."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cases.lists import masked_parties
from cases.models import Case
from governance_center import work
from governance_center.persons import selectors as persons
from intake.selectors import todays_visit
from kernel.encryption import normalised
from kernel.listing import Column, Listing, render_list
from kernel.web import page, trace
from mediation.states import MEDIATORS
from people.models import Seat
from people.selectors import warnings_of

PAPER = re.compile(r"(?=.*\d)[0-9A-Z]{7,20}")
"""A query code, a number of another system, a whole telephone or paper number; never a part of the latter."""
TAIL = re.compile(r"[0-9]{3}[0-9X]")
"""The last four of a telephone or paper."""
SHOWN = 50
COLUMNS = [
    Column(
        name="number",
        label=_("统一编号"),
        text=lambda row: row.case.number,
        url=lambda row: getattr(row, "url", "") or reverse("cases:detail", args=[row.case_id]),
    ),
    Column(name="title", label=_("事项"), text=lambda row: row.case.title),
    Column(name="names", label=_("当事人"), text=lambda row: masked_parties(row.case)),
    Column(
        name="state", label=_("状态"), text=lambda row: row.get_state_display(), badge=lambda row: row.state
    ),
    Column(name="due", label=_("到期日"), text=lambda row: row.due_at, sort="due_at", css="due"),
]


@login_not_required
@require_safe
def favicon(request):
    """Where browsers look for the icon of what is no page of ours: a file, a paper, a page left too soon."""
    return redirect(static("img/favicon.svg"))


@page
def home(request):
    """What waits for me, what is due today, what is late: one screen, live."""
    user = request.user
    seat = Seat.objects.visible_to(user).today().filter(user=user).select_related("window").first()
    mine = [pile for pile in work.PILES.values() if pile.concerns(user)] if user.unit_ids else []
    context = {
        "mediates": bool(user.roles & MEDIATORS),
        "piles": [(pile, pile.count(user)) for pile in mine],
        "tasks": work.next_tasks(user),
        "topics": work.topics(user),
        "seat": seat,
        "warnings": warnings_of(user),
        "missing_year": work.missing_year(user),
    }
    return render(request, "home.html#work" if request.htmx else "home.html", context)


@page
def deadlines(request):
    """我的期限: what is late, due today, due this week, in order."""
    context = {"groups": work.deadlines(request.user), "topics": work.topics(request.user)}
    return render(request, "deadlines.html#work" if request.htmx else "deadlines.html", context)


@page(post=True)
def pile(request, slug):
    """All rows of one pile of my work."""
    if slug not in work.PILES:
        raise Http404
    found = work.PILES[slug]
    rows = found.rows(request.user).select_related("case").prefetch_related("case__parties")
    nothing, topics = _("这里没有需要办理的事项。"), work.topics(request.user)
    listing = Listing(request, rows, COLUMNS, sort="due_at", empty_text=nothing, topics=topics)
    return render_list(request, "pile.html", listing, str(found.label), pile=found)


@page(post=True)
def search(request):
    """One box for number, code, telephone or paper (whole or its end), name and words. By POST: they are no links."""
    q = request.POST.get("q", "").replace("\0", "").strip()[:60]
    cases = Case.objects.visible_to(request.user)
    if case := cases.filter(number=q.upper()).first():
        return redirect("cases:detail", case.pk)
    if visit := todays_visit(q, request.user):
        return redirect("intake:detail", visit.pk)
    found, people = cases.none(), []
    if TAIL.fullmatch(q.upper()):
        people = persons.found_by_tail(request.user, q.upper())
        trace(request, request.user, "look_up", note=_("按号码末四位查找"))
    if PAPER.fullmatch(normalised(q)):
        found = cases.filter(query_code=normalised(q))
        found = found if found.exists() else cases.with_party_of(q)
        found = found if found.exists() else cases.matching(q)  # the number of another system
        people = persons.found_by_number(request.user, q)
        trace(request, request.user, "look_up", note=_("按完整号码查找"))
    elif q:
        found, people = cases.matching(q), people or persons.found(request.user, q)
    rows = found.select_related("unit").prefetch_related("parties").order_by("-opened_at", "-pk")[:SHOWN]
    hits = [(case, matched_parties(case, q)) for case in rows]
    return render(request, "search.html", {"q": q, "hits": hits, "people": people})


def matched_parties(case, q) -> str:
    """In which party's name the words were found, as lists name parties: 申请人 王**."""
    words = q.lower().split()
    hit = [party for party in case.parties.all() if any(word in names_of(party) for word in words)]
    return "、".join(f"{party.get_side_display()} {party.masked}" for party in hit)


def names_of(party) -> str:
    return f"{party.name} {party.person.initials if party.person_id else ''}".lower()

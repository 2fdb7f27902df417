"""The first page of everybody who works here, and the search box of every page."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from governance_center import work
from kernel.encryption import mask_names
from kernel.listing import Column, Listing, render_list
from kernel.web import page
from people.models import Seat

COLUMNS = [
    Column(
        name="number",
        label=_("统一编号"),
        text=lambda row: row.case.number,
        url=lambda row: reverse("cases:detail", args=[row.case_id]),
    ),
    Column(name="title", label=_("事项"), text=lambda row: row.case.title),
    Column(name="names", label=_("当事人"), text=lambda row: mask_names(row.case.names)),
    Column(
        name="state", label=_("状态"), text=lambda row: row.get_state_display(), badge=lambda row: row.state
    ),
    Column(name="due", label=_("到期日"), text=lambda row: row.due_at, sort="due_at", css="due"),
]


@page
def home(request):
    """What waits for me, what is due today, what is late: one screen, live."""
    user = request.user
    seat = Seat.objects.visible_to(user).today().filter(user=user).select_related("window").first()
    context = {
        "piles": [(pile, pile.count(user)) for pile in work.PILES.values()],
        "tasks": work.next_tasks(user),
        "topics": work.topics(user),
        "seat": seat,
    }
    return render(request, "home.html#work" if request.htmx else "home.html", context)


@page(post=True)
def pile(request, slug):
    """All rows of one pile of my work."""
    if slug not in work.PILES:
        raise Http404
    found = work.PILES[slug]
    rows = found.rows(request.user).select_related("case", "unit")
    listing = Listing(request, rows, COLUMNS, sort="due_at", empty_text=_("这里没有需要办理的事项。"))
    return render_list(request, "pile.html", listing, str(found.label), pile=found)


@page(post=True)
def search(request):
    """One box for number, code, name and words. By POST, because names and numbers are typed into it."""
    q = request.POST.get("q", "").replace("\0", "").strip()[:60]
    cases = Case.objects.visible_to(request.user)
    if case := cases.filter(number__iexact=q).first() or cases.filter(query_code__iexact=q).first():
        return redirect("cases:detail", case.pk)
    found = list(cases.matching(q).select_related("unit").order_by("-opened_at", "-pk")[:50]) if q else []
    return render(request, "search.html", {"q": q, "cases": found})

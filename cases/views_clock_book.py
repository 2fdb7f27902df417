"""期限规则和工作日历: looked at by who edits them, changed with a preview of which open clocks move."""

from itertools import islice

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import clock_book, forms, services
from cases.models import Case, ClockBook
from cases.views import book_of
from kernel import calendar, recounting
from kernel.models import CalendarVersion, ClockRule
from kernel.web import action, page, posted, render_form, submit

RECENT = 30
SHOWN = 50
YEARS_AHEAD = 2


@page
def book(request):
    """All rules and years, and who changed what last."""
    found = book_of(request, ClockBook, "edit_clock_rule")
    known = calendar.current().years
    years = sorted(
        {*known, *range(timezone.localdate().year, timezone.localdate().year + YEARS_AHEAD)}, reverse=True
    )
    context = {
        "groups": clock_book.rules_by_kind(),
        "years": [(year, year in known) for year in years],
        "waits": CalendarVersion.objects.filter(recounted_at=None).exists(),
        "entries": found.history.select_related("by").order_by("-seq")[:RECENT],
    }
    return render(request, "cases/clock_book.html", context)


@action
def edit_calendar(request, year):
    """One year: what is typed is tried on the open clocks first, then saved."""
    found = book_of(request, ClockBook, "edit_calendar")
    if not 2000 <= year <= 2100:
        raise Http404
    now = calendar.current()
    initial = {"days": forms.calendar_lines(now, year), "version": found.version}
    form = forms.CalendarForm(posted(request), year=year, initial=initial)
    if "try" in request.POST and form.is_valid():
        new = clock_book.with_year(year, form.cleaned_data["days"])
        moved = recounting.shifts(recounting.touched_by(new, now), by=new)
        return tried(request, form, _("%(year)s年工作日历") % {"year": year}, moved)
    if submit(form, services.edit_calendar, found, by=request.user, year=year):
        messages.success(request, _("%(year)s年工作日历已保存，受影响的期限正在重新计算。") % {"year": year})
        return redirect("cases:clock_book")
    context = {"form": form, "label": _("%(year)s年工作日历") % {"year": year}}
    return render_form(request, "cases/edit_clock_book.html", context)


@action
def edit_clock_rule(request, pk):
    """One rule: new terms from a day on."""
    found = book_of(request, ClockBook, "edit_clock_rule")
    rule = get_object_or_404(ClockRule.objects.visible_to(request.user), pk=pk)
    initial = {"since": timezone.localdate() + calendar.DAY, "version": found.version, "moves_open": False}
    initial |= {name: f"{getattr(rule, name):g}" for name in ("length", "extension_max")}
    form = forms.ClockRuleForm(posted(request), instance=rule, initial=initial)
    if "try" in request.POST and form.is_valid():
        new = ClockRule(code=rule.code, **terms_of(form))
        moved = recounting.shifts(recounting.begun_before(new), rule=new) if new.moves_open else iter(())
        return tried(request, form, rule.name, moved)
    if submit(form, services.edit_clock_rule, found, rule, by=request.user):
        messages.success(
            request,
            _("“%(rule)s”的新规则已保存，%(day)s起施行。") % {"rule": rule.name, "day": form.result.since},
        )
        return redirect("cases:clock_book")
    return render_form(request, "cases/edit_clock_book.html", {"form": form, "label": rule.name})


def terms_of(form) -> dict:
    return {name: form.cleaned_data[name] for name in (*form.Meta.fields, "rungs")}


def tried(request, form, label, moved):
    """The form again, and which open clocks would move: all are counted, those that the reader sees are named."""
    moved = list(moved)
    shown = list(islice(visible(request, moved), SHOWN))
    context = {"form": form, "label": label, "tried": True, "count": len(moved), "moved": shown}
    return render(request, "cases/edit_clock_book.html", context)


def visible(request, moved):
    dossiers = {shift.clock.dossier_id for shift in moved[: SHOWN * 20]}
    cases = Case.objects.visible_to(request.user).filter(dossier__in=dossiers)
    numbers = dict(cases.values_list("dossier_id", "number"))
    for shift in moved:
        if number := numbers.get(shift.clock.dossier_id):
            yield number, shift

"""等级和以案定补: the rules with a preview, and the sheets."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel import exports
from kernel.fields import ConfirmForm
from kernel.listing import Column, Listing, render_list
from kernel.papers import FORMS, answer
from kernel.web import action, buttons, page, render_form, render_move, render_verb, submit, trace
from mediation import allowances, services
from mediation.allowance_papers import HEAD, rows_of, sheet_paper
from mediation.forms import (
    ApproveSheetForm,
    DrawUpSheetForm,
    EditGradeForm,
    SendBackSheetForm,
    SetAllowanceForm,
    sent,
)
from mediation.mediators import committees_of
from mediation.models import AllowanceBook, AllowanceRule, AllowanceSheet, Archive, Grade
from mediation.states import READS_SHEETS
from mediation.views.lists import tabs_for
from mediation.views.templates import RECENT

# --- The rules --------------------------------------------------------------------------------------------------------


def book_for(request, verb) -> AllowanceBook:
    book = get_object_or_404(AllowanceBook.objects.visible_to(request.user).order_by("pk")[:1])
    if refusal := book.MOVES.named(verb).why_not(book, request.user):
        raise PermissionDenied(refusal)
    return book


def here() -> str:
    return reverse("mediation:allowance_book")


@page
def allowance_book(request):
    book = book_for(request, "set_allowance")
    context = {
        "book": book,
        "rules": AllowanceRule.objects.visible_to(request.user).select_related("difficulty"),
        "grades": Grade.objects.visible_to(request.user),
        "entries": book.history.select_related("by").order_by("-seq")[:RECENT],
    }
    return render(request, "mediation/allowance_book.html", context)


@action
def set_allowance(request):
    """What is typed is tried on the files that nobody has been paid for yet, then saved."""
    book = book_for(request, "set_allowance")
    initial = {name: request.GET.get(name) for name in ("difficulty", "kind", "amount")}
    form = SetAllowanceForm(sent(request), initial=initial | {"version": book.version})
    context = {"form": form}
    if "try" in request.POST and form.is_valid():
        return render(request, "mediation/set_allowance.html", context | {"tried": tried(request, form)})
    if submit(form, services.set_allowance, book, by=request.user):
        messages.success(request, _("补助标准已保存，从下一张补助表起采用。"))
        return redirect(here())
    return render_form(request, "mediation/set_allowance.html", context)


def tried(request, form) -> list:
    """What the waiting files come to, by the rules as they are and as they would be."""
    files = list(allowances.unpaid(Archive.objects.visible_to(request.user)))
    rules = allowances.rules_now()
    new = allowances.changed(rules, *(form.cleaned_data[name] for name in ("difficulty", "kind", "amount")))
    return [
        (_("现行标准"), allowances.estimate(files, rules)),
        (_("修改后"), allowances.estimate(files, new)),
    ]


@action
def edit_grade(request, pk):
    book = book_for(request, "edit_grade")
    grade = get_object_or_404(Grade.objects.visible_to(request.user), pk=pk)
    initial = {"name": grade.name, "criteria": grade.criteria, "version": book.version}
    form = EditGradeForm(sent(request), initial=initial)
    if submit(form, services.edit_grade, book, grade, by=request.user):
        messages.success(request, _("等级标准已保存。"))
        return redirect(here())
    return render_verb(request, form, _("保存等级：%(name)s") % {"name": grade}, subject=book, back=here())


# --- The sheets -------------------------------------------------------------------------------------------------------


def one_sheet(request, pk) -> AllowanceSheet:
    sheets = AllowanceSheet.objects.visible_to(request.user)
    return get_object_or_404(sheets.select_related("unit", "drawn_up_by", "decided_by"), pk=pk)


@page(post=True)
def sheet_list(request):
    if request.user.roles.isdisjoint(READS_SHEETS):
        raise PermissionDenied(_("补助表由调委会印章管理员、负责人和中心主任查看。"))
    listing = Listing(
        request,
        AllowanceSheet.objects.visible_to(request.user).for_lists(),
        [
            Column(
                name="month",
                label=_("月份"),
                text=lambda sheet: f"{sheet.month:%Y-%m}",
                url=lambda sheet: reverse("mediation:sheet_detail", args=[sheet.pk]),
                sort="month",
                css="nowrap",
            ),
            Column(name="unit", label=_("调解组织"), text=lambda sheet: sheet.unit.name),
            Column(name="count", label=_("件数"), text=lambda sheet: sheet.count, css="num"),
            Column(name="total", label=_("合计（元）"), text=lambda sheet: sheet.total, css="num"),
            Column(
                name="state",
                label=_("状态"),
                text=lambda sheet: sheet.get_state_display(),
                badge=lambda sheet: sheet.state,
            ),
            Column(name="by", label=_("编制人"), text=lambda sheet: sheet.drawn_up_by.name, css="nowrap"),
        ],
        sort="-month",
        empty_text=_("还没有编制补助表。"),
    )
    context = {
        "tabs": tabs_for(request.user),
        "here": "mediation:sheet_list",
        "may_draw_up": bool(committees_of(request.user)),
    }
    return render_list(request, "mediation/sheet_list.html", listing, _("以案定补"), **context)


@action
def draw_up_sheet(request):
    form = DrawUpSheetForm(sent(request), initial={"month": request.GET.get("month")})
    form.fields["unit"].queryset = committees_of(request.user)
    if not form.fields["unit"].queryset:
        raise PermissionDenied(_("补助表由调委会印章管理员或中心主任编制。"))
    if submit(form, services.draw_up_sheet, by=request.user):
        messages.success(request, _("补助表已编制，请另一人审批。"))
        return redirect("mediation:sheet_detail", pk=form.result.pk)
    back = reverse("mediation:sheet_list")
    return render_verb(request, form, _("编制补助表"), subject=_("以案定补"), back=back)


@page
def sheet_detail(request, pk):
    sheet = one_sheet(request, pk)
    rows = rows_of(sheet)
    context = {
        "sheet": sheet,
        "head": HEAD,
        "rows": [list(zip(HEAD, row, strict=True)) for row in rows],
        "total": sum(row[-1] for row in rows),
        "buttons": buttons(sheet, request.user),
        "entries": sheet.history.select_related("by").order_by("-seq"),
    }
    return render(request, "mediation/sheet_detail.html", context)


@action
def draw_up_again(request, pk):
    return decided(request, pk, "draw_up_again", ConfirmForm, _("补助表已重新编制。"))


@action
def approve_sheet(request, pk):
    return decided(request, pk, "approve_sheet", ApproveSheetForm, _("补助表已审批。"))


@action
def send_back_sheet(request, pk):
    return decided(request, pk, "send_back_sheet", SendBackSheetForm, _("补助表已退回。"))


def decided(request, pk, verb, asked, done):
    sheet = one_sheet(request, pk)
    form = asked(sent(request))
    back = reverse("mediation:sheet_detail", args=[pk])
    if submit(form, getattr(services, verb), sheet, by=request.user):
        messages.success(request, done)
        return redirect(back)
    return render_move(request, sheet, verb, form, back=back)


@page(post=True)
def print_sheet(request, pk, kind):
    sheet = one_sheet(request, pk)
    if kind not in FORMS:
        raise Http404
    trace(request, sheet, "print_sheet", details={"kind": kind})
    return answer(request, sheet_paper(sheet), kind, name=f"{sheet.month:%Y-%m}")


@page(post=True)
def export_sheet(request, pk):
    sheet = one_sheet(request, pk)
    return exports.xlsx(request, str(sheet), HEAD, rows_of(sheet))

"""Grades of mediators, and 以案定补: the rules, and the sheet of each month that a second person approves."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.services import once, refuse_overtaken
from kernel.calendar import midnight
from kernel.models import MessageKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import moving, opening
from mediation.allowances import amount_of, is_paid, rules_now, unpaid
from mediation.figures import month_of
from mediation.models import AllowanceLine, AllowanceRule, AllowanceSheet, Archive, Standing
from people.models import User


def set_allowance(book, *, by, difficulty, kind, amount, reason, version) -> None:
    """Say what a file is worth, from the next sheet on; without an amount the rule goes. `reason` is the provision."""
    rule = AllowanceRule.objects.filter(difficulty=difficulty, kind=kind).first()
    name = str(rule or AllowanceRule(difficulty=difficulty, kind=kind))
    before = str(rule.amount) if rule else None
    details = {"rule": name, "changed": {"amount": [before, None if amount is None else str(amount)]}}
    with moving(book, "set_allowance", by=by, note=f"{name}：{reason}", details=details):
        refuse_overtaken(book, version)
        book.version += 1
        AllowanceRule.objects.filter(difficulty=difficulty, kind=kind).delete()
        if amount is not None:
            AllowanceRule.objects.create(difficulty=difficulty, kind=kind, amount=amount)


def edit_grade(book, grade, *, by, name, criteria, reason, version) -> None:
    before = {"name": grade.name, "criteria": grade.criteria}
    after = {"name": name, "criteria": criteria}
    details = {"grade": before["name"], "changed": {key: [before[key], after[key]] for key in after}}
    taken = once("mediation_grade_name_key", _("已有名称相同的等级。"))
    with taken, moving(book, "edit_grade", by=by, note=f"{grade}：{reason}", details=details):
        refuse_overtaken(book, version)
        book.version += 1
        grade.name, grade.criteria = name, criteria
        grade.save(update_fields=["name", "criteria"])


@transaction.atomic
def grade_mediator(mediator, *, by, grade, is_paid, basis) -> Standing:
    """Note the grade that was awarded, and whether allowances are paid; `basis` names the document."""
    standing = Standing.objects.filter(mediator=mediator).first()
    details = {"grade": grade.name if grade else None, "is_paid": is_paid}
    if standing is None:
        standing = Standing(mediator=mediator, grade=grade, is_paid=is_paid)
        with opening(standing, "grade_mediator", by=by, note=basis, details=details):
            return standing
    with moving(standing, "grade_mediator", by=by, note=basis, details=details):
        standing.grade, standing.is_paid = grade, is_paid
    return standing


@transaction.atomic
def draw_up_sheet(unit, *, by, month: date) -> AllowanceSheet:
    """What the mediators of `unit` get for the `month` (its first day): all files that passed by its end and stand on
    no sheet yet, so that one that was checked late is paid with the next."""
    sheet = AllowanceSheet(unit=unit, month=month, drawn_up_by=by)
    with (
        once("allowancesheet_once_a_month", _("这个月的补助表已经编制。")),
        opening(sheet, "draw_up_sheet", by=by),
    ):
        fill(sheet, by)
    return sheet


def draw_up_again(sheet, *, by) -> None:
    """After it was sent back: counted anew, by the rules of today."""
    with moving(sheet, "draw_up_again", by=by):
        sheet.drawn_up_by, sheet.drawn_up_at = by, timezone.now()
        sheet.lines.all().delete()
        fill(sheet, by)


def fill(sheet, by) -> None:
    ends = month_of(sheet.month).next
    if ends > timezone.localdate():
        raise MoveRefused(_("这个月还没有结束，下月初再编制。"))
    files = Archive.objects.visible_to(by).filter(unit=sheet.unit, checked_at__lt=midnight(ends))
    rules, lines = rules_now(), []
    for file in unpaid(files).order_by("pk").select_for_update(of=("self",), no_key=True):
        if is_paid(file.mediation.mediator):
            lines.append(line_of(sheet, file, amount_of(file, rules)))
    if not lines:
        raise MoveRefused(_("没有可以发放的：须已办结、立卷、评查合格，调解员已登记领取资格，且没有发放过。"))
    with once("mediation_allowanceline_archive_id_key", _("有案件刚刚列入了另一张补助表，请重新编制。")):
        AllowanceLine.objects.bulk_create(lines)
    approvers = User.objects.heads_of(sheet.unit).exclude(pk=by.pk)
    tell(sheet, approvers, _("%(sheet)s等待审批。"), kind=MessageKind.DECISION)


def tell(sheet, people, text: str, *, kind) -> None:
    url = reverse("mediation:sheet_detail", args=[sheet.pk])
    notify(list(people), sheet, text % {"sheet": sheet}, url=url, kind=kind)


def line_of(sheet, file, amount) -> AllowanceLine:
    if amount is None:
        raise MoveRefused(
            _("“%(difficulty)s”还没有补助标准，请先由中心主任设定。") % {"difficulty": file.difficulty}
        )
    mediator = file.mediation.mediator
    return AllowanceLine(
        sheet=sheet, archive=file, mediator=mediator, difficulty=file.difficulty.name, amount=amount
    )


def approve_sheet(sheet, *, by, note="") -> None:
    """A second person, who gets nothing from it, approves what is paid. From then on its lines are frozen."""
    total = sum(line.amount for line in sheet.lines.all())
    with moving(sheet, "approve_sheet", by=by, note=note, details={"total": str(total)}):
        if sheet.lines.filter(mediator=by).exists():
            raise MoveRefused(_("表中有您本人的补助，须由其他负责人审批。"))
        sheet.decided_by, sheet.decided_at = by, timezone.now()


def send_back_sheet(sheet, *, by, note) -> None:
    with moving(sheet, "send_back_sheet", by=by, note=note):
        sheet.decided_by, sheet.decided_at = by, timezone.now()
        tell(sheet, [sheet.drawn_up_by], _("%(sheet)s已退回，请看原因。"), kind=MessageKind.ASSIGNED)

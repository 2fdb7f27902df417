"""Grades of mediators, and 以案定补: what they are paid for files that were put away and checked (人民调解法 16)."""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Book
from kernel.models import Tracked
from kernel.scoping import Reference, ScopedQuerySet
from mediation.models.archives import Archive, FilingTerm
from mediation.models.mediation import is_over
from mediation.states import (
    ALLOWANCE_MOVES,
    READS_SHEETS,
    SHEET_MOVES,
    STANDING_MOVES,
    Kind,
    SheetState,
    StandingState,
)
from people.models import Unit, User

LARGEST = 99_999


class AllowanceBook(Book):
    """The grades and the allowances: there is one, and its history says who changed what."""

    MOVES = ALLOWANCE_MOVES
    ENTRY_LABELS = {"set_allowance": _("修改补助标准"), "edit_grade": _("修改等级标准")}

    def __str__(self):
        return str(_("等级和以案定补标准"))


class Grade(models.Model):
    """A grade of the scheme that the centre uses (司法部 knows four, 一级 the highest). An honour is none."""

    name = models.CharField(_("等级"), max_length=20, unique=True)
    criteria = models.CharField(_("评定条件"), max_length=500, blank=True)

    objects = Reference.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.name


class AllowanceRule(models.Model):
    """What one file is worth: by how hard the matter was, for one kind of mediation or, without a kind, for all."""

    difficulty = models.ForeignKey(FilingTerm, on_delete=models.PROTECT, verbose_name=_("难易程度"))
    kind = models.CharField(_("调解种类"), max_length=20, choices=Kind, blank=True)
    amount = models.DecimalField(
        _("每件补助（元）"),
        max_digits=7,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(LARGEST)],
    )

    objects = Reference.as_manager()

    class Meta:
        ordering = ["difficulty", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["difficulty", "kind"], name="allowancerule_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="allowancerule_is_not_negative"),
        ]

    def __str__(self):
        return f"{self.difficulty} {self.get_kind_display() or _('各种调解')}"


class Standing(Tracked):
    """Of one mediator: the grade, and whether allowances are paid at all (salaried officials usually get none)."""

    MOVES = STANDING_MOVES
    ENTRY_LABELS = {"grade_mediator": _("评定等级、登记领取资格")}

    mediator = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="standing", verbose_name=_("调解员")
    )
    grade = models.ForeignKey(
        Grade, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("等级")
    )
    is_paid = models.BooleanField(_("可以领取以案定补"))
    state = models.CharField(max_length=20, choices=StandingState, default=StandingState.KEPT)

    objects = Reference.as_manager()

    def __str__(self):
        return str(self.mediator)

    def is_headed(self, user) -> bool:
        """Whoever heads a committee of theirs, or the centre; never they themselves."""
        return self.mediator_id != user.pk and any(is_over(unit, user) for unit in self.mediator.unit_ids)


class AllowanceSheetQuerySet(ScopedQuerySet):
    def visible_to(self, user):
        """Those of their units and areas, for whoever draws sheets up or approves them."""
        return super().visible_to(user) if user.roles & READS_SHEETS else self.none()

    def in_scope(self, scope):
        return Q(unit__in=scope.unit_ids) | Q(
            unit__in=Unit.objects.filter(scope.area_condition("area__path"))
        )

    def for_lists(self):
        return self.select_related("unit", "drawn_up_by").annotate(
            count=models.Count("lines"), total=Sum("lines__amount")
        )


class AllowanceSheet(Tracked):
    """What the mediators of one committee get for one month: the files that passed by its end and stand on no other."""

    MOVES = SHEET_MOVES
    ENTRY_LABELS = {"print_sheet": _("打印补助表")}

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("调解组织"))
    month = models.DateField(_("月份"))
    state = models.CharField(_("状态"), max_length=20, choices=SheetState, default=SheetState.DRAWN_UP)
    drawn_up_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("编制人")
    )
    drawn_up_at = models.DateTimeField(_("编制时间"), default=timezone.now)
    decided_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("审批人")
    )
    decided_at = models.DateTimeField(_("审批时间"), null=True)

    objects = AllowanceSheetQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "month"], name="allowancesheet_once_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="allowancesheet_month_is_its_first_day"),
            models.CheckConstraint(
                condition=~Q(state=SheetState.APPROVED)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="allowancesheet_approved_has_an_approver",
            ),
        ]

    def __str__(self):
        return str(
            _("%(unit)s%(year)d年%(month)d月以案定补发放表")
            % {"unit": self.unit, "year": self.month.year, "month": self.month.month}
        )

    @property
    def is_approved(self) -> bool:
        return self.state == SheetState.APPROVED

    def is_holder(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def is_over(self, user) -> bool:
        return is_over(self.unit_id, user)


FROZEN = """
    IF EXISTS (
        SELECT 1 FROM mediation_allowancesheet s
        WHERE s.state = 'approved' AND s.id IN (OLD.sheet_id, NEW.sheet_id)
    ) THEN
        RAISE EXCEPTION 'Sheet % is approved: its lines are frozen.', COALESCE(OLD.sheet_id, NEW.sheet_id);
    END IF;
    RETURN COALESCE(NEW, OLD);
"""


class AllowanceLineQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, approved; all of a sheet are read through the sheet."""
        return self.filter(mediator=user.pk, sheet__state=SheetState.APPROVED)


class AllowanceLine(models.Model):
    """One file on a sheet, with the amount of the rule on the day on which it was drawn up. A file is paid once."""

    sheet = models.ForeignKey(AllowanceSheet, on_delete=models.PROTECT, related_name="lines")
    archive = models.OneToOneField(Archive, on_delete=models.PROTECT, related_name="allowance")
    mediator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("调解员"))
    difficulty = models.CharField(_("难易程度"), max_length=20)
    amount = models.DecimalField(_("补助（元）"), max_digits=7, decimal_places=2)

    objects = AllowanceLineQuerySet.as_manager()

    class Meta:
        ordering = ["mediator", "pk"]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_with_its_sheet",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=FROZEN,
            ),
        ]

    def __str__(self):
        return f"{self.mediator} {self.amount}"

    @property
    def number(self) -> str:
        """The number of the matter; that of a hidden one is shown to nobody here."""
        return self.archive.number_outside or str(_("按规定限制查看"))

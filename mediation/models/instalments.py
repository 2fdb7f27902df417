"""The instalments of an agreement."""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from mediation.capitals import LARGEST, in_capitals, in_figures
from mediation.models.agreements import OF_AN_AGREEMENT_IN_FORCE, Agreement
from mediation.states import PayWay


class Instalment(models.Model):
    """One part of the sum (分期履行): who pays whom, how much, by which day. Frozen with its agreement."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField(_("期次"))
    payer = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", verbose_name=_("付款人"))
    payee = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", verbose_name=_("收款人"))
    amount = models.DecimalField(
        _("金额（元）"),
        max_digits=14,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(LARGEST)],
    )
    due_on = models.DateField(_("履行日期"), null=True, blank=True)
    way = models.CharField(_("方式"), max_length=10, choices=PayWay, default=PayWay.TRANSFER)

    class Meta:
        ordering = ["agreement_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="instalment_numbered_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_is_some_money"),
            models.CheckConstraint(condition=~Q(payer=F("payee")), name="instalment_goes_to_somebody_else"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="instalment_frozen",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=OF_AN_AGREEMENT_IN_FORCE.replace("its signatures are", "its instalments are"),
            ),
        ]

    def __str__(self):
        return str(_("第 %(number)d 期") % {"number": self.number})

    @property
    def amount_in_capitals(self) -> str:
        return in_capitals(self.amount)

    @property
    def amount_in_figures(self) -> str:
        return in_figures(self.amount)

    def terms(self) -> dict:
        """What was agreed of it, to copy onto the next version or to print."""
        names = ("payer", "payee", "amount", "due_on")
        return {name: getattr(self, name) for name in names} | {"way": PayWay(self.way)}

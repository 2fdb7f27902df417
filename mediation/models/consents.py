"""What each party answered when it was asked whether it wants mediation."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from kernel.veil import Veiled
from mediation.models.mediation import Mediation
from mediation.states import AskedBy, Openness, Willing
from people.models import User


class Consent(Veiled):
    """One asking of one party: how, when, by whom, and the answer (人民调解法 17, 19, 23). The latest counts.

    `chosen` is the mediator whom the party chooses or accepts.
    """

    VEILED = ("note",)
    IN_FILE = "mediation__case"

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="consents")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="+", verbose_name=_("当事人"))
    way = models.CharField(_("征询方式"), max_length=10, choices=AskedBy)
    asked_at = models.DateTimeField(_("征询时间"))
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("征询人"))
    answer = models.CharField(_("答复"), max_length=10, choices=Willing)
    chosen = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("选定（接受）的调解员")
    )
    openness = models.CharField(_("公开或者不公开"), max_length=10, choices=Openness, blank=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["mediation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(chosen=None) | models.Q(answer=Willing.AGREED),
                name="consent_who_agrees_chooses",
            ),
        ]

    def __str__(self):
        return f"{self.party} {self.get_answer_display()}"

    def is_veiled(self) -> bool:
        return bool(self.mediation.restriction)

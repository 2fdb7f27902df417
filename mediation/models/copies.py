"""Who received a copy of an agreement."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from mediation.models.agreements import Agreement
from mediation.states import HandedBy
from people.models import User


class AgreementCopy(models.Model):
    """A copy that was handed over (送达): each party has one, the committee, whose `party` is empty, too (29)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="copies")
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    handed_on = models.DateField(_("送达日期"))
    way = models.CharField(_("送达方式"), max_length=10, choices=HandedBy)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "party"], nulls_distinct=False, name="copy_once_for_each"
            ),
        ]

    def __str__(self):
        return f"{self.handed_on} {self.get_way_display()}"

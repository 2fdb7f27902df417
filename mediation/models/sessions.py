"""The meetings of the parties."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from kernel.veil import Veiled
from mediation.models.mediation import Mediation
from people.models import User


class Session(Veiled):
    """One meeting of the parties with the mediator (第 N 次调解) and its record."""

    VEILED = ("place", "others", "record")
    IN_FILE = "mediation__case"

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField(_("次数"))
    held_at = models.DateTimeField(_("时间"))
    place = models.CharField(_("地点"), max_length=120)
    attended = models.ManyToManyField(Party, related_name="+", verbose_name=_("到场当事人"))
    others = models.CharField(_("其他参加人"), max_length=200, blank=True)
    record = models.TextField(_("调解记录"))
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("记录人")
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["mediation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["mediation", "number"], name="session_numbered_once"),
        ]

    def __str__(self):
        return str(_("第 %(number)d 次调解") % {"number": self.number})

    def is_veiled(self) -> bool:
        return bool(self.mediation.restriction)

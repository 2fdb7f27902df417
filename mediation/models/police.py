"""Possible crimes or breaches of the peace that mediators told the police of (人民调解法 25)."""

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Request
from kernel.veil import Veiled
from mediation.models.mediation import Mediation
from people.models import User


class PoliceReport(Veiled):
    """报告公安机关: which station was told, what, when and by whom. It stays as it was."""

    VEILED = ("station", "matter")
    IN_FILE = "mediation__case"

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="police_reports")
    station = models.CharField(_("报告的公安机关"), max_length=80)
    matter = models.TextField(_("报告事项"))
    reported_at = models.DateTimeField(_("报告时间"))
    reported_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("报告人")
    )
    request = models.ForeignKey(Request, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        triggers = [pgtrigger.Protect(name="reported_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return str(
            _("报告公安机关（%(at)s）") % {"at": f"{timezone.localtime(self.reported_at):%m-%d %H:%M}"}
        )

    def is_veiled(self) -> bool:
        return bool(self.mediation.restriction)

    @property
    def slug(self) -> str:
        """The printed report among the papers of the mediation."""
        return f"police-{self.pk}"

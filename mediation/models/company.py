"""Who helps the mediator: colleagues who mediate with him, and people whom the parties agreed to."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from kernel.veil import Veiled
from mediation.models.mediation import Mediation
from mediation.states import HelperKind
from people.models import User


class CoMediator(models.Model):
    """A mediator who mediates with the one in charge (人民调解法 19: 一名或者数名调解员)."""

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="co_mediators")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("调解员"))
    since = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["mediation", "user"], condition=Q(ended_at=None), name="co_mediator_once"
            ),
        ]

    def __str__(self):
        return str(self.user)


class Helper(Veiled):
    """Somebody invited to help, with the consent of the parties (人民调解法 20)."""

    VEILED = ("name", "about")
    IN_FILE = "mediation__case"

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="helpers")
    kind = models.CharField(_("身份"), max_length=12, choices=HelperKind)
    name = models.CharField(_("姓名（名称）"), max_length=60)
    about = models.CharField(_("单位、与当事人的关系"), max_length=120, blank=True)
    agreed = models.ManyToManyField(Party, related_name="+", verbose_name=_("同意的当事人"))
    invited_at = models.DateTimeField(_("邀请时间"), default=timezone.now)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.name

    def is_veiled(self) -> bool:
        return bool(self.mediation.restriction)

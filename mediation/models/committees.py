"""Who makes up a people's mediation committee, and for how long (人民调解法 8, 9)."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.models import Tracked
from kernel.scoping import Reference
from mediation.models.mediation import is_over
from mediation.states import COMPOSITION_MOVES, CompositionState, Office
from people.models import Person, Unit


class CompositionQuerySet(Reference):
    def latest(self):
        """Of each committee the one that was registered last, with its members."""
        return (
            self.order_by("unit_id", "-registered_at", "-pk").distinct("unit_id").prefetch_related("members")
        )


class Composition(Tracked):
    """A committee as it was elected or appointed, whole. A change within the term is registered as another one."""

    MOVES = COMPOSITION_MOVES

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=gettext_lazy("调解委员会")
    )
    elected_on = models.DateField(gettext_lazy("推选（聘任）日期"))
    ends_on = models.DateField(gettext_lazy("任期届满"))
    state = models.CharField(gettext_lazy("状态"), max_length=20, choices=CompositionState)
    registered_at = models.DateTimeField(gettext_lazy("登记时间"), default=timezone.now)

    objects = CompositionQuerySet.as_manager()

    class Meta:
        ordering = ["-registered_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gt=models.F("elected_on")),
                name="composition_ends_after_it_begins",
            )
        ]

    def __str__(self):
        return str(_("%(unit)s的组成") % {"unit": self.unit})

    def is_headed(self, user) -> bool:
        return is_over(self.unit_id, user)

    @property
    def has_ended(self) -> bool:
        """Whether the term has ended, and somebody has to be elected anew."""
        return self.ends_on < timezone.localdate()


class Member(models.Model):
    """Somebody who sits on a committee; a mediator of the village need not have an account here."""

    composition = models.ForeignKey(Composition, on_delete=models.PROTECT, related_name="members")
    name = models.CharField(gettext_lazy("姓名"), max_length=60)
    sex = models.CharField(gettext_lazy("性别"), max_length=1, choices=Person.Sex)
    office = models.CharField(gettext_lazy("职务"), max_length=10, choices=Office)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["composition", "name"], name="member_once")]

    def __str__(self):
        return f"{self.name} {self.get_sex_display()} {self.get_office_display()}"

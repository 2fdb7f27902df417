"""What was registered of a petition when it came (信访工作条例 17, 19, 20, 22)."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, FileQuerySet, FileRow, UnderCase
from kernel.veil import Veiled
from people.models import User
from petitions.models.handling import PetitionHandling
from petitions.states import REGISTRATION_MOVES, Crossing, Elsewhere, Form, Purpose, RegistrationState


class RegistrationQuerySet(FileQuerySet):
    barred_through = "case"


class Registration(Veiled, UnderCase):
    """One coming of a petition.

    The first is that of the petition itself; each further one is the same matter again, with its own `words` and the
    `answer` they got, and with what is done for the petitioner all the same (`aftercare`, 37).

    One that is urgent may have social impact: it is reported at once (25).

    `unreachable` says why nobody can be told in writing: name or address unclear (23(2)). A `confidential` one hides
    the petitioner's name from the units to which it is sent.
    """

    MOVES = REGISTRATION_MOVES
    VEILED = ("problem_unit", "threat", "unreachable", "words", "answer", "aftercare")
    IN_FILE = "case"
    FIELDS = (
        "form",
        "came_on",
        "purpose",
        "problem_unit",
        "people_count",
        "is_urgent",
        "is_joint",
        "is_oral",
        "is_repeated",
        "is_anonymous",
        "is_confidential",
        "threat",
        "crossings",
        "elsewhere",
        "unreachable",
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    handling = models.ForeignKey(PetitionHandling, on_delete=models.PROTECT, related_name="registrations")
    state = models.CharField(
        _("状态"), max_length=20, choices=RegistrationState, default=RegistrationState.KEPT
    )
    form = models.CharField(_("信访形式"), max_length=10, choices=Form)
    came_on = models.DateField(_("收到日期"))
    purpose = models.CharField(_("信访目的"), max_length=10, choices=Purpose)
    problem_unit = models.CharField(_("问题所在单位"), max_length=60, blank=True)
    people_count = models.PositiveIntegerField(_("信访人数"), default=1, validators=[MinValueValidator(1)])
    is_urgent = models.BooleanField(_("重大紧急"), default=False)
    is_joint = models.BooleanField(_("联名信"), default=False)
    is_oral = models.BooleanField(_("口头提出，已如实记录"), default=False)
    is_repeated = models.BooleanField(_("重复信访"), default=False)
    is_anonymous = models.BooleanField(_("匿名"), default=False)
    is_confidential = models.BooleanField(_("信访人要求保密"), default=False)
    threat = models.CharField(_("扬言内容"), max_length=300, blank=True)
    crossings = ArrayField(
        models.CharField(max_length=12, choices=Crossing),
        verbose_name=_("三跨三分离"),
        default=list,
        blank=True,
    )
    elsewhere = ArrayField(
        models.CharField(max_length=12, choices=Elsewhere),
        verbose_name=_("其他途径"),
        default=list,
        blank=True,
    )
    unreachable = models.CharField(_("无法书面告知的原因"), max_length=200, blank=True)
    words = models.TextField(_("本次反映内容"), blank=True)
    answer = models.TextField(_("答复内容"), blank=True)
    aftercare = models.TextField(_("疏导帮扶"), blank=True)
    registered_at = models.DateTimeField(_("登记时间"), default=timezone.now)
    registered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("登记人")
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["registered_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(people_count__gte=1), name="registration_concerns_somebody"),
        ]

    def __str__(self):
        return f"{self.case.number} {self.get_form_display()}"

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def is_holder(self, user) -> bool:
        return self.handling.is_holder(user)

    @property
    def is_group(self) -> bool:
        """集体访: several came together. One matter, one head-count (20(3))."""
        return self.form == Form.VISIT and self.people_count > 1

    @property
    def has_threat(self) -> bool:
        return bool(self.threat)

    @property
    def shown_repeated(self) -> str:
        return _("重复信访") if self.is_repeated else _("初次信访")

    @property
    def shown_crossings(self) -> str:
        return "、".join(str(Crossing(one).label) for one in self.crossings)

    @property
    def shown_elsewhere(self) -> str:
        return "、".join(str(Elsewhere(one).label) for one in self.elsewhere)

    def topics(self):
        return self.handling.topics()

"""仲裁审查确认: what the parties of a labour dispute ask of the arbitration commission after their agreement."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, DeskQuerySet, FileRow
from mediation.models.agreements import Agreement
from mediation.models.confirmation import Confirmation
from mediation.models.mediation import Mediation
from mediation.states import ARBITRATION_MOVES, ArbitrationState
from people.models import Unit


class ArbitrationQuerySet(DeskQuerySet):
    def with_case(self):
        return self.select_related("case__category", "case__area", "mediation__mediator", "agreement", "unit")


class ArbitrationReview(Confirmation):
    """One agreement on a labour dispute before the commission, within fifteen days (劳动人事争议仲裁办案规则 74).

    `ruling` is 仲裁调解书, or the notice of what was refused. Its clocks are none of an office of ours.
    """

    MOVES = ARBITRATION_MOVES
    ASKING = "mediation.ask_arbitration"
    CITIZENS = frozenset({"mediation.ask_arbitration", "arbitration.accept", "arbitration.review"})
    JOINTLY = gettext_lazy("劳动人事争议仲裁办案规则第七十四条")
    LATE = gettext_lazy(
        "申请仲裁审查的期限自调解协议生效之日起算（劳动人事争议仲裁办案规则第七十四条），"
        "最后一日是 %(day)s，已经届满。"
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="arbitrations")
    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="arbitrations")
    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="arbitration")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    commission = models.CharField(gettext_lazy("仲裁委员会"), max_length=60, blank=True)
    handed_on = models.DateField(gettext_lazy("递交日期"), null=True)
    state = models.CharField(
        gettext_lazy("状态"), max_length=20, choices=ArbitrationState, default=ArbitrationState.OPEN
    )

    objects = ArbitrationQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[ArbitrationState.ACCEPTED, ArbitrationState.CONFIRMED])
                | Q(accepted_on__isnull=False) & ~Q(number=""),
                name="arbitration_accepted_has_a_number",
            ),
            models.CheckConstraint(
                condition=~Q(state=ArbitrationState.CONFIRMED)
                | Q(ruled_on__isnull=False, ruling__isnull=False) & ~Q(ruling_number=""),
                name="arbitration_confirmed_has_a_letter",
            ),
        ]

    @property
    def is_unasked(self) -> bool:
        return self.state == ArbitrationState.OPEN

    @property
    def name_of_clocks(self) -> str:
        return _("仲裁审查确认")

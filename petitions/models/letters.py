"""The papers that an office issues about a petition, each under its own number."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, FileQuerySet, FileRow, Round, UnderCase
from kernel.models import Attachment, Timed
from kernel.scoping import Reference
from kernel.veil import Veiled
from people.models import Unit, User
from petitions.models.forwardings import Forwarding
from petitions.models.handling import PetitionHandling
from petitions.states import (
    LETTER_MOVES,
    TO_UNITS,
    WRITERS,
    Delivery,
    LetterKind,
    LetterState,
    Result,
    Verdict,
)


class LetterCode(models.Model):
    """机关代字: how the numbers of a unit's letters begin, as in 衢江信转〔2026〕3号."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="letter_code")
    code = models.CharField(_("机关代字"), max_length=20, unique=True)

    objects = Reference.as_manager()

    def __str__(self):
        return self.code


PARTS = ("demand", "facts", "decision", "basis")
"""诉求、事实理由、处理意见、依据 (32)."""


class LetterQuerySet(FileQuerySet):
    barred_through = "case"

    def unfinished_in(self, unit_ids):
        """Drafted or checked, and not yet signed for issue."""
        return self.filter(unit__in=unit_ids, state__in=[LetterState.DRAFTED, LetterState.CHECKED])


class Letter(Veiled, Timed, UnderCase):
    """A paper: frozen with its number on the day it is signed for issue (签发).

    `issuer` is the name below the text; `body` holds a paragraph a line, headings after "# ". An opinion is drafted in
    the parts that the law asks for (32), and gets its body from them when it is issued; `remedy_to` is the body that
    may be asked to review it. The time in which the petitioner may ask runs on the letter, from its delivery.
    """

    MOVES = LETTER_MOVES
    VEILED = ("addressee", "body", "received_by", *PARTS)
    CITIZENS = frozenset({"petition.ask_review", "petition.ask_rereview"})
    TOLD_WITH = ("unit", "case")
    IN_FILE = "case"
    ENTRY_LABELS = {"print_paper": _("打印文书")}

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="+")
    handling = models.ForeignKey(PetitionHandling, on_delete=models.PROTECT, related_name="letters")
    forwarding = models.ForeignKey(Forwarding, null=True, on_delete=models.PROTECT, related_name="letters")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("制发单位"))
    issuer = models.CharField(_("落款"), max_length=60)
    kind = models.CharField(_("文书"), max_length=20, choices=LetterKind)
    number = models.CharField(_("文号"), max_length=60, blank=True)
    addressee = models.CharField(_("主送"), max_length=120)
    body = models.TextField(_("正文"), blank=True)
    result = models.CharField(
        _("处理结果"), max_length=12, choices=[*Result.choices, *Verdict.choices], blank=True
    )
    demand = models.TextField(_("投诉请求"), blank=True)
    facts = models.TextField(_("事实和理由"), blank=True)
    decision = models.TextField(_("处理意见"), blank=True)
    basis = models.TextField(_("法律法规等依据"), blank=True)
    remedy_to = models.CharField(_("复查机关"), max_length=60, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=LetterState, default=LetterState.ISSUED)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("拟稿人"))
    issued_on = models.DateField(_("成文日期"), null=True)
    issued_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("签发人")
    )
    delivered_on = models.DateField(_("送达日期"), null=True)
    way = models.CharField(_("送达方式"), max_length=12, choices=Delivery, blank=True)
    received_by = models.CharField(_("签收人"), max_length=60, blank=True)
    receipt = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = LetterQuerySet.as_manager()

    class Meta(FileRow.Meta):
        abstract = False
        ordering = ["made_at", "pk"]
        indexes = [
            *FileRow.Meta.indexes,
            models.Index(
                fields=["unit"],
                name="letter_unfinished",
                condition=Q(state__in=[LetterState.DRAFTED, LetterState.CHECKED]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="letter_number_once"),
            models.CheckConstraint(
                condition=~Q(state__in=[LetterState.ISSUED, LetterState.DELIVERED])
                | (~Q(number="") & Q(issued_on__isnull=False)),
                name="letter_issued_has_a_number",
            ),
            models.CheckConstraint(
                condition=~Q(state=LetterState.DELIVERED) | Q(delivered_on__isnull=False),
                name="letter_delivered_has_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.number}".strip()

    def is_veiled(self) -> bool:
        return bool(self.case.restriction)

    def is_holder(self, user) -> bool:
        return self.unit_id in user.unit_ids

    def may_be_printed_by(self, user) -> bool:
        """It names people in full: for the office that issues it; once issued, for the desk that has the matter too."""
        return self.is_holder(user) or (self.is_issued and self.handling.is_holder(user))

    @property
    def url(self) -> str:
        """The page on which it is worked on: that of the unit, or that of the desk."""
        if self.forwarding_id:
            return reverse("petitions:forwarding_detail", args=[self.forwarding_id])
        return reverse("petitions:detail", args=[self.handling_id])

    @property
    def is_issued(self) -> bool:
        return bool(self.number)

    @property
    def unit_of_clocks(self) -> Unit:
        return self.unit

    @property
    def name_of_clocks(self) -> str:
        return str(self)

    def keepers(self, people=User.objects):
        return self.readers(people.in_unit(self.unit, *WRITERS))

    @property
    def is_for_the_petitioner(self) -> bool:
        return self.kind not in TO_UNITS

    def topics(self):
        return self.told(f"case:{self.case_id}", f"unit:{self.unit_id}")

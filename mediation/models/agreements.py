"""What the parties agreed, and who signed it."""

import hashlib
import json
from typing import Any

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from kernel.encryption import Protected, ProtectedField
from kernel.models import Tracked
from kernel.scoping import ScopedQuerySet
from kernel.veil import Veiled
from mediation.capitals import LARGEST, in_capitals, in_figures
from mediation.models.mediation import Mediation
from mediation.states import (
    AGREEMENT_MOVES,
    BOUND_BY_SIGNATURES,
    LIVE,
    AgreementState,
    Way,
)
from people.models import Person, User


class AgreementQuerySet(ScopedQuerySet):
    scoped_through = "mediation"


ALONE = ", ".join(f"'{kind}'" for kind in BOUND_BY_SIGNATURES)
BY_SIGNATURES_ALONE = f"""
        EXISTS (SELECT 1 FROM mediation_mediation m WHERE m.id = NEW.mediation_id AND m.kind IN ({ALONE}))"""

BINDING = f"""
    IF NOT NEW.is_oral AND (
        EXISTS (SELECT 1 FROM mediation_signature s WHERE s.agreement_id = NEW.id AND s.signed_on IS NULL)
        OR NOT EXISTS (SELECT 1 FROM mediation_signature s WHERE s.agreement_id = NEW.id AND s.party_id IS NOT NULL)
        OR NOT EXISTS (SELECT 1 FROM mediation_signature s WHERE s.agreement_id = NEW.id AND s.mediator_id IS NOT NULL)
            AND NOT {BY_SIGNATURES_ALONE.strip()}
    ) THEN
        RAISE EXCEPTION 'Not everybody has signed agreement %.', NEW.id;
    END IF;
    RETURN NEW;
"""


STAMPED = f"""
    IF NOT NEW.is_oral AND NEW.stamped_on IS NULL AND NOT {BY_SIGNATURES_ALONE.strip()} THEN
        RAISE EXCEPTION 'Agreement % has no stamp.', NEW.id;
    END IF;
    RETURN NEW;
"""


OF_AN_AGREEMENT_IN_FORCE = """
    IF EXISTS (
        SELECT 1 FROM mediation_agreement a
        WHERE a.state = 'in_force' AND a.id IN (OLD.agreement_id, NEW.agreement_id)
    ) THEN
        RAISE EXCEPTION 'Agreement % is in force: its signatures are frozen.',
            COALESCE(OLD.agreement_id, NEW.agreement_id);
    END IF;
    RETURN COALESCE(NEW, OLD);
"""


class Agreement(Veiled, Tracked):
    """What the parties agreed. Once in force neither the row nor its signatures can change: the database refuses.

    A written one binds when all parties and the mediator have signed and the committee's stamp is set (人民调解法 29);
    of what a court referred, when the parties have signed (`TERMS`). An oral one binds from the day of agreement (30).
    """

    MOVES = AGREEMENT_MOVES
    ENTRY_LABELS = {
        "edit_agreement": _("修改协议草稿"),
        "print_agreement": _("打印协议书"),
        "keep_signed": _("上传已签扫描件"),
    }
    READ_TOGETHER = ("mediation__round", "mediation__case", "mediation__unit__area")
    VEILED = ("facts", "duties", "terms", "performance", "schedule", "open_reason")
    IN_FILE = "mediation__case"
    TEXTS = ("facts", "duties", "terms", "performance", "perform_by", "amount", "open_reason")
    SHOWN = (*TEXTS, "schedule")
    """What the form of a draft shows; `schedule` are the instalments as text, written together with their rows."""

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="agreements")
    version = models.PositiveSmallIntegerField(_("版本"), default=1)
    is_oral = models.BooleanField(_("口头协议"), default=False)
    state = models.CharField(_("状态"), max_length=20, choices=AgreementState, default=AgreementState.DRAFTED)
    facts = models.TextField(_("纠纷主要事实、争议事项"))
    duties = models.TextField(_("各方当事人的责任"), blank=True)
    terms = models.TextField(_("达成的协议内容"))
    performance = models.TextField(_("履行方式"))
    perform_by = models.DateField(_("履行期限"), null=True, blank=True)
    amount = models.DecimalField(
        _("协议金额（元）"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(LARGEST)],
    )
    schedule = models.TextField(_("分期履行"), blank=True)
    open_reason = models.CharField(_("留有余额的原因"), max_length=200, blank=True)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("起草人"))
    drafted_at = models.DateTimeField(default=timezone.now)
    stamped_on = models.DateField(_("用印日期"), null=True)
    stamped_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    in_force_on = models.DateField(_("生效日期"), null=True)
    number = models.CharField(_("协议编号"), max_length=40, blank=True)
    content_hash = models.CharField(_("内容摘要"), max_length=64, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["mediation", "version"]
        constraints = [
            models.UniqueConstraint(fields=["mediation", "version"], name="agreement_version_once"),
            models.UniqueConstraint(
                fields=["mediation"], condition=Q(state__in=sorted(LIVE)), name="agreement_one_that_counts"
            ),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="agreement_number_once"),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="agreement_amount_is_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(stamped_on=None, stamped_by=None)
                | Q(stamped_on__isnull=False, stamped_by__isnull=False),
                name="agreement_stamp_has_a_day_and_a_keeper",
            ),
            models.CheckConstraint(
                condition=Q(state=AgreementState.IN_FORCE, in_force_on__isnull=False) & ~Q(content_hash="")
                | ~Q(state=AgreementState.IN_FORCE) & Q(in_force_on=None, number="", content_hash=""),
                name="agreement_in_force_has_a_day_and_a_hash",
            ),
            models.CheckConstraint(
                condition=~Q(state=AgreementState.IN_FORCE)
                | Q(is_oral=True, number="")
                | Q(is_oral=False) & ~Q(number=""),
                name="agreement_written_in_force_is_numbered",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="frozen_in_force",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state=AgreementState.IN_FORCE.value),
            ),
            pgtrigger.Trigger(
                name="binding_when_all_have_signed",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__state=AgreementState.IN_FORCE.value),
                func=BINDING,
            ),
            pgtrigger.Trigger(
                name="stamped_where_its_kind_asks",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__state=AgreementState.IN_FORCE.value),
                func=STAMPED,
            ),
        ]

    def __str__(self):
        return self.number or f"{self.title} V{self.version}"

    def save(self, *args, **kwargs):
        if self.dossier_id is None:
            self.dossier_id = self.mediation.dossier_id
        super().save(*args, **kwargs)

    @property
    def restriction(self) -> str:
        return self.mediation.restriction

    def is_veiled(self) -> bool:
        return bool(self.restriction)

    def is_holder(self, user) -> bool:
        return self.mediation.is_holder(user)

    def is_in_charge(self, user) -> bool:
        return self.mediation.is_in_charge(user)

    def work_done(self):
        return self.mediation.work_done()

    def topics(self):
        return self.mediation.topics()

    @property
    def title(self) -> str:
        """人民调解协议书, or what an agreement of this kind is called; an oral one has no paper of the parties."""
        return str(_("口头调解协议") if self.is_oral else self.mediation.terms.title)

    @property
    def amount_in_capitals(self) -> str:
        return "" if self.amount is None else in_capitals(self.amount)

    @property
    def amount_in_figures(self) -> str:
        return "" if self.amount is None else in_figures(self.amount)

    def places(self) -> "models.QuerySet[Signature] | tuple[()]":
        """Where to sign: the parties first, then the mediator. An oral agreement has none."""
        return self.signatures.all() if self.pk else ()

    def instalment_rows(self) -> "models.QuerySet[Any] | tuple[()]":
        """The instalments with who pays whom, where the sum is not paid at once."""
        return self.instalments.select_related("payer", "payee") if self.pk else ()

    def missing(self) -> list[str]:
        """Who still has to sign or stamp before a written agreement binds."""
        names = [str(place) for place in self.places() if not place.signed_on]
        needs_stamp = self.mediation.is_stamped and not self.stamped_on
        return [*names, str(_("调解委员会印章"))] if needs_stamp else names

    def content(self) -> dict:
        """All that was agreed, for the hash: names and dates. Papers of people are sealed by their own encryption."""
        signatures = [
            [place.party_id, place.mediator_id, place.name, place.way, str(place.signed_on)]
            + ([place.signer_id] if place.signer_id else [])
            for place in self.places()
        ]
        amount = None if self.amount is None else f"{self.amount:.2f}"
        texts = {name: getattr(self, name) for name in ("facts", "duties", "terms", "performance")}
        days = {name: str(getattr(self, name)) for name in ("perform_by", "stamped_on", "in_force_on")}
        return {
            **texts,
            **days,
            "case": self.mediation.case.number,
            "number": self.number,
            "version": self.version,
            "is_oral": self.is_oral,
            "amount": amount,
            "signatures": signatures,
            **self.in_parts(),
        }

    def in_parts(self) -> dict:
        """The instalments, for the hash. What was frozen before there were any keeps its hash."""
        parts = [
            [one.payer_id, one.payee_id, f"{one.amount:.2f}", str(one.due_on), one.way]
            for one in self.instalment_rows()
        ]
        found = {"instalments": parts, "open_reason": self.open_reason}
        return {name: value for name, value in found.items() if value}

    def digest(self) -> str:
        """SHA-256 of the canonical JSON of the content. It equals `content_hash` for as long as nobody tampered."""
        text = json.dumps(self.content(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class Signature(Veiled, Protected):
    """A place to sign on a written agreement, for one party or for the mediator; empty until `signed_on`.

    `details` is the party as the paper names it (sex, birth, papers, address, telephone), as JSON; it stays as it
    was when the agreement was handed out for signing.
    """

    VEILED = ("name",)
    IN_FILE = "agreement__mediation__case"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    mediator = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    details = ProtectedField(kind="text")
    signer = models.ForeignKey(
        Person, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("代签人")
    )
    way = models.CharField(_("签署方式"), max_length=10, choices=Way, blank=True)
    signed_on = models.DateField(_("签署日期"), null=True)
    noted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "party"], name="signature_once_per_party"),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(mediator__isnull=False), name="signature_one_mediator"
            ),
            models.CheckConstraint(
                condition=Q(party=None, mediator__isnull=False) | Q(party__isnull=False, mediator=None),
                name="signature_of_a_party_or_of_the_mediator",
            ),
            models.CheckConstraint(
                condition=Q(signed_on=None, way="", noted_by=None)
                | Q(signed_on__isnull=False, noted_by__isnull=False) & ~Q(way=""),
                name="signature_signed_has_a_day_and_a_way",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_with_its_agreement",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=OF_AN_AGREEMENT_IN_FORCE,
            ),
        ]

    def __str__(self):
        return self.name

    def is_veiled(self) -> bool:
        """The mediator's name is no secret, and changes when the work is handed over."""
        return bool(self.party_id and self.agreement.mediation.restriction)

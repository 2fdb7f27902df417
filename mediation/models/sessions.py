"""The meetings of the parties."""

import pgtrigger
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from kernel.scoping import ScopedQuerySet
from kernel.veil import Veiled
from mediation.models.mediation import Mediation
from mediation.models.plans import SessionPlan
from people.models import User

FROZEN = """
    IF EXISTS (SELECT 1 FROM mediation_recordsignature s WHERE s.session_id = {session}) THEN
        RAISE EXCEPTION 'The record of session % is signed: it is frozen.', {session};
    END IF;
    RETURN COALESCE(NEW, OLD);
"""
"""A record that somebody signed stays as it was read to them (人民调解法 27)."""


class SessionQuerySet(ScopedQuerySet):
    scoped_through = "mediation"


class Session(Veiled):
    """One meeting of the parties with the mediator (第 N 次调解) and its record. `plan` is how it was agreed on.

    Once somebody signed the record, the database refuses to change it; corrections are added (`Addendum`).
    """

    TEXTS = ("place", "others", "record")
    VEILED = TEXTS
    IN_FILE = "mediation__case"

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="sessions")
    plan = models.OneToOneField(SessionPlan, null=True, on_delete=models.PROTECT, related_name="session")
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

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["mediation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["mediation", "number"], name="session_numbered_once"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_when_signed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=FROZEN.format(session="OLD.id"),
            )
        ]

    def __str__(self):
        return str(_("第 %(number)d 次调解") % {"number": self.number})

    def is_veiled(self) -> bool:
        return bool(self.mediation.restriction)

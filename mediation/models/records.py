"""What belongs to the record of a session: attempts, signatures, and what was put right afterwards."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from kernel.models import Attachment
from kernel.veil import Veiled
from mediation.models.plans import PlanGuest
from mediation.models.sessions import FROZEN, Session
from mediation.states import RecordWay
from people.models import User


class Attended(Session.attended.through):  # type: ignore[name-defined, misc]
    """Who was there, as the record says: frozen with it."""

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="frozen_with_its_record",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=FROZEN.format(session="COALESCE(NEW.session_id, OLD.session_id)"),
            )
        ]


class PartOfARecord(Veiled):
    """A row of a record, in the file of its matter."""

    IN_FILE = "session__mediation__case"

    class Meta:
        abstract = True

    def is_veiled(self) -> bool:
        return bool(self.session.mediation.restriction)


class Attempt(PartOfARecord):
    """A proposal in a session, and what each side said to it (调解方案)."""

    VEILED = ("proposal", "applicants", "respondents")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attempts")
    proposal = models.TextField(_("调解方案"))
    applicants = models.CharField(_("申请人一方的答复"), max_length=300)
    respondents = models.CharField(_("被申请人一方的答复"), max_length=300)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_with_its_record",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=FROZEN.format(session="COALESCE(NEW.session_id, OLD.session_id)"),
            )
        ]

    def __str__(self):
        return self.proposal[:20]


class RecordSignature(PartOfARecord):
    """The record was read back, and somebody who was there signed it, on the screen or on paper, or would not."""

    VEILED = ("name", "note")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="signatures")
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    guest = models.ForeignKey(PlanGuest, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("签名的人"), max_length=120)
    way = models.CharField(_("签名方式"), max_length=10, choices=RecordWay)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    image = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=timezone.now)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "party"], name="recordsignature_party_once"),
            models.UniqueConstraint(fields=["session", "user"], name="recordsignature_user_once"),
            models.UniqueConstraint(fields=["session", "guest"], name="recordsignature_guest_once"),
            models.CheckConstraint(
                condition=Q(party__isnull=False, user=None, guest=None)
                | Q(party=None, user__isnull=False, guest=None)
                | Q(party=None, user=None, guest__isnull=False),
                name="recordsignature_of_one",
            ),
            models.CheckConstraint(
                condition=~Q(way=RecordWay.SCREEN) | Q(image__isnull=False),
                name="recordsignature_drawn_has_a_picture",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="signed_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self):
        return self.name


class Addendum(PartOfARecord):
    """补正: what was put right of a record after somebody had signed it. The record itself stays."""

    VEILED = ("text",)

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="addenda")
    text = models.TextField(_("补正内容"))
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        triggers = [pgtrigger.Protect(name="added_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return self.text[:20]

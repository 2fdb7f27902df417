"""Sessions that are still to come: when, in which room, and who is asked to come (人民调解法 20, 21)."""

from datetime import datetime, time, timedelta

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Party, Request
from kernel.models import Tracked
from kernel.scoping import Reference, ScopedQuerySet
from kernel.veil import Veiled
from mediation.models.mediation import Mediation
from mediation.states import PLAN_MOVES, Attendance, Guest, Manner, PlanState
from people.models import Unit, User


class Room(models.Model):
    """A room for mediation, of the centre or of a committee."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("单位"))
    name = models.CharField(_("名称"), max_length=40)
    seats = models.PositiveSmallIntegerField(_("座位"), default=8)

    objects = Reference.as_manager()

    class Meta:
        ordering = ["unit", "pk"]
        constraints = [models.UniqueConstraint(fields=["unit", "name"], name="room_named_once")]

    def __str__(self):
        return f"{self.name}（{self.seats} 座）"


class SessionPlanQuerySet(ScopedQuerySet):
    scoped_through = "mediation"

    def planned(self):
        return self.filter(state=PlanState.PLANNED)

    def on(self, day):
        midnight = timezone.make_aware(datetime.combine(day, time.min))
        return self.filter(begins_at__gte=midnight, begins_at__lt=midnight + timedelta(days=1))

    def for_lists(self):
        rows = self.select_related("mediation__case", "mediation__mediator", "room")
        return rows.prefetch_related("guests__party__person", "guests__unit").order_by("begins_at", "pk")


IN_THE_ROOM = Func(F("room"), F("room"), Value("[]"), function="int8range")
MEANWHILE = Func(F("begins_at"), F("ends_at"), function="tstzrange", output_field=DateTimeRangeField())
"""Both are ranges, so that one index of PostgreSQL itself compares them, without an extension."""


class SessionPlan(Veiled, Tracked):
    """约定的调解: a session to come. What was said in it is the `Session` that it becomes."""

    MOVES = PLAN_MOVES
    VEILED = ("place", "bring", "reason")
    IN_FILE = "mediation__case"
    READ_TOGETHER = ("mediation__case", "mediation__round", "mediation__unit", "room")

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="plans")
    begins_at = models.DateTimeField(_("时间"))
    ends_at = models.DateTimeField(_("预计结束"))
    room = models.ForeignKey(
        Room, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("调解室")
    )
    place = models.CharField(_("地点"), max_length=120, blank=True)
    manner = models.CharField(_("方式"), max_length=10, choices=Manner, default=Manner.TOGETHER)
    bring = models.CharField(_("请携带"), max_length=200, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=PlanState, default=PlanState.PLANNED)
    reason = models.CharField(_("原因"), max_length=300, blank=True)
    continues = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="continued", verbose_name=_("接续")
    )
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=timezone.now)

    objects = SessionPlanQuerySet.as_manager()

    class Meta:
        ordering = ["begins_at", "pk"]
        indexes = [
            models.Index(
                fields=["begins_at"], name="sessionplan_to_come", condition=Q(state=PlanState.PLANNED)
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("begins_at")), name="sessionplan_ends_after_it_begins"
            ),
            ExclusionConstraint(
                name="sessionplan_room_is_free",
                expressions=[(IN_THE_ROOM, RangeOperators.OVERLAPS), (MEANWHILE, RangeOperators.OVERLAPS)],
                condition=Q(state=PlanState.PLANNED, room__isnull=False),
            ),
        ]

    def __str__(self):
        return str(_("%(at)s的调解") % {"at": f"{timezone.localtime(self.begins_at):%m-%d %H:%M}"})

    def save(self, *args, **kwargs):
        if self.dossier_id is None:
            self.dossier_id = self.mediation.dossier_id
        super().save(*args, **kwargs)

    def is_veiled(self) -> bool:
        return bool(self.mediation.restriction)

    def is_holder(self, user) -> bool:
        return self.mediation.is_holder(user)

    def is_taking_part(self, user) -> bool:
        return self.mediation.is_taking_part(user)

    def work_done(self):
        return self.mediation.work_done()

    def topics(self):
        return self.mediation.topics()

    @property
    def where(self) -> str:
        return self.place or (self.room.name if self.room_id else "")

    @property
    def slug(self) -> str:
        """Its 调解通知书 among the papers of the mediation."""
        return f"invitation-{self.pk}"

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.begins_at).total_seconds() / 60)

    @property
    def has_begun(self) -> bool:
        return self.begins_at <= timezone.now()

    def parties(self) -> list[Party]:
        return [guest.party for guest in self.guests.all() if guest.party_id]


class PlanGuest(Veiled):
    """Somebody asked to a session: a party, a helper or an expert by name, a unit by a request of the file.

    Whether they came is noted when the session was held, and stays.
    """

    VEILED = ("name", "deputy")
    IN_FILE = "plan__mediation__case"

    plan = models.ForeignKey(SessionPlan, on_delete=models.PROTECT, related_name="guests")
    kind = models.CharField(_("身份"), max_length=10, choices=Guest)
    party = models.ForeignKey(Party, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("姓名"), max_length=120, blank=True)
    attendance = models.CharField(_("到场情况"), max_length=10, choices=Attendance, blank=True)
    deputy = models.CharField(_("受托人、到场人员"), max_length=120, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "party"], name="planguest_party_once"),
            models.UniqueConstraint(fields=["plan", "unit"], name="planguest_unit_once"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="attendance_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.attendance <> ''"),
            )
        ]

    def __str__(self):
        """申请人 陈素芬; 衢江区住建局; 村委会主任 张三."""
        if self.party_id:
            return f"{self.party.get_side_display()} {self.party.name}"
        return self.unit.name if self.unit_id else self.name

    def is_veiled(self) -> bool:
        return bool(self.plan.mediation.restriction)

    @property
    def masked(self) -> str:
        return f"{self.party.get_side_display()} {self.party.masked}" if self.party_id else str(self)

    @property
    def is_present(self) -> bool:
        return self.attendance in (Attendance.CAME, Attendance.DEPUTY)

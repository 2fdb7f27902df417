"""Sessions are agreed on, moved, cancelled and adjourned."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.states import RequestKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import moving
from mediation.models import PlanGuest, Room, SessionPlan
from mediation.services.parties import refuse_unagreed
from mediation.states import Guest, HelperKind, Manner, State
from people.roles import Restriction

GUEST_OF = {HelperKind.EXPERT: Guest.EXPERT}
"""As what a helper comes, where not as helper."""


def plan_session(
    mediation, *, by, begins_at, minutes, manner, parties, room=None, place="", bring="", **asked
) -> SessionPlan:
    """Agree on a session. `asked` says who else comes: helpers who were invited with the consent of the parties, and
    units with what they are asked for."""
    details: dict[str, object] = {}
    with moving(mediation, "plan_session", by=by, details=details):
        refuse_past(begins_at)
        refuse_under_one_roof(mediation, manner, parties)
        refuse_uninvited(mediation, asked.get("helpers", ()))
        plan = SessionPlan(mediation=mediation, manner=manner, place=place, bring=bring, planned_by=by)
        book(plan, room, begins_at, minutes)
        with room_is_free(room):
            plan.save()
        invite(plan, parties, by=by, **asked)
        details["plan"] = plan.pk
    return plan


def book(plan, room, begins_at, minutes):
    """Set time and room. Others who want the room wait here: by the constraint alone, two at once die in a deadlock."""
    if room:
        Room.objects.select_for_update(no_key=True).get(pk=room.pk)
    plan.room, plan.begins_at, plan.ends_at = room, begins_at, begins_at + timedelta(minutes=minutes)


def room_is_free(room):
    """Of two who want one room at one time, the second is told; the database decides."""
    text = _("%(room)s在这段时间已经约出，请换一间调解室或者换个时间。") % {"room": room}
    return cases.once("sessionplan_room_is_free", text)


def refuse_past(begins_at):
    if begins_at <= timezone.now():
        raise MoveRefused(_("约定的时间已经过去；已经进行的调解请直接“记录调解”。"))


def refuse_under_one_roof(mediation, manner, parties):
    """Where violence is named no session brings both sides together (practice.md, Mediation 10)."""
    sides = {party.side for party in parties}
    if mediation.restriction == Restriction.VIOLENCE and (manner != Manner.APART or len(sides) > 1):
        raise MoveRefused(
            _(
                "本件涉及家庭暴力，为保护当事人的安全和隐私（反家庭暴力法第五条），"
                "不能约各方同场调解：请选“分别调解”，每次只约一方。"
            )
        )


def refuse_uninvited(mediation, helpers):
    """A party that joined later was not asked about a helper yet."""
    for helper in helpers:
        if helper.mediation_id != mediation.pk:
            raise MoveRefused(_("%(name)s没有受邀参与本件调解。") % {"name": helper})
        refuse_unagreed(mediation.case, helper.agreed.all())


def invite(plan, parties, *, by, helpers=(), units=(), request=""):
    """Parties, whoever helps them to agree (人民调解法 20), and units, each by a request of the file."""
    guests = [PlanGuest(kind=Guest.PARTY, party=party) for party in parties]
    guests += [
        PlanGuest(kind=GUEST_OF.get(helper.kind, Guest.HELPER), name=helper.name) for helper in helpers
    ]
    guests += [
        PlanGuest(kind=Guest.UNIT, unit=unit, request=ask_to_join(plan, unit, request, by)) for unit in units
    ]
    for guest in guests:
        guest.plan = plan
        guest.save()


def ask_to_join(plan, unit, words, by):
    """A request for help on the file: the unit answers it there, and the round waits for the answer."""
    at = timezone.localtime(plan.begins_at)
    text = _("请派员参加 %(at)s 在%(place)s的联合调解。%(words)s") % {
        "at": f"{at:%Y-%m-%d %H:%M}",
        "place": plan.where,
        "words": words,
    }
    committee = plan.mediation.unit
    return cases.ask(
        plan.mediation.round, by=by, kind=RequestKind.HELP, from_unit=committee, to_unit=unit, text=text
    )


def move_session(plan, *, by, begins_at, minutes, note, room=None, place=""):
    """The same session at another time or place. Units that were asked are told."""
    with room_is_free(room), moving(plan, "move_session", by=by, note=note):
        refuse_past(begins_at)
        book(plan, room, begins_at, minutes)
        plan.place = place
    tell_units(plan, _("联合调解已改期：%(number)s，%(at)s"), by=by)


def cancel_session(plan, *, by, note):
    with moving(plan, "cancel_session", by=by, note=note):
        plan.reason = note
    tell_units(plan, _("联合调解已取消：%(number)s，%(at)s"), by=by)


def adjourn_session(plan, *, by, begins_at, minutes, note, room=None, place="") -> SessionPlan:
    """休会: the talks go on another day, with the same people. What was said so far is recorded as a session."""
    details: dict[str, object] = {}
    with moving(plan, "adjourn_session", by=by, note=note, details=details):
        refuse_adjourning(plan)
        refuse_past(begins_at)
        following = SessionPlan(
            mediation=plan.mediation,
            manner=plan.manner,
            bring=plan.bring,
            place=place,
            continues=plan,
            planned_by=by,
        )
        book(following, room, begins_at, minutes)
        with room_is_free(room):
            following.save()
        come_again(plan, following)
        details["plan"] = following.pk
    tell_units(following, _("联合调解休会，下次：%(number)s，%(at)s"), by=by)
    return following


def refuse_adjourning(plan):
    if not plan.has_begun:
        raise MoveRefused(_("调解还没有开始，请用“改期”。"))
    if plan.mediation.state != State.MEDIATING:
        raise MoveRefused(_("本件已不在调解中，不能再约下一次。"))
    if SessionPlan.objects.filter(continues=plan).exists():
        raise MoveRefused(_("这次调解已经休会，并约定了下一次。"))


def come_again(plan, following):
    """A request that was asked for the session holds for its continuation."""
    for guest in plan.guests.all():
        same = {name: getattr(guest, name) for name in ("kind", "party", "unit", "request", "name")}
        PlanGuest(plan=following, **same).save()


def release_session(plan, *, by):
    with moving(plan, "release_session", by=by):
        pass


def release_sessions(mediation, *, by):
    """The mediation is over: what was still planned is off, and its rooms are free."""
    for plan in mediation.plans.planned():
        release_session(plan, by=by)


def tell_units(plan, text, *, by):
    case, at = plan.mediation.case, timezone.localtime(plan.begins_at)
    words = {"number": case.number, "at": f"{at:%m-%d %H:%M}"}
    url = reverse("cases:detail", args=[case.pk])
    for guest in plan.guests.exclude(request=None).select_related("request"):
        others = [person for person in guest.request.helpers() if person != by]
        notify(others, guest.request, text % words, url=url)

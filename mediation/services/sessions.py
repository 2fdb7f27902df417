"""The meetings of the parties and their records."""

from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.attachments import attach
from kernel.editing import Conflict, recorded, stale_fields
from kernel.moves import MoveRefused
from kernel.transitions import moving
from mediation.models import Addendum, Attempt, RecordSignature, Session
from mediation.services.consents import refuse_without_consent
from mediation.services.plans import refuse_under_one_roof
from mediation.states import Attendance, Manner, RecordWay
from people.models import User


def record_session(
    mediation, *, by, held_at, place, attended, others, record, recorded_by=None, plan=None
) -> Session:
    """Write down one meeting. `recorded_by` kept the record (记录人); it need not be who mediates, or types."""
    details: dict[str, object] = {}
    with moving(mediation, "record_session", by=by, details=details):
        refuse_without_consent(mediation)
        manner = plan.manner if plan else one_side_or_both(attended)
        refuse_under_one_roof(mediation, manner, attended)
        session = Session.objects.create(
            mediation=mediation,
            plan=plan,
            number=mediation.sessions.count() + 1,
            held_at=held_at,
            place=place,
            others=others,
            record=record,
            recorded_by=keeper_of(mediation, recorded_by or by, by),
        )
        session.attended.set(attended)
        details |= {"session": session.pk, "number": session.number}
    return session


def one_side_or_both(parties) -> Manner:
    return Manner.TOGETHER if len({party.side for party in parties}) > 1 else Manner.APART


def keeper_of(mediation, keeper, by):
    if keeper != by and not User.objects.in_unit(mediation.unit).filter(pk=keeper.pk).exists():
        raise MoveRefused(_("记录人应当是%(unit)s的人员。") % {"unit": mediation.unit})
    return keeper


def hold_session(plan, *, by, attendance, others="", **record) -> Session:
    """A planned session took place. `attendance` says of each guest whether they came, and who came for them."""
    with moving(plan, "hold_session", by=by):
        refuse_before_its_time(plan)
        for guest, (came, deputy) in attendance.items():
            guest.attendance, guest.deputy = came, deputy
            guest.save()
        present = [guest for guest in attendance if guest.is_present]
        names = [*(named(guest) for guest in present if not guest.party_id), others]
        return record_session(
            plan.mediation,
            by=by,
            plan=plan,
            attended=[guest.party for guest in present if guest.party_id],
            others="、".join(filter(None, names))[:200],
            **record,
        )


def refuse_before_its_time(plan):
    if not plan.has_begun:
        raise MoveRefused(_("约定的时间还没有到；提前进行的，请先改期。"))


def named(guest) -> str:
    """衢江区住建局（王工）."""
    return f"{guest}（{guest.deputy}）" if guest.deputy else str(guest)


def add_attempt(session, *, by, proposal, applicants, respondents) -> Attempt:
    """What was proposed in a session, and what each side said to it."""
    with moving(session.mediation, "add_attempt", by=by, details={"session": session.pk}):
        refuse_signed(session)
        return Attempt.objects.create(
            session=session, proposal=proposal, applicants=applicants, respondents=respondents, noted_by=by
        )


def refuse_signed(session):
    if session.signatures.exists():
        raise MoveRefused(_("记录已经宣读签名，不能再改；需要更正的，请写“补正”。"))


def correct_record(session, *, by, seen, **texts):
    """Put right a record before anybody signed it. `seen` is the token of the form; two who write see both texts."""
    details: dict[str, object] = {"session": session.pk}
    with moving(session.mediation, "correct_record", by=by, details=details):
        session.refresh_from_db(fields=[*Session.TEXTS])
        refuse_signed(session)
        if differences := stale_fields(session, "correct_record", seen, texts):
            raise Conflict(differences)
        before = {name: recorded(session, name) for name in texts}
        for name, text in texts.items():
            setattr(session, name, text)
        session.save()
        details["changed"] = {name: [before[name], recorded(session, name)] for name in texts}


def sign_record(session, *, by, signer, way, note="", image=None) -> RecordSignature:
    """The record was read to somebody who was there (人民调解法 27), and they signed, or would not.

    `signer` is a party, somebody of the committee, or a guest of the session.
    """
    details = {"session": session.pk, "way": way}
    place = place_of(signer)
    with moving(session.mediation, "sign_record", by=by, details=details):
        refuse_place(session, place)
        refuse_way(way, note, image)
        picture = attach(session.mediation.case, image, by=by) if image else None
        signature = RecordSignature.objects.create(
            session=session, name=name_of(signer), way=way, note=note, image=picture, noted_by=by, **place
        )
        details["signature"] = signature.pk
    return signature


def place_of(signer) -> dict:
    """The column of a signature in which this one stands."""
    column = {"user": "user", "party": "party", "planguest": "guest"}[signer._meta.model_name]
    return {column: signer}


def name_of(signer) -> str:
    return str(getattr(signer, "name", "") or signer)


def refuse_place(session, place):
    if session.signatures.filter(**place).exists():
        raise MoveRefused(_("此人已经签名。"))
    party, guest = place.get("party"), place.get("guest")
    if party and not session.attended.filter(pk=party.pk).exists():
        raise MoveRefused(_("%(name)s没有参加这次调解，不在记录上签名。") % {"name": party.name})
    if guest and (guest.plan_id != session.plan_id or guest.attendance == Attendance.ABSENT):
        raise MoveRefused(_("%(name)s没有参加这次调解，不在记录上签名。") % {"name": guest})


def refuse_way(way, note, image):
    if way == RecordWay.SCREEN and not image:
        raise MoveRefused(_("请在签名板上签名，或者选择签名的图片。"))
    if way == RecordWay.REFUSED and not note:
        raise MoveRefused(_("拒绝签名的，请写明原因和在场的见证人。"))


def add_addendum(session, *, by, text) -> Addendum:
    """Put right a record that was signed: the record stays, and what was wrong stands below it."""
    with moving(session.mediation, "add_addendum", by=by, details={"session": session.pk}):
        if not session.signatures.exists():
            raise MoveRefused(_("记录还没有签名，不用补正。"))
        return Addendum.objects.create(session=session, text=text, added_by=by, added_at=timezone.now())

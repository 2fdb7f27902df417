"""Story P2, point 3: two sessions over a ceiling, the second with 区住建局. Times are Asia/Shanghai."""

from contextlib import contextmanager
from datetime import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.states import RequestState
from kernel.papers import docx
from mediation import services
from mediation.models import Room
from mediation.papers import file_of, fitting, label_of, made
from mediation.selectors import signers_of_record
from mediation.states import Attendance, Manner, PlanState, RecordWay
from people.models import Unit
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import CommitteeFactory, accepted, consented, mediator_of
from tests.mediation.test_keep_note import parts_of
from tests.mediation.test_sign_record import drawn

SHANGHAI = timezone.get_default_timezone()
NOTE = "周启航私下说愿意出一万二。"


def moment(month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


@contextmanager
def at(month, day, hour, minute=0):
    with time_machine.travel(moment(month, day, hour, minute), tick=False):
        yield


@pytest.fixture
def bureau():
    return Unit.objects.get(code="housing")


@pytest.fixture
def engineer(bureau):
    return UserFactory(name="王工", post=(Role.HANDLER, bureau))


@pytest.fixture
def mediation():
    with at(8, 17, 10):
        return accepted(mediator_of(CommitteeFactory(), name="连翠英"))


@pytest.fixture
def sessions(mediation, bureau, engineer):
    """25 August, adjourned; 4 September, joint."""
    mediator = mediation.mediator
    room = Room.objects.get(unit__code="centre", name="第一调解室")
    parties = list(mediation.case.parties.all())
    with at(8, 20, 9):
        first = services.plan_session(
            mediation,
            by=mediator,
            begins_at=moment(8, 25, 14, 30),
            minutes=90,
            room=room,
            manner=Manner.TOGETHER,
            parties=parties,
        )
    with at(8, 25, 16):
        services.adjourn_session(
            first,
            by=mediator,
            begins_at=moment(9, 3, 9),
            minutes=120,
            room=room,
            note="请住建部门说明防水保修责任后再谈",
        )
        hold(
            first, {guest: (Attendance.CAME, "") for guest in first.guests.all()}, "双方对数额有争议，休会。"
        )
        consented(mediation)
        services.keep_note(mediation, by=mediator, text=NOTE)
        services.cancel_session(first.continued, by=mediator, note="改为与区住建局联合调解")
        joint = services.plan_session(
            mediation,
            by=mediator,
            begins_at=moment(9, 4, 9),
            minutes=120,
            room=room,
            manner=Manner.TOGETHER,
            parties=parties,
            units=[bureau],
            request="请说明防水工程保修责任。",
        )
    request = joint.guests.get(unit=bureau).request
    with at(8, 27, 10):
        cases.accept_request(request, by=engineer)
        cases.answer_request(request, by=engineer, answer="派王工参加；防水保修期为五年。")
    with at(9, 4, 11):
        came = {guest: (Attendance.CAME, "王工" if guest.unit_id else "") for guest in joint.guests.all()}
        hold(joint, came, "区住建局说明保修责任，各方就 12,806.05 元达成一致。")
        cases.verify_request(request, by=mediator)
    return [first, joint]


def hold(plan, attendance, record):
    """Held, recorded, read back, and signed by all who were there."""
    session = services.hold_session(
        plan,
        by=plan.mediation.mediator,
        attendance=attendance,
        held_at=plan.begins_at,
        place=plan.where,
        record=record,
    )
    for signer in signers_of_record(session):
        services.sign_record(
            session, by=plan.mediation.mediator, signer=signer, way=RecordWay.SCREEN, image=drawn()
        )


def test_two_sessions_the_second_with_a_department_each_signed_by_who_was_there(mediation, sessions):
    first, joint = mediation.sessions.all()
    assert [timezone.localdate(one.held_at).isoformat() for one in (first, joint)] == [
        "2026-08-25",
        "2026-09-04",
    ]
    signed = [[one.name for one in session.signatures.all()] for session in (first, joint)]
    parties = ["陈素芬", "周启航", "衢州市安澜物业有限公司"]
    assert signed == [[*parties, "连翠英"], [*parties, "区住建局", "连翠英"]]
    states = list(mediation.plans.order_by("begins_at").values_list("state", flat=True))
    assert states == [PlanState.HELD, PlanState.CANCELLED, PlanState.HELD]


def test_the_department_was_asked_answered_and_came(mediation, sessions, bureau):
    guest = sessions[1].guests.get(unit=bureau)
    assert (guest.attendance, guest.deputy) == (Attendance.CAME, "王工")
    assert guest.request.state == RequestState.VERIFIED
    assert mediation.sessions.last().others == "区住建局（王工）"
    verbs = [entry.verb for entry in mediation.dossier.entries.order_by("seq")]
    road = [
        "plan_session",
        "adjourn_session",
        "hold_session",
        "ask",
        "plan_session",
        "answer_request",
        "hold_session",
    ]
    assert [verb for verb in verbs if verb in road] == road


def test_the_clock_ran_on_and_the_private_note_is_not_in_the_file(client, mediation, sessions):
    mediation.refresh_from_db()
    assert timezone.localdate(mediation.round.due_at).isoformat() in {"2026-09-16", "2026-09-17"}
    file = file_of(mediation)
    labels = [label_of(file, slug) for slug in fitting(file)]
    assert {"人民调解记录（第 1 次）", "人民调解记录（第 2 次）"} <= set(labels)
    texts = [part for slug in fitting(file) for part in parts_of(docx(made(file, slug)))]
    assert any("王工" in text for text in texts)
    assert not any("一万二" in text for text in texts)
    with at(9, 4, 12):
        client.force_login(mediation.mediator)
        page = client.get(reverse("mediation:detail", args=[mediation.pk])).content.decode()
        assert "防水保修责任" in page
        assert NOTE in page  # to its author alone

"""A planned session took place: who came, what was said, what was proposed."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Session
from mediation.states import Attendance, PlanState
from people.roles import Restriction, Role
from tests.factories import UserFactory
from tests.mediation.factories import accepted, consented, held, invited, planned, soon


@pytest.fixture
def plan(mediation):
    return planned(mediation, helpers=[invited(mediation)])


def test_the_record_names_who_came_and_who_did_not(plan, colleague):
    applicant = plan.parties()[0]
    session = held(plan, absent=[applicant], by=plan.mediation.mediator, recorded_by=colleague)
    plan.refresh_from_db()
    assert (plan.state, session.plan, session.number) == (PlanState.HELD, plan, 1)
    assert list(session.attended.all()) == plan.parties()[1:]
    assert session.others == "楼长 赵六"
    assert session.recorded_by == colleague
    assert session.mediation.history.get(verb="record_session").by == plan.mediation.mediator


def test_a_party_may_send_somebody_and_a_unit_names_who_came(plan):
    guests = list(plan.guests.all())
    attendance = {guest: (Attendance.DEPUTY, "儿子 陈小明") for guest in guests}
    session = held(plan, attendance=attendance)
    assert session.attended.count() == 3
    assert session.others == "楼长 赵六（儿子 陈小明）"


def test_it_is_refused_to_strangers_before_its_hour_and_twice(plan, stranger):
    with pytest.raises(MoveRefused):
        held(plan, by=stranger)
    words = {"attendance": {}, "held_at": plan.begins_at, "place": "", "record": "…"}
    with pytest.raises(MoveRefused, match="还没有到"):
        services.hold_session(plan, by=plan.mediation.mediator, **words)
    held(plan)
    with pytest.raises(MoveRefused, match="已调解"):
        held(plan)
    assert Session.objects.count() == 1


def test_the_keeper_of_the_record_is_of_the_committee(plan):
    with pytest.raises(MoveRefused, match="记录人"):
        held(plan, recorded_by=UserFactory())


def test_no_second_session_is_held_before_all_have_agreed(plan):
    mediation = plan.mediation
    held(plan)
    second = planned(mediation, begins_at=soon(days=1))
    with pytest.raises(MoveRefused, match="第二十三条"):
        held(second)
    second.refresh_from_db()
    assert (second.state, mediation.sessions.count()) == (PlanState.PLANNED, 1)
    consented(mediation)
    assert held(second).number == 2


def test_a_failure_half_way_leaves_nothing(plan, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        held(plan)
    plan.refresh_from_db()
    assert plan.state == PlanState.PLANNED
    assert not Session.objects.exists()
    assert not plan.guests.exclude(attendance="").exists()


def test_who_came_stays_as_it_was_noted(plan):
    held(plan)
    with pytest.raises(DatabaseError, match="attendance|Cannot update"), transaction.atomic():
        plan.guests.update(attendance=Attendance.ABSENT)


def test_a_record_of_both_sides_is_refused_where_violence_is_named(mediator):
    mediation = accepted(mediator, restriction=Restriction.VIOLENCE)
    words = {"held_at": mediation.opened_at, "place": "", "others": "", "record": "…"}
    with pytest.raises(MoveRefused, match="反家庭暴力法"):
        services.record_session(mediation, by=mediator, attended=mediation.case.parties.all(), **words)


def test_the_page_records_each_guest(client, plan, committee):
    writer = UserFactory(post=(Role.CLERK, committee), name="记录员小徐")
    url = reverse("mediation:hold_session", args=[plan.pk])
    with time_machine.travel(plan.begins_at + timedelta(hours=1), tick=False):
        client.force_login(plan.mediation.mediator)
        assert "楼长 赵六" in client.get(url).content.decode()
        guests = list(plan.guests.all())
        given = {f"came_{guest.pk}": Attendance.CAME for guest in guests} | {
            "held_at": plan.begins_at.strftime("%Y-%m-%dT%H:%M"),
            "place": "村委会二楼",
            "record": "各方意见接近。",
            "recorded_by": writer.pk,
        }
        given[f"came_{guests[0].pk}"] = Attendance.DEPUTY
        assert client.post(url, given).status_code == 422
        given[f"deputy_{guests[0].pk}"] = "女儿"
        assert client.post(url, given).status_code == 302
    session = plan.mediation.sessions.get()
    assert session.recorded_by == writer
    client.force_login(plan.mediation.mediator)
    page = client.get(
        reverse("mediation:print_paper", args=[plan.mediation_id, "session-1", "html"])
    ).content.decode()
    assert "委托他人（女儿）" in page
    assert "记录员小徐" in page


# --- add_attempt ------------------------------------------------------------------------------------------------------

OFFER = {"proposal": "赔偿一万元", "applicants": "同意", "respondents": "愿出八千元"}


def test_what_was_proposed_stands_in_the_record_with_each_answer(client, plan):
    session = held(plan)
    client.force_login(plan.mediation.mediator)
    assert client.post(reverse("mediation:add_attempt", args=[session.pk]), OFFER).status_code == 302
    detail = client.get(reverse("mediation:detail", args=[plan.mediation_id])).content.decode()
    paper = client.get(
        reverse("mediation:print_paper", args=[plan.mediation_id, "session-1", "html"])
    ).content.decode()
    for page in (detail, paper):
        assert "赔偿一万元" in page
        assert "愿出八千元" in page
    assert plan.mediation.history.filter(verb="add_attempt", details={"session": session.pk}).exists()


def test_an_attempt_is_refused_to_strangers_and_half_way_leaves_nothing(plan, stranger, monkeypatch):
    session = held(plan)
    with pytest.raises(MoveRefused):
        services.add_attempt(session, by=stranger, **OFFER)
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.add_attempt(session, by=plan.mediation.mediator, **OFFER)
    assert not session.attempts.exists()

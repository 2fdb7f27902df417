"""A session at another time, off, or going on another day; and for calendars outside."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from kernel.moves import MoveRefused
from mediation import services
from mediation.ics import LONGEST, calendar, escaped, folded
from mediation.models import Room, SessionPlan
from mediation.states import Ground, PlanState
from people.roles import Restriction, Role
from tests.factories import UnitFactory, UserFactory
from tests.mediation.factories import accepted, held, planned, soon


@pytest.fixture
def plan(mediation):
    return planned(mediation)


def moved(plan, by=None, **given):
    words = {"begins_at": soon(days=2), "minutes": 60, "place": "现场", "note": "申请人住院"}
    return services.move_session(plan, by=by or plan.mediation.mediator, **words | given)


def adjourned(plan, by=None, **given):
    words = {"begins_at": soon(days=9), "minutes": 60, "place": "现场", "note": "等鉴定结果"}
    return services.adjourn_session(plan, by=by or plan.mediation.mediator, **words | given)


# --- move_session -----------------------------------------------------------------------------------------------------


def test_a_session_moves_with_its_reason(plan):
    at = soon(days=2)
    moved(plan, begins_at=at)
    plan.refresh_from_db()
    assert (plan.begins_at, plan.minutes, plan.where) == (at, 60, "现场")
    entry = plan.history.get(verb="move_session")
    assert entry.note == "申请人住院"


def test_moving_is_refused_to_strangers_into_the_past_and_into_a_taken_room(plan, stranger, mediator, centre):
    room = Room.objects.get_or_create(unit=centre, name="第一调解室")[0]
    planned(accepted(mediator), begins_at=soon(days=2), room=room, place="")
    with pytest.raises(MoveRefused):
        moved(plan, by=stranger)
    with pytest.raises(MoveRefused, match="已经过去"):
        moved(plan, begins_at=timezone.now())
    with pytest.raises(MoveRefused, match="已经约出"):
        moved(plan, room=room, place="")
    assert not plan.history.filter(verb="move_session").exists()


def test_a_failure_half_way_moves_nothing(plan, monkeypatch):
    at = plan.begins_at
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        moved(plan)
    plan.refresh_from_db()
    assert plan.begins_at == at


# --- cancel_session ---------------------------------------------------------------------------------------------------


def test_a_session_is_cancelled_with_a_reason_and_stays_visible(client, plan):
    client.force_login(plan.mediation.mediator)
    url = reverse("mediation:cancel_session", args=[plan.pk])
    assert client.post(url, {"note": ""}).status_code == 422
    assert client.post(url, {"note": "被申请人出差"}).status_code == 302
    page = client.get(reverse("mediation:detail", args=[plan.mediation_id])).content.decode()
    assert "被申请人出差" in page
    assert client.post(url, {"note": "再取消一次"}).status_code == 409


def test_a_unit_that_was_asked_hears_of_it(mediation):
    bureau = UnitFactory()
    handler = UserFactory(post=(Role.HANDLER, bureau))
    plan = planned(mediation, units=[bureau], request="请派员。")
    services.cancel_session(plan, by=mediation.mediator, note="改为书面意见")
    assert handler.notifications.filter(text__contains="联合调解已取消").exists()


def test_cancelling_is_refused_to_strangers_and_half_way_leaves_it(plan, stranger, monkeypatch):
    with pytest.raises(MoveRefused):
        services.cancel_session(plan, by=stranger, note="…")
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.cancel_session(plan, by=plan.mediation.mediator, note="…")
    plan.refresh_from_db()
    assert plan.state == PlanState.PLANNED


def test_the_end_of_a_mediation_releases_what_was_planned(plan, centre):
    services.give_up(
        plan.mediation,
        by=plan.mediation.mediator,
        ground=Ground.NO_AGREEMENT,
        note="差距太大",
        route="intake",
        unit=centre,
    )
    plan.refresh_from_db()
    assert plan.state == PlanState.CANCELLED
    assert plan.history.last().verb == "release_session"


# --- adjourn_session --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("recorded", [False, True], ids=["before its record", "after its record"])
def test_an_adjourned_session_goes_on_with_the_same_people(plan, recorded):
    if recorded:
        held(plan)
    with time_machine.travel(plan.begins_at + timedelta(hours=1), tick=False):
        following = adjourned(plan)
    assert following.continues == plan
    assert [str(guest) for guest in following.guests.all()] == [str(guest) for guest in plan.guests.all()]
    assert not following.guests.exclude(attendance="").exists()
    assert plan.history.get(verb="adjourn_session").note == "等鉴定结果"


def test_adjourning_is_refused_before_it_began_twice_and_to_strangers(plan, stranger):
    with pytest.raises(MoveRefused, match="还没有开始"):
        adjourned(plan)
    with time_machine.travel(plan.begins_at + timedelta(hours=1), tick=False):
        with pytest.raises(MoveRefused):
            adjourned(plan, by=stranger)
        adjourned(plan)
        with pytest.raises(MoveRefused, match="已经休会"):
            adjourned(plan)
    assert SessionPlan.objects.count() == 2


def test_a_failure_half_way_adjourns_nothing(plan, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with (
        time_machine.travel(plan.begins_at + timedelta(hours=1), tick=False),
        pytest.raises(ZeroDivisionError),
    ):
        adjourned(plan)
    assert SessionPlan.objects.count() == 1


@pytest.mark.parametrize("verb", ["move_session", "adjourn_session"])
def test_the_pages_move_and_adjourn(client, plan, verb):
    url = reverse(f"mediation:{verb}", args=[plan.pk])
    with time_machine.travel(plan.begins_at + timedelta(hours=1), tick=False):
        client.force_login(plan.mediation.mediator)
        assert client.get(url).status_code == 200
        given = {"begins_at": soon(days=3).strftime("%Y-%m-%dT%H:%M"), "minutes": "45", "place": "现场"}
        assert client.post(url, given).status_code == 422
        assert client.post(url, given | {"note": "等鉴定结果"}).status_code == 302


# --- The calendar file ------------------------------------------------------------------------------------------------


def unfolded(content: bytes) -> dict[str, str]:
    lines = content.replace(b"\r\n ", b"").decode().split("\r\n")
    return dict(line.split(":", 1) for line in lines if line)


def test_the_calendar_file_says_when_and_where_and_no_name(client, plan):
    client.force_login(plan.mediation.mediator)
    answer = client.get(reverse("mediation:session_ics", args=[plan.pk]))
    assert answer.headers["Content-Type"].startswith("text/calendar")
    event = unfolded(answer.content)
    assert event["DTSTART"] == f"{plan.begins_at.astimezone(timezone.get_fixed_timezone(0)):%Y%m%dT%H%M%SZ}"
    assert event["SUMMARY"] == f"调解 {plan.mediation.case.number}"
    assert (event["LOCATION"], event["STATUS"]) == ("村委会二楼", "CONFIRMED")
    assert "陈素芬" not in answer.content.decode()


def test_a_moved_session_replaces_itself_and_a_cancelled_one_says_so(plan):
    first = unfolded(calendar(plan))
    moved(plan)
    services.cancel_session(plan, by=plan.mediation.mediator, note="…")
    last = unfolded(calendar(plan))
    assert first["UID"] == last["UID"]
    assert int(first["SEQUENCE"]) < int(last["SEQUENCE"])
    assert last["STATUS"] == "CANCELLED"


def test_of_a_restricted_matter_not_even_the_number_leaves(mediator):
    mediation = accepted(mediator, restriction=Restriction.VIOLENCE)
    plan = planned(mediation, manner="apart", parties=[mediation.case.parties.first()])
    event = unfolded(calendar(plan))
    assert (event["SUMMARY"], event["LOCATION"]) == ("调解", "")


def test_long_lines_fold_between_characters_and_signs_are_escaped():
    line = "LOCATION:" + "衢江区社会治理中心" * 12
    parts = folded(line).split(b"\r\n")
    assert all(len(part) <= LONGEST for part in parts)
    assert (
        "".join(part.decode().removeprefix(" ") if n else part.decode() for n, part in enumerate(parts))
        == line
    )
    assert escaped("一,二;三\\四\n五") == "一\\,二\\;三\\\\四\\n五"

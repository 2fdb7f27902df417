"""A session is agreed on: when, where, and with whom."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Party, Request, Sight
from cases.services import grant_sight
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Room, SessionPlan
from mediation.states import Guest, Manner, PlanState
from people.roles import Restriction, Role
from tests.factories import PersonFactory, UnitFactory, UserFactory
from tests.mediation.factories import (
    TEXTS,
    CommitteeFactory,
    accepted,
    held,
    invited,
    mediator_of,
    planned,
    soon,
)


@pytest.fixture
def room(centre):
    return Room.objects.get_or_create(unit=centre, name="第一调解室")[0]


@pytest.fixture
def bureau():
    bureau = UnitFactory(name="区住建局（测试）")
    UserFactory(post=(Role.HANDLER, bureau))
    return bureau


def test_a_session_names_its_hour_its_room_and_who_is_asked(mediation, room, bureau):
    plan = planned(
        mediation,
        room=room,
        place="",
        helpers=[invited(mediation, "村委会主任 张三"), invited(mediation, "防水工程师 李四", "expert")],
        units=[bureau],
        request="请说明防水保修责任。",
    )
    assert (plan.state, plan.minutes, plan.where) == (PlanState.PLANNED, 90, "第一调解室")
    kinds = [guest.kind for guest in plan.guests.all()]
    assert kinds == [Guest.PARTY] * 3 + [Guest.HELPER, Guest.EXPERT, Guest.UNIT]
    entry = mediation.history.get(verb="plan_session")
    assert (entry.by, entry.details) == (mediation.mediator, {"plan": plan.pk})


def test_a_unit_is_asked_by_a_request_of_the_file(mediation, bureau):
    planned(mediation, units=[bureau], request="请说明防水保修责任。")
    request = Request.objects.get()
    assert (request.kind, request.to_unit, request.from_unit) == ("help", bureau, mediation.unit)
    assert "请说明防水保修责任。" in request.text


def test_it_is_refused_to_strangers_in_the_past_and_after_the_end(mediation, stranger):
    with pytest.raises(MoveRefused):
        planned(mediation, by=stranger)
    with pytest.raises(MoveRefused, match="已经过去"):
        planned(mediation, begins_at=timezone.now())
    services.record_oral_agreement(
        mediation,
        by=mediation.mediator,
        agreed_on=timezone.localdate(),
        facts="",
        terms="和好。",
        performance="",
    )
    with pytest.raises(MoveRefused, match="达成协议"):
        planned(mediation)
    assert not SessionPlan.objects.exists()


def test_no_room_is_given_twice_at_one_time(mediation, mediator, room):
    at = soon()
    planned(mediation, begins_at=at, room=room, place="")
    other = accepted(mediator)
    with pytest.raises(MoveRefused, match="第一调解室.*已经约出"):
        planned(other, begins_at=at + timedelta(minutes=89), room=room, place="")
    assert not other.plans.exists()
    assert not other.history.filter(verb="plan_session").exists()
    assert planned(other, begins_at=at + timedelta(minutes=90), room=room, place="")


def test_the_database_itself_refuses_a_room_twice(mediation, room):
    plan = planned(mediation, room=room, place="")
    plan.pk, plan._state.adding = None, True
    with pytest.raises(IntegrityError, match="sessionplan_room_is_free"), transaction.atomic():
        plan.save()


@pytest.mark.parametrize("manner", [Manner.TOGETHER, Manner.APART])
def test_where_violence_is_named_no_session_brings_both_sides_together(mediator, manner):
    mediation = accepted(mediator, restriction=Restriction.VIOLENCE)
    with pytest.raises(MoveRefused, match="反家庭暴力法第五条"):
        planned(mediation, manner=manner)
    assert planned(mediation, manner=Manner.APART, parties=[mediation.case.parties.first()])


def test_a_failure_half_way_leaves_nothing(mediation, bureau, monkeypatch):
    before = mediation.dossier.entries.count()
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        planned(mediation, units=[bureau], request="请派员。")
    assert not SessionPlan.objects.exists()
    assert not Request.objects.exists()
    assert mediation.dossier.entries.count() == before


def test_the_page_plans_and_the_mediation_shows_it(client, mediation, room, bureau):
    client.force_login(mediation.mediator)
    url = reverse("mediation:plan_session", args=[mediation.pk])
    assert "第一调解室" in client.get(url).content.decode()
    given = {
        "begins_at": soon(days=1).strftime("%Y-%m-%dT%H:%M"),
        "minutes": "60",
        "room": room.pk,
        "manner": Manner.TOGETHER,
        "parties": [party.pk for party in mediation.case.parties.all()],
        "helpers": [invited(mediation).pk],
        "units": [bureau.pk],
    }
    assert client.post(url, given).status_code == 422  # what is the unit asked for?
    assert client.post(url, given | {"room": "", "request": "请派员。"}).status_code == 422  # and where?
    assert client.post(url, given | {"request": "请派员。"}).status_code == 302
    page = client.get(reverse("mediation:detail", args=[mediation.pk])).content.decode()
    for words in ("约定的调解", "第一调解室", "楼长 赵六", "区住建局（测试）", "待签收"):
        assert words in page


def test_the_notice_names_time_and_place_and_no_address(client, mediation):
    plan = planned(mediation, bring="身份证")
    client.force_login(mediation.mediator)
    url = reverse("mediation:print_paper", args=[mediation.pk, plan.slug, "html"])
    page = client.get(url).content.decode()
    for words in ("调解通知书", "村委会二楼", "身份证", "陈素芬", "第二十三条"):
        assert words in page
    assert "百汇路" not in page
    assert mediation.history.last().details["paper"] == plan.slug
    assert client.get(url.replace("/html/", "/docx/")).status_code == 200


def test_a_notice_to_one_side_does_not_name_the_other(client, mediation):
    applicant = mediation.case.parties.first()
    plan = planned(mediation, manner=Manner.APART, parties=[applicant])
    client.force_login(mediation.mediator)
    page = client.get(
        reverse("mediation:print_paper", args=[mediation.pk, plan.slug, "html"])
    ).content.decode()
    assert "陈素芬" in page
    assert "周启航" not in page


def test_todays_sessions_stand_on_the_mediators_page_and_beside_the_check_ins(client, mediation):
    planned(mediation, begins_at=timezone.now() + timedelta(seconds=30))
    client.force_login(mediation.mediator)
    assert "村委会二楼" in client.get(reverse("mediation:mine")).content.decode()
    page = client.get(reverse("mediation:sessions_today")).content.decode()
    assert mediation.case.number in page
    assert "陈**" in page
    assert "陈素芬" not in page


def test_the_guide_of_the_hall_sees_who_is_expected_today(client, mediation, centre):
    planned(mediation, begins_at=timezone.now() + timedelta(seconds=30))
    grant_sight(mediation.case, centre, Sight.Why.OPENED)
    guide = UserFactory(post=(Role.GUIDE, centre))
    client.force_login(guide)
    assert reverse("mediation:sessions_today") in client.get(reverse("intake:check_ins")).content.decode()
    page = client.get(reverse("mediation:sessions_today")).content.decode()
    assert reverse("intake:check_in", args=[mediation.case_id]) in page


def test_strangers_and_the_hall_see_no_session_of_a_restricted_matter(client, mediator, stranger):
    mediation = accepted(mediator, restriction=Restriction.VIOLENCE)
    plan = planned(
        mediation,
        begins_at=timezone.now() + timedelta(seconds=30),
        manner=Manner.APART,
        parties=[mediation.case.parties.first()],
    )
    client.force_login(stranger)
    assert mediation.case.number not in client.get(reverse("mediation:sessions_today")).content.decode()
    assert client.get(reverse("mediation:session_ics", args=[plan.pk])).status_code == 404


def test_a_helper_comes_only_as_far_as_every_party_agreed(mediation, stranger):
    helper = invited(mediation)
    of_another = invited(accepted(stranger))
    with pytest.raises(MoveRefused, match="没有受邀"):
        planned(mediation, helpers=[of_another])
    joined = PersonFactory(name="后来的人")
    Party.objects.create(case=mediation.case, side="third", person=joined, name=joined.name)
    with pytest.raises(MoveRefused, match="第二十条"):  # nobody asked the one who joined later
        planned(mediation, helpers=[helper])
    assert not SessionPlan.objects.exists()


def test_whoever_mediates_with_us_plans_moves_and_holds_a_session(mediation, guest):
    plan = planned(mediation, by=guest)
    services.move_session(plan, by=guest, begins_at=soon(hours=4), minutes=60, note="换时间", place="现场")
    session = held(plan, by=guest)
    services.add_attempt(session, by=guest, proposal="各退一步", applicants="同意", respondents="同意")
    services.sign_record(session, by=guest, signer=mediation.case.parties.first(), way="paper")
    services.add_addendum(session, by=guest, text="更正一处时间")
    assert (session.recorded_by, plan.history.last().by) == (guest, guest)


def test_whoever_mediates_with_us_neither_drafts_nor_ends_nor_asks_units(mediation, guest, bureau):
    for refused in (
        lambda: services.draft_agreement(mediation, by=guest, **TEXTS),
        lambda: services.give_up(mediation, by=guest, ground="no_agreement", note="谈不成"),
        lambda: planned(mediation, by=guest, units=[bureau], request="请派员。"),
    ):
        with pytest.raises(MoveRefused):
            refused()
    assert not SessionPlan.objects.exists()


def test_the_page_of_whoever_mediates_with_us_plans(client, mediation, guest):
    client.force_login(guest)
    url = reverse("mediation:plan_session", args=[mediation.pk])
    given = {
        "begins_at": soon(days=1).strftime("%Y-%m-%dT%H:%M"),
        "minutes": "60",
        "place": "村委会二楼",
        "manner": Manner.TOGETHER,
        "parties": [party.pk for party in mediation.case.parties.all()],
    }
    assert client.post(url, given).status_code == 302
    page = client.get(reverse("mediation:detail", args=[mediation.pk])).content.decode()
    assert "改期" in page
    assert "起草协议" not in page


@pytest.fixture
def guest(mediation):
    """A mediator of another committee who mediates with the one in charge."""
    other = mediator_of(CommitteeFactory())
    services.add_co_mediator(mediation, by=mediation.mediator, user=other)
    return other

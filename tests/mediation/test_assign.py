"""Whoever heads the committee gives a waiting matter to a mediator, and says why."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases import services as cases
from kernel.moves import MoveRefused
from mediation import services
from mediation.candidates import candidates, fits
from mediation.models import Assignment
from mediation.states import AssignmentState, Basis
from people.roles import Role
from tests.factories import CategoryFactory, SeatFactory, UserFactory
from tests.mediation.factories import accepted, mediator_of, waiting_case


@pytest.fixture
def round(committee):
    return waiting_case(committee).rounds.get()


def assigned(round, head, to, **given):
    return services.assign(round, by=head, to=to, **{"basis": Basis.SPECIALITY, "reason": "擅长物业"} | given)


def test_the_assigned_is_told_and_the_clock_is_theirs(round, head, mediator):
    assignment = assigned(round, head, mediator)
    round.refresh_from_db()
    assert (assignment.state, assignment.basis) == (AssignmentState.WAITING, Basis.SPECIALITY)
    assert round.handler == mediator
    assert list(round.keepers()) == [mediator]
    assert mediator.notifications.filter(text__contains=round.case.number).exists()
    entry = assignment.history.last()
    assert (entry.verb, entry.note, entry.details) == (
        "assign",
        "擅长物业",
        {"to": mediator.pk, "basis": "speciality"},
    )


def test_the_assigned_alone_accepts(round, head, mediator, colleague):
    assignment = assigned(round, head, mediator)
    with pytest.raises(MoveRefused, match="已指派给连翠英"):
        services.accept(round, by=colleague)
    services.accept(round, by=mediator)
    assignment.refresh_from_db()
    assert assignment.state == AssignmentState.TAKEN


def test_the_head_may_give_it_to_somebody_else(round, head, mediator, colleague):
    first = assigned(round, head, mediator)
    with pytest.raises(MoveRefused, match="已经指派给"):
        assigned(round, head, mediator)
    assigned(round, head, colleague)
    first.refresh_from_db()
    assert first.state == AssignmentState.REPLACED
    assert round.assignments.waiting().get().mediator == colleague


def test_the_director_of_the_centre_assigns_too(round, centre, mediator):
    director = UserFactory(post=(Role.DIRECTOR, centre))
    assert assigned(round, director, mediator).assigned_by == director


def test_no_mediator_and_no_head_of_another_unit_assigns(round, mediator, colleague, stranger):
    head = UserFactory(post=(Role.UNIT_HEAD, stranger.posts.get().unit))
    for somebody in (colleague, stranger, head):
        with pytest.raises(MoveRefused):
            assigned(round, somebody, mediator)
    assert not Assignment.objects.exists()


def test_it_goes_to_no_stranger_nor_to_the_barred_nor_once_it_is_in_hand(
    round, head, mediator, colleague, stranger
):
    with pytest.raises(MoveRefused, match="不是"):
        assigned(round, head, stranger)
    cases.bar(round, colleague, reason="回避")
    with pytest.raises(MoveRefused, match="已回避"):
        assigned(round, head, colleague)
    services.accept(round, by=mediator)
    with pytest.raises(MoveRefused, match="不在待接办"):
        assigned(round, head, mediator)


def test_one_assignment_waits_at_a_time(round, head, mediator):
    assignment = assigned(round, head, mediator)
    assignment.pk, assignment._state.adding = None, True
    with pytest.raises(IntegrityError, match="assignment_one_waiting"), transaction.atomic():
        assignment.save()


def test_a_failure_half_way_leaves_nothing(round, head, mediator, monkeypatch):
    monkeypatch.setattr("cases.services.keep_with", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        assigned(round, head, mediator)
    assert not Assignment.objects.exists()


def test_speciality_comes_first_then_duty_then_load_and_interest_last(committee, head):
    round = waiting_case(committee, category=CategoryFactory(code="C06", name="物业服务")).rounds.get()
    busy = mediator_of(committee, name="忙")
    accepted(busy, committee)
    idle = mediator_of(committee, name="闲")
    expert = mediator_of(committee, name="专", speciality="物业、邻里纠纷")
    namesake = mediator_of(committee, name="周启航", speciality="物业")
    known = candidates(head, round)
    assert [one.user for one in known] == [expert, idle, busy, namesake]
    assert known[0].basis == Basis.SPECIALITY
    assert "与本件相符" in str(known[0])
    assert "可能需要回避" in str(known[-1])
    SeatFactory(user=busy, role=Role.MEDIATOR)
    assert [one.user for one in candidates(head, round)] == [busy]
    assert candidates(head, round)[0].basis == Basis.DUTY


@pytest.mark.parametrize(
    ("speciality", "category", "suits"),
    [
        ("医疗纠纷", "医疗纠纷", True),
        ("交通事故", "道路交通事故", True),
        ("婚姻家庭", "婚姻家庭继承赡养", True),
        ("医疗纠纷", "劳动纠纷", False),
        ("", "物业服务", False),
    ],
)
def test_a_speciality_names_the_category(speciality, category, suits):
    assert fits(speciality, CategoryFactory.build(name=category)) is suits


def test_the_page_shows_reasons_and_assigns(client, round, head, mediator):
    client.force_login(head)
    panel = reverse("mediation:panel", args=[round.case_id])
    url = reverse("mediation:assign", args=[round.pk])
    assert url in client.get(panel).content.decode()
    assert "在办 0 件" in client.get(url).content.decode()
    given = {"to": mediator.pk, "basis": "load", "reason": "手上最少"}
    assert client.post(url, given).url == reverse("cases:detail", args=[round.case_id])
    assert "已指派给连翠英" in client.get(panel).content.decode()
    client.force_login(mediator)
    accept = client.get(reverse("mediation:accept", args=[round.pk])).content.decode()
    assert "手上最少" in accept


def test_the_page_is_forbidden_to_mediators_and_unknown_to_strangers(client, round, mediator, stranger):
    url = reverse("mediation:assign", args=[round.pk])
    client.force_login(mediator)
    assert client.get(url).status_code == 403
    client.force_login(stranger)
    assert client.get(url).status_code == 404

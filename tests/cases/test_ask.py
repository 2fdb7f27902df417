from datetime import timedelta

import pytest
from django.urls import reverse

from cases import services
from cases.escalation import sweep
from cases.models import Card, Request
from cases.services import ask, take
from cases.states import CardState, RequestState
from governance_center import work
from kernel.moves import MoveRefused
from people.models import Unit
from people.roles import Restriction, Role
from tests.cases.fixtures import verbs
from tests.factories import CaseFactory, UnitFactory, UserFactory

TEXT = "请提供用工备案资料。"


@pytest.fixture
def round(case, handler):
    round = case.latest_round()
    take(round, by=handler)
    return round


@pytest.fixture
def request_(round, handler, bureau, other_bureau):
    return ask(round, by=handler, kind="help", from_unit=bureau, to_unit=other_bureau, text=TEXT)


def test_asking_leaves_the_case_where_it_is_and_starts_a_clock(request_, round, other_bureau):
    assert request_.state == RequestState.OPEN
    running = request_.clocks.running().values_list("code", flat=True)
    assert sorted(running) == ["request.accept", "request.answer"]
    assert verbs(request_)[-1] == "ask"
    round.refresh_from_db()
    assert round.unit != other_bureau


def test_signing_for_a_request_has_a_clock_of_its_own(request_, handler, stranger):
    def signs_for():
        return request_.clocks.running().filter(code="request.accept").exists()

    services.object_to_request(request_, by=stranger, note="不归我们管。")
    assert not signs_for()
    services.refuse_objection(request_, by=handler, note="归你们管。")
    assert signs_for()
    services.accept_request(request_, by=stranger)
    assert not signs_for()
    assert request_.clocks.running().get().code == "request.answer"


def test_a_request_that_is_taken_back_is_signed_for_no_more(request_, handler):
    services.withdraw_request(request_, by=handler, note="不需要了。")
    assert not request_.clocks.running().exists()


def test_the_unit_that_is_asked_sees_every_row_of_the_file(request_, case, other_bureau):
    case.refresh_from_db()
    assert other_bureau.pk in case.seen_by
    for row in (*case.rounds.all(), *case.requests.all()):
        assert row.seen_by == case.seen_by


def test_a_late_save_of_a_row_takes_no_sight_away(case, handler, clerk, bureau, other_bureau, centre):
    round = case.latest_round()
    stale = case.latest_round()
    ask(round, by=clerk, kind="help", from_unit=centre, to_unit=other_bureau, text=TEXT)
    take(stale, by=handler)
    assert other_bureau.pk in case.latest_round().seen_by


def test_a_unit_that_only_helps_cannot_let_others_see_the_file(
    request_, round, stranger, other_bureau, centre
):
    with pytest.raises(MoveRefused):
        ask(round, by=stranger, kind="help", from_unit=other_bureau, to_unit=centre, text=TEXT)


def test_a_closed_round_is_not_asked_about(closed, clerk, centre, other_bureau):
    with pytest.raises(MoveRefused, match="本轮已办结"):
        ask(closed.latest_round(), by=clerk, kind="help", from_unit=centre, to_unit=other_bureau, text=TEXT)
    assert not Request.objects.exists()


ROADS = {
    "verified": [("accept", "them"), ("answer", "them"), ("verify", "us")],
    "sent back, answered again": [
        ("accept", "them"),
        ("answer", "them"),
        ("send_back", "us"),
        ("answer", "them"),
        ("verify", "us"),
    ],
    "objected, agreed": [("object", "them"), ("agree", "us")],
    "objected, not agreed": [
        ("object", "them"),
        ("refuse", "us"),
        ("accept", "them"),
        ("answer", "them"),
        ("verify", "us"),
    ],
    "withdrawn": [("accept", "them"), ("withdraw", "us")],
}
STEPS = {
    "accept": ("accept_request", {}),
    "object": ("object_to_request", {"note": "不属于我局职责。"}),
    "agree": ("agree_to_objection", {"note": "同意。"}),
    "refuse": ("refuse_objection", {"note": "三定方案有规定。"}),
    "answer": ("answer_request", {"answer": "没有备案。"}),
    "verify": ("verify_request", {}),
    "send_back": ("send_request_back", {"note": "缺盖章件。"}),
    "withdraw": ("withdraw_request", {"note": "已自行查到。"}),
}


@pytest.mark.parametrize("road", ROADS)
def test_every_road_of_a_request_ends_and_leaves_its_trace(request_, handler, stranger, road):
    for step, who in ROADS[road]:
        verb, data = STEPS[step]
        getattr(services, verb)(request_, by=stranger if who == "them" else handler, **data)
    assert request_.state in {RequestState.VERIFIED, RequestState.WITHDRAWN}
    assert not request_.clocks.running().exists()
    assert verbs(request_)[-len(ROADS[road]) :] == [STEPS[step][0] for step, _who in ROADS[road]]


@pytest.mark.parametrize("step", STEPS)
def test_no_step_is_made_by_the_wrong_side(request_, handler, stranger, step):
    sides = {"them": stranger, "us": handler}
    roads = [road for road in ROADS.values() if step in [name for name, _who in road]]
    before = roads[0][: [name for name, _who in roads[0]].index(step)]
    for name, who in before:
        services_verb, data = STEPS[name]
        getattr(services, services_verb)(request_, by=sides[who], **data)
    right = dict(roads[0])[step]
    verb, data = STEPS[step]
    length = request_.dossier.entries.count()
    with pytest.raises(MoveRefused):
        getattr(services, verb)(request_, by=sides["us" if right == "them" else "them"], **data)
    assert request_.dossier.entries.count() == length


def test_an_answer_before_signing_for_it_is_refused(request_, stranger):
    with pytest.raises(MoveRefused, match="待签收"):
        services.answer_request(request_, by=stranger, answer="没有备案。")


def test_the_pages_walk_the_road(client, round, handler, stranger, bureau, other_bureau):
    client.force_login(handler)
    data = {"kind": "help", "from_unit": bureau.pk, "to_unit": other_bureau.pk, "text": TEXT}
    assert client.get(reverse("cases:ask", args=[round.pk])).status_code == 200
    client.post(reverse("cases:ask", args=[round.pk]), data)
    request = Request.objects.get()
    for step, who in ROADS["verified"]:
        verb, data = STEPS[step]
        client.force_login(stranger if who == "them" else handler)
        url = reverse(f"cases:{verb}", args=[request.pk])
        assert url in client.get(reverse("cases:detail", args=[round.case_id])).content.decode()
        assert client.get(url).status_code == 200
        assert client.post(url, data or {"note": ""}).status_code == 302
    request.refresh_from_db()
    assert request.state == RequestState.VERIFIED


def test_a_page_whose_moment_has_passed_says_why(client, request_, stranger):
    services.accept_request(request_, by=stranger)
    client.force_login(stranger)
    answer = client.get(reverse("cases:accept_request", args=[request_.pk]))
    assert answer.status_code == 409
    assert "协办中" in answer.content.decode()


def test_a_refused_answer_keeps_what_was_typed(client, request_, stranger):
    client.force_login(stranger)
    answer = client.post(reverse("cases:answer_request", args=[request_.pk]), {"answer": "查过了，没有备案"})
    assert answer.status_code == 409
    assert "查过了，没有备案" in answer.content.decode()


def test_nobody_asks_their_own_unit(client, round, handler, bureau):
    client.force_login(handler)
    data = {"kind": "help", "from_unit": bureau.pk, "to_unit": bureau.pk, "text": TEXT}
    answer = client.post(reverse("cases:ask", args=[round.pk]), data)
    assert answer.status_code == 422
    assert "不能向本单位" in answer.content.decode()


def test_the_list_shows_both_sides(client, request_, handler, stranger, fragment_matches_page):
    url = reverse("cases:request_list")
    client.force_login(stranger)
    assert request_.case.number in client.get(url).content.decode()
    fragment_matches_page(url, "#rows")
    client.force_login(handler)
    assert request_.case.number not in client.get(url).content.decode()
    assert request_.case.number in client.get(f"{url}?side=by_us").content.decode()


def test_nobody_is_asked_of_a_restricted_matter_who_could_not_open_it(client, centre, other_bureau):
    committee = UnitFactory(kind=Unit.Kind.COMMITTEE)
    mediator = UserFactory(post=(Role.MEDIATOR, committee))
    UserFactory(post=(Role.COURT, court := UnitFactory(kind=Unit.Kind.COURT)))
    case = CaseFactory(unit=committee, restriction=Restriction.VIOLENCE)
    round = case.latest_round()
    take(round, by=mediator)
    client.force_login(mediator)
    choices = client.get(reverse("cases:ask", args=[round.pk])).context["form"].fields["to_unit"].queryset
    assert court in choices
    assert other_bureau not in choices
    asked = {"kind": "help", "from_unit": committee, "text": TEXT}
    with pytest.raises(MoveRefused, match="没有可以查看的岗位"):
        ask(round, by=mediator, to_unit=other_bureau, **asked)
    assert ask(round, by=mediator, to_unit=court, **asked).state == RequestState.OPEN


# --- Its clocks -------------------------------------------------------------------------------------------------------


def test_an_objection_stops_the_clock_of_the_objector_and_gives_the_asker_one(
    request_, stranger, handler, bureau
):
    services.object_to_request(request_, by=stranger, note="不属于我局职责。")
    clock = request_.clocks.running().get()
    assert (clock.code, clock.rule.length, clock.rule.unit) == ("request.decide_objection", 2, "working_day")
    assert "可设定" in clock.rule.legal_basis
    assert request_.unit_of_clocks == bureau
    assert list(request_.keepers()) == [handler]
    assert [task.what for task in work.next_tasks(handler) if task.due_at == clock.due_at]
    services.refuse_objection(request_, by=handler, note="三定方案有规定。")
    again = request_.clocks.running()
    assert set(again.values_list("code", flat=True)) == {"request.accept", "request.answer"}
    assert all(one.started_at > clock.started_at for one in again)


def test_who_signed_for_it_is_reminded_and_before_that_who_may(request_, stranger, other_bureau):
    colleague = UserFactory(post=(Role.HANDLER, other_bureau))
    assert set(request_.keepers()) == {stranger, colleague}
    services.accept_request(request_, by=colleague)
    assert list(request_.keepers()) == [colleague]


@pytest.mark.parametrize("road", ["objected, agreed", "withdrawn"])
def test_a_request_that_falls_away_takes_its_cards_along(request_, handler, stranger, road):
    head = UserFactory(post=(Role.UNIT_HEAD, request_.to_unit))
    sweep(request_.clocks.get(code="request.answer").due_at + timedelta(minutes=1))
    card = Card.objects.get(clock__code="request.answer")
    assert card.clock.subject == request_
    for step, who in ROADS[road]:
        verb, data = STEPS[step]
        getattr(services, verb)(request_, by=stranger if who == "them" else handler, **data)
    card.refresh_from_db()
    assert card.state == CardState.WITHDRAWN
    assert "不再需要办理" in card.decision
    assert not card.clocks.running().exists()
    assert head.notifications.filter(text__contains="收回督办").exists()

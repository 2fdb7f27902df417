"""The court's desk: it takes, answers, or sends back. Nothing ends there in silence."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.states import HandlingState, Outcome, Route
from cases.states import State as RoundState
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import CourtReferral
from people.models import Unit
from people.roles import Role
from tests.factories import CaseFactory, UnitFactory, UserFactory


@pytest.fixture
def round(court):
    return CaseFactory(unit=court, route=Route.COURT).rounds.get()


@pytest.fixture
def cadre(court):
    return UserFactory(post=(Role.COURT, court), name="方立明")


@pytest.fixture
def referral(round, cadre):
    return services.accept_referral(round, by=cadre)


def test_the_desk_takes_a_matter(round, cadre):
    referral = services.accept_referral(round, by=cadre)
    round.refresh_from_db()
    assert (referral.state, referral.handler) == (HandlingState.IN_HAND, cadre)
    assert round.state == RoundState.IN_HAND
    assert [entry.verb for entry in referral.dossier.entries.all()] == ["take", "accept_referral"]
    assert round.clocks.running().filter(code="court.handle").exists()


def test_it_is_refused_to_others_and_twice(round, referral, cadre, mediator):
    with pytest.raises(MoveRefused):
        services.accept_referral(round, by=cadre)
    other = CaseFactory(unit=round.unit, route=Route.COURT).rounds.get()
    for somebody in (mediator, UserFactory(post=(Role.COURT, UnitFactory(kind=Unit.Kind.COURT)))):
        with pytest.raises(MoveRefused):
            services.accept_referral(other, by=somebody)


def test_a_matter_of_another_desk_is_refused(court, cadre):
    round = CaseFactory(unit=court, route=Route.MEDIATION).rounds.get()
    with pytest.raises(MoveRefused, match="流转"):
        services.accept_referral(round, by=cadre)


def test_tomorrows_colleague_answers_and_the_round_is_resolved(referral, court):
    tomorrow = UserFactory(post=(Role.COURT, court))
    services.answer_referral(referral, by=tomorrow, reply="已指引到立案庭立案。", outcome=Outcome.GUIDED)
    round = referral.round
    assert (referral.state, referral.reply) == (HandlingState.ANSWERED, "已指引到立案庭立案。")
    assert (round.state, round.outcome) == (RoundState.RESOLVED, Outcome.GUIDED)
    with pytest.raises(MoveRefused, match="已答复"):
        services.send_back_referral(referral, by=tomorrow, note="…", to_unit=court)


def test_it_goes_back_to_the_window_with_the_reason(referral, cadre, centre):
    services.send_back_referral(referral, by=cadre, note="属于劳动仲裁前置", to_unit=centre)
    round = referral.round
    assert referral.state == HandlingState.SENT_BACK
    assert (round.state, round.route, round.unit) == (RoundState.ROUTED, Route.INTAKE, centre)
    assert round.transfers.get().reason == "属于劳动仲裁前置"


@pytest.mark.parametrize(
    ("end", "given"),
    [
        (services.answer_referral, {"reply": "已告知起诉所需材料。", "outcome": Outcome.REPLIED}),
        (services.send_back_referral, {"note": "不属于法院管辖。", "to_unit": None}),
    ],
)
def test_the_desks_days_end_with_its_answer_and_when_it_sends_back(referral, cadre, centre, end, given):
    end(referral, by=cadre, **{name: value or centre for name, value in given.items()})
    assert not referral.round.clocks.running().filter(code="court.handle").exists()


def test_a_stranger_neither_answers_nor_sends_back(referral, mediator, centre):
    with pytest.raises(MoveRefused):
        services.answer_referral(referral, by=mediator, reply="…", outcome=Outcome.REPLIED)
    with pytest.raises(MoveRefused):
        services.send_back_referral(referral, by=mediator, note="…", to_unit=centre)


@pytest.mark.parametrize("verb", ["answer_referral", "send_back_referral"])
def test_a_failure_half_way_leaves_nothing(referral, cadre, centre, monkeypatch, verb):
    given = (
        {"reply": "…", "outcome": Outcome.REPLIED}
        if verb == "answer_referral"
        else {"note": "…", "to_unit": centre}
    )
    for name in ("resolve", "reroute"):
        monkeypatch.setattr(f"cases.services.{name}", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        getattr(services, verb)(referral, by=cadre, **given)
    referral.refresh_from_db()
    assert (referral.state, referral.reply, referral.ended_at) == (HandlingState.IN_HAND, "", None)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "answered", "reply": "…"}, "courtreferral_ended_has_a_moment"),
        ({"state": "answered", "ended_at": "2026-11-23T00:00Z"}, "courtreferral_answered_has_a_reply"),
    ],
)
def test_half_true_referrals_are_refused_by_the_database(referral, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CourtReferral.objects.filter(pk=referral.pk).update(**change)


def test_the_pages_take_and_answer(client, round, cadre):
    client.force_login(cadre)
    assert round.case.number in client.get(reverse("mediation:court_list")).content.decode()
    accept = reverse("mediation:accept_referral", args=[round.pk])
    assert client.get(accept).status_code == 200
    detail = client.post(accept, follow=True)
    referral = CourtReferral.objects.get()
    assert "答复当事人" in detail.content.decode()
    assert round.case.number in client.get(reverse("mediation:court_all")).content.decode()
    url = reverse("mediation:answer_referral", args=[referral.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"outcome": "guided"}).status_code == 422
    answer = client.post(url, {"outcome": "guided", "reply": "已指引立案。"}, follow=True)
    assert "已指引立案。" in answer.content.decode()


def test_the_page_sends_back(client, referral, cadre, centre):
    client.force_login(cadre)
    url = reverse("mediation:send_back_referral", args=[referral.pk])
    assert centre.name in client.get(url).content.decode()
    assert client.post(url, {"note": "不属于本窗口", "to_unit": centre.pk}).status_code == 302
    referral.refresh_from_db()
    assert referral.state == HandlingState.SENT_BACK


def test_the_piece_of_the_case_page_shows_waiting_taken_and_answered(client, round, cadre):
    client.force_login(cadre)
    url = reverse("mediation:court_panel", args=[round.case_id])
    assert reverse("mediation:accept_referral", args=[round.pk]) in client.get(url).content.decode()
    referral = services.accept_referral(round, by=cadre)
    assert reverse("mediation:court_detail", args=[referral.pk]) in client.get(url).content.decode()


def test_strangers_find_nothing(client, referral, mediator):
    client.force_login(mediator)
    for name, pk in (
        ("court_detail", referral.pk),
        ("answer_referral", referral.pk),
        ("send_back_referral", referral.pk),
        ("court_panel", referral.case_id),
    ):
        assert client.get(reverse(f"mediation:{name}", args=[pk])).status_code == 404
    assert referral.case.number not in client.get(reverse("mediation:court_all")).content.decode()


@pytest.mark.parametrize("name", ["mediation:court_list", "mediation:court_all"])
def test_the_lists_of_the_desk_ask_the_same_number_of_questions(
    client, court, cadre, django_assert_max_num_queries, fragment_matches_page, name
):
    def some(count):
        for _ in range(count):
            CaseFactory(unit=court, route=Route.COURT)
            services.accept_referral(CaseFactory(unit=court, route=Route.COURT).rounds.get(), by=cadre)

    some(1)
    client.force_login(cadre)
    with django_assert_max_num_queries(40) as few:
        client.get(reverse(name))
    some(4)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse(name))
    fragment_matches_page(reverse(name), "#rows")
    assert client.get(reverse(name), {"due": "week", "state": "in_hand", "q": "漏水"}).status_code == 200

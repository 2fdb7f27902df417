"""An end without an agreement: a ground, a notice, and the next desk."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.selectors import next_desks
from cases.states import Route
from cases.states import State as RoundState
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Mediation
from mediation.states import NEXT_DESKS, AgreementState, Ground, State
from people.roles import Restriction, Role
from tests.factories import UserFactory
from tests.mediation.factories import submitted


def give_up(mediation, court, by=None, ground=Ground.NO_AGREEMENT):
    services.give_up(
        mediation, by=by or mediation.mediator, ground=ground, note="差距太大", route=Route.COURT, unit=court
    )


def test_the_matter_waits_at_the_next_desk_with_the_reason(mediation, court):
    give_up(mediation, court)
    round = mediation.round
    assert (mediation.state, mediation.ground) == (State.FAILED, Ground.NO_AGREEMENT)
    assert mediation.ended_at
    assert (round.state, round.route, round.unit) == (RoundState.ROUTED, Route.COURT, court)
    assert [clock.code for clock in round.clocks.running()] == ["case.take"]
    assert round.transfers.get().reason == "调解不成：当事人无法达成协议。差距太大"
    round.case.refresh_from_db()
    assert round.case.due_at == round.due_at


def test_an_agreement_on_the_way_is_withdrawn(mediation, court):
    agreement = submitted(mediation)
    give_up(mediation, court)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.WITHDRAWN


def test_only_the_mediator_in_charge_gives_up_and_once(mediation, court, colleague, stranger):
    for somebody in (colleague, stranger):
        with pytest.raises(MoveRefused):
            give_up(mediation, court, by=somebody)
    give_up(mediation, court)
    with pytest.raises(MoveRefused, match="调解不成"):
        give_up(mediation, court)


def test_a_matter_that_comes_back_is_accepted_again(mediation, court, committee, mediator):
    give_up(mediation, court)
    round = mediation.round
    type(round).objects.filter(pk=round.pk).update(route=Route.MEDIATION, unit=committee)
    again = services.accept(round, by=mediator)
    assert again.pk != mediation.pk
    assert again.round == mediation.round


def test_a_failure_half_way_leaves_nothing(mediation, court, monkeypatch):
    monkeypatch.setattr("cases.services.reroute", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        give_up(mediation, court)
    mediation.refresh_from_db()
    assert (mediation.state, mediation.ground) == (State.MEDIATING, "")


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "failed", "ended_at": "2026-11-23T00:00Z"}, "mediation_failed_has_a_ground"),
        ({"ground": "refused"}, "mediation_failed_has_a_ground"),
        ({"state": "agreed"}, "mediation_ended_has_a_moment"),
    ],
)
def test_half_true_ends_are_refused_by_the_database(mediation, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Mediation.objects.filter(pk=mediation.pk).update(**change)


def test_a_round_has_one_open_mediation(mediation, colleague):
    with pytest.raises(IntegrityError, match="mediation_one_open_per_round"), transaction.atomic():
        Mediation.objects.create(
            case=mediation.case, round=mediation.round, unit=mediation.unit, mediator=colleague
        )


def test_the_page_shows_the_other_channels_and_the_desks(client, mediation, court, centre):
    client.force_login(mediation.mediator)
    url = reverse("mediation:give_up", args=[mediation.pk])
    page = client.get(url).content.decode()
    assert "第二十六条" in page
    assert "第十七条" in page
    assert court.name in page
    assert centre.name in page
    given = {"ground": "refused", "note": "周启航不同意调解", "desk": f"court:{court.pk}"}
    assert client.post(url, given).status_code == 302
    mediation.refresh_from_db()
    assert mediation.ground == Ground.REFUSED


@pytest.mark.parametrize("desk", ["", "court:0", "moon:1", "court:1; drop"])
def test_a_desk_that_is_not_offered_is_refused(client, mediation, court, desk):
    client.force_login(mediation.mediator)
    given = {"ground": "refused", "note": "写了说明", "desk": desk}
    answer = client.post(reverse("mediation:give_up", args=[mediation.pk]), given)
    assert answer.status_code == 422
    assert "写了说明" in answer.content.decode()


def test_the_notice_prints_with_articles_and_channels_and_leaves_a_trace(client, mediation, court):
    client.force_login(mediation.mediator)
    url = reverse("mediation:print_paper", args=[mediation.pk, "end", "html"])
    assert client.get(url).status_code == 404
    give_up(mediation, court, ground=Ground.REFUSED)
    page = client.get(url).content.decode()
    for words in ("终止调解通知书", "第十七条", "第二十六条", "仲裁", "人民法院", "陈素芬", court.name):
        assert words in page
    entry = mediation.history.last()
    assert (entry.verb, entry.details["paper"]) == ("print_paper", "end")


def test_a_restricted_matter_is_offered_only_where_somebody_may_open_it(mediation, court, centre):
    def offered(restriction):
        return {
            choice for _group, choices in next_desks(NEXT_DESKS, restriction) for choice, _label in choices
        }

    UserFactory(post=(Role.COURT, court))
    assert {f"court:{court.pk}", f"intake:{centre.pk}"} <= offered("")
    assert f"court:{court.pk}" in offered(Restriction.VIOLENCE)
    assert f"court:{court.pk}" not in offered(Restriction.CONFIDENTIAL)


def test_a_keeper_of_the_stamp_sees_the_restricted_matters_of_the_own_committee(client, mediation, keeper):
    for model in (type(mediation), type(mediation.round), type(mediation.case)):
        model.objects.update(restriction=Restriction.VIOLENCE)
    client.force_login(keeper)
    assert client.get(reverse("mediation:detail", args=[mediation.pk])).status_code == 200


def test_a_matter_that_was_taken_back_goes_to_no_other_desk(client, mediation):
    client.force_login(mediation.mediator)
    given = {"ground": "withdrawn", "note": "双方已自行和好。", "desk": ""}
    answer = client.post(reverse("mediation:give_up", args=[mediation.pk]), given)
    assert answer.status_code == 302
    mediation.refresh_from_db()
    round = mediation.case.latest_round()
    assert (mediation.ground, round.state, round.outcome) == ("withdrawn", "resolved", "withdrawn")
    page = client.get(reverse("mediation:print_paper", args=[mediation.pk, "end", "html"])).content.decode()
    assert "当事人撤回申请" in page
    assert "本事项已转" not in page

"""A second person puts somebody else in charge; whoever was recused sees the matter no more in this round."""

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Barred, Case
from cases.states import Outcome
from cases.states import State as RoundState
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Mediation
from mediation.states import ChangeState
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import (
    change_asked,
    consented,
    interest_declared,
    sign_all,
    submitted,
)


def sees(user, mediation):
    return Mediation.objects.visible_to(user).filter(pk=mediation.pk).exists()


def test_the_new_mediator_goes_on_is_told_and_the_clock_stands(mediation, head, colleague):
    former, clocks = mediation.mediator, set(mediation.round.clocks.running())
    change = interest_declared(mediation)
    services.grant_change(change, by=head, to=colleague, answer="属实")
    mediation.refresh_from_db()
    change.refresh_from_db()
    assert (change.state, change.decided_by, change.to) == (ChangeState.GRANTED, head, colleague)
    assert mediation.mediator == colleague
    assert mediation.round.handler == colleague
    assert set(mediation.round.clocks.running()) == clocks
    assert colleague.notifications.filter(text__contains=mediation.case.number).exists()
    verbs = [entry.verb for entry in mediation.dossier.entries.order_by("seq")]
    assert verbs[-2:] == ["grant_change", "change_mediator"]
    details = mediation.history.last().details
    assert details == {"from": former.pk, "to": colleague.pk}


def test_whoever_is_recused_does_not_see_the_matter_again_in_this_round(mediation, head, colleague, centre):
    former = mediation.mediator
    services.grant_change(interest_declared(mediation), by=head, to=colleague)
    assert not sees(former, mediation)
    assert sees(colleague, mediation)
    round = mediation.round
    type(round).objects.filter(pk=round.pk).update(
        state=RoundState.CLOSED, outcome=Outcome.AGREEMENT, closed_at=timezone.now()
    )
    case = Case.objects.get(pk=mediation.case_id)
    director = UserFactory(post=(Role.DIRECTOR, centre))
    cases.reopen(case, by=director, unit=mediation.unit, reason="又漏水了")
    assert sees(former, mediation)
    assert Barred.objects.get().ended_at


def test_a_party_that_only_chose_another_bars_nobody(mediation, head, colleague):
    former = mediation.mediator
    services.grant_change(change_asked(mediation, by=colleague), by=head, to=colleague)
    assert sees(former, mediation)
    assert not Barred.objects.exists()


def test_all_who_asked_have_their_answer_at_once(mediation, head, colleague):
    declared, asked = interest_declared(mediation), change_asked(mediation, by=colleague)
    services.grant_change(asked, by=head, to=colleague)
    declared.refresh_from_db()
    assert (declared.state, declared.to) == (ChangeState.GRANTED, colleague)
    assert not sees(declared.mediator, mediation)


def test_neither_the_mediator_himself_nor_a_colleague_nor_the_one_who_noted_it_decides(
    mediation, colleague, committee
):
    both = UserFactory(post=(Role.MEDIATOR, committee))
    both.posts.create(role=Role.UNIT_HEAD, unit=committee)
    change = change_asked(mediation, by=both)
    with pytest.raises(MoveRefused, match="另一人"):
        services.grant_change(change, by=both, to=colleague)
    services.hand_over(mediation, by=colleague, to=both)
    own = interest_declared(mediation)
    for somebody in (both, colleague):
        with pytest.raises(MoveRefused):
            services.grant_change(own, by=somebody, to=colleague)


def test_it_goes_to_no_stranger_and_to_nobody_who_is_barred(mediation, head, stranger, colleague):
    change = interest_declared(mediation)
    with pytest.raises(MoveRefused, match="不是"):
        services.grant_change(change, by=head, to=stranger)
    with pytest.raises(MoveRefused, match="现在就由"):
        services.grant_change(change, by=head, to=mediation.mediator)
    cases.bar(mediation.round, colleague, reason="回避")
    with pytest.raises(MoveRefused, match="已回避"):
        services.grant_change(change, by=head, to=colleague)
    with pytest.raises(MoveRefused, match="已回避"):
        services.hand_over(mediation, by=mediation.mediator, to=colleague)
    change.refresh_from_db()
    assert change.state == ChangeState.ASKED


def test_it_is_decided_once(mediation, head, colleague):
    change = interest_declared(mediation)
    services.grant_change(change, by=head, to=colleague)
    with pytest.raises(MoveRefused, match="已更换"):
        services.grant_change(change, by=head, to=colleague)


def test_after_the_mediators_signature_it_is_too_late(mediation, head, colleague):
    change = interest_declared(mediation)
    sign_all(submitted(mediation))
    with pytest.raises(MoveRefused, match="已在协议上签名"):
        services.grant_change(change, by=head, to=colleague)
    change.refresh_from_db()
    assert change.state == ChangeState.ASKED


def test_a_failure_half_way_leaves_nothing(mediation, head, colleague, monkeypatch):
    change = interest_declared(mediation)
    monkeypatch.setattr("cases.services.bar", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.grant_change(change, by=head, to=colleague)
    change.refresh_from_db()
    mediation.refresh_from_db()
    assert change.state == ChangeState.ASKED
    assert mediation.mediator == change.mediator


def test_the_page_shows_reason_and_choice_and_decides(client, mediation, head, colleague):
    consented(mediation, mediation.case.parties.first(), chosen=colleague)
    change = interest_declared(mediation)
    client.force_login(head)
    detail = reverse("mediation:detail", args=[mediation.pk])
    url = reverse("mediation:grant_change", args=[change.pk])
    assert url in client.get(detail).content.decode()
    page = client.get(url).content.decode()
    assert "被申请人是我外甥" in page
    assert "选定郑和田" in page
    page = client.post(url, {"to": colleague.pk, "answer": "属实"}, follow=True).content.decode()
    assert "已更换为郑和田" in page
    client.force_login(change.mediator)
    assert client.get(detail).status_code == 404


def test_the_page_says_who_may_not_decide(client, mediation, colleague):
    change = interest_declared(mediation)
    client.force_login(colleague)
    assert client.get(reverse("mediation:grant_change", args=[change.pk])).status_code == 409

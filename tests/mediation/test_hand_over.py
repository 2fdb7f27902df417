"""A colleague goes on with a mediation."""

import pytest
from django.urls import reverse
from django.utils import timezone

from kernel.moves import MoveRefused
from mediation import services
from mediation.states import State
from people.models import Leave
from people.roles import Role
from tests.factories import SeatFactory
from tests.mediation.factories import in_force, mediator_of, sign_all, submitted


def test_the_colleague_is_in_charge_and_told_and_the_clock_goes_on(mediation, colleague):
    clock = mediation.round.clocks.running().get(code="mediation.mediate")
    services.hand_over(mediation, by=mediation.mediator, to=colleague, note="下周休假")
    assert mediation.mediator == colleague
    assert mediation.state == State.MEDIATING
    assert mediation.round.clocks.running().get(code="mediation.mediate") == clock
    assert colleague.notifications.count() == 1
    assert mediation.case.number in colleague.notifications.get().text
    assert mediation.case.title not in colleague.notifications.get().text


def test_a_colleague_may_take_over_from_one_who_is_ill(mediation, colleague):
    services.hand_over(mediation, by=colleague, to=colleague)
    assert mediation.mediator == colleague


def test_it_goes_to_nobody_outside_the_committee_and_not_to_the_same_person(mediation, stranger, keeper):
    for somebody in (stranger, keeper, mediation.mediator):
        with pytest.raises(MoveRefused):
            services.hand_over(mediation, by=mediation.mediator, to=somebody)


def test_a_stranger_hands_nothing_over_and_nobody_after_the_end(mediation, stranger, colleague, keeper):
    with pytest.raises(MoveRefused):
        services.hand_over(mediation, by=stranger, to=colleague)
    in_force(mediation, keeper)
    with pytest.raises(MoveRefused):
        services.hand_over(mediation, by=mediation.mediator, to=colleague)


def test_the_new_mediator_signs_an_agreement_that_lies_out(mediation, colleague):
    agreement = submitted(mediation)
    services.hand_over(mediation, by=mediation.mediator, to=colleague)
    place = agreement.signatures.get(party=None)
    assert (place.mediator, place.name) == (colleague, colleague.name)


def test_after_the_mediators_signature_it_is_too_late(mediation, colleague):
    sign_all(submitted(mediation))
    with pytest.raises(MoveRefused, match="已在协议上签名"):
        services.hand_over(mediation, by=mediation.mediator, to=colleague)


def test_a_failure_half_way_leaves_nothing(mediation, colleague, monkeypatch):
    before = mediation.mediator
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.hand_over(mediation, by=before, to=colleague)
    mediation.refresh_from_db()
    assert mediation.mediator == before
    assert not colleague.notifications.exists()


def test_the_page_offers_the_committee_with_its_load(client, mediation, colleague, committee):
    mediator_of(committee, name="已离岗", is_active=False)
    client.force_login(mediation.mediator)
    url = reverse("mediation:hand_over", args=[mediation.pk])
    page = client.get(url).content.decode()
    assert "郑和田（在办 0 件" in page
    assert "连翠英（" not in page
    assert "已离岗" not in page
    assert client.post(url, {"to": colleague.pk}).status_code == 302
    mediation.refresh_from_db()
    assert mediation.mediator == colleague


def test_work_goes_to_those_on_duty_only(client, mediation, colleague, committee):
    on_duty = mediator_of(committee, name="徐水英")
    SeatFactory(user=on_duty, role=Role.MEDIATOR)
    client.force_login(mediation.mediator)
    url = reverse("mediation:hand_over", args=[mediation.pk])
    page = client.get(url).content.decode()
    assert "徐水英" in page
    assert colleague.name not in page
    assert client.post(url, {"to": colleague.pk, "note": ""}).status_code == 422


def test_work_does_not_go_to_somebody_on_leave(client, mediation, colleague):
    Leave.objects.create(user=colleague, first_on=timezone.localdate(), last_on=timezone.localdate())
    client.force_login(mediation.mediator)
    url = reverse("mediation:hand_over", args=[mediation.pk])
    assert client.post(url, {"to": colleague.pk, "note": ""}).status_code == 422

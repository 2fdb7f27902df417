"""What was agreed by word of mouth binds from the day it was agreed (人民调解法 30)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.states import Outcome
from cases.states import State as RoundState
from kernel.models import NumberSeries
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Agreement, Mediation
from mediation.states import AgreementState, State
from tests.mediation.factories import TEXTS, drafted


def agree(mediation, by=None, days=0):
    agreed_on = timezone.localdate() - timedelta(days=days)
    return services.record_oral_agreement(
        mediation, by=by or mediation.mediator, agreed_on=agreed_on, **TEXTS
    )


def test_it_is_in_force_from_the_day_of_agreement_and_resolves_the_round(mediation):
    Mediation.objects.update(opened_at=timezone.now() - timedelta(days=5))
    agreement = agree(mediation, days=2)
    assert agreement.state == AgreementState.IN_FORCE
    assert agreement.in_force_on == timezone.localdate() - timedelta(days=2)
    assert mediation.state == State.AGREED
    round = mediation.round
    round.refresh_from_db()
    assert (round.state, round.outcome) == (RoundState.RESOLVED, Outcome.ORAL_AGREEMENT)
    assert [clock.code for clock in round.clocks.running()] == ["case.follow_up"]


def test_it_uses_up_no_number_and_is_hashed_and_frozen(mediation):
    agreement = agree(mediation)
    assert agreement.number == ""
    assert not NumberSeries.objects.filter(series__contains="人调字").exists()
    agreement.refresh_from_db()
    assert agreement.digest() == agreement.content_hash
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(terms="改过")


def test_a_written_draft_gives_way_and_stays_in_the_file(mediation):
    draft = drafted(mediation)
    agreement = agree(mediation)
    draft.refresh_from_db()
    assert draft.state == AgreementState.WITHDRAWN
    assert agreement.version == 2


def test_only_the_mediator_in_charge_registers_it_and_once(mediation, colleague):
    with pytest.raises(MoveRefused):
        agree(mediation, by=colleague)
    agree(mediation)
    with pytest.raises(MoveRefused, match="达成协议"):
        agree(mediation)


def test_it_was_agreed_after_the_beginning(mediation):
    with pytest.raises(MoveRefused, match="日期"):
        agree(mediation, days=3)


def test_a_failure_half_way_leaves_nothing(mediation, monkeypatch):
    drafted(mediation)
    monkeypatch.setattr("cases.services.resolve", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        agree(mediation)
    mediation.refresh_from_db()
    assert mediation.state == State.MEDIATING
    assert mediation.live_agreement().state == AgreementState.DRAFTED


def test_the_page_registers_it(client, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:record_oral_agreement", args=[mediation.pk])
    assert "第三十条" in client.get(url).content.decode()
    given = TEXTS | {"agreed_on": timezone.localdate().isoformat(), "perform_by": "2026-12-31"}
    assert client.post(url, given).status_code == 302
    assert mediation.agreements.get().is_oral
    page = client.get(reverse("mediation:detail", args=[mediation.pk])).content.decode()
    assert "口头调解协议" in page

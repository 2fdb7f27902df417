"""不满意核实: somebody was not content, and the centre asks why within hours; what they answered stands."""

from datetime import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases import escalation
from cases.models import CallBack
from cases.progress import progress_of
from cases.services import call_back, rate, reopen
from cases.states import State
from kernel.moments import NEVER
from kernel.moves import MoveRefused
from tests.cases.fixtures import verbs

SUNDAY = datetime(2026, 6, 14, 20, tzinfo=timezone.get_default_timezone())
SAID = {"way": "phone", "said": "答应的钱没有付。"}


@pytest.fixture
def unhappy(closed):
    """Closed, and answered 不满意 on a Sunday evening."""
    with time_machine.travel(SUNDAY, tick=False):
        rate(closed.latest_round(), answer="unsatisfied")
    closed.refresh_from_db()
    return closed


def test_it_is_counted_from_the_next_working_hour(unhappy):
    clock = unhappy.latest_round().clocks.running().get()
    assert clock.code == "case.call_back"
    assert timezone.localtime(clock.due_at).isoformat() == "2026-06-16T17:30:00+08:00"
    assert unhappy.due_at == clock.due_at


def test_those_who_may_call_back_are_told_and_find_it_in_their_pile(client, unhappy, clerk):
    assert [message.text for message in clerk.notifications.all()] == [
        f"当事人不满意，待核实：{unhappy.number}"
    ]
    client.force_login(clerk)
    assert unhappy.number in client.get(reverse("pile", args=["call-back"])).content.decode()


@pytest.mark.parametrize("answer", ["satisfied", "fairly"])
def test_who_is_content_is_not_called_back(client, closed, clerk, answer):
    rate(closed.latest_round(), answer=answer)
    assert not closed.latest_round().clocks.running().exists()
    client.force_login(clerk)
    assert client.get(reverse("cases:call_back", args=[closed.latest_round().pk])).status_code == 409
    with pytest.raises(MoveRefused):
        call_back(closed.latest_round(), by=clerk, **SAID)


def test_what_they_said_is_kept_and_the_answer_stands(unhappy, clerk):
    round = unhappy.latest_round()
    call_back(round, by=clerk, **SAID)
    assert (round.called_back.said, round.called_back.reopens) == ("答应的钱没有付。", False)
    assert round.ratings.get().answer == "unsatisfied"
    assert verbs(unhappy)[-1] == "call_back"
    unhappy.refresh_from_db()
    assert (unhappy.state, unhappy.due_at) == (State.CLOSED, NEVER)
    with pytest.raises(MoveRefused):
        call_back(round, by=clerk, **SAID)


def test_it_can_open_the_next_round_with_a_clock_of_its_own(unhappy, clerk, bureau):
    first = unhappy.latest_round()
    call_back(first, by=clerk, **SAID, route="dispatch", unit=bureau)
    round = unhappy.latest_round()
    assert (round.number, round.state, first.called_back.reopens) == (2, State.ROUTED, True)
    assert verbs(unhappy)[-2:] == ["reopen", "call_back"]
    unhappy.refresh_from_db()
    first.refresh_from_db()
    assert (unhappy.state, unhappy.due_at, first.due_at) == (State.ROUTED, round.due_at, NEVER)


def test_who_reopens_the_matter_otherwise_need_not_call_back(unhappy, clerk, bureau):
    reopen(unhappy, by=clerk, unit=bureau, reason="没有付清", route="dispatch")
    assert not unhappy.rounds.get(number=1).clocks.running().exists()


def test_who_resolved_it_and_who_is_not_of_the_centre_do_not_call_back(unhappy, handler):
    with pytest.raises(MoveRefused):
        call_back(unhappy.latest_round(), by=handler, **SAID)


def test_a_failure_half_way_leaves_no_trace(unhappy, clerk, bureau, monkeypatch):
    monkeypatch.setattr("cases.services.begin_again", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call_back(unhappy.latest_round(), by=clerk, **SAID, route="dispatch", unit=bureau)
    assert not CallBack.objects.exists()
    assert unhappy.latest_round().clocks.running().exists()


def test_an_answer_to_a_round_that_went_on_moves_neither_its_cover_nor_a_clock(closed, clerk, bureau):
    first = closed.latest_round()
    second = reopen(closed, by=clerk, unit=bureau, reason="没有付清", route="dispatch")
    rate(first, answer="unsatisfied")
    closed.refresh_from_db()
    assert closed.due_at == second.due_at
    assert not first.clocks.running().exists()


def test_through_the_pages(client, unhappy, clerk, bureau):
    client.force_login(clerk)
    url = reverse("cases:call_back", args=[unhappy.latest_round().pk])
    page = client.get(reverse("cases:detail", args=[unhappy.pk])).content.decode()
    assert url in page
    assert "当事人不满意，等待核实" in page
    refused = client.post(url, SAID | {"reopens": "yes"})
    assert refused.status_code == 422
    assert "请选择窗口和单位" in refused.content.decode()
    assert "答应的钱没有付。" in refused.content.decode()
    answer = client.post(url, SAID | {"reopens": "yes", "route": "dispatch", "unit": bureau.pk})
    assert answer.url == reverse("cases:detail", args=[unhappy.pk])
    page = client.get(answer.url).content.decode()
    assert "答应的钱没有付。（重新办理）" in page
    assert url not in page


def test_the_citizen_reads_by_when_somebody_asks(unhappy):
    with time_machine.travel(SUNDAY, tick=False):
        told = progress_of(unhappy)
    assert told.next_text == "下一步：您的评价已收到，由社会治理中心在 2026年6月16日 前与您联系核实。"
    assert told.counted[0].startswith("从“收到不满意评价”")


def test_a_late_call_back_is_told_by_the_sweep(unhappy, clerk):
    escalation.sweep(datetime(2026, 6, 17, 9, tzinfo=SUNDAY.tzinfo))
    assert unhappy.latest_round().clocks.get(code="case.call_back").late_at

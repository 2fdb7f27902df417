from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import ContactEntry
from cases.services import log_contact, reroute, resolve, take
from cases.states import Outcome, Route
from kernel.moments import NEVER
from kernel.moves import MoveRefused
from tests.cases.fixtures import verbs


def test_a_call_is_kept_with_its_hour(case, handler):
    at = timezone.now() - timedelta(hours=2)
    log_contact(case, by=handler, whom="保洁公司", said="答应今天付。", at=at)
    entry = case.contacts.get()
    assert (entry.at, entry.by) == (at, handler)
    assert verbs(case)[-1] == "log_contact"


def test_a_stranger_notes_nothing(case, stranger):
    with pytest.raises(MoveRefused):
        log_contact(case, by=stranger, whom="公司", said="…")
    assert not ContactEntry.objects.exists()


def test_the_first_contact_is_due_from_the_taking_on_and_met_by_the_desk_alone(case, handler, clerk):
    round = case.latest_round()
    take(round, by=handler)
    assert round.clocks.running().get().code == "case.first_contact"
    log_contact(case, by=clerk, whom="王冬梅", said="催问进度。")
    assert round.clocks.running().exists()
    log_contact(case, by=handler, whom="王冬梅", said="约好明天来。")
    assert not round.clocks.running().exists()
    case.refresh_from_db()
    assert case.due_at == NEVER


@pytest.mark.parametrize(
    "leave",
    [
        lambda round, by: resolve(round, by=by, outcome=Outcome.REPLIED),
        lambda round, by: reroute(round, by=by, route=Route.DISPATCH, unit=round.unit, note="转办"),
    ],
)
def test_whoever_is_done_owes_no_first_contact(case, handler, leave):
    round = case.latest_round()
    take(round, by=handler)
    leave(round, handler)
    assert not round.clocks.running().filter(code="case.first_contact").exists()


def test_a_failure_half_way_leaves_no_entry(case, handler, monkeypatch):
    monkeypatch.setattr("cases.services.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        log_contact(case, by=handler, whom="公司", said="…")
    assert not ContactEntry.objects.exists()


def test_the_page_notes_a_call(client, case, handler):
    client.force_login(handler)
    url = reverse("cases:log_contact", args=[case.pk])
    assert client.get(url).status_code == 200
    client.post(url, {"whom": "保洁公司", "said": "答应今天付。"})
    page = client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    assert "答应今天付。" in page


def test_a_call_of_tomorrow_is_refused(client, case, handler):
    client.force_login(handler)
    at = timezone.localtime() + timedelta(days=1)
    data = {"whom": "公司", "said": "…", "at": f"{at:%Y-%m-%dT%H:%M}"}
    answer = client.post(reverse("cases:log_contact", args=[case.pk]), data)
    assert answer.status_code == 422
    assert "不能晚于现在" in answer.content.decode()

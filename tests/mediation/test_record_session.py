"""One meeting and its record."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Session
from tests.mediation.factories import consented, in_force


def record(mediation, by, **given):
    words = {
        "held_at": timezone.now(),
        "place": "第一调解室",
        "attended": mediation.case.parties.all(),
        "others": "",
        "record": "双方陈述事实，约定三日后再谈。",
    }
    return services.record_session(mediation, by=by, **words | given)


def test_sessions_are_numbered_and_name_who_came_and_who_wrote(mediation, colleague):
    first = record(mediation, mediation.mediator)
    consented(mediation)
    second = record(mediation, colleague, attended=mediation.case.parties.all()[:1])
    assert (first.number, second.number) == (1, 2)
    assert first.attended.count() == 3
    assert second.recorded_by == colleague
    entry = mediation.history.last()
    assert (entry.verb, entry.details) == ("record_session", {"session": second.pk, "number": 2})


def test_whoever_met_the_parties_owes_no_first_contact(mediation):
    assert mediation.round.clocks.running().filter(code="case.first_contact").exists()
    record(mediation, mediation.mediator)
    assert not mediation.round.clocks.running().filter(code="case.first_contact").exists()


def test_it_is_refused_to_strangers_and_after_the_end(mediation, stranger, keeper):
    with pytest.raises(MoveRefused):
        record(mediation, stranger)
    in_force(mediation, keeper)
    with pytest.raises(MoveRefused, match="达成协议"):
        record(mediation, mediation.mediator)
    assert not Session.objects.exists()


def test_a_failure_half_way_leaves_nothing(mediation, monkeypatch):
    before = mediation.history.count()
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        record(mediation, mediation.mediator)
    assert not Session.objects.exists()
    assert mediation.history.count() == before


def test_the_page_records(client, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:record_session", args=[mediation.pk])
    assert "第一次" not in client.get(url).content.decode()
    given = {
        "held_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "place": "第一调解室",
        "attended": [party.pk for party in mediation.case.parties.all()],
        "others": "区住建局 王工",
        "record": "各方意见接近。",
    }
    assert client.post(url, given).status_code == 302
    assert mediation.sessions.get().others == "区住建局 王工"


def test_a_session_of_tomorrow_is_refused_and_nothing_typed_is_lost(client, mediation):
    client.force_login(mediation.mediator)
    tomorrow = timezone.localtime() + timedelta(days=1)
    given = {
        "held_at": tomorrow.strftime("%Y-%m-%dT%H:%M"),
        "place": "第一调解室",
        "record": "已经写了很多字。",
    }
    answer = client.post(reverse("mediation:record_session", args=[mediation.pk]), given)
    assert answer.status_code == 422
    assert "已经写了很多字。" in answer.content.decode()
    assert not mediation.sessions.exists()


def test_the_record_prints_and_leaves_a_trace(client, mediation):
    record(mediation, mediation.mediator)
    client.force_login(mediation.mediator)
    page = client.get(
        reverse("mediation:print_paper", args=[mediation.pk, "session-1", "html"])
    ).content.decode()
    assert "人民调解记录" in page
    assert "双方陈述事实" in page
    assert "核对无误" in page
    entry = mediation.history.last()
    assert (entry.verb, entry.details["paper"]) == ("print_paper", "session-1")

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cases.models import ClockWatch
from cases.states import WatchState
from governance_center import health
from governance_center.celery import heartbeat
from kernel import clocks
from tests.factories import CaseFactory


@pytest.fixture
def late_clock():
    round = CaseFactory().latest_round()
    clocks.turn(round, starts=["case.take"])
    round.clocks.update(next_fire_at=timezone.now() - timedelta(hours=1))


def test_a_process_that_answers_is_alive_without_a_log_in(client):
    assert client.get("/healthz").content == b"ok\n"


def test_ready_is_with_database_queue_schema_and_beat(client):
    heartbeat()

    answer = client.get("/readyz")

    assert answer.json() == {
        "ready": True,
        "checks": {
            "database": "ok",
            "queue": "ok",
            "migrations": "ok",
            "beat": "ok",
            "clocks": "ok",
            "calendar": health.calendar(),
        },
    }


def test_clocks_that_wait_or_are_held_are_named_but_no_page_is_taken_away(client, late_clock):
    heartbeat()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["checks"]["clocks"].startswith("waiting for ")
    assert b"clocks_lag_seconds" in client.get("/metrics").content
    assert b"clocks_held 0.0" in client.get("/metrics").content
    ClockWatch.objects.update(state=WatchState.HELD)
    assert b"clocks_held 1.0" in client.get("/metrics").content
    assert client.get("/readyz").json()["checks"]["clocks"] == "held"


@pytest.mark.parametrize(
    ("day", "said"),
    [("2026-10-31", "ok"), ("2026-11-01", "2027 not entered"), ("2027-02-01", "2027 not entered")],
)
def test_a_year_without_a_calendar_is_named_from_november_on(day, said):
    with time_machine.travel(f"{day}T10:00:00+08:00", tick=False):
        assert health.calendar() == said


def test_a_failing_check_is_named_and_answered_with_503(client, monkeypatch):
    monkeypatch.setattr(health, "HEARTBEAT_MAY_BE_OLD", -1)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["beat"] == "no heartbeat"


def test_metrics_are_for_this_machine_and_for_the_token(client, settings):
    settings.METRICS_TOKEN = "known"

    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.1.1.1").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "10.1.1.1"}).status_code == 404
    told = {"Authorization": "Bearer known"}
    assert client.get("/metrics", REMOTE_ADDR="10.1.1.1", headers=told).status_code == 200


def test_metrics_without_a_configured_token_admit_no_empty_one(client, settings):
    settings.METRICS_TOKEN = ""

    answer = client.get("/metrics", REMOTE_ADDR="10.1.1.1", headers={"Authorization": "Bearer "})

    assert answer.status_code == 404

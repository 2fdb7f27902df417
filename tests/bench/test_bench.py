"""The benches run to their end on real servers and say what they promise. Nothing here looks at times."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

FIELDS = {"bench", "size", "machine"}


@pytest.fixture
def bench(tmp_path):
    """Run a bench as its users do, in production's settings, and give what the last line says."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "governance_center.settings",
        "STATE_DIR": str(tmp_path),
        "STATIC_ROOT": str(tmp_path / "static"),
    }

    def run(*arguments) -> dict:
        command = [sys.executable, "manage.py", "bench", *map(str, arguments), "--json"]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=400
        )
        assert done.returncode == 0, done.stderr[-3000:]
        (line,) = done.stdout.splitlines()  # progress goes to standard error
        return json.loads(line)

    return run


def test_the_hall_is_lived_by_two_clerks_at_once(bench):
    told = bench("hall", "--clerks", 2, "--seconds", 2, "--cases", 20)
    assert told.keys() >= FIELDS | {"steps", "p50_ms", "p95_ms", "p99_ms", "visits_per_s", "requests_per_s"}
    assert told["errors"] == told["double_calls"] == told["duplicate_numbers"] == 0
    assert told["floor_ms"] > 0
    assert told["ratio"] == pytest.approx(told["visit_ms"] / told["floor_ms"], abs=0.01)
    assert all(step["p50_ms"] <= step["p95_ms"] for step in told["steps"])
    assert len(told["slowest"]) == 3


def test_pages_are_asked_for_by_several_sights_and_counted(bench):
    told = bench("pages", "--cases", 20, "--requests", 2, "--only", "mediation:mine")
    assert told.keys() >= FIELDS | {"pages", "worst_p95_ms"}
    assert told["pages"]
    for one in told["pages"]:
        assert one.keys() == {"name", "p50_ms", "p95_ms", "queries", "sql_ms", "ratio"}
        assert one["queries"] > 0
    assert told["worst_p95_ms"] == max(one["p95_ms"] for one in told["pages"])


def test_a_change_reaches_every_screen_and_the_server_of_changes_may_go(bench):
    told = bench("live", "--clients", 20, "--clerks", 2, "--seconds", 4, "--cases", 20)
    assert told.keys() >= FIELDS | {"p50_ms", "p99_ms", "floor_p50_ms", "others_p95_ms"}
    assert (told["connected"], told["lost"]) == (20, 0)
    assert told["ratio"] == pytest.approx(told["p50_ms"] / told["floor_p50_ms"], abs=0.01)
    assert told["refetches_per_s"] > 0
    assert told["others_errors"] == told["refetch_errors"] == told["outage_errors"] == 0

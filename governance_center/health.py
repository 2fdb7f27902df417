"""What supervisors ask: does the process answer, can it do its work, and how much did it do."""

import secrets
import time
from datetime import timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, HttpResponseNotFound, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import Gauge

from cases import escalation
from cases.models import ClockWatch
from cases.states import WatchState
from governance_center.celery import HEARTBEAT
from kernel import recounting
from kernel.calendar import missing_year

CLOCKS_MAY_LAG = timedelta(minutes=5)
HELD = Gauge("clocks_held", "1 while the sweep waits for somebody to look at the clocks, else 0")
CHANGES_MAY_LAG = timedelta(minutes=15)
LAG = Gauge("clocks_lag_seconds", "How long the oldest rung that is due has been waiting for the sweep")
CHANGES_LAG = Gauge(
    "changes_lag_seconds", "How long the oldest change of calendar or rules is overdue to be followed"
)
HEARTBEAT_MAY_BE_OLD = 90  # seconds; beat sends one every 20


@login_not_required
@require_safe
@never_cache
def healthz(request):
    """The process answers. A supervisor that gets no answer restarts it."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request):
    """Everything behind the pages works. A load balancer that gets 503 sends people elsewhere.

    That clocks wait to be told, or a calendar to be entered, is said, but is no reason to: the pages work.
    """
    checks = {}
    for check in (database, queue, migrations, beat):
        try:
            checks[check.__name__] = check()
        except Exception as error:  # any failure is the answer, not an error of ours
            checks[check.__name__] = type(error).__name__
    well = set(checks.values()) == {"ok"}
    if checks["database"] == checks["migrations"] == "ok":
        checks["clocks"], checks["calendar"] = clocks(), calendar()
    return JsonResponse({"ready": well, "checks": checks}, status=200 if well else 503)


@login_not_required
@require_safe
@never_cache
def metrics(request):
    """Prometheus' numbers, for this machine or for who knows METRICS_TOKEN; to others the page does not exist."""
    told = request.headers.get("Authorization", "").removeprefix("Bearer ")
    allowed = settings.METRICS_TOKEN and secrets.compare_digest(
        told.encode(), settings.METRICS_TOKEN.encode()
    )
    near = (
        request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers
    )
    if allowed or near:
        LAG.set(escalation.lag().total_seconds())
        HELD.set(is_held())
        CHANGES_LAG.set(max(recounting.lag().total_seconds(), 0))
    return ExportToDjangoView(request) if allowed or near else HttpResponseNotFound()


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def queue() -> str:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
        client.ping()
    return "ok"


def migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} to be applied" if waiting else "ok"


def clocks() -> str:
    """What clocks have to tell is told within minutes, and a changed calendar or rule is followed."""
    if is_held():
        return "held"
    if (waits := escalation.lag()) >= CLOCKS_MAY_LAG:
        return f"waiting for {waits.total_seconds():.0f} s"
    if (waits := recounting.lag()) >= CHANGES_MAY_LAG:
        return f"changes not followed for {waits.total_seconds():.0f} s"
    return "ok"


def is_held() -> bool:
    return ClockWatch.objects.filter(state=WatchState.HELD).exists()


def calendar() -> str:
    """Dates are counted by holidays that were announced, not by guesses."""
    year = missing_year(timezone.localdate())
    return f"{year} not entered" if year else "ok"


def beat() -> str:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
        last = int(client.get(HEARTBEAT) or 0)
    return "ok" if time.time() - last < HEARTBEAT_MAY_BE_OLD else "no heartbeat"

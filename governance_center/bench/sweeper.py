"""A worker of `bench clocks`: waits at the gate, then sweeps until nothing is due any more."""

from django.db import connection
from django.urls import get_resolver
from django.utils import timezone

from cases.escalation import sweep
from governance_center.memory import keep_loaded
from kernel.models import Clock

COMMAND = """
import governance_center.celery, django
django.setup()
from governance_center.bench.sweeper import work
work()
"""


def work() -> None:
    assert get_resolver().url_patterns, "a worker has read the addresses long since"
    keep_loaded()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(0)")
    while Clock.objects.filter(next_fire_at__lte=timezone.now()).exists():
        sweep()

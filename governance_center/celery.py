"""The worker and its clock: `celery -A governance_center worker`, `celery -A governance_center beat`."""

import os
import time

import redis
from celery import Celery
from celery.signals import beat_init, worker_process_init
from django.conf import settings

from governance_center.memory import keep_loaded

HEARTBEAT = "governance_center:heartbeat"

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance_center.settings")
app = Celery("governance_center")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.task
def heartbeat():
    """Note that beat sends and a worker works; /readyz reads it."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.set(HEARTBEAT, int(time.time()), ex=3600)


@worker_process_init.connect
def settle_down(**kwargs):
    keep_loaded()


@beat_init.connect
def first_heartbeat(**kwargs):
    """Beat sends what is due every 20 seconds for the first time after 20 seconds."""
    heartbeat.delay()

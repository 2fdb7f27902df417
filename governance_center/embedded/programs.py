"""The programs of the centre in the default set-up, as arguments of `python -m`."""

import os

CORES = os.cpu_count() or 1
WORKER = [
    *("celery", "-A", "governance_center", "worker", "--concurrency", "2", "--loglevel", "INFO"),
    *("--without-gossip", "--without-mingle"),
]
BEAT = ["celery", "-A", "governance_center", "beat", "--loglevel", "INFO", "--pidfile="]


def web(port: int) -> list[str]:
    """Pages and /live on 127.0.0.1. Python keeps one core busy at most, so two processes share the work of a hall.

    A connection stays open while somebody reads a page: a new one costs as much as a page.
    """
    return [
        *("uvicorn", "governance_center.asgi:application", "--port", str(port), "--no-access-log"),
        *("--lifespan", "off", "--no-server-header", "--timeout-graceful-shutdown", "3"),
        *("--workers", str(min(CORES, 2)), "--timeout-keep-alive", "75"),
    ]

"""The programs of the centre in the default set-up, as arguments of `python -m`."""

WORKER = [
    *("celery", "-A", "governance_center", "worker", "--concurrency", "2", "--loglevel", "INFO"),
    *("--without-gossip", "--without-mingle"),
]
BEAT = ["celery", "-A", "governance_center", "beat", "--loglevel", "INFO", "--pidfile="]


def web(port: int) -> list[str]:
    return ["governance_center.embedded.web", str(port)]

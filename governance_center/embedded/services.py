"""How programs on a developer's machine come to use the embedded servers: `join()`, once, before Django starts."""

import base64
import fcntl
import os
import secrets
import subprocess
import sys
import time
from contextlib import suppress

from governance_center.embedded import keeper, place
from governance_center.embedded.processes import tail

_held = []  # the lock that says "in use"; it lives as long as this process


def join() -> subprocess.Popen | None:
    """Complete the environment of this process, and start the servers it lacks unless they run already.

    What the environment says already holds: with DATABASE_URL and REDIS_URL nothing is started. With
    DEMO_MODE=0 this is a production machine, where nothing is made up. Returns the keeper of the servers if
    we started it.
    """
    if os.environ.get("DEMO_MODE") == "0" or _held:
        return None
    here = place.find().prepare()
    started = None
    if not {"DATABASE_URL", "REDIS_URL"} <= set(os.environ):
        _held.append(shared_lock(here))
        started = None if keeper.serving(here) else start_keeper(here)
    for name, value in (local_settings(here) | kept_secrets(here)).items():
        os.environ.setdefault(name, value)
    return started


def shared_lock(here: place.Place):
    users = open(here.state / "users.lock", "a")  # noqa: SIM115 - open until the process ends
    fcntl.flock(users, fcntl.LOCK_SH)
    return users


def start_keeper(here: place.Place) -> subprocess.Popen:
    """Start a keeper and wait until the servers answer, whoever of two started them."""
    log = here.log("keeper")
    log.unlink(missing_ok=True)
    with open(log, "ab") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "governance_center.embedded.keeper", str(here.state)],
            cwd=place.PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    while not keeper.serving(here):
        if started.poll():
            raise SystemExit(tail(log))
        time.sleep(0.05)
    return started


def local_settings(here: place.Place) -> dict[str, str]:
    return {
        "DATABASE_URL": here.database_url(),
        "REDIS_URL": here.redis_url(),
        "DEMO_MODE": "1",
        "FILES_DIR": str(here.state / "files"),
        "STATIC_ROOT": str(here.state / "static"),
        "ANCHOR_FILE": str(here.state / "anchors.jsonl"),
    }


def kept_secrets(here: place.Place) -> dict[str, str]:
    """The secrets of this installation, drawn once. Without the keys, protected fields can never be read again."""
    file = here.state / "secrets.env"
    if not file.exists():
        lines = [f"{name}={value}\n" for name, value in fresh_secrets().items()]
        draft = file.with_name(f"secrets.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text("".join(lines))
        with suppress(FileExistsError):  # the first of two wins, and no half-written file is ever seen
            os.link(draft, file)
        draft.unlink()
    return dict(line.split("=", 1) for line in file.read_text().splitlines())


def fresh_secrets() -> dict[str, str]:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": f"1:aes-gcm:{key()}",
        "LOOKUP_KEYS": f"1:{key()}",
        "METRICS_TOKEN": secrets.token_urlsafe(32),
    }

"""The settings, for tests: our own servers, no secrets worth keeping, and nothing slow."""

import os

from tests import servers

WORKER = int(
    os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
)  # each has a database of the one Valkey

os.environ |= {
    "SECRET_KEY": "tests",
    "DATABASE_URL": servers.here().database_url(),
    "REDIS_URL": servers.here().redis_url(WORKER),
    "DEMO_MODE": "1",
    "FIELD_KEYS": "1:aes-gcm:" + "A" * 43 + "=",
    "LOOKUP_KEYS": "1:" + "A" * 43 + "=",
    "FILES_DIR": str(servers.here().state / "files"),
    "STATIC_ROOT": str(servers.here().state / "static"),
    "ANCHOR_FILE": str(servers.here().state / "anchors.jsonl"),
}

from governance_center.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True  # static files from where they lie, nothing collected

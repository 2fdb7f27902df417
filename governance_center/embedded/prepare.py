"""What comes before the programs can serve: schema, reference data, static files, and on the first run demo data.

In one process, because each start of Django costs a second.
"""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands

from governance_center.embedded import place


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "governance_center.settings")
    django.setup()
    print("Bringing the database up to date ...", flush=True)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference", verbosity=0)
    collect_static()
    if settings.DEMO_MODE and "demo" in get_commands() and not get_user_model().objects.exists():
        print("Loading demo data, this once ...", flush=True)
        call_command("demo")


def collect_static() -> None:
    """Hash and compress the static files, which takes seconds, if any of them changed."""
    mark = settings.STATIC_ROOT / "fingerprint"
    now = fingerprint([place.PROJECT / "static", place.PROJECT / "requirements.txt"])
    if not mark.exists() or mark.read_text() != now:
        print("Collecting the static files ...", file=sys.stderr, flush=True)
        call_command("collectstatic", verbosity=0, interactive=False)
        mark.write_text(now)


def fingerprint(roots: list[Path]) -> str:
    files = sorted(file for root in roots for file in [root, *root.rglob("*")] if file.is_file())
    facts = [f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


if __name__ == "__main__":
    main()

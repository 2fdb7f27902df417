"""Install the pinned packages into the virtual environment that runs this file. `make setup` calls it.

uv does it in seconds where pip takes a minute, so pip installs uv first, from the same lock. uv does not
read pip's configuration: the index and the certificates of this machine are handed to it. Where uv cannot
be had, or cannot reach the index that pip can, pip installs everything.

Runs before anything is installed, so it imports the standard library only.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq"]
CERTIFICATES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def install(lock: Path) -> None:
    began = time.monotonic()
    print(f"Installing {lock.name} into {Path(sys.prefix).name} ...", flush=True)
    if not (have_uv() and run([sys.executable, "-m", "uv", "pip", "install", *uv_options(), *hashed(lock)])):
        print("uv did not manage; pip tries, and takes longer.", flush=True)
        if not run([*PIP, "install", *hashed(lock)]):
            raise SystemExit("The packages could not be installed: is a package index within reach of pip?")
    print(f"Packages downloaded and installed in {time.monotonic() - began:.1f} s.", flush=True)


def have_uv() -> bool:
    """Install uv as pinned in the lock of the developers' tools."""
    pinned = re.search(r"^uv==(?:.*\\\n)*.*\n", (PROJECT / "requirements-dev.txt").read_text(), re.MULTILINE)
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "uv.txt")
        lock.write_text(pinned[0])
        return run([*PIP, "install", *hashed(lock)])


def uv_options() -> list[str]:
    """What uv must know of this machine: which Python, and pip's index where one is configured."""
    index = subprocess.run(
        [*PIP, "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    ).stdout.strip()
    index = os.environ.get("PIP_INDEX_URL") or index
    given = "UV_INDEX_URL" in os.environ or "UV_DEFAULT_INDEX" in os.environ
    return [
        "--quiet",
        "--python",
        sys.executable,
        *(["--default-index", index] if index and not given else []),
    ]


def hashed(lock: Path) -> list[str]:
    return ["--require-hashes", "-r", str(lock)]


def run(command: list[str]) -> bool:
    certificates = next((os.environ[name] for name in CERTIFICATES if os.environ.get(name)), "")
    found = {"SSL_CERT_FILE": certificates} if certificates else {}
    return subprocess.run(command, env=found | dict(os.environ), check=False).returncode == 0


if __name__ == "__main__":
    install(PROJECT / sys.argv[1])

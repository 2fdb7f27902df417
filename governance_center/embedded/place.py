"""Who runs the embedded servers, and where their files are.

PostgreSQL refuses to run as root, so root lends the servers another account. That account must be able to
walk to its files, which it cannot below a closed home such as /root; then the files live under /var/lib.
"""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ROOT = os.geteuid() == 0


@dataclass(frozen=True)
class Place:
    state: Path  # everything that is kept
    run: Path  # the sockets, in a short path: a Unix socket's is 107 bytes at most
    account: pwd.struct_passwd  # who runs the servers
    asked: Path  # where `state` was meant to be; a link if it could not be there

    @property
    def postgres(self) -> Path:
        return self.state / "postgres"

    @property
    def valkey(self) -> Path:
        return self.state / "valkey"

    @property
    def redis_socket(self) -> Path:
        return self.run / "valkey.sock"

    def log(self, name: str) -> Path:
        return self.state / "log" / f"{name}.log"

    def ready(self) -> Path:
        """A file that exists while both servers answer."""
        return self.run / "ready"

    def database_url(self, database: str = "governance") -> str:
        return f"postgresql://governance@/{database}?host={self.run}&port=5432"

    def redis_url(self, database: int = 0) -> str:
        return f"unix://{self.redis_socket}?db={database}"

    def prepare(self) -> "Place":
        """Make the folders; refuse those that belong to somebody else."""
        self.state.mkdir(parents=True, exist_ok=True)
        if self.asked != self.state and not self.asked.exists():
            self.asked.symlink_to(self.state)
        if self.state.stat().st_uid != os.geteuid():
            raise SystemExit(f"{self.state} belongs to another user. Set STATE_DIR to a folder of your own.")
        # The servers' account passes through, and sees nothing on its way.
        self.state.chmod(0o711 if ROOT else 0o700)
        (self.state / "log").mkdir(mode=0o700, exist_ok=True)
        for folder in (self.run, self.valkey):
            self.hand_over(folder)
        return self

    def hand_over(self, folder: Path) -> None:
        """Make a folder that only the servers' account opens."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid not in (os.geteuid(), self.account.pw_uid):
            raise SystemExit(
                f"{folder} belongs to another user; remove it, or set STATE_DIR to another folder."
            )
        if ROOT:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        folder.chmod(0o700)


def find(state: Path | None = None) -> Place:
    """The place of this checkout, or of `state`. Creates nothing."""
    asked = state or Path(os.environ.get("STATE_DIR") or PROJECT / "var").absolute()
    state = asked.resolve()
    if not reachable(state, account_for(state)):
        state = Path("/var/lib/governance-center") / short_hash(state)
    # Others can write to /tmp too; `hand_over` refuses what they put there.
    run = Path("/tmp") / f"governance-center-{os.geteuid()}-{short_hash(state)}"
    return Place(state, run, account_for(state), asked)


def account_for(state: Path) -> pwd.struct_passwd:
    """Oneself; under root the owner of the data, who must never change, or for new data `nobody`."""
    if not ROOT:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwuid((state / "postgres").stat().st_uid)
    except (FileNotFoundError, KeyError):
        return pwd.getpwnam("nobody")


def reachable(path: Path, account: pwd.struct_passwd) -> bool:
    """Whether `account` can walk to `path`; folders that do not exist yet will let it."""
    return all(passable(folder.stat(), account) for folder in path.parents if folder.exists())


def passable(folder: os.stat_result, account: pwd.struct_passwd) -> bool:
    if folder.st_uid == account.pw_uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.pw_gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def short_hash(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]

"""Start and stop programs so that none outlives the one that started it, even if that one is killed."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path

from governance_center.embedded.place import ROOT

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(number: int) -> None:
    """Have the kernel send this signal when the parent ends (Linux; elsewhere kill -9 leaves children behind).

    Exactly: when the *thread* that started us ends, so start programs from main threads.
    """
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, number)


def spawn(
    command: list,
    *,
    log: Path,
    cwd: Path,
    env: dict[str, str] | None = None,
    account: pwd.struct_passwd | None = None,
    on_death: int = signal.SIGTERM,
    keep: tuple[int, ...] = (),
) -> subprocess.Popen:
    """Start a program in a session of its own, out of reach of the terminal's Ctrl-C.

    `account` is who runs it if we are root, `on_death` is what it gets when this process ends, and `keep` are
    open files that it inherits.
    """
    parent = os.getpid()

    def last_words_before_exec():
        os.setsid()
        die_with_parent(on_death)
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)

    lent = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account and ROOT else {}
    with open(log, "ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=last_words_before_exec,
            pass_fds=keep,
            **lent,
        )


def stop(process: subprocess.Popen, number: int = signal.SIGTERM, patience: float = 20) -> None:
    """Ask it to end, and end it if it does not."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def tail(log: Path, size: int = 2000) -> str:
    return log.read_text(errors="replace")[-size:].strip() if log.exists() else ""

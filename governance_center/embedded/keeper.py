"""The process that owns PostgreSQL and Valkey for as long as somebody uses them.

`make run` and manage.py commands come and go in any order and share the servers. Each user holds a shared
lock on one file; the kernel drops it when the user ends, however it ends. The keeper tries to lock that
file alone: once that works, nobody is left, and it stops the servers. So no command has to tidy up, and a
killed one leaves nothing.

The keeper itself holds a second lock, which the servers inherit. It is free only when they are all gone: two
keepers never work on the same files, not even while the servers of a killed one are still shutting down.
"""

import fcntl
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from governance_center.embedded import place, postgres, valkey

PAUSE = 0.2


def main() -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    here = place.find(Path(sys.argv[1]))
    with open(here.state / "servers.lock", "a") as servers, open(here.state / "users.lock", "a") as users:
        while not lock(servers):
            if serving(here):  # another keeper was faster
                return
            time.sleep(PAUSE)
        with servers_of(here, servers.fileno()) as processes:
            while not lock(users):
                refuse_dead(processes)
                time.sleep(PAUSE)


@contextmanager
def servers_of(here: place.Place, held: int):
    """Both servers, ready; `held` is the open lock that they inherit."""
    here.ready().unlink(missing_ok=True)
    with ExitStack() as stack:
        database = postgres.start(here, keep=(held,))
        stack.callback(postgres.stop, database)
        postgres.create_database(here)
        queue = valkey.start(here, keep=(held,))
        stack.callback(valkey.stop, queue)
        here.ready().touch()
        stack.callback(here.ready().unlink, missing_ok=True)
        yield [database, queue]


def refuse_dead(processes: list[subprocess.Popen]) -> None:
    for process in processes:
        if process.poll() is not None:
            raise SystemExit(f"{process.args[0]} ended with {process.returncode}.")


def lock(file) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def serving(here: place.Place) -> bool:
    return here.ready().exists() and valkey.answers(here)


if __name__ == "__main__":
    main()

"""One Valkey server (it speaks the protocol of Redis), reached through a Unix socket."""

import socket
import subprocess
import time

from governance_center.embedded import processes
from governance_center.embedded.binaries import valkey_server
from governance_center.embedded.place import Place

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",  # what waits for the worker survives a restart
    "save": "",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",  # a queue that drops tasks silently would be worse than one that is full
    "daemonize": "no",
}


def start(place: Place, *, keep: tuple[int, ...] = (), **settings: str) -> subprocess.Popen:
    """Start the server of the place and return when it answers."""
    options = {"unixsocket": place.redis_socket, "dir": place.valkey} | SETTINGS | settings
    process = processes.spawn(
        [valkey_server(place), *(part for name, value in options.items() for part in (f"--{name}", value))],
        log=place.log("valkey"),
        cwd=place.valkey,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        account=place.account,
        keep=keep,
    )
    deadline = time.monotonic() + 60
    while not answers(place):
        if process.poll() is not None or time.monotonic() > deadline:
            processes.stop(process)
            raise SystemExit(f"Valkey did not start:\n{processes.tail(place.log('valkey'))}")
        time.sleep(0.02)
    return process


def stop(process: subprocess.Popen) -> None:
    processes.stop(process)


def answers(place: Place) -> bool:
    """Whether the server takes commands; while it reads its files it answers -LOADING."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.settimeout(2)
            client.connect(str(place.redis_socket))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False

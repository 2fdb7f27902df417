"""The web server of the default set-up: pages and /live on 127.0.0.1, from one socket shared by two processes.

Python keeps one core busy at most. The processes are those of `uvicorn --workers 2`; what differs is the socket:
uvicorn's own leaves Nagle's algorithm on for every connection, and each answer, which is sent as head and body, then
waits 40 ms for the browser's delayed acknowledgement.
"""

import os
import socket
import sys

import uvicorn
from uvicorn.supervisors import Multiprocess

WORKERS = min(os.cpu_count() or 1, 2)
OPTIONS = {
    "workers": WORKERS,
    "access_log": False,
    "lifespan": "off",
    "server_header": False,
    "timeout_graceful_shutdown": 3,
    "timeout_keep_alive": 75,  # seconds; a new connection costs as much as a page
}


def main(port: int) -> None:
    config = uvicorn.Config("governance_center.asgi:application", port=port, **OPTIONS)
    listening = config.bind_socket()
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # connections inherit it
    Multiprocess(config, [listening]).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))

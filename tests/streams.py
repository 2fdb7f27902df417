"""A Valkey of a test's own that may be killed, the stream of changes in a real server, and one who listens."""

import http.client
import json
import os
import shutil
import signal
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
import redis
import uvicorn

from governance_center.embedded import place, valkey
from kernel import live


class Server:
    """A Valkey that forgets everything when it stops."""

    def __init__(self, folder: Path):
        self.place = place.find(folder).prepare()
        self.url = self.place.redis_url()

    def start(self):
        self.process = valkey.start(self.place, appendonly="no")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.place.redis_socket.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def its_folder():
    folder = Path("/tmp", f"governance-live-{os.getpid()}")  # noqa: S108 - where the server's account can walk
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(its_folder, settings, monkeypatch):
    server = Server(its_folder)
    server.start()
    settings.REDIS_URL = server.url
    monkeypatch.setattr(live, "publisher", settled())
    monkeypatch.setattr(live, "PAUSE", 0.1)
    yield server
    server.kill()
    live.server.cache_clear()


def settled():
    """The publisher of a process that has told something before."""
    publisher = live.Publisher()
    publisher.missed = False
    return publisher


@pytest.fixture
def address(server):
    config = uvicorn.Config(live.Application(), port=0, lifespan="off", timeout_graceful_shutdown=0)
    web = uvicorn.Server(config)
    thread = threading.Thread(target=web.run)
    thread.start()
    while not web.started:
        time.sleep(0.005)
    yield web.servers[0].sockets[0].getsockname()
    web.should_exit = True
    thread.join()


@pytest.fixture
def listen(address):
    """Open a stream for topics, or for tokens given as texts."""
    opened = []

    def open_one(*topics, tokens=(), **parameters):
        listener = Listener(address, tokens or [live.token(topics)], **parameters)
        opened.append(listener)
        return listener

    yield open_one
    for listener in opened:
        listener.close()


class Listener:
    """What a browser does with a stream."""

    def __init__(self, address, tokens, *, last_event_id="", since="", method="GET"):
        self.connection = http.client.HTTPConnection(*address, timeout=10)
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        self.connection.request(
            method, f"/live?{urlencode({'token': tokens, 'since': since}, doseq=True)}", headers=headers
        )
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.last_id = ""
        if self.status == 200:
            assert self.line() == ": welcome"
            self.line()

    def line(self) -> str:
        return self.response.readline().decode().rstrip("\n")

    def next(self) -> tuple[str, set[str]]:
        """The next event and its topics, comments left out."""
        fields = {}
        while line := self.line() or not fields:
            if line is not True and not line.startswith(":"):
                name, _colon, value = line.partition(": ")
                fields[name] = value
        self.last_id = fields["id"]
        return fields["event"], set(json.loads(fields["data"])["versions"])

    def close(self):
        self.response.close()
        self.connection.close()


def latest(server) -> str:
    """The version of the last message."""
    return redis.Redis.from_url(server.url).xinfo_stream(live.STREAM)["last-generated-id"].decode()

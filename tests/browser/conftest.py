"""What every browser test needs: Debian's Chromium, and the real ASGI server on the test database."""

import os
import threading
import time

import pytest
import uvicorn

from tests.conftest import CHROMIUM

# Playwright's own event loop runs in the thread of the tests, which makes Django think that they are
# asynchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    quiet = [
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": quiet + as_root}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture
def site(transactional_db) -> str:
    """The address of a running centre; it sees what the test commits."""
    address = "governance_center.asgi:application"
    server = uvicorn.Server(uvicorn.Config(address, port=0, lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()

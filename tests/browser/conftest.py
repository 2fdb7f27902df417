"""What every browser test needs: Debian's Chromium, and the real ASGI server on the test database."""

import os
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn

from people.models import Unit, Window
from people.roles import Role
from tests.browser.road import Browsers
from tests.conftest import CHROMIUM
from tests.factories import UserFactory
from tests.intake.factories import seated
from tests.streams import its_folder, server  # noqa: F401

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
    with serving() as address:
        yield address


@contextmanager
def serving():
    """The real ASGI server on the test database."""
    address = "governance_center.asgi:application"
    site = uvicorn.Server(uvicorn.Config(address, port=0, lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=site.run)
    thread.start()
    while not site.started:
        time.sleep(0.01)
    port = site.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    site.should_exit = True
    thread.join()


@pytest.fixture
def browsers(new_context, site):
    """One a person; at the end none of them has complained."""
    browsers = Browsers(new_context, site)
    yield browsers
    browsers.close()
    assert browsers.complaints == []


@pytest.fixture
def window(transactional_db):
    return Window.objects.get(number=3)


@pytest.fixture
def clerk(window):
    return seated(window, name="徐晓岚")


@pytest.fixture
def clerk2(window):
    return UserFactory(name="余佩佩", post=(Role.CLERK, window.unit))


@pytest.fixture
def mediator(window):
    return UserFactory(name="连翠英", post=(Role.MEDIATOR, Unit.objects.get(code="committee")))


@pytest.fixture
def keeper(window):
    return UserFactory(name="邱素云", post=(Role.STAMP_KEEPER, Unit.objects.get(code="committee")))


@pytest.fixture
def director(window):
    return UserFactory(name="毛卫平", post=(Role.DIRECTOR, window.unit))

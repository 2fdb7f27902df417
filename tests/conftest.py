import os
import shutil

import pytest
from bs4 import BeautifulSoup
from django.test import TransactionTestCase

from cases.rules import Kept
from kernel import calendar
from tests import servers

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BROWSER_REQUIRED = os.environ.get("CI") == "true" or os.environ.get("REQUIRE_BROWSER") == "1"
LEFT_OUT = pytest.StashKey[int]()


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # the run itself, not a worker of pytest-xdist
        running = servers.running()
        running.__enter__()
        config.add_cleanup(lambda: running.__exit__(None, None, None))


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker):
    """Instead of pytest-django's: a clone of the migrated template, whether or not --reuse-db is given."""
    with django_db_blocker.unblock(), servers.cloned_database():
        yield


@pytest.fixture(autouse=True)
def _database(db):
    """Every test may use the database."""


def _clone_again(self, *args, **kwargs):
    """After a test with real commits, begin with a fresh clone.

    Django would empty all tables, which append-only history refuses, and with them what migrations put there.
    """
    servers.clone_again()


TransactionTestCase._fixture_teardown = _clone_again


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    """Attachments, anchors and messages of a test are its own."""
    settings.FILES_DIR = tmp_path / "files"
    settings.ANCHOR_FILE = tmp_path / "anchors.jsonl"
    settings.OUTBOX_FILE = tmp_path / "outbox" / "messages.jsonl"


@pytest.fixture(autouse=True)
def _rules_of_suggestion():
    """Each test reads the rules of the suggestion anew: the version of a rolled-back book comes again."""
    Kept.version = None


@pytest.fixture(autouse=True)
def _calendar():
    """Each test reads the calendar anew: the number of a rolled-back version comes again."""
    calendar.of_version.cache_clear()


@pytest.fixture
def fragment_matches_page(client):
    """Check that what htmx swaps in is what a reload would show."""

    def check(url, selector):
        page = shown(client.get(url), selector)
        headers = {"HX-Request": "true", "HX-Target": selector.removeprefix("#")}
        part = shown(client.get(url, headers=headers), selector)
        assert part == page

    def shown(answer, selector):
        """What stands in `selector`, without the tokens of forms, which differ from answer to answer."""
        found = BeautifulSoup(answer.content, "html.parser").select_one(selector)
        for token in found.select("[name=csrfmiddlewaretoken]"):
            token.decompose()
        return found.prettify()

    return check


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Leave browser tests out where there is no Chromium, unless they are required.

    They come last: Playwright's event loop goes on in the process, where nothing else could run one of its own.
    """
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if CHROMIUM or BROWSER_REQUIRED:
        return
    kept = [item for item in items if not item.get_closest_marker("browser")]
    config.stash[LEFT_OUT] = len(items) - len(kept)
    items[:] = kept


def pytest_terminal_summary(terminalreporter, config):
    if not CHROMIUM and not BROWSER_REQUIRED:
        terminalreporter.write_line(
            "Browser tests were left out. To run them: apt-get install chromium fonts-noto-cjk"
        )

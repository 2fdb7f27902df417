"""The demo centre of a Wednesday before noon, walked through once; and the summary of `make fuzz`."""

import logging
import os

import pytest
import time_machine
from django.test import override_settings

from governance_center.demo.load import load
from tests import servers
from tests.demo.conftest import NOON
from tests.fuzz import report
from tests.fuzz.site import BOARD, KIOSK, NOBODY, everybody, walk

LONG = "FUZZ_SECONDS" in os.environ
FEW = [NOBODY, BOARD, KIOSK, "clerk", "mediator", "director", "sysadmin"]


@pytest.fixture
def _database():
    """Real commits: every visit is a transaction of its own, and is rolled back."""


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory):
    files = override_settings(FILES_DIR=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), time_machine.travel(NOON, tick=False), files:
        logging.disable(logging.CRITICAL)  # of refusals there will be thousands
        try:
            load(cases=60, years=1, seed=1)
            yield walk(everybody(), each=2) if LONG else walk(FEW, each=1)
        finally:
            logging.disable(logging.NOTSET)
            servers.clone_again()


@pytest.fixture(autouse=True)
def _files():
    """Those of the module."""


def pytest_terminal_summary(terminalreporter):
    if LONG:
        report.print_summary(terminalreporter, os.environ.get("FUZZ_SEED", "1"))

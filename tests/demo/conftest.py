from datetime import datetime

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from governance_center.demo.load import load

NOON = datetime(2026, 9, 16, 11, 40, tzinfo=timezone.get_default_timezone())


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Where the attachments of the demo centre lie."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def centre(django_db_setup, django_db_blocker, store):
    """A small demo centre as of a Wednesday before noon, loaded once for all tests of a module that only read."""
    with django_db_blocker.unblock(), time_machine.travel(NOON, tick=False), transaction.atomic():
        with override_settings(FILES_DIR=store):
            loaded = load(cases=74, years=1, seed=1)
        yield loaded
        transaction.set_rollback(True)

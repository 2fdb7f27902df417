"""Rows written by COPY are the rows that Django would have written."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kernel import bulk, clocks, history
from kernel.models import Clock, Delivery, Firing, HistoryEntry, Notification
from tests.factories import CaseFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[0, bulk.FEW], autouse=True)
def few(request, monkeypatch):
    """By COPY, and by the INSERT that is spared for a few."""
    monkeypatch.setattr(bulk, "FEW", request.param)


@pytest.fixture
def clock():
    round = CaseFactory().latest_round()
    clocks.turn(round, starts=["case.first_contact"])
    return round.clocks.running().get(code="case.first_contact")


def firing(clock, step):
    return Firing(clock=clock, step=step, generation=0, due_at=clock.due_at, at=timezone.now())


def test_rows_get_their_keys_and_read_back_as_they_were(clock):
    rows = [firing(clock, step) for step in ("remind_handler", "report")]
    bulk.add(rows)
    for row in rows:
        assert not row._state.adding
        assert model_to_dict(Firing.objects.get(pk=row.pk)) == model_to_dict(row)


def test_documents_lists_and_defaults_are_written_as_django_writes_them(clock):
    history.record(clock.subject, "take", by=None)
    twin = HistoryEntry.objects.get(dossier=clock.dossier)
    twin.pk, twin.seq, twin.details = None, 2, {"name": '陈"素\\芬\n', "n": [1, None]}
    bulk.add([twin])
    assert HistoryEntry.objects.get(pk=twin.pk).details == twin.details
    message = Notification.objects.create(to=UserFactory(), subject=clock.subject, text="甲")
    delivery = Delivery(notification=message, channel="sms")
    bulk.add([delivery])
    assert Delivery.objects.get(pk=delivery.pk).key == delivery.key


def test_a_row_that_breaks_a_rule_is_an_error_of_django_and_leaves_none(clock):
    twins = [firing(clock, "report"), firing(clock, "report")]
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.add(twins)
    assert not Firing.objects.exists()


def test_among_is_one_statement_for_any_number_of_keys(clock):
    with CaptureQueriesContext(connection) as asked:
        assert list(Clock.objects.filter(bulk.among("pk", [clock.pk, 0]))) == [clock]
        assert not Clock.objects.filter(bulk.among("pk", [])).exists()
    assert "= ANY(" in asked[0]["sql"]


def test_what_rows_share_is_read_once(clock, django_assert_num_queries):
    rounds = [clock.subject, type(clock.subject).objects.get(pk=clock.subject.pk)]
    with django_assert_num_queries(3):
        bulk.join(rounds, "unit", "case__category")
    assert rounds[0].unit is rounds[1].unit
    with django_assert_num_queries(0):
        assert rounds[0].case.category.name

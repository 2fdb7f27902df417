"""What the database itself refuses, whatever the code does."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.states import Outcome
from intake import services
from intake.models import Queue, Receiver, Settlement, Ticket
from intake.states import SettlementState
from tests.intake.factories import matter, serving, waiting


@pytest.fixture
def settlement(clerk):
    ticket = serving(clerk)
    services.triage(ticket, by=clerk, to_unit=ticket.unit, **matter())
    return Settlement.objects.get()


def refused(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


@pytest.mark.parametrize("column", ["number", "arrival", "query_code"])
def test_two_visits_share_no_number_no_place_and_no_code(column, clerk):
    first, second = waiting(clerk), waiting(clerk)
    same = {column: getattr(first, column)}
    refused(lambda: Ticket.objects.filter(pk=second.pk).update(**same))


def test_one_queue_is_the_default(centre):
    refused(lambda: Queue.objects.create(prefix="B", name="预约", is_default=True))


def test_a_receiver_stands_in_the_record_once(clerk):
    ticket = serving(clerk)
    refused(lambda: Receiver.objects.create(ticket=ticket, user=clerk, role="clerk"))


def test_a_round_has_one_open_settlement(settlement):
    twin = Settlement(
        case=settlement.case, round=settlement.round, unit=settlement.unit, handler=settlement.handler
    )
    refused(twin.save)


def test_an_ended_settlement_has_a_moment_and_says_what_was_said(settlement, clerk):
    rows = Settlement.objects.filter(pk=settlement.pk)
    refused(lambda: rows.update(state=SettlementState.SENT_ON))
    refused(lambda: rows.update(ended_at=timezone.now()))
    refused(lambda: rows.update(state=SettlementState.SETTLED, ended_at=timezone.now()))
    services.settle(settlement, by=clerk, outcome=Outcome.SETTLED, said="和好")

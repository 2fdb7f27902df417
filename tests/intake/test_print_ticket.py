"""A ticket waits only once somebody holds it, on paper or on a screen."""

import pytest
from django.urls import reverse

from intake import services
from intake.states import SpanKind, State, Way
from kernel.moves import MoveRefused
from tests.intake.factories import issued, waiting


def test_an_unprinted_ticket_is_not_called(clerk, window):
    issued(clerk)
    assert services.call_next(window, by=clerk) is None


def test_printing_begins_the_wait_and_leaves_its_trace(clerk):
    ticket = issued(clerk)
    services.print_ticket(ticket, by=clerk, way=Way.SHOWN)
    span = ticket.spans.get()
    assert (ticket.state, span.kind, span.ended_at) == (State.WAITING, SpanKind.WAITING, None)
    assert ticket.history.get(verb="print_ticket").note == "屏幕出示"


def test_a_ticket_is_printed_once_into_the_queue(clerk):
    with pytest.raises(MoveRefused, match="等候中"):
        services.print_ticket(waiting(clerk), by=clerk)


def test_whoever_is_of_another_hall_prints_nothing(clerk, outsider):
    with pytest.raises(MoveRefused):
        services.print_ticket(issued(clerk), by=outsider)


def test_a_failure_half_way_leaves_it_unprinted(clerk, monkeypatch):
    ticket = issued(clerk)
    monkeypatch.setattr(services, "book", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.print_ticket(ticket, by=clerk)
    ticket.refresh_from_db()
    assert ticket.state == State.ISSUED
    assert not ticket.history.filter(verb="print_ticket").exists()


def test_a_number_given_by_mistake_is_cancelled_and_counts_nowhere(clerk):
    ticket = issued(clerk)
    services.cancel(ticket, by=clerk)
    assert ticket.state == State.CANCELLED
    assert not type(ticket).objects.visits().exists()


def test_the_ticket_says_who_is_ahead_and_how_to_ask_later(client, clerk):
    waiting(clerk)
    ticket = issued(clerk)
    client.force_login(clerk)
    page = client.get(reverse("intake:ticket", args=[ticket.pk])).content.decode()
    assert "A002" in page
    assert "1 批" in page
    assert ticket.query_code in page
    assert ticket.pin.plain in page
    assert "data:image/svg+xml" in page


def test_the_button_prints_and_the_visitor_waits(client, clerk):
    ticket = issued(clerk)
    client.force_login(clerk)
    answer = client.post(reverse("intake:print_ticket", args=[ticket.pk]), {"way": "printed"})
    assert answer.url.endswith("?print=1")
    assert "data-print" in client.get(answer.url).content.decode()
    ticket.refresh_from_db()
    assert ticket.state == State.WAITING


def test_pressing_twice_is_refused_on_the_page(client, clerk):
    ticket = waiting(clerk)
    client.force_login(clerk)
    assert (
        client.post(reverse("intake:print_ticket", args=[ticket.pk]), {"way": "printed"}).status_code == 409
    )

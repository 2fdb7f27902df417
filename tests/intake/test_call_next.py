"""Call next: by class, then by arrival; nobody twice, nobody overtaken within a class, nobody of another day."""

import random
import threading

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from intake import services
from intake.models import Announcement, Closing, Ticket
from intake.states import LEFT_OVER, Care, Rank, SpanKind, State
from kernel import history
from kernel.models import NumberSeries
from kernel.moves import MoveRefused
from tests.intake.factories import called, hall, issued, next_window, seated, serving, waiting
from tests.mediation.factories import with_rules


def test_the_longest_waiting_is_called_to_the_window_aloud(clerk, window):
    first, _second = waiting(clerk), waiting(clerk)
    ticket = services.call_next(window, by=clerk)
    assert (ticket, ticket.state, ticket.window) == (first, State.CALLED, window)
    assert [span.kind for span in ticket.spans.all()] == [SpanKind.WAITING, SpanKind.CALLED]
    assert Announcement.objects.get().text == f"请A零零一号，到{window.number}号窗口"
    assert ticket.history.get(verb="call").details == {"window": window.number}


def test_special_care_comes_first_and_keeps_its_own_order(clerk, clerk2, window):
    waiting(clerk)
    old, older = waiting(clerk, care=Care.ELDERLY), waiting(clerk, care=Care.PREGNANT)
    assert services.call_next(window, by=clerk) == old
    assert services.call_next(clerk2.seat.window, by=clerk2) == older


def test_nobody_waits_and_nothing_is_called(clerk, window):
    assert services.call_next(window, by=clerk) is None


def test_the_tickets_of_yesterday_are_not_called_today(clerk, window, time_machine):
    time_machine.move_to("2026-03-10T17:00+08:00", tick=False)
    clerk.seats.update(day="2026-03-10")
    waiting(clerk)
    time_machine.move_to("2026-03-11T00:00:01+08:00", tick=False)
    clerk.seats.update(day="2026-03-11")
    assert services.call_next(window, by=clerk) is None


def test_another_hall_has_its_own_queue(clerk, outsider):
    waiting(clerk)
    assert services.call_next(outsider.seat.window, by=outsider) is None


def test_a_window_has_one_visitor_at_a_time(clerk, window):
    called(clerk)
    waiting(clerk)
    with pytest.raises(MoveRefused, match="还在接待 A001"):
        services.call_next(window, by=clerk)


def test_only_who_sits_at_the_window_calls_to_it(clerk, clerk2, mediator, window):
    waiting(clerk)
    with pytest.raises(MoveRefused, match="不在"):
        services.call_next(window, by=clerk2)
    assert services.call_next(window, by=mediator)


def test_a_failure_half_way_leaves_the_visitor_waiting(clerk, window, monkeypatch):
    ticket = waiting(clerk)
    monkeypatch.setattr(services, "announce", lambda ticket: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.call_next(window, by=clerk)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.window) == (State.WAITING, None)
    assert ticket.spans.get().ended_at is None


def test_one_statement_chooses_and_locks(clerk, window):
    waiting(clerk)
    with CaptureQueriesContext(connection) as queries:
        services.call_next(window, by=clerk)
    skipping = [query["sql"] for query in queries if "SKIP LOCKED" in query["sql"]]
    assert len(skipping) == 1
    assert "LIMIT 1" in skipping[0]


def test_the_page_calls_and_says_when_nobody_waits(client, clerk, window):
    client.force_login(clerk)
    address = reverse("intake:call_next", args=[window.pk])
    assert "没有等候" in client.post(address, follow=True).content.decode()
    waiting(clerk, name="王冬梅", id_type="none")
    page = client.post(address, follow=True).content.decode()
    assert "A001" in page
    assert "大屏未播报" in page
    assert "王*" in page
    assert "王冬梅" not in page
    assert "还在接待" in client.post(address, follow=True).content.decode()


def test_looking_at_the_address_calls_nobody(client, clerk, window):
    waiting(clerk)
    client.force_login(clerk)
    client.get(reverse("intake:call_next", args=[window.pk]))
    assert not Ticket.objects.filter(state=State.CALLED).exists()


@pytest.mark.parametrize("seed", range(6))
def test_nobody_is_overtaken_by_a_later_visitor_of_the_same_class(clerk, clerk2, seed):
    """Any arrivals, printed in any order, called at any moment by either window."""
    dice = random.Random(seed)
    unprinted, held, calls = [], [], []
    for _step in range(60):
        act = dice.choice(["arrive", "arrive", "print", "call"])
        if act == "arrive":
            unprinted.append(issued(clerk, care=dice.choice(["", "", "elderly"])))
        elif act == "print" and unprinted:
            ticket = unprinted.pop(dice.randrange(len(unprinted)))
            services.print_ticket(ticket, by=clerk)
            held.append(ticket)
        elif act == "call":
            by = dice.choice([clerk, clerk2])
            ticket = services.call_next(by.seat.window, by=by)
            if ticket is None:
                assert not held
                continue
            calls.append(ticket)
            held.remove(ticket)
            same = [other for other in held if other.rank == ticket.rank]
            assert all(ticket.arrival < other.arrival for other in same)
            assert ticket.rank == Rank.CARE or all(other.rank == Rank.ORDINARY for other in held)
            services.no_show(ticket, by=by)
    assert calls


# --- Raced against the real database ----------------------------------------------------------------------------------


def together(count, work):
    """Let `count` threads begin `work(n)` at the same instant, each on its own connection; give back the errors."""
    barrier, errors = threading.Barrier(count), []

    def run(n):
        try:
            barrier.wait()
            work(n)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.django_db(transaction=True)
def test_two_clerks_pressing_at_once_200_times_call_200_visitors():
    with_rules()
    unit = hall()
    clerks = [seated(next_window(unit)) for _ in range(2)]
    for _ in range(200):
        waiting(clerks[0])
    round_of_calls, called_by = threading.Barrier(2), [[], []]

    def press(n):
        for _ in range(100):
            round_of_calls.wait()
            ticket = services.call_next(clerks[n].seat.window, by=clerks[n])
            called_by[n].append(ticket.pk)
            services.no_show(ticket, by=clerks[n])

    assert together(2, press) == []
    calls = called_by[0] + called_by[1]
    assert len(set(calls)) == len(calls) == 200
    assert all(mine == sorted(mine) for mine in called_by)
    assert not Ticket.objects.waiting().exists()


@pytest.mark.django_db(transaction=True)
def test_one_window_pressed_by_all_three_at_once_calls_one_visitor():
    with_rules()
    unit = hall()
    window = next_window(unit)
    three = [seated(window, role) for role in ("clerk", "mediator", "court")]
    for _ in range(3):
        waiting(three[0])
    errors = together(3, lambda n: services.call_next(window, by=three[n]))
    assert Ticket.objects.filter(state=State.CALLED).count() == 1
    assert [type(error) for error in errors] == [MoveRefused, MoveRefused]


@pytest.mark.django_db(transaction=True)
def test_a_visitor_leaving_while_being_called_blocks_nobody():
    """Both lock the dossier first: one is refused, none waits for ever."""
    with_rules()
    unit = hall()
    clerks = [seated(next_window(unit)) for _ in range(2)]
    for _ in range(20):
        ticket = waiting(clerks[0])
        mine = Ticket.objects.get(pk=ticket.pk)
        acts = [
            lambda: services.call_next(clerks[0].seat.window, by=clerks[0]),
            lambda mine=mine: services.leave(mine, by=clerks[1], note="有急事"),
        ]
        errors = together(2, lambda n, acts=acts: acts[n]())
        assert errors == []
        ticket.refresh_from_db()
        if ticket.state == State.CALLED:
            services.no_show(ticket, by=clerks[0])


@pytest.mark.django_db(transaction=True)
def test_whoever_comes_while_the_hall_closes_is_closed_with_it_or_refused():
    with_rules()
    unit = hall()
    clerks = [seated(next_window(unit)) for _ in range(4)]
    missed = called(clerks[3])
    services.no_show(missed, by=clerks[3])
    for _ in range(15):
        again = Ticket.objects.get(pk=missed.pk)
        acts = [
            lambda: services.close_hall(by=clerks[0], unit=unit, advice="明天再来"),
            lambda: waiting(clerks[1]),
            lambda: waiting(clerks[2]),
            lambda again=again: services.rejoin(again, by=clerks[3]),
        ]
        errors = together(4, lambda n, acts=acts: acts[n]())
        assert {type(error) for error in errors} <= {MoveRefused}
        assert not Ticket.objects.filter(state__in=LEFT_OVER).exists()
        services.reopen_hall(Closing.objects.latest("pk"), by=clerks[0])


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_and_no_twin_while_a_tenth_is_rolled_back(monkeypatch):
    with_rules()
    unit = hall()
    clerks = [seated(next_window(unit)) for _ in range(4)]
    NumberSeries.objects.all().delete()
    dice = random.Random(2026)
    fails = [[dice.random() < 0.1 for _ in range(25)] for _ in range(4)]
    record = history.record
    failing = threading.local()

    def sometimes(*args, **kwargs):
        if getattr(failing, "now", False):
            raise ZeroDivisionError
        return record(*args, **kwargs)

    monkeypatch.setattr("kernel.history.record", sometimes)

    def press(n):
        for fail in fails[n]:
            failing.now = fail
            try:
                issued(clerks[n], unit)
            except ZeroDivisionError:
                continue

    assert together(4, press) == []
    kept = sum(not fail for row in fails for fail in row)
    numbers = sorted(Ticket.objects.values_list("number", flat=True))
    assert 0 < kept < 100
    assert numbers == list(range(1, kept + 1))
    assert sorted(Ticket.objects.values_list("arrival", flat=True)) == numbers


def test_a_received_visitor_is_still_at_the_window(clerk, window):
    serving(clerk)
    waiting(clerk)
    with pytest.raises(MoveRefused):
        services.call_next(window, by=clerk)

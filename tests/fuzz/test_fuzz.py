"""Every route, asked by everybody, with everything: no answer of 500, and nothing half written.

`make fuzz` asks each form at least 200 times, and goes on until FUZZ_SECONDS are over; the ordinary run asks some
500 times in all. A route with a fault is asked again with ever simpler requests, until the simplest that still shows
it is left (hypothesis does that).
"""

import os
import time

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.asking import asks
from tests.fuzz.checking import answered, visit
from tests.fuzz.conftest import LONG
from tests.fuzz.report import Tally
from tests.fuzz.site import routes

SEED = os.environ.get("FUZZ_SEED", "1")
SECONDS = int(os.environ.get("FUZZ_SECONDS", "0"))
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
ROUTES = [name for name in routes() if name == os.environ.get("FUZZ_ROUTE", name)]
OF_A_FORM, OF_A_PAGE, OF_A_SAMPLE = 200, 60, 2


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("route", ROUTES if LONG else ["every route"])
def test_every_answer_is_an_answer_and_nothing_is_half_written(site, route, request):
    for name in ROUTES if route not in ROUTES else [route]:
        tally = Tally(name)
        try:
            ask_for_a_while(site, tally)
        finally:
            request.node.user_properties.append(tally.as_property())


def ask_for_a_while(site, tally: Tally) -> None:
    """One round at least, and further rounds until the share of this route in the time is over."""
    until = time.monotonic() + SECONDS * WORKERS / len(ROUTES)
    often = (OF_A_FORM if tally.route in site.forms else OF_A_PAGE) if LONG else OF_A_SAMPLE
    number = 0
    while number == 0 or time.monotonic() < until:
        ask_one_round(site, tally, often, f"{SEED} {number}")
        number += 1


def ask_one_round(site, tally: Tally, often: int, seed_of_round: str) -> None:
    @seed(seed_of_round)
    @settings(
        max_examples=often,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(asks(site, tally.route))
    def ask_twice(ask):
        """Twice, because the second time the row has moved on and its tokens are stale."""
        with visit():
            for _time in range(2 if ask.method == "POST" else 1):
                tally_one(ask)

    def tally_one(ask):
        began = time.perf_counter()
        status = 0
        try:
            status = answered(ask, site).status_code
        except Exception as fault:
            tally.fault = f"{type(fault).__name__}: {str(fault)[:300]}\n    {ask!r}"
            raise
        finally:
            tally.count(ask, status, time.perf_counter() - began)

    ask_twice()

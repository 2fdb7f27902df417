"""Pages follow what others do: lists, their figures, the buttons of a matter; and say when nothing tells them."""

import re

import pytest
from playwright.sync_api import expect

from cases.models import Case
from cases.services import ask_restriction, resolve, take
from cases.states import Outcome, Route
from kernel import live
from people.roles import Restriction, Role
from tests.browser.road import PHONE
from tests.factories import CaseFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def committee(mediator):
    return mediator.posts.get().unit


def arriving(unit, **options) -> Case:
    """A new matter, of which the screens are told."""
    case = CaseFactory(unit=unit, **options)
    live.changed(*case.latest_round().topics())
    return case


def test_a_list_follows_and_whoever_reads_it_stays_where_they_are(browsers, committee, mediator, director):
    first = CaseFactory(unit=committee, route=Route.MEDIATION)
    address = "/cases/?state=routed"
    reading = browsers.log_in(director, address)
    rows, link = reading.locator("#rows"), reading.get_by_role("link", name=first.number)
    link.focus()
    second = arriving(committee)
    expect(rows).to_contain_text(second.number)
    expect(rows).to_contain_text("共 2 条")
    expect(link).to_be_focused()

    take(second.latest_round(), by=mediator)
    expect(rows).not_to_contain_text(second.number)
    expect(link).to_be_focused()
    assert reading.url.endswith(address)


def test_filters_that_somebody_opened_on_a_phone_stay_open(browsers, committee, director):
    reading = browsers.log_in(director, "/cases/", viewport=PHONE)
    reading.get_by_role("button", name="筛选").click()
    chosen = reading.get_by_label("登记自")
    chosen.evaluate("(day) => { day.value = '2026-01-01' }")
    case = arriving(committee)
    expect(reading.locator("#rows")).to_contain_text(case.number)
    expect(chosen).to_be_visible()
    expect(chosen).to_have_value("2026-01-01")


def test_what_somebody_looks_for_is_not_overtaken_by_the_list_that_follows(browsers, committee, director):
    leak, wages = (
        CaseFactory(unit=committee),
        CaseFactory(unit=committee, title="拖欠工资", story="三个月没发"),
    )
    reading = browsers.log_in(director, "/cases/")
    expect(reading.locator("#rows")).to_contain_text(wages.number)
    held = []
    reading.route("**/cases/", lambda route: held.append(route))
    with reading.expect_request("**/cases/"):
        arriving(committee)
    reading.locator("#q").fill("漏水")
    expect(reading.locator("#rows")).not_to_contain_text(wages.number)
    for route in held:
        route.continue_()
    another = arriving(committee, title="楼下漏水")
    expect(reading.locator("#rows")).to_contain_text(another.number)
    expect(reading.locator("#rows")).to_contain_text(leak.number)
    expect(reading.locator("#rows")).not_to_contain_text(wages.number)


def test_the_director_sees_in_figures_what_a_bureau_takes(browsers, window, director):
    bureau = UnitFactory()
    handler = UserFactory(post=(Role.HANDLER, bureau))
    case = CaseFactory(unit=bureau, route=Route.DISPATCH)
    working = browsers.log_in(director, "/")
    waiting = working.get_by_role("link", name=re.compile("^待接办")).locator(".number-value")
    expect(waiting).to_have_text("1")
    take(case.latest_round(), by=handler)
    expect(waiting).to_have_text("0")


def test_the_buttons_of_a_matter_follow_it(browsers, clerk, clerk2, director):
    centre = director.posts.get().unit
    UserFactory(post=(Role.MEDIATOR, centre))
    case = CaseFactory(unit=centre, route=Route.INTAKE)
    round, address = case.latest_round(), f"/cases/{case.pk}/"
    deciding, following_up = browsers.log_in(director, address), browsers.log_in(clerk2, address)
    ask_restriction(case, by=clerk, kind=Restriction.VIOLENCE, reason="她说丈夫昨夜又动手。")
    expect(deciding.locator("#restrictings").get_by_role("link", name="同意", exact=True)).to_be_visible()
    expect(following_up.locator("#restrictings")).to_have_count(0)

    button = following_up.locator("#actions").get_by_role("link", name="回访")
    expect(button).to_have_count(0)
    take(round, by=clerk)
    resolve(round, by=clerk, outcome=Outcome.ANSWERED)
    expect(button).to_be_visible()


def test_a_page_says_so_when_nothing_tells_it_what_changes(server, browsers, director):
    reading = browsers.log_in(director, "/cases/")
    sign = reading.locator(".live-state")
    server.kill()
    expect(sign).to_be_visible()
    expect(sign).to_contain_text("每分钟更新")
    server.start()
    expect(sign).to_be_hidden(timeout=15_000)


def test_without_redis_the_rows_are_asked_for_once_a_minute(server, browsers, committee, director):
    reading = browsers.log_in(director, "/cases/")
    server.kill()
    reading.clock.install()
    reading.reload()
    expect(reading.locator(".live-state")).to_be_visible()
    case = arriving(committee)
    with browsers.refusing(503):
        for _poll in range(5):
            with reading.expect_response("**/live/versions/**"):
                reading.clock.run_for(20_000)
        reading.clock.run_for(5000)
        expect(reading.locator("#rows")).to_contain_text(case.number)
    server.start()

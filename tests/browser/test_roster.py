"""The roster in real browsers: a sick clerk is replaced in two presses, leave is handed over, two change places."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mediation import services as mediation
from people import services
from people.models import Handover, Seat, SeatSwap
from people.roles import Role
from tests.browser.road import PHONE
from tests.factories import CaseFactory, SeatFactory, UserFactory
from tests.intake.factories import hall, next_window, seated
from tests.mediation.factories import with_rules

pytestmark = pytest.mark.browser


def test_a_stand_in_takes_the_seat_in_two_presses_and_the_rights_go_with_it(
    browsers, director, clerk, clerk2
):
    hall()
    services.set_deputy(clerk, by=director, deputy=clerk2)
    sick = browsers.log_in(clerk, "/hall/window/")
    expect(sick.get_by_role("button", name="叫下一位")).to_be_visible()
    page = browsers.log_in(director, "/roster/stand-in/")
    page.get_by_role("link", name="徐晓岚").click()
    page.get_by_role("button", name="余佩佩（B 岗）").click()
    expect(page.get_by_text("余佩佩已在")).to_be_visible()
    expect(page.get_by_role("link", name="余佩佩")).to_be_visible()
    expect(sick.locator("#window")).to_contain_text("由余佩佩顶岗")
    expect(sick.get_by_role("button", name="叫下一位")).to_have_count(0)
    standing_in = browsers.log_in(clerk2, "/hall/window/")
    expect(standing_in.get_by_role("button", name="叫下一位")).to_be_visible()
    with browsers.refusing(403):
        sick.goto("/hall/window/")
        expect(sick.get_by_text("没有排班")).to_be_visible()


def test_leave_is_handed_over_in_one_step_and_taken_back(browsers, mediator, window):
    with_rules()
    unit = mediator.posts.get().unit
    deputy = UserFactory(name="郑和田", post=(Role.MEDIATOR, unit))
    SeatFactory(window=window, user=mediator, role=Role.MEDIATOR)
    work = mediation.accept(CaseFactory(unit=unit, title="楼上漏水").latest_round(), by=mediator)
    page = browsers.log_in(mediator, "/handover/")
    page.get_by_label("接手人").select_option(label="郑和田")
    expect(page.locator("#pieces")).to_contain_text("楼上漏水")
    page.get_by_label("交接说明").fill("双方已约周五再谈。")
    page.get_by_role("button", name="交接", exact=True).click()
    expect(page.get_by_text("现由郑和田办理")).to_be_visible()
    work.refresh_from_db()
    assert work.mediator == deputy
    assert Seat.objects.today().get(window=window).user == deputy
    page.get_by_role("button", name="收回工作").click()
    expect(page.get_by_text("工作已收回。")).to_be_visible()
    work.refresh_from_db()
    assert work.mediator == mediator
    assert Handover.objects.get().state == "taken_back"


def test_two_change_places_once_the_other_has_agreed(browsers, window, clerk):
    other = seated(next_window(window.unit), name="余佩佩")
    asking = browsers.log_in(clerk, "/roster/swaps/", viewport=PHONE)
    asking.get_by_role("link", name="申请换班").click()
    asking.get_by_role("radio").check()
    asking.get_by_role("button", name="申请换班").click()
    expect(asking.get_by_text("待对方同意")).to_be_visible()
    assert Seat.objects.today().get(window=window).user == clerk
    answering = browsers.log_in(other, "/roster/swaps/")
    answering.get_by_role("button", name="同意换班").click()
    expect(answering.get_by_text("已换班", exact=True)).to_be_visible()
    assert Seat.objects.today().get(window=window).user == other
    assert SeatSwap.objects.get().history.get(verb="accept_swap").by == other


def test_the_week_is_walked_by_arrow_keys_and_a_seat_is_set(browsers, director, clerk, clerk2, window):
    page = browsers.log_in(director, "/roster/")
    day = next(day for day in week() if day >= timezone.localdate())
    chair = page.locator(f"a[href='/roster/seats/{window.pk}/{day}/mediator/']")
    expect(chair).to_have_text("缺岗")
    chair.focus()
    page.keyboard.press("ArrowUp")
    above = page.locator(f"a[href='/roster/seats/{window.pk}/{day}/clerk/']")
    expect(above).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="余佩佩").check()
    page.keyboard.press("Enter")
    expect(above).to_have_text("余佩佩")


def week():
    today = timezone.localdate()
    return [today - timedelta(days=today.weekday()) + timedelta(days=n) for n in range(14)]

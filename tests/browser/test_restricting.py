"""A matter is hidden in front of those who have it open, and the window notes one line of what few may know of."""

import pytest
from playwright.sync_api import expect

from cases.models import Case
from cases.services import grant_sight
from cases.states import Route
from people.models import Unit
from people.roles import Role
from tests.browser.road import press, press_key
from tests.factories import CaseFactory, UserFactory
from tests.intake.factories import serving

pytestmark = pytest.mark.browser


def test_whoever_has_it_open_loses_it_when_somebody_else_agrees(browsers, clerk, mediator, director):
    centre, committee = clerk.seat.window.unit, mediator.posts.get().unit
    case = CaseFactory(unit=committee, route=Route.MEDIATION, title="楼道里的争吵")
    grant_sight(case, centre, "opened")
    address = f"/cases/{case.pk}/"
    leader = browsers.log_in(UserFactory(post=(Role.LEADER, centre)), address)
    asking = browsers.log_in(clerk, address)
    press(asking, "申请限制查看")
    asking.get_by_label("家庭暴力").check()
    asking.get_by_label("理由").fill("她说丈夫昨夜又动手。")
    press(asking, "申请限制查看")
    expect(asking.locator("#restrictings")).to_contain_text("待审批")
    expect(leader.get_by_role("heading", name="楼道里的争吵")).to_be_visible()

    deciding = browsers.log_in(director, "/work/to-decide/")
    with deciding.expect_navigation():
        deciding.get_by_role("link", name=case.number).click()
    press(deciding, "同意")
    press(deciding, "同意")
    expect(deciding.locator("main")).to_contain_text("隔离件（家庭暴力）")
    for page in (leader, asking):
        expect(page.get_by_text("楼道里的争吵")).to_have_count(0)
        expect(page).to_have_title("找不到这个页面 · 衢州市衢江区社会治理中心")
    browsers.complaints[:] = [
        text for text in browsers.complaints if "404" not in text
    ]  # what their pages met


def test_by_keyboard_the_window_notes_one_line_and_prints_where_to_go(browsers, clerk):
    discipline = Unit.objects.get(code="discipline")
    officer = UserFactory(post=(Role.DISCIPLINE, discipline))
    ticket = serving(clerk)
    page = browsers.log_in(clerk, f"/hall/tickets/{ticket.pk}/triage/")
    expect(page.get_by_label("群众诉求")).to_be_focused()
    page.keyboard.press("Alt+x")
    desk = page.get_by_label("哪类事，请到哪里当面说")
    expect(desk).to_be_visible()
    desk.select_option(label=f"检举控告：{discipline}")
    page.get_by_label("一句话").fill("村里补偿款的去向")
    page.get_by_label("不署名").check()
    press(page, "登记并引导")
    expect(page.locator("#messages")).to_contain_text(f"请到：{discipline}，电话 {discipline.phone}")
    press_key(page, "p")
    expect(page.locator("html")).to_have_attribute("data-printed", "")
    page.emulate_media(media="print")
    expect(page.locator(".page-head")).to_be_hidden()
    expect(page.locator("#messages")).to_be_visible()
    assert Case.objects.visible_to(officer).get().title == "村里补偿款的去向"
    assert not Case.objects.visible_to(clerk).exists()

"""The other outlets in a browser, and what a form does when its subject has moved on meanwhile."""

import pytest
from playwright.sync_api import expect

from cases.states import Route
from people.models import Unit
from people.roles import Role
from tests.browser.road import fact, press, press_key
from tests.cases.fixtures import opened
from tests.factories import PersonFactory, UserFactory

pytestmark = pytest.mark.browser


def sent_to(code, route, *, clerk):
    """A matter that the window sent to the unit of that code."""
    unit = Unit.objects.get(code=code)
    return opened(by=clerk, unit=clerk.seat.window.unit, to_unit=unit, route=route, applicant=PersonFactory())


def of(code, role):
    return UserFactory(post=(role, Unit.objects.get(code=code)))


def opens(page, case):
    """The matter in the list that is shown."""
    with page.expect_navigation():
        page.get_by_role("link", name=case.number).click()


# --- The other outlets ------------------------------------------------------------------------------------------------


def test_a_petition_is_taken_and_answered(browsers, clerk):
    case = sent_to("petitions", Route.PETITIONS, clerk=clerk)
    page = browsers.log_in(of("petitions", Role.PETITION_OFFICER), "/petitions/")
    opens(page, case)
    press(page, "接办")
    press(page, "登记信访事项")
    press(page, "登记信访事项")
    press(page, "答复信访人")
    page.get_by_label("答复意见").fill("经核查，补贴已列入本月发放计划，12 月 15 日前到账。")
    press(page, "答复信访人")
    expect(page.locator("main")).to_contain_text("12 月 15 日前到账")
    page.goto(f"/cases/{case.pk}/")
    expect(fact(page, "现在")).to_contain_text("待回访")


def test_an_order_is_assigned_sent_back_and_finds_another_desk(browsers, clerk):
    case = sent_to("centre", Route.DISPATCH, clerk=clerk)
    room = browsers.log_in(of("centre", Role.DISPATCHER), "/dispatch/")
    opens(room, case)
    press(room, "派单")
    room.get_by_label("派给").select_option(label="区住建局")
    room.get_by_label("办理要求").fill("请到现场查看。")
    press(room, "派单")

    bureau = browsers.log_in(of("housing", Role.HANDLER), "/dispatch/")
    opens(bureau, case)
    press(bureau, "接办")
    press(bureau, "退回窗口")
    bureau.get_by_label("退回原因").fill("这段路由镇里养护。")
    press(bureau, "退回窗口")

    hall = browsers.log_in(clerk, "/hall/returned/")
    opens(hall, case)
    expect(hall.locator("main")).to_contain_text("这段路由镇里养护")
    press(hall, "接办")
    press(hall, "改分流")
    hall.get_by_label("改由谁办理").select_option(label="莲花镇人民政府")
    hall.get_by_label("说明").fill("请镇里养护。")
    press(hall, "改分流")
    hall.goto(f"/cases/{case.pk}/")
    expect(fact(hall, "由谁办")).to_contain_text("莲花镇人民政府")


def test_the_court_takes_and_answers(browsers, clerk):
    case = sent_to("court", Route.COURT, clerk=clerk)
    page = browsers.log_in(of("court", Role.COURT), "/mediation/court/")
    opens(page, case)
    press(page, "接收")
    press(page, "答复当事人")
    page.get_by_label("指引立案或者其他途径").check()
    page.get_by_label("答复意见").fill("已指引网上立案。")
    press(page, "答复")
    expect(page.locator("main")).to_contain_text("由中心回访后办结")


# --- When somebody was faster ----------------------------------------------------------------------------------------


def test_a_refused_move_leaves_the_form_as_it_was_filled(browsers, clerk):
    case = sent_to("petitions", Route.PETITIONS, clerk=clerk)
    officer = of("petitions", Role.PETITION_OFFICER)
    page = browsers.log_in(officer, "/petitions/")
    opens(page, case)
    press(page, "接办")
    press(page, "登记信访事项")
    press(page, "登记信访事项")
    late = page.context.new_page()
    late.goto(page.url)
    press(late, "答复信访人")
    late.get_by_label("答复意见").fill("写了很久的答复。")
    press(page, "退回窗口")
    page.get_by_label("退回原因").fill("不属于信访事项。")
    press(page, "退回窗口")

    with late.expect_response(lambda answer: answer.request.method == "POST") as answer:
        press(late, "答复信访人")
    assert answer.value.status == 409
    expect(late.get_by_role("alert")).to_contain_text("已退回")
    expect(late.get_by_label("答复意见")).to_have_value("写了很久的答复。")


def test_a_stale_edit_shows_both_values_and_loses_nothing(browsers, clerk):
    case = sent_to("human_resources", Route.DISPATCH, clerk=clerk)
    address = f"/cases/{case.pk}/correct/"
    first = browsers.log_in(of("human_resources", Role.HANDLER), address)
    second = browsers.log_in(of("human_resources", Role.HANDLER), address)
    first.locator("#id_title").fill("保洁员被辞退，要 450 元")
    press_key(first, "Escape")
    save(first)
    second.locator("#id_title").fill("保洁员讨薪")
    second.locator("#id_place").fill("信安大道 8 号")
    with browsers.refusing(409):
        save(second)
        expect(second.get_by_role("alert")).to_contain_text("保洁员被辞退，要 450 元")
        expect(second.get_by_role("alert")).to_contain_text("保洁员讨薪")
    expect(second.locator("#id_title")).to_have_value("保洁员讨薪")
    expect(second.locator("#id_place")).to_have_value("信安大道 8 号")


def save(page):
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()


# --- For those who see less -------------------------------------------------------------------------------------------


def test_large_type_stays_from_page_to_page(browsers, clerk):
    page = browsers.log_in(clerk, "/hall/window/")
    before = size_of_type(page)
    page.get_by_role("button", name="大字").click()
    assert size_of_type(page) > before
    page.goto("/cases/")
    assert size_of_type(page) > before
    expect(page.get_by_role("button", name="大字")).to_have_attribute("aria-pressed", "true")


def size_of_type(page) -> float:
    return page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")

"""Doors without a ticket, and ways that lead away from the centre, in a browser."""

import pytest
from playwright.sync_api import expect

from cases.models import Case, Category, Outlet
from tests.browser.road import PHONE, fact, press, press_key
from tests.intake.factories import serving

pytestmark = pytest.mark.browser

WHERE = "请到龙游县社会治理中心（文化西路 1 号），带身份证和租房合同。"


def test_who_comes_from_another_district_leaves_with_a_printed_notice(browsers, clerk):
    ticket = serving(clerk)
    page = browsers.log_in(clerk, f"/hall/tickets/{ticket.pk}/triage/")
    page.get_by_label("群众诉求").fill("我在龙游县租房，房东不退押金 2000 元。")
    page.get_by_label("类别").select_option(index=5)
    page.get_by_label("问题属地").select_option(index=1)
    page.get_by_label("办理途径").select_option(label=str(Outlet.objects.get(code="O20")))
    expect(page.locator("#desk")).to_contain_text("打印《向有权机关提出告知书》")
    page.get_by_text("告知其他途径（出具告知书）").click()
    page.get_by_label("答复或化解情况").fill(WHERE)
    press(page, "登记并分流")
    expect(page.locator("h1")).to_have_text("打印材料")
    press(page, "打印 向有权机关提出告知书")
    expect(page.locator("main")).to_contain_text("向有权机关提出告知书")
    expect(page.locator("main")).to_contain_text("文化西路 1 号")
    page.goto(f"/cases/{Case.objects.get().pk}/")
    expect(fact(page, "现在")).to_contain_text("待回访")


def test_a_call_of_the_hotline_is_registered_by_keyboard_and_copied_out(browsers, clerk):
    page = browsers.log_in(clerk, "/hall/register-arrival/", viewport={"width": 1440, "height": 900})
    expect(page.get_by_label("来件渠道")).to_be_focused()
    page.get_by_label("来件渠道").select_option(label="12345")
    page.keyboard.press("Tab")
    page.keyboard.type("qz2026112300017")
    page.get_by_label("反映人姓名").focus()
    page.keyboard.type("穆青山")
    page.keyboard.press("Tab")
    page.keyboard.type("19900007788")
    page.keyboard.press("Tab")
    expect(page.get_by_label("来件内容")).to_be_focused()
    page.keyboard.type("我在浮石街道做保洁，公司拖欠我三个月工资 9000 元。")
    page.locator("[data-fills=id_category]", has_text="欠薪").first.click()
    page.locator("[data-fills=id_area]").first.click()
    page.get_by_label("办理途径").select_option(label=str(Outlet.objects.get(code="O02")))
    expect(page.locator("#desk option:checked")).to_have_text("浮石街道人民调解委员会")
    page.get_by_label("来件渠道").focus()
    press(page, "登记并分流")
    expect(page.locator("main")).to_contain_text("已登记，编号")
    expect(fact(page, "来件编号")).to_have_text("QZ2026112300017")
    press(page, "抄录单")
    expect(page.locator("h1")).to_contain_text("12345 热线平台")
    page.get_by_role("button", name="复制 联系电话").click()
    expect(page.get_by_role("button", name="已复制 联系电话")).to_be_focused()


def registers_what_110_handed_over(page):
    page.get_by_label("来件渠道").select_option(label="110联动")
    page.get_by_label("来件编号").fill("JJ20261123001")
    page.get_by_label("来件内容").fill("邻居为宅基地争吵，民警到场劝解。")
    page.get_by_label("类别").select_option(label=str(Category.objects.get(code="C05")))
    page.get_by_label("问题属地").select_option(index=1)
    page.get_by_label("办理途径").select_option(label=str(Outlet.objects.get(code="O02")))
    with page.expect_response("**/hall/register-arrival/"):
        page.get_by_role("button", name="登记并分流").click()
    page.wait_for_load_state("load")


def test_the_same_number_again_opens_the_first(browsers, clerk):
    page = browsers.log_in(clerk, "/hall/register-arrival/", viewport=PHONE)
    registers_what_110_handed_over(page)
    page.goto("/hall/register-arrival/")
    with browsers.refusing(409):
        registers_what_110_handed_over(page)
    expect(page.locator(".notice-warning")).to_contain_text("这个来件编号已登记")
    press_key(page, "o")
    expect(fact(page, "来件编号")).to_have_text("JJ20261123001")

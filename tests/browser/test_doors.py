"""Where a matter leads away from the centre, in a browser."""

import pytest
from playwright.sync_api import expect

from cases.models import Case, Outlet
from tests.browser.road import fact, press
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
    expect(page.locator("#desk")).to_contain_text("打印《不属职权告知书》")
    page.get_by_text("告知其他途径（出具告知书）").click()
    page.get_by_label("答复或化解情况").fill(WHERE)
    press(page, "登记并分流")
    expect(page.locator("h1")).to_have_text("打印材料")
    press(page, "打印 法定途径告知书")
    expect(page.locator("main")).to_contain_text("不属职权告知书")
    expect(page.locator("main")).to_contain_text("文化西路 1 号")
    page.goto(f"/cases/{Case.objects.get().pk}/")
    expect(fact(page, "现在")).to_contain_text("待回访")

"""Consent in a browser: two agree, the third will not. The mediation ends, and its notice tells the other channels."""

import pytest
from playwright.sync_api import expect

from cases.states import Route
from people.models import Unit
from tests.browser.road import press
from tests.mediation.factories import accepted, with_rules

pytestmark = pytest.mark.browser
CHANNELS = ("第十七条", "第二十六条", "仲裁机构", "行政", "人民法院", "不收取任何费用")


@pytest.fixture
def mediation(mediator):
    with_rules()
    return accepted(mediator)


def test_one_clear_refusal_ends_it_with_the_printed_notice(browsers, mediation):
    page = browsers.log_in(mediation.mediator, f"/mediation/{mediation.pk}/")
    agrees(page)
    agrees(page)
    expect(page.locator("#state")).to_contain_text("还有 1 位没有同意")

    asks(page, "明确拒绝调解")
    page.get_by_label("备注").fill("物业公司法务来电：不参加调解，请业主起诉。")
    with browsers.refusing(422):
        page.get_by_role("button", name="记录答复").click()
        expect(page.locator("main")).to_contain_text("请选择由哪个窗口接着办")
    expect(page.get_by_label("备注")).to_have_value("物业公司法务来电：不参加调解，请业主起诉。")
    court = Unit.objects.get(code="court")
    page.get_by_label("明确拒绝的，事项转到").select_option(value=f"{Route.COURT}:{court.pk}")
    press(page, "记录答复")

    expect(page.locator("#state")).to_contain_text("一方当事人明确拒绝或者放弃调解")
    expect(page.locator("#state")).to_contain_text(court.name)
    expect(page.get_by_role("link", name="起草协议")).to_have_count(0)
    with page.expect_popup() as paper:
        page.get_by_role("link", name="终止调解通知书").first.click()
    notice = paper.value.locator("body")
    for words in CHANNELS:
        expect(notice).to_contain_text(words)
    press_print(paper.value)


def agrees(page):
    asks(page, "同意调解")
    press(page, "记录答复")
    expect(page.locator("main")).to_contain_text("已记录：同意调解")


def asks(page, answer):
    """The form opens with the next of those who have not answered yet."""
    press(page, "征询调解意愿")
    page.get_by_label("征询方式").select_option(label="电话")
    page.get_by_label(answer, exact=True).check()


def press_print(page):
    page.get_by_role("button", name="打印").click()
    expect(page.locator("html[data-printed]")).to_be_attached()

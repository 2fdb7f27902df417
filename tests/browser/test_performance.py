"""An agreement in instalments, signed by three, printed, and performed late."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mediation import services
from mediation.models import Performance
from people.models import Unit
from people.roles import Role
from tests.browser.road import press
from tests.factories import UserFactory
from tests.mediation.factories import accepted, mediator_of, sign_all, with_rules

pytestmark = pytest.mark.browser
DESK = {"width": 1440, "height": 900}
OUTSIDE = """() => [...document.querySelectorAll(".card table, .card .btn, .sheet table, .sheet .btn")].filter(
  (one) => one.getBoundingClientRect().right > one.closest(".card, .sheet").getBoundingClientRect().right + 1,
).map((one) => one.textContent.trim())"""


@pytest.fixture
def mediation(transactional_db):
    with_rules()
    committee = Unit.objects.get(code="committee")
    return accepted(mediator_of(committee, name="连翠英"), committee)


def test_choosing_a_text_to_begin_with_leaves_the_rest_as_it_was_typed(browsers, mediation):
    page = browsers.log_in(mediation.mediator, f"/mediation/{mediation.pk}/draft-agreement/")
    page.get_by_label("协议金额（元）").fill("800")
    page.locator("[name=rows-0-amount]").fill("400")
    page.get_by_role("link", name="消费维权").click()
    expect(page.locator("#id_terms")).to_have_value(re.compile("＿"))
    expect(page.get_by_label("协议金额（元）")).to_have_value("800")
    expect(page.locator("[name=rows-0-amount]")).to_have_value("400")


def test_in_large_letters_a_wide_table_stays_inside_its_card(browsers, mediation):
    page = browsers.log_in(mediation.mediator, f"/mediation/{mediation.pk}/", viewport=DESK)
    for path in (f"/mediation/{mediation.pk}/", f"/mediation/{mediation.pk}/draft-agreement/"):
        page.goto(path)
        page.evaluate("document.documentElement.classList.add('large')")
        assert page.evaluate(OUTSIDE) == []


def test_an_agreement_in_instalments_is_signed_printed_and_performed_late(browsers, mediation):
    page = browsers.log_in(mediation.mediator, f"/mediation/{mediation.pk}/draft-agreement/")
    drafts(page)
    types_rows(page)
    with browsers.refusing(422):
        page.get_by_label("协议金额（元）").fill("12806.05")
        page.get_by_role("button", name="保存草稿").click()
        expect(page.locator("main")).to_contain_text("与协议金额 12,806.05 元不一致")
    adds_the_last_row(page)
    press(page, "保存草稿")
    expect(page.locator("#state")).to_contain_text("第 3 期：周启航付给陈素芬 4,000.00 元")

    press(page, "提交签署")
    expect(page.locator("main")).to_contain_text("“尽快”没有确定的日期")
    for item in page.locator("[name=checked]").all():
        item.check()
    press(page, "提交签署")
    is_signed_and_stamped(mediation)

    page.goto(f"/mediation/{mediation.pk}/")
    with page.expect_popup() as paper:
        page.get_by_role("link", name="打印", exact=True).first.click()
    expect(paper.value.locator("body")).to_contain_text("4,806.05（人民币肆仟捌佰零陆元零伍分）")

    Performance.objects.filter(number=1).update(due_on=timezone.localdate() - timedelta(days=4))
    page.goto("/mediation/performances/?stage=late")
    expect(page.locator("main")).to_contain_text("逾期")
    page.goto(f"/mediation/{mediation.pk}/")
    press(page, "登记督促")
    expect(page.locator("main")).to_contain_text("联系电话")
    page.get_by_label("督促情况").fill("答应今天付。")
    press(page, "登记督促")
    press(page, "登记履行")
    press(page, "登记履行")
    expect(page.locator("#performance")).to_contain_text("起逾期")
    expect(page.locator("#performance")).to_contain_text("履行完毕")


def drafts(page):
    page.get_by_label("纠纷主要事实、争议事项").fill("楼上卫生间漏水，楼下天花板受损。")
    page.get_by_label("达成的协议内容").fill("一、周启航赔偿陈素芬损失。\n二、物业公司尽快检修管道。")
    page.get_by_label("履行方式").fill("银行转账。")


def types_rows(page):
    """Two of the three, the second added with the button; then a row too many, removed again."""
    fill_row(page, 0, "4806.05", timezone.localdate())
    page.get_by_role("button", name="加一期").click()
    expect(page.locator("#instalments tbody tr")).to_have_count(2)
    fill_row(page, 1, "4000", timezone.localdate() + timedelta(days=26))
    expect(page.locator("#instalments-total")).to_contain_text("合计 8,806.05 元，人民币捌仟捌佰零陆元零伍分")
    page.get_by_role("button", name="加一期").click()
    expect(page.locator("#instalments tbody tr")).to_have_count(3)
    page.get_by_role("button", name="删除 第 3 行").click()
    expect(page.locator("#instalments tbody tr")).to_have_count(3)  # an empty one follows the last


def adds_the_last_row(page):
    fill_row(page, 2, "4000", timezone.localdate() + timedelta(days=56))
    expect(page.locator("#instalments-total")).to_contain_text("合计 12,806.05 元")


def fill_row(page, n, amount, day):
    row = page.locator("#instalments tbody tr").nth(n)
    row.get_by_label("付款人").select_option(label="周启航（被申请人）")
    row.get_by_label("收款人").select_option(label="陈素芬（申请人）")
    row.get_by_label("金额（元）").fill(amount)
    row.get_by_label("履行日期").fill(str(day))


def is_signed_and_stamped(mediation):
    agreement = mediation.agreements.get()
    sign_all(agreement)
    keeper = UserFactory(post=(Role.STAMP_KEEPER, mediation.unit))
    services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())

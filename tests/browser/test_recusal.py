"""回避 in three browsers: declared by one's own mediator or asked for by a party, decided by a second person."""

import pytest
from playwright.sync_api import expect

from people.roles import Role
from tests.browser.road import press
from tests.factories import UserFactory
from tests.mediation.factories import accepted, mediator_of, with_rules

pytestmark = pytest.mark.browser


@pytest.fixture
def kinsman(mediator):
    return mediator_of(mediator.posts.get().unit, name="周国良")


@pytest.fixture
def mediation(kinsman):
    with_rules()
    return accepted(kinsman)


@pytest.fixture
def head(mediation):
    return UserFactory(name="卢主任", post=(Role.UNIT_HEAD, mediation.unit))


def test_who_declares_an_interest_is_replaced_and_sees_it_no_more(browsers, mediation, head, mediator):
    own = browsers.log_in(mediation.mediator, f"/mediation/{mediation.pk}/")
    press(own, "申请回避")
    own.get_by_label("近亲属关系").check()
    own.get_by_label("情况说明").fill("周启航是我侄子。")
    press(own, "申请回避")
    expect(own.locator("main")).to_contain_text("等待决定")
    expect(own.get_by_role("link", name="同意更换")).to_have_count(0)
    own.goto("/mediation/mine/")
    expect(own.locator("main")).to_contain_text(mediation.case.number)

    page = browsers.log_in(head, f"/mediation/{mediation.pk}/")
    press(page, "同意更换")
    expect(page.locator("main")).to_contain_text("周启航是我侄子")
    page.get_by_label("连翠英").check()
    page.get_by_label("决定理由").fill("近亲属关系属实。")
    press(page, "同意更换")
    expect(page.locator("main")).to_contain_text("周国良 → 连翠英")

    sees_nothing(browsers, own, mediation)
    new = browsers.log_in(mediator, "/mediation/mine/")
    with new.expect_navigation():
        new.get_by_role("link", name=mediation.case.number).click()
    expect(new.get_by_role("link", name="约定调解")).to_be_visible()


def test_a_party_asks_for_another_and_the_head_decides(browsers, mediation, head, mediator):
    page = browsers.log_in(mediator, f"/mediation/{mediation.pk}/")
    press(page, "当事人要求更换")
    page.get_by_label("申请人 陈素芬", exact=True).check()
    page.get_by_label("近亲属关系").check()
    page.get_by_label("当事人的理由").fill("他和楼上是一家人。")
    press(page, "登记")
    expect(page.locator("main")).to_contain_text("等待决定")
    expect(page.get_by_role("link", name="同意更换")).to_have_count(0)

    mediating = browsers.log_in(mediation.mediator, "/mediation/mine/")
    expect(mediating.locator("main")).to_contain_text(mediation.case.number)
    deciding = browsers.log_in(head, f"/mediation/{mediation.pk}/")
    press(deciding, "同意更换")
    expect(deciding.locator("main")).to_contain_text("第二十三条")
    deciding.get_by_label("连翠英").check()
    press(deciding, "同意更换")
    sees_nothing(browsers, mediating, mediation)


def sees_nothing(browsers, page, mediation):
    """Neither in the own list, nor by an address that was kept, nor on the page of the matter."""
    page.goto("/mediation/mine/")
    expect(page.locator("main")).not_to_contain_text(mediation.case.number)
    with browsers.refusing(404):
        for address in (f"/mediation/{mediation.pk}/", f"/cases/{mediation.case_id}/"):
            assert page.goto(address).status == 404

"""司法确认 in two browsers: the mediator applies with the parties, the court's desk accepts and rules."""

import re

import pytest
from playwright.sync_api import expect

from mediation.models import JudicialConfirmation
from people.models import Unit
from people.roles import Role
from tests.browser.road import fact, press
from tests.factories import UserFactory
from tests.mediation.factories import accepted, in_force, mediator_of

pytestmark = pytest.mark.browser
DOCKET = "（2026）浙0803诉前调确12号"
SCAN = {"name": "民事裁定书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}


@pytest.fixture
def confirmation():
    committee = Unit.objects.get(code="committee")
    mediator = mediator_of(committee, name="连翠英")
    keeper = UserFactory(post=(Role.STAMP_KEEPER, committee))
    return JudicialConfirmation.objects.get(agreement=in_force(accepted(mediator), keeper))


def tick_all(page):
    for box in page.get_by_role("checkbox").all():
        box.check()


def test_from_the_agreement_to_the_ruling(browsers, confirmation):
    case = confirmation.case
    page = browsers.log_in(confirmation.mediation.mediator, f"/mediation/{confirmation.mediation_id}/")
    press(page, "办理司法确认")
    press(page, "核对申请条件")
    with browsers.refusing(409):
        press(page, "核对申请条件")
        expect(page.get_by_role("alert")).to_contain_text("第三百五十五条第一款第五项")
    tick_all(page)
    press(page, "核对申请条件")
    press(page, "共同申请司法确认")
    tick_all(page)
    press(page, "共同申请司法确认")
    press(page, "递交法院")
    press(page, "递交法院")
    expect(page.locator("main")).to_contain_text("三日内决定是否受理")

    court = browsers.log_in(
        UserFactory(post=(Role.COURT, Unit.objects.get(code="court"))), "/mediation/court/"
    )
    court.get_by_role("navigation").get_by_role("link", name=re.compile("^司法确认")).click()
    with court.expect_navigation():
        court.get_by_role("link", name=case.number).click()
    press(court, "受理申请")
    court.get_by_label("受理案号").fill(DOCKET)
    press(court, "受理申请")
    expect(fact(court, "受理案号")).to_have_text(DOCKET)
    press(court, "裁定确认有效")
    court.get_by_label("裁定书文号").fill(f"{DOCKET}民事裁定书")
    court.get_by_label("裁定书扫描件").set_input_files(SCAN)
    press(court, "裁定确认有效")
    expect(court.locator("main")).to_contain_text("申请强制执行")

    page.reload()
    expect(page.get_by_role("link", name="民事裁定书.pdf")).to_be_visible()
    page.goto(f"/cases/{case.pk}/")
    expect(page.locator("main")).to_contain_text("民事裁定书.pdf")

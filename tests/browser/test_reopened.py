"""不满意 on a telephone, a call-back at the centre, round 2 of the same number, and then 满意."""

import pytest
from playwright.sync_api import expect

from cases.models import Rating
from cases.services import follow_up, grant_sight
from mediation.models import Mediation
from tests.browser.road import PHONE, press
from tests.mediation.factories import accepted, in_force, with_rules

pytestmark = pytest.mark.browser


@pytest.fixture
def closed(mediator, keeper, clerk2, window):
    """Agreed, and closed after a call."""
    with_rules()
    mediation = accepted(mediator)
    grant_sight(mediation.case, window.unit, "holds")
    in_force(mediation, keeper)
    follow_up(mediation.round, by=clerk2, way="phone", said="说好下周付清。", promise_kept=True)
    mediation.case.refresh_from_db()
    return mediation.case


def test_an_unhappy_answer_opens_the_second_round_and_both_answers_stand(
    browsers, closed, clerk2, mediator, keeper
):
    telephone = browsers.open("/public/query/", viewport=PHONE)
    answers(telephone, closed, "不满意")
    expect(telephone.locator("main")).to_contain_text("与您联系核实")

    calling = browsers.log_in(clerk2, "/")
    calling.get_by_role("link", name="待核实不满意").click()
    with calling.expect_navigation():
        calling.get_by_role("link", name=closed.number).click()
    press(calling, "不满意核实")
    calling.get_by_role("radio", name="电话").check()
    calling.get_by_label("核实情况").fill("约定的钱没有付。")
    calling.get_by_label("是", exact=True).check()
    calling.get_by_label("重新办理的窗口").select_option(label="调解")
    calling.get_by_label("重新办理的单位").select_option(label=mediator.posts.get().unit.name)
    press(calling, "不满意核实")
    expect(calling.locator("main")).to_contain_text("第 2 轮")

    page = browsers.log_in(mediator, "/mediation/")
    with page.expect_navigation():
        page.get_by_role("link", name=closed.number).first.click()
    press(page, "接办")
    expect(page.locator("#state")).to_contain_text("下一步")

    in_force(Mediation.objects.get(round=closed.latest_round()), keeper)
    calling.goto(f"/cases/{closed.pk}/")
    press(calling, "回访")
    calling.get_by_role("radio", name="电话").check()
    calling.get_by_label("回访情况").fill("钱已收到。")
    calling.get_by_label("是", exact=True).check()
    press(calling, "回访")

    answers(telephone, closed, "满意")
    said = Rating.objects.order_by("round__number").values_list("round__number", "answer")
    assert list(said) == [(1, "unsatisfied"), (2, "satisfied")]


def answers(page, case, answer):
    """By query code and the last four digits of the telephone."""
    page.goto(f"/public/query/?code={case.query_code}")
    page.get_by_label("后四位").fill(case.parties.first().person.phone.plain[-4:])
    page.get_by_role("button", name="查进度").click()
    expect(page.locator("main")).to_contain_text(case.number)
    page.get_by_label(answer, exact=True).check()
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("main")).to_contain_text(f"您的评价：{answer}")

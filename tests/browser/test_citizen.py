"""A citizen with an old telephone and no script: query, ask how it stands, and answer once."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cases.models import Rating
from tests.cases.fixtures import (  # noqa: F401
    _rules,
    applicant,
    bureau,
    case,
    centre,
    clerk,
    clerk2,
    close,
    handler,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def telephone(browser, site):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="zh-CN"
    )
    yield context.new_page()
    context.close()


def look(telephone, site, case):  # noqa: F811
    telephone.goto(f"{site}{reverse('public:query')}?code={case.query_code}")
    telephone.get_by_label("后四位").fill("1234")
    telephone.get_by_role("button", name="查进度").click()


def test_a_citizen_follows_a_matter_to_its_end(telephone, site, case, handler, clerk2):  # noqa: F811
    look(telephone, site, case)
    expect(telephone.locator("main")).to_contain_text("下一步：由试验人力局")
    telephone.get_by_role("button", name="催问").click()
    expect(telephone.locator("main")).to_contain_text("已转告试验人力局")

    close(case, handler, clerk2)
    look(telephone, site, case)
    telephone.get_by_label("满意", exact=True).check()
    telephone.get_by_role("button", name="提交评价").click()
    expect(telephone.locator("main")).to_contain_text("您的评价：满意")
    assert Rating.objects.get().answer == "satisfied"

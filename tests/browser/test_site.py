import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_browser_reaches_the_log_in_page(page, site):
    page.goto(f"{site}/healthz")
    expect(page.locator("body")).to_have_text("ok")

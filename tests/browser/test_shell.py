"""What every page does in the browser: live screens, keys, forms sent once, large type, calm messages."""

import pytest
from playwright.sync_api import expect

from kernel import live
from tests.browser import pages

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _pages(settings, monkeypatch):
    settings.ROOT_URLCONF = "tests.browser.pages"
    monkeypatch.setattr(pages, "shown", {"text": "一", "posts": 0})
    publisher = live.Publisher()
    publisher.missed = False
    monkeypatch.setattr(live, "publisher", publisher)


@pytest.fixture
def streams(context):
    """The streams that the tabs of one browser open."""
    opened = []
    context.on("request", lambda request: opened.append(request.url) if "/live?" in request.url else None)
    return opened


@pytest.fixture
def complaints(page):
    """What the browser complains about: errors of scripts, and all that the security policy forbids."""
    heard = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda line: heard.append(line.text) if "Content Security" in line.text else None)
    return heard


def change(text):
    pages.shown["text"] = text
    live.publisher.publish(["hall"])


def open_tab(context, site):
    with context.expect_event("requestfinished", lambda request: "/live.js" in request.url):
        tab = context.new_page()
        tab.goto(site)
    return tab


def test_a_screen_follows_and_what_is_typed_stays(page, site, complaints):
    with page.expect_response("**/live?**"):
        page.goto(site)
    page.get_by_label("note").fill("记一笔")
    change("二")
    expect(page.locator("output")).to_have_text("二")
    expect(page.get_by_label("note")).to_have_value("记一笔")
    expect(page.get_by_label("note")).to_be_focused()
    assert complaints == []


def test_a_second_change_is_asked_for_while_the_answer_to_the_first_is_on_its_way(page, site):
    with page.expect_response("**/live?**"):
        page.goto(site)
    held = []

    def hold_the_first(route):
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route("**/screen/", hold_the_first)
    with page.expect_request("**/screen/"):
        change("二")
    change("三")
    page.wait_for_timeout(1000)
    for route, answer in held:
        route.fulfill(response=answer)
    expect(page.locator("output")).to_have_text("三")


def test_what_is_ticked_chosen_typed_or_opened_stays_when_a_screen_asks_again(page, site):
    with page.expect_response("**/live?**"):
        page.goto(site)
    page.get_by_text("更多").click()
    page.get_by_label("tick").check()
    page.get_by_label("choice").select_option("乙")
    page.get_by_label("words").fill("写到一半")
    page.get_by_role("link", name="甲").focus()
    change("二")
    expect(page.locator("output")).to_have_text("二")
    expect(page.get_by_label("tick")).to_be_checked()
    expect(page.get_by_label("choice")).to_have_value("乙")
    expect(page.get_by_label("words")).to_have_value("写到一半")
    expect(page.get_by_role("link", name="甲")).to_be_focused()


def test_the_tabs_of_a_browser_share_a_stream_and_another_takes_over(context, site, streams):
    first = open_tab(context, site)
    second = open_tab(context, site)
    change("二")
    expect(first.locator("output")).to_have_text("二")
    expect(second.locator("output")).to_have_text("二")
    assert len(streams) == 1
    with context.expect_event("request", lambda request: "/live?" in request.url):
        first.close()
    change("三")
    expect(second.locator("output")).to_have_text("三")


def test_a_browser_without_locks_polls(page, site):
    page.add_init_script("Object.defineProperty(navigator, 'locks', {value: undefined})")
    page.clock.install()
    page.goto(site)
    change("二")
    with page.expect_response("**/live/versions/**") as polled:
        page.clock.run_for(20_000)
    assert polled.value.request.headers["x-background"] == "1"
    page.clock.run_for(1000)
    expect(page.locator("output")).to_have_text("二")


def test_a_form_that_is_pressed_twice_is_sent_once(page, site):
    page.goto(site)
    with page.expect_navigation():
        page.evaluate(
            "() => { const save = document.querySelector('[data-key=s]'); save.click(); save.click() }"
        )
    assert pages.shown["posts"] == 1


def test_a_key_presses_its_button_unless_somebody_types(page, site):
    page.goto(site)
    page.get_by_label("note").press("n")
    expect(page.get_by_label("note")).to_have_value("n")
    page.locator("h1").click()
    page.keyboard.press("n")
    page.wait_for_url("**/other/")


def test_a_question_mark_shows_the_keys_of_the_page(page, site):
    page.goto(site)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("另一页")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_large_type_stays_on_the_next_page(page, site):
    page.goto(site)
    page.get_by_role("button", name="大字").click()
    page.reload()
    expect(page.locator("html")).to_have_class("large")
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "20px"


def test_a_failure_is_said_calmly_and_a_refusal_is_shown(page, site):
    page.goto(site)
    page.get_by_role("button", name="坏了").click()
    expect(page.locator("#toasts")).to_contain_text("操作没有完成")
    expect(page.locator("output")).to_have_text("一")
    page.get_by_role("button", name="拒绝").click()
    expect(page.get_by_text("409")).to_be_visible()

"""The hall in a real browser: a visitor is registered by keyboard alone, called aloud, and received."""

import pytest
from playwright.sync_api import expect

from intake import services
from intake.models import Announcement, Ticket
from intake.states import State
from tests.intake.factories import BoardFactory, hall, next_window, seated, waiting
from tests.mediation.factories import with_rules

pytestmark = pytest.mark.browser

VOICE = """
  window.said = [];
  const voice = {
    getVoices: () => [{ lang: "zh-CN", name: "test" }], addEventListener() {}, cancel() {},
    speak(words) {
      window.said.push(["begin", words.text]);
      setTimeout(() => {
        window.said.push(["end", words.text]);
        document.documentElement.setAttribute("data-said", window.said.length);
        words.dispatchEvent(new Event("end"));
      }, 200);
    },
  };
  Object.defineProperty(window, "speechSynthesis", { value: voice });
  window.SpeechSynthesisUtterance = class extends EventTarget { constructor(text) { super(); this.text = text; } };
"""
PASSWORD = "Right-Password-1"


@pytest.fixture
def clerk(transactional_db):
    with_rules()
    user = seated(next_window(hall()))
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def desk(page, site, clerk):
    """The clerk's browser, logged in."""
    page.goto(f"{site}/accounts/log-in/")
    page.get_by_label("用户名").fill(clerk.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/")
    return page


def test_a_visitor_is_registered_printed_and_received_by_keyboard_alone(desk, site):
    desk.add_init_script('window.print = () => document.documentElement.setAttribute("data-printed", "")')
    desk.goto(f"{site}/hall/register/")
    expect(desk.locator("#id_id_number")).to_be_focused()
    desk.keyboard.type("430421190603080024\n")  # as a card reader does
    expect(desk.locator("#known")).to_contain_text("以前没有来过")
    expect(desk.locator("#id_name")).to_be_focused()
    desk.keyboard.type("王冬梅\n13857000024\n\n\n\n")
    expect(desk.locator(".ticket-number")).to_have_text("A001")
    assert Ticket.objects.get().state == State.ISSUED
    desk.keyboard.press("Enter")
    expect(desk.locator("html")).to_have_attribute("data-printed", "")
    assert Ticket.objects.get().state == State.WAITING

    desk.goto(f"{site}/hall/window/")
    desk.keyboard.press("n")
    expect(desk.locator(".present-number")).to_have_text("A001")
    desk.keyboard.press("r")
    expect(desk.locator(".present")).to_contain_text("接待中")
    desk.keyboard.press("t")
    expect(desk.locator("#id_story")).to_be_focused()


def test_the_board_speaks_calls_one_after_the_other_and_the_window_learns_of_it(browser, desk, site, clerk):
    other = seated(next_window(clerk.seat.window.unit))
    board = BoardFactory(unit=clerk.seat.window.unit)
    for _ in range(2):
        waiting(clerk)
    screen = browser.new_page()
    screen.add_init_script(VOICE)
    screen.goto(f"{site}/hall/board/{board.code}/")
    screen.get_by_role("button", name="开始播报").click()

    desk.goto(f"{site}/hall/window/")
    desk.keyboard.press("n")
    expect(screen.locator(".board-call")).to_contain_text("A001")
    waiting(other)
    from_other_window(other)
    expect(screen.locator("html")).to_have_attribute("data-said", "4")
    said = screen.evaluate("window.said")
    assert [what for what, _text in said] == ["begin", "end", "begin", "end"]
    assert "A零零一号" in said[0][1]
    assert "A零零二号" in said[2][1]
    expect(desk.locator(".present")).to_contain_text("大屏已播报")
    assert not Announcement.objects.unheard().exists()
    screen.close()


def from_other_window(user):
    """A call made meanwhile at the next window, by another process."""
    services.call_next(user.seat.window, by=user)

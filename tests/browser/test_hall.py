"""The hall in a real browser: from the door to the board, by keyboard alone, with a voice that is heard."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from intake import services
from intake.models import Advice, Announcement, OnCall, Representative, Screen, Ticket
from intake.states import State
from people.roles import Role
from tests.factories import CaseFactory, PersonFactory, UnitFactory, UserFactory
from tests.intake.factories import hall, next_window, outlet, paired, seated, serving, token_of, waiting
from tests.mediation.factories import with_rules

pytestmark = pytest.mark.browser

VOICE = """
  window.said = [];
  const voice = {
    getVoices: () => [{ lang: "zh-CN", name: "test" }], addEventListener() {}, cancel() {},
    speak(words) {
      const aloud = words.volume !== 0;
      if (aloud) window.said.push(["begin", words.text]);
      setTimeout(() => {
        if (aloud) window.said.push(["end", words.text]);
        document.documentElement.setAttribute("data-said", window.said.length);
        words.dispatchEvent(new Event("end"));
      }, 200);
    },
  };
  Object.defineProperty(window, "speechSynthesis", { value: voice });
  window.SpeechSynthesisUtterance = class extends EventTarget { constructor(text) { super(); this.text = text; } };
"""
PRINTS = 'window.print = () => document.documentElement.setAttribute("data-printed", "")'
PASSWORD = "Right-Password-1"
CARD = "430421190603080024"


@pytest.fixture
def clerk(transactional_db):
    with_rules()
    user = seated(next_window(hall()))
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(page, site, user):
    page.goto(f"{site}/accounts/log-in/")
    page.get_by_label("用户名").fill(user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site}/")
    return page


@pytest.fixture
def desk(page, site, clerk):
    """The clerk's browser, logged in."""
    page.add_init_script(PRINTS)
    return log_in(page, site, clerk)


def screen_of(browser, site, screen):
    """The browser of a paired screen."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    context.add_cookies([{"name": "screen", "value": token_of(screen), "url": site}])
    page = context.new_page()
    page.add_init_script(VOICE)
    page.add_init_script(PRINTS)
    return page


@pytest.fixture
def board(browser, site, clerk):
    """The board of the hall, speaking."""
    page = screen_of(browser, site, paired(clerk))
    page.goto(f"{site}/hall/screen/")
    expect(page.locator("[data-started]")).to_be_visible()
    yield page
    page.context.close()


# --- The door ---------------------------------------------------------------------------------------------------------


def test_the_guide_gives_a_number_in_under_ten_seconds(page, site, clerk):
    guide = UserFactory(post=(Role.GUIDE, clerk.seat.window.unit))
    guide.set_password(PASSWORD)
    guide.save()
    page.add_init_script(PRINTS)
    log_in(page, site, guide).goto(f"{site}/hall/guide/")
    card = page.locator("#id_card")
    expect(card).to_be_focused()
    began = time.monotonic()
    page.keyboard.type(f"{CARD}\n")  # as a card reader does
    expect(page.locator(".ticket-number")).to_have_text("A001")
    expect(page.locator("html")).to_have_attribute("data-printed", "")
    assert time.monotonic() - began < 10
    expect(page.get_by_role("link", name="下一位")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card).to_be_focused()
    page.keyboard.press("Enter")  # nothing at all
    expect(page.locator(".ticket-number")).to_have_text("A002")
    assert list(Ticket.objects.values_list("state", flat=True)) == [State.WAITING] * 2

    page.goto(f"{site}/hall/guide/")
    page.get_by_label("问了什么").fill("公证处在几楼")
    page.get_by_role("button", name="已当场答复").click()
    expect(page.locator(".number", has_text="导办咨询")).to_contain_text("1")
    assert Advice.objects.get().about == "公证处在几楼"
    assert Ticket.objects.count() == 2


def test_a_kiosk_is_paired_by_its_code_and_gives_numbers_without_a_menu(browser, desk, site):
    kiosk = browser.new_context(locale="zh-CN").new_page()
    kiosk.add_init_script(PRINTS)
    kiosk.goto(f"{site}/hall/screen/")
    kiosk.get_by_role("button", name="自助取号机").click()
    code = kiosk.locator(".pairing-code").inner_text()
    desk.goto(f"{site}/hall/pair-screen/")
    expect(desk.locator("#id_code")).to_be_focused()
    desk.keyboard.type(f"{code}\n")
    expect(kiosk.locator("#id_card")).to_be_focused()
    expect(kiosk.locator("nav")).to_have_count(0)
    kiosk.keyboard.press("Enter")
    expect(kiosk.locator(".ticket-number")).to_have_text("A001")
    expect(kiosk.locator("html")).to_have_attribute("data-printed", "")
    kiosk.get_by_role("link", name="完成").click()
    expect(kiosk.locator("#id_card")).to_be_focused()
    assert Screen.objects.get().state == "paired"
    kiosk.context.close()


def test_a_visitor_is_registered_printed_and_received_by_keyboard_alone(desk, site):
    desk.goto(f"{site}/hall/register/")
    expect(desk.locator("#id_id_number")).to_be_focused()
    desk.keyboard.type(f"{CARD}\n")
    expect(desk.locator("#known")).to_contain_text("以前没有来过")
    expect(desk.locator("#id_name")).to_be_focused()
    desk.keyboard.type("王冬梅\n13857000024\n\n\n\n\n")
    expect(desk.locator(".ticket-number")).to_have_text("A001")
    assert Ticket.objects.get().state == State.ISSUED
    expect(desk.get_by_role("button", name="打印，进入等候")).to_be_focused()
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


def test_a_returning_visitor_joins_the_same_matter_by_keyboard_alone(desk, site, clerk):
    person = PersonFactory(name="王冬梅", id_number=CARD, phone="13857000024")
    case = CaseFactory(unit=clerk.seat.window.unit, applicant=person, title="楼上漏水赔偿")
    desk.goto(f"{site}/hall/register/")
    expect(desk.locator("#id_id_number")).to_be_focused()
    desk.keyboard.type(f"{CARD}\n")
    expect(desk.locator("#known")).to_contain_text("楼上漏水赔偿")
    expect(desk.locator("#id_phone")).to_be_focused()
    desk.keyboard.type("\n\n\n\n\n")
    expect(desk.locator(".ticket-number")).to_have_text("A001")
    expect(desk.get_by_role("button", name="打印，进入等候")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("html")).to_have_attribute("data-printed", "")
    desk.goto(f"{site}/hall/window/")
    desk.keyboard.press("n")
    expect(desk.locator(".present-number")).to_have_text("A001")
    desk.keyboard.press("r")
    expect(desk.locator(".present")).to_contain_text("接待中")
    desk.keyboard.press("j")
    expect(desk.locator("#id_said")).to_be_focused()
    desk.keyboard.type("又漏水了，问什么时候修好")
    desk.keyboard.press("Alt+s")
    expect(desk.locator("#window")).to_contain_text(case.number)
    assert list(services.matters_of(Ticket.objects.get())) == [case]


def test_a_group_of_37_has_five_who_speak_for_it_and_a_sixth_is_refused(desk, site):
    desk.goto(f"{site}/hall/register/")
    expect(desk.locator("#id_id_number")).to_be_focused()
    expect(desk.locator("#id_representatives")).to_be_hidden()
    desk.keyboard.type("\n王冬梅\n13857000024\n37\n\n\n\n")
    expect(desk.locator("#id_representatives")).to_be_focused()
    desk.keyboard.type("王冬梅 13857000024\n李小明\n张大力\n赵铁柱\n钱多多\n孙来福\n\n")
    expect(desk.locator("body")).to_contain_text("不得超过 5 人（信访工作条例第二十条）")
    assert not Ticket.objects.exists()
    lines = desk.locator("#id_representatives")
    expect(lines).to_contain_text("孙来福")
    lines.fill("王冬梅 13857000024\n李小明\n张大力\n赵铁柱\n钱多多")
    lines.press("Alt+s")
    expect(desk.locator(".ticket-number")).to_have_text("A001")
    assert (Ticket.objects.get().head_count, Representative.objects.count()) == (37, 5)


# --- Triage and help --------------------------------------------------------------------------------------------------


def test_a_triage_that_came_back_shows_what_is_settled_on_the_spot_and_the_suggestion(desk, site, clerk):
    ticket = serving(clerk)
    desk.goto(f"{site}/hall/tickets/{ticket.pk}/triage/")
    expect(desk.locator("#on-the-spot")).to_be_hidden()
    desk.locator("#id_story").fill("公司拖欠我两个月工资，想问问怎么办。")
    desk.locator("#id_category").select_option(index=1)
    desk.locator("#id_area").select_option(index=1)
    desk.locator("#id_outlet").select_option(str(outlet().pk))
    expect(desk.locator("#on-the-spot")).to_be_visible()
    desk.locator("#on-the-spot [value=answered]").check()
    desk.keyboard.press("Alt+s")
    expect(desk.locator("#id_said_error")).to_be_visible()
    expect(desk.locator("#id_said")).to_be_visible()
    expect(desk.locator("#suggestion")).to_contain_text("类别建议")
    desk.locator(".notice-error a[href='#id_said']").click()
    expect(desk.locator("#id_said")).to_be_focused()


def test_who_is_called_for_help_sees_it_on_the_open_page_at_once(page, desk, site, clerk):
    guard = UserFactory(post=(Role.HANDLER, UnitFactory()))
    OnCall.objects.create(unit=clerk.seat.window.unit, user=guard, post="安保")
    guard.set_password(PASSWORD)
    guard.save()
    other = page.context.browser.new_context(locale="zh-CN").new_page()
    log_in(other, site, guard)
    expect(other.locator("#calls")).to_be_empty()
    services.call_help(by=clerk, unit=clerk.seat.window.unit, window=clerk.seat.window)
    banner = other.locator("#calls[aria-live=assertive] .notice")
    expect(banner).to_contain_text("求助，请立即到场", timeout=15_000)
    desk.goto(f"{site}/hall/window/")
    expect(desk.locator("#calls")).to_be_empty()
    banner.get_by_role("button", name="知道了").click()
    expect(banner).to_have_count(0)
    expect(other.locator("#tray-count")).to_be_empty()
    other.context.close()


# --- Calling ----------------------------------------------------------------------------------------------------------


def test_a_pregnant_visitor_is_called_first_and_the_window_says_why(desk, site, clerk):
    waiting(clerk)
    waiting(clerk, care="pregnant")
    desk.goto(f"{site}/hall/window/")
    expect(desk.locator(".call-next")).to_contain_text("下一位 A002：优先照顾：孕产妇")
    desk.keyboard.press("n")
    expect(desk.locator(".present-number")).to_have_text("A002")
    expect(desk.locator(".why")).to_contain_text("优先照顾：孕产妇 · 已等候 0 分钟")


def test_who_did_not_come_waits_again_and_is_called_again(desk, site, clerk):
    waiting(clerk)
    desk.goto(f"{site}/hall/window/")
    desk.keyboard.press("n")
    expect(desk.locator(".present-number")).to_have_text("A001")
    desk.keyboard.press("o")
    expect(desk.locator(".aside-list")).to_contain_text("过号")
    desk.get_by_role("button", name="过号重排").click()
    expect(desk.locator(".queue")).to_contain_text("A001")
    desk.keyboard.press("n")
    expect(desk.locator(".present-number")).to_have_text("A001")


# --- The board --------------------------------------------------------------------------------------------------------


def test_three_calls_at_once_are_spoken_one_after_the_other_and_confirmed(board, desk, site, clerk):
    others = [seated(next_window(clerk.seat.window.unit)) for _n in range(2)]
    for _n in range(3):
        waiting(clerk)
    for user in [clerk, *others]:
        services.call_next(user.seat.window, by=user)
    expect(board.locator("html")).to_have_attribute("data-said", "6")
    said = board.evaluate("window.said")
    assert [what for what, _text in said] == ["begin", "end"] * 3
    assert [text[:7] for what, text in said if what == "begin"] == [
        "请A零零一号，",
        "请A零零二号，",
        "请A零零三号，",
    ]
    desk.goto(f"{site}/hall/window/")
    expect(desk.locator(".present")).to_contain_text("大屏已播报")
    assert wait_until(lambda: not Announcement.objects.unheard().exists())


def test_a_call_made_while_the_board_was_away_is_caught_up(board, desk, site, clerk):
    waiting(clerk)
    board.context.set_offline(True)
    expect(board.locator("[data-cut-off]")).to_be_visible()
    services.call_next(clerk.seat.window, by=clerk)
    desk.goto(f"{site}/hall/window/")
    expect(desk.locator(".present")).to_contain_text("正在等候播放")
    assert board.evaluate("window.said") == []
    board.context.set_offline(False)
    expect(board.locator(".board-call")).to_contain_text("A001", timeout=60_000)
    expect(board.locator("[data-cut-off]")).to_be_hidden()
    expect(desk.locator(".present")).to_contain_text("大屏已播报", timeout=60_000)


def test_a_call_that_was_spoken_is_confirmed_once_the_connection_is_back(board, desk, site, clerk):
    waiting(clerk)
    board.route("**/heard/**", lambda route: route.abort())
    services.call_next(clerk.seat.window, by=clerk)
    expect(board.locator("html")).to_have_attribute("data-said", "2")
    assert Announcement.objects.unheard().exists()
    board.unroute("**/heard/**")
    assert wait_until(lambda: not Announcement.objects.unheard().exists())
    assert len(board.evaluate("window.said")) == 2


def test_a_call_nobody_heard_is_marked_at_the_window(desk, site, clerk):
    waiting(clerk)
    services.call_next(clerk.seat.window, by=clerk)
    Announcement.objects.update(created_at=Announcement.objects.get().created_at - timedelta(minutes=4))
    desk.goto(f"{site}/hall/window/")
    expect(desk.locator(".present")).to_contain_text("大屏未播报，请口头叫号或重呼")


def test_the_end_of_the_day_stands_on_the_board(board, desk, site, clerk):
    ticket = waiting(clerk)
    desk.goto(f"{site}/hall/close/")
    desk.get_by_role("button", name="闭厅").click()
    expect(desk.locator("#rows")).to_contain_text("闭厅未接待")
    expect(board.locator(".board-closing")).to_contain_text("明天凭原排队号到引导台优先取号")
    ticket.refresh_from_db()
    assert ticket.state == State.LAPSED


def test_a_window_that_rests_says_so_at_the_window_and_on_the_board(board, desk, site, clerk):
    desk.goto(f"{site}/hall/window/")
    desk.get_by_role("link", name="暂停服务").click()
    desk.get_by_role("button", name="暂停服务").click()
    expect(desk.locator("#window")).to_contain_text("本窗口暂停服务：午休")
    expect(board.locator(".board-paused")).to_contain_text(f"{clerk.seat.window.number}号窗口（午休）")
    desk.get_by_role("button", name="恢复服务").click()
    expect(desk.locator(".call-next")).to_be_visible()
    expect(board.locator(".board-paused")).to_have_count(0)


def wait_until(true) -> bool:
    """Whether it becomes true within ten seconds."""
    end = time.monotonic() + 10
    while not true() and time.monotonic() < end:
        time.sleep(0.1)
    return true()

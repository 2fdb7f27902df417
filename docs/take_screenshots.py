"""Take the pictures of docs/screenshots again, from a running centre with demo data that nobody works in.

    PORT=8100 STATE_DIR=/tmp/pictures make run
    .venv/bin/python docs/take_screenshots.py http://127.0.0.1:8100

It works as people do: gives a number, registers, calls, receives. So it changes that centre; take a fresh one.
"""

import io
import os
import re
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

FOLDER = Path(__file__).parent / "screenshots"
PASSWORD = os.environ.get("DEMO_PASSWORD", "Qujiang-2026")
DESK = {"width": 1440, "height": 900}
BOARD = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}
SHEET = {"width": 860, "height": 1180}
ROLL = {"width": 460, "height": 760}
NO_PRINTER = "window.print = () => {};"
VOICE = """
  const voice = { getVoices: () => [{ lang: "zh-CN", name: "" }], addEventListener() {}, cancel() {},
    speak: (words) => setTimeout(() => words.dispatchEvent(new Event("end")), 100) };
  Object.defineProperty(window, "speechSynthesis", { value: voice });
  window.SpeechSynthesisUtterance = class extends EventTarget { constructor(text) { super(); this.text = text; } };
"""
"""Silent, and soon done: the machine of whoever takes the pictures may have none."""
WANG_DONGMEI = "430421190603080024"
PAPER = "a[href*=print-agreement][href$='html/']"
QUERY_CODE = re.compile(r"查询码 (\w+)")
STORY = (
    "我在廿里镇一家家具厂做打磨工，从7月做到10月，老板说资金周转不开，还欠我两个月工资一万三千六百元，"
    "打电话不接，厂里还有五个工友也没拿到。"
)


class Photographer:
    """The browsers of all who are in the pictures."""

    def __init__(self, browser, address):
        self.browser, self.address = browser, address

    def open(self, path, size=DESK) -> Page:
        context = self.browser.new_context(
            base_url=self.address, viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.add_init_script(NO_PRINTER + VOICE)
        page = context.new_page()
        page.goto(path)
        return page

    def log_in(self, username, path="/", size=DESK) -> Page:
        page = self.open(f"/accounts/log-in/?next={path}", size)
        page.get_by_label("用户名").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self.address}{path}")
        return page


def take(page, name):
    """Keep what is on the screen once all its parts are there."""
    settled(page)
    keep(page.screenshot(animations="disabled", caret="hide"), name)


def settled(page):
    page.wait_for_load_state("load")
    expect(page.locator("main").get_by_text("正在读取……")).to_have_count(0)


def keep(picture, name):
    """With 128 colours: enough for text, and a third of the size."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    few = image.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}.png", optimize=True)
    print(f"{name}.png  {image.width} × {image.height}")


# --- The scenes, in the order of a visit ---


def hall(people):
    """The door, the window, the board: one visitor from the number to the triage."""
    guide = people.log_in("guide", "/hall/guide/")
    take(guide, "guide")
    board = screen(people, guide, "叫号大屏", BOARD)
    clerk = people.log_in("clerk", "/hall/register/")
    card = clerk.locator("#id_id_number")
    expect(card).to_be_focused()
    clerk.keyboard.type(f"{WANG_DONGMEI}\n")
    expect(clerk.locator("#known")).to_contain_text("已登记过")
    take(clerk, "registration")
    clerk.locator("#id_id_number").fill("")
    register(clerk)
    clerk.set_viewport_size(ROLL)
    take(clerk, "ticket")
    clerk.set_viewport_size(DESK)
    receive(clerk)
    identify(clerk)
    clerk.goto("/hall/window/")
    take(clerk, "window")
    phone = people.log_in("clerk2", "/hall/window/", PHONE)
    take(phone, "window-phone")
    expect(board.locator(".board-call").first).to_be_visible()
    take(board, "board")
    triage(clerk)


def screen(people, desk, button, size):
    page = people.open("/hall/screen/", size)
    page.get_by_role("button", name=button).click()
    code = page.locator(".pairing-code").inner_text()
    desk.goto("/hall/pair-screen/")
    desk.locator("#id_code").fill(code)
    desk.keyboard.press("Enter")
    expect(page.locator("[data-board]")).to_be_visible()
    return page


def register(clerk):
    clerk.goto("/hall/register/")
    clerk.locator("#id_name").fill("郭秀兰")
    clerk.locator("#id_phone").fill("19900008316")
    clerk.get_by_role("button", name="登记并取号").click()
    clerk.get_by_role("button", name="打印，进入等候").click()
    expect(clerk.locator(".ticket-number")).to_be_visible()


def receive(clerk):
    """Whoever is at the window, or the next."""
    clerk.goto("/hall/window/")
    for key in ("n", "r"):
        if clerk.locator(f"[data-key={key}]").count():
            clerk.keyboard.press(key)
            expect(clerk.locator(f"[data-key={key}]")).to_have_count(0)
    expect(clerk.locator(".present")).to_contain_text("接待中")


def identify(clerk):
    """Whoever only took a number says their name."""
    if clerk.locator(".btn-primary[data-key=i]").count():
        clerk.locator("[data-key=i]").click()
        clerk.locator("#id_name").fill("姜国庆")
        clerk.locator("#id_phone").fill("19900006125")
        clerk.locator("main [data-key=s]").click()


def triage(clerk):
    clerk.goto("/hall/window/")
    clerk.locator("[data-key=t]").click()
    clerk.locator("#id_story").press_sequentially(STORY)
    expect(clerk.locator("#suggestion")).to_contain_text("类别建议")
    take(clerk, "triage")


def files(people):
    """A matter, its people, its mediation and its paper."""
    clerk = people.log_in("clerk", "/cases/")
    look_up(clerk, "王冬梅")
    take(clerk, "case")
    code = QUERY_CODE.search(clerk.locator(".pretitle").inner_text())[1]
    clerk.locator("main a[href^='/persons/']").first.click()
    expect(clerk.locator("h1")).to_contain_text("王")
    take(clerk, "person")
    citizen = people.open(f"/public/query/?code={code}", PHONE)
    citizen.get_by_label("后四位").fill("4502")
    citizen.get_by_role("button", name="查进度").click()
    expect(citizen.locator("main")).to_contain_text("已办结")
    take(citizen, "query-phone")


def look_up(page, words):
    page.locator("#global-search").fill(words)
    page.keyboard.press("Enter")
    page.locator("main a[href^='/cases/']").first.click()


def agreement(people):
    """A mediation with its written agreement in force, and that on paper."""
    mediator = people.log_in("mediator", "/mediation/all/")
    mediator.goto("/mediation/all/?state=agreed")
    links = mediator.locator("#rows tbody tr a:first-child").all()
    for path in [link.get_attribute("href") for link in links]:
        mediator.goto(path)
        if not mediator.get_by_role("heading", name="口头").count():
            break
    take(mediator, "mediation")
    mediator.set_viewport_size(SHEET)
    mediator.goto(mediator.locator(PAPER).first.get_attribute("href"))
    take(mediator, "agreement")


def work(people):
    take(people.log_in("mediator"), "my-work")
    take(people.log_in("mediator", size=PHONE), "my-work-phone")
    director = people.log_in("director", "/stats/today/")
    take(director, "today")
    director.goto("/roster/")
    take(director, "roster")


def main(address):
    with sync_playwright() as playwright:
        options = ["--lang=zh-CN", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)
        people = Photographer(browser, address)
        for scene in SCENES if len(sys.argv) < 3 else [globals()[name] for name in sys.argv[2:]]:
            scene(people)


SCENES = (hall, files, agreement, work)

if __name__ == "__main__":
    main(sys.argv[1])

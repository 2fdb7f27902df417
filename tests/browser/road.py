"""People at their browsers: each with an own log-in, and nobody's browser may complain."""

import io
from contextlib import contextmanager

import segno
from PIL import Image
from playwright.sync_api import Page, expect

PASSWORD = "Right-Password-1"
PHONE = {"width": 390, "height": 844}
BOARD = {"width": 1920, "height": 1080}
VOICE = """
  window.said = [];
  const voice = {
    getVoices: () => [{ lang: "zh-CN", name: "test" }], addEventListener() {}, cancel() {},
    speak(words) {
      window.said.push(words.text);
      setTimeout(() => words.dispatchEvent(new Event("end")), 100);
    },
  };
  Object.defineProperty(window, "speechSynthesis", { value: voice });
  window.SpeechSynthesisUtterance = class extends EventTarget { constructor(text) { super(); this.text = text; } };
"""
"""A voice that notes what it is given to say, and soon has said it."""
OVERTAKEN = ("htmx:afterRequest", "htmx:sendAbort")
"""What htmx says of a request that it gave up for a newer one."""
NO_PRINTER = "window.print = () => document.documentElement.setAttribute('data-printed', '')"


class Browsers:
    """One browser a person. `complaints` is what they say in their consoles: errors, and what the policy forbids."""

    def __init__(self, new_context, site):
        self.new_context, self.site = new_context, site
        self.complaints: list[str] = []
        self.contexts = []

    def open(self, path="/", **options) -> Page:
        """A page for whoever comes, without an account."""
        context = self.new_context(base_url=self.site, **options)
        self.contexts.append(context)
        context.add_init_script(NO_PRINTER)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url} {error}"))
        page.on("console", lambda line: self.listen(page, line))
        page.goto(path)
        return page

    def listen(self, page, line):
        is_icon = line.location["url"].endswith("/favicon.ico")  # asked for when a page is left too soon
        if line.type == "error" and not is_icon and not line.text.startswith(OVERTAKEN):
            self.complaints.append(f"{page.url}: {line.text} {line.location['url']}")

    def log_in(self, user, path="/", **options) -> Page:
        user.set_password(PASSWORD)
        user.save()
        page = self.open(f"/accounts/log-in/?next={path}", **options)
        page.get_by_label("用户名").fill(user.username)
        page.get_by_label("密码").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self.site}{path}")
        return page

    @contextmanager
    def refusing(self, status: int):
        """Within, answers of this status are expected: browsers note each as an error."""
        before = len(self.complaints)
        yield
        heard = self.complaints[before:]
        assert heard
        assert all(f"status of {status}" in text for text in heard)
        del self.complaints[before:]

    def close(self):
        for context in self.contexts:
            context.close()


def press(page, label):
    """A button or link of that name, whichever stands on the page; then the page that answers."""
    by_name = {"name": label, "exact": True}
    with page.expect_navigation():
        page.get_by_role("button", **by_name).or_(page.get_by_role("link", **by_name)).first.click()


def press_key(page, key):
    """A key that the page's scripts listen for, once they are there."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)


def fact(page, label):
    """What stands beside a label in a list of facts."""
    return page.locator("dt", has_text=label).locator("xpath=following-sibling::dd[1]").first


def shows_code_of(picture: bytes, text: str) -> bool:
    """Whether a picture of a QR code has the light and dark squares that stand for `text`."""
    matrix = segno.make(text, error="m").matrix
    image = Image.open(io.BytesIO(picture)).convert("L")
    step = image.width / (len(matrix) + 4)  # two squares of quiet zone on each side

    def is_dark(row, column):
        return image.getpixel((int((column + 2.5) * step), int((row + 2.5) * step))) < 128

    return all(
        is_dark(row, column) == bool(dark)
        for row, line in enumerate(matrix)
        for column, dark in enumerate(line)
    )


def opens_its_rows(page, number):
    """Follow a figure of today's page to its list, which says the same, and come back."""
    label = number.locator(".number-label").inner_text()
    value = number.locator(".number-value").inner_text()
    number.click()
    expect(page.locator("h1")).to_contain_text(label)
    shown = page.locator("#rows")
    expect(shown).to_contain_text(f"共 {value} 条")
    page.go_back()

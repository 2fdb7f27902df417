"""Every page serves whoever sees, reads or presses keys otherwise: axe, 200 % zoom, large type, keys alone."""

import logging
from datetime import datetime

import pytest
import time_machine
from axe_playwright_python.sync_playwright import Axe
from django.test import Client, override_settings
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import Case
from governance_center.demo.load import load
from people.models import User
from tests import servers
from tests.browser.atlas import OTHERWISE, PAGES, pages
from tests.browser.conftest import serving
from tests.guards.test_house_rules import url_patterns

pytestmark = pytest.mark.browser

NOON = datetime(2026, 9, 16, 11, 40, tzinfo=timezone.get_default_timezone())
DESKTOP = {"width": 1440, "height": 900}
ZOOMED = {"width": 720, "height": 450}
"""What a window of 1440 × 900 has left at 200 %."""
NO_PRINTER = "window.print = () => {}"
QUICK = {"resultTypes": ["violations"], "elementRef": False, "selectors": True}

SEEN = """() => {
  const found = [];
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  if (wide > 1) found.push(`the page is ${wide} px too wide`);
  const name = (one) => `${one.tagName.toLowerCase()}.${one.className} “${one.textContent.trim().slice(0, 20)}”`;
  const look = (one) => {
    if (one.matches(".visually-hidden, .skip-link, .toasts, svg, dialog, option") || !one.checkVisibility()) return;
    const [box, style] = [one.getBoundingClientRect(), getComputedStyle(one)];
    if (style.clipPath !== "none" || style.visibility === "hidden") return;
    if (style.overflowX === "hidden" && one.scrollWidth > one.clientWidth + 1) found.push(`${name(one)} is cut off`);
    if (box.width && (box.right > window.innerWidth + 1 || box.left < -1)) found.push(`${name(one)} stands outside`);
    else if (!/auto|scroll/.test(style.overflowX)) for (const inner of one.children) look(inner);
  };
  for (const one of document.body.children) look(one);
  return found.slice(0, 5);
}"""
"""What cannot be seen whole without scrolling to the side. Tables that scroll in a frame of their own may."""

REACHED = """() => {
  const found = [];
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [data-opens], [data-key]";
  for (const one of document.querySelectorAll(all)) {
    if (one.disabled || one.closest("dialog, [inert]")) continue;
    if (!one.checkVisibility({ visibilityProperty: true })) continue;
    const text = (one.textContent || one.name || "").trim().slice(0, 20);
    const name = `${one.tagName.toLowerCase()}.${one.className} “${text}”`;
    if (one.tabIndex < 0) { found.push(`${name} is out of reach of Tab`); continue; }
    one.focus({ focusVisible: true, preventScroll: true });
    if (document.activeElement !== one) { found.push(`${name} takes no focus`); continue; }
    const style = getComputedStyle(one);
    const shown = parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== "none";
    if (!shown) found.push(`${name} does not show its focus`);
  }
  document.activeElement.blur();
  return found.slice(0, 5);
}"""
"""What a keyboard does not reach, or reaches without anybody seeing it."""


@pytest.fixture(scope="module")
def centre(django_db_setup, django_db_blocker, tmp_path_factory):
    """A small demo centre as of a Wednesday before noon, served: its address and the folder of its files."""
    store = tmp_path_factory.mktemp("files")
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOON, tick=True),
        override_settings(FILES_DIR=store),
    ):
        load(cases=74, years=1, seed=1)
        with serving() as address:
            yield address, store
        servers.clone_again()


@pytest.fixture(scope="module")
def opened(centre):
    """The session of each role, and the pages that open to it."""
    logging.disable(logging.WARNING)  # some are asked for in vain
    yield {username: (session_of(username), paths) for username, paths in pages().items()}
    logging.disable(logging.NOTSET)


def session_of(username: str) -> str:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client.cookies["sessionid"].value


def browser_of(new_context, site, session=""):
    context = new_context(base_url=site)
    context.add_init_script(NO_PRINTER)
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": site}])
    return context.new_page()


@pytest.fixture
def site(centre, _files, settings):
    address, settings.FILES_DIR = centre
    return address


def findings(page, path) -> list[str]:
    """What is wrong with a page, at the desk, at 200 %, in large type and on a phone."""
    page.set_viewport_size(DESKTOP)
    answer = page.goto(path)
    assert answer.status in (200, 404, 409), (path, answer.status)
    return [f"{path}: {one}" for one in wrong_with(page)]


def wrong_with(page) -> list[str]:
    wrong = serious(page) + page.evaluate(REACHED)
    for size in (ZOOMED, {"width": 390, "height": 844}):
        page.set_viewport_size(size)
        wrong += [f"{size['width']} px: {one}" for one in page.evaluate(SEEN)]
    page.set_viewport_size(ZOOMED)
    page.evaluate("document.documentElement.classList.add('large')")
    return wrong + [f"large type: {one}" for one in page.evaluate(SEEN)]


def serious(page) -> list[str]:
    return [
        f"{found['id']} ({found['impact']}): {node['html'][:160]} {node['failureSummary'][:240]}"
        for found in Axe().run(page, options=QUICK).response["violations"]
        for node in found["nodes"][:3]
        if found["impact"] in ("serious", "critical")
    ]


def test_no_address_is_forgotten():
    named = {name for names in [*PAGES.values(), *OTHERWISE.values()] for name in names.split()}
    assert named == {name for name, _entry, _route in url_patterns()}


@pytest.mark.parametrize("username", PAGES)
def test_pages_are_for_everybody(new_context, site, opened, username):
    session, paths = opened[username]
    page = browser_of(new_context, site, session)
    wrong = [found for path in paths for found in findings(page, path)]
    assert not wrong, "\n".join(wrong)


def test_what_is_shown_without_a_log_in_is_for_everybody(new_context, site, opened):
    page = browser_of(new_context, site)
    wrong = []
    for path in ("/accounts/log-in/", "/public/", "/public/query/", "/hall/screen/", "/nowhere/"):
        wrong += findings(page, path)
    page.set_viewport_size(DESKTOP)
    page.goto("/accounts/log-in/")
    page.get_by_label("用户名").fill("nobody")
    page.get_by_label("密码").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("[data-focus]")).to_be_focused()
    wrong += wrong_with(page)
    assert not wrong, "\n".join(wrong)


def test_the_progress_of_a_matter_is_for_everybody(new_context, site, opened):
    case = Case.objects.filter(restriction="", state="closed", parties__person__phone_hash__gt="").first()
    tail = case.parties.filter(person__phone_hash__gt="").first().person.phone.plain[-4:]
    page = browser_of(new_context, site)
    page.goto(f"/public/query/?code={case.query_code}")
    page.get_by_label("后四位").fill(tail)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(case.number)
    wrong = wrong_with(page)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("button", "path"), [("叫号大屏", "/hall/screen/"), ("自助取号机", "/hall/kiosk/")])
def test_the_screens_of_the_hall_are_for_everybody(new_context, site, opened, button, path):
    session, _paths = opened["clerk"]
    screen, desk = browser_of(new_context, site), browser_of(new_context, site, session)
    screen.goto("/hall/screen/")
    screen.get_by_role("button", name=button).click()
    code = screen.locator(".pairing-code").inner_text()
    desk.goto("/hall/pair-screen/")
    desk.locator("#id_code").fill(code)
    desk.keyboard.press("Enter")
    expect(screen.locator(".pairing")).to_have_count(0)
    wrong = findings(screen, path)
    assert not wrong, "\n".join(wrong)


# --- Keys alone -------------------------------------------------------------------------------------------------------

STOPS = """() => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const radios = (one) => one.type === "radio" && document.querySelector(`[name="${one.name}"]`) !== one;
  return Array.from(document.querySelectorAll(all)).filter((one) =>
    !one.disabled && !one.closest("dialog, [inert]") && !radios(one)
    && one.checkVisibility({ visibilityProperty: true })).length;
}"""
HERE = """() => {
  const one = document.activeElement;
  window.stops ||= [];
  if (one === document.body || (window.stops.length > 1 && one === window.stops[0])) return "around";
  if (one === window.stops.at(-1)) return ++window.held > 9 ? "held" : "on";
  if (window.stops.includes(one)) return "back";
  window.held = 0;
  window.stops.push(one);
  return "on";
}"""
"""Where Tab has come to; a field of a date has three places of its own."""


@pytest.mark.parametrize(
    "path", ["/", "/hall/register/", "/hall/window/", "/roster/", "/cases/", "/hall/day/"]
)
def test_tab_goes_once_around_the_page_and_nothing_holds_it(new_context, site, opened, path):
    page = browser_of(new_context, site, opened["clerk"][0])
    page.set_viewport_size(DESKTOP)
    page.goto(path)
    page.evaluate("document.querySelector('.skip-link').focus()")
    while (way := page.evaluate(HERE)) == "on":
        page.keyboard.press("Tab")
    assert way == "around"
    assert page.evaluate("window.stops.length") >= page.evaluate(STOPS)


def test_escape_closes_menus_and_dialogs_and_gives_the_focus_back(new_context, site, opened):
    page = browser_of(new_context, site, opened["clerk"][0])
    page.set_viewport_size(DESKTOP)
    page.goto("/roster/")
    for opener in page.locator("details.menu > summary").all():
        opener.focus()
        page.keyboard.press("Enter")
        expect(page.locator("details.menu[open]")).to_have_count(1)
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        expect(page.locator("details.menu[open]")).to_have_count(0)
        expect(opener).to_be_focused()
    keys = page.locator("[data-opens=keys]")
    keys.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    expect(keys).to_be_focused()


def test_the_checks_bite(new_context, site):
    """Otherwise all of the above would pass on pages that nobody can use."""
    page = browser_of(new_context, site)
    page.goto("/public/")
    page.evaluate("""document.querySelector("main").innerHTML =
      '<img src="/x.png"><p class="faint">faint</p><p class="wide">wide</p><button tabindex="-1">away</button>';
      document.querySelector(".faint").style.color = "#ccc";
      document.querySelector(".wide").style.width = "2000px";""")
    wrong = "\n".join(wrong_with(page))
    for words in ("image-alt", "color-contrast", "too wide", "stands outside", "out of reach of Tab"):
        assert words in wrong

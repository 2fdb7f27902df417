"""The time-out as an overlay, and the second factor, as people meet them."""

from datetime import timedelta

import pyotp
import pytest
from django.utils import timezone
from playwright.sync_api import expect

from people.models import Factor, RolePolicy, Session
from people.roles import Role
from tests.browser.road import PASSWORD, PHONE

pytestmark = pytest.mark.browser


def log_in_again(browsers, user, **options):
    """A further log-in with the password that stands already."""
    page = browsers.open("/accounts/log-in/", **options)
    give_password(page, user)
    expect(page.get_by_role("heading", name="我的工作")).to_be_visible()
    return page


def give_password(page, user):
    page.get_by_label("用户名").fill(user.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")


def leave(page, user):
    """The person goes away for longer than the time-out; the browser's clock and the server's know it."""
    Session.objects.filter(user=user).update(seen_at=timezone.now() - timedelta(minutes=31))
    page.clock.fast_forward("31:00")


@pytest.fixture
def at_register(browsers, clerk):
    """The clerk's registration page with something typed, half an hour of silence later."""
    page = browsers.log_in(clerk, "/hall/register/")
    page.clock.install()
    page.reload()
    page.locator("#id_name").fill("穆青山")
    leave(page, clerk)
    expect(page.get_by_role("dialog", name="登录已超时")).to_be_visible()
    return page


def test_the_overlay_keeps_what_was_typed_and_the_form_is_sent_afterwards(at_register, clerk):
    page = at_register
    password = page.locator("#resume-password")
    expect(password).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#id_name")).to_have_value("穆青山")
    page.locator("#id_name").press("Enter")
    page.get_by_role("button", name="取号").click()
    expect(page.locator("body")).to_contain_text("A001")


def test_nobody_else_goes_on_through_the_overlay_and_escape_does_not_lift_it(
    browsers, at_register, clerk, clerk2
):
    page = at_register
    clerk2.set_password("Other-Password-1")
    clerk2.save()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="登录已超时")).to_be_visible()
    with browsers.refusing(422):
        page.locator("#resume-password").fill("Other-Password-1")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("密码不正确")
    assert "穆青山" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")


def test_a_second_tab_goes_on_with_the_first(browsers, clerk):
    first = browsers.log_in(clerk, "/hall/register/")
    second = first.context.new_page()
    for page in (first, second):
        page.clock.install()
        page.goto("/hall/register/")
    for page in (first, second):
        leave(page, clerk)
        expect(page.get_by_role("dialog", name="登录已超时")).to_be_visible()
    first.locator("#resume-password").fill(PASSWORD)
    first.keyboard.press("Enter")
    for page in (first, second):
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_page_left_behind_says_that_another_desk_has_the_account_now(browsers, clerk):
    old = browsers.log_in(clerk, "/hall/register/")
    old.clock.install()
    old.reload()
    old.locator("#id_name").fill("穆青山")
    log_in_again(browsers, clerk)
    old.clock.fast_forward("01:30")
    expect(old.get_by_role("dialog")).to_contain_text("刚在另一台电脑上登录")
    expect(old.locator("#id_name")).to_have_value("穆青山")


def test_a_telephone_and_a_desk_stay_side_by_side(browsers, clerk):
    desk = browsers.log_in(clerk, "/cases/")
    agent = "Mozilla/5.0 (Linux; Android 14; V2314) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36"
    phone = log_in_again(browsers, clerk, user_agent=agent, viewport=PHONE)
    for page in (desk, phone):
        page.goto("/accounts/devices/")
        expect(page.locator("tbody tr")).to_have_count(2)


def test_a_second_factor_is_set_up_from_its_picture_and_asked_for_at_the_next_log_in(browsers, director):
    RolePolicy.objects.create(role=Role.DIRECTOR, second_factor=True)
    director.set_password(PASSWORD)
    director.save()
    page = browsers.open("/accounts/log-in/")
    give_password(page, director)
    page.get_by_role("button", name="开始").click()
    expect(page.get_by_role("img", name="二维码")).to_be_visible()
    code = page.get_by_label("手机上显示的六位数字")
    expect(code).to_be_focused()
    totp = pyotp.TOTP(page.locator(".factor-secret").inner_text())
    code.fill(totp.now())
    page.keyboard.press("Enter")
    expect(page.locator(".recovery-codes li")).to_have_count(8)
    spare = page.locator(".recovery-codes li").first.inner_text()
    page.get_by_role("link", name="已保存，继续").click()
    expect(page.get_by_role("heading", name="我的工作")).to_be_visible()
    page.locator("summary", has_text=director.name).click()
    page.get_by_role("button", name="退出登录").click()
    give_password(page, director)
    expect(page.get_by_label("动态口令")).to_be_focused()
    page.keyboard.type(spare)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="我的工作")).to_be_visible()
    assert len(Factor.objects.get().recovery) == 7

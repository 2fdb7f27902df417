"""Two sessions in real browsers, the second with a department: planned, answered, held, read back and signed."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from cases.models import Request
from mediation import services
from mediation.models import SessionPlan
from people.models import Unit
from people.roles import Role
from tests.browser.road import press
from tests.factories import UserFactory
from tests.mediation.factories import accepted, consented, soon
from tests.mediation.test_sign_record import PNG

pytestmark = pytest.mark.browser


@pytest.fixture
def bureau():
    return Unit.objects.get(code="housing")


def test_two_sessions_and_a_joint_one_with_a_department(browsers, mediator, bureau):
    mediation = consented(accepted(mediator))
    engineer = UserFactory(name="王工", post=(Role.HANDLER, bureau))
    table = browsers.log_in(mediator, f"/mediation/{mediation.pk}/")

    plans(table)
    expect(table.locator("#plans")).to_contain_text("第一调解室")
    table.locator("#plans").get_by_role("link", name="取消").click()
    table.get_by_label("取消原因").fill("当场都在，马上谈")
    table.get_by_role("button", name="取消").click()
    records_at_once(table)
    signs(table, times=1)

    plans(table, unit=bureau)
    expect(table.locator("#plans")).to_contain_text("待签收")
    answers(browsers.log_in(engineer), mediation)
    expect(table.locator("#plans")).to_contain_text("派王工参加")  # without a reload

    begin(SessionPlan.objects.get(state="planned"))
    table.reload()
    press(table, "记录这次调解")
    table.get_by_label("到场人员").fill("王工")
    table.get_by_label("调解记录").fill("区住建局说明保修责任，各方达成一致。")
    table.get_by_role("button", name="记录这次调解").click()
    expect(table.locator("#sessions")).to_contain_text(f"{bureau}（王工）")
    signs(table, times=5)
    expect(table.locator("#sessions")).to_contain_text("补正记录")
    assert Request.objects.get().state == "answered"


def plans(page, unit=None):
    page.get_by_role("link", name="约定调解").click()
    page.get_by_label("时间", exact=False).first.fill(f"{soon(hours=3):%Y-%m-%dT%H:%M}")
    page.locator("#id_room").select_option(index=1)
    if unit:
        page.locator("#id_units").select_option(label=unit.name)
        page.get_by_label("请单位做什么").fill("请说明防水保修责任。")
    page.get_by_role("button", name="约定").click()
    expect(page.locator("#plans")).to_be_visible()


def records_at_once(page):
    page.get_by_role("link", name="记录调解", exact=True).click()
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("调解记录").fill("双方到场，对数额有争议。")
    press(page, "保存记录")
    expect(page.locator("#sessions")).to_contain_text("第 1 次调解")


def signs(page, *, times):
    for _ in range(times):
        page.locator("#sessions").get_by_role("link", name="宣读并签名").last.click()
        page.locator("#id_image").set_input_files(
            {"name": "手写签名.png", "mimeType": "image/png", "buffer": PNG}
        )
        page.get_by_role("button", name="宣读并签名").click()
        expect(page.locator("#sessions")).to_contain_text("屏幕手写签名")


def answers(page, mediation):
    page.goto(f"/cases/{mediation.case_id}/")
    press(page, "签收")
    press(page, "签收")
    press(page, "答复")
    page.get_by_label("答复").fill("派王工参加；防水保修期为五年。")
    press(page, "答复")


def begin(plan):
    """Its hour has come."""
    earlier = timezone.localtime() - timedelta(hours=1)
    with time_machine.travel(earlier - timedelta(hours=1), tick=False):
        services.move_session(
            plan, by=plan.mediation.mediator, begins_at=earlier, minutes=60, room=plan.room, note="提前"
        )

"""A due date comes near: the page of the handler turns yellow, then red, a card reaches the head, and the director."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from cases.escalation import sweep
from cases.models import Card
from cases.services import accept_request, ask
from cases.states import RequestKind, Route
from kernel.models import Clock
from people.models import Unit
from people.roles import Role
from tests.browser.road import press
from tests.factories import CaseFactory, UnitFactory, UserFactory

pytestmark = pytest.mark.browser


def move_time(clock: Clock, due_in: timedelta) -> None:
    """As if so much were left of the clock: it and the row on which it runs, the rest of the world stays."""
    clock.refresh_from_db()
    span, due_at = clock.due_at - clock.started_at, timezone.now() + due_in
    next_at = min(clock.next_fire_at, timezone.now())
    Clock.objects.filter(pk=clock.pk).update(started_at=due_at - span, due_at=due_at, next_fire_at=next_at)
    clock.refresh_from_db()
    clock.subject.clocks_changed()
    sweep()


def test_a_deadline_turns_yellow_and_red_and_its_card_is_answered_and_seen(browsers, mediator, director):
    committee, bureau = mediator.posts.get().unit, UnitFactory(kind=Unit.Kind.DEPARTMENT)
    handler, head = (UserFactory(post=(role, bureau)) for role in (Role.HANDLER, Role.UNIT_HEAD))
    case = CaseFactory(unit=committee, route=Route.MEDIATION, title="拖欠三十七人工资")
    given = {"kind": RequestKind.HELP, "from_unit": committee, "to_unit": bureau}
    request = ask(case.latest_round(), by=mediator, text="请核实工资台账。", **given)
    accept_request(request, by=handler)
    clock = request.clocks.get(code="request.answer")

    working = browsers.log_in(handler, "/")
    due = working.locator("#work .due").first
    expect(due).not_to_have_class("due is-near")
    move_time(clock, timedelta(hours=30))
    expect(working.locator("#work .due.is-near, #work .due.is-today").first).to_contain_text("还有")
    expect(working.locator("#tray-count")).not_to_be_empty()
    listing = browsers.log_in(head, "/cases/requests/")
    expect(listing.locator("#rows .due.is-overdue")).to_have_count(0)

    supervising = browsers.log_in(director, "/cases/cards/")
    expect(supervising.locator("#rows")).to_contain_text("没有符合条件的督办")
    move_time(clock, -timedelta(minutes=1))
    expect(working.locator("#work .due.is-overdue").first).to_contain_text("超期")
    expect(listing.locator("#rows .due.is-overdue").first).to_contain_text("超期")
    sweep()
    assert Card.objects.count() == 1

    expect(supervising.locator("#rows")).to_contain_text("红牌督办")
    answering = listing
    answering.goto("/work/cards/")
    with answering.expect_navigation():
        answering.get_by_role("link", name=case.number).click()
    expect(answering.locator("#cards")).to_contain_text("红牌督办")
    press(answering, "督办回复")
    answering.get_by_label("督办回复").fill("台账已调取，明日上午答复。")
    press(answering, "督办回复")
    expect(answering.locator("#cards")).to_contain_text("已回复（待审核）")

    expect(supervising.locator("#rows")).to_contain_text("已回复（待审核）")
    expect(supervising.locator("#counts")).to_contain_text(bureau.name)
    with supervising.expect_navigation():
        supervising.get_by_role("link", name=case.number).click()
    expect(supervising.locator("#cards")).to_contain_text("台账已调取，明日上午答复。")
    press(supervising, "销牌")
    press(supervising, "销牌")
    expect(supervising.locator("#cards")).to_contain_text("已销牌")

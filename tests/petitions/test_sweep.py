"""The clocks of a petition press whoever has to act: the unit, its head, and of an objection the desk."""

from datetime import timedelta

from django.utils import timezone

from cases.escalation import sweep
from kernel.models import Notification
from petitions import services
from tests.petitions.fixtures import deliver


def told_after(days) -> set:
    Notification.objects.all().delete()
    sweep(timezone.now() + timedelta(days=days))
    return set(Notification.objects.values_list("to__name", flat=True))


def test_the_sixty_days_press_the_handler_and_the_head(accepted, handler, unit_head):
    assert {handler.name, unit_head.name} <= told_after(62)


def test_an_objection_that_nobody_decides_presses_the_desk(signed, handler, officer):
    services.object_to_petition(signed, by=handler, reason="不属于本单位。")
    assert officer.name in told_after(30)


def test_nobody_is_late_by_the_petitioners_own_days(opinion, handler):
    deliver(opinion, by=handler)
    opinion.refresh_from_db()
    assert opinion.due_at.year == 9999


def test_a_review_presses_the_desk(opinion, handler, officer):
    deliver(opinion, by=handler)
    services.ask_review(
        opinion, by=officer, asked_on=timezone.localdate(), grounds="不服。", body="衢江区人民政府"
    )
    assert officer.name in told_after(31)

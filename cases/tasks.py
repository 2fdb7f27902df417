from celery import shared_task

from cases import escalation, reminders
from kernel import recounting


@shared_task(ignore_result=True)
def sweep_clocks():
    """Remind, press and report what the clocks have to tell."""
    escalation.sweep()


@shared_task(ignore_result=True)
def tell_of_deferrals():
    reminders.tell_of_deferrals()


@shared_task(ignore_result=True)
def follow_changes():
    """Open clocks follow a changed calendar or rule."""
    recounting.follow()


@shared_task(ignore_result=True)
def take_back_moved():
    """Cards that were not due after all, because the date moved, are taken back."""
    escalation.take_back_moved()

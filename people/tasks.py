from celery import shared_task
from django.utils import timezone

from kernel import calendar
from people import accounts, services
from people.selectors import next_working_day


@shared_task(ignore_result=True)
def alarm_gaps_of_tomorrow():
    """The evening before, while somebody can still be asked."""
    today = timezone.localdate()
    if calendar.current().guessing.works(today):
        services.alarm_gaps(next_working_day(today))


@shared_task(ignore_result=True)
def alarm_gaps_of_today():
    """Before the doors open."""
    today = timezone.localdate()
    if calendar.current().guessing.works(today):
        services.alarm_gaps(today)


@shared_task(ignore_result=True)
def clear_sessions():
    accounts.clear_sessions()

from celery import shared_task

from intake import services


@shared_task(ignore_result=True)
def lapse_left_overs():
    services.lapse_left_overs()

from celery import shared_task

from governance_center import digest


@shared_task(ignore_result=True)
def tell_heads():
    digest.tell_heads()

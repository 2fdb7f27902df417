from celery import shared_task

from kernel import anchors, clocks


@shared_task(ignore_result=True)
def sweep_clocks():
    clocks.sweep()


@shared_task(ignore_result=True)
def anchor_history():
    anchors.anchor()

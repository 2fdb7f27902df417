from celery import shared_task

from kernel import anchors, attachments, delivery


@shared_task(ignore_result=True)
def anchor_history():
    anchors.anchor()


@shared_task(ignore_result=True)
def drop_unnamed_files():
    attachments.drop_unnamed()


@shared_task(ignore_result=True)
def drain_outbox(channel):
    delivery.drain(channel)

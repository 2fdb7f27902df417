from celery import shared_task

from kernel import anchors, attachments


@shared_task(ignore_result=True)
def anchor_history():
    anchors.anchor()


@shared_task(ignore_result=True)
def drop_unnamed_files():
    attachments.drop_unnamed()

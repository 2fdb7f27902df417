from celery import shared_task

from kernel import anchors, attachments, clocks, recounting


@shared_task(ignore_result=True)
def sweep_clocks():
    clocks.sweep()


@shared_task(ignore_result=True)
def follow_changes():
    """Open clocks follow a changed calendar or rule."""
    recounting.follow()


@shared_task(ignore_result=True)
def anchor_history():
    anchors.anchor()


@shared_task(ignore_result=True)
def drop_unnamed_files():
    attachments.drop_unnamed()

"""Messages as rows: the tray on the page reads them, adapters drain them."""

from django.db import connection
from django.utils import timezone

from kernel import live
from kernel.models import Notification

UNREAD = "SELECT count(*) FROM kernel_notification WHERE to_id = %s AND read_at IS NULL"


def notify(people, subject, text, *, url=""):
    """Put a message in each person's tray. It shows when the transaction that wrote it commits."""
    rows = Notification.objects.bulk_create(
        Notification(to=person, subject=subject, text=text[:200], url=url) for person in people
    )
    live.changed(*{f"tray:{row.to_id}" for row in rows})


def unread_count(person) -> int:
    """How many messages wait in the tray. It stands on every page, so its SQL is written out."""
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, [person.pk])
        return cursor.fetchone()[0]


def mark_read(*, by):
    """All messages in the tray of `by` have been seen."""
    Notification.objects.filter(to=by, read_at=None).update(read_at=timezone.now())
    live.changed(f"tray:{by.pk}")

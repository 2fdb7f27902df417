"""Messages as rows: the tray on the page reads them, adapters drain them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel import live
from kernel.models import Notification

UNREAD = "SELECT count(*) FROM kernel_notification WHERE to_id = %s AND read_at IS NULL"


@dataclass(frozen=True, slots=True)
class Message:
    """A line for the trays of some people, about `subject`."""

    people: Iterable
    subject: Any
    text: str
    url: str = ""


def notify(people, subject, text, *, url=""):
    """Put a message in each person's tray. It shows when the transaction that wrote it commits."""
    notify_all([Message(people, subject, text, url)])


def notify_all(messages: Iterable[Message]) -> None:
    """The same for many messages, in one statement."""
    rows = Notification.objects.bulk_create(
        Notification(to=person, subject=message.subject, text=message.text[:200], url=message.url)
        for message in messages
        for person in message.people
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


def withhold(subjects, *, readers):
    """Take words and links out of the messages about `subjects` (querysets) to those whom `readers` leaves out.

    `readers` says of some people which of them may still see what the messages are about.
    """
    about = Q(pk__in=())
    for rows in subjects:
        kind = ContentType.objects.get_for_model(rows.model)
        about |= Q(subject_type=kind, subject_id__in=rows.values("pk"))
    sent = Notification.objects.filter(about).select_related("to")
    told = {row.to for row in sent}
    others = told - set(readers(told))
    sent.filter(to__in=others).update(text=_("按规定限制查看"), url="")
    live.changed(*{f"tray:{person.pk}" for person in others})

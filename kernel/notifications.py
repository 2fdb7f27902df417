"""Messages as rows: the tray on the page reads them; `kernel.delivery` takes them outside the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel import delivery, live
from kernel.models import MessageKind, Notification

UNREAD = "SELECT count(*) FROM kernel_notification WHERE to_id = %s AND read_at IS NULL"
KEYS = "SELECT nextval(pg_get_serial_sequence('kernel_notification', 'id')) FROM generate_series(1, %s)"


@dataclass(frozen=True, slots=True)
class Message:
    """A line for the trays of some people, about `subject`.

    Of one `reason` each of them is told once. What is `urgent` goes out by every way there is, at any hour.
    """

    people: Iterable
    subject: Any
    text: str
    url: str = ""
    kind: str = MessageKind.NEWS
    reason: str = ""
    urgent: bool = False


def notify(people, subject, text, *, url="", kind=MessageKind.NEWS, reason="", urgent=False):
    """Put a message in each person's tray, and into the outbox. It shows when the transaction that wrote it commits."""
    notify_all([Message(people, subject, text, url, kind, reason, urgent)])


def notify_all(messages: Iterable[Message]) -> None:
    """The same for many messages, in a few statements."""
    now, told = timezone.now(), []
    for urgent, some in groupby(sorted(messages, key=attrgetter("urgent")), attrgetter("urgent")):
        rows = keep([row for message in some for row in rows_of(message, now)])
        delivery.queue(rows, urgent=urgent)
        told += rows
    live.changed(*{f"tray:{row.to_id}" for row in told})


def rows_of(message: Message, now) -> list[Notification]:
    of = {"kind": message.kind, "reason": message.reason, "url": message.url, "created_at": now}
    text = message.text[:200]
    return [Notification(to=to, subject=message.subject, text=text, **of) for to in message.people]


def keep(rows: list[Notification]) -> list[Notification]:
    """Write messages, and return those that were not there yet for their reason."""
    once = [row for row in rows if row.reason]
    others = Notification.objects.bulk_create(row for row in rows if not row.reason)
    if not once:
        return others
    with connection.cursor() as cursor:
        cursor.execute(KEYS, [len(once)])
        for row, (key,) in zip(once, cursor.fetchall(), strict=True):
            row.pk = key
    Notification.objects.bulk_create(once, ignore_conflicts=True)
    written = set(Notification.objects.filter(pk__in=[row.pk for row in once]).values_list("pk", flat=True))
    return others + [row for row in once if row.pk in written]


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
    delivery.withhold(sent.filter(to__in=others))
    live.changed(*{f"tray:{person.pk}" for person in others})

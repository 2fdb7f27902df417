"""Messages as rows: the tray on the page reads them; `kernel.delivery` takes them outside the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel import delivery, live
from kernel.models import MessageKind, Notification

UNREAD = """
SELECT count(*), count(*) FILTER (WHERE kind = %s) FROM kernel_notification WHERE to_id = %s AND read_at IS NULL
"""
KEEP = """
INSERT INTO kernel_notification (to_id, subject_type_id, subject_id, text, url, kind, reason, created_at)
SELECT person.id, message.type, message.subject, message.text, message.url, message.kind, message.reason, %s
FROM unnest(%s::bigint[], %s::int[]) AS person (id, n)
JOIN unnest(%s::int[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
    WITH ORDINALITY AS message (type, subject, text, url, kind, reason, n) USING (n)
ON CONFLICT (to_id, reason) WHERE reason <> '' DO NOTHING
RETURNING id, to_id, kind
"""


class Kept(NamedTuple):
    """A message that was written: its key, its reader and its kind."""

    pk: int
    to_id: int
    kind: str


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
    """The same for many messages, in a few statements: a sweep tells some ten thousand people at once."""
    told: set[int] = set()
    for urgent, some in groupby(sorted(messages, key=attrgetter("urgent")), attrgetter("urgent")):
        kept = keep(list(some))
        delivery.queue(kept, urgent=urgent)
        told |= {row.to_id for row in kept}
    live.changed(*{f"tray:{person}" for person in told})


def keep(messages: list[Message]) -> list[Kept]:
    """Write messages, and say which were not there yet for their reason."""
    people = [(person.pk, n) for n, message in enumerate(messages, 1) for person in message.people]
    if not people:
        return []
    rows = [
        (
            ContentType.objects.get_for_model(message.subject).pk,
            message.subject.pk,
            message.text[:200],
            message.url,
            message.kind,
            message.reason,
        )
        for message in messages
    ]
    columns = [list(column) for column in (*zip(*people, strict=True), *zip(*rows, strict=True))]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [timezone.now(), *columns])
        return [Kept(*row) for row in cursor.fetchall()]


class Waiting(NamedTuple):
    """What waits in a tray: how many messages, and the calls for help among them, which stand on the page itself."""

    unread: int
    calls: list[Notification]


def waiting_for(person) -> Waiting:
    """It stands on every page, so its SQL is written out; the calls are read only where there are any."""
    with connection.cursor() as cursor:
        cursor.execute(UNREAD, [MessageKind.HELP, person.pk])
        unread, calls = cursor.fetchone()
    mine = Notification.objects.filter(to=person, kind=MessageKind.HELP, read_at=None).order_by("-created_at")
    return Waiting(unread, list(mine) if calls else [])


def mark_read(*, by):
    """All messages in the tray of `by` have been seen."""
    Notification.objects.filter(to=by, read_at=None).update(read_at=timezone.now())
    live.changed(f"tray:{by.pk}")


def mark_one_read(notification, *, by):
    """`by` has seen this message."""
    Notification.objects.filter(pk=notification.pk, to=by, read_at=None).update(read_at=timezone.now())
    live.changed(f"tray:{by.pk}")


def settle(subject):
    """What the messages about `subject` asked for is done: nobody is pressed any more."""
    about = ContentType.objects.get_for_model(subject)
    unread = Notification.objects.filter(subject_type=about, subject_id=subject.pk, read_at=None)
    told = list(unread.values_list("to", flat=True))
    unread.update(read_at=timezone.now())
    live.changed(*{f"tray:{person}" for person in told})


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

"""Messages outside the page: the outbox, drained by workers. Adapters carry them (`kernel.adapters`).

One message a reason and person: a row is claimed in a transaction of its own, sent outside any, and then marked. Who
dies in between leaves a claim that another worker takes up after LEASE, with the same key, by which a gateway drops a
double. A gateway without such keys (the robots of chat groups) may then show a message twice; it is never lost.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from random import uniform
from time import monotonic
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from kernel import bulk
from kernel.adapters import Failed
from kernel.models import Delivery, DeliveryState, MessageKind, Notification, Reach

if TYPE_CHECKING:
    from kernel.notifications import Kept

LEASE = timedelta(minutes=5)
TRIES = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
AT_WORK = 40
"""Seconds after which a drain leaves the rest to the next one, so that a slow gateway does not hold a worker."""

log = structlog.get_logger(__name__)


def queue(rows: Sequence["Kept"], *, urgent: bool = False) -> None:
    """Lay messages out for the ways that their people want, in the transaction that wrote them."""
    reaches = {reach.user_id: reach for reach in Reach.objects.filter(user__in={row.to_id for row in rows})}
    ways = cache(lambda to, kind: reaches[to].channels(kind, urgent=urgent) if to in reaches else [])
    now = timezone.now()
    bulk.add(
        [
            Delivery(notification_id=row.pk, channel=channel, urgent=urgent, created_at=now, next_try_at=now)
            for row in rows
            for channel in ways(row.to_id, row.kind)
        ]
    )


def withhold(notifications) -> None:
    """What these messages (a queryset) are about is no longer theirs to know: what waits is not sent."""
    rows = Delivery.objects.filter(notification__in=notifications, next_try_at__isnull=False)
    rows.update(state=DeliveryState.WITHHELD, next_try_at=None)


def words(notification: Notification) -> str:
    """What leaves the centre: number, step and the telephone to ring. Made from nothing that somebody typed."""
    number = getattr(notification.subject, "number_outside", None)
    step = str(MessageKind(notification.kind).label)
    if number is None:
        what = _("您有一件事项需要处理")
    else:
        what = _("编号 %(number)s：%(step)s") % {"number": number, "step": step} if number else step
    return _("【%(centre)s】%(what)s。请登录系统查看，咨询 %(phone)s。") % {
        "centre": settings.CENTRE_NAME,
        "what": what,
        "phone": settings.CENTRE_PHONE,
    }


# --- Draining ---------------------------------------------------------------------------------------------------------


def drain(channel: str) -> int:
    """Send what is due on one way, urgent first; return how many went out. What fails waits and blocks nothing."""
    until, sent = monotonic() + AT_WORK, 0
    while monotonic() < until and (row := claim(channel)):
        sent += send(row)
    return sent


def claim(channel: str) -> Delivery | None:
    """The next row to send, this worker's for LEASE. Those whose people sleep are put off on the way."""
    while True:
        with transaction.atomic():
            now = timezone.now()
            due = Delivery.objects.filter(channel=channel, next_try_at__lte=now).order_by(
                "-urgent", "next_try_at"
            )
            rows = due.select_related("notification__to__reach")
            row = rows.select_for_update(of=("self",), skip_locked=True).first()
            if row is None:
                return None
            if awake_at := end_of_quiet(row, now):
                row.next_try_at = awake_at
            else:
                row.state, row.next_try_at, row.tries = DeliveryState.SENDING, now + LEASE, row.tries + 1
            row.save(update_fields=["state", "next_try_at", "tries"])
        if not awake_at:
            return row


def end_of_quiet(row: Delivery, now: datetime) -> datetime | None:
    reach = getattr(row.notification.to, "reach", None)
    return reach.end_of_quiet(now) if reach and not row.urgent else None


def send(row: Delivery) -> bool:
    """Hand it to the adapter, and note what came of it. Nothing that goes wrong with one stops the others."""
    mine = Delivery.objects.filter(pk=row.pk, state=DeliveryState.SENDING)
    try:
        address = address_of(row)
        if not address:
            mine.update(state=DeliveryState.WITHHELD, next_try_at=None)
            return False
        carry = import_string(settings.ADAPTERS[row.channel])
        carry(row.channel, address, words(row.notification), str(row.key))
    except Failed as failure:
        fail(row, str(failure))
        return False
    except Exception as error:  # of an adapter, or a column that does not open
        log.exception("delivery_broke", delivery=row.pk)
        fail(row, type(error).__name__)
        return False
    sent = {"state": DeliveryState.SENT, "sent_at": timezone.now(), "next_try_at": None, "last_error": ""}
    Delivery.objects.filter(pk=row.pk).update(**sent)
    return True


def address_of(row: Delivery) -> str:
    to = row.notification.to
    reach = getattr(to, "reach", None)
    return reach.address(row.channel).plain if reach and to.is_active else ""


def fail(row: Delivery, why: str) -> None:
    """Wait longer each time, then give up; unless another worker has taken the row over meanwhile."""
    mine = Delivery.objects.filter(pk=row.pk, state=DeliveryState.SENDING, tries=row.tries)
    if row.tries >= TRIES:
        mine.update(state=DeliveryState.GIVEN_UP, next_try_at=None, last_error=why[:200])
    else:
        at = timezone.now() + wait_after(row.tries)
        mine.update(state=DeliveryState.FAILED, next_try_at=at, last_error=why[:200])


def wait_after(tries: int) -> timedelta:
    """30 s, 1 min, 2 min … to an hour, give or take a fifth, so that a gateway that comes back is not overrun."""
    return min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT) * uniform(0.8, 1.2)


def send_again(row: Delivery) -> bool:
    """Begin anew with a row that was given up. Its key stays. Says whether it was one."""
    given_up = Delivery.objects.filter(pk=row.pk, state=DeliveryState.GIVEN_UP)
    return bool(given_up.update(state=DeliveryState.WAITING, tries=0, next_try_at=timezone.now()))

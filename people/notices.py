"""Services of messages outside the page: where they reach somebody, which of them, and those that were given up."""

from django.db import transaction
from django.utils.translation import gettext as _

from kernel import delivery, history
from kernel.models import Outside, Reach
from kernel.moves import MoveRefused
from people.accounts import require_right


@transaction.atomic
def set_reach(user, *, by, phone: str, chat: str) -> None:
    """Note the telephone and the chat account of a colleague; empty takes them away. The history names neither."""
    require_right(by, "set_reach")
    history.record(user, "set_reach", by=by)
    reach = reach_of(user)
    reach.phone, reach.chat = phone, chat
    reach.save()


@transaction.atomic
def choose_notices(*, by, sms: list[str], chat: list[str], quiet_from, quiet_until) -> None:
    """What somebody wants to hear outside the page, and between which hours not."""
    history.record(by, "choose_notices", by=by)
    reach = reach_of(by)
    reach.wanted = [
        f"{way}:{kind}" for way, kinds in ((Outside.SMS, sms), (Outside.CHAT, chat)) for kind in kinds
    ]
    reach.quiet_from, reach.quiet_until = quiet_from, quiet_until
    reach.save()


def reach_of(user) -> Reach:
    """Theirs, or a new one; after an entry in their history, whose lock lets one at a time through."""
    return Reach.objects.filter(user=user).first() or Reach(user=user)


@transaction.atomic
def send_again(row, *, by) -> None:
    """Begin anew with a message that was given up."""
    require_right(by, "send_again")
    history.record(by, "send_again", by=by, details={"delivery": row.pk})
    if not delivery.send_again(row):
        raise MoveRefused(_("这条消息没有停止发送，不用再发。"))

"""今日提要: what waits in their units, told to heads each working morning; a missing year to who keeps the calendar."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from governance_center import work
from kernel import calendar
from kernel.models import MessageKind
from kernel.notifications import Message, notify_all
from people.models import User
from people.roles import HEADS

TOLD = ("overdue", "due-today", "waiting", "cards", "deferrals")


def tell_heads() -> None:
    """One message a head and day; none to whom nothing waits for, and none on a day off."""
    today = timezone.localdate()
    if not calendar.current().guessing.works(today):
        return
    heads = User.objects.bearing(*HEADS, *work.KEEPS_CALENDAR).prefetch_related("posts__unit")
    told = [(head, words(head)) for head in heads]
    notify_all(
        Message(
            [head],
            head,
            _("今日提要：%(counts)s") % {"counts": counts},
            reverse("deadlines"),
            MessageKind.DIGEST,
            f"digest:{today}",
        )
        for head, counts in told
        if counts
    )


def words(head) -> str:
    """已超期 3 件，待接办 5 件: the piles that are not empty, as the first page of this head counts them.

    Whoever keeps the calendar is told of a year that is missing.
    """
    piles = [work.PILES[slug] for slug in TOLD if head.roles & HEADS]
    counted = [(pile, pile.count(head)) for pile in piles if pile.concerns(head)]
    waiting = [
        _("%(pile)s %(count)s 件") % {"pile": pile.label, "count": count}
        for pile, count in counted
        if count != "0"
    ]
    if year := work.missing_year(head):
        waiting.append(_("%(year)s年工作日历未录入") % {"year": year})
    return "，".join(waiting)

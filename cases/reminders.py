"""What nobody may forget, told on the morning of each working day: pauses that should be over, requests that lapse."""

from collections.abc import Iterable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Deferral
from cases.services import approvers_of
from cases.states import DESKS
from kernel import calendar
from kernel.calendar import DAY, midnight
from kernel.models import MessageKind
from kernel.notifications import Message, notify_all
from people.models import User


def tell_of_deferrals() -> None:
    """One message a morning: a task that comes twice tells nothing twice."""
    today = timezone.localdate()
    deferrals = Deferral.objects.select_related("case", "clock__rule", "unit", "asked_by")
    if calendar.current().guessing.works(today):
        notify_all(of_pauses(deferrals.paused().filter(resume_by__lte=timezone.now())))
    notify_all(of_lapsing(deferrals.lapsing(midnight(today + 2 * DAY))))


def of_pauses(deferrals: Iterable[Deferral]) -> Iterator[Message]:
    """The unit that asked is reminded until it resumes: while a clock stands still, no ladder climbs."""
    text = _("%(number)s：“%(clock)s”预计暂停到%(day)s，请恢复计算")
    for one in deferrals:
        words = {"number": one.case.number, "clock": one.clock.rule.name, "day": one.until}
        people = one.readers(User.objects.in_unit(one.unit, *DESKS))
        reason = f"resume:{one.pk}:{timezone.localdate()}"
        yield Message(people, one.case, text % words, one.url, MessageKind.DUE_SOON, reason)


def of_lapsing(deferrals: Iterable[Deferral]) -> Iterator[Message]:
    """Whoever asked and whoever decides are told the day before the clock runs out; after that it cannot be granted."""
    text = _("%(deferral)s还没有审批，%(day)s到期后失效")
    for one in deferrals:
        people = one.readers([one.asked_by, *approvers_of(one)])
        words = {"deferral": one, "day": one.clock.last_day}
        reason = f"lapse:{one.pk}:{one.clock.last_day}"
        yield Message(people, one.case, text % words, one.url, MessageKind.DECISION, reason)

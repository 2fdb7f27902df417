"""The figures of a day. One function a measure: the rows it counts, its formula in words, and where that comes from.

A number and the list it opens are the same queryset, seen with the same eyes.
"""

from datetime import date

from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Rating, Round
from cases.states import OBSERVED, SETTLING, Answer, Outcome, State
from intake.models import Ticket
from kernel.figures import Measure, within

# --- The hall ----------------------------------------------------------------------------------------------------


def tickets(user, day) -> QuerySet[Ticket]:
    """接待批次: visits of the day whose number was printed or shown. A number that was cancelled is no visit."""
    return Ticket.objects.visible_to(user).on(day).visits()


def waiting(user, day):
    return tickets(user, day).waiting()


def received(user, day):
    return tickets(user, day).being_received()


def served(user, day):
    return tickets(user, day).served()


def people(user, day) -> int:
    """接待人次: the heads of all visits of the day; a group of 37 is one visit and 37 people."""
    return tickets(user, day).aggregate(heads=Sum("head_count"))["heads"] or 0


# --- Matters -----------------------------------------------------------------------------------------------------


def opened(user, day) -> QuerySet[Case]:
    return Case.objects.visible_to(user).filter(**within("opened_at", day))


def resolved(user, day) -> QuerySet[Round]:
    return Round.objects.visible_to(user).filter(**within("resolved_at", day))


def disputes(user, day):
    """Rounds whose work ended on the day, without advice and guidance, which are no disputes."""
    return resolved(user, day).exclude(outcome__in=[Outcome.ANSWERED, Outcome.GUIDED, Outcome.WITHDRAWN])


def settled(user, day):
    return resolved(user, day).filter(outcome__in=SETTLING)


def closed(user, day) -> QuerySet[Round]:
    return Round.objects.visible_to(user).filter(**within("closed_at", day))


def rated(user, day):
    """Rounds closed on the day that the citizen has rated since: an answer belongs to the closing it answers."""
    return closed(user, day).filter(ratings__of=Rating.Of.CENTRE)


def satisfied(user, day):
    return closed(user, day).filter(
        ratings__of=Rating.Of.CENTRE, ratings__answer__in=[Answer.SATISFIED, Answer.FAIRLY]
    )


def first_time_closed(user, day):
    return closed(user, day).filter(number=1, outcome__in=SETTLING)


def first_time_settled(user, day):
    """Of those, the ones without a later round: provisional until nobody can come back within 90 days."""
    return first_time_closed(user, day).exclude(case__rounds__number__gt=1)


def open_rounds(user, day):
    return Round.objects.visible_to(user).exclude(state=State.CLOSED)


def overdue(user, day):
    return open_rounds(user, day).filter(due_at__lte=timezone.now())


def ripe_on(day: date) -> date:
    """The day on which the first-time rate of `day` is final."""
    return day + OBSERVED


MEASURES = {
    measure.slug: measure
    for measure in (
        Measure("visits", _("接待批次"), _("当日已取号（打印或出示）的来访，一个号一批。"), tickets),
        Measure("waiting", _("正在等候"), _("已取号、尚未叫到的来访。"), waiting),
        Measure("received", _("正在接待"), _("已叫号、正在接待或暂挂的来访。"), received),
        Measure("served", _("接待完毕"), _("当日接待结束的来访。"), served),
        Measure("opened", _("登记事项"), _("当日登记的事项，按件计。"), opened),
        Measure("resolved", _("办理完毕"), _("当日办理完毕（待回访）的事项。"), resolved),
        Measure("closed", _("办结"), _("当日回访后办结的事项。"), closed),
        Measure("overdue", _("超期未办结"), _("现在已过到期日、尚未办结的事项。"), overdue),
        Measure("open", _("在办"), _("现在尚未办结的事项。"), open_rounds),
        Measure(
            "settled",
            _("化解率"),
            _("化解数 ÷ 当日办理完毕的纠纷数；咨询答复和告知其他途径不计入。"),
            settled,
            disputes,
        ),
        Measure(
            "satisfied",
            _("满意率"),
            _("（满意＋基本满意）÷ 参评数；按当日办结的事项计，未评价不算满意。"),
            satisfied,
            rated,
        ),
        Measure("rated", _("参评率"), _("已评价 ÷ 当日办结数。"), rated, closed),
        Measure(
            "first-time",
            _("一次性化解率"),
            _("首次办理即化解、其后 90 日内未再来的 ÷ 首次办理即化解并办结的；90 日内为暂计。"),
            first_time_settled,
            first_time_closed,
        ),
    )
}

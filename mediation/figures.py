"""What mediators' work comes to. One function a measure: the rows it counts, its formula, and where that comes from
(domain.md 8).

Each takes the `mediations` it counts among, already narrowed (`visible_to` somebody, `of` a mediator, of a unit, of a
kind), and the days. So whoever needs another dimension narrows otherwise and asks the same function; a number and the
list it opens are the same queryset.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Avg, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Rating, Round
from cases.states import OBSERVED, SETTLING, Answer, Route
from kernel.calendar import DAY
from kernel.figures import Measure, Median, within
from kernel.models import Clock
from mediation.models import Agreement, Mediation
from mediation.states import UNTRIED, AgreementState, ArchiveState, State


class Span(NamedTuple):
    """Days, both ends counted: a month or a year."""

    first: date
    last: date

    @property
    def slug(self) -> str:
        """2026-09, 2026."""
        return f"{self.first:%Y-%m}" if self.first.month == self.last.month else f"{self.first:%Y}"

    @property
    def next(self) -> date:
        """The first day after it."""
        return self.last + DAY

    @property
    def ripe_on(self) -> date:
        """The day on which the first-time rate of these days is final."""
        return self.last + OBSERVED

    @property
    def is_provisional(self) -> bool:
        return self.ripe_on > timezone.localdate()

    @property
    def label(self) -> str:
        if self.first.month == self.last.month:
            return _("%(year)d年%(month)d月") % {"year": self.first.year, "month": self.first.month}
        return _("%(year)d年") % {"year": self.first.year}


def month_of(day: date) -> Span:
    first = day.replace(day=1)
    return Span(first, (first + 32 * DAY).replace(day=1) - DAY)


def year_of(day: date) -> Span:
    return Span(day.replace(month=1, day=1), day.replace(month=12, day=31))


def span_of(slug: str) -> Span | None:
    """The month or year that an address names; None for anything else."""
    try:
        if len(slug) == len("2026") and (day := parse_date(f"{slug}-01-01")):
            return year_of(day)
        if len(slug) == len("2026-09") and (day := parse_date(f"{slug}-01")):
            return month_of(day)
    except (ValueError, OverflowError):
        pass
    return None


# --- Taken and ended --------------------------------------------------------------------------------------------------


def taken(mediations, span) -> QuerySet[Mediation]:
    """受理件数: accepted in these days, whatever became of them."""
    return mediations.filter(**within("opened_at", *span))


def ended(mediations, span):
    """调解结束: agreed or given up in these days. Where nobody was willing, or nothing might be mediated, nothing was
    tried: that is no failed mediation (practice.md, Mediation 9)."""
    return mediations.filter(**within("ended_at", *span)).exclude(ground__in=sorted(UNTRIED))


def agreed(mediations, span):
    """达成协议: ended with an agreement in force, written or oral."""
    return mediations.filter(**within("ended_at", *span), state=State.AGREED)


# --- In time ----------------------------------------------------------------------------------------------------------


def of_its_clock() -> QuerySet[Clock]:
    """The clocks of the time to mediate that ran while the mediation was open; others of the round are not asked."""
    return Clock.objects.filter(
        subject_type=ContentType.objects.get_for_model(Round),
        subject_id=OuterRef("round_id"),
        code__startswith="mediation.mediate",
        started_at__lte=OuterRef("ended_at"),
        stopped_at__gte=OuterRef("opened_at"),
    )


def with_term(mediations, span):
    """Ended mediations that a period was set for."""
    return ended(mediations, span).filter(Exists(of_its_clock()))


def on_time(mediations, span):
    """按期结束: before the period ran out, with what both parties extended and without what did not count (domain.md 8
    按期办结率)."""
    late = of_its_clock().filter(due_at__lte=F("stopped_at"))
    return with_term(mediations, span).exclude(Exists(late))


# --- What the citizens say --------------------------------------------------------------------------------------------


def closed(mediations, span):
    """应评: rounds closed in these days at the mediators' desk, each counted for the last mediation of it."""
    later = Mediation.objects.filter(round=OuterRef("round_id"), pk__gt=OuterRef("pk"))
    rounds = within("round__closed_at", *span)
    return mediations.filter(**rounds, round__route=Route.MEDIATION).exclude(Exists(later))


def answered(*answers) -> Exists:
    said = Q(answer__in=answers) if answers else Q()
    return Exists(Rating.objects.filter(said, round=OuterRef("round_id"), of=Rating.Of.CENTRE))


def rated(mediations, span):
    """参评: of those, the rounds that a citizen has answered for since. An answer belongs to the closing it answers."""
    return closed(mediations, span).filter(answered())


def satisfied(mediations, span):
    """满意 and 基本满意; who did not answer is in neither of the two numbers."""
    return closed(mediations, span).filter(answered(Answer.SATISFIED, Answer.FAIRLY))


# --- Settled the first time -------------------------------------------------------------------------------------------


def first_closed(mediations, span):
    """首次办理即化解并办结的: first rounds that ended with a settlement."""
    return closed(mediations, span).filter(round__number=1, round__outcome__in=sorted(SETTLING))


def first_time(mediations, span):
    """一次性化解: of those, the matters that did not come back within 90 days of closing (domain.md 8)."""
    came_back = Round.objects.filter(
        case=OuterRef("case_id"), number__gt=1, opened_at__lt=OuterRef("round__closed_at") + OBSERVED
    )
    return first_closed(mediations, span).exclude(Exists(came_back))


# --- Put away ---------------------------------------------------------------------------------------------------------


def archived(mediations, span):
    """立卷: files put away in these days, whatever the check found."""
    return mediations.filter(**within("archived__archived_at", *span))


def passed(mediations, span):
    """评查合格: files in which a second person found all in order in these days; only they count for 以案定补."""
    return mediations.filter(**within("archived__checked_at", *span), archived__state=ArchiveState.PASSED)


# --- Days -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Days:
    """办结天数 of ended mediations; None where nothing ended."""

    mean: timedelta | None
    median: timedelta | None

    @property
    def mean_text(self) -> str:
        return in_days(self.mean)

    @property
    def median_text(self) -> str:
        return in_days(self.median)


def in_days(length: timedelta | None) -> str:
    """21, or 20.5; a dash where there is none."""
    return "—" if length is None else f"{length / DAY:.1f}".removesuffix(".0")


def with_days(mediations):
    """Each with `days`: whole local days from acceptance until the agreement took effect, or until it was given up
    (domain.md 8: 办结−受理). The day of acceptance is not counted."""
    in_force = Agreement.objects.filter(mediation=OuterRef("pk"), state=AgreementState.IN_FORCE)
    finished = Coalesce(Subquery(in_force.values("in_force_on")[:1]), TruncDate("ended_at"))
    days = ExpressionWrapper(finished - TruncDate("opened_at"), output_field=DurationField())
    return mediations.annotate(days=days)


def days(mediations, span) -> Days:
    """办结天数: mean and median of (finished − accepted) over what ended in these days."""
    return Days(**with_days(ended(mediations, span)).aggregate(mean=Avg("days"), median=Median("days")))


MEASURES = {
    measure.slug: measure
    for measure in (
        Measure(
            "taken",
            gettext_lazy("受理件数"),
            gettext_lazy("期内接办（受理）的调解，按件计。"),
            taken,
            moment="opened_at",
        ),
        Measure(
            "ended",
            gettext_lazy("结束件数"),
            gettext_lazy(
                "期内达成协议或者终止的调解；当事人明确拒绝、不属于调解范围而没有进行调解的，不计入。"
            ),
            ended,
            moment="ended_at",
        ),
        Measure(
            "agreed",
            gettext_lazy("达成协议"),
            gettext_lazy("期内协议生效的调解，书面和口头合计。"),
            agreed,
            moment="ended_at",
        ),
        Measure(
            "success",
            gettext_lazy("调解成功率"),
            gettext_lazy("达成协议 ÷ 结束件数。"),
            agreed,
            ended,
            moment="ended_at",
        ),
        Measure(
            "on-time",
            gettext_lazy("按期办结率"),
            gettext_lazy("调解期限届满前结束 ÷ 期内结束且计算期限的；双方同意延长的期限算在内。"),
            on_time,
            with_term,
            moment="ended_at",
        ),
        Measure(
            "satisfied",
            gettext_lazy("满意率"),
            gettext_lazy("（满意＋基本满意）÷ 参评数；未评价不算满意。"),
            satisfied,
            rated,
            moment="round__closed_at",
        ),
        Measure(
            "rated",
            gettext_lazy("参评率"),
            gettext_lazy("已评价 ÷ 期内回访办结的（在调解环节办结）。"),
            rated,
            closed,
            moment="round__closed_at",
        ),
        Measure(
            "first-time",
            gettext_lazy("一次性化解率"),
            gettext_lazy("办结后 90 日内没有再来的 ÷ 首次办理即化解并办结的；满 90 日前为暂计。"),
            first_time,
            first_closed,
            moment="round__closed_at",
        ),
        Measure(
            "archived",
            gettext_lazy("立卷归档"),
            gettext_lazy("期内立卷归档的调解。"),
            archived,
            moment="archived__archived_at",
        ),
        Measure(
            "passed",
            gettext_lazy("评查合格"),
            gettext_lazy("期内由另一人评查合格的卷宗，只有这些计入以案定补。"),
            passed,
            moment="archived__checked_at",
        ),
    )
}

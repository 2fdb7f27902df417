"""A mediator as their own page shows them, and those whom somebody answers for."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum
from django.utils import timezone

from kernel.calendar import DAY, midnight
from kernel.figures import Value, within
from mediation import figures
from mediation.figures import MEASURES, Days, Span, month_of, year_of
from mediation.models import AllowanceLine, Mediation, SessionPlan, Standing
from mediation.states import MEDIATORS
from mediation.steps import AFTERWARDS, Step, after_the_end, before_the_end
from people.models import Post, Unit, User
from people.roles import HEADS, Role


def answers_for(user, mediator) -> bool:
    """Whether they grade this mediator, and so see what the work comes to."""
    return Standing.MOVES.named("grade_mediator").allows(Standing(mediator=mediator), user)


def mediators_under(user):
    """The mediators of the units that somebody heads; for the head of the centre, of all."""
    units = Unit.objects.filter(pk__in=Post.objects.filter(user=user, role__in=HEADS).values("unit"))
    posts = Post.objects.filter(role__in=MEDIATORS)
    if not any(unit.kind == Unit.Kind.CENTRE for unit in units):
        posts = posts.filter(unit__in=units)
    people = User.objects.filter(pk__in=posts.values("user"), is_active=True).exclude(pk=user.pk)
    return people.select_related("standing__grade").order_by("pk")


def committees_of(user):
    """The committees for which somebody draws up the sheet of allowances."""
    committees = Unit.objects.filter(kind=Unit.Kind.COMMITTEE)
    if Role.DIRECTOR in user.roles and any(unit.kind == Unit.Kind.CENTRE for unit in user.units):
        return committees
    return committees.filter(pk__in=Post.objects.filter(user=user, role=Role.STAMP_KEEPER).values("unit"))


def work_of(mediator, reader):
    """What `reader` sees of it."""
    return Mediation.objects.visible_to(reader).of(mediator)


@dataclass(frozen=True, slots=True)
class Line:
    """One measure over the month and the year."""

    month: Value
    year: Value


@dataclass(frozen=True, slots=True)
class Table:
    month: Span
    year: Span
    lines: list[Line]
    days_of_month: Days
    days_of_year: Days


def table_of(mediator, reader, day: date) -> Table:
    """The figures of the month and of the year in which `day` lies."""
    month, year, work = month_of(day), year_of(day), work_of(mediator, reader)
    known: dict = {}
    lines = [line_of(measure, work, month, year, known) for measure in MEASURES.values()]
    return Table(month, year, lines, figures.days(work, month), figures.days(work, year))


def line_of(measure, work, month, year, known: dict) -> Line:
    """Month and year by one statement; what several measures count is counted once."""

    def counts(rows) -> dict[str, int]:
        if rows not in known:
            in_month = Count("pk", filter=Q(**within(measure.moment, *month)))
            known[rows] = rows(work, year).aggregate(month=in_month, year=Count("pk"))
        return known[rows]

    count, of = counts(measure.rows), counts(measure.base) if measure.base else {}
    return Line(*(Value(measure, count[span], of.get(span)) for span in ("month", "year")))


def steps_of(mediator, reader) -> list[tuple[Step, int]]:
    """How many wait for each next step, without those for which none does."""
    work = work_of(mediator, reader)
    counts = {}
    for part in (before_the_end(work), after_the_end(work)):
        found = part.order_by().values_list("step").annotate(Count("pk"))
        counts |= {step: count for step, count in found if step}
    return [(step, counts.get(step, 0)) for step in Step if step in counts or step not in AFTERWARDS]


def sessions_today(mediator, reader):
    """The sessions of today, and before them those that began and that nobody has recorded."""
    plans = SessionPlan.objects.visible_to(reader).planned().filter(mediation__mediator=mediator)
    return plans.filter(begins_at__lt=midnight(timezone.localdate() + DAY)).for_lists()


def paid_in(mediator, year: Span) -> list[dict]:
    """以案定补 by month of the sheet: what was approved."""
    lines = AllowanceLine.objects.visible_to(mediator).filter(sheet__month__range=year)
    return list(
        lines.order_by()
        .values("sheet__month")
        .annotate(count=Count("pk"), total=Sum("amount"))
        .order_by("-sheet__month")
    )

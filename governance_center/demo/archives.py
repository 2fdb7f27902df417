"""Files that were put away and checked, and last month's 以案定补, lived through the services at the end of a load.

The amounts are invented, as all of a demo is: a real centre sets its own.
"""

from datetime import timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef
from django.utils import timezone

from cases.states import State as RoundState
from governance_center.demo.scripted import clock_at
from kernel.models import HistoryEntry
from mediation import services
from mediation.figures import month_of
from mediation.mediators import mediators_under
from mediation.models import AllowanceBook, AllowanceSheet, Archive, FilingTerm, Grade, Mediation
from mediation.states import UNTRIED, ArchiveState
from people.models import Unit, User
from people.roles import Role

LAST_MONTH, THIS_MONTH = 24, 12
AMOUNTS = {"简单": "100", "一般": "200", "疑难": "500", "重大": "1000"}
PAGES = 9
FOUND = "缺送达回证，请补登各方收到协议的日期。"


def live() -> None:
    director = User.objects.get(username="director")
    set_amounts(director)
    grade_all(director)
    ends = month_of(timezone.localdate()).first - timedelta(days=1)
    put_away(director, ends, "16:00", LAST_MONTH)
    draw_up(director, ends)
    put_away(director, timezone.localdate(), f"{timezone.localtime():%H:%M}", THIS_MONTH, check=3)


def set_amounts(director) -> None:
    book = AllowanceBook.objects.get()
    for term in FilingTerm.objects.filter(kind=FilingTerm.Kind.DIFFICULTY, name__in=AMOUNTS):
        amount = Decimal(AMOUNTS[term.name])
        given = {"difficulty": term, "kind": "", "amount": amount, "version": book.version}
        services.set_allowance(book, by=director, reason="演示标准", **given)


def grade_all(director) -> None:
    grades = list(Grade.objects.all())
    for n, mediator in enumerate(mediators_under(director)):
        grade = grades[n % len(grades)]
        services.grade_mediator(mediator, by=director, grade=grade, is_paid=n % 7 != 6, basis="演示评定")


def put_away(director, day, at: str, count: int, check: int | None = None) -> None:
    """The newest that were closed by then; all but every eighth of the first `check` are found in order."""
    terms = {kind: list(FilingTerm.objects.filter(kind=kind)) for kind in FilingTerm.Kind}
    with clock_at(day, at) as moment:
        for n, mediation in enumerate(closed_before(moment)[:count]):
            row = services.archive(
                mediation,
                by=mediation.mediator,
                difficulty=terms[FilingTerm.Kind.DIFFICULTY][n % 5 % 4],
                retention=terms[FilingTerm.Kind.RETENTION][n % 3],
                pages=PAGES + n % 7,
            )
            if check is None or n < check:
                checked(row, director, n)


def closed_before(moment):
    """Ordinary ones of which nothing was noted since."""
    later = HistoryEntry.objects.filter(dossier=OuterRef("dossier"), at__gt=moment)
    rows = Mediation.objects.filter(
        round__state=RoundState.CLOSED,
        round__followed_up__isnull=False,
        round__closed_at__lte=moment,
        restriction="",
        archived=None,
    )
    rows = rows.exclude(ground__in=sorted(UNTRIED)).exclude(Exists(later))
    return rows.select_related("mediator", "round", "case").order_by("-pk")


def checked(row: Archive, director, n: int) -> None:
    if n % 8 == 7:
        services.fail_check(row, by=director, finding=FOUND)
    else:
        services.pass_check(row, by=director, finding="材料齐全")


def draw_up(director, ends) -> None:
    """By the keeper of each committee's stamp, approved by the director."""
    payable = Archive.objects.filter(state=ArchiveState.PASSED, mediation__mediator__standing__is_paid=True)
    committees = Unit.objects.filter(pk__in=payable.values("unit"))
    for unit in committees:
        keeper = next(iter(User.objects.in_unit(unit, Role.STAMP_KEEPER)), None)
        if keeper:
            sheet = services.draw_up_sheet(unit, by=keeper, month=ends.replace(day=1))
            services.approve_sheet(AllowanceSheet.objects.get(pk=sheet.pk), by=director, note="同意发放")

"""What a centre starts with, put into the database: areas, units, categories, outlets, rules, calendar, windows.

Safe to run on every start. Areas follow the files, because they are the state's; of everything else only what is
missing is added, because rows that are there belong to the centre: somebody may have changed them on purpose.
"""

from dataclasses import asdict

import chinese_calendar
from django.db import transaction
from django.utils import timezone

from cases import reference as of_cases
from cases.models import (
    Category,
    ClockBook,
    ClockWatch,
    Outlet,
    RestrictionRule,
    RuleBook,
    UrgencyRule,
    Wording,
)
from cases.reference import clock_rules as of_rounds
from cases.states import Urgency
from intake.models import TurnRule
from intake.states import USUAL_MINUTES
from kernel.calendar import WEEKEND
from kernel.models import CalendarVersion, ClockRule
from kernel.reference.clock_rules import clock_rules
from mediation import reference as of_mediation
from mediation.models import (
    AgreementTemplate,
    AllowanceBook,
    ConfirmationTerm,
    DraftingBook,
    FilingTerm,
    Grade,
    Room,
)
from people import reference as of_people
from people.models import Area, Unit, Window
from petitions import reference as of_petitions
from petitions.models import LetterCode

FIRST_YEAR = 2020
LOADED = (
    Area,
    Unit,
    Category,
    Outlet,
    UrgencyRule,
    RestrictionRule,
    Wording,
    AgreementTemplate,
    ClockRule,
    CalendarVersion,
    Window,
    Room,
    TurnRule,
    ConfirmationTerm,
    FilingTerm,
    Grade,
    LetterCode,
)


@transaction.atomic
def load() -> None:
    """Load everything, bottom-up."""
    load_areas()
    load_units()
    load_categories()
    load_outlets()
    load_urgencies()
    load_restriction_rules()
    load_wordings()
    load_clock_rules()
    load_calendar()
    load_windows()
    load_rooms()
    load_turn_rules()
    load_confirmation_terms()
    load_agreement_templates()
    load_filing()
    load_letter_codes()


def add(model, rows) -> None:
    """Add the rows whose key is not there yet."""
    model.objects.bulk_create(rows, ignore_conflicts=True)


def load_areas() -> None:
    Area.objects.bulk_create(
        [
            Area(code=area.code, name=area.name, level=area.level, path=area.path)
            for area in of_people.areas()
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "level", "path"],
    )


def load_units() -> None:
    areas = dict(Area.objects.values_list("code", "pk"))
    add(
        Unit,
        [
            Unit(code=unit.code, name=unit.name, kind=unit.kind, area_id=areas[unit.area], phone=unit.phone)
            for unit in of_people.units()
        ],
    )


def load_categories() -> None:
    """A category led by "township" has no lead unit of its own: it is the township of the matter."""
    units = dict(Unit.objects.values_list("code", "pk"))
    add(
        Category,
        [
            Category(
                code=category.code,
                name=category.name,
                lead_unit_id=units.get(category.lead),
                outlets=list(category.outlets),
                cues=by_weight(category.cues),
            )
            for category in of_cases.categories()
        ],
    )


def by_weight(cues) -> dict[str, str]:
    """Cue words as the files and the table keep them: {"5": "欠薪 讨薪", "-3": "工伤"}."""
    words: dict[str, list[str]] = {}
    for cue in cues:
        words.setdefault(str(cue.weight), []).append(cue.word)
    return {weight: " ".join(found) for weight, found in words.items()}


def load_outlets() -> None:
    add(
        Outlet,
        [
            Outlet(
                code=outlet.code,
                name=outlet.name,
                route=outlet.route,
                advice=outlet.tell,
                notice_title=outlet.notice,
                notice_text=outlet.notice_text,
                cues=by_weight(outlet.cues),
                restriction=outlet.restriction,
            )
            for outlet in of_cases.outlets()
        ],
    )


def load_urgencies() -> None:
    levels = {level.label: level for level in Urgency}
    add(
        UrgencyRule,
        [
            UrgencyRule(level=levels[row.level], reason=row.reason, cues=by_weight(row.cues))
            for row in of_cases.urgencies()
        ],
    )
    if not RuleBook.objects.exists():
        RuleBook().save()


def load_restriction_rules() -> None:
    add(
        RestrictionRule,
        [
            RestrictionRule(kind=row.kind, hint=row.hint, cues=by_weight(row.cues))
            for row in of_cases.restriction_hints()
        ],
    )


def load_wordings() -> None:
    add(Wording, [Wording(code=code, text=text) for code, text in of_cases.wordings().items()])


def load_clock_rules() -> None:
    """The rules of the law and of the house."""
    rules = [*clock_rules(), *of_rounds.clock_rules()]
    add(ClockRule, [ClockRule(**asdict(rule)) for rule in rules])
    if not ClockBook.objects.exists():
        ClockBook().save()
    if not ClockWatch.objects.exists():
        ClockWatch().save()


def load_calendar() -> None:
    """The announced weekdays off and weekend days worked (国务院办公厅 notices), of years that have none yet."""
    newest = CalendarVersion.objects.last()
    known = newest.days if newest else {}
    years = {day[:4] for day in known}
    days = [(day, False, name) for day, name in chinese_calendar.holidays.items() if day.weekday() < WEEKEND]
    days += [(day, True, name) for day, name in chinese_calendar.workdays.items()]
    announced = {
        str(day): {"worked": worked, "name": chinese_calendar.Holiday(name).chinese}
        for day, worked, name in days
        if day.year >= FIRST_YEAR and str(day.year) not in years
    }
    if announced:
        CalendarVersion.objects.create(
            days={**known, **announced},
            reason="国务院办公厅放假通知",
            recounted_at=None if known else timezone.now(),
        )


def load_windows() -> None:
    centre = Unit.objects.centre()
    add(
        Window,
        [Window(number=window.number, name=window.name, unit=centre) for window in of_people.windows()],
    )


def load_rooms() -> None:
    """Rooms for mediation, of the centre and of committees that have some."""
    units = {
        unit.code: unit for unit in Unit.objects.filter(code__in=[row.unit for row in of_mediation.rooms()])
    }
    add(
        Room,
        [Room(unit=units[row.unit], name=row.name, seats=row.seats) for row in of_mediation.rooms()],
    )


def load_turn_rules() -> None:
    """By how much care and appointments bring somebody forward; each keeps a history of its own."""
    known = set(TurnRule.objects.values_list("kind", flat=True))
    for kind, minutes in USUAL_MINUTES.items():
        if kind not in known:
            TurnRule.objects.create(kind=kind, minutes=minutes)


def load_confirmation_terms() -> None:
    add(ConfirmationTerm, [ConfirmationTerm(**term) for term in of_mediation.confirmation_terms()])


def load_agreement_templates() -> None:
    add(AgreementTemplate, [AgreementTemplate(**row) for row in of_mediation.agreement_templates()])
    if not DraftingBook.objects.exists():
        DraftingBook(vague_words=of_mediation.VAGUE_WORDS).save()


def load_filing() -> None:
    """What files are classed by, and the grades. What a file is worth is for the centre alone to say."""
    terms = of_mediation.filing_terms()
    add(FilingTerm, [FilingTerm(kind=kind, name=name) for kind, names in terms.items() for name in names])
    add(Grade, [Grade(**row) for row in of_mediation.grades()])
    if not AllowanceBook.objects.exists():
        AllowanceBook().save()


def load_letter_codes() -> None:
    units = dict(Unit.objects.values_list("code", "pk"))
    codes = of_petitions.letter_codes().items()
    add(LetterCode, [LetterCode(unit_id=units[unit], code=code) for unit, code in codes if unit in units])

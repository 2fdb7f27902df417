from datetime import date, datetime
from itertools import pairwise

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from kernel import calendar, clocks
from kernel.calendar import NoCalendar, Pause, Term
from kernel.explanations import sentences
from kernel.models import ClockRule
from kernel.moments import last_day_of


class Command(BaseCommand):
    help = "Say when a clock that starts at START by RULE runs out, and with --explain why."

    def add_arguments(self, parser):
        parser.add_argument("rule", metavar="RULE", help="a code, for example petition.handle")
        parser.add_argument("start", metavar="START", help="a date, or a date and time: 2026-03-02T16:30")
        parser.add_argument(
            "--pause", metavar="FROM:TO", action="append", default=[], help="days that do not count"
        )
        parser.add_argument("--extend", action="store_true", help="add the longest extension of the rule")
        parser.add_argument("--explain", action="store_true", help="say each step in a sentence first")

    def handle(self, *, rule, start, pause, extend, explain, **options):
        begun = moment(start)
        term = term_of(rule_in_force(rule, begun), pauses(pause), extend=extend)
        try:
            due_at = term.due(begun)
            steps = list(sentences(term, begun)) if explain else []
        except NoCalendar as missing:
            raise refused(str(missing)) from missing
        for step in steps:
            self.stdout.write(step)
        self.stdout.write(written(due_at, term))


def refused(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=2)


def moment(text: str) -> datetime:
    """A local time; a date alone is its midnight."""
    try:
        day = parse_date(text)
        at = datetime(day.year, day.month, day.day) if day else parse_datetime(text)
    except ValueError:
        at = None
    if at is None:
        raise refused(f"{text!r} is neither a date (2026-03-02) nor a date and time (2026-03-02T16:30).")
    return at if timezone.is_aware(at) else timezone.make_aware(at)


def rule_in_force(code: str, at: datetime) -> ClockRule:
    day = timezone.localdate(at)
    try:
        return clocks.rule_in_force(code, day)
    except ClockRule.DoesNotExist as unknown:
        raise refused(f"There is no rule {code!r} in force on {day}.") from unknown


def pauses(texts: list[str]) -> tuple[Pause, ...]:
    found = sorted(map(pause_of, texts), key=lambda pause: pause.first)
    for one, next_one in pairwise(found):
        if next_one.first <= one.last:
            raise refused(f"The pauses until {one.last} and from {next_one.first} overlap.")
    return tuple(found)


def pause_of(text: str) -> Pause:
    try:
        first, last = map(date.fromisoformat, text.split(":"))
    except ValueError as unreadable:
        raise refused(f"{text!r} is no pause: write FROM:TO, 2026-08-01:2026-08-12.") from unreadable
    if last < first:
        raise refused(f"The pause {text} ends before it begins.")
    return Pause(first, last)


def term_of(rule: ClockRule, paused: tuple[Pause, ...], *, extend: bool) -> Term:
    if paused and not rule.pausable:
        raise refused(f"{rule.code} ({rule.name}) cannot be paused: its rule knows no pause.")
    if extend and not rule.extension_max:
        raise refused(f"{rule.code} ({rule.name}) cannot be extended: its rule knows no extension.")
    return Term(rule, calendar.current(), paused, rule.extension_max if extend else 0)


def written(due_at: datetime, term: Term) -> str:
    """The last day of a rule in days, the moment of one in hours."""
    if term.in_days:
        return str(last_day_of(due_at))
    return timezone.localtime(due_at).isoformat(timespec="seconds")

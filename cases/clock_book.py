"""The book of clocks as it is shown, and as it would be: rules by kind, a calendar with another year."""

from datetime import date

from django.utils.translation import gettext_lazy

from kernel import calendar
from kernel.calendar import Calendar, NamedDay
from kernel.models import ClockRule


def with_year(year: int, days: dict[date, NamedDay]) -> Calendar:
    """The present calendar with other days in one year."""
    others = {day: named for day, named in calendar.current().named.items() if day.year != year}
    return Calendar(dict(sorted({**others, **days}.items())))


def written(days) -> dict:
    return {str(day): {"worked": named.worked, "name": named.name} for day, named in days.items()}


def changes(rule: ClockRule, since: date, terms: dict) -> dict:
    """What the history keeps: each term that changed, before and after."""
    changed = {name: [str(getattr(rule, name)), str(value)] for name, value in terms.items()}
    return {
        "code": rule.code,
        "since": str(since),
        "changed": {name: pair for name, pair in changed.items() if pair[0] != pair[1]},
    }


def rules_by_kind() -> list[tuple[str, list[ClockRule]]]:
    """The latest rule of each code, in groups by what stands before the first point of the code."""
    groups: dict[str, list[ClockRule]] = {}
    for rule in ClockRule.objects.order_by("code", "-since").distinct("code"):
        groups.setdefault(rule.code.partition(".")[0], []).append(rule)
    return [(str(KINDS.get(kind, kind)), rules) for kind, rules in groups.items()]


KINDS = {
    "aid": gettext_lazy("法律援助"),
    "card": gettext_lazy("督办"),
    "case": gettext_lazy("事项"),
    "court": gettext_lazy("法院"),
    "event": gettext_lazy("事件"),
    "injury": gettext_lazy("工伤认定"),
    "labour": gettext_lazy("劳动仲裁"),
    "land": gettext_lazy("农村土地承包仲裁"),
    "market": gettext_lazy("消费投诉"),
    "mediation": gettext_lazy("调解"),
    "online": gettext_lazy("网上"),
    "order": gettext_lazy("派单"),
    "petition": gettext_lazy("信访"),
    "request": gettext_lazy("协同请求"),
    "restricting": gettext_lazy("限制查看"),
    "review": gettext_lazy("行政复议"),
    "wages": gettext_lazy("劳动监察"),
}

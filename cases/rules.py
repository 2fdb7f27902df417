"""The rules of the suggestion as the centre keeps them, and what a text gets by them, or by a rule not saved yet.

Every process keeps them in memory and asks for the version of the book each time: an edit is followed at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cases import reference
from cases.models import Category, Outlet, RestrictionRule, RuleBook, UrgencyRule
from cases.states import Urgency
from cases.suggestion import Suggestion, suggest
from people.models import Area

KINDS = {"category": Category, "outlet": Outlet, "urgency": UrgencyRule, "restriction": RestrictionRule}
FIELDS = {
    Category: "of_categories",
    Outlet: "of_outlets",
    UrgencyRule: "of_urgencies",
    RestrictionRule: "of_restrictions",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rows among which a suggestion chooses, and their cue words."""

    categories: Mapping[str, Category]
    outlets: Mapping[str, Outlet]
    townships: Mapping[str, Area]
    of_categories: Sequence[reference.Category]
    of_outlets: Sequence[reference.Outlet]
    of_urgencies: Sequence[reference.Urgency]
    of_restrictions: Sequence[reference.RestrictionHint]

    def answer(self, text: str) -> Suggestion:
        return suggest(
            text,
            categories=self.of_categories,
            outlets=self.of_outlets,
            urgencies=self.of_urgencies,
            restrictions=self.of_restrictions,
            township_names=self.townships,
        )

    def changed(self, rule, cues) -> "Rules":
        """The same rules with other cue words of one row."""
        name, key = FIELDS[type(rule)], key_of(rule)
        rows = [
            replace(row, cues=cues_of(cues)) if key_of(row) == key else row for row in getattr(self, name)
        ]
        return replace(self, **{name: rows})


def key_of(rule) -> str:
    """How the pure rules name a row: C01, O05, 紧急, violence."""
    if isinstance(rule, UrgencyRule):
        return Urgency(rule.level).label
    if isinstance(rule, RestrictionRule | reference.RestrictionHint):
        return rule.kind
    return rule.level if isinstance(rule, reference.Urgency) else rule.code


def cues_of(by_weight: Mapping[str, str]) -> tuple[reference.Cue, ...]:
    return tuple(
        reference.Cue(word, int(weight)) for weight, words in by_weight.items() for word in words.split()
    )


class Kept:
    """What this process has read, and of which version."""

    version: tuple | None = None
    rules: Rules


def rules() -> Rules:
    version = RuleBook.objects.values_list("pk", "version").order_by("pk").first()
    if Kept.version != version or version is None:
        Kept.rules, Kept.version = read(), version
    return Kept.rules


def read() -> Rules:
    categories, outlets = list(Category.objects.all()), list(Outlet.objects.all())
    urgencies = UrgencyRule.objects.exclude(level=Urgency.ORDINARY)
    return Rules(
        categories={category.code: category for category in categories},
        outlets={outlet.code: outlet for outlet in outlets},
        townships={area.name: area for area in Area.objects.filter(level=Area.Level.TOWNSHIP)},
        of_categories=[
            reference.Category(row.code, row.name, "", tuple(row.outlets), cues_of(row.cues))
            for row in categories
        ],
        of_outlets=[
            reference.Outlet(row.code, row.name, row.route, row.advice, cues_of(row.cues)) for row in outlets
        ],
        of_urgencies=[
            reference.Urgency(row.get_level_display(), row.reason, cues_of(row.cues)) for row in urgencies
        ],
        of_restrictions=[
            reference.RestrictionHint(row.kind, row.hint, cues_of(row.cues))
            for row in RestrictionRule.objects.all()
        ],
    )

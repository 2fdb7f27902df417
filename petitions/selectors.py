"""What the pages of a petition show beside it."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from cases.models import Party
from kernel.words import pairs
from people.models import Person
from petitions.models import PetitionHandling, Review
from petitions.states import HandlingState, LetterKind, LetterState, Level, ReviewState, Verdict

LIKE = 0.85
"""From so much on, two stories are taken for one (domain.md 1.6); staff say whether they are."""
MOST = 50
LEVELS = {LetterKind.OPINION: Level.REVIEW, LetterKind.REVIEW: Level.REREVIEW}
"""What can be asked for against a paper; against a re-review, nothing."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another petition of the same people, and how much of its words this one shares (0 to 1)."""

    handling: PetitionHandling
    likeness: float

    @property
    def percent(self) -> int:
        return round(100 * self.likeness)

    @property
    def is_alike(self) -> bool:
        return self.likeness >= LIKE

    def __str__(self):
        return f"{self.handling.case} · {self.handling.get_state_display()} · {self.percent}%"


def earlier_petitions(handling, user) -> list[Earlier]:
    """The petitions of the same people at this desk that the reader sees, the likest first."""
    people = Person.objects.filter(parties__case=handling.case_id).with_their_doubles()
    theirs = Party.objects.filter(case=OuterRef("case"), person__in=people)
    rows = PetitionHandling.objects.visible_to(user).filter(Exists(theirs), unit=handling.unit_id)
    rows = rows.exclude(case=handling.case_id).exclude(
        state__in=[HandlingState.MERGED, HandlingState.SENT_BACK]
    )
    words = words_of(handling.case)
    found = [
        Earlier(row, likeness(words, words_of(row.case)))
        for row in rows.select_related("case", "unit", "round").order_by("-opened_at")[:MOST]
    ]
    return sorted(found, key=lambda one: -one.likeness)


def words_of(case) -> set[str]:
    return {pair for pair in pairs(f"{case.title} {case.story}") if len(pair) == 2}


def likeness(one: set[str], other: set[str]) -> float:
    """The share of pairs of characters that both have."""
    return len(one & other) / len(one | other) if one | other else 0.0


def is_final(case) -> bool:
    """Whether a re-review was decided: the same facts are not taken again (36(3))."""
    decided = Review.objects.filter(case=case, level=Level.REREVIEW, state=ReviewState.DECIDED)
    return decided.exclude(verdict=Verdict.REVOKED).exists()


@dataclass(frozen=True, slots=True)
class Reviewable:
    """The paper against which a review can be asked for, and until when."""

    letter: object
    verb: str
    label: str
    last_day: object


def reviewable(letters) -> Reviewable | None:
    """Of the papers of a petition, the last one that is delivered and not yet reviewed."""
    for letter in reversed(letters):
        level = LEVELS.get(letter.kind)
        if level and letter.state == LetterState.DELIVERED and not hasattr(letter, "review"):
            clock = letter.clocks.running().first()
            if clock:
                return Reviewable(letter, f"petitions:ask_{level}", level.label, clock.last_day)
    return None

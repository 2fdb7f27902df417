"""签发: the head of the office signs, and the paper has its number; what it decides happens with it."""

from django.db import transaction

from kernel.transitions import moving
from petitions.services.handling import finish_matter
from petitions.services.letters import freeze
from petitions.services.reviewing import decide_review
from petitions.states import LetterKind


@transaction.atomic
def sign_letter(letter, *, by, note=""):
    """Never by who drafted it. With its opinion the unit has answered; with its paper a review is decided."""
    with moving(letter, "sign_letter", by=by, note=note):
        freeze(letter, by=by)
    if letter.kind == LetterKind.OPINION:
        finish_matter(letter.forwarding, by=by)
    else:
        decide_review(letter.decides, by=by)

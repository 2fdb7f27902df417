"""The rows of the petition desk."""

from petitions.models.forwardings import Forwarding, Inquiry
from petitions.models.handling import PetitionHandling
from petitions.models.letters import Letter, LetterCode
from petitions.models.registrations import Registration
from petitions.models.reviews import Review

__all__ = ["Forwarding", "Inquiry", "Letter", "LetterCode", "PetitionHandling", "Registration", "Review"]

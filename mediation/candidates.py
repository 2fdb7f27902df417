"""Whom a waiting matter could be given to, the most fitting first, each with the reasons."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from kernel.words import pairs
from mediation.interests import interests_found
from mediation.selectors import Colleague, assignable
from mediation.states import Basis


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mediator with what speaks for them, and what may stand against it."""

    colleague: Colleague
    is_expert: bool
    interests: tuple[str, ...]

    @property
    def user(self):
        return self.colleague.user

    @property
    def rank(self):
        return bool(self.interests), not self.is_expert, self.colleague.seat is None, self.colleague.load

    @property
    def basis(self) -> Basis:
        if self.is_expert:
            return Basis.SPECIALITY
        return Basis.DUTY if self.colleague.seat else Basis.LOAD

    def __str__(self):
        """连翠英（专长：物业、邻里，与本件相符；今天在 3 号窗口；在办 2 件；衢州话）."""
        user, seat = self.user, self.colleague.seat
        fitting = _("专长：%(what)s，与本件相符") if self.is_expert else _("专长：%(what)s")
        parts = [
            fitting % {"what": user.speciality} if user.speciality else "",
            _("今天在%(window)s") % {"window": seat.window} if seat else _("今天未排班"),
            _("在办 %(n)d 件") % {"n": self.colleague.load},
            user.languages,
            _("可能需要回避") if self.interests else "",
        ]
        return f"{user}（{'；'.join(part for part in parts if part)}）"


def candidates(user, round) -> list[Candidate]:
    known = [
        Candidate(
            one,
            is_expert=fits(one.user.speciality, round.case.category),
            interests=tuple(interests_found(round.case, one.user, earlier=False)),
        )
        for one in assignable(user, round.unit)
        if round.case.seeing([one.user])
    ]
    return sorted(known, key=lambda candidate: candidate.rank)


def fits(speciality: str, category) -> bool:
    """Whether a speciality names the category: both have a word of two characters (物业、劳动、婚姻) in common."""
    words = {word for word in pairs(category.name) if len(word) > 1} - COMMON
    return any(word in speciality for word in words)


COMMON = frozenset({"纠纷", "争议", "服务"})
"""What most categories have in common tells nothing."""

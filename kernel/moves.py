"""A life cycle as a table: who may take a subject from where to where, and which clocks it touches.

Tables live in each app's `states.py`. They hold no code, so a clerk can check one against the rules.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

NEW = ""
"""The source of opening moves: the subject does not exist yet."""


class MoveRefused(Exception):
    """The subject is not in a state that allows the move, or this person may not make it. The text is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One edge of a life cycle.

    `who` maps a role to the relation its bearer must have to the subject: "" for none, otherwise the name of a
    method `is_<relation>(user)` of the subject. `starts` and `stops` name clocks; how long a clock runs is a
    `ClockRule`, not code. `not_by` names earlier verbs: whoever made one of those may not make this one. An empty
    `target` leaves the state as it is. An `inner` move is made by another service and has no button.
    """

    verb: str
    label: str
    sources: Collection[str]
    target: str = ""
    who: Mapping[str, str] = field(default_factory=dict)
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()
    inner: bool = False

    def why_not(self, subject, by) -> str:
        """Say why `by` may not make this move now; empty when they may. `by=None` is the system."""
        if subject.state not in self.sources:
            return _("%(subject)s现在是“%(state)s”，不能%(move)s。") % {
                "subject": subject,
                "state": subject.get_state_display(),
                "move": self.label,
            }
        return self._why_not_by(subject, by) if by else ""

    def _why_not_by(self, subject, by) -> str:
        if not self.allows(subject, by):
            if subject.state == NEW:
                return _("您现在的岗位不能%(move)s。") % {"move": self.label}
            return _("%(user)s没有权限对%(subject)s%(move)s。") % {
                "user": by,
                "subject": subject,
                "move": self.label,
            }
        if self.not_by and subject.work_done().filter(by=by, verb__in=self.not_by).exists():
            return _("%(move)s须由另一人办理：您已办理过本件的前一环节。") % {"move": self.label}
        return ""

    def allows(self, subject, by) -> bool:
        """Whether one of the roles of `by` comes with the relation this move asks for."""
        relations = [relation for role, relation in self.who.items() if role in by.roles]
        return any(not relation or getattr(subject, f"is_{relation}")(by) for relation in relations)


class Moves(tuple[Move, ...]):
    """The whole table of one life cycle."""

    __slots__ = ()

    def __new__(cls, *moves: Move):
        return super().__new__(cls, moves)

    def named(self, verb: str) -> Move:
        return next(move for move in self if move.verb == verb)

    def open_to(self, user, subject) -> list[Move]:
        """The moves that have a button for `user` now."""
        return [move for move in self if not move.inner and not move.why_not(subject, user)]

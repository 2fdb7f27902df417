"""立卷: the whole file of a mediation as one PDF, with a contents that tells the pages.

Private notes are no part of it: nothing here reads them.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from kernel.binding import Leaves, Unbound, bind, leaves_of
from kernel.models import Attachment
from kernel.pdf import pdf
from mediation.papers import File, Part, back, contents, cover, parts

MOST_BYTES = 200 * 1024**2
"""So much of scans and pictures is bound; what comes later is kept apart."""


@dataclass(frozen=True)
class Bound:
    """A part with what is bound of it. A file that stays outside has a remark that says why."""

    part: Part
    leaves: Leaves | None
    remark: str

    @property
    def is_apart(self) -> bool:
        return bool(self.part.attachment and self.remark)


def whole_file(file: File, *, reader) -> bytes:
    """Raises nothing for spoilt attachments: the contents say that they are missing."""
    bound = bound_parts(file, reader)
    rows, pages = rows_of(bound)
    apart = sum(one.is_apart for one in bound)
    front = [paper(cover(file)), paper(contents(file, rows))]
    body = [one.leaves for one in bound if one.leaves is not None]
    return bind(f"{_('人民调解卷宗')} {file.case.number}", front, body, [paper(back(file, pages, apart))])


def bound_pages(file: File, *, reader) -> int:
    """How many pages are numbered when the file is bound as it is now."""
    _rows, pages = rows_of(bound_parts(file, reader))
    return pages


def paper(made) -> Leaves:
    return Leaves(str(made.title), pdf(made))


def bound_parts(file: File, reader) -> list[Bound]:
    ordered = parts(file)
    attachments = Attachment.objects.filter(pk__in=[one.attachment.pk for one in ordered if one.attachment])
    seen, room, bound = attachments.seen_by(reader), MOST_BYTES, []
    for part in ordered:
        size = part.attachment.size if part.attachment else 0
        try:
            bound.append(Bound(part, leaves_of_part(part, seen, room - size), part.remark))
            room -= size
        except Unbound as reason:
            bound.append(without_its_file(part, str(reason)))
    return bound


def leaves_of_part(part: Part, seen: set[int], room: int) -> Leaves:
    if part.attachment is None:
        return Leaves(part.label, pdf(part.make()))
    if part.attachment.pk not in seen:
        raise Unbound(_("未并入（无权查看）"))
    if room < 0:
        raise Unbound(_("卷宗过大，另存"))
    return Leaves(part.label, leaves_of(part.attachment).content)


def without_its_file(part: Part, reason: str) -> Bound:
    """A paper stands in for its signed scan."""
    if part.make is None:
        return Bound(part, None, reason)
    return Bound(part, Leaves(part.label, pdf(part.make())), _("扫描件%(reason)s") % {"reason": reason})


def rows_of(bound: list[Bound]) -> tuple[list[list[str]], int]:
    """The rows of the contents, and how many pages are numbered."""
    rows, last = [], 0
    for one in bound:
        first, last = last + 1, last + (one.leaves.pages if one.leaves else 0)
        rows.append([one.part.label, pages_between(first, last), one.remark])
    return rows, last


def pages_between(first: int, last: int) -> str:
    """7, or 7–9; nothing where no page is."""
    if last < first:
        return ""
    return str(first) if first == last else f"{first}–{last}"

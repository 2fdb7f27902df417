"""立卷归档, and the check by a second person (人民调解法 27)."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.models import FollowUp
from cases.states import State as RoundState
from kernel.models import MessageKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import moving, opening
from mediation.models import Archive
from mediation.states import OPEN, UNTRIED
from people.models import User


@transaction.atomic
def archive(mediation, *, by, difficulty, retention, pages) -> Archive:
    """Put the file away, after the follow-up and the closing. `pages` is how many pages are bound."""
    cases.lock_file(mediation.case)
    mediation.refresh_from_db()
    refuse_unripe(mediation)
    row = Archive(
        case=mediation.case,
        mediation=mediation,
        unit=mediation.unit,
        difficulty=difficulty,
        retention=retention,
        pages=pages,
        archived_by=by,
    )
    with opening(row, "archive", by=by, note=f"{difficulty}，{retention}", details={"pages": pages}):
        ask_for_check(row)
    return row


def refuse_unripe(mediation) -> None:
    if mediation.state in OPEN:
        raise MoveRefused(_("调解还没有结束，不能立卷归档。"))
    if mediation.ground in UNTRIED:
        raise MoveRefused(_("没有进行调解，不单独立卷；材料留在事项全卷。"))
    if Archive.objects.filter(mediation=mediation).exists():
        raise MoveRefused(_("本件已经立卷归档。"))
    followed_up = FollowUp.objects.filter(round=mediation.round_id).exists()
    if mediation.round.state != RoundState.CLOSED or not followed_up:
        raise MoveRefused(_("本件还没有回访办结。回访记录入卷后才能立卷归档。"))


def ask_for_check(row: Archive) -> None:
    people = User.objects.heads_of(row.unit).exclude(pk__in=[row.archived_by_id, row.mediation.mediator_id])
    tell(row, people, _("%(number)s已立卷，请评查卷宗。"), kind=MessageKind.DECISION)


def tell(row: Archive, people, text: str, *, kind) -> None:
    url = reverse("mediation:detail", args=[row.mediation_id])
    notify(row.readers(list(people)), row, text % {"number": row.case.number}, url=url, kind=kind)


def archive_again(archive, *, by, difficulty, retention, pages) -> None:
    """What the check found missing was put right."""
    details = {"pages": pages}
    with moving(archive, "archive_again", by=by, note=f"{difficulty}，{retention}", details=details):
        archive.difficulty, archive.retention, archive.pages = difficulty, retention, pages
        archive.archived_by, archive.archived_at = by, timezone.now()
        ask_for_check(archive)


def pass_check(archive, *, by, finding="") -> None:
    """A second person found the file in order: from now on it counts for 以案定补."""
    with moving(archive, "pass_check", by=by, note=finding):
        note_check(archive, by, finding)


def fail_check(archive, *, by, finding) -> None:
    """Something is missing or wrong; whoever put the file away, and the mediator, read what."""
    with moving(archive, "fail_check", by=by, note=finding):
        note_check(archive, by, finding)
        people = {archive.archived_by, archive.mediation.mediator}
        tell(archive, people, _("%(number)s的卷宗评查不合格，请补正。"), kind=MessageKind.ASSIGNED)


def note_check(archive, by, finding) -> None:
    archive.finding, archive.checked_by, archive.checked_at = finding, by, timezone.now()

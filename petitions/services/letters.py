"""Letters get their number on the day they are signed for issue, and not before (practice.md, Petitions 3)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from kernel import clocks
from kernel.attachments import attach
from kernel.calendar import midnight
from kernel.editing import editing
from kernel.moves import MoveRefused
from kernel.numbering import next_number
from kernel.transitions import moving, opening
from petitions import wording
from petitions.models import Letter, LetterCode
from petitions.services.registering import registered
from petitions.states import INFIXES, LetterKind, Verdict


def letter_number(unit, kind, *, restricted=False) -> str:
    """衢江信转〔2026〕3号. Restricted letters count in a series of their own: a gap would tell of them."""
    year, infix = timezone.localdate().year, INFIXES[kind]
    code = LetterCode.objects.filter(unit=unit).values_list("code", flat=True).first() or unit.name
    mark = "密" if restricted else ""
    n = next_number(f"petition.letter.{unit.pk}.{infix}{mark}", str(year))
    return f"{code}信{infix}〔{year}〕{mark}{n}号"


def issue_letter(handling, *, by, kind, body, addressee="", unit=None, forwarding=None) -> Letter:
    """A letter that goes out with the act that it tells of. Without `addressee` it is for the petitioners."""
    letter = new_letter(handling, by=by, kind=kind, unit=unit, forwarding=forwarding)
    letter.addressee, letter.body = addressee or letter.addressee, body
    issue(letter, by=by)
    with opening(letter, "issue_letter", by=by, note=letter.number, details={"kind": kind}):
        pass
    return letter


def new_letter(handling, *, by, kind, unit=None, forwarding=None) -> Letter:
    unit = unit or (forwarding.unit if forwarding else handling.unit)
    return Letter(
        case=handling.case,
        round=handling.round,
        handling=handling,
        forwarding=forwarding,
        unit=unit,
        issuer=unit.name,
        kind=kind,
        addressee=wording.petitioners(handling.case),
        drafted_by=by,
    )


def issue(letter, *, by) -> None:
    """It has its number and its day from now on."""
    letter.number = letter_number(letter.unit, letter.kind, restricted=bool(letter.case.restriction))
    letter.issued_by, letter.issued_on = by, timezone.localdate()


def tell(handling, registration, *, by, kind, body, forwarding=None) -> Letter | None:
    """A notice to the petitioner; none where name or address is unclear (23(2)), with the reason registered."""
    if registration.unreachable:
        return None
    return issue_letter(handling, by=by, kind=kind, body=body, forwarding=forwarding)


def draft_letter(letter, *, by) -> Letter:
    """拟稿: no number yet."""
    with opening(letter, "draft_letter", by=by, details={"kind": letter.kind}):
        pass
    return letter


def edit_letter(letter, *, by, seen, **changes) -> None:
    """Change a draft. One that was checked goes back first."""
    if refusal := letter.MOVES.named("edit_letter").why_not(letter, by):
        raise MoveRefused(refusal)
    with editing(letter, "edit_letter", by=by, seen=seen, **changes):
        if refusal := letter.MOVES.named("edit_letter").why_not(letter, by):
            raise MoveRefused(refusal)


def check_letter(letter, *, by, note=""):
    """核稿: by somebody else than who drafted it."""
    with moving(letter, "check_letter", by=by, note=note):
        pass


def return_letter(letter, *, by, note):
    with moving(letter, "return_letter", by=by, note=note):
        pass


def freeze(letter, *, by) -> None:
    """The parts become the text, and the text has a number. Inside the move that signs for issue."""
    letter.body = wording.written_out(letter, registered(letter.handling))
    issue(letter, by=by)


def deliver_letter(letter, *, by, delivered_on, way, received_by="", receipt=None):
    """送达回证: when, how and to whom. The petitioner's time to ask for a review runs from that day (35, 36)."""
    with moving(letter, "deliver_letter", by=by, details={"delivered_on": str(delivered_on), "way": way}):
        if not letter.is_for_the_petitioner:
            raise MoveRefused(_("单位之间的函件由收文单位签收，不用送达回证。"))
        if not letter.issued_on <= delivered_on <= timezone.localdate():
            raise MoveRefused(_("送达日期不能早于成文日期，也不能晚于今天。"))
        letter.delivered_on, letter.way, letter.received_by = delivered_on, way, received_by
        if receipt:
            letter.receipt = attach(letter.case, receipt, by=by)
        if letter.kind == LetterKind.OPINION:
            clocks.turn(letter, starts=["petition.ask_review"], at=midnight(delivered_on))
        if letter.kind == LetterKind.REVIEW and letter.result != Verdict.REVOKED:
            clocks.turn(letter, starts=["petition.ask_rereview"], at=midnight(delivered_on))

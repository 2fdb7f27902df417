"""The unit finds out, writes its opinion and answers; the desk looks whether all is done (27, 31 to 34)."""

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.models import Deferral
from cases.states import IN_EFFECT, DeferralKind, Outcome
from kernel.moves import MoveRefused
from kernel.transitions import moving
from petitions import wording
from petitions.models import Inquiry, Letter
from petitions.services.forwarding import tell_of, tell_sender
from petitions.services.letters import draft_letter, new_letter
from petitions.services.registering import registered
from petitions.states import ForwardingState, InPlace, LetterKind, LetterState, Purpose


def record_inquiry(forwarding, *, by, kind, held_on, present, record) -> Inquiry:
    """What was heard, looked at, found out (31(6)); a hearing does not stop the sixty days."""
    with moving(forwarding, "record_inquiry", by=by, details={"kind": kind}):
        return Inquiry.objects.create(
            case=forwarding.case,
            forwarding=forwarding,
            kind=kind,
            held_on=held_on,
            present=present,
            record=record,
            by=by,
        )


def granted_extension(forwarding) -> Deferral | None:
    """The extension of the sixty days that the head approved, if any."""
    granted = Deferral.objects.filter(
        clock__in=forwarding.clocks.filter(code="petition.handle"),
        kind=DeferralKind.EXTEND,
        state__in=sorted(IN_EFFECT),
    )
    return granted.select_related("clock__rule", "unit").first()


def tell_extension(forwarding, *, by):
    """Whoever extends tells the petitioner why (34)."""
    with moving(forwarding, "tell_extension", by=by):
        deferral = granted_extension(forwarding)
        if deferral is None:
            raise MoveRefused(_("还没有批准的延期。请在“期限”页申请，由单位负责人审批。"))
        if forwarding.letters.filter(kind=LetterKind.EXTENSION).exists():
            raise MoveRefused(_("延期已经告知信访人。"))
        registration = registered(forwarding.handling)
        body = wording.extended(registration, deferral)
        tell_of(forwarding, registration, by=by, kind=LetterKind.EXTENSION, body=body)


def draft_opinion(forwarding, *, by, **parts) -> Letter:
    """信访处理意见书: drafted in the parts that the law asks for (32). Checked, signed and numbered afterwards."""
    with moving(forwarding, "draft_opinion", by=by):
        if registered(forwarding.handling).purpose != Purpose.APPEAL:
            raise MoveRefused(_("信访处理意见书只对申诉求决出具（信访工作条例第三十二条），请“书面答复”。"))
        if forwarding.letters.filter(kind=LetterKind.OPINION).exists():
            raise MoveRefused(_("已经有一份信访处理意见书。"))
        letter = new_letter(forwarding.handling, by=by, kind=LetterKind.OPINION, forwarding=forwarding)
        for name, value in parts.items():
            setattr(letter, name, value)
        return draft_letter(letter, by=by)


def finish_matter(forwarding, *, by):
    """The sixty days are kept by the opinion (34)."""
    with moving(forwarding, "finish_matter", by=by):
        forwarding.answered_on = timezone.localdate()
    tell_sender(forwarding, _("信访处理意见书已签发：%(number)s"), by=by)


def reply_to_suggestion(forwarding, *, by, reply):
    """What became of the suggestion (29)."""
    with moving(forwarding, "reply_to_suggestion", by=by, note=reply):
        registration = registered(forwarding.handling)
        if registration.purpose == Purpose.APPEAL:
            raise MoveRefused(_("本件须出具信访处理意见书（信访工作条例第三十二条）。"))
        body = wording.reply(registration, reply)
        tell_of(forwarding, registration, by=by, kind=LetterKind.REPLY, body=body)
        forwarding.answered_on = timezone.localdate()
    tell_sender(forwarding, _("建议意见已答复：%(number)s"), by=by)


def conclude_petition(handling, *, by, in_place, reply=""):
    """The four 到位 (27), looked at by somebody who did not handle it; then the centre follows up.

    `in_place` maps each of InPlace to whether it is done, or does not arise.
    """
    with moving(handling, "conclude_petition", by=by, note=reply, details={"in_place": in_place}):
        refuse_unfinished(handling)
        missing = [one.label for one in InPlace if one not in in_place]
        if missing:
            raise MoveRefused(
                _("“四到位”还没有逐项核对（信访工作条例第二十七条）：%(missing)s。")
                % {"missing": "、".join(map(str, missing))}
            )
        handling.in_place = in_place
        handling.reply = reply or answer_of(handling)
        handling.ended_at = timezone.now()
        cases.resolve(handling.round, by=by, outcome=Outcome.REPLIED)


def answer_of(handling) -> str:
    """The text by which the petitioner was answered."""
    letter = answers(handling).last()
    return letter.body if letter else str(_("已办理，信访人无法书面告知。"))


def answers(handling):
    return handling.letters.filter(
        kind__in=[LetterKind.OPINION, LetterKind.REPLY, LetterKind.OTHER_ROUTE], forwarding__isnull=False
    )


def refuse_unfinished(handling) -> None:
    """The unit has answered, and the petitioner has it in hand (practice.md, Petitions 2)."""
    forwarding = handling.forwardings.standing().first()
    if forwarding is None or forwarding.state != ForwardingState.ANSWERED:
        raise MoveRefused(_("责任单位还没有答复，不能办结。"))
    if forwarding.report_by and not forwarding.report:
        raise MoveRefused(_("责任单位还没有提交办结报告。"))
    waiting = answers(handling).filter(state=LetterState.ISSUED).first()
    if waiting:
        raise MoveRefused(_("%(letter)s 还没有送达回证，请先登记送达。") % {"letter": waiting})

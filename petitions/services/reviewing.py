"""Review, re-review, and what comes after the last word (信访工作条例 35 to 37)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.states import Route, State
from kernel import clocks, live
from kernel.attachments import attach
from kernel.moves import MoveRefused
from kernel.transitions import moving, opening
from petitions import wording
from petitions.models import Letter, Registration, Review
from petitions.selectors import LEVELS, is_final
from petitions.services.forwarding import send_to_unit
from petitions.services.letters import draft_letter, new_letter, tell
from petitions.services.registering import refuse_misplaced, registered
from petitions.states import (
    HandlingState,
    LetterKind,
    LetterState,
    Level,
    Verdict,
)

PAPERS = {Level.REVIEW: LetterKind.REVIEW, Level.REREVIEW: LetterKind.REREVIEW}


def ask_review(letter, *, by, asked_on, grounds, body) -> Review:
    """复查: within thirty days of delivery, to the body one level above (35)."""
    return ask(letter, "ask_review", Level.REVIEW, by=by, asked_on=asked_on, grounds=grounds, body=body)


def ask_rereview(letter, *, by, asked_on, grounds, body) -> Review:
    """复核: within thirty days of the delivery of the review, one level higher still (36)."""
    return ask(letter, "ask_rereview", Level.REREVIEW, by=by, asked_on=asked_on, grounds=grounds, body=body)


@transaction.atomic
def ask(letter, verb, level, *, by, asked_on, grounds, body) -> Review:
    cases.lock_file(letter.case)
    letter.refresh_from_db()
    refuse_unreviewable(letter, level, asked_on)
    review = Review(
        case=letter.case,
        against=letter,
        unit=letter.handling.unit,
        body=body,
        level=level,
        asked_on=asked_on,
        grounds=grounds,
        registered_by=by,
    )
    with opening(review, verb, by=by, note=grounds, at=review.clocks_from):
        clocks.turn(letter, stops=["petition.ask_review", "petition.ask_rereview"])
    return review


def refuse_unreviewable(letter, level, asked_on) -> None:
    if LEVELS.get(letter.kind) != level or letter.state != LetterState.DELIVERED:
        raise MoveRefused(_("只对已经送达的信访处理意见书申请复查，对已经送达的复查意见书申请复核。"))
    if Review.objects.filter(against=letter).exists():
        raise MoveRefused(_("对这份意见书已经登记过申请。"))
    if not letter.delivered_on <= asked_on <= timezone.localdate():
        raise MoveRefused(_("收到申请的日期不能早于送达之日，也不能晚于今天。"))
    clock = letter.clocks.select_related("rule").get()
    if asked_on > clock.last_day:
        raise MoveRefused(
            _("自收到意见书之日起%(length)s内可以%(rule)s（%(basis)s），最后一日是 %(day)s，已经届满。")
            % {
                "length": clock.rule.shown_length,
                "rule": clock.rule.name,
                "basis": clock.rule.legal_basis,
                "day": clock.last_day,
            }
        )


def draft_decision(review, *, by, **parts) -> Letter:
    """The paper of a review that is decided here, in the name of the reviewing body."""
    with moving(review, "draft_decision", by=by):
        if review.decision_id:
            raise MoveRefused(_("已经拟有一份意见书。"))
        letter = paper_of(review, by=by, **parts)
        review.decision = draft_letter(letter, by=by)
    return letter


def paper_of(review, *, by, **parts) -> Letter:
    letter = new_letter(review.against.handling, by=by, kind=PAPERS[Level(review.level)], unit=review.unit)
    letter.issuer = review.body
    for name, value in parts.items():
        setattr(letter, name, value)
    return letter


def decide_review(review, *, by):
    """Its paper was signed for issue. What it says becomes of the matter happens at once."""
    with moving(review, "decide_review", by=by):
        review.verdict, review.decided_on = review.decision.result, timezone.localdate()
    follow_verdict(review)


@transaction.atomic
def enter_outcome(review, *, by, number, issued_on, scan, **parts):
    """A body above the county decided: the result is entered with its paper, under the number it bears."""
    with moving(review, "enter_outcome", by=by, details={"number": number}):
        if review.decision_id:
            raise MoveRefused(_("本机关已经拟有意见书，请核稿、签发。"))
        if not review.asked_on <= issued_on <= timezone.localdate():
            raise MoveRefused(_("成文日期不能早于收到申请之日，也不能晚于今天。"))
        letter = paper_of(review, by=by, **parts)
        letter.number, letter.issued_on, letter.issued_by = number, issued_on, by
        letter.body = wording.written_out(letter, registered(letter.handling))
        with opening(letter, "issue_letter", by=by, note=number, details={"kind": letter.kind}):
            pass
        review.decision, review.scan = letter, attach(review.case, scan, by=by)
        review.verdict, review.decided_on = letter.result, issued_on
    follow_verdict(review)


def follow_verdict(review) -> None:
    """撤销重办: a new handling, by the same unit: in the next round, or in this one while it is open.

    It follows from what was decided, so nobody else is asked.
    """
    if review.verdict != Verdict.REVOKED:
        return
    former = review.against.forwarding or review.against.handling.forwardings.standing().last()
    last = review.case.latest_round()
    if last.state == State.CLOSED:
        reason = _("%(level)s意见：撤销重办。") % {"level": review.get_level_display()}
        cases.begin_again(last, by=None, unit=review.unit, reason=reason, route=Route.PETITIONS)
        return
    handling = review.against.handling
    if handling.state != HandlingState.FORWARDED:
        raise MoveRefused(_("本轮还在等待回访。请先回访办结，再登记“撤销重办”。"))
    set_aside(former)
    send_to_unit(handling, by=None, unit=former.unit, words=_("原处理意见已撤销，请重新办理。"))


def set_aside(forwarding, *, by=None):
    """The answer of the unit counts no more: a review says so, nobody else."""
    with moving(forwarding, "set_aside", by=by):
        pass


def withdraw_review(review, *, by, note):
    with moving(review, "withdraw_review", by=by, note=note):
        pass


# --- The same matter comes again --------------------------------------------------------------------------------------


@transaction.atomic
def register_return(handling, *, by, form, came_on, words, people_count=1) -> Registration:
    """The same people, the same matter: it is registered, and neither a new matter nor a clock begins."""
    cases.lock_file(handling.case)
    first = registered(handling)
    again = Registration(
        case=handling.case,
        handling=handling,
        form=form,
        came_on=came_on,
        purpose=first.purpose,
        problem_unit=first.problem_unit,
        people_count=people_count,
        is_repeated=True,
        is_confidential=first.is_confidential,
        is_oral=first.is_oral,
        unreachable=first.unreachable,
        words=words,
        registered_by=by,
    )
    refuse_misplaced(again)
    with opening(again, "register_return", by=by, note=words):
        pass
    live.changed(*handling.topics())
    return again


def answer_return(registration, *, by, answer):
    """How it stands (催问), or that a review can be asked for."""
    with moving(registration, "answer_return", by=by, note=answer):
        registration.answer = answer


def refuse_return(registration, *, by, whom, note="", aftercare=""):
    """In handling elsewhere within its time: 不予受理 (19(3)); after the re-review: 不再受理 (36(3)), and care goes on.

    Never by who registered it.
    """
    with moving(registration, "refuse_return", by=by, note=note):
        final = is_final(registration.case)
        if final and not aftercare:
            raise MoveRefused(_("不再受理的，仍要做好疏导帮扶（信访工作条例第三十七条），请填写。"))
        kind = LetterKind.NO_LONGER if final else LetterKind.NOT_ACCEPTED
        write = wording.finished_for_good if final else wording.already_in_handling
        body = write(registration, whom=whom, note=note)
        tell(registration.handling, registration, by=by, kind=kind, body=body)
        registration.answer, registration.aftercare = body, aftercare

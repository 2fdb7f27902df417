"""司法确认: from the day an agreement binds to the ruling of the court, which comes into the file.

None of it moves the date on which the mediation was finished (practice.md, Mediation 9).
"""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.models import Sight
from kernel.attachments import attach
from kernel.calendar import midnight
from kernel.models import MessageKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import moving, opening
from mediation.models import ConfirmationTerm, JudicialConfirmation
from mediation.services.parties import signatories
from people.models import User
from people.roles import Role

CONDITION, PAPER = ConfirmationTerm.Kind.CONDITION, ConfirmationTerm.Kind.PAPER


def open_confirmation(agreement, *, by) -> JudicialConfirmation:
    """A written agreement binds: the thirty days of 人民调解法 33 run from that day, which itself does not count."""
    return begin(JudicialConfirmation, agreement, "open_confirmation", by=by)


def begin(model, agreement, verb, *, by):
    mediation = agreement.mediation
    began = agreement.in_force_on
    at = timezone.now() if began == timezone.localdate() else midnight(began)
    confirmation = model(
        case=mediation.case, mediation=mediation, agreement=agreement, unit=mediation.unit, opened_at=at
    )
    with opening(confirmation, verb, by=by, at=at):
        pass
    return confirmation


def check_admissibility(confirmation, *, by, met):
    """What the law asks is looked at before anybody goes to court: each point is ticked, or refused."""
    with moving(confirmation, "check_admissibility", by=by, details={"met": codes(met)}):
        refuse_missing(CONDITION, met)


def apply_for_confirmation(confirmation, *, by, applicants, papers, applied_on):
    """All parties ask together, in time, with their papers (人民调解法 33; 民事诉讼法 205; 民事诉讼法解释 351, 354)."""
    details = {"applied_on": str(applied_on), "papers": codes(papers)}
    with moving(confirmation, "apply_for_confirmation", by=by, details=details):
        refuse_partial(confirmation, applicants)
        refuse_untimely(confirmation, applied_on)
        refuse_missing(PAPER, papers)
        confirmation.applied_on, confirmation.papers = applied_on, codes(papers)


def codes(terms) -> list[str]:
    return [term.code for term in terms]


def refuse_missing(kind, given):
    """The sentences of all that is not ticked, each with its article."""
    missing = ConfirmationTerm.objects.filter(kind=kind).exclude(code__in=codes(given)).exclude(refusal="")
    if missing:
        raise MoveRefused("".join(term.refusal for term in missing))


def refuse_partial(confirmation, applicants):
    asking = {party.pk for party in applicants}
    left = [party.name for party in signatories(confirmation.case) if party.pk not in asking]
    if left:
        raise MoveRefused(
            _("%(what)s须由全体当事人共同申请（%(articles)s），还缺：%(names)s。")
            % {
                "what": confirmation.name_of_clocks,
                "articles": confirmation.JOINTLY,
                "names": "、".join(left),
            }
        )


def refuse_untimely(confirmation, day):
    if not confirmation.agreement.in_force_on <= day <= timezone.localdate():
        raise MoveRefused(_("申请日期不能早于协议生效之日，也不能晚于今天。"))
    if day > (last := confirmation.asking.last_day):
        raise MoveRefused(confirmation.LATE % {"day": last})


def decline_confirmation(confirmation, *, by, note):
    """The parties do not want it: confirmation is a right of theirs, no duty (人民调解法 33)."""
    with moving(confirmation, "decline_confirmation", by=by, note=note):
        pass


def hand_to_court(confirmation, *, by, desk):
    """The papers go to the court's desk, which sees the file from now on. Its three days begin (法释〔2011〕5号 4)."""
    with moving(confirmation, "hand_to_court", by=by, details={"desk": desk.pk}):
        confirmation.desk = desk
        if desk.pk not in confirmation.case.seen_by:
            cases.grant_sight(confirmation.case, desk, Sight.Why.ASKED)
    tell(confirmation, User.objects.in_unit(desk, Role.COURT), _("待受理司法确认申请：%(number)s"))


def return_application(confirmation, *, by, note):
    """Papers are missing: back to the committee, with the reason (民事诉讼法解释 354: 限期补交)."""
    with moving(confirmation, "return_application", by=by, note=note):
        pass
    tell_mediator(confirmation, _("司法确认申请已退回补正：%(number)s"))


def accept_confirmation(confirmation, *, by, number, accepted_on):
    """The court dockets it under a number of its own; the days of its review begin (法释〔2011〕5号 4, 5)."""
    details = {"number": number, "accepted_on": str(accepted_on)}
    with moving(confirmation, "accept_confirmation", by=by, details=details):
        refuse_day_before(confirmation.applied_on, accepted_on)
        confirmation.number, confirmation.accepted_on = number, accepted_on
    tell_mediator(confirmation, _("法院已受理司法确认申请：%(number)s"))


def refuse_acceptance(confirmation, *, by, note):
    """The court does not take it (民事诉讼法解释 355)."""
    with moving(confirmation, "refuse_acceptance", by=by, note=note):
        confirmation.reason = note
    tell_mediator(confirmation, _("法院不予受理司法确认申请：%(number)s"))


def confirm_agreement(confirmation, *, by, ruling_number, ruled_on, ruling):
    """The agreement is valid, and can be enforced (人民调解法 33; 民事诉讼法 206). The ruling goes into the file."""
    details = {"ruling_number": ruling_number, "ruled_on": str(ruled_on)}
    with moving(confirmation, "confirm_agreement", by=by, details=details):
        keep_ruling(confirmation, by, ruling_number, ruled_on, ruling)
    tell_mediator(confirmation, _("法院已裁定确认调解协议有效：%(number)s"))


def dismiss_application(confirmation, *, by, ruling_number, ruled_on, ruling, note):
    """The court does not confirm (民事诉讼法解释 358): the parties mediate again, or sue (民事诉讼法 206)."""
    details = {"ruling_number": ruling_number, "ruled_on": str(ruled_on)}
    with moving(confirmation, "dismiss_application", by=by, note=note, details=details):
        keep_ruling(confirmation, by, ruling_number, ruled_on, ruling)
        confirmation.reason = note
    tell_mediator(confirmation, _("法院已驳回司法确认申请：%(number)s"))


def keep_ruling(confirmation, by, number, day, scan):
    refuse_day_before(confirmation.accepted_on, day)
    confirmation.ruling_number, confirmation.ruled_on = number, day
    confirmation.ruling = attach(confirmation.case, scan, by=by)


def refuse_day_before(earlier, day):
    if not earlier <= day <= timezone.localdate():
        raise MoveRefused(_("日期不能早于 %(day)s，也不能晚于今天。") % {"day": earlier})


def withdraw_application(confirmation, *, by, note):
    """The parties take it back before the ruling (民事诉讼法解释 357)."""
    held = confirmation.desk if confirmation.is_with_the_court else None
    with moving(confirmation, "withdraw_application", by=by, note=note):
        pass
    if held:
        tell(confirmation, User.objects.in_unit(held, Role.COURT), _("司法确认申请已撤回：%(number)s"))


def tell_mediator(confirmation, text):
    tell(confirmation, [confirmation.mediation.mediator], text)


def tell(confirmation, people, text):
    url = reverse("mediation:confirmation_detail", args=[confirmation.pk])
    text = text % {"number": confirmation.case.number}
    notify(confirmation.readers(people), confirmation, text, url=url, kind=MessageKind.ASSIGNED)

"""诉前调解: what the court gives to a committee, and gets back with the result and the reasons.

《最高人民法院关于人民法院特邀调解的规定》 (法释〔2016〕14号): before filing it is
委派, after it 委托; each has days of its own.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.states import Route
from kernel.models import MessageKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import moving, opening
from mediation.models import Entrustment
from mediation.states import OPEN, UPON_AGREEMENT, Kind
from people.models import Unit, User
from people.roles import Role


@transaction.atomic
def entrust(referral, *, by, kind, court_number, papers_on, committee, note="") -> Entrustment:
    """The court's desk gives a matter in its hands to a committee."""
    details = {"kind": kind, "committee": committee.pk, "papers_on": str(papers_on)}
    with moving(referral, "entrust", by=by, note=court_number, details=details):
        refuse_no_committee(committee)
        refuse_later(papers_on)
        referral.ended_at = timezone.now()
        reason = "，".join(filter(None, [f"{Kind(kind).label}，{court_number}", note]))
        cases.reroute(referral.round, by=by, route=Route.MEDIATION, unit=committee, note=reason)
        return send_to_committee(
            referral,
            by=by,
            kind=kind,
            court_number=court_number,
            papers_on=papers_on,
            unit=committee,
            note=note,
        )


def send_to_committee(referral, *, by, **words) -> Entrustment:
    entrustment = Entrustment(case=referral.case, round=referral.round, desk=referral.unit, **words)
    with opening(entrustment, "send_to_committee", by=by):
        pass
    return entrustment


def refuse_no_committee(committee):
    if committee.kind != Unit.Kind.COMMITTEE:
        raise MoveRefused(_("%(unit)s不是调解组织。") % {"unit": committee})


def refuse_later(papers_on):
    if papers_on > timezone.localdate():
        raise MoveRefused(_("法院材料日期不能晚于今天。"))


def take_up_entrustment(mediation, *, by):
    """Within acceptance: what the court gave is mediated as what it is, before or after filing."""
    entrustment = mediation.round.entrustments.unreturned().first()
    if entrustment is None:
        return
    if mediation.kind != entrustment.kind:
        raise MoveRefused(
            _("本件是法院%(kind)s（%(number)s），请按这个种类接办。")
            % {"kind": entrustment.get_kind_display(), "number": entrustment}
        )
    with moving(entrustment, "take_up_entrustment", by=by):
        entrustment.mediation = mediation


@transaction.atomic
def return_to_court(entrustment, *, by, reason, returned_on):
    """The committee gives the papers back with the result, or because it is not for them; the court's desk is told."""
    with moving(
        entrustment, "return_to_court", by=by, note=reason, details={"returned_on": str(returned_on)}
    ):
        refuse_unfinished(entrustment)
        if not entrustment.papers_on <= returned_on <= timezone.localdate():
            raise MoveRefused(_("退回日期不能早于法院材料日期，也不能晚于今天。"))
        entrustment.reason, entrustment.returned_on = reason, returned_on
        if entrustment.mediation_id is None:
            note = f"{entrustment}：{reason}"
            cases.reroute(entrustment.round, by=by, route=Route.COURT, unit=entrustment.desk, note=note)
    tell(entrustment, User.objects.in_unit(entrustment.desk, Role.COURT), _("调解组织已退回：%(number)s"))


def refuse_unfinished(entrustment):
    if entrustment.mediation_id and entrustment.mediation.state in OPEN:
        raise MoveRefused(_("调解还没有结束：达成协议或者终止调解以后，再退回法院。"))


def receive_return(entrustment, *, by, afterwards, note=""):
    """The court's desk has its papers back, and says what the court does next: where nothing was agreed on,
    there is nothing to confirm and no letter of mediation to make.
    """
    with moving(entrustment, "receive_return", by=by, note=note, details={"afterwards": afterwards}):
        if afterwards in UPON_AGREEMENT and not entrustment.has_agreement:
            raise MoveRefused(_("没有达成协议，不能办理司法确认，也不能制作调解书。"))
        entrustment.afterwards = afterwards
    if entrustment.mediation_id:
        tell(entrustment, [entrustment.mediation.mediator], _("法院已签收退回的材料：%(number)s"))


def tell(entrustment, people, text):
    text = text % {"number": entrustment.case.number}
    notify(entrustment.readers(people), entrustment, text, url=entrustment.url, kind=MessageKind.ASSIGNED)

"""A mediation begins, changes hands, and is concluded."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.states import Outcome
from kernel.models import MessageKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import moving
from mediation.models import Agreement, PrivateNote, Signature
from mediation.services.plans import release_sessions
from mediation.states import MEDIATORS, AgreementState
from people.models import User


def keep_signed(row, *, by, printing, scan, **details) -> None:
    """A paper of the file came back signed. `row` is the agreement, or the mediation; then `details` name which."""
    if not row.is_holder(by):
        raise MoveRefused(_("只有办理这件调解的单位可以上传已签扫描件。"))
    case = row.mediation.case if isinstance(row, Agreement) else row.case
    cases.keep_signed(case, row, by=by, printing=printing, scan=scan, **details)


def refuse_other_desk(round, route):
    if round.route != route:
        raise MoveRefused(
            _("%(round)s已流转到%(route)s。") % {"round": round, "route": round.get_route_display()}
        )


def hand_over(mediation, *, by, to, note=""):
    """Give a mediation to a colleague of the same committee, who is told. The clock does not start again."""
    with moving(
        mediation, "hand_over", by=by, note=note, details={"from": mediation.mediator_id, "to": to.pk}
    ):
        refuse_unfit(mediation, to)
        put_in_charge(mediation, to)
    text = _("%(number)s已转交给您调解。") % {"number": mediation.case.number}
    url = reverse("mediation:detail", args=[mediation.pk])
    notify([to], mediation, text, url=url, kind=MessageKind.ASSIGNED)


def refuse_unfit(mediation, to):
    if to.pk == mediation.mediator_id:
        raise MoveRefused(_("本件现在就由%(name)s调解，请指定另一位。") % {"name": to})
    refuse_unable_to_mediate(mediation.unit, mediation.case, to)


def refuse_unable_to_mediate(unit, case, to):
    """A mediator of the committee who may see the file."""
    if not User.objects.in_unit(unit, *MEDIATORS).filter(pk=to.pk).exists():
        raise MoveRefused(_("%(name)s不是%(unit)s的调解员。") % {"name": to, "unit": unit})
    if to not in case.seeing([to]):
        raise MoveRefused(_("%(name)s已回避或无权查看本件，不能接手。") % {"name": to})


def pass_on(mediation, *, by, to, note=""):
    """As hand_over, when somebody goes on leave and all their work goes to their deputy: nobody is told of each."""
    with moving(mediation, "pass_on", by=by, note=note, details={"from": mediation.mediator_id, "to": to.pk}):
        cases.refuse_unable(mediation, to)
        put_in_charge(mediation, to)


def put_in_charge(mediation, mediator):
    """Within a move: from now on the matter, its clocks and the place to sign are theirs."""
    mediation.mediator = mediator
    cases.keep_with(mediation.round, mediator)
    _sign_in_place_of(mediation, mediator)


def _sign_in_place_of(mediation, mediator):
    """The new mediator is the one who has to sign an agreement that lies out for signing."""
    places = Signature.objects.filter(
        agreement__mediation=mediation, agreement__state=AgreementState.SIGNING, mediator__isnull=False
    )
    if places.filter(signed_on__isnull=False).exists():
        raise MoveRefused(_("调解员已在协议上签名，不能再转交。"))
    places.update(mediator=mediator, name=mediator.name)


@transaction.atomic
def keep_note(mediation, *, by, text) -> PrivateNote:
    """Keep a note that only its author reads. It leaves no line in the file, because it is not part of the file."""
    if not mediation.is_holder(by):
        raise MoveRefused(_("只有本调委会的调解员可以记个人备忘。"))
    return PrivateNote.objects.create(mediation=mediation, author=by, text=text)


def begin_signing(mediation, *, by):
    """The mediation waits for the signatures."""
    with moving(mediation, "begin_signing", by=by):
        pass


def resume_talks(mediation, *, by):
    """The parties talk again: somebody would not sign, or the text has to change."""
    with moving(mediation, "resume_talks", by=by):
        pass


def conclude(mediation, *, by):
    """A written agreement is in force: the mediation is finished, and the round is resolved."""
    with moving(mediation, "conclude", by=by):
        release_sessions(mediation, by=by)
        mediation.ended_at = timezone.now()
        cases.resolve(mediation.round, by=by, outcome=Outcome.AGREEMENT)

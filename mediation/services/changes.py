"""Another mediator: asked for by a party or by the mediator himself, decided by a second person.

The Mediation Act knows no recusal: the parties choose or accept the mediator (人民调解法 23(1)); for what a court
referred, the rules on invited mediation hold.
"""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from kernel.models import MessageKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.transitions import moving, opening
from mediation.models import MediatorChange
from mediation.services.talks import put_in_charge, refuse_unfit
from mediation.states import OF_THE_COURT, OPEN, RECUSING
from people.models import User


def article_of(mediation) -> str:
    """What a change of mediator rests on."""
    if mediation.kind in OF_THE_COURT:
        return _("《最高人民法院关于人民法院特邀调解的规定》关于回避的规定")
    return _("《人民调解法》第二十三条第一项")


@transaction.atomic
def declare_interest(mediation, *, by, interest, reason) -> MediatorChange:
    """The mediator says himself that he is too near to somebody."""
    return put_to_head(mediation, "declare_interest", by=by, interest=interest, reason=reason)


@transaction.atomic
def ask_change(mediation, *, by, party, interest, reason) -> MediatorChange:
    """Note that a party wants another mediator, and why."""
    if party.case_id != mediation.case_id:
        raise MoveRefused(_("%(name)s不是本件的当事人。") % {"name": party})
    return put_to_head(mediation, "ask_change", by=by, party=party, interest=interest, reason=reason)


def put_to_head(mediation, verb, *, by, party=None, **words) -> MediatorChange:
    cases.lock_file(mediation.case)
    mediation.refresh_from_db()
    refuse_needless(mediation, party)
    change = MediatorChange(
        case=mediation.case,
        mediation=mediation,
        unit=mediation.unit,
        mediator=mediation.mediator,
        party=party,
        asked_by=by,
        **words,
    )
    with opening(change, verb, by=by, note=change.get_interest_display()):
        text = _("%(number)s：请决定是否更换调解员。") % {"number": mediation.case.number}
        notify(deciders_of(change), change, text, url=change.url, kind=MessageKind.DECISION)
    return change


def refuse_needless(mediation, party):
    if mediation.state not in OPEN:
        raise MoveRefused(_("调解已经结束，不能再更换调解员。"))
    if mediation.changes.waiting().filter(party=party).exists():
        raise MoveRefused(_("已有一份申请等待决定，不必重复提出。"))


def deciders_of(change) -> list[User]:
    """Whoever heads the committee; where nobody does, or it is about them, the centre's director."""
    people = User.objects.heads_of(change.unit).exclude(pk__in=[change.mediator_id, change.asked_by_id])
    return change.readers(list(people))


@transaction.atomic
def grant_change(change, *, by, to, answer=""):
    """Put somebody else in charge. Others who asked for the same have their answer too; the clock goes on."""
    former, mediation = change.mediator, change.mediation
    with moving(change, "grant_change", by=by, note=answer, details={"from": former.pk, "to": to.pk}):
        decide(change, by, answer)
        change.to = to
    for other in mediation.changes.waiting().filter(mediator=former):
        with moving(other, "grant_change", by=by, note=answer, details={"from": former.pk, "to": to.pk}):
            decide(other, by, answer)
            other.to = to
    change_mediator(mediation, by=by, to=to, note=change.get_interest_display())
    if mediation.changes.filter(mediator=former, to=to, interest__in=RECUSING).exists():
        cases.bar(mediation.round, former, reason=_("回避"))


def decide(change, by, answer):
    change.answer, change.decided_by, change.decided_at = answer, by, timezone.now()


def refuse_change(change, *, by, answer):
    """The mediator stays; whoever asked hears why."""
    with moving(change, "refuse_change", by=by, note=answer):
        decide(change, by, answer)
        tell(change, [change.asked_by, change.mediator], _("%(number)s：不更换调解员，请看决定理由。"))


def withdraw_change(change, *, by, note):
    """Whoever asked takes it back while nobody has decided; those who were to decide hear of it."""
    with moving(change, "withdraw_change", by=by, note=note):
        change.answer = note
        tell(change, [*deciders_of(change), change.mediator], _("%(number)s：更换调解员的申请已撤回。"))


def change_mediator(mediation, *, by, to, note=""):
    """Somebody else of the committee goes on, and is told. The clock does not start again."""
    details = {"from": mediation.mediator_id, "to": to.pk}
    with moving(mediation, "change_mediator", by=by, note=note, details=details):
        refuse_unfit(mediation, to)
        put_in_charge(mediation, to)
    tell(mediation, [to], _("%(number)s由您接着调解，期限不重新计算。"))


def tell(row, people, text):
    mediation = row.mediation if isinstance(row, MediatorChange) else row
    url = reverse("mediation:detail", args=[mediation.pk])
    text = text % {"number": row.case.number}
    notify(row.readers(people), row, text, url=url, kind=MessageKind.ASSIGNED)

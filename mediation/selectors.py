"""What the mediators' pages show together."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.states import State as RoundState
from kernel.listing import COUNTED
from mediation.models import Mediation
from mediation.states import MEDIATORS, AgreementState, State
from people.models import Guardian, Leave, Post, Seat, User


@dataclass(frozen=True, slots=True)
class Colleague:
    """A mediator with the seat of today and the mediations in hand, as far as the asker sees them."""

    user: User
    seat: Seat | None
    load: int

    def __str__(self):
        seat = _("今天在%(window)s") % {"window": self.seat.window} if self.seat else _("今天未排班")
        return _("%(name)s（在办 %(load)d 件，%(seat)s）") % {
            "name": self.user,
            "load": self.load,
            "seat": seat,
        }


def colleagues(user, unit=None) -> list[Colleague]:
    """The mediators of the asker's units (or of `unit`) and whoever mediates in the hall today; those on duty first."""
    posts = Post.objects.filter(user=OuterRef("pk"), role__in=MEDIATORS)
    of_unit = Q(Exists(posts.filter(unit=unit) if unit else posts.filter(unit__in=user.unit_ids)))
    seats = Seat.objects.today().select_related("window")
    seated = {seat.user_id: seat for seat in seats.filter(role__in=MEDIATORS)}
    wanted = of_unit if unit else of_unit | Q(pk__in=seated)
    people = User.objects.filter(wanted, is_active=True).annotate(load=Subquery(load_of(user))).order_by("pk")
    known = [Colleague(person, seated.get(person.pk), person.load or 0) for person in people]
    return sorted(known, key=lambda colleague: (colleague.seat is None, colleague.load))


def assignable(user, unit) -> list[Colleague]:
    """Whom work can be given to: where a committee has people in the hall today, only them; never who is on leave."""
    away = set(Leave.objects.covering(timezone.localdate()).values_list("user", flat=True))
    present = [colleague for colleague in colleagues(user, unit) if colleague.user.pk not in away]
    return [colleague for colleague in present if colleague.seat] or present


def signers(agreement) -> dict[int, str]:
    """Who stands in for a party of this matter, and as what: agents, and guardians of minors."""
    agents = agreement.mediation.case.agents.standing().select_related("party__person", "person")
    known = {
        agent.person_id: f"{agent.person.name}（{agent.party.masked}的{agent.get_authority_display()}代理人）"
        for agent in agents
    }
    wards = agreement.mediation.case.parties.exclude(person=None).values("person")
    for link in Guardian.objects.filter(minor__in=wards, ended_at=None).select_related("guardian"):
        known[link.guardian_id] = f"{link.guardian.name}（未成年人的{link.kinship}）"
    return known


def users_of(people):
    """The users behind some colleagues, to choose from."""
    return User.objects.filter(pk__in=[colleague.user.pk for colleague in people]).order_by("pk")


def load_of(user):
    """How many open mediations a mediator has, among those that `user` sees."""
    mine = Mediation.objects.visible_to(user).open().filter(mediator=OuterRef("pk")).order_by()
    return mine.values("mediator").annotate(load=Count("pk")).values("load")


def next_step(mediation, agreement) -> str:
    """What has to happen next, in one sentence."""
    if mediation.round.state == RoundState.CLOSED:
        return _("本轮已办结。")
    if mediation.state == State.FAILED:
        return _("调解已终止，事项现在由%(unit)s办理。") % {"unit": mediation.round.unit}
    if agreement is None:
        if mediation.sessions.exists():
            return _("继续调解；谈成后起草协议或登记口头协议，谈不成可终止调解。")
        return _("联系双方当事人，征询意愿，约定第一次调解。")
    return {
        AgreementState.DRAFTED: _("请各方核对协议草稿，没有异议后提交签署。"),
        AgreementState.SIGNING: _("等待签名、盖章，还缺：%(names)s。")
        % {"names": "、".join(agreement.missing())},
        AgreementState.IN_FORCE: _("协议已生效，由中心回访后办结；请关注履行情况。"),
    }[agreement.state]


def counted(queryset) -> str:
    """How many rows, "1,000+" beyond that: no page pays for a full count."""
    count = len(queryset.order_by().values_list("pk")[: COUNTED + 1])
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"

"""What the mediators' pages show together."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Agent, Party
from cases.selectors import units_that_open
from cases.states import Route
from cases.states import State as RoundState
from kernel.listing import COUNTED
from kernel.models import HistoryEntry
from kernel.prepared import Prepared, PreparedFor
from mediation.checks import doubts
from mediation.models import (
    Agreement,
    AgreementTemplate,
    DraftingBook,
    Entrustment,
    Mediation,
    Performance,
    PlanGuest,
    RecordSignature,
    Session,
    SessionPlan,
    Signature,
)
from mediation.states import MEDIATORS, AgreementState, Attendance, PlanState, State
from people.models import Guardian, Leave, Person, Post, Seat, Unit, User
from people.roles import Role

TO_COME = 12
"""How many sessions stand beside a form, or above a list."""


def mediation_with_case(reader, pk):
    return Mediation.objects.visible_to(reader).with_case().select_related("mediator").filter(pk=pk)


def agreement_with_case(reader, pk):
    agreements = Agreement.objects.visible_to(reader).filter(pk=pk)
    return agreements.select_related(
        "mediation__case__category",
        "mediation__case__area",
        "mediation__round",
        "mediation__unit",
        "mediation__mediator",
        "stamped_by",
    )


def waiting_for_the_stamp(mediations):
    """Those of which everybody has signed the agreement, and only the committee's stamp is missing."""
    signing = Agreement.objects.filter(mediation=OuterRef("pk"), state=AgreementState.SIGNING)
    unsigned = signing.filter(signatures__signed_on=None)
    return mediations.filter(Exists(signing.filter(stamped_on=None)), ~Exists(unsigned))


def agreements_of(mediation):
    return Agreement.objects.filter(mediation=mediation).select_related("stamped_by").order_by("-version")


def places_of(agreement):
    return Signature.objects.filter(agreement=agreement).select_related("party").order_by("pk")


def sessions_of(mediation):
    return Session.objects.filter(mediation=mediation).select_related("recorded_by").order_by("number")


def plans_of(mediation):
    return SessionPlan.objects.filter(mediation=mediation).select_related("room").order_by("begins_at", "pk")


def parties_of(case):
    return Party.objects.filter(case=case).select_related("person", "organisation")


def agents_of(case):
    agents = Agent.objects.filter(case=case).standing()
    return agents.select_related("party__person", "person")


def guardians_in(case):
    wards = Party.objects.filter(case=case).exclude(person=None).values("person")
    return Guardian.objects.filter(minor__in=wards, ended_at=None).select_related("guardian")


def performances_of(mediation):
    rows = Performance.objects.filter(agreement__mediation=mediation)
    rows = rows.select_related("case__category", "instalment__payer", "instalment__payee")
    return rows.order_by("agreement_id", "number")


def entries_of(dossier):
    """What was done to a file; mere looks at its pages stand on the page of the case."""
    done = HistoryEntry.objects.filter(dossier=dossier).exclude(verb="view")
    return done.select_related("by", "dossier").order_by("-seq")


ONE_MEDIATION = PreparedFor(mediation_with_case, {"pk": -1})
ONE_AGREEMENT = PreparedFor(agreement_with_case, {"pk": -1})
AGREEMENTS = Prepared(agreements_of, {"mediation": -1})
PLACES = Prepared(places_of, {"agreement": -1})
SESSIONS = Prepared(sessions_of, {"mediation": -1})
PLANS = Prepared(plans_of, {"mediation": -1})
PARTIES = Prepared(parties_of, {"case": -1})
PERFORMANCES = Prepared(performances_of, {"mediation": -1})
AGENTS = Prepared(agents_of, {"case": -1})
GUARDIANS = Prepared(guardians_in, {"case": -1})
ENTRIES = Prepared(entries_of, {"dossier": -1})


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
    people = User.objects.filter(wanted, is_active=True).order_by("pk")
    loads = loads_of(people, user)
    known = [Colleague(person, seated.get(person.pk), loads.get(person.pk, 0)) for person in people]
    return sorted(known, key=lambda colleague: (colleague.seat is None, colleague.load))


def assignable(user, unit) -> list[Colleague]:
    """Whom work can be given to: where a committee has people in the hall today, only them; never who is on leave."""
    away = set(Leave.objects.covering(timezone.localdate()).values_list("user", flat=True))
    present = [colleague for colleague in colleagues(user, unit) if colleague.user.pk not in away]
    return [colleague for colleague in present if colleague.seat] or present


def signers(case) -> dict[Person, str]:
    """Who stands in for a party of this matter (its key), and as what: agents, and guardians of minors."""
    known = {
        agent.person: f"{agent.person.name}（{agent.party.masked}的{agent.get_authority_display()}代理人）"
        for agent in AGENTS.rows(case=case)
    }
    for link in GUARDIANS.rows(case=case):
        known[link.guardian] = f"{link.guardian.name}（未成年人的{link.kinship}）"
    return known


def users_of(people):
    """The users behind some colleagues, to choose from."""
    return User.objects.filter(pk__in=[colleague.user.pk for colleague in people]).order_by("pk")


def loads_of(mediators, user) -> dict[int, int]:
    """How many open mediations each mediator has (by key), among those that `user` sees."""
    theirs = (
        Mediation.objects.visible_to(user).open().filter(mediator__in=[person.pk for person in mediators])
    )
    return dict(theirs.order_by().values_list("mediator").annotate(Count("pk")))


def agreements_with_places(mediation) -> list[Agreement]:
    """All versions of the agreement, the latest first, with where to sign them."""
    agreements = AGREEMENTS.rows(mediation=mediation.pk)
    for agreement in agreements:
        agreement.mediation = mediation
    prefetch_related_objects(
        agreements, Prefetch("signatures", queryset=Signature.objects.select_related("party"))
    )
    prefetch_related_objects(agreements, "copies__party")
    return agreements


def sessions_with_parties(mediation) -> list[Session]:
    sessions = SESSIONS.rows(mediation=mediation.pk)
    prefetch_related_objects(
        sessions,
        "attended",
        "attempts",
        "addenda__added_by",
        Prefetch("signatures", queryset=RecordSignature.objects.select_related("image")),
    )
    return sessions


def plans_with_guests(mediation) -> list[SessionPlan]:
    """What was agreed on and is not recorded yet, and what was cancelled; the next one first."""
    plans = [plan for plan in PLANS.rows(mediation=mediation.pk) if plan.state != PlanState.HELD]
    for plan in plans:
        plan.mediation = mediation
    prefetch_related_objects(plans, "guests__party__person", "guests__unit", "guests__request")
    return plans


def sessions_of_the_day(user, day) -> QuerySet[SessionPlan]:
    """The sessions of a day that somebody sees, by their hour."""
    return SessionPlan.objects.visible_to(user).on(day).planned().for_lists()


def sessions_to_come(user) -> QuerySet[SessionPlan]:
    """The next sessions somebody sees, so that nobody asks for a room that is taken."""
    return (
        SessionPlan.objects.visible_to(user)
        .planned()
        .filter(ends_at__gt=timezone.now())
        .for_lists()[:TO_COME]
    )


def own_sessions(user) -> QuerySet[SessionPlan]:
    """What a mediator has agreed on; what is past and was not recorded comes first, and stays."""
    return (
        SessionPlan.objects.visible_to(user).planned().filter(mediation__mediator=user).for_lists()[:TO_COME]
    )


def helping_units(user, mediation) -> QuerySet[Unit]:
    """Whom a committee can ask to a session: units that handle matters, and can open this one. A guest asks nobody."""
    if not mediation.is_holder(user):
        return Unit.objects.none()
    units = Unit.objects.visible_to(user).exclude(kind__in=[Unit.Kind.VILLAGE, Unit.Kind.GRID])
    able = units.filter(pk__in=units_that_open(mediation.restriction)) if mediation.restriction else units
    return able.exclude(pk=mediation.unit_id)


def keepers_of_records(unit, user) -> QuerySet[User]:
    """Who can keep the record of a session: the people of the committee, and whoever types."""
    theirs = Exists(Post.objects.filter(user=OuterRef("pk"), unit=unit))
    return User.objects.filter(Q(theirs) | Q(pk=user.pk), is_active=True).order_by("pk")


def signers_of_record(session) -> dict:
    """Who was there and has not signed yet, with what they are called: parties, guests, and the committee's people."""
    people = {party: f"{party.get_side_display()} {party.name}" for party in session.attended.all()}
    if session.plan_id:
        guests = session.plan.guests.filter(party=None).exclude(attendance__in=["", Attendance.ABSENT])
        people |= {guest: str(guest) for guest in guests.select_related("unit")}
    people[session.mediation.mediator] = _("调解员 %(name)s") % {"name": session.mediation.mediator}
    if session.recorded_by != session.mediation.mediator:
        people[session.recorded_by] = _("记录人 %(name)s") % {"name": session.recorded_by}
    signed = {(row.party_id, row.guest_id, row.user_id) for row in session.signatures.all()}
    return {row: name for row, name in people.items() if key_of(row) not in signed}


def key_of(row) -> tuple:
    """The three columns of a signature, one of which is filled."""
    return tuple(row.pk if isinstance(row, model) else None for model in (Party, PlanGuest, User))


def performances_with_payments(mediation) -> list[Performance]:
    """What was promised, with what was paid of it."""
    rows = PERFORMANCES.rows(mediation=mediation.pk)
    prefetch_related_objects(rows, "payments__receipt")
    return rows


def templates_for(mediation, user, chosen: str) -> tuple[list[AgreementTemplate], dict[str, str]]:
    """The texts to begin with, those for this kind of matter first, and the texts of the `chosen` one, filled in."""
    category = mediation.case.category.code
    known = sorted(AgreementTemplate.objects.visible_to(user), key=lambda one: category not in one.categories)
    names: dict[str, str] = {}
    for party in PARTIES.rows(case=mediation.case_id):
        side = str(party.get_side_display())
        names[side] = "、".join(filter(None, [names.get(side), party.name]))
    template = next((one for one in known if one.code == chosen), None)
    return known, template.filled(names) if template else {}


def doubts_of(agreement, user) -> list[str]:
    """What the check of an agreement points at, by the centre's own words."""
    book = DraftingBook.objects.visible_to(user).first()
    return doubts(agreement, book.vague_words.split() if book else [], timezone.localdate())


def next_step(mediation, agreement, sessions, unasked=0, plan=None, to_archive=False) -> str:
    """What has to happen next, in one sentence; `unasked` is how many have not consented yet, `plan` the session
    that was agreed on, `to_archive` whether the file waits to be put away.
    """
    if mediation.round.state == RoundState.CLOSED:
        return _("本轮已办结，请立卷归档。") if to_archive else _("本轮已办结。")
    if mediation.state == State.FAILED:
        return _("调解已终止，事项现在由%(unit)s办理。") % {"unit": mediation.round.unit}
    if agreement is None:
        return before_a_draft(sessions, unasked, plan)
    return {
        AgreementState.DRAFTED: _("请各方核对协议草稿，没有异议后提交签署。"),
        AgreementState.SIGNING: _("等待签名、盖章，还缺：%(names)s。")
        % {"names": "、".join(agreement.missing())},
        AgreementState.IN_FORCE: _("协议已生效，由中心回访后办结；请关注履行情况。"),
    }[agreement.state]


def before_a_draft(sessions, unasked, plan) -> str:
    if plan and plan.has_begun:
        return _("约定的调解时间已到：记录这次调解。")
    ahead = plan and {
        "at": f"{timezone.localtime(plan.begins_at):%m-%d %H:%M}",
        "where": plan.where,
        "n": unasked,
    }
    if ahead and unasked:
        return _("%(at)s在%(where)s调解；此前征询各方调解意愿（还有 %(n)d 位没有同意）。") % ahead
    if ahead:
        return _("%(at)s在%(where)s调解，请通知各方到场。") % ahead
    if unasked:
        return _("征询各方调解意愿（还有 %(n)d 位没有同意），约定下一次调解。") % {"n": unasked}
    if sessions:
        return _("继续调解；谈成后起草协议或登记口头协议，谈不成可终止调解。")
    return _("各方已同意调解：约定第一次调解。")


def desk_after(mediation) -> str:
    """Where a matter goes that could not be mediated, as a choice of next_desks(): what the court gave goes back."""
    given = Entrustment.objects.filter(mediation=mediation).first()
    return f"{Route.COURT}:{given.desk_id}" if given else ""


def co_mediators_of(mediation):
    return mediation.co_mediators.filter(ended_at=None).select_related("user")


@dataclass(frozen=True, slots=True)
class Company:
    """Who mediates beside the one in charge, and who was invited."""

    co_mediators: list
    helpers: list
    may_add: bool
    may_invite: bool


def company_of(mediation, user) -> Company:
    moves = Mediation.MOVES
    return Company(
        co_mediators=list(co_mediators_of(mediation)),
        helpers=list(mediation.helpers.select_related("invited_by")),
        may_add=not moves.named("add_co_mediator").why_not(mediation, user),
        may_invite=not moves.named("invite_helper").why_not(mediation, user),
    )


def may_join(mediation):
    """Mediators of the committee, and of the industries, who do not mediate here yet."""
    committee = User.objects.in_unit(mediation.unit, *MEDIATORS)
    people = committee | User.objects.bearing(Role.INDUSTRY_MEDIATOR)
    here = [mediation.mediator_id, *(row.user_id for row in co_mediators_of(mediation))]
    return people.exclude(pk__in=here).order_by("pk")


def counted(queryset) -> str:
    """How many rows, "1,000+" beyond that: no page pays for a full count."""
    count = len(queryset.order_by().values_list("pk")[: COUNTED + 1])
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"

"""What mediators, the keeper of the stamp, and the court's desk do."""

import json
import re

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.models import Agent, Case, Party
from cases.states import Outcome, Route
from kernel import history
from kernel.editing import editing
from kernel.models import MessageKind
from kernel.moves import MoveRefused
from kernel.notifications import notify
from kernel.numbering import next_number
from kernel.transitions import moving, opening
from mediation.models import Agreement, CourtReferral, DeskNote, Mediation, PrivateNote, Session, Signature
from mediation.states import MEDIATORS, AgreementState, Ground, State, Way
from people.models import Area, Guardian, Unit, User
from people.roles import Role


def keep_signed(row, *, by, printing, scan, **details) -> None:
    """A paper of the file came back signed. `row` is the agreement, or the mediation; then `details` name which."""
    if not row.is_holder(by):
        raise MoveRefused(_("只有办理这件调解的单位可以上传已签扫描件。"))
    case = row.mediation.case if isinstance(row, Agreement) else row.case
    cases.keep_signed(case, row, by=by, printing=printing, scan=scan, **details)


@transaction.atomic
def accept(round, *, by) -> Mediation:
    """Take a waiting matter and mediate in it. Whether `by` sits in the hall today is shown, not asked."""
    cases.take(round, by=by)
    refuse_other_desk(round, Route.MEDIATION)
    mediation = Mediation(case=round.case, round=round, unit=round.unit, mediator=by)
    with opening(mediation, "accept", by=by):
        pass
    return mediation


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
        if to.pk == mediation.mediator_id:
            raise MoveRefused(_("本件现在就由%(name)s调解。") % {"name": to})
        if not User.objects.in_unit(mediation.unit, *MEDIATORS).filter(pk=to.pk).exists():
            raise MoveRefused(_("%(name)s不是%(unit)s的调解员。") % {"name": to, "unit": mediation.unit})
        mediation.mediator = to
        cases.keep_with(mediation.round, to)
        _sign_in_place_of(mediation, to)
    text = _("%(number)s已转交给您调解。") % {"number": mediation.case.number}
    url = reverse("mediation:detail", args=[mediation.pk])
    notify([to], mediation, text, url=url, kind=MessageKind.ASSIGNED)


def pass_on(mediation, *, by, to, note=""):
    """As hand_over, when somebody goes on leave and all their work goes to their deputy: nobody is told of each."""
    with moving(mediation, "pass_on", by=by, note=note, details={"from": mediation.mediator_id, "to": to.pk}):
        cases.refuse_unable(mediation, to)
        mediation.mediator = to
        cases.keep_with(mediation.round, to)
        _sign_in_place_of(mediation, to)


def _sign_in_place_of(mediation, mediator):
    """The new mediator is the one who has to sign an agreement that lies out for signing."""
    places = Signature.objects.filter(
        agreement__mediation=mediation, agreement__state=AgreementState.SIGNING, mediator__isnull=False
    )
    if places.filter(signed_on__isnull=False).exists():
        raise MoveRefused(_("调解员已在协议上签名，不能再转交。"))
    places.update(mediator=mediator, name=mediator.name)


def record_session(mediation, *, by, held_at, place, attended, others, record) -> Session:
    """Write down one meeting. Whoever types stands in the record as the one who kept it."""
    details: dict[str, object] = {}
    with moving(mediation, "record_session", by=by, details=details):
        session = Session.objects.create(
            mediation=mediation,
            number=mediation.sessions.count() + 1,
            held_at=held_at,
            place=place,
            others=others,
            record=record,
            recorded_by=by,
        )
        session.attended.set(attended)
        details |= {"session": session.pk, "number": session.number}
    return session


@transaction.atomic
def keep_note(mediation, *, by, text) -> PrivateNote:
    """Keep a note that only its author reads. It leaves no line in the file, because it is not part of the file."""
    if not mediation.is_holder(by):
        raise MoveRefused(_("只有本调委会的调解员可以记个人备忘。"))
    return PrivateNote.objects.create(mediation=mediation, author=by, text=text)


def leave_note(unit, *, by, text) -> DeskNote:
    """Tell whoever sits at the court's desk next. A note stays as it was written."""
    if not User.objects.in_unit(unit, Role.COURT).filter(pk=by.pk).exists():
        raise MoveRefused(_("只有法院驻点干部可以写交班留言。"))
    return DeskNote.objects.create(unit=unit, author=by, text=text)


def draft_agreement(mediation, *, by, **texts) -> Agreement:
    """Begin to write down what the parties agree on."""
    details: dict[str, object] = {}
    with moving(mediation, "draft_agreement", by=by, details=details):
        if mediation.live_agreement():
            raise MoveRefused(_("本件已有一份协议草稿，请在草稿上修改。"))
        agreement = Agreement.objects.create(
            mediation=mediation, version=next_version(mediation), drafted_by=by, **texts
        )
        details["agreement"] = agreement.pk
    return agreement


def next_version(mediation) -> int:
    return mediation.agreements.count() + 1


def edit_agreement(agreement, *, by, seen, **texts):
    """Change a draft. `seen` is the token of the form; two who write at once see both texts."""
    with editing(agreement, "edit_agreement", by=by, seen=seen, **texts):
        if agreement.state != AgreementState.DRAFTED:
            raise MoveRefused(_("协议已提交签署，不能再修改；需要修改时请先退回。"))
        if not agreement.is_holder(by):
            raise MoveRefused(_("只有本调委会的调解员可以修改协议。"))


def submit_agreement(agreement, *, by):
    """Hand the draft out for signing: from now on its text stays, and everybody who must sign has a place for it."""
    with moving(agreement, "submit_agreement", by=by):
        cases.refuse_while_requests_are_open(agreement.mediation.round)
        parties = signatories(agreement.mediation.case)
        for party, details in zip(parties, details_of(parties), strict=True):
            Signature.objects.create(agreement=agreement, party=party, name=party.name, details=details)
        mediator = agreement.mediation.mediator
        Signature.objects.create(agreement=agreement, mediator=mediator, name=mediator.name)
        begin_signing(agreement.mediation, by=by)


def signatories(case: Case) -> list[Party]:
    """Who has to sign: all parties; of a side that chose representatives, only these (at least two people agree)."""
    parties = list(case.parties.select_related("person", "organisation"))
    if len(parties) < 2:
        raise MoveRefused(_("协议至少要有双方当事人：请先在事项中补充对方当事人。"))
    represented = {party.side for party in parties if party.is_representative}
    return [party for party in parties if party.is_representative or party.side not in represented]


def particulars(party: Party) -> dict[str, str]:
    """A party as papers name it (人民调解法 29: 当事人的基本情况), in full."""
    if party.person:
        return of_person(party.person)
    return {"uscc": party.organisation.uscc} if party.organisation else {}


def of_person(person) -> dict[str, str]:
    return {
        "sex": person.get_sex_display() if person.sex else "",
        "birth_on": str(person.birth_on or ""),
        "id_type": person.get_id_type_display(),
        "id_number": person.id_number.plain,
        "address": person.address.plain,
        "phone": person.phone.plain,
    }


def details_of(parties: list[Party]) -> list[str]:
    """What the paper says of each party, and of whoever stands in for them, as JSON."""
    acting = {pk: {"stand_ins": some} for pk, some in stand_ins(parties).items() if some}
    return [json.dumps(particulars(party) | acting.get(party.pk, {})) for party in parties]


def stand_ins(parties: list[Party]) -> dict[int, list[dict[str, str]]]:
    """Agents and guardians as the paper names them, by the key of the party for whom they act."""
    found: dict[int, list[dict[str, str]]] = {party.pk: [] for party in parties}
    for agent in Agent.objects.standing().filter(party__in=found).select_related("person"):
        role = _("委托代理人（%(authority)s）") % {"authority": agent.get_authority_display()}
        found[agent.party_id].append(stand_in(role, agent.person))
    wards = {party.person_id: party.pk for party in parties if party.person and party.person.is_minor}
    for link in Guardian.objects.filter(minor__in=wards, ended_at=None).select_related("guardian"):
        role = _("法定代理人（%(kinship)s）") % {"kinship": link.kinship}
        found[wards[link.minor_id]].append(stand_in(role, link.guardian))
    return found


def stand_in(role: str, person) -> dict[str, str]:
    return {"as": role, "name": person.name} | of_person(person)


def begin_signing(mediation, *, by):
    """The mediation waits for the signatures."""
    with moving(mediation, "begin_signing", by=by):
        pass


def resume_talks(mediation, *, by):
    """The parties talk again: somebody would not sign, or the text has to change."""
    with moving(mediation, "resume_talks", by=by):
        pass


@transaction.atomic
def sign_agreement(agreement, *, by, signature, way, signed_on, signer=None):
    """Note that one party signed, or sign as the mediator. The last of all signatures and the stamp makes it bind.

    `signer` is whoever signed in place of the party: their guardian, or an agent with special authority.
    """
    details = {"signature": signature.pk, "signed_on": str(signed_on), "signer": signer and signer.pk}
    note = f"{signature.name}：{Way(way).label}"
    with moving(agreement, "sign_agreement", by=by, note=note, details=details):
        place = agreement.signatures.get(pk=signature.pk)
        refuse_signature(place, by)
        refuse_signer(place, signer)
        refuse_impossible_day(agreement, signed_on)
        place.way, place.signed_on, place.noted_by, place.signer = way, signed_on, by, signer
        if signer:  # perhaps named only after the paper was handed out
            acting = stand_ins([place.party])[place.party_id]
            place.details = json.dumps(json.loads(place.details.plain) | {"stand_ins": acting})
        place.save()
    take_effect_when_complete(agreement, by=by)


def refuse_signature(place, by):
    if place.signed_on:
        raise MoveRefused(_("%(name)s已于 %(day)s 签名。") % {"name": place.name, "day": place.signed_on})
    if place.mediator_id and place.mediator_id != by.pk:
        raise MoveRefused(_("调解员%(name)s须由本人签名（人民调解法第二十九条）。") % {"name": place.name})


def refuse_signer(place, signer):
    """Whoever lacks the right cannot sign: a minor alone, an agent without special authority, a stranger."""
    person = place.party.person if place.party_id else None
    if person and person.is_minor:
        refuse_in_place_of_minor(person, signer)
    elif signer:
        refuse_agent(place, signer)


def refuse_in_place_of_minor(minor, signer):
    guardians = [link.guardian_id for link in minor.guardians.filter(ended_at=None)]
    if not guardians:
        raise MoveRefused(_("当事人是未成年人，须由监护人签名：请先在人员页面登记监护人。"))
    if signer is None or signer.pk not in guardians:
        raise MoveRefused(_("当事人是未成年人，须由其监护人签名，本人或其他人签名无效。"))


def refuse_agent(place, signer):
    agent = place.party.agents.standing().filter(person=signer).first() if place.party_id else None
    if agent is None:
        raise MoveRefused(_("%(name)s没有委托此人，不能代为签名。") % {"name": place.name})
    if agent.authority != Agent.Authority.SPECIAL:
        raise MoveRefused(_("一般授权的代理人不能代为签署协议：请由本人签名，或补交特别授权委托书。"))


def refuse_impossible_day(agreement, day):
    """A paper is signed and stamped between the day the mediation began and today."""
    if not timezone.localdate(agreement.mediation.opened_at) <= day <= timezone.localdate():
        raise MoveRefused(_("日期不能早于接办调解之日，也不能晚于今天。"))


@transaction.atomic
def set_stamp(agreement, *, by, stamped_on):
    """Set the committee's stamp. Only its keeper does; the database keeps who and when."""
    with moving(agreement, "set_stamp", by=by, details={"stamped_on": str(stamped_on)}):
        if agreement.stamped_on:
            raise MoveRefused(_("本协议已于 %(day)s 加盖印章。") % {"day": agreement.stamped_on})
        refuse_impossible_day(agreement, stamped_on)
        agreement.stamped_on, agreement.stamped_by = stamped_on, by
    take_effect_when_complete(agreement, by=by)


def take_effect_when_complete(agreement, *, by):
    if not agreement.missing():
        take_effect(agreement, by=by)


def take_effect(agreement, *, by):
    """The agreement binds from the day of the last signature or the stamp (人民调解法 29): number it and freeze it.

    Only within the transaction of that signature or stamp: all of it happens or nothing does.
    """
    details: dict[str, object] = {}
    with moving(agreement, "take_effect", by=by, details=details):
        prefetch_related_objects([agreement], "signatures")
        if missing := agreement.missing():
            raise MoveRefused(
                _("协议尚未生效（人民调解法第二十九条），还缺：%(names)s。") % {"names": "、".join(missing)}
            )
        agreement.number = new_number(agreement.mediation.unit)
        agreement.in_force_on = max(agreement.stamped_on, *(place.signed_on for place in agreement.places()))
        agreement.content_hash = agreement.digest()
        details |= {
            "number": agreement.number,
            "in_force_on": str(agreement.in_force_on),
            "sha256": agreement.content_hash,
        }
    conclude(agreement.mediation, by=by)


def new_number(committee: Unit) -> str:
    """（2026）衢江人调字第0001号: the next number of the year in the series of the committees of this county."""
    year = f"{timezone.localdate():%Y}"
    series = f"{short_name(committee.area)}人调字"
    return f"（{year}）{series}第{next_number(f'agreement.{series}', year):04}号"


def short_name(area: Area) -> str:
    """衢江 for any area of 衢江区."""
    county = Area.objects.get(path=f"{area.path.split('/')[0]}/")
    return re.sub("[区县市]$", "", county.name)


def conclude(mediation, *, by):
    """A written agreement is in force: the mediation is finished, and the round is resolved."""
    with moving(mediation, "conclude", by=by):
        mediation.ended_at = timezone.now()
        cases.resolve(mediation.round, by=by, outcome=Outcome.AGREEMENT)


def record_oral_agreement(mediation, *, by, agreed_on, **texts) -> Agreement:
    """Register what the parties agreed by word of mouth: it binds from the day they agreed (人民调解法 28, 30)."""
    details: dict[str, object] = {}
    with moving(mediation, "record_oral_agreement", by=by, details=details):
        signatories(mediation.case)
        withdraw_live_agreement(mediation, by=by)
        agreement = Agreement(
            mediation=mediation,
            version=next_version(mediation),
            is_oral=True,
            state=AgreementState.IN_FORCE,
            in_force_on=agreed_on,
            drafted_by=by,
            **texts,
        )
        refuse_impossible_day(agreement, agreed_on)
        agreement.content_hash = agreement.digest()
        agreement.save()
        details |= {"agreement": agreement.pk, "sha256": agreement.content_hash}
        mediation.ended_at = timezone.now()
        cases.resolve(mediation.round, by=by, outcome=Outcome.ORAL_AGREEMENT)
    return agreement


def withdraw_live_agreement(mediation, *, by):
    if agreement := mediation.live_agreement():
        withdraw_agreement(agreement, by=by)


def withdraw_agreement(agreement, *, by):
    """A version that will never bind. It stays in the file, marked."""
    with moving(agreement, "withdraw_agreement", by=by):
        pass


@transaction.atomic
def revise_agreement(agreement, *, by, note) -> Agreement:
    """Take a version back from signing. Signatures do not carry over: the next version begins with its text alone."""
    with moving(agreement, "revise_agreement", by=by, note=note):
        pass
    mediation = agreement.mediation
    texts = {name: getattr(agreement, name) for name in Agreement.TEXTS}
    resume_talks(mediation, by=by)
    return Agreement.objects.create(
        mediation=mediation, version=next_version(mediation), drafted_by=by, **texts
    )


def give_up(mediation, *, by, ground, note, route="", unit=None):
    """End without an agreement, and send the matter on: no party is left without a channel (人民调解法 17, 26).

    One that the applicant took back (23) goes nowhere: the centre asks whether that was of free will.
    """
    with moving(mediation, "give_up", by=by, note=note, details={"ground": ground}):
        withdraw_live_agreement(mediation, by=by)
        mediation.ground, mediation.ground_note = ground, note
        mediation.ended_at = timezone.now()
        reason = f"{State.FAILED.label}：{Ground(ground).label}。{note}"
        if ground == Ground.WITHDRAWN:
            cases.resolve(mediation.round, by=by, outcome=Outcome.WITHDRAWN, note=reason)
            return
        cases.reroute(mediation.round, by=by, route=route, unit=unit, note=reason)


@transaction.atomic
def accept_referral(round, *, by) -> CourtReferral:
    """The court's desk takes a matter. It belongs to the desk: tomorrow's colleague goes on with it."""
    history.lock(round.dossier_id)
    round.refresh_from_db()
    refuse_other_desk(round, Route.COURT)
    referral = CourtReferral(case=round.case, round=round, unit=round.unit, handler=by)
    cases.accept_handling(referral, by=by, verb="accept_referral")
    return referral


def answer_referral(referral, *, by, reply, outcome):
    cases.answer_handling(referral, by=by, verb="answer_referral", reply=reply, outcome=outcome)


def send_back_referral(referral, *, by, note, to_unit):
    """Return a matter to the centre's window, with the reason."""
    cases.send_back_handling(referral, by=by, verb="send_back_referral", note=note, to_unit=to_unit)

"""An agreement from the first draft until it is in force, or withdrawn."""

import json
import re

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from cases.models import Agent
from cases.states import Outcome
from kernel.editing import editing
from kernel.encryption import next_key
from kernel.moves import MoveRefused
from kernel.numbering import next_number
from kernel.transitions import moving
from mediation.checks import blanks
from mediation.models import Agreement, Signature
from mediation.schedules import written
from mediation.services.arbitration import open_arbitration
from mediation.services.confirmation import open_confirmation
from mediation.services.instalments import keep_instalments
from mediation.services.parties import details_of, signatories, stand_ins
from mediation.services.performance import promise_all
from mediation.services.plans import release_sessions
from mediation.services.talks import begin_signing, conclude, resume_talks
from mediation.states import AgreementState, CheckItem, Way
from people.models import Area


def draft_agreement(mediation, *, by, instalments=(), **texts) -> Agreement:
    """Begin to write down what the parties agree on. `instalments` are plain rows (mediation.schedules)."""
    details: dict[str, object] = {}
    with moving(mediation, "draft_agreement", by=by, details=details):
        if mediation.live_agreement():
            raise MoveRefused(_("本件已有一份协议草稿，请在草稿上修改。"))
        agreement = new_version(mediation, by=by, instalments=instalments, **texts)
        details["agreement"] = agreement.pk
    return agreement


def new_version(mediation, *, by, instalments=(), **texts) -> Agreement:
    agreement = Agreement.objects.create(
        mediation=mediation,
        version=next_version(mediation),
        drafted_by=by,
        schedule=written(instalments),
        **texts,
    )
    if instalments:
        keep_instalments(agreement, instalments)
    return agreement


def next_version(mediation) -> int:
    return mediation.agreements.count() + 1


def edit_agreement(agreement, *, by, seen, instalments=(), **texts):
    """Change a draft. `seen` is the token of the form; two who write at once see both texts."""
    texts["schedule"] = written(instalments)
    with editing(agreement, "edit_agreement", by=by, seen=seen, **texts):
        if agreement.state != AgreementState.DRAFTED:
            raise MoveRefused(_("协议已提交签署，不能再修改；需要修改时请先退回。"))
        if not agreement.is_holder(by):
            raise MoveRefused(_("只有本调委会的调解员可以修改协议。"))
        keep_instalments(agreement, instalments)


def submit_agreement(agreement, *, by, checked):
    """Hand the draft out for signing: from now on its text stays, and everybody who must sign has a place for it.

    `checked` are the items of the check list that `by` has ticked: all of them; they stand in the history.
    """
    note = _("已核对 %(count)d 项") % {"count": len(checked)}
    with moving(agreement, "submit_agreement", by=by, note=note, details={"checked": sorted(checked)}):
        refuse_unchecked(agreement, checked)
        cases.refuse_while_requests_are_open(agreement.mediation.round)
        parties = signatories(agreement.mediation.case)
        for party, details in zip(parties, details_of(parties), strict=True):
            Signature.objects.create(agreement=agreement, party=party, name=party.name, details=details)
        if agreement.mediation.is_stamped:
            mediator = agreement.mediation.mediator
            Signature.objects.create(agreement=agreement, mediator=mediator, name=mediator.name)
        begin_signing(agreement.mediation, by=by)


def refuse_unchecked(agreement, checked):
    """What is not definite and lawful would not be confirmed (法释〔2011〕5号第七条)."""
    if left := [item for item in CheckItem if item not in checked]:
        raise MoveRefused(
            _("协议内容应当明确、合法（法释〔2011〕5号第七条），还没有核对：%(items)s。")
            % {"items": "；".join(str(item.label) for item in left)}
        )
    if empty := blanks(agreement):
        raise MoveRefused(_("协议还有空白没有填写：%(parts)s。") % {"parts": "、".join(empty)})


@transaction.atomic
def sign_agreement(agreement, *, by, signature, way, signed_on, signer=None):
    """Note that one party signed, or sign as the mediator. The last of all signatures and the stamp makes it bind.

    `signer` is whoever signed in place of the party: their guardian, or an agent with special authority.
    """
    details = {"signature": signature.pk, "signed_on": str(signed_on), "signer": signer and signer.pk}
    note = f"{named_by_side(signature, signer)}：{Way(way).label}"
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


def named_by_side(place, signer) -> str:
    """Who signed, without a name: the history is read where parties are masked."""
    side = place.party.get_side_display() if place.party_id else _("调解员")
    return _("%(side)s（代签）") % {"side": side} if signer else side


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
        raise MoveRefused(_("当事人是未成年人，须由法定代理人签名：请先在人员页面登记法定代理人。"))
    if signer is None or signer.pk not in guardians:
        raise MoveRefused(_("当事人是未成年人，须由其法定代理人签名，本人或其他人签名无效。"))


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
    """The agreement binds from the day of the last that its kind asks for (人民调解法 29): number it and freeze it.

    Only within the transaction of that signature or stamp: all of it happens or nothing does.
    """
    details: dict[str, object] = {}
    with moving(agreement, "take_effect", by=by, details=details):
        prefetch_related_objects([agreement], "signatures")
        if missing := agreement.missing():
            raise MoveRefused(
                _("协议尚未生效（%(article)s），还缺：%(names)s。")
                % {"article": agreement.mediation.terms.article, "names": "、".join(missing)}
            )
        agreement.number = new_number(agreement.mediation)
        agreement.in_force_on = binding_day(agreement)
        agreement.content_hash = agreement.digest()
        details |= {
            "number": agreement.number,
            "in_force_on": str(agreement.in_force_on),
            "sha256": agreement.content_hash,
        }
    conclude(agreement.mediation, by=by)
    open_confirmation(agreement, by=by)
    if agreement.mediation.terms.arbitrable:
        open_arbitration(agreement, by=by)
    promise_all(agreement, by=by)


def binding_day(agreement):
    days = [place.signed_on for place in agreement.places()]
    return max([agreement.stamped_on, *days] if agreement.mediation.is_stamped else days)


def new_number(mediation) -> str:
    """（2026）衢江人调字第0001号: the next number of the year in this county's series of its kind."""
    year = f"{timezone.localdate():%Y}"
    series = f"{short_name(mediation.unit.area)}{mediation.terms.word}"
    return f"（{year}）{series}第{next_number(f'agreement.{series}', year):04}号"


def short_name(area: Area) -> str:
    """衢江 for any area of 衢江区."""
    county = Area.objects.get(path=f"{area.path.split('/')[0]}/")
    return re.sub("[区县市]$", "", county.name)


def record_oral_agreement(mediation, *, by, agreed_on, instalments=(), **texts) -> Agreement:
    """Register what the parties agreed by word of mouth: it binds from the day they agreed (人民调解法 28, 30).

    Its instalments are written before the row itself, which freezes them.
    """
    details: dict[str, object] = {}
    with moving(mediation, "record_oral_agreement", by=by, details=details):
        refuse_oral(mediation)
        signatories(mediation.case)
        withdraw_live_agreement(mediation, by=by)
        release_sessions(mediation, by=by)
        agreement = Agreement(
            pk=next_key(Agreement),
            mediation=mediation,
            version=next_version(mediation),
            is_oral=True,
            state=AgreementState.IN_FORCE,
            in_force_on=agreed_on,
            drafted_by=by,
            schedule=written(instalments),
            **texts,
        )
        refuse_impossible_day(agreement, agreed_on)
        keep_instalments(agreement, instalments)
        agreement.content_hash = agreement.digest()
        agreement.save(force_insert=True)
        details |= {"agreement": agreement.pk, "sha256": agreement.content_hash}
        mediation.ended_at = timezone.now()
        cases.resolve(mediation.round, by=by, outcome=Outcome.ORAL_AGREEMENT)
        promise_all(agreement, by=by)
    return agreement


def refuse_oral(mediation):
    if not mediation.terms.oral:
        raise MoveRefused(
            _("%(kind)s达成的协议应当制作书面协议书（%(article)s），不能登记为口头协议。")
            % {"kind": mediation.get_kind_display(), "article": mediation.terms.article}
        )


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
    parts = [one.terms() for one in agreement.instalment_rows()]
    resume_talks(mediation, by=by)
    return new_version(mediation, by=by, instalments=parts, **texts)

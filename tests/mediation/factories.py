"""A committee with its people, and a mediation as far as a test needs it, made by the services themselves."""

from datetime import date, timedelta
from decimal import Decimal

import factory
import time_machine
from django.utils import timezone

from cases import services as cases
from cases.models import FollowUp, Party
from cases.states import Route, Side
from kernel.models import ClockRule
from mediation import services
from mediation.models import FilingTerm
from mediation.states import AskedBy, Attendance, CheckItem, Kind, Manner, PayWay, Way, Willing
from people.models import Unit
from people.roles import Role
from people.services import register_organisation
from tests.factories import CaseFactory, PersonFactory, UnitFactory, UserFactory

TEXTS = {
    "facts": "楼上卫生间漏水，楼下天花板受损。双方对赔偿数额有争议。",
    "duties": "楼上住户负责修复防水层，物业公司负责协助。",
    "terms": "一、楼上住户赔偿楼下住户损失。\n二、双方不再为此事发生争执。",
    "performance": "以银行转账方式一次性支付。",
    "perform_by": date(2026, 12, 31),
    "amount": Decimal("12806.05"),
}
RULES = {
    "case.take": 1,
    "case.follow_up": 7,
    "case.rating": 30,
    "mediation.mediate": 30,
    "mediation.mediate.labour": 15,
    "mediation.mediate.referred_before": 30,
    "mediation.mediate.referred_after": 15,
    "mediation.mediate.referred_summary": 7,
    "mediation.mediate.administrative": 30,
    "mediation.ask_confirmation": 30,
    "mediation.ask_arbitration": 15,
    "arbitration.accept": 5,
    "arbitration.review": 5,
    "court.accept_confirmation": 3,
    "court.review_confirmation": 15,
    "mediation.instalment": 0,
}


def with_rules():
    """The clock rules that the road touches, where the reference data have not brought them."""
    for code, length in RULES.items():
        if not ClockRule.objects.filter(code=code).exists():
            ClockRule.objects.create(
                code=code,
                name=code,
                legal_basis="测试",
                unit=ClockRule.Unit.CALENDAR_DAY,
                length=length,
                since=date(2020, 1, 1),
            )


class CommitteeFactory(UnitFactory):
    name = factory.Sequence("第{}人民调解委员会".format)
    kind = Unit.Kind.COMMITTEE


def waiting_case(committee, route=Route.MEDIATION, **matter):
    """A matter with two people and a firm that waits for the committee, or for another desk."""
    respondent = PersonFactory(
        name="周启航", id_number="330803198503124513", address="浮石街道百汇路 8 号 502 室"
    )
    applicant = PersonFactory(
        name="陈素芬", id_number="330803195803084527", address="浮石街道百汇路 8 号 402 室", sex="f"
    )
    case = CaseFactory(unit=committee, route=route, applicant=applicant, **matter)
    firm = register_organisation(name="衢州市安澜物业有限公司", uscc="91330803MA2DFAKE0X")
    Party.objects.create(case=case, side=Side.RESPONDENT, person=respondent, name=respondent.name)
    Party.objects.create(case=case, side=Side.THIRD, organisation=firm, name=firm.name)
    return case


def accepted(mediator, committee=None, **matter):
    """A mediation in the hands of `mediator`."""
    committee = committee or mediator.posts.get().unit
    return services.accept(waiting_case(committee, **matter).rounds.get(), by=mediator)


def consented(mediation, *parties, answer=Willing.AGREED, by=None, **given):
    """All parties, or these, are asked by telephone and answer."""
    for party in parties or mediation.case.parties.all():
        services.record_consent(
            mediation,
            by=by or mediation.mediator,
            party=party,
            answer=answer,
            **{"way": AskedBy.PHONE, "asked_at": timezone.now()} | given,
        )
    return mediation


def entrusted(referral, committee, *, by, **given):
    """The court's desk gives a matter in its hands to the committee."""
    words = {
        "kind": Kind.REFERRED_BEFORE,
        "court_number": "（2026）浙0803诉前调123号",
        "papers_on": timezone.localdate(),
    }
    return services.entrust(referral, by=by, committee=committee, **words | given)


def change_asked(mediation, by=None, **given):
    """A party wants another mediator; a colleague notes it."""
    words = {"party": mediation.case.parties.first(), "interest": "choice", "reason": "想换一位调解员"}
    by = by or mediator_of(mediation.unit)
    return services.ask_change(mediation, by=by, **words | given)


def interest_declared(mediation, **given):
    words = {"interest": "kin", "reason": "被申请人是我外甥"}
    return services.declare_interest(mediation, by=mediation.mediator, **words | given)


def drafted(mediation):
    return services.draft_agreement(mediation, by=mediation.mediator, **TEXTS)


def submitted(mediation):
    agreement = drafted(mediation)
    services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
    agreement.mediation.refresh_from_db()
    return agreement


def sign_all(agreement, *, but=0):
    """Let the parties and the mediator sign today, all but the last `but` of them."""
    places = list(agreement.signatures.all())
    for place in places[: len(places) - but]:
        sign(agreement, place)


def sign(agreement, place, on=None):
    services.sign_agreement(
        agreement,
        by=agreement.mediation.mediator,
        signature=place,
        way=Way.HAND,
        signed_on=on or timezone.localdate(),
    )


def soon(**ahead):
    return timezone.localtime().replace(second=0, microsecond=0) + timedelta(**(ahead or {"hours": 2}))


def planned(mediation, *, by=None, **given):
    """A session in two hours, with all parties, where the committee sits."""
    words = {
        "begins_at": soon(),
        "minutes": 90,
        "manner": Manner.TOGETHER,
        "parties": list(mediation.case.parties.all()),
        "place": "村委会二楼",
    }
    return services.plan_session(mediation, by=by or mediation.mediator, **words | given)


def invited(mediation, name="楼长 赵六", kind="respected", **given):
    """Somebody invited to help, with the consent of all parties."""
    words = {"kind": kind, "name": name, "agreed": mediation.case.parties.all()}
    return services.invite_helper(mediation, by=mediation.mediator, **words | given)


def held(plan, *, by=None, absent=(), **given):
    """The session took place at its time; all but `absent` came."""
    with time_machine.travel(plan.begins_at + timedelta(minutes=5), tick=False):
        guests = list(plan.guests.all())
        words = {
            "attendance": {
                guest: (Attendance.ABSENT if guest.party in absent else Attendance.CAME, "")
                for guest in guests
            },
            "held_at": plan.begins_at,
            "place": plan.where,
            "record": "双方陈述事实，意见接近。",
        }
        return services.hold_session(plan, by=by or plan.mediation.mediator, **words | given)


def in_force(mediation, keeper):
    agreement = submitted(mediation)
    sign_all(agreement)
    services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())
    agreement.refresh_from_db()
    mediation.refresh_from_db()
    return agreement


def on_labour(mediator, keeper):
    """A labour dispute, mediated by the committee, with its agreement in force."""
    round = waiting_case(mediator.posts.get().unit).rounds.get()
    kind, today = Kind.LABOUR, timezone.localdate()
    return in_force(services.accept(round, by=mediator, kind=kind, received_on=today), keeper)


def closed(mediation, keeper, clerk):
    """Agreed, followed up by the centre, and closed."""
    in_force(mediation, keeper)
    cases.follow_up(mediation.round, by=clerk, way=FollowUp.Way.PHONE, said="按约履行", promise_kept=True)
    mediation.refresh_from_db()
    return mediation


def filing(kind, name):
    return FilingTerm.objects.get(kind=kind, name=name)


def put_away(mediation, difficulty="一般", by=None):
    return services.archive(
        mediation,
        by=by or mediation.mediator,
        difficulty=filing("difficulty", difficulty),
        retention=filing("retention", "长期"),
        pages=12,
    )


def mediator_of(committee, **fields):
    return UserFactory(post=(Role.MEDIATOR, committee), **fields)


def instalments(mediation, *parts, way=PayWay.TRANSFER):
    """Rows by which the second party pays the first: pairs of amount and day."""
    payee, payer, *_others = mediation.case.parties.order_by("pk")
    return [
        {"payer": payer, "payee": payee, "amount": Decimal(amount), "due_on": day, "way": way}
        for amount, day in parts
    ]


THREE = (
    ("4806.05", date(2026, 9, 4)),
    ("4000.00", date(2026, 9, 30)),
    ("4000.00", date(2026, 10, 30)),
)


def drafted_in_parts(mediation, parts=THREE):
    rows = instalments(mediation, *parts)
    return services.draft_agreement(mediation, by=mediation.mediator, instalments=rows, **TEXTS)

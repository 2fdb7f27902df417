"""A committee with its people, and a mediation as far as a test needs it, made by the services themselves."""

from datetime import date
from decimal import Decimal

import factory
from django.utils import timezone

from cases.models import Party
from cases.states import Route, Side
from kernel.models import ClockRule
from mediation import services
from mediation.states import CheckItem, PayWay, Way
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


def waiting_case(committee, **matter):
    """A matter with two people and a firm that waits for the committee."""
    respondent = PersonFactory(
        name="周启航", id_number="330803198503124513", address="浮石街道百汇路 8 号 502 室"
    )
    applicant = PersonFactory(
        name="陈素芬", id_number="330803195803084527", address="浮石街道百汇路 8 号 402 室", sex="f"
    )
    case = CaseFactory(unit=committee, route=Route.MEDIATION, applicant=applicant, **matter)
    firm = register_organisation(name="衢州市安澜物业有限公司", uscc="91330803MA2DFAKE0X")
    Party.objects.create(case=case, side=Side.RESPONDENT, person=respondent, name=respondent.name)
    Party.objects.create(case=case, side=Side.THIRD, organisation=firm, name=firm.name)
    return case


def accepted(mediator, committee=None, **matter):
    """A mediation in the hands of `mediator`."""
    committee = committee or mediator.posts.get().unit
    return services.accept(waiting_case(committee, **matter).rounds.get(), by=mediator)


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


def in_force(mediation, keeper):
    agreement = submitted(mediation)
    sign_all(agreement)
    services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())
    agreement.refresh_from_db()
    mediation.refresh_from_db()
    return agreement


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

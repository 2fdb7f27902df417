"""What the mediators' and the court's pages show of these days, lived through the services at the end of a load.

Each scene has a matter of its own, so that even a small load meets it: sessions of today and the coming days in their
rooms, records, instalments paid and late, changes of mediator to decide, agreements before the arbitration commission,
and what the court's desk gave to the committee.
"""

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from cases.models import Category, Outlet
from cases.states import Channel, Route
from governance_center.demo import names, texts
from governance_center.demo.days import local_day
from governance_center.demo.scripted import clock_at
from governance_center.demo.staff import fortnight
from intake import services as intake
from kernel.calendar import DAY, local
from mediation import services
from mediation.models import ArbitrationReview, ConfirmationTerm, Room
from mediation.states import Basis, CheckItem, Ground, HelperKind, Interest, Kind, Manner, PayWay, Source, Way
from people.models import Area, Unit, User

CALLERS = 1_950_000
"""People who are met here alone stand at the end of the population."""
SESSION = "双方陈述了事实和各自的要求，调解员释明了有关规定。双方同意回去商量，下次再谈。"
PARTS = {
    "facts": "双方对渗水修复费用的承担有争议。",
    "terms": "被申请人分三期付清修复费用。",
    "performance": "银行转账。",
}
WAGES = {
    "facts": "双方对离职当月工资的数额和支付时间有争议。",
    "terms": "一、被申请人向申请人支付拖欠的工资。\n二、双方就本次劳动争议再无其他争议。",
    "performance": "银行转账，一次付清。",
}


def count(cases: int) -> int:
    """How many matters of a load are lived here."""
    return min(len(SCENES), cases // 4)


def live(seed: int, cases: int) -> None:
    for n, scene in enumerate(SCENES[: count(cases)]):
        scene(Stage(seed, n))


@contextmanager
def ago(**time):
    """The services see a moment of these days, to the minute."""
    then = timezone.localtime() - timedelta(**time)
    with clock_at(local_day(then), f"{then:%H:%M}"):
        yield


class Stage:
    """Who plays in a scene, and how its matter begins."""

    def __init__(self, seed: int, n: int):
        self.n, self.random = n, Random(f"{seed}:talks:{n}")
        self.caller, self.other = (names.person(CALLERS + 2 * n + side, seed) for side in (0, 1))
        self.cadre = User.objects.get(username="court")
        self.clerk = User.objects.get(username="clerk")
        self.committee, self.court = (Unit.objects.coded(code) for code in ("committee", "court"))

    def matter(self, *, route=Route.MEDIATION, category="C06", number=""):
        """It came by telephone, or from the court."""
        story = texts.story(self.random, category)
        to_unit, by = (self.court, self.cadre) if number else (self.committee, self.clerk)
        return intake.register_arrival(
            by=by,
            unit=by.posts.first().unit,
            channel=Channel.COURT if number else Channel.PHONE,
            outside_number=number,
            came_at=timezone.now(),
            name=self.caller.name,
            phone=self.caller.phone,
            outlet=Outlet.objects.filter(route=route, restriction="").order_by("pk").first(),
            to_unit=to_unit,
            title=story.title,
            story=story.text,
            category=Category.objects.get(code=category),
            area=Area.objects.get(code="330803001"),
            amount=story.amount,
            respondent={"kind": "person", "name": self.other.name},
        ).case

    def mediation(self, username="mediator", **accepted):
        by = User.objects.get(username=username)
        category = "C01" if accepted else "C06"
        mediation = services.accept(self.matter(category=category).latest_round(), by=by, **accepted)
        return consent(mediation)

    def referral(self):
        """What the court sent, in the hands of its desk."""
        number = f"（{timezone.localdate():%Y}）浙0803诉前调{310 + self.n}号"
        round = self.matter(route=Route.COURT, category="C07", number=number).latest_round()
        return services.accept_referral(round, by=self.cadre)

    def entrust(self, kind):
        referral = self.referral()
        return services.entrust(
            referral,
            by=self.cadre,
            kind=kind,
            court_number=referral.case.outside_number,
            papers_on=timezone.localdate(),
            committee=self.committee,
            note="双方有调解意愿，请联系后约定时间。",
        )


def consent(mediation):
    for party in mediation.case.parties.all():
        services.record_consent(
            mediation,
            by=mediation.mediator,
            party=party,
            answer="agreed",
            way="phone",
            asked_at=timezone.now(),
        )
    return mediation


def plan(mediation, begins_at, room: int, **asked):
    return services.plan_session(
        mediation,
        by=mediation.mediator,
        begins_at=begins_at,
        minutes=90,
        manner=Manner.TOGETHER,
        parties=list(mediation.case.parties.all()),
        room=Room.objects.order_by("pk")[room],
        bring="本人身份证件、与纠纷有关的证据材料",
        **asked,
    )


def record(mediation):
    """Of a first session, some time ago."""
    return services.record_session(
        mediation,
        by=mediation.mediator,
        held_at=timezone.now(),
        place="第一调解室",
        attended=list(mediation.case.parties.all()),
        others="",
        record=SESSION,
    )


def soon(hours: int):
    return timezone.now().replace(second=0, microsecond=0) + timedelta(hours=hours)


def coming(n: int, at: str):
    """An hour of the n-th day to come on which the hall is open, or at least of the n-th day."""
    today = timezone.localdate()
    ahead = [day for day in fortnight(today) if day > today]
    return local(ahead[n] if n < len(ahead) else today + (n + 1) * DAY, at)


def going_on(stage: Stage) -> None:
    """A session that has begun; a colleague mediates with the one in charge."""
    with ago(days=3):
        mediation = stage.mediation()
    with ago(hours=1):
        services.add_co_mediator(
            mediation, by=mediation.mediator, user=User.objects.get(username="liancuiying")
        )
        plan(mediation, timezone.now() + timedelta(minutes=40), 3)


def today_again(stage: Stage) -> None:
    """A second session today, with somebody whom both sides trust; the record of the first can still be put right."""
    with ago(days=2):
        mediation = stage.mediation()
        record(mediation)
    helper = services.invite_helper(
        mediation,
        by=mediation.mediator,
        kind=HelperKind.RESPECTED,
        name="村里的老支书方大爷",
        about="双方都信得过",
        agreed=list(mediation.case.parties.all()),
    )
    plan(mediation, soon(1), 0, helpers=[helper])


def another_wanted(stage: Stage) -> None:
    """A record that was read out and signed; then a party wants another mediator."""
    with ago(days=2):
        mediation = stage.mediation()
        session = record(mediation)
        for signer in (*mediation.case.parties.all(), mediation.mediator):
            services.sign_record(session, by=mediation.mediator, signer=signer, way="paper")
    plan(mediation, soon(3), 1)
    services.ask_change(
        mediation,
        by=stage.clerk,
        party=mediation.case.parties.first(),
        interest=Interest.CHOICE,
        reason="希望由熟悉本村情况的调解员来调解。",
    )


def too_near(stage: Stage) -> None:
    mediation = stage.mediation("mediator2")
    plan(mediation, coming(0, "09:00"), 0)
    services.declare_interest(
        mediation, by=mediation.mediator, interest=Interest.TIES, reason="与被申请人是多年的邻居。"
    )


def this_week(stage: Stage) -> None:
    mediation = stage.mediation("liancuiying")
    plan(mediation, coming(1, "14:30"), 2)


def late_with_a_part(stage: Stage) -> None:
    """Agreed by word: the first part is paid, the second is late, the third is to come."""
    with ago(days=8):
        mediation = stage.mediation()
        today, by = timezone.localdate(), mediation.mediator
        parts = parts_of(mediation, (today, today + 5 * DAY, today + 35 * DAY))
        agreement = services.record_oral_agreement(
            mediation, by=by, agreed_on=today, instalments=parts, amount=total(parts), **PARTS
        )
        pay_first(agreement, by)


def paid_at_the_signing(stage: Stage) -> None:
    """Agreed in writing: the first part is paid at the signing, the second is due within days."""
    mediation = stage.mediation()
    today, by = timezone.localdate(), mediation.mediator
    parts = parts_of(mediation, (today, today + 3 * DAY, today + 33 * DAY))
    agreement = services.draft_agreement(
        mediation, by=by, instalments=parts, perform_by=today + 33 * DAY, amount=total(parts), **PARTS
    )
    pay_first(sign(agreement, by), by)


def parts_of(mediation, days) -> list[dict]:
    payee, payer, *_others = mediation.case.parties.order_by("pk")
    return [
        {"payer": payer, "payee": payee, "amount": Decimal("1200.00"), "due_on": day, "way": PayWay.TRANSFER}
        for day in days
    ]


def total(parts) -> Decimal:
    return sum((part["amount"] for part in parts), Decimal(0))


def sign(agreement, by):
    """All sign today, and the keeper sets the stamp."""
    today = timezone.localdate()
    services.submit_agreement(agreement, by=by, checked=CheckItem.values)
    for place in agreement.signatures.all():
        services.sign_agreement(agreement, by=by, signature=place, way=Way.HAND, signed_on=today)
    services.set_stamp(agreement, by=User.objects.get(username="stamp"), stamped_on=today)
    return agreement


def pay_first(agreement, by) -> None:
    first = agreement.performances.order_by("number").first()
    services.record_payment(
        first, by=by, paid_on=timezone.localdate(), way=PayWay.TRANSFER, amount=first.amount
    )


def wages_agreed(stage: Stage) -> ArbitrationReview:
    """A labour dispute is settled, and the days of the arbitration commission run."""
    today = timezone.localdate()
    mediation = stage.mediation(kind=Kind.LABOUR, received_on=today)
    by = mediation.mediator
    agreement = services.draft_agreement(
        mediation, by=by, perform_by=today + 10 * DAY, amount=Decimal("4860.00"), **WAGES
    )
    return sign(agreement, by).arbitration


def before_the_commission(stage: Stage) -> None:
    review = wages_agreed(stage)
    kinds, by, today = ConfirmationTerm.Kind, review.mediation.mediator, timezone.localdate()
    services.apply_for_arbitration(
        review,
        by=by,
        met=list(ConfirmationTerm.objects.filter(kind=kinds.REVIEW_CONDITION)),
        papers=list(ConfirmationTerm.objects.filter(kind=kinds.REVIEW_PAPER)),
        applicants=list(review.case.parties.all()),
        applied_on=today,
    )
    services.hand_to_commission(review, by=by, commission="衢江区劳动人事争议仲裁委员会", handed_on=today)


def at_the_courts_desk(stage: Stage) -> None:
    stage.referral()


def given_back(stage: Stage) -> None:
    """No agreement was reached, and the papers went back to the court, which has not signed for them yet."""
    with ago(days=6):
        entrustment = stage.entrust(Kind.REFERRED_BEFORE)
        mediation = taken(entrustment)
    reason = "双方对还款期限分歧较大，调解两次未能达成一致。"
    services.give_up(
        mediation,
        by=mediation.mediator,
        ground=Ground.NO_AGREEMENT,
        note=reason,
        route=Route.COURT,
        unit=stage.court,
    )
    entrustment.refresh_from_db()
    services.return_to_court(
        entrustment, by=mediation.mediator, reason=reason, returned_on=timezone.localdate()
    )


def taken(entrustment):
    today, by = timezone.localdate(), User.objects.get(username="mediator")
    return services.accept(
        entrustment.round, by=by, source=Source.COURT, kind=entrustment.kind, received_on=today
    )


def given_by_the_court(stage: Stage) -> None:
    stage.entrust(Kind.REFERRED_BEFORE)


def mediated_after_filing(stage: Stage) -> None:
    taken(stage.entrust(Kind.REFERRED_AFTER))


def assigned(stage: Stage) -> None:
    """A matter was given to a mediator who has not answered yet."""
    director, to = (User.objects.get(username=name) for name in ("director", "mediator"))
    services.assign(stage.matter().latest_round(), by=director, to=to, basis=Basis.SPECIALITY)


SCENES = (
    going_on,
    today_again,
    late_with_a_part,
    another_wanted,
    paid_at_the_signing,
    too_near,
    this_week,
    wages_agreed,
    before_the_commission,
    at_the_courts_desk,
    given_back,
    given_by_the_court,
    mediated_after_filing,
    assigned,
)

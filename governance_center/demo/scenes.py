"""What would be met too rarely among matters in hand, lived through the services at the end of a load.

Each scene takes a mediation that is going on; in a small load several happen in one.
"""

from datetime import timedelta
from decimal import Decimal
from itertools import cycle

from django.utils import timezone

from cases import escalation
from cases import services as cases
from cases.models import Agent, Card
from cases.selectors import units_that_open
from cases.states import DeferralKind, RequestKind, Side
from governance_center.demo import album, names
from kernel.models import Clock, Step
from mediation.models import Mediation
from mediation.states import State
from people import persons
from people.identity import id_check_digit
from people.models import Person, Unit, User
from people.roles import Restriction, Role

PRESSED = 12
STRANGERS = 1_900_000
"""People who are met in scenes alone stand at the end of the population."""


def live(seed: int) -> None:
    open_ones = Mediation.objects.filter(
        state=State.MEDIATING,
        case__restriction="",
        agreements=None,
        unit__in=units_that_open(Restriction.VIOLENCE),  # one of them will be hidden
    )
    chosen = open_ones.select_related("case", "round", "unit", "mediator").order_by("-pk")[: len(SCENES)]
    for n, (scene, mediation) in enumerate(zip(SCENES, cycle(chosen), strict=False)):
        scene(mediation, mediation.mediator, names.person(STRANGERS + n, seed))
    press()


def ask(mediation, by, code: str, text: str):
    """A request to a department, and somebody there."""
    unit = Unit.objects.coded(code)
    helper = User.objects.filter(posts__unit=unit, posts__role="handler").order_by("pk").first()
    request = cases.ask(
        mediation.round, by=by, kind=RequestKind.HELP, from_unit=mediation.unit, to_unit=unit, text=text
    )
    return request, helper


def press() -> None:
    """The ladders issue cards for what ran out lately, each at its time; units answer, appeal, and are judged."""
    lately = Clock.objects.running().filter(
        late_at__isnull=False, rule__rungs__contains=[{"step": Step.RED_CARD}]
    )
    for n, clock in enumerate(sorted(lately.order_by("-late_at")[:PRESSED], key=lambda clock: clock.late_at)):
        clock.firings.filter(step=Step.REPORT).delete()  # it was loaded, and its cards were not
        Clock.objects.filter(pk=clock.pk).update(step=Step.REMIND_HEAD, next_fire_at=clock.late_at)
        escalation.sweep(min(timezone.now(), clock.late_at + timedelta(days=n % 3 * 3)))
    director = User.objects.bearing(Role.DIRECTOR).first()
    for n, card in enumerate(Card.objects.order_by("pk")[:PRESSED]):
        head = next(iter(card.keepers()))
        if n % 4 == 1:
            cases.appeal_card(card, by=head, appeal="鉴定机构尚未出具意见，期间应当暂停计算，请予复核。")
        elif n % 4 > 1:
            cases.answer_card(card, by=head, answer="因联系不上当事人延误，已约定本周五上门，下周一前办结。")
        if n % 4 == 3 and head != director:
            cases.close_card(card, by=director, decision="同意，按回复的时间办结。")


def objected(mediation, by, somebody) -> None:
    request, helper = ask(mediation, by, "housing", "请派人到现场查看渗水原因。")
    cases.object_to_request(request, by=helper, note="涉事房屋属村民自建房，建议请属地乡镇（街道）协助。")


def answered(mediation, by, somebody) -> None:
    request, helper = ask(mediation, by, "human_resources", "请协助核实用工时间和工资标准。")
    cases.accept_request(request, by=helper)
    cases.answer_request(request, by=helper, answer="已查看考勤和工资台账，所述用工时间属实，材料另附。")


def delayed(mediation, by, somebody) -> None:
    """The bureau needs longer, and its head has not decided yet."""
    request, helper = ask(mediation, by, "human_resources", "请提供近六个月的工资发放记录。")
    cases.accept_request(request, by=helper)
    cases.ask_deferral(
        request.clocks.get(code="request.answer"),
        case=mediation.case,
        unit=request.to_unit,
        by=helper,
        kind=DeferralKind.EXTEND,
        amount=Decimal(2),
        reason="工资台账存放在异地仓库，调取需要时间。",
    )


def withdrawn(mediation, by, somebody) -> None:
    request, _helper = ask(mediation, by, "market", "请协助查询商户登记情况。")
    cases.withdraw_request(request, by=by, note="当事人已自行提供营业执照复印件。")


def entrusted(mediation, by, somebody) -> None:
    """The applicant sends somebody with a letter."""
    cases.add_agent(
        mediation.case,
        by=by,
        party=mediation.case.parties.first(),
        authority=Agent.Authority.SPECIAL,
        letter=album.paper(album.LETTER),
        name=somebody.name,
        id_type=Person.IdType.RESIDENT,
        id_number=somebody.id_number,
        phone=somebody.phone,
    )


def with_a_child(mediation, by, mother) -> None:
    """A child is concerned, for whom the mother answers."""
    first = f"330803{timezone.localdate().year - 10}0512001"
    child = cases.register_party(
        mediation.case,
        by=by,
        side=Side.THIRD,
        id_type=Person.IdType.RESIDENT,
        name=f"{mother.name[0]}小禾",
        id_number=first + id_check_digit(first),
        phone=mother.phone,
    )
    persons.add_guardian(
        child.person,
        by=by,
        kinship="母亲",
        name=mother.name,
        id_type=Person.IdType.RESIDENT,
        id_number=mother.id_number,
        phone=mother.phone,
    )


def to_be_hidden(mediation, by, somebody) -> None:
    """A clerk heard of something that few may know, and asks that the matter be hidden."""
    clerk = User.objects.in_unit(Unit.objects.centre(), Role.CLERK).order_by("pk").first()
    reason = "电话回访时，当事人说家里有人动手，孩子在场，请求对外保密。"
    cases.ask_restriction(mediation.case, by=clerk, kind=Restriction.VIOLENCE, reason=reason)


SCENES = (objected, answered, delayed, withdrawn, entrusted, with_a_child, to_be_hidden)

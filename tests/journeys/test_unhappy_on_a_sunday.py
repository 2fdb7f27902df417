"""Story P6, points 1 to 3: closed in June, answered 不满意 on a Sunday, gone through again in July. Asia/Shanghai."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Category, FollowUp, Outlet, Rating, Round
from cases.states import Answer, Outcome, Side, State
from kernel import figures
from mediation import services
from mediation.models import Mediation, Performance
from mediation.states import CheckItem, PayWay
from people.models import Area, Unit
from people.roles import Role
from people.services import register_organisation
from stats import measures
from tests.factories import PersonFactory, UserFactory
from tests.mediation.factories import TEXTS, consented, mediator_of, sign_all

SHANGHAI = timezone.get_default_timezone()
PHONE = "19900000114"
JUNE = [date(2026, 6, day) for day in range(1, 31)]
CLOSED_ON, AGAIN_ON = date(2026, 6, 12), date(2026, 7, 6)
UNKEPT = "物业公司没有付2400元，电话也不接。"


def at(month, day, hour=10, minute=0):
    return time_machine.travel(datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI), tick=False)


@pytest.fixture(autouse=True)
def _reference(db):
    call_command("load_reference", verbosity=0)


@pytest.fixture
def people():
    centre, committee = Unit.objects.centre(), Unit.objects.get(code="committee")
    return {
        "mediator": mediator_of(committee, name="连翠英"),
        "keeper": UserFactory(post=(Role.STAMP_KEEPER, committee)),
        "clerk": UserFactory(name="徐晓岚", post=(Role.CLERK, centre)),
        "director": UserFactory(post=(Role.DIRECTOR, centre)),
        "committee": committee,
        "centre": centre,
    }


def opened(people, **applicant):
    """Registered at the window of the centre, and waiting for its committee."""
    firm = register_organisation(name="衢州市安澜物业有限公司", uscc="91330803MA2DFAKE0X")
    return cases.open_case(
        by=people["clerk"],
        unit=people["centre"],
        to_unit=people["committee"],
        applicant=PersonFactory(**applicant),
        parties=[{"side": Side.RESPONDENT, "organisation": firm, "name": firm.name}],
        title="物业费退还",
        story="物业公司多收物业费，要求退还2400元。",
        category=Category.objects.get(code="C06"),
        outlet=Outlet.objects.get(code="O02"),
        area=Area.objects.get(name="樟潭街道"),
        amount=Decimal("2400.00"),
    )


def accepted(case, people):
    return consented(services.accept(case.latest_round(), by=people["mediator"]))


def agreed(mediation, people, perform_by):
    """Drafted, signed and stamped on one day."""
    mediator = mediation.mediator
    texts = TEXTS | {"amount": Decimal("2400.00"), "perform_by": perform_by}
    agreement = services.draft_agreement(mediation, by=mediator, **texts)
    services.submit_agreement(agreement, by=mediator, checked=CheckItem.values)
    sign_all(agreement)
    services.set_stamp(agreement, by=people["keeper"], stamped_on=timezone.localdate())
    agreement.refresh_from_db()
    return agreement


def followed_up(case, people, said, *, kept):
    way = FollowUp.Way.PHONE
    cases.follow_up(case.latest_round(), by=people["clerk"], way=way, said=said, promise_kept=kept)


def answer(client, case, said):
    """By the query code and the last four digits of the telephone."""
    page = client.post(reverse("public:query"), {"code": case.query_code, "tail": PHONE[-4:]})
    token = BeautifulSoup(page.content, "html.parser").select_one("[name=token]")["value"]
    return client.post(reverse("public:rate"), {"token": token, "answer": said})


@pytest.fixture
def june(people):
    """Four others close in June, each the first time."""
    for day in (3, 9, 18, 26):
        with at(6, day):
            other = opened(people).latest_round()
            cases.take(other, by=people["mediator"])
            cases.resolve(other, by=people["mediator"], outcome=Outcome.AGREEMENT)
            followed_up(other.case, people, "已付清", kept=True)


@pytest.fixture
def closed(people):
    """Agreed on 10 June, to be paid by the 12th, closed on Friday the 12th."""
    with at(6, 8, 9):
        case = opened(people, name="许文娟", phone=PHONE)
        mediation = accepted(case, people)
    with at(6, 10):
        agreed(mediation, people, perform_by=CLOSED_ON)
    with at(6, 12, 15):
        followed_up(case, people, "物业说今天转账，还没有到账", kept=False)
    case.refresh_from_db()
    return case


@pytest.fixture
def unhappy(client, closed):
    """On Sunday 14 June."""
    with at(6, 14, 10, 15):
        assert "您的评价：不满意" in answer(client, closed, Answer.UNSATISFIED).content.decode()
    closed.refresh_from_db()
    return closed


@pytest.fixture
def again(client, unhappy, people):
    """On 16 June the call-back opens round 2."""
    client.force_login(people["clerk"])
    url = reverse("cases:call_back", args=[unhappy.latest_round().pk])
    given = {"way": "phone", "said": UNKEPT, "reopens": "yes", "route": "mediation"}
    with at(6, 16, 9, 30):
        assert client.post(url, given | {"unit": people["committee"].pk}).status_code == 302
    client.logout()
    unhappy.refresh_from_db()
    return unhappy


@pytest.fixture
def settled(client, again, people):
    """Taken on 17 June, agreed again on 1 July, paid on the 3rd, closed on Monday the 6th; then she is content."""
    with at(6, 17):
        mediation = accepted(again, people)
    with at(7, 1):
        agreement = agreed(mediation, people, perform_by=date(2026, 7, 3))
    with at(7, 3):
        services.record_payment(
            agreement.performances.get(),
            by=people["mediator"],
            amount=Decimal("2400.00"),
            paid_on=date(2026, 7, 3),
            way=PayWay.TRANSFER,
        )
    with at(7, 6):
        followed_up(again, people, "钱已收到", kept=True)
    with at(7, 6, 16):
        assert "您的评价：满意" in answer(client, again, Answer.SATISFIED).content.decode()
    again.refresh_from_db()
    return again


def counted(slug, people, *days):
    """Numerator over denominator of the measure on these days together, as the director sees it."""
    values = [figures.value(measures.MEASURES[slug], people["director"], day) for day in days]
    return sum(one.count for one in values), sum(one.of or 0 for one in values)


def test_five_matters_of_the_centre_close_in_june_and_all_for_the_first_time(june, closed, people):
    assert counted("closed", people, *JUNE) == (5, 0)
    assert counted("first-time", people, *JUNE) == (5, 5)
    round = closed.latest_round()
    assert (round.number, round.state, round.outcome) == (1, State.CLOSED, Outcome.AGREEMENT)
    assert timezone.localdate(round.closed_at) == CLOSED_ON
    assert (closed.category.code, closed.area.name, closed.amount) == ("C06", "樟潭街道", Decimal(2400))


def test_on_a_sunday_the_call_back_begins_with_the_next_working_hour(unhappy, people):
    round = unhappy.latest_round()
    assert round.ratings.get().at.strftime("%A") == "Sunday"
    [clock] = round.clocks.running()
    assert clock.code == "case.call_back"
    working_hours = timedelta(hours=14)  # two days of 08:30 to 12:00 and 14:00 to 17:30
    assert clock.rule.length == working_hours.total_seconds() / 3600
    assert timezone.localtime(clock.due_at) == datetime(2026, 6, 16, 17, 30, tzinfo=SHANGHAI)
    assert unhappy.due_at == clock.due_at
    assert "当事人不满意，待核实" in people["clerk"].notifications.get(subject_id=unhappy.pk).text
    with at(6, 14, 11):
        assert counted("satisfied", people, CLOSED_ON) == (0, 1)


def test_whoever_answers_on_monday_as_the_doors_open_is_called_by_the_same_hour(client, closed):
    with at(6, 15, 8, 30):
        answer(client, closed, Answer.UNSATISFIED)
    clock = closed.latest_round().clocks.running().get()
    assert timezone.localtime(clock.due_at) == datetime(2026, 6, 16, 17, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize("role", ["clerk", "mediator", "director"])
def test_an_answer_from_a_staff_account_is_refused_and_the_score_stays(client, closed, people, role):
    client.force_login(people[role])
    with at(6, 14, 10, 15):
        refused = answer(client, closed, Answer.SATISFIED)
    assert refused.status_code == 409
    assert "不能代为评价" in refused.content.decode()
    assert not Rating.objects.exists()
    client.logout()
    with at(6, 14, 10, 20):
        answer(client, closed, Answer.UNSATISFIED)
    assert Rating.objects.get().answer == Answer.UNSATISFIED


def test_the_call_back_finds_the_promise_unkept_and_opens_the_linked_round(again, people):
    first, second = again.rounds.order_by("number")
    assert (first.called_back.said, first.called_back.reopens) == (UNKEPT, True)
    assert timezone.localdate(first.called_back.at) == date(2026, 6, 16)
    promise = Performance.objects.get(agreement__mediation__round=first)
    with at(6, 16):
        assert (promise.shown_state, promise.late_from) == ("逾期", date(2026, 6, 13))
    assert (second.number, second.state, second.unit) == (2, State.ROUTED, people["committee"])
    assert second.history.get(verb="reopen").note == UNKEPT
    assert not first.clocks.running().exists()
    assert [(clock.code, clock.started_at) for clock in second.clocks.running()] == [
        ("case.take", datetime(2026, 6, 16, 9, 30, tzinfo=SHANGHAI))
    ]


def test_round_two_has_the_same_number_and_code_and_the_clocks_of_its_own(settled):
    case = settled
    first, second = case.rounds.order_by("number")
    assert {round.case.number for round in (first, second)} == {case.number}
    assert Round.objects.filter(case__query_code=case.query_code).count() == 2
    mediate = {round.number: round.clocks.get(code="mediation.mediate") for round in (first, second)}
    assert mediate[1].last_day == date(2026, 7, 8)
    assert mediate[2].last_day == date(2026, 7, 17)
    assert [str(one.ended_at.date()) for one in Mediation.objects.order_by("pk")] == [
        "2026-06-10",
        "2026-07-01",
    ]
    assert timezone.localdate(second.closed_at) == AGAIN_ON


def test_both_answers_stand_the_second_as_a_figure_of_july(settled, people):
    assert [
        (rating.round.number, rating.get_answer_display(), f"{timezone.localdate(rating.at):%m-%d}")
        for rating in Rating.objects.order_by("at")
    ] == [(1, "不满意", "06-14"), (2, "满意", "07-06")]
    with at(7, 7):
        assert counted("satisfied", people, *JUNE) == (0, 1)
        assert counted("rated", people, *JUNE) == (1, 1)
        assert counted("satisfied", people, AGAIN_ON) == (1, 1)
        assert counted("rated", people, AGAIN_ON) == (1, 1)
        assert counted("first-time", people, AGAIN_ON) == (0, 0)


def test_her_page_tells_both_rounds_and_the_chain_is_intact(client, settled, capsys):
    with at(7, 7):
        page = client.post(reverse("public:query"), {"code": settled.query_code, "tail": PHONE[-4:]})
    text = page.content.decode()
    assert settled.number in text
    assert "第 2 轮：重新办理" in text
    assert "您的评价：满意" in text
    call_command("verify_history")
    assert "chain intact" in capsys.readouterr().out

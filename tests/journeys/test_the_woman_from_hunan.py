"""Story P1: a dispute over 450 yuan, from the door to the figure, within one day. Times are Asia/Shanghai."""

from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Case, Category, Outlet
from cases.progress import matters_of
from cases.states import Answer, Outcome, State, Urgency
from intake import selectors, services
from intake.models import Ticket
from kernel.attachments import attach
from kernel.figures import value
from kernel.models import Clock, NumberSeries
from kernel.moves import MoveRefused
from people.models import Area, Unit, Window
from people.roles import Role
from stats import measures
from tests.factories import SeatFactory, UserFactory

SHANGHAI = timezone.get_default_timezone()
STORY = (
    "我是湖南人，在樟潭街道的保洁公司做了一天半，公司没有提前说一声就不要我了，"
    "一天半的工资450元也不给。公司叫衢州市禾泽保洁有限公司。"
)


def at(hour, minute, second=0):
    return time_machine.travel(datetime(2026, 3, 10, hour, minute, second, tzinfo=SHANGHAI), tick=False)


@pytest.fixture
def window():
    return Window.objects.get(number=3)


@pytest.fixture
def seated(window):
    """徐晓岚, 郑和田 and 方立明 at window 3 on 10 March."""
    units = {
        Role.CLERK: window.unit,
        Role.MEDIATOR: Unit.objects.get(code="committee"),
        Role.COURT: Unit.objects.get(code="court"),
    }
    names = {Role.CLERK: "徐晓岚", Role.MEDIATOR: "郑和田", Role.COURT: "方立明"}
    people = {role: UserFactory(name=names[role], post=(role, unit)) for role, unit in units.items()}
    for role, user in people.items():
        SeatFactory(window=window, day=date(2026, 3, 10), user=user, role=role)
    return people


@pytest.fixture
def colleague(window):
    return UserFactory(name="余佩佩", post=(Role.CLERK, window.unit))


@pytest.fixture
def director(window):
    return UserFactory(post=(Role.DIRECTOR, window.unit))


@pytest.fixture
def day(seated, colleague, window):
    """The whole day of the story; what happened, by name."""
    clerk, mediator = seated[Role.CLERK], seated[Role.MEDIATOR]
    with at(9, 12):
        ticket = services.register(
            by=clerk,
            unit=window.unit,
            name="王冬梅",
            id_number="430421190603080024",
            phone="19900000024",
            origin="湖南",
        )
        services.print_ticket(ticket, by=clerk)
    with at(9, 31):
        called = services.call_next(window, by=clerk)
        services.receive(called, by=clerk)
    with at(11, 20):
        case = services.triage(
            called,
            by=mediator,
            outlet=Outlet.objects.get(code="O01"),
            to_unit=window.unit,
            title="保洁公司拖欠一天半工资",
            story=STORY,
            category=Category.objects.get(code="C01"),
            urgency=Urgency.ORDINARY,
            area=Area.objects.get(name="樟潭街道"),
            amount=Decimal("450.00"),
            respondent={"kind": "organisation", "name": "衢州市禾泽保洁有限公司"},
            contacts=[
                {
                    "whom": "区人力社保局",
                    "said": "核实用工情况",
                    "at": datetime(2026, 3, 10, 10, 5, tzinfo=SHANGHAI),
                },
                {
                    "whom": "禾泽保洁公司",
                    "said": "回电，同意支付",
                    "at": datetime(2026, 3, 10, 10, 40, tzinfo=SHANGHAI),
                },
                {
                    "whom": "禾泽保洁公司",
                    "said": "已支付450.00元",
                    "at": datetime(2026, 3, 10, 11, 20, tzinfo=SHANGHAI),
                },
            ],
            outcome=Outcome.SETTLED,
            said="公司当场支付一天半工资450元。",
        )
        attach(case, SimpleUploadedFile("收据.txt", "收到450元".encode()), by=clerk)
        services.finish(called, by=clerk)
    with at(14, 40):
        cases.follow_up(case.latest_round(), by=colleague, way="phone", said="钱已收到", promise_kept=True)
    with at(15, 2):
        [found] = matters_of(ticket.query_code, "0024")
        cases.rate(found.latest_round(), answer=Answer.SATISFIED)
    case.refresh_from_db()
    return ticket, case


def test_she_waits_nineteen_minutes_and_all_three_at_the_window_receive_her(day):
    ticket, _case = day
    waiting = ticket.spans.get(kind="waiting")
    assert waiting.seconds == 1140
    assert [receiver.user.name for receiver in ticket.receivers.all()] == ["徐晓岚", "郑和田", "方立明"]


def test_nobody_knows_her_before(seated):
    with at(9, 12):
        assert selectors.known("430421190603080024", seated[Role.CLERK]) is None


def test_the_suggestion_names_wages_and_labour_and_no_town_of_hunan():
    found = selectors.suggested(STORY)
    assert {"C01", "C02"} <= {category.code for category in found.categories}
    assert found.urgency == Urgency.ORDINARY
    assert found.cues
    assert found.area is None or found.area.name == "樟潭街道"


def test_the_case_runs_through_its_states_within_the_day(day):
    _ticket, case = day
    entries = case.latest_round().history.order_by("seq")
    assert [(entry.verb, entry.after) for entry in entries] == [
        ("open_case", State.ROUTED),
        ("take", State.IN_HAND),
        ("resolve", State.RESOLVED),
        ("follow_up", State.CLOSED),
        ("rate", ""),
    ]
    assert case.state == State.CLOSED
    assert {timezone.localdate(entry.at) for entry in case.dossier.entries.all()} == {date(2026, 3, 10)}


def test_no_petition_clock_and_no_agreement_number_is_used_up(day):
    _ticket, case = day
    codes = set(Clock.objects.filter(dossier=case.dossier).values_list("code", flat=True))
    assert codes == {"case.take", "case.first_contact", "case.follow_up", "case.rating"}
    assert not NumberSeries.objects.filter(series__startswith="agreement").exists()


def test_the_one_who_resolved_may_not_follow_up(day, seated):
    _ticket, case = day
    again = cases.reopen(case, by=seated[Role.CLERK], unit=case.unit, reason="再次来访", route="intake")
    settlement = services.take_up(again, by=seated[Role.CLERK])
    services.settle(settlement, by=seated[Role.CLERK], outcome=Outcome.SETTLED, said="已办")
    with pytest.raises(MoveRefused, match="另一人"):
        cases.follow_up(again, by=seated[Role.CLERK], way="phone", said="好", promise_kept=True)


def test_a_second_answer_is_refused(day):
    _ticket, case = day
    with pytest.raises(MoveRefused, match="已评价"):
        cases.rate(case.latest_round(), answer=Answer.UNSATISFIED)


def test_another_tail_finds_nothing(day):
    ticket, _case = day
    assert matters_of(ticket.query_code, "9999") == []


def test_the_page_of_today_shows_exactly_her(day, director, client):
    client.force_login(director)
    with at(16, 0):
        page = client.get(reverse("stats:today")).content.decode()
        shown = {
            slug: value(measure, director, date(2026, 3, 10)) for slug, measure in measures.MEASURES.items()
        }
        assert measures.people(director, date(2026, 3, 10)) == 1
        assert selectors.average_wait(Ticket.objects.today()) == 1140
    assert "0:19" in page
    assert (shown["visits"].count, shown["opened"].count) == (1, 1)
    assert shown["settled"].fraction == shown["satisfied"].fraction == shown["rated"].fraction == "1/1"
    assert "2026-06-08" in page
    assert "观察期内（暂计）" in page


@pytest.mark.parametrize("slug", ["visits", "opened", "settled", "satisfied", "rated", "first-time"])
def test_every_number_opens_exactly_her_row(day, director, client, slug):
    ticket, case = day
    client.force_login(director)
    with at(16, 0):
        page = client.get(reverse("stats:rows", args=[slug, "rows"])).content.decode()
    assert (str(ticket) if slug == "visits" else case.number) in page
    assert "共 1 条" in page


def test_her_history_is_intact(day, capsys):
    call_command("verify_history")
    assert "chain intact" in capsys.readouterr().out
    assert Case.objects.count() == 1

"""Another legal route, and not this district: the visitor goes with a printed notice, and the loop still closes."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from cases import services as cases
from cases.models import Case, Outlet, Rating, RuleBook
from cases.states import SETTLING, Outcome, RequestKind, State
from intake import services
from kernel.moves import MoveRefused
from people.roles import Role
from tests.factories import UnitFactory, UserFactory
from tests.intake.factories import matter, serving

WHERE = "请到龙游县社会治理中心（文化西路 1 号，0570-0000000），带身份证和租房合同。"


@pytest.fixture
def ticket(clerk):
    return serving(clerk)


@pytest.fixture
def elsewhere():
    return Outlet.objects.get(code="O20")


def guided(ticket, by, outlet, **changes) -> Case:
    given = {"outlet": outlet, "to_unit": ticket.unit, "outcome": Outcome.GUIDED, "said": WHERE} | changes
    return services.triage(ticket, by=by, **matter(**given))


def form_of(outlet, **changes) -> dict:
    given = matter()
    return {
        "story": given["story"],
        "category": given["category"].pk,
        "urgency": 1,
        "outlet": outlet.pk,
        "area": given["area"].pk,
        "respondent_kind": "organisation",
        "people_count": 1,
        "outcome": Outcome.GUIDED,
        "said": WHERE,
    } | changes


def printed(client, case) -> str:
    answer = client.get(reverse("intake:print_paper", args=[case.pk, "route-notice", "html"]))
    return BeautifulSoup(answer.content, "html.parser").main.get_text()


def test_the_notice_is_the_next_page_and_its_print_the_first_of_the_list(client, clerk, ticket, elsewhere):
    client.force_login(clerk)
    answer = client.post(reverse("intake:triage", args=[ticket.pk]), form_of(elsewhere))
    assert answer.url == reverse("intake:papers", args=[Case.objects.get().pk])
    rows = BeautifulSoup(client.get(answer.url).content, "html.parser").select("tbody tr")
    assert elsewhere.notice_title in rows[0].text
    assert "法定途径告知书" not in rows[0].text


def test_the_notice_says_the_words_of_the_outlet_and_where_to_go(client, clerk, ticket, elsewhere):
    case = guided(ticket, clerk, elsewhere)
    client.force_login(clerk)
    text = printed(client, case)
    for words in (
        "向有权机关提出告知书",
        *elsewhere.notice_text.splitlines(),
        WHERE,
        "王冬梅",
        case.query_code,
    ):
        assert words in text


def test_the_director_changes_the_words_and_they_stand_on_the_next_print(
    client, clerk, centre, ticket, elsewhere
):
    case = guided(ticket, clerk, elsewhere)
    book = RuleBook.objects.first()
    address = reverse("cases:edit_rule", args=["outlet", elsewhere.pk])
    client.force_login(UserFactory(post=(Role.DIRECTOR, centre)))
    assert "告知书正文" in client.get(address).content.decode()
    words = {
        "notice_title": "向有权机关提出告知书",
        "notice_text": "按新规定告知。",
        "cues": "",
        "version": book.version,
    }
    assert client.post(address, words).status_code == 302
    assert book.history.get().details["notice"] == {"notice_text": "按新规定告知。"}
    client.force_login(clerk)
    assert "按新规定告知。" in printed(client, case)


def test_an_outlet_of_the_centre_has_no_words_of_a_notice(client, centre):
    client.force_login(UserFactory(post=(Role.DIRECTOR, centre)))
    address = reverse("cases:edit_rule", args=["outlet", Outlet.objects.get(code="O02").pk])
    assert "告知书正文" not in client.get(address).content.decode()


def test_a_matter_that_stays_here_has_no_such_notice(client, clerk, ticket):
    case = services.triage(ticket, by=clerk, to_unit=ticket.unit, **matter())
    client.force_login(clerk)
    page = client.get(reverse("intake:papers", args=[case.pk])).content.decode()
    assert reverse("intake:print_paper", args=[case.pk, "route-notice", "html"]) not in page


@pytest.mark.parametrize("outcome", [Outcome.SETTLED, Outcome.ANSWERED])
def test_who_is_sent_elsewhere_was_not_settled_here(client, clerk, ticket, elsewhere, outcome):
    client.force_login(clerk)
    answer = client.post(reverse("intake:triage", args=[ticket.pk]), form_of(elsewhere, outcome=outcome))
    assert answer.status_code == 422
    assert "不能这样办结" in answer.content.decode()
    assert Outcome.GUIDED not in SETTLING


def test_nobody_is_sent_elsewhere_without_being_told_where(client, clerk, ticket, elsewhere):
    client.force_login(clerk)
    answer = client.post(reverse("intake:triage", args=[ticket.pk]), form_of(elsewhere, said=""))
    assert answer.status_code == 422
    assert "写明向哪个机关提出" in answer.content.decode()


def test_an_ordinary_matter_cannot_end_with_a_notice_that_it_has_not(client, clerk, ticket, elsewhere):
    client.force_login(clerk)
    answer = client.post(reverse("intake:triage", args=[ticket.pk]), form_of(matter()["outlet"]))
    assert answer.status_code == 422


def test_a_matter_left_in_hand_offers_the_end_of_its_outlet_and_that_it_is_taken_back(
    client, clerk, ticket, elsewhere
):
    case = guided(ticket, clerk, elsewhere, outcome="", said="")
    settlement = services.Settlement.objects.get(case=case)
    client.force_login(clerk)
    page = BeautifulSoup(client.get(reverse("intake:settle", args=[settlement.pk])).content, "html.parser")
    assert [choice["value"] for choice in page.select("[name=outcome]")] == [
        Outcome.GUIDED,
        Outcome.WITHDRAWN,
    ]


def test_the_loop_closes_by_somebody_else_and_the_visitor_rates_with_the_code(
    clerk, stranger, elsewhere, ticket
):
    case = guided(ticket, clerk, elsewhere)
    round = case.latest_round()
    assert (round.state, round.outcome, case.query_code) == (
        State.RESOLVED,
        Outcome.GUIDED,
        ticket.query_code,
    )
    asked = {"way": "phone", "said": "已在龙游提出。", "promise_kept": True}
    with pytest.raises(MoveRefused):
        cases.follow_up(round, by=clerk, **asked)
    cases.follow_up(round, by=stranger, **asked)
    cases.rate(round, answer="satisfied")
    assert Rating.objects.get().round == round


def test_it_does_not_close_while_somebody_owes_an_answer(clerk, ticket, elsewhere):
    case = guided(ticket, clerk, elsewhere, outcome="", said="")
    bureau = UnitFactory()
    UserFactory(post=("handler", bureau))
    cases.ask(
        case.latest_round(),
        by=clerk,
        kind=RequestKind.ANSWER,
        from_unit=ticket.unit,
        to_unit=bureau,
        text="请核实管辖。",
    )
    settlement = services.Settlement.objects.get(case=case)
    with pytest.raises(MoveRefused, match="协同请求未办结"):
        services.settle(settlement, by=clerk, outcome=Outcome.GUIDED, said=WHERE)
    assert case.latest_round().state == State.IN_HAND

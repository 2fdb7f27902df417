"""期限怎么算的: every clock of a file explains itself to officials, and the nearest one to the citizen."""

import secrets
from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from cases.escalation import sweep
from cases.services import take
from kernel import clocks
from kernel.models import Clock
from people.roles import Restriction
from tests.cases.fixtures import opened
from tests.factories import PersonFactory


def cards(client, case) -> list[str]:
    page = BeautifulSoup(client.get(reverse("cases:clocks", args=[case.pk])).content, "html.parser")
    return [card.get_text(" ", strip=True) for card in page.main.select(".card")]


def test_the_page_explains_running_clocks_first_then_the_stopped(client, case, handler):
    clocks.turn(case.latest_round(), starts=["mediation.mediate"])
    take(case.latest_round(), by=handler)
    client.force_login(handler)
    contact, first, *_others, last = cards(client, case)
    assert "首次联系" in contact
    assert "人民调解" in first
    assert "依据：法律未规定期限" in first
    assert "当日24时到期" in first
    assert "停止计时" in last
    assert "不计入" in last


def test_a_date_in_a_year_without_a_calendar_is_marked_on_the_cover_and_on_its_card(client, case, handler):
    client.force_login(handler)
    cover = reverse("cases:detail", args=[case.pk])
    assert "暂计" not in client.get(cover).content.decode()
    case.latest_round().clocks.update(provisional=True)
    assert "暂计" in client.get(cover).content.decode()
    assert "暂计" in cards(client, case)[0]


def test_a_date_given_by_a_paper_names_the_paper(client, case, handler):
    given = {"last_day": date(2099, 1, 5), "at": timezone.now(), "source": "12345热线"}
    clocks.give(case.latest_round(), "case.reply_by", **given)
    client.force_login(handler)
    assert any("由12345热线载明：2099年1月5日" in card for card in cards(client, case))


def test_the_page_says_who_was_reminded_and_who_will_be(client, case, handler):
    take(case.latest_round(), by=handler)
    clocks.turn(case.latest_round(), starts=["petition.handle"])
    clock = Clock.objects.get(code="petition.handle")
    sweep(clock.next_fire_at)
    client.force_login(handler)
    told = next(card for card in cards(client, case) if "提醒和督办" in card and "信访" in card)
    assert "提醒承办人（已办）" in told
    assert "红牌督办" in told.split("（已办）")[1]
    clocks.turn(case.latest_round(), stops=["petition.handle"])
    told = next(card for card in cards(client, case) if "停止计时" in card and "（已办）" in card)
    assert "红牌督办" not in told


def test_who_does_not_see_the_file_sees_no_clock_of_it(client, case, stranger):
    client.force_login(stranger)
    assert client.get(reverse("cases:clocks", args=[case.pk])).status_code == 404


def test_the_case_page_leads_there(client, case, handler):
    client.force_login(handler)
    page = client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    assert reverse("cases:clocks", args=[case.pk]) in page


@pytest.fixture
def asked(client):
    """The answer to a citizen, from an address of one's own, because the limits are kept outside the database."""
    client.defaults["REMOTE_ADDR"] = f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"
    return lambda case: client.post(
        reverse("public:query"), {"code": case.query_code, "tail": "1234"}
    ).content.decode()


def test_the_citizen_is_told_how_the_date_was_counted(asked, case):
    answer = asked(case)
    assert "期限怎么算的" in answer
    assert "从“流转到本单位”" in answer


def test_of_a_restricted_matter_the_citizen_is_shown_no_clock(asked, clerk, centre, bureau):
    person = PersonFactory(phone="13800001234")
    case = opened(by=clerk, unit=centre, to_unit=bureau, applicant=person, restriction=Restriction.ACCUSATION)
    assert "期限怎么算的" not in asked(case)

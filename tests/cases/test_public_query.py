import secrets

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import ConnectionError

from cases.services import add_party, take
from kernel import clocks
from kernel.calendar import DAY
from kernel.encryption import lookup_hash
from people.roles import Restriction
from tests.cases.fixtures import opened
from tests.factories import PersonFactory

URL = reverse("public:query")


@pytest.fixture(autouse=True)
def address(client):
    """An address of one's own, because the limits are kept outside the database."""
    client.defaults["REMOTE_ADDR"] = f"2001:db8::{secrets.token_hex(2)}:{secrets.token_hex(2)}"


def asked(client, code, tail):
    return client.post(URL, {"code": code, "tail": tail})


@pytest.mark.parametrize("tail", ["1234", "0042", " 1234 "])
def test_code_and_tail_of_phone_or_papers_show_what_comes_next(client, case, tail):
    page = asked(client, case.query_code.lower(), tail).content.decode()
    assert case.number in page
    assert "下一步：由试验人力局" in page
    assert "0570-3012345" in page
    assert "已登记" in page


def test_the_answer_names_no_party_and_no_story(client, case, clerk):
    other = PersonFactory(name="周启航")
    add_party(case, by=clerk, side="respondent", name=other.name, person=other)
    page = asked(client, case.query_code, "1234").content.decode()
    for hidden in ("王冬梅", "周启航", case.title, case.story, "13800001234"):
        assert hidden not in page


def test_the_tail_of_another_party_opens_nothing(client, case, clerk):
    other = PersonFactory(name="周启航", phone="13900005678")
    add_party(case, by=clerk, side="respondent", name=other.name, person=other)
    assert case.number not in asked(client, case.query_code, "5678").content.decode()


def test_a_wrong_code_and_a_wrong_tail_get_the_same_answer(client, case):
    def notice(code, tail):
        answer = asked(client, code, tail)
        assert answer.status_code == 409
        return BeautifulSoup(answer.content, "html.parser").select_one(".notice").get_text(" ", strip=True)

    assert notice("ZZZZZZZZZZ", "1234") == notice(case.query_code, "9999")


@pytest.mark.parametrize(("code", "tail"), [("x" * 30, "1"), ("", ""), ("\0", "\0"), ("码" * 20, "１２３４")])
def test_odd_input_is_answered_calmly(client, case, code, tail):
    assert asked(client, code, tail).status_code in {409, 422}


def test_an_empty_telephone_is_no_tail(client, clerk, centre, bureau):
    case = opened(by=clerk, unit=centre, to_unit=bureau, applicant=PersonFactory(phone="", id_number=""))
    assert case.number not in asked(client, case.query_code, "").content.decode()


def test_the_printed_pin_serves_who_has_neither_phone_nor_papers(client, clerk, centre, bureau):
    case = opened(
        by=clerk,
        unit=centre,
        to_unit=bureau,
        applicant=PersonFactory(phone="", id_number=""),
        tail_hash=lookup_hash("pin", "8206"),
    )
    assert case.number in asked(client, case.query_code, "8206").content.decode()
    assert case.number not in asked(client, case.query_code, "8207").content.decode()


def test_a_matter_without_any_name_is_found_by_its_pin(client, clerk, centre, bureau):
    pin = lookup_hash("pin", "8206")
    case = opened(by=clerk, unit=centre, to_unit=bureau, applicant=None, tail_hash=pin)
    assert case.number in asked(client, case.query_code, "8206").content.decode()
    assert case.number not in asked(client, case.query_code, "").content.decode()


def test_all_matters_of_one_visit_are_listed(client, case, clerk, centre, bureau, applicant):
    second = opened(by=clerk, unit=centre, to_unit=bureau, applicant=applicant, query_code=case.query_code)
    page = asked(client, case.query_code, "1234").content.decode()
    assert case.number in page
    assert second.number in page


def test_of_a_restricted_matter_the_answer_tells_nothing(client, clerk, centre, bureau, applicant):
    case = opened(
        by=clerk, unit=centre, to_unit=bureau, applicant=applicant, restriction=Restriction.VIOLENCE
    )
    page = asked(client, case.query_code, "1234").content.decode()
    assert "按规定办理" in page
    for hidden in (case.number, case.category.name, bureau.name, "家庭暴力", case.title):
        assert hidden not in page


def test_a_code_is_tried_ten_times_and_no_more(client, case):
    for _try in range(10):
        asked(client, case.query_code, "0000")
    answer = asked(client, case.query_code, "1234").content.decode()
    assert "查询次数过多" in answer
    assert case.number not in answer


def test_without_redis_nobody_passes(client, case, monkeypatch):
    def gone(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr("kernel.limits.cache.add", gone)
    assert "查询次数过多" in asked(client, case.query_code, "1234").content.decode()


def test_the_home_page_needs_no_account_and_says_where_and_when(client):
    page = client.get(reverse("public:home")).content.decode()
    assert "08:30–12:00" in page
    assert "0570" in page


def test_the_code_of_the_printed_ticket_is_filled_in(client):
    assert 'value="ABCDEFGH23"' in client.get(f"{URL}?code=ABCDEFGH23").content.decode()


def test_the_answer_costs_the_same_queries_however_it_ends(client, case, django_assert_num_queries):
    asked(client, "ZZZZZZZZZZ", "1234")
    with django_assert_num_queries(5):  # begin, read only, cases, applicants, commit
        asked(client, "YYYYYYYYYY", "1234")
    with django_assert_num_queries(5):
        asked(client, case.query_code, "0000")


def test_what_a_leader_asked_and_how_soon_somebody_rings_is_not_shown(client, case, handler):
    """Internal supervision: neither the day nor the paper that gave it, and no date that is not the answer's."""
    round = case.latest_round()
    take(round, by=handler)
    today = timezone.localdate()
    clocks.give(
        round, "case.instruction", last_day=today + 2 * DAY, at=timezone.now(), source="2026-03-02的领导批示"
    )
    clocks.give(round, "case.reply_by", last_day=today + 9 * DAY, at=timezone.now(), source="12345")
    page = asked(client, case.query_code, "1234").content.decode()
    assert "领导批示" not in page
    assert "首次联系" not in page
    assert f"在 {today + 9 * DAY:%Y年%-m月%-d日} 前给您答复" in page
    assert "由12345载明" in page

"""撤回: the citizen takes a matter back; whoever holds it asks them, and ends it by the verb of the desk."""

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from cases import progress
from cases.models import Case
from cases.services import ask_withdrawal, follow_up, resolve, take
from cases.states import Outcome
from kernel.models import Notification
from kernel.moves import MoveRefused
from people.roles import Restriction
from tests.cases.fixtures import opened, verbs
from tests.factories import PersonFactory


def token(case):
    return progress.progress_of(Case.objects.get(pk=case.pk)).token


def withdraw(client, case, reason="已经协商好了。"):
    return client.post(reverse("public:withdraw"), {"token": token(case), "reason": reason})


def test_whoever_holds_it_is_told_and_sees_why(client, case, handler):
    answer = withdraw(client, case)
    assert "会与您核实后办结" in answer.content.decode()
    assert verbs(case)[-1] == "ask_withdrawal"
    assert Notification.objects.filter(to=handler, text__contains="申请撤回").exists()
    client.force_login(handler)
    page = client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    assert "已经协商好了。" in page
    assert "请与当事人核实是否自愿" in page


def test_asking_ends_nothing_and_twice_is_once(client, case):
    withdraw(client, case)
    again = withdraw(client, case)
    assert again.status_code == 409
    assert "您已申请撤回" in again.content.decode()
    case.refresh_from_db()
    assert case.state == "routed"


def test_the_desk_ends_it_as_withdrawn_and_the_centre_asks_back(case, handler, clerk):
    round = case.latest_round()
    take(round, by=handler)
    ask_withdrawal(round)
    resolve(round, by=handler, outcome=Outcome.WITHDRAWN)
    assert progress.progress_of(case).state_label == "已撤回（待回访）"
    follow_up(round, by=clerk, way="phone", said="确系自愿撤回。", promise_kept=True)
    case.refresh_from_db()
    assert case.state == "closed"


def test_what_is_done_is_not_taken_back(client, closed):
    with pytest.raises(MoveRefused, match="不用撤回"):
        ask_withdrawal(closed.latest_round())
    page = client.post(reverse("public:query"), {"code": closed.query_code, "tail": "1234"}).content.decode()
    assert "申请撤回" not in page


def test_the_button_is_on_the_answer_and_a_page_too_old_says_so(client, case):
    page = client.post(reverse("public:query"), {"code": case.query_code, "tail": "1234"}).content
    form = BeautifulSoup(page, "html.parser").find("form", action=reverse("public:withdraw"))
    assert form.find("button").get_text(strip=True) == "申请撤回"
    assert client.post(reverse("public:withdraw"), {"token": "x"}).status_code == 409


def test_a_reason_that_is_too_long_comes_back(client, case):
    answer = withdraw(client, case, "长" * 201)
    assert answer.status_code == 422
    assert "长" * 201 in answer.content.decode()


def test_of_a_restricted_matter_nothing_more_is_told(client, clerk, centre, bureau):
    person = PersonFactory(phone="13800001234")
    case = opened(by=clerk, unit=centre, to_unit=bureau, applicant=person, restriction=Restriction.VIOLENCE)
    answer = withdraw(client, case, "不想说了").content.decode()
    assert "已转告承办单位" in answer
    assert bureau.name not in answer
    assert "不想说了" not in case.dossier.entries.latest("seq").note

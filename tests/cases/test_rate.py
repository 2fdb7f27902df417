import pytest
from django.urls import reverse

from cases.models import Rating
from cases.progress import progress_of
from cases.services import enquire_progress, rate, reopen
from kernel.models import Notification
from kernel.moves import MoveRefused
from tests.cases.fixtures import verbs


def token(case) -> str:
    return progress_of(case).token


def test_a_citizen_answers_once_per_closing(closed):
    round = closed.latest_round()
    rate(round, answer="satisfied", comment="办得快")
    assert round.ratings.get().answer == "satisfied"
    assert not round.clocks.running().exists()
    assert verbs(closed)[-1] == "rate"
    with pytest.raises(MoveRefused, match="已评价过"):
        rate(round, answer="unsatisfied")


def test_nothing_can_be_rated_before_it_is_closed(case):
    with pytest.raises(MoveRefused, match="尚未办结"):
        rate(case.latest_round(), answer="satisfied")


def test_the_page_takes_an_answer_without_an_account(client, closed):
    answer = client.post(
        reverse("public:rate"), {"token": token(closed), "answer": "fairly", "comment": "可以"}
    )
    assert answer.status_code == 200
    assert "您的评价：基本满意" in answer.content.decode()
    assert Rating.objects.get().comment == "可以"


def test_a_second_answer_is_refused_with_a_sentence(client, closed):
    data = {"token": token(closed), "answer": "satisfied"}
    client.post(reverse("public:rate"), data)
    answer = client.post(reverse("public:rate"), data)
    assert answer.status_code == 409
    assert "您已评价过本事项" in answer.content.decode()
    assert Rating.objects.count() == 1


def test_staff_do_not_answer_for_a_citizen(client, closed, clerk):
    client.force_login(clerk)
    answer = client.post(reverse("public:rate"), {"token": token(closed), "answer": "satisfied"})
    assert answer.status_code == 409
    assert "不能代为评价" in answer.content.decode()
    assert not Rating.objects.exists()


def test_a_forged_token_asks_for_the_code_again(client, closed):
    answer = client.post(reverse("public:rate"), {"token": f"{closed.pk}:x", "answer": "satisfied"})
    assert answer.status_code == 409
    assert "重新输入查询码" in answer.content.decode()


def test_a_new_round_has_a_rating_of_its_own(closed, clerk, bureau):
    rate(closed.latest_round(), answer="unsatisfied")
    round = reopen(closed, by=clerk, unit=bureau, reason="不满意核实", route="dispatch")
    assert not round.ratings.exists()


def test_an_enquiry_tells_the_holder_and_stands_in_the_file(client, case, handler):
    answer = client.post(reverse("public:enquire_progress"), {"token": token(case)})
    assert "已转告试验人力局" in answer.content.decode()
    assert verbs(case)[-1] == "enquire_progress"
    assert Notification.objects.get(to=handler).text == f"当事人催问进度：{case.number}"


def test_a_second_enquiry_of_the_day_is_refused(case, handler):
    enquire_progress(case.latest_round())
    with pytest.raises(MoveRefused, match="今天已经催问过"):
        enquire_progress(case.latest_round())
    assert Notification.objects.count() == 1


def test_a_closed_matter_is_not_enquired_about(closed):
    with pytest.raises(MoveRefused, match="已办结"):
        enquire_progress(closed.latest_round())

"""复查、复核, and what comes after the last word (35 to 37)."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import Case
from cases.states import Route, State
from kernel.moves import MoveRefused
from people.roles import Role
from petitions import services
from petitions.models import Review
from petitions.selectors import is_final
from petitions.states import ForwardingState, InPlace, LetterKind, ReviewState, Verdict
from tests.factories import UserFactory
from tests.journeys.test_the_ladder import PNG
from tests.petitions.fixtures import PARTS, deliver

DECIDED = PARTS | {"result": Verdict.UPHELD}


@pytest.fixture
def head(petition_office):
    return UserFactory(post=(Role.UNIT_HEAD, petition_office), name="蓝局长")


@pytest.fixture
def delivered(opinion, handler):
    deliver(opinion, by=handler)
    return opinion


def ask(letter, officer, level="ask_review", **changes):
    given = {"asked_on": timezone.localdate(), "grounds": "认定事实不清。", "body": "衢江区人民政府"}
    return getattr(services, level)(letter, by=officer, **given | changes)


@pytest.fixture
def review(delivered, officer):
    return ask(delivered, officer)


def decide(review, officer, officer2, head, **changes):
    letter = services.draft_decision(review, by=officer, **DECIDED | changes)
    services.check_letter(letter, by=officer2)
    services.sign_letter(letter, by=head)
    review.refresh_from_db()
    return letter


@pytest.fixture
def final(review, officer, officer2, head):
    """Reviewed and re-reviewed."""
    letter = decide(review, officer, officer2, head)
    deliver(letter, by=officer)
    rereview = ask(letter, officer, "ask_rereview", body="衢州市人民政府")
    decide(rereview, officer, officer2, head)
    return rereview


def test_thirty_days_run_from_the_day_on_which_it_was_asked_for(review, delivered):
    clock = review.clocks.get()
    assert (clock.code, clock.last_day) == ("petition.review", timezone.localdate() + timedelta(days=30))
    assert not delivered.clocks.running().exists()


def test_it_is_asked_for_once_in_time_and_against_what_is_delivered(opinion, handler, officer):
    with pytest.raises(MoveRefused, match="已经送达"):
        ask(opinion, officer)
    deliver(opinion, by=handler)
    with (
        time_machine.travel(timezone.now() + timedelta(days=31)),
        pytest.raises(MoveRefused, match="第三十五条"),
    ):
        ask(opinion, officer)
    ask(opinion, officer)
    with pytest.raises(MoveRefused, match="已经登记过"):
        ask(opinion, officer)


def test_an_opinion_is_not_rereviewed_before_it_was_reviewed(delivered, officer):
    with pytest.raises(MoveRefused):
        ask(delivered, officer, "ask_rereview")


def test_its_paper_is_numbered_by_the_office_and_signed_in_the_name_of_the_body(
    review, officer, officer2, head
):
    letter = decide(review, officer, officer2, head)
    assert (letter.kind, letter.issuer) == (LetterKind.REVIEW, "衢江区人民政府")
    assert letter.number.endswith(f"信复查〔{timezone.localdate().year}〕1号")
    assert (review.state, review.verdict) == (ReviewState.DECIDED, Verdict.UPHELD)
    assert not review.clocks.running().exists()
    assert "第三十六条" in letter.body


def test_after_the_rereview_the_same_facts_are_not_taken_again(final):
    assert is_final(final.case)
    assert "不再受理" in final.decision.body
    assert not final.decision.clocks.exists()


def test_the_last_paper_gives_no_further_right(final, officer):
    deliver(final.decision, by=officer)
    assert not final.decision.clocks.exists()
    with pytest.raises(MoveRefused):
        ask(final.decision, officer, "ask_rereview")


def test_a_revoked_opinion_is_handled_again_by_the_same_unit(
    review, accepted, registered, officer, officer2, head
):
    letter = decide(review, officer, officer2, head, result=Verdict.REVOKED)
    accepted.refresh_from_db()
    assert accepted.state == ForwardingState.SET_ASIDE
    again = registered.forwardings.standing().get()
    assert (again.unit, again.state) == (accepted.unit, ForwardingState.SENT)
    deliver(letter, by=officer)
    assert not letter.clocks.exists()


def test_after_the_round_is_closed_it_is_handled_again_in_the_next(
    review, registered, officer, officer2, head, clerk
):
    registered.refresh_from_db()
    services.conclude_petition(registered, by=officer, in_place=dict.fromkeys(InPlace, "done"))
    round = registered.case.latest_round()
    letter = services.draft_decision(review, by=officer, **DECIDED | {"result": Verdict.REVOKED})
    services.check_letter(letter, by=officer2)
    with pytest.raises(MoveRefused, match="先回访办结"):
        services.sign_letter(letter, by=head)
    cases.follow_up(round, by=clerk, way="phone", said="已收到。", promise_kept=True)
    services.sign_letter(letter, by=head)
    again = Case.objects.get(pk=registered.case_id).latest_round()
    assert (again.number, again.state, again.route) == (2, State.ROUTED, Route.PETITIONS)


def test_a_review_is_withdrawn_by_the_petitioner(review, officer):
    services.withdraw_review(review, by=officer, note="信访人书面撤回。")
    assert not review.clocks.running().exists()


def test_nobody_else_registers_a_review(delivered, handler, stranger):
    for somebody in (handler, stranger):
        with pytest.raises(MoveRefused):
            ask(delivered, somebody)
    assert not Review.objects.exists()


def test_coming_again_in_handling_is_answered_without_a_new_clock(accepted, registered, officer):
    clocks = accepted.clocks.running().count()
    again = services.register_return(
        registered, by=officer, form="phone", came_on=timezone.localdate(), words="办得怎么样了？"
    )
    services.answer_return(again, by=officer, answer="正在调查核实，期限内答复。")
    assert accepted.clocks.running().count() == clocks
    assert registered.registrations.count() == 2


def test_in_handling_elsewhere_it_is_not_accepted(accepted, registered, officer, officer2):
    again = services.register_return(
        registered, by=officer, form="visit", came_on=timezone.localdate(), words="再次来访。"
    )
    with pytest.raises(MoveRefused, match="另一人"):
        services.refuse_return(again, by=officer, whom="试验人力局")
    services.refuse_return(again, by=officer2, whom="试验人力局")
    assert registered.letters.last().kind == LetterKind.NOT_ACCEPTED


def test_the_pages_register_the_asking_and_what_came_of_it(client, delivered, registered, officer):
    client.force_login(officer)
    page = client.get(reverse("petitions:detail", args=[registered.pk])).content.decode()
    url = reverse("petitions:ask_review", args=[delivered.pk])
    assert url in page
    assert client.get(url).context["form"].initial["body"] == "衢江区人民政府"
    given = {"asked_on": str(timezone.localdate()), "body": "衢江区人民政府", "grounds": "不服。"}
    assert client.post(url, given).status_code == 302
    review = Review.objects.get()
    assert review.case.number in client.get(reverse("petitions:list") + "?tab=reviews").content.decode()
    url = reverse("petitions:draft_decision", args=[review.pk])
    assert client.post(url, DECIDED).status_code == 302
    letter = review.against.handling.letters.get(kind=LetterKind.REVIEW)
    url = reverse("petitions:edit_letter", args=[letter.pk])
    assert client.get(url).status_code == 200


def test_the_page_enters_the_paper_of_a_body_above(client, review, officer):
    client.force_login(officer)
    url = reverse("petitions:enter_outcome", args=[review.pk])
    assert client.post(url, DECIDED).status_code == 422
    given = DECIDED | {
        "number": "衢政信复查〔2026〕9号",
        "issued_on": str(timezone.localdate()),
        "scan": SimpleUploadedFile("意见书.png", PNG, "image/png"),
    }
    page = client.post(url, given, follow=True).content.decode()
    assert "衢政信复查〔2026〕9号" in page
    assert "意见书扫描件" in page


def test_the_pages_register_and_refuse_a_return(client, final, registered, officer, officer2):
    client.force_login(officer)
    url = reverse("petitions:register_return", args=[registered.pk])
    given = {"form": "visit", "came_on": str(timezone.localdate()), "people_count": 1, "words": "还是要。"}
    page = client.post(url, given, follow=True).content.decode()
    assert "还是要。" in page
    again = registered.registrations.last()
    client.force_login(officer2)
    url = reverse("petitions:refuse_return", args=[again.pk])
    assert url in client.get(reverse("petitions:detail", args=[registered.pk])).content.decode()
    refused = client.post(url, {"whom": "衢州市人民政府"})
    assert refused.status_code == 409
    assert "第三十七条" in refused.content.decode()
    given = {"whom": "衢州市人民政府", "aftercare": "联系民政救助。"}
    page = client.post(url, given, follow=True).content.decode()
    assert "不再受理告知书" in page
    assert "联系民政救助" in page

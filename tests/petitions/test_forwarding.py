"""转送、交办、签收、告知、异议、职责争议 (22 to 24, 28)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.states import RequestState
from governance_center import work
from kernel.models import Notification
from kernel.moves import MoveRefused
from people.roles import Role
from petitions import services
from petitions.models import Forwarding, Letter
from petitions.states import ForwardingState, HandlingState, LetterKind
from tests.cases.fixtures import verbs
from tests.factories import UserFactory
from tests.petitions.fixtures import register


def running(row) -> set[str]:
    return set(row.clocks.running().values_list("code", flat=True))


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre), name="余主任")


@pytest.fixture
def objected(signed, handler):
    services.object_to_petition(signed, by=handler, reason="属于住建局职责。")
    return signed


@pytest.fixture
def denied(objected, officer):
    services.deny_objection(objected, by=officer, verdict="三定方案明确由你单位负责。")
    return objected


# --- Sent -------------------------------------------------------------------------------------------------------------


def test_the_unit_sees_it_is_told_and_has_a_letter_with_its_duties(handler, sent, registered, bureau):
    assert (sent.state, registered.state) == (ForwardingState.SENT, HandlingState.FORWARDED)
    assert running(sent) == {"request.accept"}
    assert Case.objects.visible_to(handler).filter(pk=sent.case_id).exists()
    letter = registered.letters.get()
    assert (letter.kind, letter.addressee) == (LetterKind.FORWARD, bureau.name)
    for words in ("15日内书面告知", "5个工作日内提出异议", "60日内办结", "不得自行退回"):
        assert words in letter.body
    assert Notification.objects.filter(to=handler, text__contains="待签收").exists()


def test_an_assigned_one_has_a_day_for_its_report(registered, officer, bureau):
    day = timezone.localdate() + timedelta(days=30)
    services.assign_with_report(registered, by=officer, unit=bureau, report_by=day)
    forwarding = registered.forwardings.get()
    clock = forwarding.clocks.get(code="case.reply_by")
    letter = registered.letters.get()
    assert (letter.kind, clock.last_day, clock.source) == (LetterKind.ASSIGN, day, letter.number)
    assert "提交办结报告" in letter.body


def test_a_day_that_has_passed_is_refused(registered, officer, bureau):
    with pytest.raises(MoveRefused, match="今天以后"):
        services.assign_with_report(registered, by=officer, unit=bureau, report_by=timezone.localdate())
    assert not Letter.objects.exists()


def test_several_units_have_one_lead_and_the_others_help_by_a_request(
    registered, officer, bureau, other_bureau
):
    services.forward(registered, by=officer, unit=bureau, helping=[other_bureau], words="请尽快。")
    [request] = registered.round.requests.all()
    assert (request.to_unit, request.state) == (other_bureau, RequestState.OPEN)
    assert f"你单位为牵头单位，{other_bureau}协办" in registered.letters.get().body


def test_the_lead_does_not_help_itself(registered, officer, bureau):
    with pytest.raises(MoveRefused, match="牵头单位不能"):
        services.forward(registered, by=officer, unit=bureau, helping=[bureau])
    assert not Forwarding.objects.exists()


def test_it_is_sent_to_one_unit_at_a_time(sent, registered, officer, other_bureau):
    with pytest.raises(MoveRefused):
        services.forward(registered, by=officer, unit=other_bureau)


def test_whoever_wants_to_stay_unknown_is_not_named_to_the_unit(handling, officer, bureau):
    register(handling, by=officer, is_confidential=True)
    services.forward(handling, by=officer, unit=bureau)
    assert "王冬梅" not in handling.letters.get().body


def test_a_failure_half_way_leaves_nothing(registered, officer, bureau, monkeypatch):
    before = verbs(registered)
    monkeypatch.setattr("petitions.services.forwarding.issue_letter", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.forward(registered, by=officer, unit=bureau)
    assert not Forwarding.objects.exists()
    assert verbs(registered) == before


# --- Signed for and told ----------------------------------------------------------------------------------------------


def test_both_periods_run_from_the_day_received(sent, handler):
    services.sign_for(sent, by=handler, received_on=timezone.localdate())
    today = timezone.localdate()
    assert running(sent) == {"petition.inform_transferred", "petition.object"}
    assert sent.clocks.get(code="petition.inform_transferred").last_day == today + timedelta(days=15)
    assert sent.handler == handler


def test_it_is_not_received_before_it_was_sent(sent, handler):
    with pytest.raises(MoveRefused, match="不能早于转出"):
        services.sign_for(sent, by=handler, received_on=timezone.localdate() - timedelta(days=1))


def test_another_unit_signs_for_nothing(sent, stranger, officer):
    for somebody in (stranger, officer):
        with pytest.raises(MoveRefused):
            services.sign_for(sent, by=somebody, received_on=timezone.localdate())


def test_the_petitioner_is_told_in_writing_within_the_fifteen_days(signed, handler):
    services.inform_petitioner(signed, by=handler, note="由信访科核实后答复。")
    letter = signed.letters.get()
    assert (letter.kind, letter.addressee) == (LetterKind.RECEIVED, "王冬梅")
    assert signed.case.query_code in letter.body
    assert running(signed) == {"petition.object"}
    with pytest.raises(MoveRefused, match="已经书面告知"):
        services.inform_petitioner(signed, by=handler, note="…")


def test_the_unit_finds_that_the_law_has_another_way(signed, handler):
    services.route_elsewhere(signed, by=handler, route="arbitration", whom="区仲裁委")
    assert signed.state == ForwardingState.ANSWERED
    assert "第三十一条第二项" in signed.letters.get().body


# --- Objection and dispute --------------------------------------------------------------------------------------------


def test_an_objection_has_reasons_and_nothing_goes_back_by_itself(objected, registered, officer, bureau):
    registered.refresh_from_db()
    assert (objected.state, registered.state) == (ForwardingState.OBJECTED, HandlingState.FORWARDED)
    assert objected.unit == bureau
    assert running(objected) == {"request.decide_objection"}
    assert Notification.objects.filter(to=officer, text__contains="异议").exists()


def test_after_five_working_days_it_is_too_late(sent, handler):
    services.sign_for(sent, by=handler, received_on=timezone.localdate())
    later = time_machine.travel(timezone.now() + timedelta(days=20))
    with later, pytest.raises(MoveRefused, match="第二十三条第三款"):
        services.object_to_petition(sent, by=handler, reason="…")
    sent.refresh_from_db()
    assert sent.state == ForwardingState.SIGNED


def test_only_the_sender_agrees_and_then_the_desk_sorts_again_within_its_old_days(
    objected, registered, officer, handler
):
    with pytest.raises(MoveRefused):
        services.grant_objection(objected, by=handler)
    services.grant_objection(objected, by=officer, verdict="同意。")
    registered.refresh_from_db()
    assert (objected.state, registered.state) == (ForwardingState.RETURNED, HandlingState.IN_HAND)
    clock = registered.round.clocks.running().get(code="petition.transfer")
    assert timezone.localdate(clock.started_at) == timezone.localdate()
    assert running(objected) == set()


def test_a_denied_objection_leaves_the_fifteen_days_as_they_were_and_no_second_objection(denied, handler):
    assert denied.state == ForwardingState.SIGNED
    clock = denied.clocks.running().get()
    assert clock.code == "petition.inform_transferred"
    assert timezone.localdate(clock.started_at) == denied.received_on
    with pytest.raises(MoveRefused, match="第二十四条"):
        services.object_to_petition(denied, by=handler, reason="还是不归我们。")


def test_a_dispute_of_duty_needs_an_objection_first(signed, handler):
    with pytest.raises(MoveRefused, match="先提出异议"):
        services.dispute_duty(signed, by=handler, reason="…")


def test_the_centre_says_whose_duty_it_is(denied, handler, director, officer, other_bureau, registered):
    services.dispute_duty(denied, by=handler, reason="两局都认为不属于本单位。")
    assert denied.state == ForwardingState.DISPUTED
    with pytest.raises(MoveRefused):
        services.keep_duty(denied, by=officer, verdict="…")
    services.move_duty(denied, by=director, unit=other_bureau, verdict="按三定方案由住建局办理。")
    registered.refresh_from_db()
    new = registered.forwardings.standing().get()
    assert (new.unit, new.state, denied.state) == (
        other_bureau,
        ForwardingState.SENT,
        ForwardingState.RETURNED,
    )
    assert registered.letters.last().addressee == other_bureau.name


def test_or_that_the_unit_keeps_it(denied, handler, director):
    services.dispute_duty(denied, by=handler, reason="…")
    services.keep_duty(denied, by=director, verdict="由该局办理。")
    assert denied.state == ForwardingState.SIGNED
    assert running(denied) == {"petition.inform_transferred"}


def test_what_was_sent_by_mistake_is_withdrawn(sent, registered, officer):
    services.withdraw_petition(sent, by=officer, note="转错单位。")
    registered.refresh_from_db()
    assert registered.state == HandlingState.IN_HAND
    assert running(sent) == set()


def test_whoever_has_an_interest_sees_it_no_more(signed, handler, unit_head):
    with pytest.raises(MoveRefused):
        services.recuse_handler(signed, by=handler, user=handler, reason="…")
    services.recuse_handler(signed, by=unit_head, user=handler, reason="是被反映人的亲属。")
    assert signed.handler is None
    assert not Case.objects.visible_to(handler).filter(pk=signed.case_id).exists()
    with pytest.raises(MoveRefused, match="由他人决定"):
        services.recuse_handler(signed, by=unit_head, user=unit_head, reason="…")


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_desk_sends_by_its_page_and_the_unit_finds_it_in_its_inbox(
    client, registered, officer, handler, other_bureau
):
    bureau = handler.posts.get().unit
    client.force_login(officer)
    url = reverse("petitions:forward", args=[registered.pk])
    assert client.post(url, {}).status_code == 422
    given = {"unit": bureau.pk, "helping": [other_bureau.pk], "words": "请核实。"}
    assert client.post(url, given).status_code == 302
    client.force_login(handler)
    page = client.get(reverse("petitions:inbox")).content.decode()
    assert registered.case.number in page
    forwarding = registered.forwardings.get()
    detail = client.get(forwarding.url).content.decode()
    assert reverse("petitions:sign_for", args=[forwarding.pk]) in detail


def test_the_page_assigns_with_a_day(client, registered, officer, bureau):
    client.force_login(officer)
    url = reverse("petitions:assign_with_report", args=[registered.pk])
    today = timezone.localdate()
    assert client.post(url, {"unit": bureau.pk, "report_by": str(today)}).status_code == 422
    given = {"unit": bureau.pk, "report_by": str(today + timedelta(days=20))}
    assert client.post(url, given).status_code == 302


def press(client, user, verb, row, given):
    client.force_login(user)
    url = reverse(f"petitions:{verb}", args=[row.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, given)
    assert answer.status_code == 302, answer.content.decode()
    row.refresh_from_db()
    return client.get(row.url).content.decode()


def test_every_move_of_the_unit_and_the_desk_has_its_page(
    client, sent, handler, officer, director, unit_head, colleague, other_bureau
):
    today = str(timezone.localdate())
    press(client, handler, "sign_for", sent, {"received_on": today})
    assert "接收告知书" in press(client, handler, "inform_petitioner", sent, {"note": "由信访科办理。"})
    assert "属于住建局" in press(client, handler, "object_to_petition", sent, {"reason": "属于住建局。"})
    client.force_login(officer)
    assert sent.case.number in client.get(reverse("petitions:list") + "?tab=objected").content.decode()
    press(client, officer, "deny_objection", sent, {"verdict": "由你局办理。"})
    press(client, handler, "dispute_duty", sent, {"reason": "仍有争议。"})
    press(client, director, "keep_duty", sent, {"verdict": "由该局办理。"})
    press(client, unit_head, "recuse_handler", sent, {"user": colleague.pk, "reason": "亲属"})
    page = press(client, handler, "accept_matter", sent, {"accepted_on": today})
    assert "受理告知书" in page


def test_it_lies_on_the_piles_of_whose_turn_it_is(signed, handler, officer, colleague):
    counted = {slug: pile.count for slug, pile in work.PILES.items()}
    assert (counted["petitions"](handler), counted["objections"](officer)) == ("1", "0")
    assert [task.case for task in work.next_tasks(handler)] == [signed.case]
    services.object_to_petition(signed, by=handler, reason="不属于本单位。")
    assert (counted["petitions"](handler), counted["objections"](officer)) == ("0", "1")


def test_an_unfitting_move_has_no_button(client, signed, handler):
    client.force_login(handler)
    page = client.get(signed.url).content.decode()
    assert reverse("petitions:accept_matter", args=[signed.pk]) in page
    for verb in ("take_up_suggestion", "dispute_duty"):
        assert reverse(f"petitions:{verb}", args=[signed.pk]) not in page


@pytest.mark.parametrize("tab", ["to_sign", "signed", "accepted", "done", "nonsense"])
def test_each_inbox_costs_the_same_and_swaps_what_it_shows(
    client, sent, handler, tab, fragment_matches_page, django_assert_max_num_queries
):
    client.force_login(handler)
    url = reverse("petitions:inbox") + f"?tab={tab}&q=工资"
    fragment_matches_page(url, "#rows")
    with django_assert_max_num_queries(22):
        client.get(url)

"""受理、调查、延期、意见书、办结 (27, 29, 31 to 34)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.states import DeferralKind, Outcome, State
from governance_center import work
from kernel.moves import MoveRefused
from people.models import Post, User
from petitions import services
from petitions.models import Inquiry
from petitions.papers import letter_paper
from petitions.states import ForwardingState, InPlace, LetterKind, LetterState
from tests.petitions.fixtures import PARTS, deliver, register

DONE = dict.fromkeys(InPlace, "done")


def running(row) -> set[str]:
    return set(row.clocks.running().values_list("code", flat=True))


def suggestion(handling, officer, bureau, handler):
    register(handling, by=officer, purpose="suggestion")
    services.forward(handling, by=officer, unit=bureau)
    forwarding = handling.forwardings.get()
    services.sign_for(forwarding, by=handler, received_on=timezone.localdate())
    return forwarding


# --- Accepted ---------------------------------------------------------------------------------------------------------


def test_the_sixty_days_run_from_acceptance_and_the_notice_says_until_when(accepted):
    today = timezone.localdate()
    clock = accepted.clocks.running().get()
    assert (clock.code, clock.last_day) == ("petition.handle", today + timedelta(days=60))
    letter = accepted.letters.get()
    assert letter.kind == LetterKind.ACCEPTED
    last = clock.last_day
    assert f"{last.year}年{last.month}月{last.day}日" in letter.body


def test_a_suggestion_has_no_sixty_days_and_is_answered(handling, officer, bureau, handler):
    forwarding = suggestion(handling, officer, bureau, handler)
    with pytest.raises(MoveRefused, match="第三十一条第六项"):
        services.accept_matter(forwarding, by=handler, accepted_on=timezone.localdate())
    services.take_up_suggestion(forwarding, by=handler)
    assert running(forwarding) == set()
    with pytest.raises(MoveRefused, match="第三十二条"):
        services.draft_opinion(forwarding, by=handler, **PARTS)
    services.reply_to_suggestion(forwarding, by=handler, reply="部分采纳。")
    assert forwarding.state == ForwardingState.ANSWERED
    assert "第二十九条" in forwarding.letters.get().body


def test_an_appeal_is_not_taken_up_as_a_suggestion(signed, handler):
    with pytest.raises(MoveRefused, match="申诉求决"):
        services.take_up_suggestion(signed, by=handler)


def test_what_was_found_out_stands_in_the_file(accepted, handler):
    services.record_inquiry(
        accepted,
        by=handler,
        kind="hearing",
        held_on=timezone.localdate(),
        present="信访人、单位代表",
        record="双方陈述。",
    )
    assert Inquiry.objects.get().record == "双方陈述。"


def test_a_hearing_does_not_stop_the_sixty_days(accepted, handler):
    with pytest.raises(MoveRefused, match="不能暂停"):
        cases.ask_deferral(
            accepted.clocks.running().get(),
            case=accepted.case,
            unit=accepted.unit,
            by=handler,
            kind=DeferralKind.PAUSE,
            reason="听证",
            first_day=timezone.localdate(),
        )


def test_an_extension_is_told_once_it_is_approved_by_the_head_and_not_before(accepted, handler, unit_head):
    with pytest.raises(MoveRefused, match="还没有批准"):
        services.tell_extension(accepted, by=handler)
    asked = cases.ask_deferral(
        accepted.clocks.running().get(),
        case=accepted.case,
        unit=accepted.unit,
        by=handler,
        kind=DeferralKind.EXTEND,
        reason="情况复杂。",
        amount=30,
    )
    with pytest.raises(MoveRefused):
        cases.grant_deferral(asked, by=handler)
    cases.grant_deferral(asked, by=unit_head)
    services.tell_extension(accepted, by=handler)
    letter = accepted.letters.get(kind=LetterKind.EXTENSION)
    assert "第三十四条" in letter.body
    assert "情况复杂" in letter.body


# --- The opinion ------------------------------------------------------------------------------------------------------


def test_a_draft_has_neither_number_nor_day_and_says_that_it_is_one(draft):
    paper = letter_paper(draft)
    assert (draft.state, draft.number, draft.issued_on) == (LetterState.DRAFTED, "", None)
    assert paper.mark == "拟稿"


def test_it_is_checked_by_another_and_signed_by_the_head_who_gives_the_number(
    draft, handler, colleague, unit_head
):
    with pytest.raises(MoveRefused, match="另一人"):
        services.check_letter(draft, by=handler)
    with pytest.raises(MoveRefused):
        services.sign_letter(draft, by=unit_head)
    services.check_letter(draft, by=colleague)
    with pytest.raises(MoveRefused):
        services.sign_letter(draft, by=colleague)
    services.sign_letter(draft, by=unit_head)
    assert draft.number == f"试验人力局信处〔{timezone.localdate().year}〕1号"


def test_it_says_all_that_the_law_asks_for_and_the_right_to_review(opinion):
    for words in (*PARTS.values(), "解释说明", "30日内", "复查"):
        if words != "explained":
            assert words in opinion.body


def test_with_it_the_sixty_days_are_kept(opinion, accepted):
    accepted.refresh_from_db()
    assert (accepted.state, accepted.answered_on) == (ForwardingState.ANSWERED, timezone.localdate())
    assert running(accepted) == set()


def test_time_to_ask_for_review_runs_from_delivery(opinion, handler):
    assert not opinion.clocks.exists()
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        deliver(opinion, by=handler)
        clock = opinion.clocks.get()
        assert clock.code == "petition.ask_review"
        assert clock.last_day == timezone.localdate() + timedelta(days=30)


def test_a_draft_is_returned_and_changed_and_a_stale_form_is_told(client, draft, handler, colleague):
    services.check_letter(draft, by=colleague)
    services.return_letter(draft, by=colleague, note="依据不全。")
    client.force_login(handler)
    url = reverse("petitions:edit_letter", args=[draft.pk])
    seen = client.get(url).context["form"].initial["seen"]
    assert client.post(url, PARTS | {"basis": "《劳动法》第五十条。", "seen": seen}).status_code == 302
    draft.refresh_from_db()
    assert draft.basis == "《劳动法》第五十条。"
    stale = client.post(url, PARTS | {"basis": "另一条。", "seen": seen})
    assert stale.status_code == 409
    assert "另一条。" in stale.content.decode()


def test_an_issued_one_is_changed_no_more(opinion, handler):
    with pytest.raises(MoveRefused):
        services.edit_letter(opinion, by=handler, seen="", facts="…")


def test_there_is_one_opinion(draft, accepted, handler):
    with pytest.raises(MoveRefused, match="已经有一份"):
        services.draft_opinion(accepted, by=handler, **PARTS)


def test_a_failure_at_signing_leaves_no_number(draft, colleague, unit_head, monkeypatch):
    services.check_letter(draft, by=colleague)
    monkeypatch.setattr("petitions.services.signing.finish_matter", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.sign_letter(draft, by=unit_head)
    draft.refresh_from_db()
    assert (draft.state, draft.number) == (LetterState.CHECKED, "")


def test_a_draft_lies_on_the_piles_of_the_others_of_the_unit(draft, handler, colleague, unit_head):
    letters = work.PILES["letters"]
    assert [letters.count(user) for user in (handler, colleague, unit_head)] == ["0", "1", "1"]


# --- Concluded --------------------------------------------------------------------------------------------------------


def test_it_is_concluded_with_the_four_in_place_by_who_did_not_handle_it(
    opinion, registered, officer, handler
):
    registered.refresh_from_db()
    with pytest.raises(MoveRefused, match="送达回证"):
        services.conclude_petition(registered, by=officer, in_place=DONE)
    deliver(opinion, by=handler)
    with pytest.raises(MoveRefused, match="第二十七条"):
        services.conclude_petition(registered, by=officer, in_place={"solved": "done"})
    services.conclude_petition(registered, by=officer, in_place=DONE)
    round = registered.case.latest_round()
    assert (round.state, round.outcome) == (State.RESOLVED, Outcome.REPLIED)
    assert registered.reply == opinion.body


def test_nothing_is_concluded_before_the_unit_has_answered(accepted, registered, officer):
    registered.refresh_from_db()
    with pytest.raises(MoveRefused, match="还没有答复"):
        services.conclude_petition(registered, by=officer, in_place=DONE)


def test_what_was_assigned_is_reported_first(registered, officer, bureau, handler, colleague, unit_head):
    day = timezone.localdate() + timedelta(days=30)
    services.assign_with_report(registered, by=officer, unit=bureau, report_by=day)
    forwarding = registered.forwardings.get()
    services.sign_for(forwarding, by=handler, received_on=timezone.localdate())
    services.accept_matter(forwarding, by=handler, accepted_on=timezone.localdate())
    letter = services.draft_opinion(forwarding, by=handler, **PARTS)
    services.check_letter(letter, by=colleague)
    services.sign_letter(letter, by=unit_head)
    deliver(letter, by=handler)
    forwarding.refresh_from_db()
    with pytest.raises(MoveRefused, match="办结报告"):
        services.conclude_petition(registered, by=officer, in_place=DONE)
    services.file_report(forwarding, by=handler, report="已答复，信访人表示理解。")
    assert not forwarding.clocks.running().exists()
    services.conclude_petition(registered, by=officer, in_place=DONE)


def test_the_handler_does_not_close_what_he_handled(opinion, registered, officer, petition_office):
    handler = opinion.forwarding.handler
    Post.objects.create(user=handler, unit=petition_office, role="petition_officer")
    deliver(opinion, by=handler)
    handler = User.objects.get(pk=handler.pk)
    registered.refresh_from_db()
    with pytest.raises(MoveRefused, match="另一人"):
        services.conclude_petition(registered, by=handler, in_place=DONE)


# --- Pages ------------------------------------------------------------------------------------------------------------


def test_the_pages_write_check_sign_and_deliver_the_opinion(
    client, accepted, registered, handler, colleague, unit_head, officer
):
    client.force_login(handler)
    url = reverse("petitions:record_inquiry", args=[accepted.pk])
    given = {
        "kind": "inquiry",
        "held_on": str(timezone.localdate()),
        "present": "单位负责人",
        "record": "查阅考勤。",
    }
    assert client.post(url, given).status_code == 302
    url = reverse("petitions:draft_opinion", args=[accepted.pk])
    page = client.get(url).content.decode()
    assert "查阅考勤" in page
    assert client.post(url, {}).status_code == 422
    assert client.post(url, PARTS).status_code == 302
    letter = accepted.letters.get(kind=LetterKind.OPINION)
    for user, verb in ((colleague, "check_letter"), (unit_head, "sign_letter")):
        client.force_login(user)
        url = reverse(f"petitions:{verb}", args=[letter.pk])
        assert url in client.get(accepted.url).content.decode()
        assert client.post(url, {"note": ""}).status_code == 302
    letter.refresh_from_db()
    assert letter.number in client.get(accepted.url).content.decode()
    deliver(letter, by=handler)
    client.force_login(officer)
    url = reverse("petitions:conclude_petition", args=[registered.pk])
    assert client.post(url, {"solved": "done"}).status_code == 422
    page = client.post(url, DONE, follow=True).content.decode()
    assert "四到位" in page
    assert registered.case.latest_round().state == State.RESOLVED

"""The outcomes of sorting, each with its letter under a number and the end of the fifteen days (22, 23, 31, 36)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.states import Outcome, State
from kernel.editing import seen_token
from kernel.moves import MoveRefused
from people.models import Unit
from people.roles import Role
from petitions import services
from petitions.models import Letter, LetterCode
from petitions.states import HandlingState, LegalRoute, LetterKind
from tests.cases.fixtures import verbs
from tests.factories import UserFactory
from tests.petitions.fixtures import register


@pytest.fixture
def political_legal():
    return Unit.objects.get(code="political_legal")


def running(handling) -> set[str]:
    return set(handling.round.clocks.running().values_list("code", flat=True))


ENDINGS = {
    "tell_whom": (LetterKind.TELL_WHOM, {"whom": "省人力社保厅"}, "第二十三条第一款"),
    "other_route": (
        LetterKind.OTHER_ROUTE,
        {"route": LegalRoute.ARBITRATION, "whom": "区劳动人事争议仲裁委员会"},
        "第三十一条第二项",
    ),
    "not_accept": (LetterKind.NOT_ACCEPTED, {"whom": "莲花镇人民政府"}, "第十九条第三款"),
    "no_longer_accept": (LetterKind.NO_LONGER, {"whom": "衢州市人民政府"}, "第三十六条第三款"),
}


@pytest.mark.parametrize(("verb", "ending"), ENDINGS.items(), ids=ENDINGS)
def test_each_outcome_tells_the_petitioner_by_its_article_and_ends_the_fifteen_days(
    registered, officer2, petition_office, verb, ending
):
    kind, words, article = ending
    LetterCode.objects.create(unit=petition_office, code="试")
    getattr(services, verb)(registered, by=officer2, **words)
    letter = registered.letters.get()
    assert (letter.kind, letter.addressee) == (kind, "王冬梅")
    assert letter.number.startswith("试信")
    assert letter.number.endswith(f"〔{timezone.localdate().year}〕1号")
    assert article in letter.body
    assert words["whom"] in letter.body
    registered.refresh_from_db()
    assert registered.state == HandlingState.ANSWERED
    assert registered.round.outcome == Outcome.GUIDED
    assert running(registered) == {"case.follow_up"}


def test_six_ways_of_the_law_and_each_has_its_paragraph(registered, officer):
    services.other_route(registered, by=officer, route=LegalRoute.DUTY, whom="区市场监管局")
    assert "第三十一条第五项" in registered.letters.get().body


@pytest.mark.parametrize("verb", ["not_accept", "no_longer_accept"])
def test_whoever_registered_it_may_not_refuse_it(registered, officer, officer2, verb):
    with pytest.raises(MoveRefused, match="另一人"):
        getattr(services, verb)(registered, by=officer, whom="莲花镇人民政府")
    assert not Letter.objects.exists()
    getattr(services, verb)(registered, by=officer2, whom="莲花镇人民政府")


def test_no_outcome_before_it_is_registered(handling, officer):
    with pytest.raises(MoveRefused, match="第二十二条"):
        services.tell_whom(handling, by=officer, whom="…")
    assert not Letter.objects.exists()


def test_strangers_sort_nothing(registered, stranger, clerk):
    for somebody in (stranger, clerk):
        with pytest.raises(MoveRefused):
            services.tell_whom(registered, by=somebody, whom="…")


def test_whose_address_is_unclear_gets_no_letter(handling, officer):
    register(handling, by=officer, is_anonymous=True, unreachable="匿名")
    services.tell_whom(handling, by=officer, whom="省人力社保厅")
    assert not Letter.objects.exists()
    handling.refresh_from_db()
    assert handling.state == HandlingState.ANSWERED


def test_a_court_matter_goes_to_the_political_legal_body_and_the_petitioner_is_told(
    registered, officer, political_legal
):
    services.pass_to_justice(registered, by=officer, unit=political_legal)
    to_unit, to_petitioner = registered.letters.all()
    assert (to_unit.kind, to_unit.addressee) == (LetterKind.FORWARD, "区委政法委")
    assert "第二十二条第二款" in to_unit.body
    assert to_petitioner.kind == LetterKind.OTHER_ROUTE
    assert "第三十一条第一项" in to_petitioner.body
    of_justice = UserFactory(post=(Role.HANDLER, political_legal))
    assert Case.objects.visible_to(of_justice).filter(pk=registered.case_id).exists()


def test_whoever_wants_to_stay_unknown_is_not_named_to_units(handling, officer, political_legal):
    register(handling, by=officer, is_confidential=True)
    services.pass_to_justice(handling, by=officer, unit=political_legal)
    to_unit = handling.letters.get(kind=LetterKind.FORWARD)
    assert "王冬梅" not in to_unit.body
    assert "按规定保密" in to_unit.body


def test_what_is_grave_is_put_to_the_leaders_and_sorted_as_they_decide(registered, officer):
    services.refer_up(registered, by=officer, to="区委、区政府", advice="建议由区住建局牵头。")
    assert registered.state == HandlingState.REFERRED
    assert running(registered) == {"case.first_contact"}
    letter = registered.letters.get()
    assert (letter.kind, letter.addressee) == (LetterKind.REFER, "区委、区政府")
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        services.enter_decision(
            registered, by=officer, decision="同意。", decided_on=timezone.localdate() - timedelta(days=1)
        )
        clock = registered.round.clocks.running().get(code="petition.transfer")
        assert clock.last_day == timezone.localdate() + timedelta(days=14)
    assert registered.state == HandlingState.IN_HAND


def test_what_may_have_social_impact_is_reported_within_its_hour(handling, officer):
    register(handling, by=officer, is_urgent=True, people_count=3)
    assert "petition.urgent_report" in running(handling)
    services.report_urgent(
        handling, by=officer, to="区委、区政府", situation="三十七人聚集。", measures="已到场接访。"
    )
    assert "petition.urgent_report" not in running(handling)
    letter = handling.letters.get()
    assert (letter.kind, letter.addressee) == (LetterKind.URGENT, "区委、区政府")
    assert "第二十五条" in letter.body


def test_what_turns_out_to_be_urgent_later_is_reported_from_then_on_and_what_leaves_the_desk_is_not(
    client, registered, officer
):
    registration = registered.registrations.get()
    assert "petition.urgent_report" not in running(registered)
    seen = seen_token(registration, "correct_registration", ["is_urgent"])
    services.correct_registration(registration, by=officer, seen=seen, is_urgent=True)
    assert "petition.urgent_report" in running(registered)
    client.force_login(officer)
    url = reverse("petitions:report_urgent", args=[registered.pk])
    assert url in client.get(reverse("petitions:detail", args=[registered.pk])).content.decode()
    assert client.post(url, {}).status_code == 422
    services.send_back_petition(registered, by=officer, note="…")
    assert "petition.urgent_report" not in running(registered)


def test_a_decision_from_before_it_was_asked_for_is_refused(registered, officer):
    services.refer_up(registered, by=officer, to="区委", advice="…")
    with pytest.raises(MoveRefused, match="不能早于"):
        services.enter_decision(
            registered, by=officer, decision="…", decided_on=timezone.localdate() - timedelta(days=1)
        )


def test_numbers_count_on_by_kind_and_by_unit(registered, officer, petition_office):
    first = services.issue_letter(registered, by=officer, kind=LetterKind.FORWARD, body="…", addressee="甲")
    second = services.issue_letter(registered, by=officer, kind=LetterKind.FORWARD, body="…", addressee="乙")
    other = services.issue_letter(registered, by=officer, kind=LetterKind.ASSIGN, body="…", addressee="甲")
    year = timezone.localdate().year
    assert first.number == f"试验信访局信转〔{year}〕1号"
    assert second.number == f"试验信访局信转〔{year}〕2号"
    assert other.number == f"试验信访局信交〔{year}〕1号"


def test_a_failure_half_way_leaves_neither_letter_nor_number(registered, officer, monkeypatch):
    before = verbs(registered)
    monkeypatch.setattr("cases.services.show_cover", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.tell_whom(registered, by=officer, whom="…")
    assert not Letter.objects.exists()
    assert verbs(registered) == before
    monkeypatch.undo()
    services.tell_whom(registered, by=officer, whom="…")
    assert "〕1号" in registered.letters.get().number


POSTED = {
    "tell_whom": {"whom": "省人力社保厅", "note": "地址：杭州市。"},
    "other_route": {"route": "administrative", "whom": "区人民政府"},
    "not_accept": {"whom": "莲花镇人民政府"},
    "no_longer_accept": {"whom": "衢州市人民政府"},
    "refer_up": {"to": "区委、区政府", "advice": "建议召开联席会议。"},
}


@pytest.mark.parametrize(("verb", "given"), POSTED.items(), ids=POSTED)
def test_each_page_asks_and_shows_the_letter_afterwards(client, registered, officer2, verb, given):
    client.force_login(officer2)
    url = reverse(f"petitions:{verb}", args=[registered.pk])
    assert url in client.get(reverse("petitions:detail", args=[registered.pk])).content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url, {}).status_code == 422
    page = client.post(url, given, follow=True).content.decode()
    assert registered.letters.get().number in page


def test_the_page_of_a_court_matter_proposes_the_political_legal_body(
    client, registered, officer, political_legal
):
    client.force_login(officer)
    url = reverse("petitions:pass_to_justice", args=[registered.pk])
    assert client.get(url).context["form"].initial["unit"] == political_legal
    assert client.post(url, {"unit": political_legal.pk}).status_code == 302
    assert registered.round.case.latest_round().state == State.RESOLVED


def test_the_page_enters_the_decision(client, registered, officer):
    services.refer_up(registered, by=officer, to="区委", advice="…")
    client.force_login(officer)
    url = reverse("petitions:enter_decision", args=[registered.pk])
    given = {"decided_on": str(timezone.localdate()), "decision": "同意转区住建局办理。"}
    assert "同意转区住建局办理" in client.post(url, given, follow=True).content.decode()

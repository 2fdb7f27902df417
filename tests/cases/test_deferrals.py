"""More time, and days that do not count: asked before the end, granted by another whom the rule names."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cases import escalation, services
from cases.models import Deferral
from cases.services import ask, take
from cases.states import DeferralKind, DeferralState
from cases.tasks import tell_of_deferrals
from kernel import clocks
from kernel.models import ClockRule, Notification
from kernel.moments import NEVER
from kernel.moves import MoveRefused
from people.roles import Role
from tests.cases.fixtures import verbs
from tests.factories import UnitFactory, UserFactory
from tests.pdfs import pdf_text

SHANGHAI = timezone.get_default_timezone()
START = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
CONSENT = b"%PDF-1.4 both sides agree"


def later(**span):
    return time_machine.travel(START + timedelta(**span), tick=False)


@pytest.fixture
def round(case, handler):
    """Taken by the bureau, with a clock of 30 days that both parties can lengthen and an appraisal can stop."""
    take(case.latest_round(), by=handler)
    services.log_contact(case, by=handler, whom="王冬梅", said="约好明天来。")
    ClockRule.objects.filter(code="mediation.mediate").update(
        extension_max=30, extension_approver="unit_head", pausable="鉴定所需时间"
    )
    round = case.latest_round()
    with time_machine.travel(START, tick=False):
        clocks.turn(round, starts=["mediation.mediate"])
    return round


@pytest.fixture
def clock(round):
    return round.clocks.get(code="mediation.mediate")


@pytest.fixture
def head(bureau):
    return UserFactory(post=(Role.UNIT_HEAD, bureau), name="方局长")


def asked(clock, case, by, **what) -> Deferral:
    what = {"kind": DeferralKind.EXTEND, "amount": Decimal(10), "reason": "需补充鉴定。"} | what
    return services.ask_deferral(clock, case=case, unit=case.unit, by=by, **what)


def test_an_extension_moves_the_date_once_it_is_granted_by_another(clock, case, handler, head):
    with later(days=5):
        deferral = asked(clock, case, handler)
        clock.refresh_from_db()
        assert clock.last_day == date(2026, 4, 1)
        with pytest.raises(MoveRefused):
            services.grant_deferral(deferral, by=handler)
        services.grant_deferral(deferral, by=head, answer="同意。")
    clock.refresh_from_db()
    assert (clock.last_day, clock.generation) == (date(2026, 4, 11), 1)
    assert case.latest_round().due_at == clock.due_at
    assert verbs(case)[-2:] == ["ask_deferral", "grant_deferral"]
    assert Notification.objects.filter(to=head, text__contains="待审批").exists()
    assert Notification.objects.filter(to=handler, text__contains="已审批").exists()


def test_the_head_does_not_grant_what_the_head_asked(clock, case, head):
    with later(days=5):
        deferral = asked(clock, case, head)
        with pytest.raises(MoveRefused, match="须由另一人办理"):
            services.grant_deferral(deferral, by=head)


def test_a_refusal_leaves_the_date_and_says_why(clock, case, handler, head):
    with later(days=5):
        deferral = asked(clock, case, handler)
        services.refuse_deferral(deferral, by=head, answer="材料已经齐全。")
    clock.refresh_from_db()
    assert clock.last_day == date(2026, 4, 1)
    assert Deferral.objects.get().answer == "材料已经齐全。"


def test_after_the_end_nothing_is_asked_and_nothing_granted(clock, case, handler, head):
    with later(days=29):
        deferral = asked(clock, case, handler)
    with later(days=31):
        with pytest.raises(MoveRefused, match="已经到期"):
            services.grant_deferral(deferral, by=head)
        services.withdraw_deferral(deferral, by=handler)
        with pytest.raises(MoveRefused, match="已经到期"):
            asked(clock, case, handler)


def test_a_date_that_a_paper_gives_is_neither_moved_nor_paused(clock, case, handler):
    type(clock).objects.filter(pk=clock.pk).update(source="领导批示")
    with later(days=5):
        for what in ({}, {"kind": DeferralKind.PAUSE, "amount": None, "first_day": date(2026, 3, 7)}):
            with pytest.raises(MoveRefused, match="由领导批示载明"):
                asked(clock, case, handler, **what)
    assert not Deferral.objects.exists()


def test_no_longer_and_no_oftener_than_the_rule_allows(clock, case, handler, head):
    with later(days=5):
        with pytest.raises(MoveRefused, match="最多再延长30日"):
            asked(clock, case, handler, amount=Decimal(31))
        deferral = asked(clock, case, handler)
        with pytest.raises(MoveRefused, match="已有一份申请"):
            asked(clock, case, handler)
        services.grant_deferral(deferral, by=head)
        with pytest.raises(MoveRefused, match="已经延期过"):
            asked(clock, case, handler)


def clock_told(clock, now) -> bool:
    """Whether a sweep has something to tell of this clock."""
    told = clock.firings.count()
    escalation.sweep(now)
    return clock.firings.count() > told


def test_a_pause_takes_the_date_away_and_resuming_counts_on(clock, case, handler, head):
    pausing = {"kind": DeferralKind.PAUSE, "amount": None, "first_day": date(2026, 3, 10)}
    with later(days=9):
        deferral = asked(clock, case, handler, **pausing)
        services.grant_deferral(deferral, by=head)
        clock.refresh_from_db()
        assert (clock.due_at, clock.next_fire_at) == (None, None)
        assert case.latest_round().due_at == NEVER
        assert not clock_told(clock, START + timedelta(days=60))
    with later(days=25):
        with pytest.raises(MoveRefused, match="暂停开始之后"):
            services.resume_clock(deferral, by=handler, last_day=date(2026, 3, 9))
        services.resume_clock(deferral, by=handler, last_day=date(2026, 3, 21))
    clock.refresh_from_db()
    assert clock.last_day == date(2026, 4, 13)
    assert clock_told(clock, START + timedelta(days=60))
    assert Deferral.objects.get().state == DeferralState.RESUMED


PAUSE = {
    "kind": DeferralKind.PAUSE,
    "amount": None,
    "first_day": date(2026, 3, 10),
    "until": date(2026, 3, 19),
}


@pytest.fixture
def paused(clock, case, handler, head) -> Deferral:
    """Standing still from 10 March on, for an appraisal that should be there on the 19th."""
    with later(days=8):
        deferral = asked(clock, case, handler, **PAUSE)
        services.grant_deferral(deferral, by=head)
    return deferral


def tell_at(**span):
    """The task of the morning, some days after the start."""
    with later(**span):
        tell_of_deferrals()


def told(user, words) -> int:
    return Notification.objects.filter(to=user, text__contains=words).count()


def test_a_pause_that_should_be_over_reminds_the_unit_each_working_day_until_it_is_resumed(
    paused, handler, stranger
):
    tell_at(days=17)  # Thursday the 19th, still a day of the pause
    assert not told(handler, "请恢复计算")
    tell_at(days=18)
    tell_at(days=18, hours=1)
    assert told(handler, "预计暂停到2026-03-19，请恢复计算") == 1
    tell_at(days=19)  # a Saturday
    tell_at(days=21)
    assert (told(handler, "请恢复计算"), told(stranger, "请恢复计算")) == (2, 0)
    with later(days=21):
        services.resume_clock(paused, by=handler, last_day=date(2026, 3, 20))
    tell_at(days=22)
    assert told(handler, "请恢复计算") == 2


def test_what_stands_still_is_a_pile_of_those_who_resume_and_a_number_of_those_who_supervise(
    client, paused, case, handler, stranger, centre
):
    pile, cards = reverse("pile", args=["paused"]), reverse("cases:card_list")
    for somebody, count in [(handler, 1), (stranger, 0), (UserFactory(post=(Role.DIRECTOR, centre)), 1)]:
        client.force_login(somebody)
        assert client.get(pile).content.decode().count(case.title) == count
        assert f"暂停中的期限 {count} 个" in client.get(cards).content.decode()
    with later(days=10):
        services.resume_clock(paused, by=handler, last_day=date(2026, 3, 12))
    assert case.title not in client.get(pile).content.decode()


def test_a_pause_is_asked_for_with_its_expected_end(client, case, clock, handler):
    client.force_login(handler)
    typed = {"kind": "pause", "amount": "", "first_day": "2026-03-05"}
    with later(days=5):
        without = post(client, case, clock, **typed)
        assert without.status_code == 422
        assert "请填写预计暂停到哪天" in without.content.decode()
        assert post(client, case, clock, **typed, until="2026-03-04").status_code == 409
        assert post(client, case, clock, **typed, until="2026-03-20").status_code == 302
    assert Deferral.objects.get().until == date(2026, 3, 20)
    assert "预计到 2026-03-20" in client.get(reverse("cases:clocks", args=[case.pk])).content.decode()


def test_who_asked_and_who_decides_are_told_the_day_before_a_request_lapses(
    clock, case, handler, head, stranger
):
    with later(days=20):
        deferral = asked(clock, case, handler)
    tell_at(days=28)  # the last day is the 30th
    assert not told(handler, "失效")
    tell_at(days=29)
    tell_at(days=29, hours=1)
    words = "还没有审批，2026-04-01到期后失效"
    assert [told(user, words) for user in (handler, head, stranger)] == [1, 1, 0]
    with later(days=29):
        services.refuse_deferral(deferral, by=head, answer="材料已经齐全。")
    tell_at(days=30)
    assert told(handler, "失效") == 1


def test_what_the_rule_does_not_allow_is_not_offered(client, case, handler, round):
    rating = round.clocks.get(code="mediation.mediate")
    ClockRule.objects.filter(code="mediation.mediate").update(extension_max=0, pausable="")
    client.force_login(handler)
    page = client.get(reverse("cases:clocks", args=[case.pk])).content.decode()
    assert reverse("cases:ask_deferral", args=[case.pk, rating.pk]) not in page


def post(client, case, clock, **typed):
    url = reverse("cases:ask_deferral", args=[case.pk, clock.pk])
    return client.post(url, {"kind": "extend", "amount": "10", "reason": "需补充鉴定。"} | typed)


def test_through_the_pages_from_asking_to_granting(client, case, clock, handler, head):
    with later(days=5):
        client.force_login(handler)
        assert post(client, case, clock).status_code == 302
        client.force_login(head)
        pile = client.get(reverse("pile", args=["deferrals"])).content.decode()
        assert case.number in pile
        deferral = Deferral.objects.get()
        page = client.get(reverse("cases:clocks", args=[case.pk])).content.decode()
        assert reverse("cases:grant_deferral", args=[deferral.pk]) in page
        assert (
            client.post(reverse("cases:grant_deferral", args=[deferral.pk]), {"answer": ""}).status_code
            == 302
        )
        page = client.get(reverse("cases:clocks", args=[case.pk])).content.decode()
        assert "延长10日，由单位负责人批准" in page
        assert case.number not in client.get(reverse("pile", args=["deferrals"])).content.decode()


def test_where_both_parties_must_agree_their_paper_is_asked_for(client, case, clock, handler):
    ClockRule.objects.filter(code="mediation.mediate").update(extension_approver="both_parties")
    client.force_login(handler)
    with later(days=5):
        without = post(client, case, clock)
        assert without.status_code == 422
        assert "双方签字的材料" in without.content.decode()
        assert "需补充鉴定。" in without.content.decode()
        paper = SimpleUploadedFile("同意书.pdf", CONSENT)
        assert post(client, case, clock, consent=paper).status_code == 302
    assert Deferral.objects.get().consent.name == "同意书.pdf"


@pytest.mark.parametrize(
    "typed", [{"amount": ""}, {"amount": "-3"}, {"amount": "x"}, {"reason": ""}, {"kind": "x"}]
)
def test_bad_input_comes_back_with_what_was_typed(client, case, clock, handler, typed):
    client.force_login(handler)
    with later(days=5):
        assert post(client, case, clock, **typed).status_code == 422
    assert not Deferral.objects.exists()


def test_a_request_to_another_unit_is_deferred_by_the_head_of_that_unit(
    client, round, case, clerk, other_bureau, stranger, handler
):
    ClockRule.objects.filter(code="request.answer").update(extension_max=3, extension_approver="unit_head")
    ask(round, by=handler, kind="help", from_unit=case.unit, to_unit=other_bureau, text="请协助核实。")
    request = case.requests.get()
    client.force_login(stranger)
    clock = request.clocks.get(code="request.answer")
    assert post(client, case, clock, amount="2").status_code == 302
    assert Deferral.objects.get().unit == other_bureau
    client.force_login(handler)
    assert post(client, case, clock, amount="2").status_code == 403


def test_of_a_restricted_file_the_reason_is_cipher(clock, case, handler):
    type(case).objects.filter(pk=case.pk).update(restriction="violence")
    case.refresh_from_db()
    services.copy_sight(case)
    with later(days=5):
        deferral = asked(clock, case, handler, reason="伤情鉴定。")
    (kept,) = Deferral.objects.filter(pk=deferral.pk).values_list("reason", flat=True)
    assert kept == ""
    assert Deferral.objects.get(pk=deferral.pk).reason == "伤情鉴定。"


def test_the_person_is_told_on_paper_of_the_new_date_and_why(client, clock, case, handler, head, centre):
    client.force_login(handler)
    with later(days=5):
        deferral = asked(clock, case, handler)
        address = reverse("cases:print_deferral", args=[deferral.pk, "html"])
        assert client.get(address).status_code == 404
        services.grant_deferral(deferral, by=head, answer="同意。")
    page = client.get(address).content.decode()
    for words in ("延期办理告知书", "延长10日", "需补充鉴定。", "2026年4月11日", case.number):
        assert words in page
    assert address in client.get(reverse("cases:clocks", args=[case.pk])).content.decode()
    word = client.get(reverse("cases:print_deferral", args=[deferral.pk, "docx"]))
    assert word.content[:2] == b"PK"
    archived = client.get(reverse("cases:print_deferral", args=[deferral.pk, "pdf"]))
    assert "需补充鉴定。" in pdf_text(archived.content)
    assert deferral.history.filter(verb="print_deferral", by=handler).count() == 3
    client.force_login(UserFactory(post=(Role.DIRECTOR, centre)))
    assert client.get(address).status_code == 403
    assert address not in client.get(reverse("cases:clocks", args=[case.pk])).content.decode()


def test_a_pause_is_told_on_paper_too(client, clock, case, handler, head):
    with later(days=5):
        what = {"kind": DeferralKind.PAUSE, "amount": None, "first_day": date(2026, 3, 7)}
        deferral = asked(clock, case, handler, **what, reason="委托鉴定。")
        services.grant_deferral(deferral, by=head)
    client.force_login(handler)
    page = client.get(reverse("cases:print_deferral", args=[deferral.pk, "html"])).content.decode()
    assert "期限暂停计算告知书" in page
    assert "自2026年3月7日起暂停计算" in page


def test_who_asks_for_more_time_is_counted_by_unit(client, clock, case, handler, head, centre):
    with later(days=5):
        services.refuse_deferral(asked(clock, case, handler), by=head, answer="不必。")
        services.grant_deferral(asked(clock, case, handler), by=head)
    address = reverse("cases:deferral_list")
    client.force_login(UserFactory(post=(Role.DIRECTOR, centre)))
    answer = client.get(address)
    unit = answer.context["counts"][0]
    assert (unit["all"], unit["extended"], unit["paused"], unit["refused"]) == (2, 1, 0, 1)
    shown = client.get(address, {"state": "refused", "unit": unit["unit"]}).content.decode()
    assert shown.count(reverse("cases:clocks", args=[case.pk])) == 1
    client.force_login(UserFactory(post=(Role.HANDLER, UnitFactory())))
    assert client.get(address).context["counts"] == []

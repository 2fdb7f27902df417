"""司法确认: what each move leaves behind, whom it is refused, and that nothing is left half done."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.escalation import sweep
from cases.models import Agent
from cases.states import DeferralKind
from cases.states import State as RoundState
from governance_center.reference import load_clock_rules, load_confirmation_terms
from kernel.models import ClockRule, Notification
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import ConfirmationTerm, JudicialConfirmation
from mediation.states import CheckItem, ConfirmationState
from people.models import Unit
from people.roles import Role
from tests.factories import UnitFactory, UserFactory
from tests.mediation.factories import accepted, in_force
from tests.people.factories import id_number

PDF = b"%PDF-1.7\n%%EOF"
DOCKET, RULING = "（2026）浙0803诉前调确12号", "（2026）浙0803诉前调确12号民事裁定书"


@pytest.fixture(autouse=True)
def _terms(db):
    load_confirmation_terms()


@pytest.fixture
def cadre(court):
    return UserFactory(post=(Role.COURT, court), name="方立明")


@pytest.fixture
def confirmation(mediation, keeper):
    return JudicialConfirmation.objects.get(agreement=in_force(mediation, keeper))


def conditions():
    return ConfirmationTerm.objects.filter(kind=ConfirmationTerm.Kind.CONDITION)


def papers():
    return ConfirmationTerm.objects.filter(kind=ConfirmationTerm.Kind.PAPER)


def scan(name="民事裁定书.pdf"):
    return SimpleUploadedFile(name, PDF, "application/pdf")


def applying(confirmation, **changed):
    given = {
        "applicants": list(confirmation.case.parties.all()),
        "papers": list(papers()),
        "applied_on": timezone.localdate(),
    }
    services.apply_for_confirmation(confirmation, by=confirmation.mediation.mediator, **(given | changed))


def ruling(**changed):
    return {"ruling_number": RULING, "ruled_on": timezone.localdate(), "ruling": scan()} | changed


STEPS = ("admissible", "applied", "handed", "accepted")


def brought_to(confirmation, state, court, cadre):
    """The confirmation after as many moves as `state` needs."""
    mediator = confirmation.mediation.mediator
    moves = {
        "admissible": lambda: services.check_admissibility(confirmation, by=mediator, met=list(conditions())),
        "applied": lambda: applying(confirmation),
        "handed": lambda: services.hand_to_court(confirmation, by=mediator, desk=court),
        "accepted": lambda: services.accept_confirmation(
            confirmation, by=cadre, number=DOCKET, accepted_on=timezone.localdate()
        ),
    }
    for step in STEPS[: STEPS.index(state) + 1] if state != "open" else ():
        moves[step]()
    return confirmation


def running(confirmation):
    return [clock.code for clock in confirmation.clocks.running()]


# --- Works and leaves its trace ---------------------------------------------------------------------------------------


def test_the_thirty_days_begin_when_a_written_agreement_takes_effect(confirmation, mediation, keeper):
    assert confirmation.state == ConfirmationState.OPEN
    assert running(confirmation) == ["mediation.ask_confirmation"]
    clock = confirmation.asking
    assert clock.last_day >= confirmation.agreement.in_force_on + timedelta(days=30)
    entry = confirmation.history.get()
    assert (entry.verb, entry.by) == ("open_confirmation", keeper)


def test_an_agreement_entered_afterwards_counts_from_the_day_it_took_effect(mediator, keeper):
    with time_machine.travel(timezone.now() - timedelta(days=4)):
        mediation = accepted(mediator)
        agreement = services.draft_agreement(mediation, by=mediator, facts="…", terms="…", performance="…")
        services.submit_agreement(agreement, by=mediator, checked=CheckItem.values)
    day = timezone.localdate() - timedelta(days=2)
    for place in agreement.signatures.all():
        services.sign_agreement(agreement, by=mediator, signature=place, way="hand", signed_on=day)
    services.set_stamp(agreement, by=keeper, stamped_on=day)
    clock = JudicialConfirmation.objects.get().asking
    assert timezone.localdate(clock.started_at) == day


def test_an_oral_agreement_has_none(mediation, mediator):
    services.record_oral_agreement(
        mediation, by=mediator, agreed_on=timezone.localdate(), facts="…", terms="…", performance="…"
    )
    assert not JudicialConfirmation.objects.exists()


def test_from_the_list_to_the_ruling_in_the_file(confirmation, court, cadre, mediator):
    brought_to(confirmation, "applied", court, cadre)
    assert confirmation.papers == [paper.code for paper in papers()]
    assert running(confirmation) == []
    services.hand_to_court(confirmation, by=mediator, desk=court)
    assert running(confirmation) == ["court.accept_confirmation"]
    assert Notification.objects.filter(to=cadre, text__contains="待受理司法确认申请").exists()
    services.accept_confirmation(confirmation, by=cadre, number=DOCKET, accepted_on=timezone.localdate())
    assert running(confirmation) == ["court.review_confirmation"]
    services.confirm_agreement(confirmation, by=cadre, **ruling())
    assert confirmation.state == ConfirmationState.CONFIRMED
    assert running(confirmation) == []
    assert confirmation.case.attachments.get() == confirmation.ruling
    verbs = [entry.verb for entry in confirmation.history.order_by("seq")]
    assert verbs == [
        "open_confirmation",
        "check_admissibility",
        "apply_for_confirmation",
        "hand_to_court",
        "accept_confirmation",
        "confirm_agreement",
    ]
    assert Notification.objects.filter(to=mediator, text__contains="确认调解协议有效").exists()


def test_the_track_moves_no_date_of_the_mediation(confirmation, court, cadre):
    ended, resolved = confirmation.mediation.ended_at, confirmation.mediation.round.resolved_at
    brought_to(confirmation, "accepted", court, cadre)
    services.confirm_agreement(confirmation, by=cadre, **ruling())
    confirmation.mediation.refresh_from_db()
    round = confirmation.mediation.round
    round.refresh_from_db()
    assert (confirmation.mediation.ended_at, round.resolved_at) == (ended, resolved)
    assert round.state == RoundState.RESOLVED


def test_a_dismissed_one_says_why_and_what_is_left(client, confirmation, court, cadre, mediator):
    brought_to(confirmation, "accepted", court, cadre)
    services.dismiss_application(confirmation, by=cadre, note="协议内容不明确。", **ruling())
    assert confirmation.state == ConfirmationState.DISMISSED
    client.force_login(mediator)
    page = client.get(reverse("mediation:confirmation_detail", args=[confirmation.pk])).content.decode()
    assert "协议内容不明确。" in page
    assert "向人民法院起诉（人民调解法第三十三条、民事诉讼法第二百零六条）" in page
    assert "十五日" in page
    assert "六个月" in page


def test_what_the_court_confirmed_and_nobody_keeps_is_enforced_and_not_sued_over(
    client, confirmation, court, cadre, mediator
):
    services.note_breach(confirmation.agreement.performances.get(), by=mediator, note="拒绝支付")
    page = reverse("mediation:detail", args=[confirmation.mediation_id])
    client.force_login(mediator)
    before = client.get(page).content.decode()
    assert ("申请强制执行" in before, "向人民法院起诉" in before) == (False, True)
    brought_to(confirmation, "accepted", court, cadre)
    services.confirm_agreement(confirmation, by=cadre, **ruling())
    after = client.get(page).content.decode()
    assert ("申请强制执行" in after, "《人民调解法》第三十二条" in after) == (True, False)


def test_the_court_returns_what_lacks_papers_and_it_is_handed_in_again(confirmation, court, cadre, mediator):
    brought_to(confirmation, "handed", court, cadre)
    services.return_application(confirmation, by=cadre, note="缺营业执照。")
    assert confirmation.state == ConfirmationState.APPLIED
    assert running(confirmation) == []
    services.hand_to_court(confirmation, by=mediator, desk=court)
    assert running(confirmation) == ["court.accept_confirmation"]


def test_the_court_may_refuse_to_take_it(confirmation, court, cadre):
    brought_to(confirmation, "handed", court, cadre)
    services.refuse_acceptance(confirmation, by=cadre, note="涉及物权确权。")
    assert (confirmation.state, confirmation.reason) == (ConfirmationState.NOT_ACCEPTED, "涉及物权确权。")
    assert running(confirmation) == []


@pytest.mark.parametrize("state", ["applied", "handed", "accepted"])
def test_the_parties_take_it_back_at_any_time_before_the_ruling(confirmation, court, cadre, mediator, state):
    brought_to(confirmation, state, court, cadre)
    services.withdraw_application(confirmation, by=mediator, note="双方已经履行完毕。")
    assert confirmation.state == ConfirmationState.WITHDRAWN
    assert running(confirmation) == []


@pytest.mark.parametrize("state", ["open", "admissible"])
def test_parties_who_do_not_want_it_stop_the_days(confirmation, court, cadre, mediator, state):
    brought_to(confirmation, state, court, cadre)
    services.decline_confirmation(confirmation, by=mediator, note="当场履行。")
    assert confirmation.state == ConfirmationState.DECLINED
    assert running(confirmation) == []


def test_tomorrows_colleague_at_the_court_goes_on(confirmation, court, cadre):
    brought_to(confirmation, "handed", court, cadre)
    tomorrow = UserFactory(post=(Role.COURT, court))
    services.accept_confirmation(confirmation, by=tomorrow, number=DOCKET, accepted_on=timezone.localdate())
    assert confirmation.state == ConfirmationState.ACCEPTED


def test_the_mediator_is_reminded_and_nobody_is_late(confirmation, mediator):
    Notification.objects.all().delete()
    clock = confirmation.asking
    for before in (30, 20, 7, 3, -2):
        sweep(now=clock.due_at - timedelta(days=before))
    told = Notification.objects.filter(to=mediator, text__contains="即将到期")
    assert 2 <= told.count() <= 4
    assert not Notification.objects.filter(text__contains="超期").exists()


# --- Refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "article"),
    [
        ("scope", "第三百五十五条第一款第一项"),
        ("identity", "第三百五十五条第一款第三项"),
        ("bankruptcy", "第三百五十五条第一款第四项"),
        ("ownership", "第三百五十五条第一款第五项"),
        ("definite", "第三百五十八条第五项"),
        ("lawful", "第三百五十八条第一项"),
        ("voluntary", "第三百五十八条第四项"),
        ("attend", "第三百五十一条、第三百五十六条"),
    ],
)
def test_what_the_law_does_not_let_through_is_refused_with_its_article(confirmation, mediator, code, article):
    with pytest.raises(MoveRefused, match=article):
        services.check_admissibility(confirmation, by=mediator, met=list(conditions().exclude(code=code)))
    confirmation.refresh_from_db()
    assert confirmation.state == ConfirmationState.OPEN


@pytest.mark.parametrize("code", ["application", "agreement", "proof", "papers", "address"])
def test_a_missing_paper_is_refused_with_its_article(confirmation, court, cadre, code):
    brought_to(confirmation, "admissible", court, cadre)
    with pytest.raises(MoveRefused, match="第三百五十四条|第三条"):
        applying(confirmation, papers=list(papers().exclude(code=code)))


def test_proof_of_property_is_for_those_who_have_it(confirmation, court, cadre):
    brought_to(confirmation, "admissible", court, cadre)
    applying(confirmation, papers=list(papers().exclude(code="property")))
    assert confirmation.state == ConfirmationState.APPLIED


def test_one_party_alone_is_refused(confirmation, court, cadre):
    brought_to(confirmation, "admissible", court, cadre)
    with pytest.raises(MoveRefused, match="人民调解法第三十三条.*周启航"):
        applying(confirmation, applicants=[confirmation.case.parties.first()])


def test_whoever_acts_for_a_party_stands_on_the_application(client, mediation, keeper):
    """民事诉讼法解释 351: the parties themselves, or by 民事诉讼法 61 somebody whom they entrust."""
    cases.add_agent(
        mediation.case,
        by=mediation.mediator,
        party=mediation.case.parties.first(),
        authority=Agent.Authority.SPECIAL,
        letter=scan("授权委托书.pdf"),
        name="李代理",
        id_type="resident",
        id_number=id_number(),
    )
    in_force(mediation, keeper)
    client.force_login(mediation.mediator)
    url = reverse("mediation:print_paper", args=[mediation.pk, "confirmation", "html"])
    page = client.get(url).content.decode()
    assert "委托代理人（特别授权）：李代理" in page
    for party in mediation.case.parties.all():
        assert party.name in page


def test_the_page_says_that_the_court_takes_no_fee(client, confirmation, court, cadre):
    """法释〔2011〕5号 11."""
    brought_to(confirmation, "admissible", court, cadre)
    client.force_login(confirmation.mediation.mediator)
    page = client.get(reverse("mediation:confirmation_detail", args=[confirmation.pk])).content.decode()
    assert "法院不收取费用（法释〔2011〕5号第十一条）" in page


def test_after_the_thirty_days_it_is_too_late(confirmation, court, cadre):
    brought_to(confirmation, "admissible", court, cadre)
    last = confirmation.asking.last_day
    with time_machine.travel(confirmation.asking.due_at + timedelta(days=1)):
        with pytest.raises(MoveRefused, match="三十日.*人民调解法第三十三条"):
            applying(confirmation, applied_on=last + timedelta(days=1))
        applying(confirmation, applied_on=last)
    assert confirmation.state == ConfirmationState.APPLIED


def test_days_out_of_order_are_refused(confirmation, court, cadre):
    brought_to(confirmation, "admissible", court, cadre)
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(MoveRefused, match="生效之日"):
        applying(confirmation, applied_on=yesterday)
    applying(confirmation)
    services.hand_to_court(confirmation, by=confirmation.mediation.mediator, desk=court)
    with pytest.raises(MoveRefused, match="不能早于"):
        services.accept_confirmation(confirmation, by=cadre, number=DOCKET, accepted_on=yesterday)


MEDIATORS_MOVES = {
    "check_admissibility": ("open", lambda: {"met": list(conditions())}),
    "hand_to_court": ("applied", lambda: {"desk": Unit.objects.filter(kind=Unit.Kind.COURT).last()}),
    "withdraw_application": ("handed", lambda: {"note": "…"}),
    "decline_confirmation": ("open", lambda: {"note": "…"}),
}
COURTS_MOVES = {
    "accept_confirmation": ("handed", lambda: {"number": DOCKET, "accepted_on": timezone.localdate()}),
    "return_application": ("handed", lambda: {"note": "…"}),
    "refuse_acceptance": ("handed", lambda: {"note": "…"}),
    "confirm_agreement": ("accepted", ruling),
    "dismiss_application": ("accepted", lambda: ruling(note="…")),
}
ALL = MEDIATORS_MOVES | COURTS_MOVES


@pytest.mark.parametrize("verb", ALL)
def test_it_is_refused_to_the_wrong_person(confirmation, court, cadre, colleague, stranger, verb):
    state, given = ALL[verb]
    brought_to(confirmation, state, court, cadre)
    elsewhere = UserFactory(post=(Role.COURT, UnitFactory(kind=Unit.Kind.COURT)))
    others = [colleague, stranger, elsewhere]
    for by in [*others, cadre if verb in MEDIATORS_MOVES else confirmation.mediation.mediator]:
        with pytest.raises(MoveRefused, match="没有权限"):
            getattr(services, verb)(confirmation, by=by, **given())
    confirmation.refresh_from_db()
    assert confirmation.state == state


@pytest.mark.parametrize("verb", ALL)
def test_it_is_refused_from_the_wrong_state(confirmation, court, cadre, mediator, verb):
    brought_to(confirmation, "accepted", court, cadre)
    services.confirm_agreement(confirmation, by=cadre, **ruling())
    by = cadre if verb in COURTS_MOVES else mediator
    with pytest.raises(MoveRefused, match="裁定确认有效"):
        getattr(services, verb)(confirmation, by=by, **ALL[verb][1]())


# --- Half way ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ALL)
def test_a_failure_half_way_leaves_nothing(confirmation, court, cadre, mediator, monkeypatch, verb):
    state, given = ALL[verb]
    brought_to(confirmation, state, court, cadre)
    before = confirmation.history.count()
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        getattr(services, verb)(confirmation, by=cadre if verb in COURTS_MOVES else mediator, **given())
    confirmation.refresh_from_db()
    assert (confirmation.state, confirmation.history.count()) == (state, before)
    assert not confirmation.case.attachments.exists()


@pytest.mark.parametrize(
    ("state", "constraint"),
    [
        ("handed", "confirmation_with_the_court_has_a_desk"),
        ("confirmed", "confirmation_(accepted_has_a_number|confirmed_has_a_ruling)"),
    ],
)
def test_half_true_rows_are_refused_by_the_database(confirmation, state, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        JudicialConfirmation.objects.filter(pk=confirmation.pk).update(state=state)


# --- The pages --------------------------------------------------------------------------------------------------------


def page_of(client, confirmation, verb="confirmation_detail"):
    return client.get(reverse(f"mediation:{verb}", args=[confirmation.pk]))


def test_the_pages_go_from_the_agreement_to_the_ruling(client, confirmation, court, cadre, mediator):
    client.force_login(mediator)
    detail = client.get(reverse("mediation:detail", args=[confirmation.mediation_id])).content.decode()
    assert reverse("mediation:confirmation_detail", args=[confirmation.pk]) in detail
    post = poster(client, confirmation)
    assert "第三百五十五条" in post("check_admissibility", status=409).content.decode()
    post("check_admissibility", met=[term.pk for term in conditions()])
    everybody = [party.pk for party in confirmation.case.parties.all()]
    post(
        "apply_for_confirmation",
        applicants=everybody,
        papers=[term.pk for term in papers()],
        applied_on=timezone.localdate(),
    )
    post("hand_to_court", desk=court.pk)
    client.force_login(cadre)
    assert confirmation.case.number in client.get(reverse("mediation:confirmation_list")).content.decode()
    assert post("accept_confirmation", number="12", accepted_on=timezone.localdate(), status=422)
    post("accept_confirmation", number=DOCKET, accepted_on=timezone.localdate())
    post("confirm_agreement", **ruling())
    shown = page_of(client, confirmation).content.decode()
    assert "申请强制执行" in shown
    confirmation.refresh_from_db()
    attachment = client.get(reverse("kernel:attachment", args=[confirmation.ruling_id]))
    assert b"".join(attachment.streaming_content) == PDF
    attachment.close()


def poster(client, confirmation):
    def post(verb, status=302, **given):
        assert page_of(client, confirmation, verb).status_code == 200
        answer = client.post(reverse(f"mediation:{verb}", args=[confirmation.pk]), given)
        assert answer.status_code == status, answer.content.decode()
        return answer

    return post


@pytest.mark.parametrize("verb", ["return_application", "refuse_acceptance", "dismiss_application"])
def test_the_pages_of_the_court_send_back_and_refuse(client, confirmation, court, cadre, verb):
    state, given = ALL[verb]
    brought_to(confirmation, state, court, cadre)
    client.force_login(cadre)
    poster(client, confirmation)(verb, **given())


@pytest.mark.parametrize("verb", ["withdraw_application", "decline_confirmation"])
def test_the_pages_of_the_mediator_take_back(client, confirmation, court, cadre, mediator, verb):
    state, given = ALL[verb]
    brought_to(confirmation, state, court, cadre)
    client.force_login(mediator)
    poster(client, confirmation)(verb, **given())


def test_strangers_find_nothing(client, confirmation, stranger):
    client.force_login(stranger)
    for verb in ("confirmation_detail", *ALL):
        assert page_of(client, confirmation, verb).status_code == 404


def test_the_list_asks_the_same_number_of_questions(
    client, mediator, keeper, court, cadre, django_assert_max_num_queries, fragment_matches_page
):
    def some(count):
        for _ in range(count):
            agreement = in_force(accepted(mediator), keeper)
            brought_to(agreement.confirmation, "handed", court, cadre)

    some(1)
    client.force_login(cadre)
    url = reverse("mediation:confirmation_list")
    with django_assert_max_num_queries(40) as few:
        client.get(url)
    some(2)
    with django_assert_max_num_queries(len(few)):
        client.get(url)
    fragment_matches_page(url, "#rows")
    assert client.get(url, {"due": "week", "state": "handed", "q": "漏水"}).status_code == 200


def test_a_restricted_matter_keeps_the_reason_in_cipher(mediator, keeper, court, cadre):
    confirmation = in_force(accepted(mediator, restriction="violence"), keeper).confirmation
    brought_to(confirmation, "handed", court, cadre)
    services.refuse_acceptance(confirmation, by=cadre, note="涉及身份关系。")
    raw = JudicialConfirmation.objects.filter(pk=confirmation.pk).values("reason").get()
    assert raw["reason"] == ""
    assert JudicialConfirmation.objects.get(pk=confirmation.pk).reason == "涉及身份关系。"


# --- More time for the court ------------------------------------------------------------------------------------------


def test_the_court_extends_its_review_by_ten_days_and_no_more(confirmation, court, cadre):
    """法释〔2011〕5号 5: one of the court asks, another grants; the rule comes with the reference data."""
    load_clock_rules()
    ClockRule.objects.filter(code="court.review_confirmation", legal_basis="测试").delete()
    brought_to(confirmation, "accepted", court, cadre)
    clock = confirmation.clocks.get(code="court.review_confirmation")
    about = {"case": confirmation.case, "unit": court, "kind": DeferralKind.EXTEND, "reason": "需要补充材料"}
    with pytest.raises(MoveRefused, match="最多再延长10日"):
        cases.ask_deferral(clock, by=cadre, amount=11, **about)
    asked = cases.ask_deferral(clock, by=cadre, amount=10, **about)
    with pytest.raises(MoveRefused, match="另一人"):
        cases.grant_deferral(asked, by=cadre)
    before = clock.last_day
    cases.grant_deferral(asked, by=UserFactory(post=(Role.COURT, court)))
    clock.refresh_from_db()
    assert clock.last_day >= before + timedelta(days=9)

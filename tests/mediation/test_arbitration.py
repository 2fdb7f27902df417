"""仲裁审查确认: a labour agreement before the arbitration commission, from its fifteen days to the letter."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.escalation import sweep
from governance_center.reference import load_clock_rules, load_confirmation_terms
from kernel.models import ClockRule
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import ArbitrationReview, ConfirmationTerm, JudicialConfirmation
from mediation.states import ArbitrationState
from tests.mediation.factories import accepted, in_force, on_labour

Terms = ConfirmationTerm.Kind
NUMBER, LETTER = "衢江劳人仲审字〔2026〕第7号", "衢江劳人仲调字〔2026〕第7号"
COMMISSION = "衢江区劳动人事争议仲裁委员会"


@pytest.fixture(autouse=True)
def _terms(db):
    load_confirmation_terms()


@pytest.fixture
def arbitration(mediator, keeper):
    return ArbitrationReview.objects.get(agreement=on_labour(mediator, keeper))


def terms(kind):
    return list(ConfirmationTerm.objects.filter(kind=kind))


def scan():
    return SimpleUploadedFile("仲裁调解书.pdf", b"%PDF-1.7\n%%EOF", "application/pdf")


def given(verb, arbitration):
    today = timezone.localdate()
    return {
        "apply_for_arbitration": {
            "met": terms(Terms.REVIEW_CONDITION),
            "applicants": list(arbitration.case.parties.all()),
            "papers": terms(Terms.REVIEW_PAPER),
            "applied_on": today,
        },
        "hand_to_commission": {"commission": COMMISSION, "handed_on": today},
        "accept_arbitration": {"number": NUMBER, "accepted_on": today},
        "confirm_arbitration": {"ruling_number": LETTER, "ruled_on": today, "ruling": scan()},
        "refuse_arbitration": {"note": "内容不明确", "ruled_on": today, "ruling": scan()},
        "withdraw_arbitration": {"note": "双方已履行完毕"},
        "decline_arbitration": {"note": "当场付清，不申请"},
    }[verb]


def make(verb, arbitration, by=None, **changed):
    by = by or arbitration.mediation.mediator
    getattr(services, verb)(arbitration, by=by, **given(verb, arbitration) | changed)


ROAD = ("apply_for_arbitration", "hand_to_commission", "accept_arbitration", "confirm_arbitration")


def brought_before(verb, arbitration):
    """As far as `verb` needs it."""
    steps = {
        "decline_arbitration": 0,
        "withdraw_arbitration": 2,
        "refuse_arbitration": 3,
    } | {step: n for n, step in enumerate(ROAD)}
    for step in ROAD[: steps[verb]]:
        make(step, arbitration)
    return arbitration


def running(arbitration):
    return [clock.code for clock in arbitration.clocks.running()]


def test_the_fifteen_days_run_beside_the_courts_thirty(arbitration, keeper):
    assert (arbitration.state, running(arbitration)) == (
        ArbitrationState.OPEN,
        ["mediation.ask_arbitration"],
    )
    assert arbitration.asking.last_day >= arbitration.agreement.in_force_on + timedelta(days=15)
    assert arbitration.history.get().by == keeper
    assert JudicialConfirmation.objects.get().agreement == arbitration.agreement


def test_no_other_kind_goes_there(mediation, keeper):
    in_force(mediation, keeper)
    assert not ArbitrationReview.objects.exists()


def test_it_goes_from_the_application_to_the_letter(arbitration):
    mediator = arbitration.mediation.mediator
    for verb, clocks in zip(ROAD, ([], ["arbitration.accept"], ["arbitration.review"], []), strict=True):
        make(verb, arbitration)
        entry = arbitration.history.last()
        assert (entry.verb, entry.by, running(arbitration)) == (verb, mediator, clocks)
    arbitration.refresh_from_db()
    assert arbitration.state == ArbitrationState.CONFIRMED
    assert (arbitration.number, arbitration.ruling_number) == (NUMBER, LETTER)
    assert arbitration.case.dossier.attachments.filter(pk=arbitration.ruling_id).exists()


@pytest.mark.parametrize("verb", [*ROAD, "refuse_arbitration", "withdraw_arbitration", "decline_arbitration"])
def test_each_move_is_refused_to_others_and_twice_and_leaves_nothing_half_done(
    arbitration, colleague, stranger, verb, monkeypatch
):
    brought_before(verb, arbitration)
    before = arbitration.state
    for somebody in (colleague, stranger):
        with pytest.raises(MoveRefused):
            make(verb, arbitration, by=somebody)
    with monkeypatch.context() as broken:
        broken.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make(verb, arbitration)
    arbitration.refresh_from_db()
    assert arbitration.state == before
    make(verb, arbitration)
    with pytest.raises(MoveRefused):
        make(verb, arbitration)


def test_all_ask_together_and_nobody_is_left_out(arbitration):
    with pytest.raises(
        MoveRefused, match="仲裁审查确认须由全体当事人共同申请（劳动人事争议仲裁办案规则第七十四条）"
    ):
        make("apply_for_arbitration", arbitration, applicants=list(arbitration.case.parties.all())[:1])


@pytest.mark.parametrize("term", ["review_relation", "review_unruled", "review_definite"])
def test_what_the_commission_would_refuse_is_refused_with_its_article(arbitration, term):
    refusal = ConfirmationTerm.objects.get(code=term).refusal
    met = ConfirmationTerm.objects.filter(kind=Terms.REVIEW_CONDITION).exclude(code=term)
    with pytest.raises(MoveRefused, match="第七十") as refused:
        make("apply_for_arbitration", arbitration, met=list(met))
    assert str(refused.value) == refusal


def test_a_missing_paper_is_named_and_one_that_not_every_matter_needs_is_not(arbitration):
    with pytest.raises(MoveRefused, match="仲裁审查申请书"):
        make("apply_for_arbitration", arbitration, papers=terms(Terms.REVIEW_PAPER)[1:])
    needed = [term for term in terms(Terms.REVIEW_PAPER) if term.refusal]
    make("apply_for_arbitration", arbitration, papers=needed)


def test_after_the_fifteen_days_nobody_applies(arbitration):
    later = time_machine.travel(timezone.now() + timedelta(days=25))
    with later, pytest.raises(MoveRefused, match="第七十四条.*已经届满"):
        make("apply_for_arbitration", arbitration)
    arbitration.refresh_from_db()
    assert arbitration.state == ArbitrationState.OPEN


def test_days_out_of_order_are_refused(arbitration):
    brought_before("hand_to_commission", arbitration)
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(MoveRefused, match="不能早于"):
        make("hand_to_commission", arbitration, handed_on=yesterday)


def test_a_letter_and_a_number_belong_to_what_is_confirmed(arbitration):
    for wrong in ("accepted", "confirmed"):
        with pytest.raises(IntegrityError), transaction.atomic():
            ArbitrationReview.objects.update(state=wrong)


def test_the_mediator_is_told_before_the_days_are_over(mediator, keeper):
    ClockRule.objects.filter(code="mediation.ask_arbitration").delete()
    load_clock_rules()
    arbitration = ArbitrationReview.objects.get(agreement=on_labour(mediator, keeper))
    with time_machine.travel(timezone.now() + timedelta(days=13)):
        sweep(timezone.now())
    assert mediator.notifications.filter(text__contains="仲裁审查").exists()
    assert arbitration.due_at.year > 9000  # nobody is late by a right of the parties


def test_the_pages_lead_through_it(client, arbitration):
    mediator = arbitration.mediation.mediator
    client.force_login(mediator)
    mediation = reverse("mediation:detail", args=[arbitration.mediation_id])
    detail = reverse("mediation:arbitration_detail", args=[arbitration.pk])
    assert detail in client.get(mediation).content.decode()
    assert "申请期限至" in client.get(detail).content.decode()
    for verb in ROAD:
        url = reverse(f"mediation:{verb}", args=[arbitration.pk])
        assert url in client.get(detail).content.decode()
        assert client.get(url).status_code == 200
        assert client.post(url, {}).status_code == 422
        answer = client.post(url, typed(given(verb, arbitration)))
        assert answer.url == detail, answer.content.decode()[:2000]
        assert client.post(url, typed(given(verb, arbitration))).status_code == 409
    page = client.get(detail).content.decode()
    for words in (COMMISSION, NUMBER, LETTER, "已制作仲裁调解书", "仲裁调解书.pdf"):
        assert words in page


@pytest.mark.parametrize("verb", ["refuse_arbitration", "withdraw_arbitration", "decline_arbitration"])
def test_the_pages_end_it_otherwise(client, arbitration, verb):
    brought_before(verb, arbitration)
    client.force_login(arbitration.mediation.mediator)
    url = reverse(f"mediation:{verb}", args=[arbitration.pk])
    page = client.post(url, typed(given(verb, arbitration)), follow=True).content.decode()
    assert given(verb, arbitration)["note"] in page
    assert "劳动争议调解仲裁法" in page


def typed(words):
    return {
        name: [row.pk for row in value] if isinstance(value, list) else value for name, value in words.items()
    }


@pytest.mark.parametrize("kind", ["html", "docx", "pdf"])
def test_the_application_is_printed(client, arbitration, kind):
    client.force_login(arbitration.mediation.mediator)
    url = reverse("mediation:print_paper", args=[arbitration.mediation_id, "arbitration", kind])
    answer = client.get(url)
    assert answer.status_code == 200
    if kind == "html":
        for words in ("仲裁审查申请书", "劳动争议调解协议书", "劳动人事争议仲裁委员会", "陈素芬"):
            assert words in answer.content.decode()


def test_other_kinds_have_no_such_paper(client, mediator, keeper):
    mediation = accepted(mediator)
    in_force(mediation, keeper)
    client.force_login(mediator)
    url = reverse("mediation:print_paper", args=[mediation.pk, "arbitration", "html"])
    assert client.get(url).status_code == 404


def test_strangers_see_none_of_it(client, arbitration, stranger):
    client.force_login(stranger)
    assert client.get(reverse("mediation:arbitration_detail", args=[arbitration.pk])).status_code == 404

"""What an agreement needs to take effect, by the kind of its mediation (practice.md, Mediation 2)."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Agreement, JudicialConfirmation
from mediation.papers import agreement_paper
from mediation.states import OF_THE_COURT, TERMS, AgreementState, Kind
from tests.mediation.factories import TEXTS, drafted, sign, sign_all, submitted, waiting_case
from tests.mediation.test_print_agreement import text_of as docx_text
from tests.pdfs import pdf_text

READ = {"html": lambda content: content.decode(), "docx": docx_text, "pdf": pdf_text}


@pytest.fixture
def of_kind(committee, mediator):
    def accept(kind):
        round = waiting_case(committee).rounds.get()
        return services.accept(round, by=mediator, kind=kind, received_on=timezone.localdate())

    return accept


def text_of(agreement):
    return "".join(str(block) for block in agreement_paper(agreement).blocks)


@pytest.mark.parametrize("kind", sorted(OF_THE_COURT))
def test_what_the_court_referred_binds_when_all_parties_have_signed(of_kind, kind):
    agreement = submitted(of_kind(kind))
    assert [bool(place.party_id) for place in agreement.signatures.all()] == [True, True, True]
    sign_all(agreement, but=1)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.SIGNING
    assert agreement.missing() == [agreement.signatures.last().name]
    sign(agreement, agreement.signatures.last())
    agreement.refresh_from_db()
    assert (agreement.state, agreement.stamped_on) == (AgreementState.IN_FORCE, None)
    assert agreement.in_force_on == timezone.localdate()
    assert agreement.digest() == agreement.content_hash
    assert agreement.performances.count() == 1
    assert JudicialConfirmation.objects.get().agreement == agreement


def test_its_paper_names_no_stamp(of_kind):
    agreement = drafted(of_kind(Kind.REFERRED_BEFORE))
    assert "自各方当事人签名、盖章或者按指印之日起生效" in text_of(agreement)
    assert "（印章）" not in text_of(agreement)


@pytest.mark.parametrize("kind", sorted({*Kind} - OF_THE_COURT))
def test_others_wait_for_the_mediator_and_the_stamp(of_kind, kind):
    agreement = submitted(of_kind(kind))
    sign_all(agreement)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.SIGNING
    assert agreement.missing() == ["调解委员会印章"]
    assert str(TERMS[kind].effect) in text_of(agreement)


@pytest.mark.parametrize(
    ("kind", "article"),
    [
        (Kind.PEOPLES, "人民调解法第二十九条"),
        (Kind.LABOUR, "劳动争议调解仲裁法第十四条"),
        (Kind.REFERRED_BEFORE, "最高人民法院关于人民法院特邀调解的规定"),
    ],
)
def test_too_early_is_refused_with_the_article_of_the_kind(of_kind, kind, article):
    agreement = submitted(of_kind(kind))
    with pytest.raises(MoveRefused, match=article):
        services.take_effect(agreement, by=agreement.mediation.mediator)


@pytest.mark.parametrize(
    ("kind", "article"),
    [
        (Kind.LABOUR, "劳动争议调解仲裁法第十四条"),
        (Kind.REFERRED_BEFORE, "最高人民法院关于人民法院特邀调解的规定"),
    ],
)
def test_where_the_kind_asks_for_writing_nothing_oral_is_recorded_or_offered(
    client, mediator, of_kind, kind, article
):
    mediation = of_kind(kind)
    with pytest.raises(MoveRefused, match=article):
        services.record_oral_agreement(mediation, by=mediator, agreed_on=timezone.localdate(), **TEXTS)
    mediation.refresh_from_db()
    assert not mediation.agreements.exists()
    client.force_login(mediator)
    page = client.get(reverse("mediation:detail", args=[mediation.pk])).content.decode()
    assert reverse("mediation:record_oral_agreement", args=[mediation.pk]) not in page
    assert reverse("mediation:draft_agreement", args=[mediation.pk]) in page


def test_the_database_lets_none_bind_without_what_its_kind_asks(of_kind):
    change = {
        "state": "in_force",
        "content_hash": "x",
        "number": "（2026）X",
        "in_force_on": timezone.localdate(),
    }
    referred, own = submitted(of_kind(Kind.REFERRED_BEFORE)), submitted(of_kind(Kind.PEOPLES))
    with pytest.raises(DatabaseError, match="Not everybody has signed"), transaction.atomic():
        Agreement.objects.filter(pk=referred.pk).update(**change)
    sign_all(own)
    with pytest.raises(DatabaseError, match="has no stamp"), transaction.atomic():
        Agreement.objects.filter(pk=own.pk).update(**change)


NAMED = {
    Kind.PEOPLES: (
        "人民调解协议书",
        "人调字",
        "并加盖人民调解委员会印章之日起生效",
        "一式四份",
        "人民调解员\\u3000",
    ),
    Kind.INDUSTRY: (
        "人民调解协议书",
        "行人调字",
        "并加盖人民调解委员会印章之日起生效",
        "一式四份",
        "人民调解员\\u3000",
    ),
    Kind.MEDICAL: ("医疗纠纷人民调解协议书", "医调字", "人民调解委员会印章", "一式四份", "人民调解员\\u3000"),
    Kind.LABOUR: (
        "劳动争议调解协议书",
        "劳调字",
        "经调解员签名并加盖调解组织印章后生效",
        "一式四份",
        "调解员\\u3000",
    ),
    Kind.ADMINISTRATIVE: (
        "行政调解协议书",
        "行政调字",
        "行政调解机关印章之日起生效",
        "一式四份",
        "调解人员\\u3000",
    ),
    Kind.REFERRED_BEFORE: ("调解协议书", "委派调字", "人民法院留存一份", "一式五份", ""),
    Kind.REFERRED_AFTER: ("调解协议书", "委托调字", "人民法院留存一份", "一式五份", ""),
    Kind.REFERRED_SUMMARY: ("调解协议书", "委托调字", "人民法院留存一份", "一式五份", ""),
}


@pytest.mark.parametrize("kind", Kind)
def test_its_title_number_and_closing_are_those_of_its_kind(of_kind, keeper, kind):
    mediation = of_kind(kind)
    agreement = submitted(mediation)
    sign_all(agreement)
    if mediation.is_stamped:
        services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())
    agreement.refresh_from_db()
    title, word, *sentences = NAMED[kind]
    paper = agreement_paper(agreement)
    assert (agreement.title, paper.title, paper.number) == (title, title, agreement.number)
    assert agreement.number == f"（{timezone.localdate():%Y}）衢江{word}第0001号"
    for sentence in sentences:
        assert sentence in text_of(agreement)


@pytest.mark.parametrize("form", ["html", "docx", "pdf"])
def test_every_rendering_bears_the_title_of_its_kind(client, mediator, of_kind, form):
    agreement = drafted(of_kind(Kind.LABOUR))
    client.force_login(mediator)
    answer = client.get(reverse("mediation:print_agreement", args=[agreement.pk, form]))
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert "劳动争议调解协议书" in READ[form](content)
    page = client.get(reverse("mediation:detail", args=[agreement.mediation_id])).content.decode()
    assert "劳动争议调解协议书" in page
    assert "人民调解协议书" not in page

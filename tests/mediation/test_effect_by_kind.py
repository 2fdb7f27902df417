"""What an agreement needs to take effect, by the kind of its mediation (practice.md, Mediation 2)."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Agreement, JudicialConfirmation
from mediation.papers import agreement_paper
from mediation.states import AgreementState, Kind
from tests.mediation.factories import TEXTS, drafted, sign, sign_all, submitted, waiting_case


@pytest.fixture
def of_kind(committee, mediator):
    def accept(kind):
        round = waiting_case(committee).rounds.get()
        return services.accept(round, by=mediator, kind=kind, received_on=timezone.localdate())

    return accept


def text_of(agreement):
    return "".join(str(block) for block in agreement_paper(agreement).blocks)


@pytest.mark.parametrize("kind", [Kind.REFERRED_BEFORE, Kind.REFERRED_AFTER])
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


@pytest.mark.parametrize("kind", [Kind.PEOPLES, Kind.INDUSTRY, Kind.MEDICAL, Kind.LABOUR])
def test_others_wait_for_the_mediator_and_the_stamp(of_kind, kind):
    agreement = submitted(of_kind(kind))
    sign_all(agreement)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.SIGNING
    assert agreement.missing() == ["调解委员会印章"]
    assert "并加盖人民调解委员会印章之日起生效" in text_of(agreement)


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

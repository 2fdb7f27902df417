"""The work on a restricted matter is cipher at rest, like the matter itself."""

from importlib import import_module

import pgtrigger
import pytest
from django.apps import apps
from django.utils import timezone

from cases import services as cases
from cases.models import FollowUp, Rating
from cases.states import Answer, Route
from kernel.anchors import verify
from kernel.editing import seen_token
from mediation import services
from mediation.models import Agreement, Session, Signature
from mediation.states import Ground
from people.roles import Restriction, Role
from tests.factories import UserFactory
from tests.mediation.factories import accepted, drafted, sign_all
from tests.raw import rows_with, tables_with

SESSION = {"place": "东侧小会谈室", "others": "妇联干部祝融", "record": "她说夜里被锁在门外"}
TEXTS = {
    "facts": "去年冬至动手的经过",
    "duties": "不得靠近娘家院门",
    "terms": "搬往城南另住",
    "performance": "由司法所见证交钥匙",
}
SAID, COMMENT, REASON = "换锁之后睡得着", "谢谢你们没有声张", "他摔门而去不肯再谈"


@pytest.fixture
def mediation(mediator):
    return accepted(mediator, restriction=Restriction.VIOLENCE)


@pytest.fixture
def agreement(mediation):
    """With a session before it, and edited once."""
    parties = list(mediation.case.parties.all()[:1])
    services.record_session(
        mediation, by=mediation.mediator, held_at=timezone.now(), attended=parties, **SESSION
    )
    agreement = drafted(mediation)
    seen = seen_token(agreement, "edit_agreement", Agreement.TEXTS)
    unchanged = {name: getattr(agreement, name) for name in ("perform_by", "amount")}
    services.edit_agreement(agreement, by=mediation.mediator, seen=seen, **TEXTS, **unchanged)
    return agreement


def signed_and_stamped(agreement, keeper):
    services.submit_agreement(agreement, by=agreement.mediation.mediator)
    sign_all(agreement)
    services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())


def found_in(words) -> dict:
    return {word: tables for word in words if (tables := tables_with(word))}


def test_no_table_holds_a_word_of_it_and_whoever_may_read_it_reads_it(agreement, keeper, centre):
    signed_and_stamped(agreement, keeper)
    round = agreement.mediation.case.latest_round()
    clerk = UserFactory(post=(Role.DIRECTOR, centre))
    cases.follow_up(round, by=clerk, way=FollowUp.Way.PHONE, said=SAID, promise_kept=True)
    cases.rate(round, answer=Answer.SATISFIED, comment=COMMENT)

    assert found_in([*SESSION.values(), *TEXTS.values(), SAID, COMMENT]) == {}
    assert rows_with("mediation_signature", "周启航") == 0

    session, read = Session.objects.get(), Agreement.objects.get()
    assert {name: getattr(session, name) for name in SESSION} == SESSION
    assert {name: getattr(read, name) for name in TEXTS} == TEXTS
    assert read.digest() == read.content_hash
    assert "周启航" in {place.name for place in Signature.objects.all()}
    assert (FollowUp.objects.get().said, Rating.objects.get().comment) == (SAID, COMMENT)
    assert verify().broken == ""


def test_texts_from_before_they_were_cipher_become_it(agreement, keeper):
    signed_and_stamped(agreement, keeper)
    names = {place.pk: place.name for place in Signature.objects.all()}
    with pgtrigger.ignore(
        "mediation.Agreement:frozen_in_force", "mediation.Signature:frozen_with_its_agreement"
    ):
        Agreement.objects.update(veiled=b"", **TEXTS)
        Session.objects.update(veiled=b"", **SESSION)
        for pk, name in names.items():
            Signature.objects.filter(pk=pk).update(veiled=b"", name=name)

    import_module("mediation.migrations.0004_veiled_work").veil(apps, None)

    assert found_in([*SESSION.values(), *TEXTS.values()]) == {}
    assert rows_with("mediation_signature", "周启航") == 0
    assert {place.pk: place.name for place in Signature.objects.all()} == names
    assert {name: getattr(Agreement.objects.get(), name) for name in TEXTS} == TEXTS
    assert {name: getattr(Session.objects.get(), name) for name in SESSION} == SESSION


def test_why_it_failed_is_cipher_too(mediation, court):
    UserFactory(post=(Role.COURT, court))
    services.give_up(
        mediation,
        by=mediation.mediator,
        ground=Ground.NO_AGREEMENT,
        note=REASON,
        route=Route.COURT,
        unit=court,
    )
    assert found_in([REASON]) == {}
    mediation.refresh_from_db()
    assert mediation.ground_note == REASON
    assert REASON in mediation.round.transfers.get().reason


def test_of_an_ordinary_matter_the_words_can_be_found_where_they_stand(mediator):
    agreement = drafted(accepted(mediator))
    assert "mediation_agreement" in tables_with(agreement.terms[:8])

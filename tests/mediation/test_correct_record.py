"""A record is put right as long as nobody has signed it."""

import pytest
from django.urls import reverse

from kernel.editing import Conflict, seen_token
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Session
from tests.mediation.factories import held, planned

TEXTS = {"place": "第一调解室", "others": "", "record": "双方各让一步，约定十月再谈。"}


@pytest.fixture
def session(mediation):
    return held(planned(mediation))


def token(session):
    return seen_token(session, "correct_record", Session.TEXTS)


def corrected(session, by=None, seen=None):
    by = by or session.mediation.mediator
    services.correct_record(session, by=by, seen=seen or token(session), **TEXTS)


def test_the_record_changes_and_the_history_keeps_what_stood_there(session):
    before = session.record
    corrected(session)
    assert Session.objects.get(pk=session.pk).record == TEXTS["record"]
    entry = session.mediation.history.get(verb="correct_record")
    assert entry.details["changed"]["record"] == [before, TEXTS["record"]]


def test_it_is_refused_to_strangers_and_once_somebody_signed(session, stranger):
    with pytest.raises(MoveRefused):
        corrected(session, by=stranger)
    services.sign_record(session, by=session.mediation.mediator, signer=session.attended.first(), way="paper")
    with pytest.raises(MoveRefused, match="补正"):
        corrected(session)


def test_of_two_who_write_the_second_sees_both_texts(session):
    seen = token(session)
    corrected(session)
    with pytest.raises(Conflict):
        corrected(session, seen=seen)


def test_a_failure_half_way_changes_nothing(session, monkeypatch):
    before, seen = session.record, token(session)
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        corrected(session, seen=seen)
    assert Session.objects.get(pk=session.pk).record == before


def test_the_page_corrects(client, session):
    client.force_login(session.mediation.mediator)
    url = reverse("mediation:correct_record", args=[session.pk])
    form = client.get(url).context["form"]
    assert form["record"].value() == session.record
    assert client.post(url, TEXTS | {"seen": form["seen"].value()}).status_code == 302
    assert client.post(url, TEXTS | {"record": "又改", "seen": form["seen"].value()}).status_code == 409

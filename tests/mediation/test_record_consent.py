"""Each party is asked; one clear refusal ends the mediation."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from cases.models import Party
from cases.states import Route, Side
from cases.states import State as RoundState
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Consent
from mediation.states import UNTRIED, AskedBy, Ground, Openness, State, Willing
from people.roles import Restriction
from tests.factories import CaseFactory
from tests.mediation.factories import accepted, consented, in_force
from tests.mediation.test_record_session import record


def refuse(mediation, court, by=None):
    consented(
        mediation,
        mediation.case.parties.last(),
        answer=Willing.REFUSED,
        by=by,
        note="要直接起诉",
        route=Route.COURT,
        unit=court,
    )


def test_each_answer_stands_with_way_hour_asker_and_chosen_mediator(mediation, colleague):
    party = mediation.case.parties.first()
    asked_at = timezone.now()
    consented(mediation, party, way=AskedBy.IN_PERSON, asked_at=asked_at, chosen=colleague)
    consent = mediation.consents.get()
    assert (consent.way, consent.asked_at, consent.asked_by) == ("in_person", asked_at, mediation.mediator)
    assert (consent.answer, consent.chosen) == (Willing.AGREED, colleague)
    entry = mediation.history.last()
    told = {"party": party.pk, "answer": "agreed", "way": "in_person"}
    assert (entry.verb, entry.details) == ("record_consent", told)
    assert mediation.state == State.MEDIATING


def test_one_clear_refusal_ends_it_and_the_matter_goes_on(mediation, court):
    consented(mediation, mediation.case.parties.first())
    refuse(mediation, court)
    assert (mediation.state, mediation.ground) == (State.FAILED, Ground.REFUSED)
    assert mediation.ground in UNTRIED
    round = mediation.round
    assert (round.state, round.route, round.unit) == (RoundState.ROUTED, Route.COURT, court)
    assert "第三方明确拒绝调解。要直接起诉" in round.transfers.get().reason
    verbs = [entry.verb for entry in mediation.history.all()]
    assert verbs[-2:] == ["record_consent", "give_up"]


def test_a_refusal_without_a_next_desk_leaves_nothing(mediation):
    with pytest.raises(MoveRefused, match="第十七条"):
        consented(mediation, answer=Willing.REFUSED)
    assert not mediation.consents.exists()


def test_a_colleague_asks_but_does_not_end_it(mediation, colleague, court):
    consented(mediation, mediation.case.parties.first(), by=colleague)
    with pytest.raises(MoveRefused):
        refuse(mediation, court, by=colleague)
    assert mediation.consents.count() == 1


def test_it_is_refused_to_strangers_and_after_the_end(mediation, stranger, keeper):
    with pytest.raises(MoveRefused):
        consented(mediation, by=stranger)
    in_force(mediation, keeper)
    with pytest.raises(MoveRefused, match="达成协议"):
        consented(mediation)
    assert not Consent.objects.exists()


def test_a_stranger_to_the_matter_is_not_asked_and_not_tomorrow(mediation):
    other = CaseFactory().parties.get()
    with pytest.raises(MoveRefused, match="不是本件的当事人"):
        consented(mediation, other)
    with pytest.raises(MoveRefused, match="不能早于"):
        consented(mediation, asked_at=timezone.now() + timedelta(days=1))


def test_the_first_session_may_be_the_first_contact_and_no_second_without_consent(mediation):
    record(mediation, mediation.mediator)
    first, *others = mediation.case.parties.all()
    consented(mediation, first)
    consented(mediation, others[0], answer=Willing.UNDECIDED)
    with pytest.raises(MoveRefused, match="第二十三条") as refusal:
        record(mediation, mediation.mediator)
    assert first.name not in str(refusal.value)
    assert all(other.name in str(refusal.value) for other in others)
    consented(mediation, *others)
    assert record(mediation, mediation.mediator).number == 2


def test_representatives_speak_for_their_side(mediation):
    side = Side.RESPONDENT
    speaker = Party.objects.create(case=mediation.case, side=side, name="代表", is_representative=True)
    silent = mediation.case.parties.get(side=side, is_representative=False)
    assert speaker.name in services.not_consenting(mediation)
    assert silent.name not in services.not_consenting(mediation)


def test_a_party_that_wants_no_others_to_listen_is_heard(client, mediation):
    """人民调解法 23(3)."""
    client.force_login(mediation.mediator)
    url = reverse("mediation:record_consent", args=[mediation.pk])
    page = client.post(url, form_of(mediation, openness="closed"), follow=True).content.decode()
    assert "要求不公开进行" in page
    assert mediation.consents.get().openness == Openness.CLOSED
    rights = reverse("mediation:print_paper", args=[mediation.pk, "rights", "html"])
    assert "，要求不公开进行" in client.get(rights).content.decode()
    assert client.post(url, form_of(mediation, openness="half")).status_code == 422


def test_whoever_does_not_agree_chooses_no_mediator(mediation):
    consented(mediation, mediation.case.parties.first(), answer=Willing.UNDECIDED, chosen=mediation.mediator)
    consent = mediation.consents.get()
    assert consent.chosen is None
    consent.chosen = mediation.mediator
    with pytest.raises(IntegrityError, match="consent_who_agrees_chooses"):
        consent.save()


def test_in_a_restricted_matter_the_note_is_cipher(committee, mediator):
    mediation = accepted(mediator, restriction=Restriction.VIOLENCE)
    consented(mediation, mediation.case.parties.first(), note="不愿与对方见面")
    consent = mediation.consents.get()
    assert consent.note == "不愿与对方见面"
    assert Consent.objects.filter(note="").exists()


def test_a_failure_half_way_leaves_nothing(mediation, court, monkeypatch):
    before = mediation.history.count()
    monkeypatch.setattr("cases.services.reroute", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        refuse(mediation, court)
    mediation.refresh_from_db()
    assert mediation.state == State.MEDIATING
    assert not Consent.objects.exists()
    assert mediation.history.count() == before


def form_of(mediation, **given):
    return {
        "party": mediation.case.parties.first().pk,
        "way": "phone",
        "asked_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "answer": "agreed",
        "chosen": mediation.mediator_id,
        "note": "",
        "desk": "",
    } | given


def test_the_page_records_and_the_mediation_shows_it(client, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:record_consent", args=[mediation.pk])
    assert "第二十三条" in client.get(url).content.decode()
    page = client.post(url, form_of(mediation), follow=True).content.decode()
    assert "已记录：同意调解" in page
    assert "还有 2 位没有同意" in page
    register = reverse("mediation:print_paper", args=[mediation.pk, "register", "html"])
    assert "同意调解（电话" in client.get(register).content.decode()
    rights = reverse("mediation:print_paper", args=[mediation.pk, "rights", "html"])
    assert "同意调解（电话" in client.get(rights).content.decode()


def test_the_page_asks_where_a_refused_matter_goes_and_offers_the_notice(client, mediation, court):
    client.force_login(mediation.mediator)
    url = reverse("mediation:record_consent", args=[mediation.pk])
    answer = client.post(url, form_of(mediation, answer="refused"))
    assert answer.status_code == 422
    assert "请选择由哪个窗口接着办" in answer.content.decode()
    desk = f"court:{court.pk}"
    page = client.post(url, form_of(mediation, answer="refused", desk=desk), follow=True).content.decode()
    assert "终止调解通知书" in page
    notice = reverse("mediation:print_paper", args=[mediation.pk, "end", "html"])
    text = client.get(notice).content.decode()
    assert "第十七条" in text
    assert "第二十六条" in text

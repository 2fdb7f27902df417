"""An agreement binds when all have signed and the stamp is set, and from then on nothing about it changes."""

import itertools
from datetime import timedelta

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from cases.models import Request
from cases.states import Outcome, RequestKind
from cases.states import State as RoundState
from kernel.models import NumberSeries
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Agreement, Signature
from mediation.states import AgreementState, State, Way
from tests.factories import UnitFactory
from tests.mediation.factories import accepted, in_force, sign, sign_all, submitted


def test_the_last_of_signatures_and_stamp_makes_it_bind_and_resolves_the_round(mediation, keeper):
    agreement = in_force(mediation, keeper)
    round = mediation.round
    assert agreement.state == AgreementState.IN_FORCE
    assert agreement.in_force_on == timezone.localdate()
    assert mediation.state == State.AGREED
    assert (round.state, round.outcome) == (RoundState.RESOLVED, Outcome.AGREEMENT)
    assert [clock.code for clock in round.clocks.running()] == ["case.follow_up"]
    verbs = [entry.verb for entry in mediation.dossier.entries.all()]
    assert verbs[-6:] == ["set_stamp", "take_effect", "resolve", "conclude", "open_confirmation", "promise"]


@pytest.mark.parametrize("order", list(itertools.permutations(["parties", "mediator", "stamp"])))
def test_two_of_the_three_do_not_make_it_bind_in_any_order(mediation, keeper, order):
    agreement = submitted(mediation)
    places = list(agreement.signatures.all())

    def do(step):
        if step == "stamp":
            services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())
        for place in places:
            if step == ("mediator" if place.mediator_id else "parties"):
                sign(agreement, place)

    for step in order[:2]:
        do(step)
        agreement.refresh_from_db()
        assert agreement.state == AgreementState.SIGNING
        assert agreement.number == ""
    do(order[2])
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.IN_FORCE


def test_it_binds_from_the_latest_day_on_the_paper(mediator, keeper):
    today = timezone.localdate()
    mediation = accepted(mediator)
    type(mediation).objects.update(opened_at=timezone.now() - timedelta(days=9))
    agreement = submitted(mediation)
    days = [
        today - timedelta(days=5),
        today - timedelta(days=4),
        today - timedelta(days=4),
        today - timedelta(days=2),
    ]
    for place, day in zip(agreement.signatures.all(), days, strict=True):
        sign(agreement, place, on=day)
    services.set_stamp(agreement, by=keeper, stamped_on=today - timedelta(days=2))
    agreement.refresh_from_db()
    assert agreement.in_force_on == today - timedelta(days=2)


def test_taking_effect_too_early_is_refused_with_the_article_and_the_names(mediation):
    agreement = submitted(mediation)
    sign_all(agreement, but=1)
    with pytest.raises(MoveRefused, match="第二十九条.*连翠英、调解委员会印章"):
        services.take_effect(agreement, by=mediation.mediator)


def test_numbers_of_the_county_have_no_gaps_and_are_given_only_at_the_end(mediator, keeper):
    year = timezone.localdate().year
    first = in_force(accepted(mediator), keeper)
    given_up = submitted(accepted(mediator))
    sign_all(given_up)
    second = in_force(accepted(mediator), keeper)
    assert first.number == f"（{year}）衢江人调字第0001号"
    assert second.number == f"（{year}）衢江人调字第0002号"
    assert given_up.number == ""


def test_a_number_goes_back_when_the_stamp_fails_half_way(mediation, keeper, monkeypatch):
    agreement = submitted(mediation)
    sign_all(agreement)
    monkeypatch.setattr("cases.services.resolve", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())
    agreement.refresh_from_db()
    assert (agreement.state, agreement.stamped_on, agreement.number) == (AgreementState.SIGNING, None, "")
    assert not NumberSeries.objects.filter(series__contains="人调字").exists()
    assert "set_stamp" not in [entry.verb for entry in mediation.dossier.entries.all()]


def test_the_hash_covers_what_was_agreed_and_stands_in_the_history(mediation, keeper):
    agreement = in_force(mediation, keeper)
    assert agreement.digest() == agreement.content_hash
    entry = agreement.history.get(verb="take_effect")
    assert entry.details["sha256"] == agreement.content_hash
    assert entry.details["number"] == agreement.number
    agreement.terms += "另加一条。"
    assert agreement.digest() != agreement.content_hash


@pytest.mark.parametrize("change", [{"terms": "改过"}, {"amount": 1}, {"number": "X"}, {"state": "drafted"}])
def test_the_database_refuses_to_change_an_agreement_in_force(mediation, keeper, change):
    agreement = in_force(mediation, keeper)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(**change)


def test_the_database_refuses_to_delete_it_and_to_touch_its_signatures(mediation, keeper):
    agreement = in_force(mediation, keeper)
    changes = [
        lambda: Agreement.objects.filter(pk=agreement.pk)._raw_delete("default"),
        lambda: agreement.signatures.update(name="别人"),
        lambda: agreement.signatures.all()._raw_delete("default"),
        lambda: Signature.objects.create(
            agreement=agreement, party=mediation.case.parties.first(), name="再来一个"
        ),
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_database_refuses_to_put_an_unsigned_agreement_in_force(mediation, keeper):
    agreement = submitted(mediation)
    sign_all(agreement, but=1)
    row = Agreement.objects.filter(pk=agreement.pk)
    day = timezone.localdate()
    with pytest.raises(DatabaseError, match="Not everybody has signed"), transaction.atomic():
        row.update(
            state="in_force", number="X", content_hash="x", in_force_on=day, stamped_on=day, stamped_by=keeper
        )


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "in_force"}, "agreement_in_force_has_a_day_and_a_hash"),
        ({"number": "（2026）X"}, "agreement_in_force_has_a_day_and_a_hash"),
        ({"stamped_on": "2026-01-01"}, "agreement_stamp_has_a_day_and_a_keeper"),
        ({"amount": -1}, "agreement_amount_is_not_negative"),
    ],
)
def test_half_true_agreements_are_refused_by_the_database(mediation, keeper, change, constraint):
    agreement = submitted(mediation)
    sign_all(agreement)
    refused = pytest.raises(IntegrityError, match=constraint)
    unasked = pgtrigger.ignore("mediation.Agreement:stamped_where_its_kind_asks")
    with unasked, refused, transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(**change)


def test_a_written_agreement_in_force_needs_stamp_and_number(mediation, keeper):
    agreement = submitted(mediation)
    sign_all(agreement)
    change = {"state": "in_force", "content_hash": "x", "in_force_on": timezone.localdate()}
    with pytest.raises(DatabaseError, match="has no stamp"), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(**change | {"number": "（2026）X"})
    stamp = {"stamped_on": timezone.localdate(), "stamped_by": keeper}
    with pytest.raises(IntegrityError, match="agreement_written_in_force_is_numbered"), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(**change | stamp)


def test_a_mediation_has_one_agreement_that_counts(mediation):
    submitted(mediation)
    with pytest.raises(IntegrityError, match="agreement_one_that_counts"), transaction.atomic():
        Agreement.objects.create(
            mediation=mediation,
            version=2,
            drafted_by=mediation.mediator,
            facts="x",
            terms="x",
            performance="x",
        )


def test_a_signature_is_of_one_and_has_a_day_and_a_way(mediation, colleague):
    agreement = submitted(mediation)
    party = agreement.signatures.first()
    wrong = {
        "signature_of_a_party_or_of_the_mediator": {"mediator": colleague},
        "signature_signed_has_a_day_and_a_way": {"signed_on": timezone.localdate(), "way": Way.HAND},
    }
    for constraint, change in wrong.items():
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Signature.objects.filter(pk=party.pk).update(**change)
    with pytest.raises(IntegrityError, match="signature_one_mediator"), transaction.atomic():
        Signature.objects.create(agreement=agreement, mediator=colleague, name="又一个")
    with pytest.raises(IntegrityError, match="signature_once_per_party"), transaction.atomic():
        Signature.objects.create(agreement=agreement, party=party.party, name=party.name)


def test_the_stamp_is_refused_while_a_unit_still_owes_an_answer(mediation, keeper):
    agreement = submitted(mediation)
    sign_all(agreement)
    other = UnitFactory(name="区住建局（测试）")
    Request.objects.create(
        case=mediation.case,
        round=mediation.round,
        kind=RequestKind.HELP,
        from_unit=mediation.unit,
        to_unit=other,
        text="派员到场",
    )
    with pytest.raises(MoveRefused, match="区住建局"):
        services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())
    agreement.refresh_from_db()
    assert agreement.stamped_on is None


def test_the_sight_of_a_file_may_change_after_its_agreement_is_frozen(mediation, keeper):
    in_force(mediation, keeper)
    mediation.case.seen_by = [*mediation.case.seen_by, UnitFactory().pk]
    mediation.case.save()
    mediation.refresh_from_db()
    assert mediation.state == State.AGREED

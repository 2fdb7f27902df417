"""The committee's stamp: set by its keeper alone."""

import pytest
from django.urls import reverse
from django.utils import timezone

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Mediation
from mediation.selectors import waiting_for_the_stamp
from mediation.states import AgreementState
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import CommitteeFactory, drafted, sign_all, submitted


@pytest.fixture
def agreement(mediation):
    return submitted(mediation)


def test_the_keeper_sets_the_stamp_once(agreement, keeper):
    services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())
    agreement.refresh_from_db()
    assert (agreement.stamped_by, agreement.stamped_on) == (keeper, timezone.localdate())
    assert agreement.history.get(verb="set_stamp").by == keeper
    with pytest.raises(MoveRefused, match="已于"):
        services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())


def test_neither_the_mediator_nor_another_committees_keeper_sets_it(agreement, mediation):
    other = UserFactory(post=(Role.STAMP_KEEPER, CommitteeFactory()))
    for somebody in (mediation.mediator, other):
        with pytest.raises(MoveRefused):
            services.set_stamp(agreement, by=somebody, stamped_on=timezone.localdate())


def test_a_draft_is_not_stamped(mediation, keeper):
    with pytest.raises(MoveRefused, match="草拟中"):
        services.set_stamp(drafted(mediation), by=keeper, stamped_on=timezone.localdate())


def test_what_waits_for_the_stamp_is_what_all_have_signed(agreement, mediation, keeper):
    sign_all(agreement, but=1)
    assert not waiting_for_the_stamp(Mediation.objects.all()).exists()
    sign_all_of_the_rest = agreement.signatures.get(signed_on=None)
    services.sign_agreement(
        agreement,
        by=mediation.mediator,
        signature=sign_all_of_the_rest,
        way="hand",
        signed_on=timezone.localdate(),
    )
    assert waiting_for_the_stamp(Mediation.objects.all()).get() == mediation
    services.set_stamp(agreement, by=keeper, stamped_on=timezone.localdate())
    assert not waiting_for_the_stamp(Mediation.objects.all()).exists()


def test_the_page_stamps_and_the_agreement_binds(client, agreement, keeper):
    sign_all(agreement)
    client.force_login(keeper)
    listed = client.get(reverse("mediation:all"), {"state": "to_stamp"}).content.decode()
    assert agreement.mediation.case.number in listed
    assert (
        "加盖印章" in client.get(reverse("mediation:detail", args=[agreement.mediation_id])).content.decode()
    )
    url = reverse("mediation:set_stamp", args=[agreement.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"stamped_on": timezone.localdate().isoformat()}, follow=True)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.IN_FORCE
    assert agreement.number in answer.content.decode()

"""A relative, a neighbour, an expert is invited, with the consent of the parties."""

import pytest
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import Helper
from people.roles import Restriction
from tests.mediation.factories import accepted, in_force


def invite(mediation, by=None, **given):
    words = {"kind": "expert", "name": "王工", "about": "区住建局", "agreed": mediation.case.parties.all()}
    return services.invite_helper(mediation, by=by or mediation.mediator, **words | given)


def test_the_helper_stands_with_those_who_agreed(mediation, colleague):
    helper = invite(mediation, by=colleague)
    assert (helper.name, helper.invited_by) == ("王工", colleague)
    assert helper.agreed.count() == 3
    entry = mediation.history.last()
    assert (entry.verb, entry.details) == ("invite_helper", {"kind": "expert", "helper": helper.pk})


def test_without_the_consent_of_all_it_is_refused(mediation):
    with pytest.raises(MoveRefused, match="第二十条"):
        invite(mediation, agreed=mediation.case.parties.all()[:2])
    assert not Helper.objects.exists()


def test_it_is_refused_to_strangers_and_after_the_end(mediation, stranger, keeper):
    with pytest.raises(MoveRefused):
        invite(mediation, by=stranger)
    in_force(mediation, keeper)
    with pytest.raises(MoveRefused, match="达成协议"):
        invite(mediation)


def test_in_a_restricted_matter_the_name_is_cipher(mediator):
    invite(accepted(mediator, restriction=Restriction.VIOLENCE))
    assert Helper.objects.filter(name="").exists()
    assert Helper.objects.get().name == "王工"


def test_a_failure_half_way_leaves_nothing(mediation, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        invite(mediation)
    assert not Helper.objects.exists()


def test_the_page_invites(client, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:invite_helper", args=[mediation.pk])
    assert "第二十条" in client.get(url).content.decode()
    given = {"kind": "neighbour", "name": "楼上邻居老李", "about": "", "agreed": []}
    assert client.post(url, given).status_code == 422
    agreed = [party.pk for party in mediation.case.parties.all()]
    assert "楼上邻居老李" in client.post(url, given | {"agreed": agreed}, follow=True).content.decode()

"""The grade of a mediator, and whether allowances are paid: noted by whoever heads them, with the document."""

import pytest
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import mediators, services
from mediation.models import Grade, Standing
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import CommitteeFactory, mediator_of


@pytest.fixture
def first():
    return Grade.objects.get(name="一级")


def test_a_grade_is_noted_and_changed_with_its_document(mediator, head, first):
    services.grade_mediator(mediator, by=head, grade=first, is_paid=True, basis="区司发〔2026〕3号")
    standing = services.grade_mediator(mediator, by=head, grade=None, is_paid=False, basis="更正")
    standing.refresh_from_db()
    assert (standing.grade, standing.is_paid) == (None, False)
    entries = list(standing.history.filter(verb="grade_mediator").order_by("seq"))
    assert [entry.details for entry in entries] == [
        {"grade": "一级", "is_paid": True},
        {"grade": None, "is_paid": False},
    ]
    assert entries[0].note == "区司发〔2026〕3号"


def test_it_is_refused_to_themselves_to_colleagues_and_to_other_heads(mediator, colleague, first, committee):
    other = UserFactory(post=(Role.UNIT_HEAD, CommitteeFactory()))
    own = mediator_of(committee)
    own.posts.create(role=Role.UNIT_HEAD, unit=committee)
    for subject, user in ((mediator, mediator), (mediator, colleague), (mediator, other), (own, own)):
        with pytest.raises(MoveRefused):
            services.grade_mediator(subject, by=user, grade=first, is_paid=True, basis="文件")
    assert not Standing.objects.exists()


def test_a_failure_half_way_leaves_nothing(mediator, head, first, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.grade_mediator(mediator, by=head, grade=first, is_paid=True, basis="文件")
    assert not Standing.objects.exists()


def test_the_pages_list_show_and_note(client, mediator, colleague, head, first):
    client.force_login(head)
    page = client.get(reverse("mediation:mediator_list")).content.decode()
    assert mediator.name in page
    assert colleague.name in page
    url = reverse("mediation:grade_mediator", args=[mediator.pk])
    assert url in client.get(reverse("mediation:mediator_detail", args=[mediator.pk])).content.decode()
    assert client.get(url).status_code == 200
    assert client.post(url, {"grade": first.pk, "is_paid": "on", "basis": ""}).status_code == 422
    given = {"grade": first.pk, "is_paid": "on", "basis": "区司发〔2026〕3号"}
    assert client.post(url, given).status_code == 302
    assert Standing.objects.get().grade == first
    client.force_login(mediator)
    assert "一级" in client.get(reverse("mediation:me")).content.decode()
    assert client.get(url).status_code == 409


def test_a_head_lists_their_own_and_the_director_all(mediator, head, stranger, centre):
    director = UserFactory(post=(Role.DIRECTOR, centre))
    assert list(mediators.mediators_under(head)) == [mediator]
    assert {mediator, stranger} <= set(mediators.mediators_under(director))

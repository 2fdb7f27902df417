"""Registration: what came, how, from how many; the fifteen days run from the day received."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Party
from cases.states import Route, Side
from kernel.moves import MoveRefused
from people.roles import Restriction, Role
from petitions import services
from petitions.models import Registration
from petitions.states import Form, Purpose
from tests.cases.fixtures import opened, verbs
from tests.factories import PersonFactory, UserFactory
from tests.petitions.fixtures import register


@pytest.fixture
def crowd(handling):
    """Six more who came along."""
    people = [PersonFactory() for _n in range(6)]
    return [
        Party.objects.create(case=handling.case, side=Side.APPLICANT, person=person, name=person.name)
        for person in people
    ]


def posted(**changes):
    given = {
        "form": "letter",
        "came_on": str(timezone.localdate()),
        "purpose": "appeal",
        "problem_unit": "区农业农村局",
        "people_count": "1",
        "crossings": ["areas", "home"],
        "elsewhere": ["court"],
        "threat": "要去上面反映",
    }
    return given | changes


def test_it_stands_with_form_purpose_and_who_registered_it(handling, officer):
    registration = register(handling, by=officer, form=Form.LETTER, is_joint=True, people_count=12)
    assert (registration.form, registration.purpose) == (Form.LETTER, Purpose.APPEAL)
    assert (registration.registered_by, registration.people_count) == (officer, 12)
    assert verbs(handling)[-1] == "register_petition"


def test_the_fifteen_days_run_from_the_day_received_not_typed(handling, officer):
    came_on = timezone.localdate() - timedelta(days=4)
    register(handling, by=officer, came_on=came_on)
    clock = handling.round.clocks.running().get(code="petition.transfer")
    assert timezone.localdate(clock.started_at) == came_on
    assert clock.last_day == came_on + timedelta(days=15)


def test_it_is_registered_once_and_by_the_desk_alone(handling, officer, stranger, clerk):
    for somebody in (stranger, clerk):
        with pytest.raises(MoveRefused):
            register(handling, by=somebody)
    register(handling, by=officer)
    with pytest.raises(MoveRefused, match="已经登记"):
        register(handling, by=officer)
    assert Registration.objects.count() == 1


def test_nothing_comes_tomorrow(handling, officer):
    with pytest.raises(MoveRefused, match="不能晚于今天"):
        register(handling, by=officer, came_on=timezone.localdate() + timedelta(days=1))
    assert not Registration.objects.exists()


def test_a_sixth_representative_is_refused_with_the_article(handling, officer, crowd):
    with pytest.raises(MoveRefused, match="第二十条"):
        register(handling, by=officer, people_count=37, representatives=crowd)
    assert not Registration.objects.exists()
    register(handling, by=officer, people_count=37, representatives=crowd[:5])
    chosen = handling.case.parties.filter(is_representative=True)
    assert set(chosen) == set(crowd[:5])


def test_many_who_come_without_representatives_are_asked_to_elect_some(handling, officer):
    with pytest.raises(MoveRefused, match="推选代表"):
        register(handling, by=officer, people_count=37)
    register(handling, by=officer, people_count=37, form=Form.LETTER, is_joint=True)


def test_no_word_of_an_accusation_is_registered_in_an_open_file(handling, officer):
    with pytest.raises(MoveRefused, match="第三十条"):
        register(handling, by=officer, purpose=Purpose.ACCUSATION)
    assert not Registration.objects.exists()


def test_a_registration_of_a_restricted_file_is_cipher(petition_office):
    desk = UserFactory(post=(Role.DISCIPLINE, petition_office))
    case = opened(
        by=None,
        unit=petition_office,
        to_unit=petition_office,
        applicant=PersonFactory(),
        route=Route.PETITIONS,
        restriction=Restriction.ACCUSATION,
    )
    handling = services.accept_petition(case.latest_round(), by=desk)
    with pytest.raises(MoveRefused, match="检举控告"):
        register(handling, by=desk)
    register(handling, by=desk, purpose=Purpose.ACCUSATION, problem_unit="某局", threat="……")
    row = Registration.objects.filter(handling=handling).values("problem_unit", "threat").get()
    assert row == {"problem_unit": "", "threat": ""}
    assert Registration.objects.get().problem_unit == "某局"


def test_a_failure_half_way_leaves_nothing(handling, officer, monkeypatch):
    monkeypatch.setattr("petitions.services.registering.count_from", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        register(handling, by=officer)
    assert not Registration.objects.exists()
    assert "register_petition" not in verbs(handling)


def test_the_page_registers_and_keeps_what_was_typed(client, handling, officer):
    client.force_login(officer)
    url = reverse("petitions:register_petition", args=[handling.pk])
    assert "信访目的" in client.get(url).content.decode()
    wrong = client.post(url, posted(came_on="2999-01-01"))
    assert wrong.status_code == 422
    assert "要去上面反映" in wrong.content.decode()
    assert client.post(url, posted(purpose="accusation")).status_code == 409
    page = client.post(url, posted(), follow=True).content.decode()
    for words in ("书信", "申诉求决", "跨地区、人户分离", "法院已受理", "要去上面反映", "初次信访"):
        assert words in page


def test_an_anonymous_one_says_why_nobody_is_told(client, handling, officer):
    client.force_login(officer)
    url = reverse("petitions:register_petition", args=[handling.pk])
    client.post(url, posted(is_anonymous="on"))
    assert "匿名" in Registration.objects.get().unreachable


def test_the_page_is_forbidden_to_others(client, handling, clerk):
    client.force_login(clerk)
    assert client.get(reverse("petitions:register_petition", args=[handling.pk])).status_code == 403


def test_a_correction_says_what_stood_there_and_a_stale_one_is_told(client, registered, officer):
    client.force_login(officer)
    registration = registered.registrations.get()
    url = reverse("petitions:correct_registration", args=[registration.pk])
    page = client.get(url)
    seen = page.context["form"].initial["seen"]
    assert client.post(url, posted(seen=seen, came_on="2026-01-02")).status_code == 302
    registration.refresh_from_db()
    assert (registration.form, registration.came_on) == (Form.LETTER, date(2026, 1, 2))
    clock = registered.round.clocks.running().get(code="petition.transfer")
    assert clock.last_day == date(2026, 1, 17)
    assert client.post(url, posted(seen=seen, people_count="3")).status_code == 409


def test_after_sorting_the_registration_stays_as_it_was(registered, officer):
    registration = registered.registrations.get()
    services.tell_whom(registered, by=officer, whom="省人力社保厅")
    with pytest.raises(MoveRefused, match="已经处理"):
        services.correct_registration(registration, by=officer, seen="", people_count=2)

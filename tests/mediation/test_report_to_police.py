"""Possible crimes go to the police at once, whatever became of the mediation (人民调解法 25)."""

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from cases.models import Request
from kernel.moves import MoveRefused
from mediation import services
from mediation.models import PoliceReport
from mediation.states import Ground
from people.models import Unit
from people.roles import Restriction, Role
from tests.factories import UnitFactory, UserFactory
from tests.mediation.factories import accepted, in_force

MATTER = "被申请人扬言动手，持木棍在门外。"


@pytest.fixture
def police():
    found = Unit.objects.filter(name__contains="公安").order_by("pk").first()
    police = found or UnitFactory(name="公安分局")
    UserFactory(post=(Role.HANDLER, police))
    return police


def reported(mediation, by=None, **given):
    words = {"matter": MATTER, "station": "浮石派出所", "reported_at": timezone.now()}
    return services.report_to_police(mediation, by=by or mediation.mediator, **words | given)


def test_the_police_are_asked_and_whoever_is_on_call_is_told_at_any_hour(
    mediation, committee, police, centre
):
    director = UserFactory(post=(Role.DIRECTOR, centre))
    report = reported(mediation, unit=police)
    assert (report.station, report.reported_by) == ("浮石派出所", mediation.mediator)
    assert report.request.to_unit == police
    assert MATTER in report.request.text
    assert director.notifications.filter(text__contains="已报告公安机关").exists()
    assert mediation.history.get(verb="report_to_police").details == {"report": report.pk}


def test_only_a_report_without_words_and_strangers_are_refused(mediation, stranger):
    with pytest.raises(MoveRefused, match="第二十五条"):
        reported(mediation, matter=" ")
    with pytest.raises(MoveRefused):
        reported(mediation, by=stranger)
    assert not PoliceReport.objects.exists()


def test_it_can_be_reported_after_the_end_and_again(mediation, keeper, police, centre):
    in_force(mediation, keeper)
    reported(mediation)
    failed = accepted(mediation.mediator)
    services.give_up(
        failed, by=failed.mediator, ground=Ground.CRIME, note="已报警", route="intake", unit=centre
    )
    report = reported(failed, unit=police)
    assert report.request is None  # the matter is the centre's now, and theirs to ask for
    assert PoliceReport.objects.count() == 2


def test_where_the_police_cannot_open_the_matter_the_report_still_stands(mediator, police):
    mediation = accepted(mediator, restriction=Restriction.VIOLENCE)
    assert reported(mediation, unit=police).request is None


def test_a_failure_half_way_leaves_nothing(mediation, police, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        reported(mediation, unit=police)
    assert not PoliceReport.objects.exists()
    assert not Request.objects.exists()


def test_a_report_stays_as_it_was(mediation):
    report = reported(mediation)
    with pytest.raises(DatabaseError), transaction.atomic():
        PoliceReport.objects.filter(pk=report.pk).update(station="别处")


def test_two_presses_and_the_words_report(client, mediation, police):
    client.force_login(mediation.mediator)
    detail = reverse("mediation:detail", args=[mediation.pk])
    url = reverse("mediation:report_to_police", args=[mediation.pk])
    assert url in client.get(detail).content.decode()
    form = client.get(url).context["form"]
    given = {name: form[name].value() for name in ("station", "unit")}
    given["reported_at"] = form["reported_at"].value().strftime("%Y-%m-%dT%H:%M")
    assert client.post(url, given | {"matter": ""}).status_code == 422
    assert client.post(url, given | {"matter": MATTER}).status_code == 302
    page = client.get(detail).content.decode()
    assert MATTER in page
    end = reverse("mediation:give_up", args=[mediation.pk]) + "?ground=crime"
    assert end in page
    assert client.get(end).context["form"]["ground"].value() == Ground.CRIME


def test_the_page_says_where_the_police_have_to_be_rung_up(client, mediator, police):
    mediation = accepted(mediator, restriction=Restriction.VIOLENCE)
    client.force_login(mediator)
    given = {"matter": MATTER, "station": "浮石派出所", "unit": police.pk, "reported_at": "2026-01-01T08:00"}
    url = reverse("mediation:report_to_police", args=[mediation.pk])
    assert "请电话告知" in client.post(url, given, follow=True).content.decode()


def test_the_report_prints(client, mediation):
    report = reported(mediation)
    client.force_login(mediation.mediator)
    page = client.get(reverse("mediation:print_paper", args=[mediation.pk, report.slug, "html"]))
    for words in ("报告公安机关登记表", MATTER, "浮石派出所", "第二十五条"):
        assert words in page.content.decode()

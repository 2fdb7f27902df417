"""The command, and loads at any hour: the same seed, the same data; nothing twice; nothing over what is there."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from cases.models import Case, Category
from governance_center import reference
from governance_center.demo.load import load
from intake.models import Ticket
from kernel import anchors
from kernel.models import Anchor, CalendarVersion, HistoryEntry, NumberSeries
from tests.demo.conftest import NOON
from tests.factories import CaseFactory

SHANGHAI = timezone.get_default_timezone()


SMALL = {"cases": 12, "years": 1, "seed": 2}


@pytest.mark.parametrize(
    ("at", "size"),
    [
        ("2026-09-16 00:07", SMALL),
        ("2026-09-20 15:00", SMALL),
        ("2026-10-03 10:00", SMALL),
        ("2026-09-14 08:31", SMALL),
        ("2026-09-14 20:51", SMALL),
        ("2027-11-06 21:21", {"cases": 600, "years": 2, "seed": 24}),
    ],
)
def test_it_is_so_at_night_and_on_holidays_too(at, size):
    """A worked Sunday, a holiday, a Monday morning, a Monday evening; and the last two called at one window."""
    with time_machine.travel(datetime.fromisoformat(at).replace(tzinfo=SHANGHAI), tick=False):
        load(**size)
        assert Ticket.objects.today().count() == 40
        assert Ticket.objects.today().waiting().exists()
        assert not HistoryEntry.objects.filter(at__gt=timezone.now()).exists()
        assert anchors.verify().broken == ""


def content():
    """What stands in the rows, but for keys and what is drawn at random to be secret."""
    stories = Case.objects.exclude(names__startswith="王冬梅")
    return [
        list(
            stories.order_by("number").values_list("number", "story", "names", "state", "opened_at", "due_at")
        ),
        list(Ticket.objects.order_by("day", "number").values_list("day", "number", "state", "issued_at")),
        list(
            HistoryEntry.objects.order_by("dossier", "seq").values_list(
                "verb", "at", "before", "after", "note"
            )
        ),
        list(NumberSeries.objects.order_by("series", "period").values_list("series", "period", "last")),
    ]


def test_the_same_seed_gives_the_same_data():
    found = []
    with time_machine.travel(NOON, tick=False):
        for seed in (5, 5, 6):
            with transaction.atomic():
                load(cases=20, years=1, seed=seed)
                found.append(content())
                transaction.set_rollback(True)
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_a_second_call_adds_nothing_and_says_so(capsys):
    call_command("demo", cases=9)
    call_command("demo", cases=20)
    assert Case.objects.count() == 9
    assert "Nothing was added: 9 demo cases are there already." in capsys.readouterr().out


def test_a_centre_with_cases_of_its_own_is_left_alone():
    CaseFactory()
    with pytest.raises(CommandError, match="cases of its own"):
        call_command("demo", cases=9)


def test_records_are_promised_only_where_they_were_asked_for(capsys):
    call_command("demo", cases=9, records=100)
    assert "come with a later issue" in capsys.readouterr().out


def test_it_is_refused_outside_demo_mode(settings):
    settings.DEMO_MODE = False
    with pytest.raises(CommandError, match="password that everybody knows"):
        call_command("demo", cases=9)


def test_reference_data_are_added_once_and_what_somebody_changed_stays():
    Category.objects.filter(code="C01").update(cues={"5": "薪"})
    days = CalendarVersion.objects.last().days | {"2026-10-01": {"worked": False, "name": "改过"}}
    changed = CalendarVersion.objects.create(days=days, reason="试")
    before = {model: model.objects.count() for model in reference.LOADED}
    reference.load()
    assert {model: model.objects.count() for model in reference.LOADED} == before
    assert Category.objects.get(code="C01").cues == {"5": "薪"}
    assert CalendarVersion.objects.last() == changed


def test_an_anchor_made_before_the_load_stays_true():
    """Nothing is recorded into a time that was anchored already."""
    until = timezone.now() - timedelta(minutes=10)
    quiet = Anchor(since=until - timedelta(days=400), until=until, entries=0, root="")
    quiet.hash = anchors.anchor_digest(quiet)
    quiet.save()

    load(cases=9, years=1, seed=1)
    assert anchors.verify().broken == ""

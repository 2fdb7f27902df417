"""A restricted matter is cipher from the first saved word, and for everybody else it is as if it were not there."""

import logging
import re

import pytest
from django.urls import reverse

from cases.models import Case, ContactEntry, Party
from cases.services import add_party, log_contact, new_number, open_case, take
from cases.states import Route, Side
from kernel.anchors import verify
from kernel.models import HistoryEntry, Notification
from people.models import Unit
from people.roles import Restriction, Role
from tests.factories import CaseFactory, CategoryFactory, OutletFactory, UnitFactory, UserFactory
from tests.raw import tables_with

TITLE, STORY, NAME, PLACE, SAID = (
    "举报村主任侵占",
    "冒领青苗补偿款二十万",
    "穆青山野",
    "杜泽古井旁",
    "电话里不愿多说",
)
MARKS = (TITLE, STORY, NAME, PLACE, SAID)
OTHERS = [
    Role.CLERK,
    Role.GUIDE,
    Role.MEDIATOR,
    Role.COURT,
    Role.PETITION_OFFICER,
    Role.HANDLER,
    Role.DIRECTOR,
    Role.ANALYST,
    Role.LEADER,
    Role.SYSADMIN,
]
PAGES = [
    ("home", ""),
    ("cases:list", ""),
    ("cases:list", f"?q={TITLE[:4]}"),
    ("cases:list", "?q=G00001"),
    ("cases:request_list", ""),
    ("petitions:list", ""),
    ("dispatch:list", ""),
    ("mediation:list", ""),
    ("stats:today", ""),
    ("kernel:tray", ""),
]
TOKEN = re.compile(r"\d{13}-\d+|[A-Za-z0-9_.:=-]{40,}|\d{1,2}:\d{2}(:\d{2})?")


@pytest.fixture
def office():
    return UnitFactory(kind=Unit.Kind.PETITIONS)


@pytest.fixture
def officer(office):
    return UserFactory(post=(Role.DISCIPLINE, office))


def accused(office, officer):
    case = open_case(
        by=None,
        unit=office,
        to_unit=office,
        category=CategoryFactory(),
        outlet=OutletFactory(route=Route.PETITIONS),
        area=office.area,
        title=TITLE,
        story=STORY,
        place=PLACE,
        restriction=Restriction.ACCUSATION,
    )
    add_party(case, by=officer, side=Side.RESPONDENT, name=NAME)
    take(case.latest_round(), by=officer)
    log_contact(case, by=officer, whom=NAME, said=SAID)
    return case


def test_no_column_of_no_table_holds_a_word_of_it(office, officer):
    case = accused(office, officer)
    assert {word: tables_with(word) for word in MARKS} == dict.fromkeys(MARKS, [])
    assert Case.objects.values_list("title", "story", "names", "terms").get(pk=case.pk) == ("", "", "", [])


def test_whoever_may_read_it_reads_it(client, office, officer):
    case = accused(office, officer)
    read = Case.objects.get(pk=case.pk)
    assert (read.title, read.story, read.names, read.place) == (TITLE, STORY, NAME, PLACE)
    assert Party.objects.get(case=case).name == NAME
    assert ContactEntry.objects.get(case=case).said == SAID
    read.refresh_from_db(fields=["title"])
    assert read.title == TITLE
    client.force_login(officer)
    page = client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    for word in (TITLE, STORY, SAID):
        assert word in page


def test_its_notes_are_cipher_and_still_verified(office, officer):
    case = accused(office, officer)
    entry = HistoryEntry.objects.get(dossier=case.dossier_id, verb="log_contact")
    assert SAID not in entry.note
    assert SAID in entry.shown_note
    assert verify().broken == ""


def test_a_cipher_moved_to_another_row_does_not_open(office, officer):
    first, second = accused(office, officer), accused(office, officer)
    stolen = Case.objects.values_list("veiled", flat=True).get(pk=first.pk)
    Case.objects.filter(pk=second.pk).update(veiled=bytes(stolen))
    with pytest.raises(Exception, match="does not open"):
        Case.objects.get(pk=second.pk)


def answers(client, people) -> dict:
    found = {}
    for role, user in people.items():
        client.force_login(user)
        for name, query in PAGES:
            answer = client.get(reverse(name) + query)
            found[role, name, query] = (answer.status_code, TOKEN.sub("", answer.content.decode()))
        exported = client.post(reverse("cases:list"), {"export": "1"})
        found[role, "export"] = (exported.status_code, len(exported.content) // 100)
        suggestion = client.post(reverse("intake:suggest"), {"story": STORY})
        found[role, "suggest"] = (suggestion.status_code, suggestion.content)
    return found


def first_difference(before, after) -> str:
    place = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    return f"{before[place - 80 : place + 80]} / {after[place - 80 : place + 80]}"


def test_with_and_without_it_every_other_role_gets_the_same_answers(client, office, officer, caplog):
    centre = Unit.objects.get(code="centre")
    people = {role: UserFactory(post=(role, centre)) for role in OTHERS}
    people["same office"] = UserFactory(post=(Role.PETITION_OFFICER, office))
    CaseFactory(unit=centre)
    answers(client, people)  # whatever is made on the first look is made
    before, told = answers(client, people), Notification.objects.count()
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        accused(office, officer)
    logged = caplog.text
    after = answers(client, people)
    different = [key for key in before if before[key] != after[key]]
    assert different == [], first_difference(before[different[0]][1], after[different[0]][1])
    assert Notification.objects.exclude(to=officer).count() == told
    assert not [word for word in MARKS if word in logged]


def test_ordinary_numbers_have_no_gap_where_it_was_registered(office, officer):
    first = new_number()
    accused(office, officer)
    assert int(new_number()[-6:]) == int(first[-6:]) + 1

"""A restricted matter is cipher from the first saved word, and for everybody else it is as if it were not there."""

import json
import logging
import re
from importlib import import_module
from io import BytesIO

import pytest
from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from openpyxl import load_workbook

from cases.models import Case, ContactEntry, Party
from cases.services import (
    BODY,
    add_party,
    ask_lifting,
    ask_restriction,
    attach,
    correct_party,
    grant_restricting,
    log_contact,
    new_number,
    open_case,
    register_party,
    take,
)
from cases.states import Channel, Route, Side, Urgency
from intake.models import Ticket
from intake.services import register_arrival
from kernel import live
from kernel.anchors import verify
from kernel.editing import seen_token
from kernel.encryption import lookup_hash
from kernel.models import HistoryEntry, Notification
from kernel.moves import MoveRefused
from people.models import Organisation, Person, Unit, Window
from people.persons import add_phone, name_guardian
from people.roles import Restriction, Role
from people.services import keep_in_secret, register_organisation
from tests.factories import (
    CaseFactory,
    CategoryFactory,
    OutletFactory,
    PersonFactory,
    SeatFactory,
    UnitFactory,
    UserFactory,
)
from tests.guards.test_house_rules import url_patterns
from tests.intake.factories import serving
from tests.raw import tables_with

TITLE, STORY, NAME, PLACE, SAID = (
    "举报村主任侵占",
    "冒领青苗补偿款二十万",
    "穆青山野",
    "杜泽古井旁",
    "电话里不愿多说",
)
MARKS = (TITLE, STORY, NAME, PLACE, SAID)
FIRM, CODE = "衢州玄圭砂石有限公司", "91330803MA28F4XC2L"
OTHERS = [
    Role.CLERK,
    Role.MEDIATOR,
    Role.COURT,
    Role.GUIDE,
    Role.HANDLER,
    Role.DIRECTOR,
    Role.LEADER,
    Role.SYSADMIN,
    Role.SECADMIN,
    Role.AUDITOR,
]
SEATED = [Role.CLERK, Role.MEDIATOR, Role.COURT]
PAPERS = {"id_type": "resident", "id_number": "330803197511204031", "phone": "13906701122"}
IN_THE_HALL = [*SEATED, Role.GUIDE]
VISITOR = {"id_type": "resident", "name": "穆小山", "phone": "", "head_count": 1}
CALLER, ID_NUMBER, PHONE = "闻人远舟", PAPERS["id_number"], PAPERS["phone"]
HASHES = [lookup_hash("id_number", ID_NUMBER), lookup_hash("phone", PHONE)]
SEARCHES = [TITLE[:4], STORY[:4], NAME, CALLER, FIRM, ID_NUMBER, PHONE, PHONE[-4:], "G00001"]
EXPORT = 'name="export"'
OPAQUE = re.compile(r"[0-9a-f]{32}")
TOKEN = re.compile(r"\d{13}-\d+|[A-Za-z0-9_.:=-]{40,}|\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?|刚刚|\d+ 分钟前")


@pytest.fixture
def office():
    return UnitFactory(kind=Unit.Kind.PETITIONS)


@pytest.fixture
def officer(office):
    return UserFactory(post=(Role.DISCIPLINE, office))


def accused(office, officer, restriction=Restriction.ACCUSATION):
    """All that is done with it before somebody else could notice."""
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
        restriction=restriction,
    )
    register_party(case, by=officer, side=Side.APPLICANT, name=CALLER, **PAPERS)
    add_party(case, by=officer, side=Side.RESPONDENT, name=NAME)
    return worked_on(case, officer)


def written(office, officer, clerk):
    """The same, come in a letter that a clerk opened, and then worked on by who may open it."""
    case = register_arrival(
        by=clerk,
        unit=clerk.posts.get().unit,
        channel=Channel.LETTER,
        came_at=timezone.now(),
        to_unit=office,
        category=CategoryFactory(),
        outlet=OutletFactory(route=Route.PETITIONS),
        area=office.area,
        title=TITLE,
        story=STORY,
        place=PLACE,
        urgency=Urgency.ORDINARY,
        restriction=Restriction.ACCUSATION,
        name=CALLER,
        phone=PHONE,
        respondent={"kind": "person", "name": NAME},
        scan=SimpleUploadedFile(f"{TITLE}.pdf", b"%PDF-1.4"),
    ).case
    register_party(case, by=officer, side=Side.THIRD, id_type=BODY, name=FIRM, id_number=CODE)
    right(case.parties.first(), officer, id_type="resident", id_number=ID_NUMBER)
    return worked_on(case, officer)


def right(party, officer, **changes):
    seen = seen_token(party.person, "correct_person", ["name", "id_number"])
    correct_party(party, by=officer, seen=seen, reason=SAID, **changes)


def worked_on(case, officer):
    take(case.latest_round(), by=officer)
    log_contact(case, by=officer, whom=NAME, said=SAID)
    attach(case, by=officer, file=SimpleUploadedFile(f"{TITLE}.txt", STORY.encode()))
    return case


@pytest.fixture(params=["window", "letter"])
def registered(request, office, officer):
    """Registers it by one road or the other."""
    clerk = UserFactory(post=(Role.CLERK, Unit.objects.get(code="centre")))
    by = {"window": lambda: accused(office, officer), "letter": lambda: written(office, officer, clerk)}
    return by[request.param]


def test_no_column_of_no_table_holds_a_word_of_it_or_finds_who_is_named(registered):
    case = registered()
    words = (*MARKS, CALLER, FIRM, CODE, *HASHES)
    assert {word: tables_with(word) for word in words} == dict.fromkeys(words, [])
    assert not Person.objects.with_number(PHONE).exists()
    assert Case.objects.values_list("title", "story", "names", "terms").get(pk=case.pk) == ("", "", "", [])


def test_whoever_may_read_it_reads_it(client, registered, officer):
    case = registered()
    read = Case.objects.get(pk=case.pk)
    assert (read.title, read.story, read.place) == (TITLE, STORY, PLACE)
    assert read.names.startswith(f"{CALLER}、{NAME}")
    caller = read.parties.first().person
    assert (caller.name, caller.phone.plain, caller.id_number.plain) == (CALLER, PHONE, ID_NUMBER)
    assert (caller.sex, str(caller.birth_on)) == ("m", "1975-11-20")
    assert Party.objects.get(case=case, side=Side.RESPONDENT).name == NAME
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


def pages():
    """Every address of the site that names no row; whoever may not ask is refused, with and without it alike."""
    for name, _entry, _route in url_patterns():
        if name in {"people:logout", "metrics"}:  # these count the requests themselves
            continue
        try:
            yield reverse(name)
        except NoReverseMatch:
            continue


def cells(answer) -> str:
    """What stands in the sheets of an exported list."""
    sheets = load_workbook(BytesIO(content_of(answer))).worksheets
    return TOKEN.sub("", str([list(sheet.values) for sheet in sheets]))


def plain(answer):
    return answer.status_code, TOKEN.sub("", content_of(answer).decode(errors="replace"))


def content_of(answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def answers(clients) -> dict:
    found = {}
    for who, client in clients.items():
        for address in pages():
            found[who, address] = plain(client.get(address))
            if EXPORT in found[who, address][1]:
                found[who, "export", address] = cells(client.post(address, {"export": "1"}))
        for words in SEARCHES:
            found[who, "list", words] = plain(client.get(reverse("cases:list"), {"q": words}))
            found[who, "search", words] = plain(client.post(reverse("search"), {"q": words}))
        found[who, "known?"] = plain(client.post(reverse("intake:look_up"), {"id_number": ID_NUMBER}))
        found[who, "suggestion"] = plain(client.post(reverse("intake:suggest"), {"story": STORY}))
    return found


def presses(clients, ticket, person) -> dict:
    """What those in the hall get who press something about a visit or a person. Each press is taken back."""
    found = {}
    for who in IN_THE_HALL:
        client = clients[who]
        visitor = VISITOR | {"id_number": ID_NUMBER}
        found[who, "register"] = taken_back(client.post, reverse("intake:register"), visitor)
        found[who, "identify"] = taken_back(
            client.post, reverse("intake:identify", args=[ticket.pk]), visitor
        )
        found[who, "finish"] = taken_back(
            client.post, reverse("intake:finish", args=[ticket.pk]), {"note": ""}
        )
        found[who, "person"] = taken_back(client.get, reverse("persons:detail", args=[person.pk]))
        correct = reverse("persons:correct_person", args=[person.pk])
        seen = seen_token(person, "correct_person", ["name"])
        given = {"id_type": "resident", "id_number": ID_NUMBER, "seen": seen}
        found[who, "correct"] = taken_back(client.post, correct, given)
    return found


def taken_back(ask, *args) -> tuple:
    """The answer, where it leads and whom the last visit is of then; nothing of it stays."""
    before = transaction.savepoint()
    answer = ask(*args)
    ask.__self__.cookies.pop("messages", None)  # what the next page would say of it
    visitor = Ticket.objects.order_by("pk").last().visitor
    leads_to = re.sub(r"\d+", "", answer.headers.get("Location", ""))
    transaction.savepoint_rollback(before)
    return *plain(answer), leads_to, visitor and visitor.name


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def first_difference(before, after) -> str:
    before, after = str(before), str(after)
    place = next((n for n, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    return f"{before[max(0, place - 80) : place + 80]} / {after[max(0, place - 80) : place + 80]}"


def told_over_redis(server, since="-") -> set[str]:
    """The topics in the stream of changes after `since`, and every other key that is not a version of one."""
    entries = server.xrange(live.STREAM, min=since)
    topics = {topic for _id, fields in entries for topic in json.loads(fields["topics"])}
    return topics | {
        key for key in server.scan_iter() if key != live.STREAM and not key.startswith(live.version_key(""))
    }


@pytest.fixture
def people(office):
    centre = Unit.objects.get(code="centre")
    people = {role: UserFactory(post=(role, centre)) for role in OTHERS}
    people["same office"] = UserFactory(post=(Role.PETITION_OFFICER, office))
    for role in SEATED:
        SeatFactory(window=Window.objects.first(), user=people[role], role=role)
    return people


@pytest.fixture
def like_the_caller():
    person = PersonFactory(name=CALLER, phone=PHONE)
    CaseFactory(unit=Unit.objects.get(code="centre"), applicant=person)
    return person


def test_with_and_without_it_every_other_role_gets_the_same_answers(
    office, officer, people, like_the_caller, caplog
):
    """Of one that came in at a window, and of one that came in a letter."""
    registrar = UserFactory(post=(Role.CLERK, people[Role.CLERK].posts.get().unit))
    ticket = serving(people[Role.CLERK])
    clients = {who: logged_in(user) for who, user in people.items()}
    answers(clients)  # whatever is made on the first look is made
    before, notified = (
        answers(clients) | presses(clients, ticket, like_the_caller),
        Notification.objects.count(),
    )
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        case = accused(office, officer)
        written(office, officer, registrar)
    logged = caplog.text
    Case.objects.filter(pk=case.pk).update(query_code=ticket.query_code)  # as a one-line matter of this visit
    after = answers(clients) | presses(clients, ticket, like_the_caller)
    assert len(before) > 500
    assert {before[who, "correct"][0] for who in SEATED} == {302}
    different = [key for key in before if before[key] != after[key]]
    assert different == [], first_difference(before[different[0]], after[different[0]])
    assert Notification.objects.exclude(to=officer).count() == notified
    assert [word for word in [*MARKS, CALLER, ID_NUMBER, PHONE, case.number] if word in logged] == []
    assert mail.outbox == []


def test_who_a_party_is_is_put_right_and_nobody_else_gets_another_answer(
    office, officer, people, like_the_caller
):
    """Who is known to others from a matter of theirs stays for them as they were."""
    case = accused(office, officer)
    party = add_party(case, by=officer, side=Side.THIRD, name=CALLER, person=like_the_caller)
    ticket = serving(people[Role.CLERK])
    clients = {who: logged_in(people[who]) for who in [*IN_THE_HALL, "same office"]}
    answers(clients)
    before = answers(clients) | presses(clients, ticket, like_the_caller)
    story = like_the_caller.dossier.entries.count()
    right(party, officer, name=NAME, address=PLACE)
    after = answers(clients) | presses(clients, ticket, like_the_caller)
    different = [key for key in before if before[key] != after[key]]
    assert different == [], first_difference(before[different[0]], after[different[0]])
    assert like_the_caller.dossier.entries.count() == story
    party = Party.objects.get(pk=party.pk)
    assert (party.name, party.person.name, party.person.address.plain) == (NAME, NAME, PLACE)
    assert party.person.phone.plain == PHONE
    assert tables_with(NAME) == []


def test_a_minor_of_the_file_keeps_a_guardian_who_is_put_right(office, officer, like_the_caller):
    case = accused(office, officer)
    party = add_party(case, by=officer, side=Side.THIRD, name=CALLER, person=like_the_caller)
    minor = register_party(case, by=officer, side=Side.THIRD, id_type="none", name="穆小山").person
    others = PersonFactory(birth_on=timezone.localdate())
    for each in (minor, others):
        each.birth_on = timezone.localdate()
        each.save()
        name_guardian(each, like_the_caller, by=officer, kinship="父亲")
    right(party, officer, name=NAME)
    assert minor.guardians.get().guardian.name == NAME
    assert others.guardians.get().guardian == like_the_caller


def test_what_is_saved_unchanged_makes_no_record_of_its_own(office, officer, like_the_caller):
    party = add_party(
        accused(office, officer), by=officer, side=Side.THIRD, name=CALLER, person=like_the_caller
    )
    right(party, officer, name=CALLER)
    assert Party.objects.get(pk=party.pk).person == like_the_caller


def test_of_two_who_put_one_party_right_at_once_the_second_is_told(office, officer, like_the_caller):
    case = accused(office, officer)
    party = add_party(case, by=officer, side=Side.THIRD, name=CALLER, person=like_the_caller)
    overtaken = Party.objects.get(pk=party.pk)
    right(party, officer, address=PLACE)
    with pytest.raises(MoveRefused, match="刚刚被他人更正"):
        right(overtaken, officer, name=NAME)
    kept = Party.objects.get(pk=party.pk)
    assert (kept.name, kept.person.address.plain) == (CALLER, PLACE)


def test_of_files_from_before_whoever_is_known_from_them_alone_becomes_cipher(office, officer, people):
    case = accused(office, officer)
    register_party(case, by=officer, side=Side.THIRD, id_type=BODY, name=FIRM, id_number=CODE)
    caller = case.parties.first().person
    visitor = serving(people[Role.CLERK]).visitor
    add_party(case, by=officer, side=Side.THIRD, name=visitor.name, person=visitor)
    add_phone(caller, by=people[Role.CLERK], number="13906701123")
    firm = case.parties.get(organisation__isnull=False).organisation
    keep_in_secret(caller, False)
    Organisation.objects.filter(pk=firm.pk).update(in_secret=False, veiled=b"", name=FIRM, uscc=CODE)
    assert tables_with(CALLER) == ["people_person"]
    import_module("intake.migrations.0012_known_from_one_file").keep_in_secret(apps, None)
    words = (CALLER, FIRM, CODE, *HASHES, lookup_hash("phone", "13906701123"))
    assert {word: tables_with(word) for word in words} == dict.fromkeys(words, [])
    read = Person.objects.get(pk=caller.pk)
    assert (read.name, read.birth_on, read.phones.get().number.plain) == (
        CALLER,
        caller.birth_on,
        "13906701123",
    )
    assert Organisation.objects.get(pk=firm.pk).uscc == CODE
    assert not Person.objects.get(pk=visitor.pk).in_secret


def lift(case, office, officer):
    second = UserFactory(post=(Role.DISCIPLINE, office))
    asked = ask_lifting(Case.objects.get(pk=case.pk), by=officer, reason=SAID)
    grant_restricting(asked, by=second)


def test_lifted_those_named_are_registered_as_anybody(registered, office, officer):
    known = register_organisation(name="又名", uscc=CODE)
    case = registered()
    caller = case.parties.first().person
    add_phone(caller, by=UserFactory(post=(Role.CLERK, office)), number="13906701123")
    assert not Person.objects.with_phone("13906701123").exists()
    lift(case, office, officer)
    for number in (PHONE, ID_NUMBER, "13906701123"):
        assert Person.objects.with_number(number).get() == caller
    case.refresh_from_db()
    assert case.searchable
    assert {party.organisation for party in case.parties.exclude(organisation=None)} <= {known}


def test_an_own_firm_is_known_by_its_name_once_lifted(office, officer):
    case = accused(office, officer)
    register_party(case, by=officer, side=Side.THIRD, id_type=BODY, name=FIRM, id_number="")
    assert not Organisation.objects.filter(name=FIRM).exists()
    lift(case, office, officer)
    assert case.parties.get(name=FIRM).organisation == register_organisation(name=FIRM)


def test_of_one_that_was_hidden_later_they_get_no_other_answers_either(office, officer):
    """What they were shown before, they were; from then on it is as if it had never been there."""
    centre = Unit.objects.get(code="centre")
    people = {role: UserFactory(post=(role, centre)) for role in (Role.CLERK, Role.LEADER)}
    people["same office"] = UserFactory(post=(Role.PETITION_OFFICER, office))
    other_officer = UserFactory(post=(Role.DISCIPLINE, office))
    CaseFactory(unit=centre)
    clients = {who: logged_in(user) for who, user in people.items()}
    answers(clients)
    before = answers(clients)
    case = accused(office, officer, restriction="")
    case.refresh_from_db()
    asked = ask_restriction(case, by=officer, kind=Restriction.ACCUSATION, reason=SAID)
    grant_restricting(asked, by=other_officer)
    told = Notification.objects.filter(to__in=people.values())
    assert {(row.text, row.url) for row in told} == {("按规定限制查看", "")}
    told.delete()  # when it was laid before their desk; the words are gone, the line stays
    after = answers(clients)
    different = [key for key in before if before[key] != after[key]]
    assert different == [], first_difference(before[different[0]], after[different[0]])


@pytest.mark.django_db(transaction=True)
def test_what_goes_through_redis_tells_neither_that_there_is_one_nor_which(office, officer):
    server = live.server(settings.REDIS_URL)
    live.publisher.publish(["before"])  # keys of rows come again, and with them the names of topics
    last = server.xinfo_stream(live.STREAM)["last-generated-id"]
    keys = told_over_redis(server, f"({last}")
    case = accused(office, officer)
    fresh = told_over_redis(server, f"({last}") - keys - {live.EVERYTHING}
    assert {topic for topic in fresh if not OPAQUE.fullmatch(topic)} <= {f"tray:{officer.pk}"}
    assert fresh >= set(case.topics())


def test_ordinary_numbers_have_no_gap_where_it_was_registered(office, officer):
    first = new_number()
    accused(office, officer)
    assert int(new_number()[-6:]) == int(first[-6:]) + 1

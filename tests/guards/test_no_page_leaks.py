"""Every address of the whole site, asked by people of another unit: none shows a word of a matter that is not theirs.

New pages are covered without being named here, because the addresses come from the resolver.
"""

import pytest
from django.db.models import Q
from django.urls import NoReverseMatch, reverse

from cases import services as cases
from cases.models import FileQuerySet
from intake import services as intake
from mediation import services as mediation
from people.models import Seat, Unit, Window
from people.roles import Role
from tests.factories import AreaFactory, CaseFactory, PersonFactory, SeatFactory, UnitFactory, UserFactory
from tests.guards.test_house_rules import url_patterns
from tests.pdfs import pdf_text

MARKS = ("拖欠一天半保洁工资", "穆青山", "19900007788", "K7WQ2M9XRT")
"""The title, the party, the telephone and the query code of what is not theirs."""
SIGHTS = [Role.CLERK, Role.MEDIATOR, Role.COURT, Role.HANDLER, Role.DIRECTOR, Role.DISCIPLINE, Role.SYSADMIN]


@pytest.fixture
def matter():
    """One matter of the centre with a mediation, a request, a contact and the visit it came from; all its keys."""
    centre, committee = Unit.objects.get(code="centre"), Unit.objects.get(code="committee")
    clerk = UserFactory(post=(Role.CLERK, centre))
    mediator = UserFactory(post=(Role.MEDIATOR, committee))
    SeatFactory(window=Window.objects.first(), user=clerk)
    person = PersonFactory(name=MARKS[1], phone=MARKS[2])
    ticket = intake.register(by=clerk, unit=centre, name=MARKS[1], phone=MARKS[2], id_type="none")
    intake.print_ticket(ticket, by=clerk)
    case = CaseFactory(unit=committee, title=MARKS[0], applicant=person, query_code=MARKS[3])
    work = mediation.accept(case.latest_round(), by=mediator)
    request = cases.ask(
        case.latest_round(), by=mediator, kind="help", from_unit=committee, to_unit=centre, text=MARKS[0]
    )
    UserFactory(post=(Role.DIRECTOR, centre))
    asked = cases.ask_restriction(case, by=mediator, kind="violence", reason=MARKS[0])
    rows = (ticket, case, work, request, case.latest_round(), case.parties.get(), asked)
    return {row.pk for row in rows}


def stranger(role):
    user = UserFactory(post=(role, UnitFactory(area=AreaFactory())))
    assert not Seat.objects.today().filter(user=user).exists()
    return user


def addresses(keys):
    for name, _entry, _route in url_patterns():
        if name == "people:logout":
            continue
        for args in ([], *([key] for key in keys)):
            try:
                yield reverse(name, args=args)
            except NoReverseMatch:
                continue


def shown_by(answer) -> str:
    """What somebody reads who opens it. Bytes of other files are searched as they are."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return pdf_text(content) if content.startswith(b"%PDF-") else content.decode(errors="replace")


@pytest.mark.parametrize("role", SIGHTS)
def test_no_address_shows_what_belongs_to_another_unit(client, matter, role):
    client.force_login(stranger(role))
    asked = 0
    for address in addresses(matter):
        answer = client.get(address)
        content = shown_by(answer)
        shown = [mark for mark in MARKS if mark in content]
        assert not shown, f"{address} shows {shown}"
        assert answer.status_code != 500, address
        asked += 1
    assert asked > 100


def test_those_whose_matter_it_is_do_see_it(client, matter):
    """Otherwise the test above would pass on a site that shows nothing to anybody."""
    client.force_login(UserFactory(post=(Role.MEDIATOR, Unit.objects.get(code="committee"))))
    pages = [shown_by(client.get(address)) for address in addresses(matter)]
    assert sum(MARKS[0] in page for page in pages) > 5


def test_the_guard_bites_when_a_list_forgets_its_scope(client, matter, monkeypatch):
    monkeypatch.setattr(FileQuerySet, "in_scope", lambda rows, scope: Q())
    client.force_login(stranger(Role.HANDLER))
    assert MARKS[0] in client.get(reverse("cases:list")).content.decode()

"""A number for whoever comes in: by the people of the hall, once each, and nothing left of one that failed."""

import pytest
from django.urls import reverse

from intake import services
from intake.models import Ticket
from intake.states import Care, Rank, State
from kernel.models import HistoryEntry
from kernel.moves import MoveRefused
from people.identity import id_check_digit
from people.models import Person
from people.roles import Restriction
from tests.factories import CaseFactory, PersonFactory
from tests.intake.factories import issued, serving

WANG = {
    "name": "王冬梅",
    "id_type": "resident",
    "id_number": "430421190603080024",
    "phone": "13857000024",
}


def test_a_visitor_gets_a_number_a_code_and_a_trace(clerk, centre):
    ticket = issued(clerk, **WANG, head_count=1)
    assert (str(ticket), ticket.state, ticket.unit) == ("A001", State.ISSUED, centre)
    assert len(ticket.query_code) == 10
    assert ticket.visitor.id_number.plain == WANG["id_number"]
    assert [entry.verb for entry in ticket.history.all()] == ["register"]
    assert not ticket.spans.exists()


def test_numbers_count_up_and_begin_again_the_next_day(clerk, time_machine):
    time_machine.move_to("2026-03-10T09:00+08:00")
    clerk.seats.update(day="2026-03-10")
    assert [str(issued(clerk)) for _ in range(3)] == ["A001", "A002", "A003"]
    time_machine.move_to("2026-03-11T00:01+08:00")
    clerk.seats.update(day="2026-03-11")
    ticket = issued(clerk)
    assert (str(ticket), str(ticket.day)) == ("A001", "2026-03-11")


def test_whoever_has_neither_telephone_nor_papers_gets_four_digits(clerk):
    assert issued(clerk, name="无证人", id_type="none").pin.plain.isdigit()
    assert len(issued(clerk).pin.plain) == 4
    assert not issued(clerk, **WANG).pin


def test_special_care_goes_into_the_first_class(clerk):
    assert issued(clerk, care=Care.ELDERLY).rank == Rank.CARE
    assert issued(clerk).rank == Rank.ORDINARY


def test_a_guide_registers_without_a_seat(guide, centre):
    assert issued(guide, centre).number == 1


@pytest.mark.parametrize("who", ["stranger", "outsider"])
def test_without_a_seat_in_this_hall_nobody_registers(who, centre, request):
    with pytest.raises(MoveRefused):
        issued(request.getfixturevalue(who), centre)
    assert not Ticket.objects.exists()


def test_a_failure_half_way_leaves_nothing_and_no_gap(clerk, monkeypatch):
    entries = HistoryEntry.objects.count()
    with monkeypatch.context() as patch:
        patch.setattr("kernel.history.digest", lambda entry: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            issued(clerk, **WANG)
    assert not Ticket.objects.exists()
    assert not Person.objects.filter(name=WANG["name"]).exists()
    assert HistoryEntry.objects.count() == entries
    assert issued(clerk).number == 1


def test_the_page_registers_and_leads_to_the_ticket(client, clerk):
    client.force_login(clerk)
    assert client.get(reverse("intake:register")).status_code == 200
    answer = client.post(reverse("intake:register"), WANG | {"head_count": 2, "care": "elderly"})
    ticket = Ticket.objects.get()
    assert answer.url == reverse("intake:ticket", args=[ticket.pk])
    assert (ticket.head_count, ticket.care, ticket.visitor.name) == (2, "elderly", "王冬梅")


def test_what_was_typed_survives_an_error(client, clerk):
    client.force_login(clerk)
    wrong = WANG | {"id_number": "430421190603080025", "head_count": 1, "language": "湖南话"}
    answer = client.post(reverse("intake:register"), wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "校验位不对" in page
    assert all(value in page for value in ("430421190603080025", "王冬梅", "湖南话"))
    assert not Ticket.objects.exists()


def test_an_empty_form_gives_a_bare_number(client, clerk):
    client.force_login(clerk)
    client.post(reverse("intake:register"), {"id_type": "resident", "head_count": 1})
    assert Ticket.objects.get().visitor is None


def test_a_telephone_without_a_name_is_asked_for_the_name(client, clerk):
    client.force_login(clerk)
    answer = client.post(
        reverse("intake:register"), {"id_type": "resident", "head_count": 1, "phone": "13857000024"}
    )
    assert answer.status_code == 422
    assert "请填写姓名" in answer.content.decode()


CARD = {"id_type": "resident", "id_number": WANG["id_number"].lower(), "head_count": 1}


def test_a_known_paper_needs_no_name(client, clerk):
    known = PersonFactory(name="王冬梅", id_number=WANG["id_number"], phone="")
    CaseFactory(applicant=known)
    client.force_login(clerk)
    client.post(reverse("intake:register"), CARD)
    assert Ticket.objects.get().visitor == known


def test_whoever_is_known_from_an_isolated_matter_alone_is_new_at_the_counter(client, clerk):
    hidden = PersonFactory(name="王冬梅", id_number=WANG["id_number"], phone="")
    CaseFactory(applicant=hidden, restriction=Restriction.ACCUSATION)
    client.force_login(clerk)
    assert "已登记过" not in looked_up(client)
    answer = client.post(reverse("intake:register"), CARD)
    assert answer.status_code == 422
    assert "王冬梅" not in answer.content.decode()
    client.post(reverse("intake:register"), CARD | {"name": "王冬梅"})
    assert Ticket.objects.get().visitor != hidden


def test_the_page_is_closed_to_whoever_has_no_seat(client, stranger):
    client.force_login(stranger)
    assert client.get(reverse("intake:register")).status_code == 403


def looked_up(client, number=WANG["id_number"]):
    answer = client.post(reverse("intake:look_up"), {"id_type": "resident", "id_number": number})
    return answer.content.decode()


def test_earlier_matters_show_at_once_masked_and_leave_a_trace(client, clerk, centre):
    person = PersonFactory(name="王冬梅", id_number=WANG["id_number"], phone=WANG["phone"])
    mine = CaseFactory(unit=centre, applicant=person, title="楼上漏水赔偿")
    client.force_login(clerk)
    page = looked_up(client)
    assert mine.number in page
    assert "楼上漏水赔偿" in page
    assert "王冬梅" not in page
    assert WANG["phone"] not in page
    assert "138****0024" in page
    assert person.history.get(verb="view").by == clerk


def test_earlier_matters_of_others_and_isolated_ones_stay_hidden(client, clerk, centre):
    person = PersonFactory(name="王冬梅", id_number=WANG["id_number"])
    hidden = [
        CaseFactory(applicant=person),
        CaseFactory(unit=centre, applicant=person, restriction="violence"),
        CaseFactory(unit=centre, applicant=person, restriction="accusation"),
    ]
    client.force_login(clerk)
    page = looked_up(client)
    assert not any(case.number in page for case in hidden)
    assert "没有您可以查看的以往事项" in page


def test_a_wrong_paper_is_named_and_an_unknown_one_is_new(client, clerk):
    client.force_login(clerk)
    assert "校验位不对" in looked_up(client, "430421190603080025")
    assert "以前没有来过" in looked_up(client)


def test_nobody_without_a_seat_looks_people_up(client, stranger):
    client.force_login(stranger)
    answer = client.post(reverse("intake:look_up"), {"id_type": "resident", "id_number": WANG["id_number"]})
    assert answer.status_code == 403


def test_a_wrong_person_is_put_right_until_a_matter_is_registered(client, clerk):
    ticket = issued(clerk, name="李错人", id_type="none")
    client.force_login(clerk)
    client.post(reverse("intake:identify", args=[ticket.pk]), WANG | {"head_count": 1})
    ticket.refresh_from_db()
    assert (ticket.visitor.name, bool(ticket.pin)) == ("王冬梅", False)
    assert ticket.history.get(verb="identify").details["person"][1] == ticket.visitor_id

    CaseFactory(query_code=ticket.query_code)
    with pytest.raises(MoveRefused, match="已登记事项"):
        services.identify(ticket, by=clerk, **WANG)


# --- Known by name and telephone --------------------------------------------------------------------------------------

NO_PAPER = {"id_type": "none", "id_number": "", "name": "王冬梅", "phone": "138 5700 0024", "head_count": 1}


def likely(client, **changes) -> str:
    return client.post(reverse("intake:look_up"), NO_PAPER | changes).content.decode()


def test_who_shows_no_papers_is_offered_by_name_and_telephone_together(client, clerk, centre):
    known = PersonFactory(name="王冬梅", phone="13857000024")
    case = CaseFactory(applicant=known, unit=centre, title="楼上漏水赔偿")
    client.force_login(clerk)
    page = likely(client)
    assert "可能来过：王**" in page
    assert case.number in page
    assert known.history.filter(verb="view", by=clerk).exists()
    for other in ({"name": "王冬"}, {"phone": "13857000025"}, {"phone": ""}):
        assert "可能来过" not in likely(client, **other)
    client.post(reverse("intake:register"), NO_PAPER | {"known": known.pk})
    assert Ticket.objects.get().visitor == known


def test_of_an_isolated_matter_alone_nobody_is_offered(client, clerk):
    hidden = PersonFactory(name="王冬梅", phone="13857000024")
    CaseFactory(applicant=hidden, restriction=Restriction.ACCUSATION)
    client.force_login(clerk)
    assert "可能来过" not in likely(client)


def test_only_who_would_be_offered_can_be_chosen(client, clerk, centre):
    other = PersonFactory(name="李小明", phone="13857000025")
    CaseFactory(applicant=other, unit=centre)
    client.force_login(clerk)
    client.post(reverse("intake:register"), NO_PAPER | {"known": other.pk})
    assert Ticket.objects.get().visitor not in {other, None}


# --- A known paper and another name -----------------------------------------------------------------------------------


@pytest.fixture
def mistaken(client, clerk):
    """What is typed with the paper of somebody whose name is another."""
    CaseFactory(applicant=PersonFactory(name="范素芬", id_number=WANG["id_number"], phone=""))
    client.force_login(clerk)
    return WANG | {"head_count": 1, "language": "湖南话"}


def test_another_name_than_that_of_the_paper_is_asked_about_once(client, mistaken):
    answer = client.post(reverse("intake:register"), mistaken)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "证件号已登记为 范**，您填写的是 王冬梅" in page
    assert "范素芬" not in page
    assert "湖南话" in page
    assert not Ticket.objects.exists()


def test_the_name_stays_as_registered(client, mistaken):
    client.post(reverse("intake:register"), mistaken | {"other_name": "registered"})
    assert Ticket.objects.get().visitor.name == "范素芬"


def test_the_name_is_put_right_with_a_trace(client, clerk, mistaken):
    client.post(reverse("intake:register"), mistaken | {"other_name": "typed"})
    visitor = Ticket.objects.get().visitor
    assert (visitor.name, visitor.initials) == ("王冬梅", "wdm")
    assert visitor.history.get(verb="correct_person").by == clerk
    assert Person.objects.filter(name="范素芬").count() == 0


def test_a_wrong_paper_is_asked_for_again(client, mistaken):
    answer = client.post(reverse("intake:register"), mistaken | {"other_name": "wrong_paper"})
    assert answer.status_code == 422
    assert "请核对证件号码，重新填写" in answer.content.decode()
    assert not Ticket.objects.exists()


# --- Minors -----------------------------------------------------------------------------------------------------------


def test_a_minor_is_pointed_out_and_led_to_the_guardian(client, clerk):
    number = "330802" + "20150308" + "002"
    number += id_check_digit(number)
    client.force_login(clerk)
    assert "来访人是未成年人" in looked_up(client, number)
    assert "未成年人" not in looked_up(client)
    ticket = serving(clerk, name="张小宝", id_type="resident", id_number=number, phone="")
    guardian = reverse("persons:add_guardian", args=[ticket.visitor_id])
    for page in ("intake:triage", "intake:detail"):
        assert guardian in client.get(reverse(page, args=[ticket.pk])).content.decode()
    assert guardian in client.get(reverse("intake:window")).content.decode()

"""The same matter again: the visit joins it. A group has five who speak for it. What stood on paper comes in later."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from cases.models import Case
from cases.services import ask_restriction, grant_restricting, reopen
from cases.states import State as CaseState
from intake import services
from intake.models import Representative, Ticket
from intake.states import SpanKind, State
from kernel.models import Notification
from kernel.moves import MoveRefused
from people.roles import Role
from tests.factories import CaseFactory, PersonFactory, UnitFactory, UserFactory
from tests.intake.factories import issued, matter, seated, serving

CARD = "430421190603080024"
FORM = {"id_type": "resident", "id_number": CARD, "name": "王冬梅", "phone": "13857000024", "head_count": 37}


@pytest.fixture
def earlier(centre):
    """A matter of the visitor at another desk, which the centre sees."""
    person = PersonFactory(name="王冬梅", id_number=CARD)
    return CaseFactory(unit=centre, applicant=person, title="楼上漏水赔偿")


def of_known(clerk):
    return serving(clerk, name="王冬梅", id_number=CARD)


def test_a_visit_joins_the_earlier_matter_and_opens_no_twin(client, clerk, earlier, centre):
    keeper = UserFactory(post=(Role.CLERK, centre))
    ticket = of_known(clerk)
    client.force_login(clerk)
    address = reverse("intake:join", args=[ticket.pk])
    assert earlier.number in client.get(address).content.decode()
    answer = client.post(address, {"case": earlier.pk, "said": "又漏了，问什么时候修"})
    assert answer.url == reverse("intake:window")
    assert Case.objects.count() == 1
    assert list(services.matters_of(ticket)) == [earlier]
    assert earlier.history.get(verb="join_visit").note == "又漏了，问什么时候修"
    assert Notification.objects.filter(to=keeper).exists()
    services.finish(ticket, by=clerk)
    assert ticket.state == State.SERVED


@pytest.mark.parametrize("role", [Role.CLERK, Role.MEDIATOR, Role.COURT])
def test_whoever_of_the_three_sits_at_the_window_reopens_what_happened_again(client, window, role):
    receiver = seated(window, role, unit=window.unit if role == Role.CLERK else UnitFactory())
    person = PersonFactory(name="王冬梅", id_number=CARD)
    earlier = CaseFactory(unit=window.unit, applicant=person, state=CaseState.CLOSED)
    ticket = of_known(receiver)
    client.force_login(receiver)
    again = {"case": earlier.pk, "said": "又漏了", "again": "on"}
    assert client.post(reverse("intake:join", args=[ticket.pk]), again).status_code == 302
    assert earlier.latest_round().number == 2


def test_a_mediator_without_a_seat_reopens_nothing(client, window):
    earlier = CaseFactory(unit=window.unit, state=CaseState.CLOSED)
    mediator = UserFactory(post=(Role.MEDIATOR, UnitFactory()))
    with pytest.raises(MoveRefused):
        reopen(earlier, by=mediator, unit=window.unit, reason="又漏了")


def test_a_matter_is_joined_once_and_only_by_its_own_people(client, clerk, earlier):
    ticket = of_known(clerk)
    services.join(ticket, by=clerk, case=earlier, said="催问")
    with pytest.raises(MoveRefused, match="已经是"):
        services.join(ticket, by=clerk, case=earlier, said="催问")
    other = CaseFactory(unit=ticket.unit)
    client.force_login(clerk)
    answer = client.post(reverse("intake:join", args=[ticket.pk]), {"case": other.pk, "said": "催问"})
    assert answer.status_code == 422


def found_by(client, code, tail) -> str:
    return client.post(reverse("public:query"), {"code": code, "tail": tail}).content.decode()


def test_the_code_of_the_visit_finds_the_matter_that_it_joined(client, clerk, earlier):
    ticket = of_known(clerk)
    assert earlier.number not in found_by(client, ticket.query_code, CARD[-4:])
    services.join(ticket, by=clerk, case=earlier, said="催问")
    fresh = services.triage(ticket, by=clerk, to_unit=ticket.unit, **matter())
    page = found_by(client, ticket.query_code, CARD[-4:])
    assert earlier.number in page
    assert fresh.number in page
    assert fresh.number not in found_by(client, earlier.query_code, CARD[-4:])
    assert earlier.number not in found_by(client, ticket.query_code, "0000")


def test_the_four_digits_of_the_ticket_find_the_matter_that_it_joined(client, clerk, centre):
    person = PersonFactory(name="王冬梅", id_type="none", id_number="", phone="")
    case = CaseFactory(unit=centre, applicant=person)
    ticket = serving(clerk)
    Ticket.objects.filter(pk=ticket.pk).update(visitor=person)
    ticket.refresh_from_db()
    ticket.pin = "8206"
    ticket.save(update_fields=["pin"])
    services.join(ticket, by=clerk, case=case, said="催问")
    assert case.number in found_by(client, ticket.query_code, "8206")
    assert case.number not in found_by(client, ticket.query_code, "8207")


def test_one_visit_has_several_matters_new_and_joined(clerk, earlier):
    ticket = of_known(clerk)
    services.join(ticket, by=clerk, case=earlier, said="催问")
    fresh = [services.triage(ticket, by=clerk, to_unit=ticket.unit, **matter()) for _n in range(2)]
    assert set(services.matters_of(ticket)) == {earlier, *fresh}


def test_a_matter_forgotten_at_the_window_is_registered_after_the_good_bye(clerk):
    ticket = serving(clerk)
    services.finish(ticket, by=clerk, note="已答复")
    assert services.triage(ticket, by=clerk, to_unit=ticket.unit, **matter())


# --- Groups -----------------------------------------------------------------------------------------------------------

NAMES = ["王冬梅 13857000024", "李小明", "张大力 13857000025", "赵铁柱", "古丽·买买提"]


def test_a_group_of_37_has_five_who_speak_for_it(client, clerk):
    client.force_login(clerk)
    client.post(reverse("intake:register"), FORM | {"representatives": "\n".join(NAMES)})
    ticket = Ticket.objects.get()
    assert ticket.head_count == 37
    assert [one.name for one in ticket.representatives.all()] == [line.split()[0] for line in NAMES]
    assert ticket.representatives.first().phone.plain == "13857000024"


def test_a_sixth_is_refused_with_the_article_and_nothing_is_lost(client, clerk):
    client.force_login(clerk)
    answer = client.post(
        reverse("intake:register"), FORM | {"representatives": "\n".join([*NAMES, "第六人"])}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "不得超过 5 人（信访工作条例第二十条）" in page
    assert "第六人" in page
    assert not Ticket.objects.exists()


def test_the_database_keeps_a_sixth_out(clerk):
    ticket = issued(clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Representative.objects.create(ticket=ticket, place=6, name="第六人")
    with pytest.raises(MoveRefused, match="不得超过 5 人"):
        issued(clerk, representatives=[{"name": f"{n}"} for n in range(6)])


def test_representatives_are_masked_and_put_right_with_the_visitor(client, clerk):
    ticket = issued(clerk, name="王冬梅", id_type="none", head_count=9, representatives=[{"name": "李小明"}])
    client.force_login(clerk)
    page = client.get(reverse("intake:detail", args=[ticket.pk])).content.decode()
    assert "李**" in page or "李*" in page
    assert "李小明" not in page
    client.post(
        reverse("intake:identify", args=[ticket.pk]), FORM | {"representatives": "赵铁柱 13857000025"}
    )
    assert [one.name for one in ticket.representatives.all()] == ["赵铁柱"]


# --- From paper -------------------------------------------------------------------------------------------------------


def test_a_visit_on_paper_comes_in_with_its_true_times_and_is_marked(client, clerk, time_machine):
    time_machine.move_to("2026-03-10T16:00+08:00", tick=False)
    clerk.seats.update(day="2026-03-10")
    client.force_login(clerk)
    times = {"day": "2026-03-10", "came_at": "09:10", "received_at": "09:30", "ended_at": "10:05"}
    paper = FORM | times | {"head_count": 1, "note": "停电，按纸质登记补录"}
    client.post(reverse("intake:enter_afterwards"), paper)
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.entered_afterwards) == (State.SERVED, True)
    assert [(s.kind, s.seconds) for s in ticket.spans.all()] == [
        (SpanKind.WAITING, 1200),
        (SpanKind.SERVED, 2100),
    ]
    entry = ticket.history.get()
    assert (entry.verb, entry.at.isoformat()) == ("enter_afterwards", "2026-03-10T02:05:00+00:00")
    assert "补录" in client.get(reverse("intake:detail", args=[ticket.pk])).content.decode()
    assert services.triage(ticket, by=clerk, to_unit=ticket.unit, **matter())


@pytest.mark.parametrize("wrong", [{"came_at": "09:40"}, {"ended_at": "23:59"}])
def test_times_that_cannot_be_are_refused(wrong, client, clerk, time_machine):
    time_machine.move_to("2026-03-10T16:00+08:00", tick=False)
    clerk.seats.update(day="2026-03-10")
    client.force_login(clerk)
    times = {"day": "2026-03-10", "came_at": "09:10", "received_at": "09:30", "ended_at": "10:05"}
    answer = client.post(reverse("intake:enter_afterwards"), FORM | times | wrong | {"note": "补录"})
    assert answer.status_code == 422
    assert "依次先后" in answer.content.decode()


def test_only_who_sits_at_a_window_enters_from_paper(client, guide):
    client.force_login(guide)
    assert client.get(reverse("intake:enter_afterwards")).status_code == 403


def test_what_was_said_of_a_matter_that_was_hidden_since_stands_on_the_visit_no_more(client, clerk, earlier):
    ticket = of_known(clerk)
    services.join(ticket, by=clerk, case=earlier, said="他又打人了")
    client.force_login(clerk)
    address = reverse("intake:detail", args=[ticket.pk])
    assert "他又打人了" in client.get(address).content.decode()
    director = UserFactory(post=(Role.DIRECTOR, earlier.unit))
    UserFactory(post=(Role.MEDIATOR, earlier.unit))  # somebody has to handle it then
    asked = ask_restriction(earlier, by=clerk, kind="violence", reason="家暴")
    grant_restricting(asked, by=director)
    assert "他又打人了" not in client.get(address).content.decode()
    client.force_login(director)
    assert "他又打人了" in client.get(address).content.decode()


def test_those_who_speak_for_a_group_become_parties_of_each_of_its_matters(client, clerk):
    spoken = [{"name": "王冬梅"}, {"name": "李小明", "phone": "13857000031"}, {"name": "张大力"}]
    ticket = serving(clerk, head_count=37, representatives=spoken)
    client.force_login(clerk)
    page = client.get(reverse("intake:triage", args=[ticket.pk])).content.decode()
    assert 'name="people_count" value="37"' in page
    cases = [services.triage(ticket, by=clerk, to_unit=ticket.unit, **matter()) for _n in range(2)]
    for case in cases:
        parties = {party.name: party for party in case.parties.filter(side="applicant")}
        assert set(parties) == {"王冬梅", "李小明", "张大力"}
        assert all(party.is_representative for party in parties.values())
        assert parties["李小明"].person.phone.plain == "13857000031"
    first, second = ({party.person_id for party in case.parties.all()} for case in cases)
    assert first == second


def test_a_visitor_alone_is_the_only_applicant(clerk):
    ticket = serving(clerk)
    case = services.triage(ticket, by=clerk, to_unit=ticket.unit, **matter())
    assert [(party.name, party.is_representative) for party in case.parties.all()] == [("王冬梅", False)]

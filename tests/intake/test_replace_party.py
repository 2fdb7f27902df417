"""A party who is somebody else than was registered: the husband's card was read for his wife."""

import pytest
from django.urls import reverse

from cases import services as cases
from cases.models import Case
from cases.progress import matters_of
from cases.states import Route, Side
from intake import services
from intake.papers import visit_of
from kernel.models import HistoryEntry
from people.models import Person, Unit
from people.roles import Restriction, Role
from tests.factories import AreaFactory, CaseFactory, PersonFactory, UnitFactory, UserFactory
from tests.intake.factories import matter, outlet, serving
from tests.people.factories import id_number
from tests.raw import tables_with

HIS, HERS = id_number(13), id_number(24)
FORM = {
    "id_type": "resident",
    "id_number": HERS,
    "name": "王冬梅",
    "phone": "13857000024",
    "reason": "刷了丈夫的身份证",
}


@pytest.fixture
def visit(clerk):
    return serving(clerk, name="李大山", id_number=HIS, phone="13857000099")


@pytest.fixture
def case(clerk, visit):
    return services.triage(visit, by=clerk, to_unit=visit.unit, **matter())


def address(case):
    return reverse("intake:replace_party", args=[case.parties.get(side=Side.APPLICANT).pk])


def test_the_wife_takes_the_place_of_the_husband_and_neither_record_is_falsified(client, clerk, visit, case):
    client.force_login(clerk)
    page = reverse("cases:detail", args=[case.pk])
    assert address(case) in client.get(page).content.decode()
    assert client.get(address(case)).status_code == 200
    answer = client.post(address(case), FORM)
    assert answer.url == page + "#parties"
    husband, wife = Person.objects.with_paper(HIS).get(), Person.objects.with_paper(HERS).get()
    assert husband.name == "李大山"
    party = case.parties.get()
    assert (party.person, party.name) == (wife, "王冬梅")
    assert case.history.get(verb="replace_party").note == "刷了丈夫的身份证"
    assert Case.objects.matching("王冬梅").get() == case
    assert not Case.objects.matching("李大山").exists()
    assert "更正当事人" in client.get(page).content.decode()


def test_the_visit_follows_where_it_was_the_same_person(client, clerk, visit, case):
    client.force_login(clerk)
    client.post(address(case), FORM)
    visit.refresh_from_db()
    assert visit.visitor.name == "王冬梅"
    assert visit.history.filter(verb="replace_party").exists()


def test_the_visit_of_another_stays(client, clerk, visit, case):
    visit.visitor = PersonFactory(name="代办人")
    visit.save()
    client.force_login(clerk)
    client.post(address(case), FORM)
    visit.refresh_from_db()
    assert visit.visitor.name == "代办人"
    assert not visit.history.filter(verb="replace_party").exists()


def test_both_histories_say_it_without_a_name_or_a_reason(client, clerk, case):
    client.force_login(clerk)
    client.post(address(case), FORM)
    for number in (HIS, HERS):
        entry = Person.objects.with_paper(number).get().history.get(verb="replace_party")
        assert (entry.note, entry.by) == ("", clerk)


def test_who_has_no_telephone_and_no_paper_is_told_four_digits(client, clerk, case):
    client.force_login(clerk)
    nothing = FORM | {"id_number": "", "phone": ""}
    page = client.post(address(case), nothing, follow=True).content.decode()
    pin = page.split("查询密码 ")[1][:4]
    assert matters_of(case.query_code, pin) == [case]


def test_once_somebody_signed_nobody_takes_their_place(client, clerk, case):
    client.force_login(clerk)
    services.read_back(visit_of(case, clerk), by=clerk, party=case.parties.get(), signed="name")
    assert client.post(address(case), FORM).status_code == 409
    assert case.parties.get().name == "李大山"
    assert not Person.objects.with_paper(HERS).exists()


def test_nobody_stands_in_a_matter_twice(client, clerk, case):
    cases.register_party(
        case, by=clerk, side=Side.RESPONDENT, id_type="resident", name="王冬梅", id_number=HERS
    )
    client.force_login(clerk)
    answer = client.post(address(case), FORM)
    assert answer.status_code == 409
    assert "已经是本事项的当事人" in answer.content.decode()


def test_of_a_restricted_matter_only_the_file_tells(client, centre):
    director = UserFactory(post=(Role.DIRECTOR, centre))
    husband = PersonFactory(name="李大山", id_number=HIS)
    case = CaseFactory(unit=centre, applicant=husband)
    cases.restrict(case, Restriction.VIOLENCE, by=director, note="家暴")
    client.force_login(director)
    assert client.post(address(case), FORM).status_code == 302
    assert case.parties.get().name == "王冬梅"
    told = HistoryEntry.objects.filter(verb="replace_party")
    assert {entry.dossier_id for entry in told} == {case.dossier_id}
    assert tables_with("王冬梅") == []


def test_another_unit_replaces_nobody(client, case):
    client.force_login(UserFactory(post=(Role.CLERK, UnitFactory(area=AreaFactory()))))
    assert client.post(address(case), FORM).status_code == 404


def test_whoever_may_only_look_replaces_nobody(client, clerk, visit):
    committee = UnitFactory(kind=Unit.Kind.COMMITTEE)
    case = services.triage(visit, by=clerk, to_unit=committee, **matter(outlet=outlet(Route.MEDIATION)))
    leader = UserFactory(post=(Role.LEADER, committee))
    client.force_login(leader)
    assert client.get(address(case)).status_code == 409
    assert address(case) not in client.get(reverse("cases:detail", args=[case.pk])).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"name": "", "id_number": ""}, {"id_number": "33080319850101"}, {"reason": ""}]
)
def test_what_is_missing_is_said_and_nothing_is_lost(client, clerk, case, wrong):
    client.force_login(clerk)
    answer = client.post(address(case), FORM | wrong)
    assert answer.status_code == 422
    assert "13857000024" in answer.content.decode()

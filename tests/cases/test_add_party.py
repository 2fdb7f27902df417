import pytest
from django.urls import reverse

from cases.services import add_party, register_party
from kernel.moves import MoveRefused
from people.identity import id_check_digit
from people.models import Person
from tests.cases.fixtures import verbs
from tests.factories import PersonFactory


def test_a_party_is_found_by_name_and_initials(case, clerk):
    register_party(case, by=clerk, side="respondent", id_type="resident", name="周启航")
    case.refresh_from_db()
    assert case.names == "王冬梅、周启航"
    assert "zq" in case.terms
    assert verbs(case)[-1] == "add_party"


def test_a_known_person_is_not_registered_twice(case, clerk, applicant):
    known = PersonFactory(name="周启航", id_number="33080319850101001" + id_check_digit("33080319850101001"))
    people = Person.objects.count()
    with pytest.raises(MoveRefused):
        add_party(case, by=clerk, side="third", name=applicant.name, person=applicant)
    register_party(
        case, by=clerk, side="third", id_type="resident", name="周启航", id_number=known.id_number.plain
    )
    assert Person.objects.count() == people


def test_a_firm_is_named_in_full(case, clerk):
    party = register_party(case, by=clerk, side="respondent", id_type="body", name="衢州市禾泽保洁有限公司")
    assert party.masked == "衢州市禾泽保洁有限公司"


def test_a_stranger_adds_nobody(case, stranger):
    with pytest.raises(MoveRefused):
        register_party(case, by=stranger, side="third", id_type="resident", name="周启航")
    assert case.parties.count() == 1


def test_the_page_adds_a_party(client, case, clerk):
    client.force_login(clerk)
    url = reverse("cases:add_party", args=[case.pk])
    assert client.get(url).status_code == 200
    data = {"side": "respondent", "id_type": "resident", "name": "周启航", "phone": "138 0000 9999"}
    assert client.post(url, data).status_code == 302
    assert case.parties.get(name="周启航").person.phone.plain == "13800009999"


def test_a_wrong_number_is_named_and_nothing_typed_is_lost(client, case, clerk):
    client.force_login(clerk)
    data = {"side": "respondent", "id_type": "resident", "name": "周启航", "id_number": "123", "phone": "12"}
    answer = client.post(reverse("cases:add_party", args=[case.pk]), data)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "身份证号码应为 18 位" in page
    assert "电话号码格式不对" in page
    assert "周启航" in page


def test_without_a_kind_of_paper_the_form_asks_for_it(client, case, clerk):
    client.force_login(clerk)
    typed = {"side": "third", "name": "周启航", "id_number": "330803"}
    answer = client.post(reverse("cases:add_party", args=[case.pk]), typed)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"id_type", "id_number"}


FIRM = {"side": "respondent", "id_type": "body", "name": "衢州市禾泽保洁有限公司"}
FITTING, DOUBTFUL, OLD = "91330803MA28F00001", "91330803MA28F0000X", "330803000012345"


def test_a_code_that_does_not_fit_is_asked_about_once_and_kept_as_printed(client, case, clerk):
    client.force_login(clerk)
    url = reverse("cases:add_party", args=[case.pk])
    assert 'type="checkbox"' not in client.get(url).content.decode()
    answer = client.post(url, FIRM | {"id_number": DOUBTFUL})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "校验码不符" in page
    assert 'type="checkbox" name="as_printed"' in page
    page = client.post(url, FIRM | {"id_number": DOUBTFUL, "as_printed": "on"}, follow=True).content.decode()
    assert case.parties.get(side="respondent").organisation.uscc == DOUBTFUL
    assert page.count("校验码不符") == 2  # said after saving, and beside the party


def test_an_old_number_is_kept_with_a_word_beside_it(client, case, clerk):
    client.force_login(clerk)
    url = reverse("cases:add_party", args=[case.pk])
    page = client.post(url, FIRM | {"id_number": OLD}, follow=True).content.decode()
    assert page.count("这是 15 位的旧工商注册号") == 2


def test_a_code_that_fits_is_kept_in_silence(client, case, clerk):
    client.force_login(clerk)
    url = reverse("cases:add_party", args=[case.pk])
    page = client.post(url, FIRM | {"id_number": FITTING}, follow=True).content.decode()
    assert FITTING in page
    assert "校验码" not in page

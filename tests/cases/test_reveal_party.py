import pytest
from django.urls import reverse

from cases.services import reveal_party
from kernel.moves import MoveRefused
from people.roles import Role
from tests.cases.fixtures import verbs
from tests.factories import UserFactory

PHONE = "13800001234"


@pytest.fixture
def party(case):
    return case.parties.get()


def url(party):
    return reverse("cases:reveal_party", args=[party.pk])


def test_an_open_case_of_ones_own_is_the_reason_and_both_files_keep_the_look(party, handler, applicant):
    reveal_party(party, by=handler)
    assert verbs(party.case)[-1] == "reveal"
    assert verbs(applicant)[-1] == "reveal"


def test_outside_it_a_reason_is_asked_for(party, clerk):
    with pytest.raises(MoveRefused, match="查看事由"):
        reveal_party(party, by=clerk)
    reveal_party(party, by=clerk, reason="当事人来电核对号码")
    assert party.case.dossier.entries.last().note == "当事人来电核对号码"


def test_a_closed_case_is_no_reason_any_more(closed, handler):
    with pytest.raises(MoveRefused):
        reveal_party(closed.parties.get(), by=handler)


def test_pages_are_masked_until_somebody_asks(client, party, handler):
    client.force_login(handler)
    page = client.get(reverse("cases:detail", args=[party.case_id])).content.decode()
    assert "王**" in page
    assert PHONE not in page
    assert "王冬梅" not in page


def test_the_button_swaps_in_the_row_and_nothing_may_be_kept(client, party, handler):
    client.force_login(handler)
    answer = client.post(url(party), headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith("<tr")
    assert PHONE in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


def test_without_a_reason_the_form_comes_back_and_shows_nothing(client, party, clerk):
    client.force_login(clerk)
    assert PHONE not in client.get(url(party)).content.decode()
    answer = client.post(url(party), {"reason": ""})
    assert answer.status_code == 422
    assert PHONE not in answer.content.decode()
    assert PHONE in client.post(url(party), {"reason": "核对号码"}).content.decode()


def test_a_get_never_reveals(client, party, handler):
    client.force_login(handler)
    assert PHONE not in client.get(url(party)).content.decode()
    assert "reveal" not in verbs(party.case)


def test_a_stranger_and_an_administrator_find_no_party(client, party, stranger, centre):
    for user in (stranger, UserFactory(post=(Role.SYSADMIN, centre), is_superuser=True)):
        client.force_login(user)
        assert client.post(url(party), {"reason": "看看"}).status_code == 404
    assert "reveal" not in verbs(party.case)

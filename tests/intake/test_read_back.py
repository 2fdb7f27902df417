"""宣读: what was registered is read to the visitor, who signs, sets a fingerprint, or does neither before a witness."""

import pytest
from django.urls import reverse

from cases.models import Case
from cases.services import correct
from cases.states import Side
from intake import services
from intake.papers import visit_of
from kernel.editing import seen_token
from kernel.moves import MoveRefused
from people.roles import Role
from tests.factories import UnitFactory, UserFactory
from tests.intake.test_print_paper import clerk, matter, page_text, unit, url  # noqa: F401


def send(client, case, **changes):
    party = case.parties.get(side=Side.APPLICANT)
    data = {"party": party.pk, "signed": "name", "witness": ""} | changes
    return client.post(reverse("intake:read_back", args=[case.pk]), data)


def papers_page(client, case):
    return page_text(client.get(reverse("intake:papers", args=[case.pk])))


def test_who_read_and_how_it_was_confirmed_stands_on_the_record(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    assert send(client, matter, signed="fingerprint").status_code == 302
    entry = matter.history.last()
    assert (entry.verb, entry.by, entry.details["signed"]) == ("read_back", clerk, "fingerprint")
    text = page_text(client.get(url(matter, "register-form")))
    assert f"由{clerk}向陈素芬宣读：按指印确认" in text
    assert "经本人核对无误" not in text
    assert "见证人（签名）" not in text
    assert "按指印确认" in papers_page(client, matter)


@pytest.mark.parametrize("signed", ["unable", "refused"])
def test_who_does_not_sign_needs_a_witness(client, clerk, matter, signed):  # noqa: F811
    client.force_login(clerk)
    refused = send(client, matter, signed=signed)
    assert refused.status_code == 422
    assert "请填写见证人姓名" in refused.content.decode()
    assert send(client, matter, signed=signed, witness="余国良").status_code == 302
    assert "由见证人签名，见证人余国良" in page_text(client.get(url(matter, "register-form")))
    assert "见证人（签名）" in page_text(client.get(url(matter, "register-form")))
    assert "余国良" not in str(matter.history.filter(verb="read_back").last().details)


def test_a_correction_asks_to_read_again(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    send(client, matter)
    seen = seen_token(matter, "correct", ["title"])
    correct(matter, by=clerk, seen=seen, title="物业漏水")
    assert "请重新宣读" in papers_page(client, matter)
    assert "已向来访人宣读，经本人核对无误" in page_text(client.get(url(matter, "register-form")))
    send(client, matter)
    assert "请重新宣读" not in papers_page(client, matter)


def test_nothing_is_read_to_the_other_side(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    other = matter.parties.get(side=Side.RESPONDENT)
    assert send(client, matter, party=other.pk).status_code == 422
    assert not matter.history.filter(verb="read_back").exists()


def test_only_who_received_or_handles_it_says_so(client, matter, unit):  # noqa: F811
    director = UserFactory(post=(Role.DIRECTOR, UnitFactory(area=unit.area)))
    client.force_login(director)
    assert send(client, matter).status_code == 403
    assert "登记宣读情况" not in papers_page(client, matter)
    party = matter.parties.get(side=Side.APPLICANT)
    with pytest.raises(MoveRefused):
        services.read_back(visit_of(matter), by=director, party=party, signed="name")


def test_strangers_do_not_find_it(client, matter):  # noqa: F811
    client.force_login(UserFactory(post=(Role.CLERK, UnitFactory())))
    assert send(client, matter).status_code == 404


def test_papers_print_a_title_whole_that_lists_show_cut(client, clerk, matter):  # noqa: F811
    sentence = "楼上住户装修时打穿楼板漏水，把客厅的吊顶和木地板都泡坏了，协商多次没有结果"
    Case.objects.filter(pk=matter.pk).update(title=sentence[:29] + "…", story=f"{sentence}。请求赔偿。")
    client.force_login(clerk)
    for slug in ("register-form", "notice"):
        text = page_text(client.get(url(matter, slug)))
        assert sentence in text
        assert "…" not in text

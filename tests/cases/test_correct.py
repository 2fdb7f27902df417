import pytest
from bs4 import BeautifulSoup
from django.urls import reverse

from cases.services import correct
from kernel.editing import Conflict, seen_token
from kernel.moves import MoveRefused
from tests.cases.fixtures import verbs
from tests.factories import AreaFactory, CaseFactory


def test_a_correction_keeps_old_and_new_and_is_found_by_its_new_words(case, clerk):
    seen = seen_token(case, "correct", ["title"])
    correct(case, by=clerk, seen=seen, title="楼上漏水要赔偿")
    case.refresh_from_db()
    assert case.title == "楼上漏水要赔偿"
    assert "漏水" in case.terms
    entry = case.dossier.entries.order_by("-seq").first()
    assert entry.details["changed"]["title"] == ["保洁员被辞退要工资", "楼上漏水要赔偿"]


def test_another_place_moves_the_sight_of_the_whole_file(case, clerk):
    area = AreaFactory()
    correct(case, by=clerk, seen=seen_token(case, "correct", ["area"]), area=area)
    assert case.latest_round().area_path == area.path


def test_a_stranger_does_not_correct(case, stranger):
    with pytest.raises(MoveRefused):
        correct(case, by=stranger, seen=seen_token(case, "correct", ["title"]), title="别的")
    assert verbs(case) == ["open_case"]


def test_a_closed_matter_stays_as_it_was(closed, clerk):
    with pytest.raises(MoveRefused, match="已办结"):
        correct(closed, by=clerk, seen=seen_token(closed, "correct", ["title"]), title="别的")


def test_an_overtaken_form_is_refused_with_both_values(case, clerk, handler):
    seen = seen_token(case, "correct", ["title"])
    correct(case, by=handler, seen=seen, title="先到的")
    with pytest.raises(Conflict) as conflict:
        correct(case, by=clerk, seen=seen, title="后到的")
    [difference] = conflict.value.differences
    assert (difference.yours, difference.theirs) == ("后到的", "先到的")


def fields(page) -> dict:
    form = BeautifulSoup(page.content, "html.parser").select_one("main form")
    data = {tag["name"]: tag.get("value", "") for tag in form.select("input[name]")}
    data |= {tag["name"]: tag.text.lstrip("\n") for tag in form.select("textarea")}
    for tag in form.select("select"):
        data[tag["name"]] = tag.select_one("option[selected]")["value"]
    return data


def test_the_page_corrects_and_a_stale_one_loses_nothing(client, case, clerk, handler):
    client.force_login(clerk)
    url = reverse("cases:correct", args=[case.pk])
    mine = fields(client.get(url)) | {"title": "我改的标题", "story": "我写的很长的诉求"}
    correct(case, by=handler, seen=seen_token(case, "correct", ["title"]), title="他改的标题")

    answer = client.post(url, mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    for text in ("我改的标题", "他改的标题", "我写的很长的诉求"):
        assert text in page

    again = fields(client.get(url)) | {"title": "我改的标题"}
    assert client.post(url, again).status_code == 302
    case.refresh_from_db()
    assert case.title == "我改的标题"


def test_the_number_of_another_system_is_put_right_and_found(client, case, clerk):
    client.force_login(clerk)
    url = reverse("cases:correct", args=[case.pk])
    assert client.post(url, fields(client.get(url)) | {"outside_number": " qz 2026001"}).status_code == 302
    case.refresh_from_db()
    assert case.outside_number == "QZ2026001"
    assert case.history.last().details["changed"]["outside_number"] == ["", "QZ2026001"]
    assert case.number in client.post(reverse("search"), {"q": "QZ2026001"}).content.decode()


def test_a_number_that_another_matter_has_is_refused(client, case, clerk):
    CaseFactory(channel=case.channel, outside_number="QZ2026001")
    client.force_login(clerk)
    url = reverse("cases:correct", args=[case.pk])
    answer = client.post(url, fields(client.get(url)) | {"title": "新标题", "outside_number": "QZ2026001"})
    assert answer.status_code == 409
    assert "已在另一件事项上" in answer.content.decode()
    assert "新标题" in answer.content.decode()
    case.refresh_from_db()
    assert (case.outside_number, case.title) == ("", "保洁员被辞退要工资")

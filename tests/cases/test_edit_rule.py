"""The rules of the suggestion are data: tried on a text, saved with a trace, followed at once by every process."""

import pytest
from django.urls import reverse

from cases.models import Category, Outlet, RestrictionRule, RuleBook, UrgencyRule
from cases.rules import rules
from cases.services import edit_rule
from cases.states import Urgency
from kernel.moves import MoveRefused
from people.roles import Role
from tests.factories import CategoryFactory, UnitFactory, UserFactory

TEXT = "天天量子纠缠"


@pytest.fixture
def book():
    return RuleBook.objects.get()


@pytest.fixture
def rule():
    CategoryFactory(code="C90", name="物业服务", cues={"5": "物业"})
    return CategoryFactory(code="C91", name="邻里纠纷", cues={"5": "隔壁吵架"})


@pytest.fixture
def analyst():
    return UserFactory(post=(Role.ANALYST, UnitFactory()))


def sent(book, cues="5：隔壁吵架 量子纠缠\n-3: 物业", **changes):
    return {"cues": cues, "version": book.version, "text": TEXT} | changes


@pytest.mark.parametrize("role", [Role.ANALYST, Role.DIRECTOR])
def test_a_rule_edited_in_the_page_changes_the_answer_without_a_restart(client, book, rule, role):
    assert "C91" not in rules().answer(TEXT).categories
    client.force_login(UserFactory(post=(role, UnitFactory())))
    client.post(reverse("cases:edit_rule", args=["category", rule.pk]), sent(book))
    found = rules().answer(TEXT)
    assert found.categories[0] == "C91"
    assert found.cues == ("量子纠缠",)
    rule.refresh_from_db()
    assert rule.cues == {"5": "隔壁吵架 量子纠缠", "-3": "物业"}


def test_what_another_process_has_in_memory_is_older_than_the_book(book, rule, analyst):
    """The kept rules are keyed by the version of the book, which the edit raised in the database."""
    rules()
    RuleBook.objects.filter(pk=book.pk).update(version=7)
    Category.objects.filter(pk=rule.pk).update(cues={"9": "量子纠缠"})  # as another process did
    assert rules().answer(TEXT).categories[0] == "C91"


def test_a_text_is_tried_on_the_changed_rule_and_nothing_is_saved(client, book, rule, analyst):
    client.force_login(analyst)
    page = client.post(reverse("cases:edit_rule", args=["category", rule.pk]), sent(book, **{"try": "1"}))
    shown = page.content.decode()
    assert page.status_code == 200
    assert "修改后" in shown and "现行规则" in shown  # noqa: PT018
    rule.refresh_from_db()
    assert rule.cues == {"5": "隔壁吵架"}
    assert not book.history.exists()
    assert "C91" not in rules().answer(TEXT).categories


def test_history_keeps_who_changed_what(client, book, rule, analyst):
    client.force_login(analyst)
    client.post(reverse("cases:edit_rule", args=["category", rule.pk]), sent(book))
    entry = book.history.get()
    assert (entry.verb, entry.by) == ("edit_rule", analyst)
    assert entry.details["before"] == {"5": "隔壁吵架"}
    assert entry.details["after"] == {"5": "隔壁吵架 量子纠缠", "-3": "物业"}
    assert "C91 邻里纠纷" in client.get(reverse("cases:rule_list")).content.decode()


def test_outlets_and_urgencies_are_edited_too(client, book, rule, analyst):
    outlet = Outlet.objects.create(code="O90", name="诉前调解", route="court")
    level = UrgencyRule.objects.get(level=Urgency.URGENT)
    client.force_login(analyst)
    for kind, row in (("outlet", outlet), ("urgency", level)):
        book.refresh_from_db()
        client.post(reverse("cases:edit_rule", args=[kind, row.pk]), sent(book, "8：量子纠缠"))
    found = rules().answer(TEXT)
    assert (found.outlets[0], found.urgency) == ("O90", "紧急")


@pytest.mark.parametrize("cues", ["没有分值", "0：物业", "99：物业", "x:物业", "：物业"])
def test_what_is_no_rule_comes_back_with_a_word_how_to_write_it(client, book, rule, analyst, cues):
    client.force_login(analyst)
    page = client.post(reverse("cases:edit_rule", args=["category", rule.pk]), sent(book, cues))
    assert page.status_code == 422
    assert "分值从 -20 到 20" in page.content.decode()


def test_whoever_was_overtaken_is_refused(book, rule, analyst):
    edit_rule(book, rule, by=analyst, cues={"5": "一"}, version=1)
    with pytest.raises(MoveRefused, match="已被他人修改"):
        edit_rule(book, rule, by=analyst, cues={"5": "二"}, version=1)


@pytest.mark.parametrize("role", [Role.CLERK, Role.MEDIATOR, Role.SYSADMIN])
def test_others_do_not_edit_rules(client, book, rule, role):
    client.force_login(UserFactory(post=(role, UnitFactory())))
    assert client.get(reverse("cases:rule_list")).status_code == 403
    assert client.post(reverse("cases:edit_rule", args=["category", rule.pk]), sent(book)).status_code == 403
    rule.refresh_from_db()
    assert rule.cues == {"5": "隔壁吵架"}


def test_an_unknown_kind_of_rule_is_not_found(client, book, rule, analyst):
    client.force_login(analyst)
    assert client.get(reverse("cases:edit_rule", args=["else", rule.pk])).status_code == 404


def test_the_restriction_of_an_outlet_and_the_words_that_hint_at_one_are_edited_too(client, book, analyst):
    client.force_login(analyst)
    outlet, hint = Outlet.objects.get(code="O15"), RestrictionRule.objects.get(kind="violence")
    address = reverse("cases:edit_rule", args=["outlet", outlet.pk])
    client.post(address, sent(book, "3: 量子纠缠", restriction="psychiatric"))
    outlet.refresh_from_db()
    assert outlet.restriction == "psychiatric"
    assert "精神障碍" in client.get(reverse("cases:rule_list")).content.decode()
    book.refresh_from_db()
    address = reverse("cases:edit_rule", args=["restriction", hint.pk])
    client.post(address, sent(book, "5: 量子纠缠"))
    assert rules().answer(TEXT).restriction == "violence"


def test_an_outlet_is_given_no_restriction_that_nobody_opens(client, book, analyst):
    client.force_login(analyst)
    outlet = Outlet.objects.get(code="O15")
    address = reverse("cases:edit_rule", args=["outlet", outlet.pk])
    assert "保密件" not in client.get(address).content.decode()
    sent_back = client.post(address, sent(book, "3: 量子纠缠", restriction="confidential"))
    assert sent_back.status_code == 422
    assert "量子纠缠" in sent_back.content.decode()
    outlet.refresh_from_db()
    assert outlet.restriction == ""

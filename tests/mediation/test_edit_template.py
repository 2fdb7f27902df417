"""Texts to begin an agreement with, the words that say nothing definite, and the check before signing."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from kernel.moves import MoveRefused
from mediation import services
from mediation.checks import doubts
from mediation.models import AgreementTemplate, DraftingBook
from mediation.states import AgreementState, CheckItem
from people.roles import Role
from tests.factories import UserFactory
from tests.mediation.factories import TEXTS, drafted

TODAY = date(2026, 9, 1)
GOOD = {"facts": "一", "duties": "二", "terms": "三", "performance": "四"}


@pytest.fixture
def book():
    return DraftingBook.objects.get()


@pytest.fixture
def director(centre):
    return UserFactory(post=(Role.DIRECTOR, centre))


@pytest.fixture
def template():
    return AgreementTemplate.objects.get(code="wages")


def change(book, template, by, version=None, **texts):
    given = GOOD | texts
    services.edit_template(
        book, template, by=by, reason="司发通〔2010〕239号", version=version or book.version, **given
    )


def test_each_kind_of_dispute_has_a_text_and_all_have_blanks_to_fill():
    templates = AgreementTemplate.objects.all()
    assert {"wages", "property", "neighbours", "marriage", "traffic", "medical", "consumer"} <= {
        one.code for one in templates
    }
    assert all("＿" in one.terms + one.facts for one in templates)


def test_an_edit_is_kept_with_before_after_and_provision(book, template, director):
    change(book, template, director)
    template.refresh_from_db()
    assert template.terms == "三"
    entry = book.history.get(verb="edit_template")
    assert entry.note == "拖欠工资：司发通〔2010〕239号"
    assert entry.details["changed"]["terms"][1] == "三"


def test_an_edit_is_refused_to_mediators_and_to_the_overtaken(book, template, director, mediator):
    with pytest.raises(MoveRefused):
        change(book, template, mediator)
    seen = book.version
    change(book, template, director)
    with pytest.raises(MoveRefused):
        change(book, template, director, version=seen, terms="五")
    template.refresh_from_db()
    assert template.terms == "三"


def test_an_edit_that_fails_half_way_leaves_nothing(book, template, director, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        change(book, template, director)
    template.refresh_from_db()
    assert template.terms != "三"


def test_the_vague_words_are_edited_by_the_same_people(book, director, mediator):
    given = {"vague_words": "尽快\n 日后", "reason": "中心会议纪要", "version": book.version}
    with pytest.raises(MoveRefused):
        services.edit_vague_words(book, by=mediator, **given)
    services.edit_vague_words(book, by=director, **given)
    book.refresh_from_db()
    assert book.vague_words == "尽快 日后"


def test_the_pages_list_and_edit(client, book, template, director, mediator):
    client.force_login(director)
    assert "拖欠工资" in client.get(reverse("mediation:template_list")).content.decode()
    url = reverse("mediation:edit_template", args=[template.pk])
    assert "【申请人】" in client.get(url).content.decode()
    assert client.post(url, GOOD | {"reason": "规定", "version": book.version}).status_code == 302
    url = reverse("mediation:edit_vague_words")
    assert "尽快" in client.get(url).content.decode()
    given = {"vague_words": "日后", "reason": "规定", "version": book.version + 1}
    assert client.post(url, given).status_code == 302
    client.force_login(mediator)
    assert client.get(reverse("mediation:template_list")).status_code == 403


def test_a_draft_begins_with_the_text_of_its_kind_and_the_names_of_the_sides(client, mediation):
    client.force_login(mediation.mediator)
    url = reverse("mediation:draft_agreement", args=[mediation.pk])
    page = client.get(url, {"template": "wages"}).content.decode()
    assert "周启航支付陈素芬工资＿" in page
    assert "【申请人】" not in page


def as_draft(**fields):
    parts = fields.pop("parts", [])
    return SimpleNamespace(**TEXTS | fields, instalment_rows=lambda: parts)


@pytest.mark.parametrize(
    ("draft", "sentence"),
    [
        (as_draft(perform_by=None), "没有写履行期限"),
        (as_draft(perform_by=TODAY - timedelta(days=1)), "2026-08-31 已经过去"),
        (as_draft(terms="尽快付清"), "“尽快”没有确定的日期"),
        (as_draft(performance="适当补偿"), "“适当”"),
        (as_draft(parts=[SimpleNamespace(due_on=None)]), "没有写履行日期"),
    ],
)
def test_what_is_not_definite_is_pointed_at(draft, sentence):
    assert any(sentence in doubt for doubt in doubts(draft, ["尽快", "适当"], TODAY))


def test_what_is_definite_raises_no_doubt():
    assert doubts(as_draft(), ["尽快", "适当"], TODAY) == []


def test_an_agreement_goes_out_only_when_every_item_is_ticked_and_history_keeps_which(mediation):
    agreement = drafted(mediation)
    some = [item for item in CheckItem.values if item != CheckItem.OUTSIDERS]
    with pytest.raises(MoveRefused, match="第七条.*案外人"):
        services.submit_agreement(agreement, by=mediation.mediator, checked=some)
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.DRAFTED
    services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
    entry = agreement.history.get(verb="submit_agreement")
    assert entry.by == mediation.mediator
    assert entry.details["checked"] == sorted(CheckItem.values)


def test_blanks_that_nobody_filled_in_are_refused(mediation):
    texts = TEXTS | {"terms": "支付＿＿＿＿元"}
    agreement = services.draft_agreement(mediation, by=mediation.mediator, **texts)
    with pytest.raises(MoveRefused, match="空白没有填写：达成的协议内容"):
        services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)


def test_the_page_asks_for_each_item_and_points_at_doubts(client, mediation):
    texts = TEXTS | {"terms": "周启航尽快付清", "perform_by": timezone.localdate() - timedelta(days=1)}
    agreement = services.draft_agreement(mediation, by=mediation.mediator, **texts)
    client.force_login(mediation.mediator)
    url = reverse("mediation:submit_agreement", args=[agreement.pk])
    page = client.get(url).content.decode()
    assert "“尽快”没有确定的日期" in page
    assert "已经过去" in page
    assert client.post(url).status_code == 422
    assert client.post(url, {"checked": ["amount"]}).status_code == 409

"""The paper: docx and PDF from one context, in full, with a trace."""

import re
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from mediation import services
from mediation.papers import agreement as papers
from mediation.papers.make_template import make
from people.roles import Role
from tests.factories import UnitFactory, UserFactory
from tests.mediation.factories import TEXTS, accepted, drafted, in_force, submitted

FULL = [
    "陈素芬",
    "330803195803084527",
    "浮石街道百汇路 8 号 402 室",
    "周启航",
    "衢州市安澜物业有限公司",
    "91330803MA2DFAKE0X",
]


def text_of(content: bytes) -> str:
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def pages_of(content: bytes) -> int:
    return int(
        re.search(rb"/Type\s*/Pages.*?/Count\s+(\d+)|/Count\s+(\d+).*?/Type\s*/Pages", content, re.S)[1]
    )


def test_the_docx_opens_and_holds_parties_number_and_terms_in_full(mediation, keeper):
    agreement = in_force(mediation, keeper)
    text = text_of(papers.docx(agreement))
    for words in [
        *FULL,
        agreement.number,
        "人民币壹万贰仟捌佰零陆元零伍分（¥12,806.05）",
        "双方不再为此事发生争执",
        mediation.unit.name,
    ]:
        assert words in text
    assert text.count("（签名、盖章或按指印）") == 3
    assert "人民调解员（签名）\n连翠英" in text
    assert "{" not in text


def test_the_pdf_has_pages(mediation, keeper):
    content = papers.pdf(in_force(mediation, keeper))
    assert content.startswith(b"%PDF-")
    assert pages_of(content) >= 1


def test_a_long_agreement_takes_more_pages(mediation):
    agreement = drafted(mediation)
    few = pages_of(papers.pdf(agreement))
    agreement.terms = "\n".join(f"{n}、双方约定的内容。" for n in range(120))
    assert pages_of(papers.pdf(agreement)) > few


def test_both_papers_are_made_from_the_same_words(mediation, keeper, monkeypatch):
    agreement = in_force(mediation, keeper)
    told = []
    kept = papers.context
    monkeypatch.setattr(papers, "context", lambda one: told.append(kept(one)) or told[-1])
    papers.docx(agreement)
    papers.pdf(agreement)
    assert told[0] == told[1]


@pytest.mark.parametrize("nasty", ["{{ 7*7 }}", "#panic()", "<b>&</b>", "$x$ \\ *强* _调_ @ref"])
def test_what_people_typed_is_text_and_never_code(mediation, nasty):
    agreement = drafted(mediation)
    agreement.terms = nasty
    assert nasty in text_of(papers.docx(agreement))
    assert papers.pdf(agreement)


def test_a_draft_says_that_it_is_one_and_has_no_number(mediation):
    text = text_of(papers.docx(drafted(mediation)))
    assert "草稿" in text
    assert "______" in text


def test_a_paper_to_sign_has_room_for_number_and_day(mediation):
    context = papers.context(submitted(mediation))
    assert context["mark"] == ""
    assert "______" in context["number"]
    assert context["day"].strip("　") == "年　　月　　日"


def test_an_oral_agreement_prints_as_a_register_form(mediation):
    agreement = services.record_oral_agreement(
        mediation, by=mediation.mediator, agreed_on=timezone.localdate(), **TEXTS
    )
    text = text_of(papers.docx(agreement))
    assert "人民调解口头协议登记表" in text
    assert "登记的人民调解员：连翠英" in text
    assert "（印章）" not in text


def test_the_template_in_the_repository_is_what_the_script_makes(tmp_path):
    make(tmp_path / "made.docx")
    made, kept = Document(tmp_path / "made.docx"), Document(papers.HERE / "agreement.docx")
    assert made.element.xml == kept.element.xml


@pytest.mark.parametrize(("kind", "start"), [("docx", b"PK"), ("pdf", b"%PDF")])
def test_the_mediator_prints_and_leaves_a_trace(client, mediation, keeper, kind, start):
    agreement = in_force(mediation, keeper)
    client.force_login(mediation.mediator)
    answer = client.get(reverse("mediation:print_agreement", args=[agreement.pk, kind]))
    assert answer.content.startswith(start)
    assert mediation.case.number in answer.headers["Content-Disposition"]
    entry = agreement.history.last()
    assert (entry.verb, entry.by, entry.details["kind"]) == ("print_agreement", mediation.mediator, kind)


def test_others_who_see_the_file_type_a_reason_first(client, mediation, keeper, committee):
    agreement = in_force(mediation, keeper)
    director = UserFactory(post=(Role.DIRECTOR, UnitFactory(area=committee.area)))
    client.force_login(director)
    url = reverse("mediation:print_agreement", args=[agreement.pk, "docx"])
    asked = client.get(url)
    assert "查看事由" in asked.content.decode()
    assert "330803195803084527" not in asked.content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "督查履行情况"}).content.startswith(b"PK")
    assert agreement.history.last().note == "督查履行情况"


def test_strangers_print_nothing(client, mediation, keeper, stranger):
    agreement = in_force(accepted(mediation.mediator), keeper)
    client.force_login(stranger)
    assert client.get(reverse("mediation:print_agreement", args=[agreement.pk, "pdf"])).status_code == 404

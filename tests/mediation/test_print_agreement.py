"""The agreement on paper: a page, a .docx and a PDF from one set of blocks, in full, with a trace."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from docx import Document

from kernel.papers import docx
from kernel.pdf import pdf
from mediation import services
from mediation.capitals import date_in_chinese
from mediation.papers import agreement_paper
from people.roles import Restriction, Role
from tests.factories import UnitFactory, UserFactory
from tests.mediation.factories import TEXTS, accepted, drafted, in_force, submitted
from tests.pdfs import fonts_of, pdf_text, squeezed

FULL = [
    "陈素芬",
    "330803195803084527",
    "浮石街道百汇路 8 号 402 室",
    "周启航",
    "衢州市安澜物业有限公司",
    "91330803MA2DFAKE0X",
]
NASTY = ["{{ 7*7 }}", "{% now %}", "<b>&</b>", "$x$ \\ *强* _调_ @ref"]


def text_of(content: bytes) -> str:
    document = Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def foot_of(content: bytes) -> str:
    return Document(BytesIO(content)).sections[0].footer.paragraphs[0].text


def written(agreement) -> str:
    return text_of(docx(agreement_paper(agreement)))


def url(agreement, kind="html"):
    return reverse("mediation:print_agreement", args=[agreement.pk, kind])


def test_all_forms_hold_parties_number_and_terms_in_full(client, mediation, keeper):
    agreement = in_force(mediation, keeper)
    client.force_login(mediation.mediator)
    page = BeautifulSoup(client.get(url(agreement)).content, "html.parser").main.get_text("\n", strip=True)
    for text in (written(agreement), page):
        for words in [
            *FULL,
            agreement.number,
            "人民币壹万贰仟捌佰零陆元零伍分（¥12,806.05）",
            "双方不再为此事发生争执",
            mediation.unit.name,
            "（印章）",
        ]:
            assert words in text
        assert text.count("（签名、盖章或按指印）") == 3
        assert "人民调解员　连翠英（签名）" in text
        assert "草稿" not in text


def test_every_field_is_in_the_text_of_the_pdf(mediation, keeper):
    agreement = in_force(mediation, keeper)
    content = pdf(agreement_paper(agreement))
    text, day = pdf_text(content), timezone.localdate()
    fields = [TEXTS[name] for name in ("facts", "duties", "terms", "performance")]
    for words in [
        *FULL,
        *fields,
        agreement.number,
        "协议金额：人民币壹万贰仟捌佰零陆元零伍分（¥12,806.05）。",
        "履行期限：2026年12月31日前。",
        "人民调解员　连翠英（签名）",
        f"{mediation.unit}（印章）{date_in_chinese(day)}",
        f"内容摘要{agreement.content_hash[:16]}",
        mediation.case.number,
    ]:
        assert squeezed(words) in text, words
    assert all(fonts_of(content).values())


def test_the_docx_and_the_pdf_say_the_same_lines(mediation, keeper):
    paper = agreement_paper(in_force(mediation, keeper))
    text = pdf_text(pdf(paper))
    places = []
    for line in text_of(docx(paper)).splitlines():
        said = squeezed(line.partition("＿")[0].rstrip("\t"))
        places.append(text.index(said, places[-1] if places else 0))
    assert places == sorted(places)


def test_a_version_that_was_withdrawn_says_so(mediation):
    agreement = submitted(mediation)
    services.revise_agreement(agreement, by=mediation.mediator, note="金额写错")
    agreement.refresh_from_db()
    assert "（已作废，不具有效力）" in written(agreement)


def test_each_page_says_whose_it_is_and_what_was_signed(mediation, keeper):
    agreement = in_force(mediation, keeper)
    foot = foot_of(docx(agreement_paper(agreement)))
    assert mediation.case.number in foot
    assert agreement.content_hash[:16] in foot


@pytest.mark.parametrize("nasty", NASTY)
def test_what_people_typed_is_text_and_never_code(client, mediation, nasty):
    agreement = drafted(mediation)
    type(agreement).objects.filter(pk=agreement.pk).update(terms=nasty)
    agreement.refresh_from_db()
    assert nasty in written(agreement)
    client.force_login(mediation.mediator)
    assert nasty in BeautifulSoup(client.get(url(agreement)).content, "html.parser").main.get_text()


def test_a_draft_says_that_it_is_one_and_has_no_number(mediation):
    text = written(drafted(mediation))
    assert "（草稿，不具有效力）" in text
    assert "______" in text


def test_a_paper_to_sign_has_room_for_number_and_day(mediation):
    text = written(submitted(mediation))
    assert "草稿" not in text
    assert "______第______号" in text
    assert "年　　月　　日" in text


def test_an_oral_agreement_prints_as_a_register_form(mediation):
    agreement = services.record_oral_agreement(
        mediation, by=mediation.mediator, agreed_on=timezone.localdate(), **TEXTS
    )
    text = written(agreement)
    assert "人民调解口头协议登记表" in text
    assert "登记的人民调解员：连翠英" in text
    assert "（印章）" not in text


def test_the_mediator_prints_and_leaves_a_trace(client, mediation, keeper):
    agreement = in_force(mediation, keeper)
    client.force_login(mediation.mediator)
    answer = client.get(url(agreement, "docx"))
    assert answer.content.startswith(b"PK")
    assert mediation.case.number in answer.headers["Content-Disposition"]
    entry = agreement.history.last()
    assert (entry.verb, entry.by, entry.details["kind"]) == ("print_agreement", mediation.mediator, "docx")


def test_others_who_see_the_file_type_a_reason_first(client, mediation, keeper, committee):
    agreement = in_force(mediation, keeper)
    director = UserFactory(post=(Role.DIRECTOR, UnitFactory(area=committee.area)))
    client.force_login(director)
    asked = client.get(url(agreement, "docx"))
    assert "查看事由" in asked.content.decode()
    assert "330803195803084527" not in asked.content.decode()
    assert client.post(url(agreement, "docx"), {"reason": ""}).status_code == 422
    assert client.post(url(agreement, "docx"), {"reason": "督查履行情况"}).content.startswith(b"PK")
    assert agreement.history.last().note == "督查履行情况"


def test_strangers_print_nothing(client, mediation, keeper, stranger):
    agreement = in_force(accepted(mediation.mediator), keeper)
    client.force_login(stranger)
    assert client.get(url(agreement)).status_code == 404


def test_where_violence_is_named_nobody_reads_where_the_other_lives(mediator):
    open_one, hidden = accepted(mediator), accepted(mediator, restriction=Restriction.VIOLENCE)
    address = open_one.case.parties.first().person.address.plain
    assert address in written(drafted(open_one))
    shown = written(drafted(hidden))
    assert address not in shown
    assert "联系电话" not in shown
    assert "居民身份证号码" in shown

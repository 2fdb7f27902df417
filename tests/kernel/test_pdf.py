"""Papers as PDF: the same words, fonts that come along, no character lost."""

import pytest
import typst
from django.test import RequestFactory

from kernel.papers import Closing, Facts, Heading, Paper, Signatures, Table, Text, answer
from kernel.pdf import TEMPLATES, characters, fonts, pdf, printable
from tests.pdfs import fonts_of, pages_of, pdf_text, squeezed

RARE = "䶮𬭎㛃䲟𬀩𫖯𠅤堃喆㑇𬍛"
NASTY = ['#eval("1")', "{{ 7*7 }}", "$x$ \\ *强* _调_ @ref <a> // no /* no */", "#let a = 1; #a", '"}]']


def test_all_kinds_of_blocks_are_set():
    content = pdf(
        Paper(
            title="送达回证",
            number="（2026）衢江人调字第0123号",
            mark="草稿，不具有效力",
            foot="统一编号 2026-000123",
            blocks=[
                Text("陈素芬：\n第二行", flush=True),
                Heading("一、事实"),
                Facts([("姓名", "买买提·艾力"), ("情况", "甲\n\n乙")]),
                Table(["序号", "名称"], [[1, "收条"]], shares=(1, 4)),
                Signatures(["申请人　陈素芬（签名、盖章或按指印）", "记录人（签名）"]),
                Closing(["人民调解委员会", "二〇二六年三月五日"]),
            ],
        )
    )
    text = pages_of(content)[0]
    for words in (
        "送达回证",
        "（2026）衢江人调字第0123号",
        "（草稿，不具有效力）",
        "统一编号2026-000123第1页，共1页",
        "第二行",
        "一、事实",
        "买买提·艾力",
        "序号名称1收条",
        "申请人陈素芬（签名、盖章或按指印）：",
        "人民调解委员会二〇二六年三月五日",
    ):
        assert words in text, words


def test_fonts_are_embedded_and_our_own():
    content = pdf(Paper("标题 Title", [Heading("一、 1"), Text("文 abc"), Signatures(["甲"])], foot="脚"))
    embedded = fonts_of(content)
    assert all(embedded.values())
    assert {name.split("+")[1].split("-")[0] for name in embedded} == {"NotoSerifSC", "NotoSansSC"}


def test_rare_characters_and_names_with_a_dot_are_set():
    name = f"{RARE}、买买提·艾力、欧阳"
    text = pdf_text(pdf(Paper("名", [Text(name), Heading(name), Facts([(name, name)])], foot=name)))
    assert text.count(squeezed(name)) == 5
    assert "〓" not in text


def test_what_the_fonts_lack_leaves_a_mark_and_a_note():
    text = pdf_text(pdf(Paper("名", [Text("申请人：王\U000212fe，\U0001f600")])))
    assert "申请人：王〓，〓" in text
    assert "请手工填写（U+1F600、U+212FE）" in text


@pytest.mark.parametrize("silent", ["\x0b", "\x01", "\u200b", "\u200d", "\ufeff", "\ufe0f", "\U000e0100"])
def test_what_nobody_sees_is_left_out_without_a_note(silent):
    assert pdf_text(pdf(Paper("名", [Text(f"甲{silent}乙")]))) == "名甲乙"


@pytest.mark.parametrize("nasty", NASTY)
def test_what_people_typed_is_text_and_never_code(nasty):
    text = pdf_text(
        pdf(Paper(nasty, [Text(nasty), Facts([(nasty, nasty)]), Signatures([nasty])], foot=nasty))
    )
    assert text.count(squeezed(nasty)) == 6


def test_a_character_without_a_glyph_would_be_refused():
    source = b'#set text(font: "Noto Serif SC")\n\xf0\x9f\x98\x80'
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        typst.compile(source, root=TEMPLATES, font_paths=fonts(), format="pdf", pdf_standards="a-2u")


def test_all_that_the_fonts_hold_can_be_set():
    """Typst would refuse one without a glyph."""
    lacking = set()
    unusual = [one for one in sorted(characters()) if not "一" <= one <= "鿿"]
    every = printable("".join(unusual), lacking)
    assert not lacking
    assert pdf(Paper("字", [Text(every)]))


def test_the_head_of_a_table_stands_on_each_page():
    rows = [[str(n), f"文书{n}"] for n in range(90)]
    pages = pages_of(pdf(Paper("卷内目录", [Table(["序号", "文书名称"], rows)])))
    assert len(pages) > 2
    assert all("序号文书名称" in page for page in pages)
    assert pages[1].endswith(f"第2页，共{len(pages)}页")


@pytest.mark.parametrize("lines", range(15, 27))
def test_nobody_signs_a_page_on_which_nothing_else_stands(lines):
    signing = [
        Text("以上属实。"),
        Signatures(["申请人", "被申请人", "调解员"]),
        Closing(["委员会", "（印章）"]),
    ]
    pages = pages_of(pdf(Paper("记录", [Text("\n".join(["一行"] * lines)), *signing])))
    last = next(page for page in pages if "申请人：" in page)
    for words in ("以上属实。", "调解员：", "委员会（印章）"):
        assert words in last


def test_more_people_than_a_page_holds_still_sign():
    pages = pages_of(pdf(Paper("协议", [Text("甲"), Signatures([f"第{n}人" for n in range(80)])])))
    assert "第79人：" in pages[-1]


def test_a_word_without_end_stays_on_the_page():
    assert "x" * 300 in pdf_text(pdf(Paper("名", [Text("x" * 300), Facts([("网址", "x" * 300)])])))


def test_it_is_sent_as_a_file_of_its_own_name():
    sent = answer(RequestFactory().get("/"), Paper("会商纪要", [Text("甲")]), "pdf", name="2026-000123")
    assert sent.headers["Content-Type"] == "application/pdf"
    assert "2026-000123.pdf" in sent.headers["Content-Disposition"]
    assert sent.content.startswith(b"%PDF-")

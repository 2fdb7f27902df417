"""Papers: what one says is data, and three renderings print it: an A4 page of the browser, a .docx and a PDF.

A desk says with blocks what stands on its paper; lay-out and typefaces (GB/T 9704) are here, in a4.css and in
paper.typ alone.
"""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from kernel.pdf import pdf

FORMS = ("html", "docx", "pdf")
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BODY, HEAD, TITLE = "仿宋", "黑体", "宋体"
CENTRED, RIGHT, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.JUSTIFY
WIDTH = Cm(15.6)
RED = RGBColor(0xC0, 0x00, 0x00)
SHORT = 14
"""So many characters leave room to sign beside them."""


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs, one a line; `flush` ones begin at the margin."""

    text: str
    flush: bool = False
    kind = "text"

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.text.splitlines() if line.strip()]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    kind = "heading"


def written(text: str) -> list[Text | Heading]:
    """Blocks of what was typed as one text: a line each, those after "# " are headings."""
    lines = filter(None, map(str.strip, text.splitlines()))
    return [Heading(line[2:].strip()) if line.startswith("# ") else Text(line) for line in lines]


@dataclass(frozen=True, slots=True)
class Facts:
    """A form: a label and what was filled in, one row each. An empty value leaves room to write."""

    rows: list[tuple[str, str]]
    kind = "facts"


@dataclass(frozen=True, slots=True)
class Table:
    """`shares` says how wide the columns are beside each other; empty where all are alike."""

    head: list[str]
    rows: list[list[str]]
    shares: tuple[int, ...] = ()
    kind = "table"

    @property
    def percents(self) -> list[int]:
        shares = self.shares or (1,) * len(self.head)
        return [100 * share // sum(shares) for share in shares]


@dataclass(frozen=True, slots=True)
class Signatures:
    """One line each: who signs, room to sign, room for the day."""

    who: list[str]
    kind = "signatures"
    day = "　　　　年　　月　　日"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A signature that was drawn on a screen: whose, the picture as PNG, and when."""

    who: str
    picture: bytes
    told: str = ""
    kind = "drawn"

    @property
    def uri(self) -> str:
        return f"data:image/png;base64,{b64encode(self.picture).decode()}"

    @property
    def octets(self) -> list[int]:
        return list(self.picture)


@dataclass(frozen=True, slots=True)
class Closing:
    """Who issued the paper and when, at the right."""

    lines: list[str]
    kind = "closing"


@dataclass(frozen=True, slots=True)
class Paper:
    """`mark` stands under the title of what is no paper yet (a draft); `foot` at the foot of each page.

    One with an `issuer` is an official letter (信函格式): the issuer's name in red above a red line, and the number
    below that line, before the title.
    """

    title: str
    blocks: list
    number: str = ""
    mark: str = ""
    foot: str = ""
    issuer: str = ""


def answer(request, paper: Paper, form: str, *, name: str = "") -> HttpResponse:
    """The paper as a page to print, or as a file of the `form` "docx" or "pdf"; `name` tells files apart."""
    if form not in FILES:
        return render(request, "kernel/paper.html", {"paper": paper})
    content_type, make = FILES[form]
    file_name = "-".join(filter(None, [str(paper.title), name]))
    return download(make(paper), content_type, f"{file_name}.{form}")


def download(content: bytes, content_type: str, file_name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, file_name)
    return response


def docx(paper: Paper) -> bytes:
    document = Document()
    lay_out(document)
    if paper.issuer:
        write_issuer(document.add_paragraph(), paper.issuer)
        line(document.add_paragraph(), paper.number, size=14, align=RIGHT, after=16)
    line(document.add_paragraph(), paper.title, TITLE, 22, align=CENTRED, after=8)
    if paper.mark:
        line(document.add_paragraph(), f"（{paper.mark}）", size=14, align=CENTRED, after=4)
    if paper.number and not paper.issuer:
        line(document.add_paragraph(), paper.number, size=14, align=RIGHT, after=4)
    for block in paper.blocks:
        if block.kind == Signatures.kind:
            keep_with_next(document.paragraphs[-1])  # nobody signs a page on which nothing else stands
        WRITERS[block.kind](document, block)
    write_foot(document.sections[0].footer.paragraphs[0], paper.foot)
    content = BytesIO()
    document.save(content)
    return content.getvalue()


def write_issuer(paragraph, text: str) -> None:
    """发文机关标志 of a letter: red, above a double red line."""
    line(paragraph, text, TITLE, 26, align=CENTRED, after=4)
    paragraph.runs[0].font.color.rgb = RED
    edge = OxmlElement("w:bottom")
    for name, value in {"val": "thickThinSmallGap", "sz": "24", "space": "6", "color": str(RED)}.items():
        edge.set(qn(f"w:{name}"), value)
    borders = OxmlElement("w:pBdr")
    borders.append(edge)
    paragraph._p.get_or_add_pPr().append(borders)


def write_foot(paragraph, text: str) -> None:
    """What the paper is, and 第 1 页，共 2 页."""
    paragraph.alignment = CENTRED
    for part in (f"{text}　第 ", "PAGE", " 页，共 ", "NUMPAGES", " 页"):
        if part.isascii() and part.isupper():
            write_field(paragraph, part)
        else:
            typeface(paragraph.add_run(part), BODY, 10.5)


def write_field(paragraph, code: str) -> None:
    """A number that Word counts."""
    for kind in ("begin", code, "end"):
        run = paragraph.add_run()
        typeface(run, BODY, 10.5)
        element = OxmlElement("w:instrText" if kind == code else "w:fldChar")
        if kind == code:
            element.text = code
        else:
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def lay_out(document) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.bottom_margin = Cm(2.6), Cm(2.4)
    page.left_margin, page.right_margin = Cm(2.8), Cm(2.6)
    style = document.styles["Normal"]
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = 1.4
    typeface(style, BODY, 15)


def typeface(owner, font: str, size: float) -> None:
    owner.font.name, owner.font.size = font, Pt(size)
    fonts = owner.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("eastAsia", "ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), font)


def line(paragraph, text, font=BODY, size=15.0, *, align=None, after=0, indent=False) -> None:
    typeface(paragraph.add_run(text), font, size)
    paragraph.paragraph_format.alignment = align
    paragraph.paragraph_format.space_after = Pt(after)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)


def write_text(document, block: Text) -> None:
    for text in block.lines:
        line(document.add_paragraph(), text, align=JUSTIFIED, indent=not block.flush)


def write_heading(document, block: Heading) -> None:
    paragraph = document.add_paragraph()
    line(paragraph, block.text, HEAD)
    paragraph.paragraph_format.space_before = Pt(6)
    paragraph.paragraph_format.keep_with_next = True


def write_facts(document, block: Facts) -> None:
    fill(document, block.rows, [Cm(3.6), WIDTH - Cm(3.6)])


def write_table(document, block: Table) -> None:
    widths = [WIDTH * percent // 100 for percent in block.percents]
    table = fill(document, [block.head, *block.rows], widths)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def fill(document, rows, widths):
    table = document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            cell.width = width
            line(cell.paragraphs[0], str(text), size=13, after=3)
            cell.paragraphs[0].paragraph_format.space_before = Pt(3)
    return table


def write_signatures(document, block: Signatures) -> None:
    """A long name has a line of its own above the room to sign."""
    for who in block.who:
        paragraph = document.add_paragraph()
        keep_with_next(paragraph)
        gap = "\n　　　　　　" if len(who) > SHORT else ""
        line(paragraph, f"{who}：{gap}＿＿＿＿＿＿＿＿\t{block.day.strip()}", size=14)
        paragraph.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT)
        paragraph.paragraph_format.space_before = Pt(12)


def write_drawn(document, block: Drawn) -> None:
    paragraph = document.add_paragraph()
    line(paragraph, f"{block.who}：", size=14)
    paragraph.add_run().add_picture(BytesIO(block.picture), height=Cm(1.4))
    line(paragraph, f"　{block.told}", size=12)
    keep_with_next(paragraph, kept=False)


def keep_with_next(paragraph, kept=True) -> None:
    """On one page with what follows."""
    paragraph.paragraph_format.keep_together = True
    paragraph.paragraph_format.keep_with_next = kept


def write_closing(document, block: Closing) -> None:
    for text in block.lines:
        paragraph = document.add_paragraph()
        line(paragraph, text, align=RIGHT)
        keep_with_next(paragraph, text != block.lines[-1])


WRITERS: dict[str, Callable[..., None]] = {
    "text": write_text,
    "heading": write_heading,
    "facts": write_facts,
    "table": write_table,
    "signatures": write_signatures,
    "drawn": write_drawn,
    "closing": write_closing,
}

FILES: dict[str, tuple[str, Callable[[Paper], bytes]]] = {"docx": (DOCX, docx), "pdf": (PDF, pdf)}

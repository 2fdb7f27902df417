"""Make agreement.docx, the template of the agreement: `python -m mediation.papers.make_template`.

A centre that wants another lay-out changes the .docx in Word; what stands in braces is filled in by `papers.docx`.
"""

from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

BODY, HEAD, TITLE = "仿宋", "黑体", "宋体"
CENTRED, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def make(path: Path) -> None:
    document = Document()
    lay_out(document)
    line(document, "{{ title }}", TITLE, 22, bold=True, align=CENTRED, after=6)
    line(document, "{%p if mark %}")
    line(document, "（{{ mark }}）", BODY, 14, align=CENTRED)
    line(document, "{%p endif %}")
    line(document, "{%p if number %}")
    line(document, "{{ number }}", align=RIGHT, after=8)
    line(document, "{%p endif %}")
    line(document, "{%p for party in parties %}")
    line(document, "{{ party }}", indent=True)
    line(document, "{%p endfor %}")
    line(document, "{%p for section in sections %}")
    line(document, "{{ section.head }}：", HEAD, indent=True, keep=True, before=6)
    line(document, "{%p for line in section.lines %}")
    line(document, "{{ line }}", indent=True)
    line(document, "{%p endfor %}")
    line(document, "{%p endfor %}")
    line(document, "{{ binds }}", indent=True, before=6, after=14)
    signatures(document)
    line(document, "{%p if is_oral %}")
    line(document, "登记的人民调解员：{{ mediator }}", align=RIGHT, keep=True, before=18)
    line(document, "{%p endif %}")
    line(document, "{{ committee }}", align=RIGHT, keep=True, before=24)
    line(document, "{%p if not is_oral %}")
    line(document, "（印章）", align=RIGHT, keep=True)
    line(document, "{%p endif %}")
    line(document, "{{ day }}", align=RIGHT)
    foot(document)
    document.save(path)


def lay_out(document) -> None:
    """A4 with the margins of GB/T 9704, and 仿宋 of size 三号 for everything that says nothing else."""
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.top_margin, page.bottom_margin, page.left_margin, page.right_margin = (
        Cm(3),
        Cm(2.8),
        Cm(2.8),
        Cm(2.6),
    )
    style = document.styles["Normal"]
    style.paragraph_format.space_after = Pt(0)
    style.paragraph_format.line_spacing = Pt(28)
    typeface(style, BODY, 16)
    language = OxmlElement("w:lang")
    for script, tongue in (("val", "en-US"), ("eastAsia", "zh-CN")):
        language.set(qn(f"w:{script}"), tongue)
    for old in style.element.rPr.findall(qn("w:lang")) + document.styles.element.findall(
        f".//{qn('w:lang')}"
    ):
        old.getparent().remove(old)
    style.element.rPr.append(language)


def typeface(owner, font: str, size: float, *, bold=False) -> None:
    owner.font.name, owner.font.size, owner.font.bold = font, Pt(size), bold
    fonts = owner.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("eastAsia", "ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{script}"), font)


def line(
    document, text, font=BODY, size=16, *, bold=False, align=None, indent=False, keep=False, before=0, after=0
):
    paragraph = document.add_paragraph()
    typeface(paragraph.add_run(text), font, size, bold=bold)
    form = paragraph.paragraph_format
    form.alignment, form.keep_with_next = align, keep
    form.space_before, form.space_after = Pt(before), Pt(after)
    if indent:
        form.alignment, form.first_line_indent = WD_ALIGN_PARAGRAPH.JUSTIFY, Pt(2 * size)
    return paragraph


def signatures(document) -> None:
    """One row a person: who and name on the left, a line to sign and to date on the right."""
    table = document.add_table(rows=3, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    rows = ["{%tr for place in signatures %}", "{{ place.who }}", "{%tr endfor %}"]
    for row, text in zip(table.rows, rows, strict=True):
        for cell, width in zip(row.cells, (Cm(8.6), Cm(7)), strict=True):
            cell.width = width
        write(row.cells[0], text)
    name = table.rows[1].cells[0].add_paragraph()
    typeface(name.add_run("{{ place.name }}"), BODY, 16)
    write(table.rows[1].cells[1], "　　　　年　　月　　日", align=RIGHT, size=14, before=28)
    underline(table.rows[1].cells[1])
    stay_together(table.rows[1])


def write(cell, text, *, align=None, size=14, before=8) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.space_before = Pt(before)
    typeface(paragraph.add_run(text), BODY, size)


def underline(cell) -> None:
    borders = OxmlElement("w:tcBorders")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "6"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    cell._tc.get_or_add_tcPr().append(borders)


def stay_together(row) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def foot(document) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = CENTRED
    typeface(paragraph.add_run("{{ foot }}　第 "), BODY, 10.5)
    field(paragraph, "PAGE")
    typeface(paragraph.add_run(" 页，共 "), BODY, 10.5)
    field(paragraph, "NUMPAGES")
    typeface(paragraph.add_run(" 页"), BODY, 10.5)


def field(paragraph, code: str) -> None:
    for kind in ("begin", code, "end"):
        run = paragraph.add_run()
        typeface(run, BODY, 10.5)
        if kind == code:
            element = OxmlElement("w:instrText")
            element.text = code
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


if __name__ == "__main__":
    make(Path(__file__).with_name("agreement.docx"))

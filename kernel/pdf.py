"""The third rendering of a paper: PDF for the archive (PDF/A-2u), set by typst in fonts that come with us.

PDF/A demands that every font is embedded and every character can be read out again; a paper that fails raises.
"""

import json
import unicodedata
from functools import cache
from typing import Literal, cast

import pylopdf_fonts_zh_cn
import typst
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from fontTools.ttLib import TTFont

TEMPLATES = settings.BASE_DIR / "templates" / "kernel"
STANDARD: Literal["a-2u"] = "a-2u"
SAID = {
    "text": ("lines", "flush"),
    "heading": ("text",),
    "facts": ("rows",),
    "table": ("head", "rows", "percents"),
    "signatures": ("who", "day"),
    "drawn": ("who", "octets", "told"),
    "closing": ("lines",),
}
"""What a block of each kind says."""
LACKING = "〓"
"""What printers set for a character that they have no type for."""


def pdf(paper) -> bytes:
    """A `kernel.papers.Paper` as a file. What the fonts lack is marked, and a note at the end names it."""
    lacking: set[str] = set()
    data = {
        "title": paper.title,
        "number": paper.number,
        "mark": paper.mark,
        "foot": paper.foot,
        "issuer": paper.issuer,
        "blocks": [said_by(block) for block in paper.blocks if block.kind != "text" or block.lines],
    }
    shown = printable(data, lacking)
    return typeset("paper.typ", {"paper": json.dumps(shown | {"lacks": told_of(lacking)})})


def typeset(template: str, inputs: dict[str, str]) -> bytes:
    """A PDF of one of our templates. Raises typst.TypstError where a character has no glyph."""
    compiler = typst.Compiler(TEMPLATES / template, root=TEMPLATES, font_paths=fonts(), sys_inputs=inputs)
    now = int(timezone.now().timestamp())
    content = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=now)
    return cast(bytes, content)


@cache
def fonts() -> typst.Fonts:
    """Noto Serif SC and Noto Sans SC, and none of the machine: a paper looks the same wherever it is made."""
    folder = str(pylopdf_fonts_zh_cn.serif_path().parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def characters() -> frozenset[str]:
    """What the fonts can show: all ideographs of the basic block and of Extension A, and some two hundred beyond."""
    held: set[int] = set()
    for path in (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path()):
        with TTFont(path, lazy=True) as font:
            held.update(font.getBestCmap())
    return frozenset(map(chr, held))


def said_by(block) -> dict:
    return {"kind": block.kind} | {name: getattr(block, name) for name in SAID[block.kind]}


def printable(value, lacking: set[str]):
    """The same with texts that the fonts can show; what they lack is noted in `lacking` and leaves a mark."""
    if isinstance(value, dict):
        return {key: printable(one, lacking) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(one, lacking) for one in value]
    if isinstance(value, int):
        return value
    return "".join(shown(character, lacking) for character in str(value))


def shown(character: str, lacking: set[str]) -> str:
    if character == "\n":
        return character
    if character.isspace() and character != "　":
        return " "
    if is_silent(character):
        return ""
    if character in characters():
        return character
    lacking.add(character)
    return LACKING


def is_silent(character: str) -> bool:
    """Characters of control, joiners and selectors of variants, which nobody sees."""
    return unicodedata.category(character) in ("Cc", "Cf") or "VARIATION SELECTOR" in unicodedata.name(
        character, ""
    )


def told_of(lacking: set[str]) -> str:
    if not lacking:
        return ""
    codes = "、".join(f"U+{ord(character):04X}" for character in sorted(lacking))
    return _("注：字库中没有的字以“%(mark)s”代替，请手工填写（%(codes)s）。") % {
        "mark": LACKING,
        "codes": codes,
    }

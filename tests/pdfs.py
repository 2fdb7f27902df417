"""What stands in a PDF, and in which fonts."""

import re
from io import BytesIO

from pypdf import PdfReader

FOOT = re.compile(r"第\d+页，共\d+页")


def squeezed(text: str) -> str:
    """Without the blanks that lay-out puts between and inside lines."""
    return re.sub(r"[\s\u200b]", "", text)


def pages_of(content: bytes) -> list[str]:
    return [squeezed(page.extract_text()) for page in PdfReader(BytesIO(content)).pages]


def pdf_text(content: bytes) -> str:
    """All of it in one, without the counts of pages, which would cut what goes over two of them."""
    return "".join(FOOT.sub("", page) for page in pages_of(content))


def fonts_of(content: bytes) -> dict[str, bool]:
    """Each font by name, and whether its file is embedded."""
    found = {}
    for page in PdfReader(BytesIO(content)).pages:
        collect(page.get("/Resources"), found)
    return found


def collect(resources, found) -> None:
    resources = resources.get_object() if resources else {}
    for font in resources.get("/Font", {}).get_object().values() if "/Font" in resources else ():
        font = font.get_object()
        inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        descriptor = inner.get("/FontDescriptor", {})
        found[str(font["/BaseFont"])] = any(
            name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3")
        )
    for form in resources["/XObject"].values() if "/XObject" in resources else ():
        collect(form.get_object().get("/Resources"), found)

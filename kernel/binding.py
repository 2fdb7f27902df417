"""Binding: papers, scans and pictures become one PDF on A4 whose pages are numbered.

Of a foreign PDF only what its pages show is taken: no script, form or attachment of its own comes along.
"""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

import structlog
from django.utils.translation import gettext as _
from pikepdf import OutlineItem, Page, Pdf, Rectangle
from PIL import Image, ImageOps

from kernel.attachments import content
from kernel.pdf import typeset

log = structlog.get_logger(__name__)

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
SHARP = 2339
"""So many dots along the longer side of an A4 page are 200 an inch."""
NATURAL = 120
"""Dots an inch of a picture that fits on the page anyway."""
MOST_PAGES = 500
MOST_DOTS = 60_000_000


class Unbound(Exception):
    """Why a file stays outside the binding."""


@dataclass(frozen=True, slots=True)
class Leaves:
    """A part of a bound file. `name` stands among the bookmarks."""

    name: str
    content: bytes

    def open(self) -> Pdf:
        return Pdf.open(BytesIO(self.content))

    @property
    def pages(self) -> int:
        with self.open() as pdf:
            return len(pdf.pages)


def leaves_of(attachment) -> Leaves:
    """An attachment on A4. Raises Unbound for what is no page, is spoilt, or is a book of its own."""
    read = READERS.get(attachment.content_type)
    if read is None:
        raise Unbound(_("另存"))
    try:
        margin = 0 if read is read_pdf else 20 * MM
        with content(attachment) as file, read(file) as pdf:
            return Leaves(attachment.name, on_a4(pdf, margin))
    except Unbound:
        raise
    except Exception as error:  # what a spoilt, locked or lost file makes of the libraries is beyond listing
        log.warning("attachment_not_bound", attachment=attachment.pk, error=repr(error))
        raise Unbound(_("无法并入")) from error


def read_pdf(file: BinaryIO) -> Pdf:
    pdf = Pdf.open(file)
    pdf.flatten_annotations()  # seals and remarks become part of the page
    return pdf


def read_picture(file: BinaryIO) -> Pdf:
    """A page of the picture's own size, turned as it was taken."""
    with Image.open(file) as picture:
        picture.draft("RGB", (SHARP, SHARP))  # a photograph is read no finer than it is shown
        if picture.width * picture.height > MOST_DOTS:
            raise Unbound(_("图片过大，另存"))
        picture.thumbnail((SHARP, SHARP))
        upright = on_white(ImageOps.exif_transpose(picture))
    page = BytesIO()
    upright.save(page, "PDF", resolution=NATURAL, quality=85)
    return Pdf.open(page)


def on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("L", "RGB"):
        return picture
    layer = picture.convert("RGBA")
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper


READERS: dict[str, Callable[[BinaryIO], Pdf]] = {
    "application/pdf": read_pdf,
    "image/jpeg": read_picture,
    "image/png": read_picture,
    "image/webp": read_picture,
    "image/gif": read_picture,
}


def on_a4(pdf: Pdf, margin: float) -> bytes:
    """Each page in the middle of an A4 page, upright or across as it is; smaller where it is larger."""
    if not pdf.pages:
        raise Unbound(_("无法并入"))
    if len(pdf.pages) > MOST_PAGES:
        raise Unbound(_("页数过多，另存"))
    sheets = Pdf.new()
    for page in pdf.pages:
        width, height = A4[::-1] if is_across(page) else A4
        sheet = sheets.add_blank_page(page_size=(width, height))
        area = Rectangle(margin, margin, width - margin, height - margin)
        sheet.add_overlay(page, area, expand=False)  # type: ignore[call-arg]  # unknown to the stubs only
    return saved(sheets)


def is_across(page: Page) -> bool:
    box = Rectangle(page.trimbox)
    turned = int(page.obj.get("/Rotate", 0)) % 180 != 0
    return (box.width > box.height) != turned


def saved(pdf: Pdf) -> bytes:
    file = BytesIO()
    pdf.save(file)
    return file.getvalue()


def bind(title: str, front: list[Leaves], body: list[Leaves], back: list[Leaves]) -> bytes:
    """One PDF with bookmarks. The pages of `body` are numbered from 1, at the upper right."""
    whole = Pdf.new()
    with whole.open_outline() as outline:
        for leaves in [*front, *body, *back]:
            outline.root.append(OutlineItem(leaves.name, len(whole.pages)))
            whole.pages.extend(leaves.open().pages)
    number(whole, pages_in(front), pages_in(body))
    with whole.open_metadata() as told:
        told["dc:title"] = title
    return saved(whole)


def pages_in(parts: list[Leaves]) -> int:
    return sum(leaves.pages for leaves in parts)


def number(pdf: Pdf, first: int, count: int) -> None:
    """Number `count` pages from the one at `first`."""
    if not count:
        return
    numbers = Pdf.open(BytesIO(typeset("numbers.typ", {"count": str(count)})))
    for page, shown in zip(pdf.pages[first : first + count], numbers.pages, strict=True):
        box = Rectangle(page.mediabox)
        page.add_overlay(shown, corner(box))


def corner(box: Rectangle) -> Rectangle:
    right, top = box.urx - 15 * MM, box.ury - 10 * MM
    return Rectangle(right - 30 * MM, top - 8 * MM, right, top)

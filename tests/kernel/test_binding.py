"""Scans and pictures become leaves on A4, and leaves become one file with numbers."""

from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image
from pypdf import PdfReader

from kernel import binding
from kernel.binding import Leaves, Unbound, bind, leaves_of
from kernel.papers import Paper, Text
from kernel.pdf import pdf
from tests.pdfs import fonts_of, pages_of


@dataclass
class File:
    """As much of an attachment as binding looks at."""

    content_type: str
    bytes: bytes
    name: str = "材料"
    pk: int = 1


@pytest.fixture(autouse=True)
def _bytes_at_hand(monkeypatch):
    monkeypatch.setattr(binding, "content", lambda file: BytesIO(file.bytes))


def picture(kind="JPEG", size=(300, 200), mode="RGB", **options) -> File:
    file = BytesIO()
    Image.new(mode, size).save(file, kind, **options)
    return File(f"image/{kind.lower()}", file.getvalue())


def scan(*sizes, rotate=0, **options) -> File:
    file, made = BytesIO(), Pdf.new()
    for size in sizes:
        made.add_blank_page(page_size=size).rotate(rotate, relative=False)
    made.save(file, **options)
    return File("application/pdf", file.getvalue())


def sizes_of(content: bytes) -> list[tuple[int, int]]:
    return [
        (round(page.mediabox.width), round(page.mediabox.height))
        for page in PdfReader(BytesIO(content)).pages
    ]


UPRIGHT, ACROSS = (595, 842), (842, 595)


@pytest.mark.parametrize(
    ("file", "sheets"),
    [
        (scan((595, 842), (420, 595), (842, 595), (3000, 4000)), [UPRIGHT, UPRIGHT, ACROSS, UPRIGHT]),
        (scan((842, 595), rotate=90), [UPRIGHT]),
        (scan((595, 842), rotate=270), [ACROSS]),
        (picture(), [ACROSS]),
        (picture(size=(3000, 4000)), [UPRIGHT]),
        (picture("PNG", mode="RGBA"), [ACROSS]),
        (picture("PNG", mode="P"), [ACROSS]),
        (picture("PNG", mode="LA"), [ACROSS]),
        (picture("PNG", mode="I;16"), [ACROSS]),
        (picture("PNG", mode="1"), [ACROSS]),
        (picture("JPEG", mode="CMYK"), [ACROSS]),
        (picture("WEBP"), [ACROSS]),
        (picture("GIF"), [ACROSS]),
    ],
)
def test_every_page_lies_on_a4_as_it_is_read(file, sheets):
    assert sizes_of(leaves_of(file).content) == sheets


def test_a_photograph_is_turned_as_it_was_taken():
    turned = Image.Exif()
    turned[274] = 6
    assert sizes_of(leaves_of(picture(size=(400, 300), exif=turned)).content) == [UPRIGHT]


def test_a_photograph_is_kept_as_sharp_as_it_prints():
    file = BytesIO()
    Image.effect_noise((4000, 3000), 80).save(file, "JPEG", quality=95)
    assert len(leaves_of(File("image/jpeg", file.getvalue())).content) < len(file.getvalue()) / 2


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (File("text/plain", b"x"), "另存"),
        (File("image/heic", b"x"), "另存"),
        (File("application/pdf", b"%PDF-1.4 broken"), "无法并入"),
        (File("application/pdf", b""), "无法并入"),
        (File("image/jpeg", b"\xff\xd8\xff\xe0 broken"), "无法并入"),
        (File("image/png", picture("PNG").bytes[:60]), "无法并入"),
        (scan(), "无法并入"),
        (scan((595, 842), encryption={"owner": "a", "user": "b"}), "无法并入"),
    ],
)
def test_what_is_no_page_or_spoilt_says_why(file, why):
    with pytest.raises(Unbound, match=f"^{why}$"):
        leaves_of(file)


@pytest.mark.parametrize("file", [scan((595, 842), (595, 842)), picture("PNG"), picture("GIF"), picture()])
def test_however_a_file_is_cut_off_nothing_else_breaks(file):
    for end in range(0, len(file.bytes), 7):
        with suppress(Unbound):
            leaves_of(File(file.content_type, file.bytes[:end]))


def test_a_book_and_a_huge_picture_stay_outside(monkeypatch):
    monkeypatch.setattr(binding, "MOST_PAGES", 2)
    monkeypatch.setattr(binding, "MOST_DOTS", 100)
    for file in (scan(*[(595, 842)] * 3), picture("PNG")):
        with pytest.raises(Unbound, match="另存"):
            leaves_of(file)


def test_of_a_foreign_file_only_what_its_pages_show_comes_along():
    file, made = BytesIO(), Pdf.new()
    page = made.add_blank_page(page_size=(595, 842))
    script = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    page.obj.AA = Dictionary(O=script)
    made.Root.OpenAction = script
    seal = Stream(made, b"0 0 50 50 re f")
    seal.Type, seal.Subtype, seal.BBox = Name.XObject, Name.Form, Array([0, 0, 50, 50])
    page.obj.Annots = Array(
        [
            made.make_indirect(
                Dictionary(
                    Type=Name.Annot,
                    Subtype=Name.Stamp,
                    Rect=[100, 100, 150, 150],
                    F=4,
                    AP=Dictionary(N=made.make_indirect(seal)),
                )
            )
        ]
    )
    made.save(file)
    content = bind("卷", [], [leaves_of(File("application/pdf", file.getvalue()))], [])
    assert b"JavaScript" not in content
    assert b"app.alert" not in content
    with Pdf.open(BytesIO(content)) as bound:
        shown = b"".join(
            one.read_bytes() for one in bound.objects if isinstance(one, Stream) and "/Length" in one
        )
    assert b"0 0 50 50 re" in shown


def test_the_body_is_numbered_and_front_and_back_are_not():
    def leaves(title, pages=1):
        return Leaves(title, pdf(Paper(title, [Text("\n".join([title] * (20 * pages)))])))

    content = bind(
        "人民调解卷宗", [leaves("封面"), leaves("目录")], [leaves("甲", 2), leaves("乙")], [leaves("封底")]
    )
    pages = pages_of(content)
    assert [page[-1] for page in pages] == ["页", "页", *"123", "页"]
    assert all(fonts_of(content).values())
    reader = PdfReader(BytesIO(content))
    assert reader.metadata.title == "人民调解卷宗"
    marks = [(mark.title, reader.get_destination_page_number(mark)) for mark in reader.outline]
    assert marks == [("封面", 0), ("目录", 1), ("甲", 2), ("乙", 4), ("封底", 5)]

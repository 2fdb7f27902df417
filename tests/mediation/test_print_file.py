"""整卷: the whole file of a mediation as one PDF, in the order of binding, with pages that are true."""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from cases import services as cases
from kernel.attachments import stored_path
from mediation import binding, services
from mediation.binding import bound_parts, rows_of
from mediation.papers import file_of
from mediation.states import CheckItem
from people.roles import Restriction, Role
from tests.factories import UnitFactory, UserFactory
from tests.kernel.test_binding import scan as scanned
from tests.mediation.factories import TEXTS, accepted, in_force, submitted
from tests.mediation.test_give_up import give_up
from tests.mediation.test_record_session import record
from tests.pdfs import fonts_of, pages_of, pdf_text, squeezed

A4 = (595, 842)


def url(mediation):
    return reverse("mediation:print_file", args=[mediation.pk])


def photo() -> bytes:
    file = BytesIO()
    Image.new("RGB", (400, 300)).save(file, "JPEG")
    return file.getvalue()


def add(mediation, name, content):
    cases.attach(mediation.case, by=mediation.mediator, file=SimpleUploadedFile(name, content))


def of(client, mediation) -> bytes:
    client.force_login(mediation.mediator)
    answer = client.get(url(mediation))
    assert answer.headers["Content-Type"] == "application/pdf"
    return answer.content


def rows(mediation) -> list[tuple[str, ...]]:
    """Name, pages and remark of each part."""
    made, _ = rows_of(bound_parts(file_of(mediation), mediation.mediator))
    return [tuple(row) for row in made]


@pytest.fixture
def full(mediation, keeper):
    """A mediation with all kinds of parts."""
    record(mediation, mediation.mediator)
    services.revise_agreement(submitted(mediation), by=mediation.mediator, note="金额写错")
    add(mediation, "租赁合同.pdf", scanned(A4, A4, A4).bytes)
    add(mediation, "现场照片.jpg", photo())
    add(mediation, "坏了.pdf", b"%PDF-1.4 broken")
    add(mediation, "收条.txt", "收到".encode())
    agreement = mediation.live_agreement()
    services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
    return mediation


def test_the_file_is_bound_in_its_order(client, full):
    pages = pages_of(of(client, full))
    titles = [
        "人民调解卷宗",
        "卷内目录",
        "人民调解申请书",
        "人民调解受理登记表",
        "人民调解当事人权利义务告知书",
        "人民调解调查记录",
        "人民调解记录",
        "人民调解协议书（已作废，不具有效力）",
        "人民调解协议书",
        "送达回证",
        "人民调解回访记录",
        "卷宗情况说明",
        "卷宗封底",
    ]
    found = [page for page in pages if page.startswith(tuple(titles))]
    assert [title for title, page in zip(titles, found, strict=True) if not page.startswith(title)] == []
    names = [name for name, _, _ in rows(full)]
    assert names.index("送达回证") < names.index("租赁合同.pdf") < names.index("人民调解回访记录")


def test_the_contents_tell_the_true_pages(client, full):
    pages = pages_of(of(client, full))
    front = next(n for n, page in enumerate(pages) if page.startswith("人民调解申请书"))
    numbered, last = rows(full), 0
    listed = "".join(pages[1:front])
    for n, (name, told, remark) in enumerate(numbered, 1):
        assert squeezed(f"{n}{name}{told}{remark}") in listed
        if not told:
            continue
        first, _, end = told.partition("–")
        assert int(first) == last + 1
        last = int(end or first)
        title = re.sub("（.*", "", name)
        assert pages[front + int(first) - 1].startswith((title, first)), (
            name
        )  # a picture bears its number alone
        for number in range(int(first), last + 1):
            assert pages[front + number - 1].endswith(str(number))
    assert len(pages) == front + last + 1
    assert f"本卷共{last}页，附件2件。" in pages[-1]


def test_scans_keep_their_pages_and_what_cannot_be_bound_is_listed(full):
    told = {name: (pages, remark) for name, pages, remark in rows(full)}
    first, _, last = told["租赁合同.pdf"][0].partition("–")
    assert int(last) - int(first) == 2
    assert told["现场照片.jpg"] == (str(int(last) + 1), "")
    assert told["坏了.pdf"] == ("", "无法并入")
    assert told["收条.txt"] == ("", "另存")


def test_what_the_store_has_lost_is_listed(full):
    stored_path(full.case.dossier.attachments.get(name="租赁合同.pdf").sha256).unlink()
    assert ("租赁合同.pdf", "", "无法并入") in rows(full)


def test_what_is_too_much_is_kept_apart(full, monkeypatch):
    monkeypatch.setattr(binding, "MOST_BYTES", full.case.dossier.attachments.get(name="租赁合同.pdf").size)
    assert ("现场照片.jpg", "", "卷宗过大，另存") in rows(full)


def test_what_the_reader_may_not_open_is_not_bound(full, stranger):
    told = {one.part.label: one.remark for one in bound_parts(file_of(full), stranger)}
    assert told["租赁合同.pdf"] == "未并入（无权查看）"


def test_the_agreement_is_in_it_with_every_field_and_all_fonts(client, mediation, keeper):
    agreement = in_force(mediation, keeper)
    content = of(client, mediation)
    text = pdf_text(content)
    for words in (*(TEXTS[name] for name in ("facts", "duties", "terms", "performance")), agreement.number):
        assert squeezed(words) in text
    assert "司法确认申请书" in text
    assert all(fonts_of(content).values())


def test_a_paper_that_came_back_signed_is_bound_as_its_scan(client, mediation, keeper):
    agreement = in_force(mediation, keeper)
    client.force_login(mediation.mediator)
    client.get(reverse("mediation:print_paper", args=[mediation.pk, "rights", "html"]))
    client.get(reverse("mediation:print_agreement", args=[agreement.pk, "pdf"]))
    for paper, extra in ((mediation, {"paper": "rights"}), (agreement, {})):
        kept = SimpleUploadedFile("scan.pdf", scanned(A4, A4).bytes)
        services.keep_signed(
            paper, by=mediation.mediator, printing=paper.history.last().seq, scan=kept, **extra
        )
    names = [name for name, _, _ in rows(mediation)]
    assert "人民调解当事人权利义务告知书（已签扫描件）" in names
    assert "人民调解当事人权利义务告知书" not in names
    place = names.index(f"人民调解协议书（{agreement.number}）")
    assert names[place + 1] == f"人民调解协议书（{agreement.number}）（已签扫描件）"
    assert "scan.pdf" not in names


def test_where_the_signed_scan_is_spoilt_its_paper_is_bound(client, mediation):
    client.force_login(mediation.mediator)
    client.get(reverse("mediation:print_paper", args=[mediation.pk, "rights", "html"]))
    printed, kept = mediation.history.last().seq, SimpleUploadedFile("scan.pdf", b"%PDF-1.4 signed")
    services.keep_signed(mediation, by=mediation.mediator, printing=printed, scan=kept, paper="rights")
    told = {name: (pages, remark) for name, pages, remark in rows(mediation)}
    assert told["人民调解当事人权利义务告知书（已签扫描件）"] == ("3–4", "扫描件无法并入")
    text = pdf_text(of(client, mediation))
    assert "接受调解、拒绝调解或者要求终止调解" in text
    assert "附件1件" in text


def test_a_mediation_that_failed_has_its_notice_and_no_confirmation(client, mediation, court):
    give_up(mediation, court)
    text = pdf_text(of(client, mediation))
    assert "终止调解通知书" in text
    assert "司法确认申请书" not in text


def test_private_notes_are_no_part_of_it(client, mediation):
    services.keep_note(mediation, by=mediation.mediator, text="对方底线三万元")
    assert "底线三万元" not in pdf_text(of(client, mediation))


def test_it_leaves_a_trace_as_each_paper_does(client, mediation):
    of(client, mediation)
    entry = mediation.history.last()
    assert (entry.verb, entry.by) == ("print_paper", mediation.mediator)
    assert (entry.details["paper"], entry.details["kind"]) == ("file", "pdf")


def test_others_who_see_the_file_type_a_reason_first(client, mediation, committee):
    client.force_login(UserFactory(post=(Role.DIRECTOR, UnitFactory(area=committee.area))))
    assert not client.get(url(mediation)).content.startswith(b"%PDF")
    assert client.post(url(mediation), {"reason": ""}).status_code == 422
    assert client.post(url(mediation), {"reason": "归档检查"}).content.startswith(b"%PDF")
    assert mediation.history.last().note == "归档检查"


def test_strangers_find_nothing(client, mediation, stranger):
    client.force_login(stranger)
    assert client.get(url(mediation)).status_code == 404


def test_a_restricted_one_is_for_those_who_open_it(client, mediator, committee):
    """A clerk of the committee sees its matters, and not those of violence."""
    open_one, hidden = accepted(mediator), accepted(mediator, restriction=Restriction.VIOLENCE)
    add(hidden, "伤情照片.jpg", photo())
    assert "伤情照片.jpg" in pdf_text(of(client, hidden))
    client.force_login(UserFactory(post=(Role.CLERK, committee)))
    assert client.post(url(open_one), {"reason": "归档检查"}).status_code == 200
    assert client.post(url(hidden), {"reason": "归档检查"}).status_code == 404


def test_the_page_of_papers_offers_it(client, mediation):
    client.force_login(mediation.mediator)
    shown = client.get(reverse("mediation:papers", args=[mediation.pk])).content.decode()
    assert url(mediation) in shown
    assert "整卷 PDF" in shown

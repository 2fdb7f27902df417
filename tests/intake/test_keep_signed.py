"""已签扫描件: what was printed comes back signed, and the page of papers says which ones still wait."""

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from intake import services
from intake.papers import visit_of
from kernel.attachments import content, stored_path
from kernel.models import Attachment
from kernel.moves import MoveRefused
from people.roles import Restriction, Role
from tests.factories import CaseFactory, UnitFactory, UserFactory
from tests.intake.test_print_paper import clerk, matter, page_text, unit, url  # noqa: F811, F401

PDF = b"%PDF-1.4\n% signed\n"


def scan(content=PDF, name="signed.pdf"):
    return SimpleUploadedFile(name, content)


def address(case, slug="register-form"):
    return reverse("intake:keep_signed", args=[case.pk, slug])


def printed(client, case, slug="register-form"):
    """Print once more; where that stands in the history."""
    client.get(url(case, slug))
    return case.history.filter(verb="print_paper").latest("seq").seq


def row(client, case, label):
    page = BeautifulSoup(client.get(reverse("intake:papers", args=[case.pk])).content, "html.parser")
    return next(row for row in page.select("tbody tr") if row.td.text == label)


def test_a_printed_paper_waits_for_its_signed_scan(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    assert "未打印" in row(client, matter, "来访登记表").text
    printing = printed(client, matter)
    assert "待上传已签扫描件" in row(client, matter, "来访登记表").text
    assert client.post(address(matter), {"printing": printing, "scan": scan()}).status_code == 302
    signed = row(client, matter, "来访登记表")
    assert "待上传" not in signed.text
    opened = client.get(signed.li.a["href"])
    assert b"".join(opened.streaming_content) == PDF
    assert "已签扫描件" not in row(client, matter, "一次性告知单").text


def test_the_scan_stands_with_the_printing_that_was_signed(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    first, _second = printed(client, matter), printed(client, matter)
    client.post(address(matter), {"printing": first, "scan": scan()})
    lines = [line.text for line in row(client, matter, "来访登记表").select("li")]
    assert ["第 2 次打印" in lines[0], "已签扫描件" in lines[0]] == [True, False]
    assert ["第 1 次打印" in lines[1], "已签扫描件" in lines[1]] == [True, True]
    assert str(clerk) in lines[0]
    entry = matter.history.get(verb="keep_signed")
    assert entry.details == {
        "paper": "register-form",
        "printing": first,
        "attachment": Attachment.objects.get().pk,
    }


def test_what_nobody_printed_cannot_come_back_signed(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    answer = client.post(address(matter), {"printing": 1, "scan": scan()})
    assert answer.status_code == 409
    assert "请先打印" in answer.content.decode()
    other = printed(client, matter, "notice")
    printed(client, matter)
    assert client.post(address(matter), {"printing": other, "scan": scan()}).status_code == 422
    assert client.get(address(matter, "contacts")).status_code == 404
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("file", "fault"), [(scan(b"MZ\x90\x00\x03\0\0"), "不能接收这种文件"), ("", "请填写或选择这一项")]
)
def test_what_is_no_scan_is_refused_with_a_reason(client, clerk, matter, file, fault):  # noqa: F811
    client.force_login(clerk)
    answer = client.post(address(matter), {"printing": printed(client, matter), "scan": file})
    assert answer.status_code == 422
    assert fault in answer.content.decode()
    assert not matter.history.filter(verb="keep_signed").exists()


def test_of_a_restricted_matter_the_scan_is_cipher(client, clerk, unit):  # noqa: F811
    case = CaseFactory(unit=unit, restriction=Restriction.VIOLENCE)
    services.keep_signed(visit_of(case), "notice", by=clerk, printing=1, scan=scan())
    kept = Attachment.objects.get()
    assert PDF not in stored_path(kept.sha256).read_bytes()
    assert content(kept).read() == PDF
    assert "signed" not in case.history.get(verb="keep_signed").note


def test_only_who_received_or_handles_it_brings_scans(client, clerk, matter, unit):  # noqa: F811
    client.force_login(clerk)
    printing = printed(client, matter)
    director = UserFactory(post=(Role.DIRECTOR, UnitFactory(area=unit.area)))
    client.force_login(director)
    assert client.post(address(matter), {"printing": printing, "scan": scan()}).status_code == 403
    with pytest.raises(MoveRefused):
        services.keep_signed(visit_of(matter), "notice", by=director, printing=printing, scan=scan())
    client.force_login(UserFactory(post=(Role.CLERK, UnitFactory())))
    assert client.get(address(matter)).status_code == 404

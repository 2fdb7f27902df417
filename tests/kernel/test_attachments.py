"""Files: judged by content, kept outside the web root, served through the scope of their subject."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document
from openpyxl import Workbook
from PIL import Image

from cases.models import Barred
from kernel.anchors import verify
from kernel.attachments import attach, stored_path
from kernel.models import Attachment
from people.roles import Restriction, Role
from tests.factories import CaseFactory, UserFactory
from tests.raw import tables_with

PNG = io.BytesIO()
Image.new("RGB", (4, 4)).save(PNG, "PNG")
DOCX, XLSX = io.BytesIO(), io.BytesIO()
Document().save(DOCX)
Workbook().save(XLSX)


def upload(name, content):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def case():
    return CaseFactory()


@pytest.fixture
def officer(case):
    return UserFactory(post=(Role.HANDLER, case.unit))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("收据.png", PNG.getvalue(), "image/png"),
        ("收据.exe", PNG.getvalue(), "image/png"),
        ("协议.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "application/pdf"),
        ("说明.txt", "工资450元".encode(), "text/plain"),
        (
            "协议.docx",
            DOCX.getvalue(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("名单.xlsx", XLSX.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_the_type_is_that_of_the_content(case, officer, name, content, kind):
    assert attach(case, upload(name, content), by=officer).content_type == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("收据.png", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"),
        ("页面.png", b"<!doctype html><script>alert(1)</script>"),
        ("图.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
        ("空.txt", b""),
        ("协议.docx", b"PK\x03\x04" + b"\x14\x00" + b"junk" * 40),
        ("协议.docx", XLSX.getvalue()[:200]),
    ],
)
def test_other_types_are_refused_whatever_their_name(case, officer, name, content):
    with pytest.raises(ValidationError):
        attach(case, upload(name, content), by=officer)
    assert not Attachment.objects.exists()


def test_a_file_that_is_too_large_is_refused_with_the_limit(case, officer, settings):
    settings.ATTACHMENT_MAX_BYTES = 1024**2
    with pytest.raises(ValidationError, match="1 MB"):
        attach(case, upload("大.txt", b"x" * (1024**2 + 1)), by=officer)


def test_a_file_that_is_gone_from_its_place_is_told_of(client, case, officer):
    attachment = attach(case, upload("收据.png", PNG.getvalue()), by=officer)
    stored_path(attachment.sha256).unlink()
    client.force_login(officer)
    answer = client.get(reverse("kernel:attachment", args=[attachment.pk]))
    assert answer.status_code == 410
    assert "收据.png" in answer.content.decode()


def test_the_history_keeps_the_hash(case, officer):
    attachment = attach(case, upload("收据.png", PNG.getvalue()), by=officer)
    entry = case.history.get(verb="attach")
    assert entry.details == {"attachment": attachment.pk, "sha256": attachment.sha256}
    assert stored_path(attachment.sha256).read_bytes() == PNG.getvalue()


def test_whoever_sees_the_subject_opens_the_file_and_leaves_a_trace(client, case, officer):
    attachment = attach(case, upload("收据.png", PNG.getvalue()), by=officer)
    client.force_login(officer)
    answer = client.get(reverse("kernel:attachment", args=[attachment.pk]))
    assert b"".join(answer.streaming_content) == PNG.getvalue()
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert case.history.filter(verb="open_file", by=officer).count() == 1


def test_nobody_else_does(client, case, officer):
    attachment = attach(case, upload("收据.png", PNG.getvalue()), by=officer)
    url = reverse("kernel:attachment", args=[attachment.pk])
    assert client.get(url).status_code == 302
    for stranger in (
        UserFactory(),
        UserFactory(is_superuser=True),
        UserFactory(post=(Role.SYSADMIN, case.unit)),
    ):
        client.force_login(stranger)
        assert client.get(url).status_code == 404
    Barred.objects.create(case=case, user=officer, reason="回避")
    client.force_login(officer)
    assert client.get(url).status_code == 404


def test_a_restricted_file_is_for_its_role_alone(client, officer):
    case = CaseFactory(restriction=Restriction.ACCUSATION)
    attachment = attach(case, upload("材料.png", PNG.getvalue()), by=officer)
    url = reverse("kernel:attachment", args=[attachment.pk])
    for role, status in ((Role.DIRECTOR, 404), (Role.HANDLER, 404), (Role.DISCIPLINE, 200)):
        client.force_login(UserFactory(post=(role, case.unit)))
        answer = client.get(url)
        assert answer.status_code == status
        assert not answer.streaming or b"".join(answer.streaming_content) == PNG.getvalue()


def test_of_a_restricted_file_neither_bytes_nor_name_stand_anywhere(client):
    case = CaseFactory(restriction=Restriction.ACCUSATION)
    reader = UserFactory(post=(Role.DISCIPLINE, case.unit))
    said = "谁领走了青苗补偿款".encode()
    attachment = attach(case, upload("举报信.txt", said), by=reader)
    stored = stored_path(attachment.sha256)
    assert said not in stored.read_bytes()
    assert tables_with("举报信") == []
    assert Attachment.objects.get().name == "举报信.txt"
    assert verify().broken == ""
    client.force_login(reader)
    url = reverse("kernel:attachment", args=[attachment.pk])
    assert b"".join(client.get(url).streaming_content) == said
    cipher = stored.read_bytes()
    stored.write_bytes(cipher[:-1] + bytes([cipher[-1] ^ 1]))
    assert client.get(url).status_code == 410


def test_one_file_in_two_restricted_matters_is_two_in_the_store(officer):
    first, second = (CaseFactory(restriction=Restriction.ACCUSATION) for _ in range(2))
    kept = {attach(case, upload("收据.png", PNG.getvalue()), by=officer).sha256 for case in (first, second)}
    assert len(kept) == 2

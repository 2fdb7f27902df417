import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.services import attach
from kernel.models import Attachment
from kernel.moves import MoveRefused
from tests.cases.fixtures import verbs

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


def pdf(name="收据.pdf"):
    return SimpleUploadedFile(name, PDF)


def test_a_file_joins_the_matter_with_its_hash_in_the_history(case, handler):
    file = attach(case, by=handler, file=pdf())
    assert file.dossier_id == case.dossier_id
    assert case.dossier.entries.last().details["sha256"] == file.sha256


def test_a_stranger_attaches_nothing(case, stranger):
    with pytest.raises(MoveRefused):
        attach(case, by=stranger, file=pdf())
    assert not Attachment.objects.exists()


def test_the_page_takes_a_file_and_serves_it_to_those_who_see_the_case(client, case, handler, stranger):
    client.force_login(handler)
    client.post(reverse("cases:attach", args=[case.pk]), {"file": pdf()})
    file = Attachment.objects.get()
    url = reverse("kernel:attachment", args=[file.pk])
    assert url in client.get(reverse("cases:detail", args=[case.pk])).content.decode()
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == PDF
    assert verbs(case)[-1] == "open_file"
    client.force_login(stranger)
    assert client.get(url).status_code == 404


def test_what_a_file_is_decides_its_content_not_its_name(client, case, handler):
    client.force_login(handler)
    exe = SimpleUploadedFile("收据.pdf", b"MZ\x90\0" + b"\0" * 200)
    answer = client.post(reverse("cases:attach", args=[case.pk]), {"file": exe})
    assert answer.status_code == 422
    assert "不能接收这种文件" in answer.content.decode()

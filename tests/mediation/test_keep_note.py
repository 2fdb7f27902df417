"""Private notes: apart from the record, and for one pair of eyes."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from kernel.moves import MoveRefused
from kernel.papers import docx
from mediation import services
from mediation.models import PrivateNote
from mediation.papers import file_of, fitting, made
from tests.mediation.factories import held, planned


def test_a_note_leaves_no_line_in_the_file(mediation):
    before = mediation.dossier.entries.count()
    note = services.keep_note(mediation, by=mediation.mediator, text="甲方其实愿意让步。")
    assert note.text.plain == "甲方其实愿意让步。"
    assert mediation.dossier.entries.count() == before


def test_a_note_is_encrypted_at_rest(mediation):
    services.keep_note(mediation, by=mediation.mediator, text="甲方其实愿意让步。")
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM mediation_privatenote")
        assert "愿意".encode() not in bytes(cursor.fetchone()[0])


def test_only_its_author_reads_it(client, mediation, colleague):
    services.keep_note(mediation, by=mediation.mediator, text="甲方其实愿意让步。")
    url = reverse("mediation:detail", args=[mediation.pk])
    client.force_login(mediation.mediator)
    assert "甲方其实愿意让步。" in client.get(url).content.decode()
    client.force_login(colleague)
    assert "甲方其实愿意让步。" not in client.get(url).content.decode()
    assert not PrivateNote.objects.visible_to(colleague).exists()


def test_a_stranger_keeps_no_note(mediation, stranger):
    with pytest.raises(MoveRefused):
        services.keep_note(mediation, by=stranger, text="…")


def test_the_page_keeps_a_note(client, mediation):
    client.force_login(mediation.mediator)
    answer = client.post(reverse("mediation:keep_note", args=[mediation.pk]), {"text": "周一再打电话。"})
    assert answer.status_code == 302
    assert PrivateNote.objects.get().author == mediation.mediator


def test_no_paper_list_search_export_or_history_shows_a_note(client, mediation):
    """Of all that a mediator's committee can open, only the page of its author holds a note."""
    words = "甲方其实愿意让步三千"
    services.keep_note(mediation, by=mediation.mediator, text=words)
    session = held(planned(mediation))
    services.sign_record(
        session, by=mediation.mediator, signer=session.attended.first(), way="paper", note=""
    )
    services.report_to_police(
        mediation, by=mediation.mediator, matter="口角", station="110", reported_at=timezone.now()
    )
    client.force_login(mediation.mediator)
    file = file_of(mediation)
    texts = [part for slug in fitting(file) for part in parts_of(docx(made(file, slug)))]
    addresses = [reverse("mediation:papers", args=[mediation.pk]), reverse("mediation:mine")]
    addresses.append(reverse("cases:detail", args=[mediation.case_id]))
    texts += [client.get(address).content.decode() for address in addresses]
    texts += parts_of(client.post(reverse("mediation:all"), {"export": "1"}).content)
    texts += [entry.note for entry in mediation.dossier.entries.all()]
    assert len(texts) > 50
    assert not [text for text in texts if "愿意让步" in text]
    assert mediation.case.number not in client.post(reverse("search"), {"q": words}).content.decode()


def parts_of(archive: bytes) -> list[str]:
    """The XML of an Office file."""
    with ZipFile(BytesIO(archive)) as file:
        return [file.read(name).decode() for name in file.namelist() if name.endswith(".xml")]

"""Private notes: apart from the record, and for one pair of eyes."""

import pytest
from django.db import connection
from django.urls import reverse

from kernel.moves import MoveRefused
from mediation import services
from mediation.models import PrivateNote


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

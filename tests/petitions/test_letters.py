"""Letters in official layout, printed by whose they are, and delivered with a receipt."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from kernel.moves import MoveRefused
from kernel.pdf import pdf
from people.roles import Role
from petitions import services
from petitions.papers import letter_paper
from petitions.states import LetterState
from tests.factories import UserFactory
from tests.pdfs import pdf_text


@pytest.fixture
def letter(registered, officer):
    services.tell_whom(registered, by=officer, whom="省人力社保厅")
    return registered.letters.get()


def deliver(letter, *, by, **changes):
    given = {"delivered_on": timezone.localdate(), "way": "hand", "received_by": "王冬梅"}
    services.deliver_letter(letter, by=by, **given | changes)


def test_head_number_title_addressee_text_signature_and_day_stand_in_this_order(letter):
    text = pdf_text(pdf(letter_paper(letter))).replace("\n", "")
    day = timezone.localdate()
    parts = [
        "试验信访局",
        letter.number,
        "信访事项告知书",
        "王冬梅：",
        "第二十三条第一款",
        "试验信访局",
        f"{day.year}年{day.month}月{day.day}日",
    ]
    place = 0
    for part in parts:
        place = text.index(part, place) + len(part)


@pytest.mark.parametrize("kind", ["html", "docx", "pdf"])
def test_it_prints_in_three_ways_and_leaves_a_trace(client, letter, officer, kind):
    client.force_login(officer)
    answer = client.get(reverse("petitions:print_letter", args=[letter.pk, kind]))
    content = answer.content
    if kind == "pdf":
        text = pdf_text(content)
    elif kind == "docx":
        text = "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)
    else:
        text = content.decode()
    assert letter.number in text
    assert letter.history.last().verb == "print_paper"


def test_nobody_else_prints_it(client, letter, clerk, stranger):
    director = UserFactory(post=(Role.DIRECTOR, clerk.posts.get().unit))
    for somebody, status in ((director, 403), (stranger, 404)):
        client.force_login(somebody)
        answer = client.get(reverse("petitions:print_letter", args=[letter.pk, "html"]))
        assert answer.status_code == status


def test_the_receipt_says_when_how_and_to_whom(letter, officer):
    deliver(letter, by=officer)
    assert (letter.state, letter.way, letter.received_by) == (LetterState.DELIVERED, "hand", "王冬梅")
    with pytest.raises(MoveRefused, match="已送达"):
        deliver(letter, by=officer)


def test_it_is_delivered_neither_before_its_day_nor_tomorrow(letter, officer):
    for days in (-1, 1):
        with pytest.raises(MoveRefused, match="送达日期"):
            deliver(letter, by=officer, delivered_on=timezone.localdate() + timedelta(days=days))


def test_the_page_registers_the_delivery(client, letter, officer):
    client.force_login(officer)
    url = reverse("petitions:deliver_letter", args=[letter.pk])
    assert client.post(url, {"way": "hand"}).status_code == 422
    given = {"delivered_on": str(timezone.localdate()), "way": "post", "received_by": "本人"}
    assert "邮寄送达" in client.post(url, given, follow=True).content.decode()

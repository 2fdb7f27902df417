"""The papers of the hall: a page, a .docx and a PDF of one text, with a trace, without where the other side lives."""

from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from docx import Document

from cases.models import Case, RuleBook, Wording
from cases.states import Side
from intake import services
from intake.papers import PAPERS
from people.models import Unit
from people.roles import Role
from tests.factories import CaseFactory, PersonFactory, SeatFactory, UnitFactory, UserFactory, WindowFactory
from tests.intake.factories import QueueFactory
from tests.pdfs import fonts_of, pdf_text, squeezed

ADDRESS = "浮石街道百汇路 8 号 402 室"


@pytest.fixture
def unit(db):
    QueueFactory()
    return Unit.objects.filter(kind=Unit.Kind.CENTRE).first() or UnitFactory(centre=True)


@pytest.fixture
def matter(unit):
    applicant = PersonFactory(name="陈素芬", id_number="330803195803084527", address="樟潭街道 1 号")
    case = CaseFactory(unit=unit, title="物业渗水", applicant=applicant)
    other = PersonFactory(name="周启航", address=ADDRESS, phone="19900005566")
    case.parties.create(side=Side.RESPONDENT, person=other, name=other.name)
    return case


@pytest.fixture
def clerk(unit):
    user = UserFactory(post=(Role.CLERK, unit))
    SeatFactory(window=WindowFactory(unit=unit, number=91), user=user, role=Role.CLERK)
    return user


def url(case, slug, kind="html"):
    return reverse("intake:print_paper", args=[case.pk, slug, kind])


def page_text(answer) -> str:
    return BeautifulSoup(answer.content, "html.parser").main.get_text()


def docx_text(answer) -> str:
    document = Document(BytesIO(answer.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("slug", PAPERS)
def test_each_paper_says_the_same_on_the_page_in_word_and_as_pdf(client, clerk, matter, slug):
    client.force_login(clerk)
    shown, written = client.get(url(matter, slug)), client.get(url(matter, slug, "docx"))
    words = {line.strip() for line in docx_text(written).splitlines() if line.strip() and "＿" not in line}
    assert str(PAPERS[slug][0]) in words
    assert [line for line in words if line not in page_text(shown)] == []
    archived = client.get(url(matter, slug, "pdf")).content
    assert [line for line in words if squeezed(line) not in pdf_text(archived)] == []
    assert all(fonts_of(archived).values())


@pytest.mark.parametrize("slug", PAPERS)
def test_no_paper_tells_where_the_other_side_lives(client, clerk, matter, slug):
    client.force_login(clerk)
    text = page_text(client.get(url(matter, slug)))
    assert ADDRESS not in text
    assert "19900005566" not in text


def test_the_register_form_is_read_back_and_holds_the_applicant_in_full(client, clerk, matter):
    client.force_login(clerk)
    text = page_text(client.get(url(matter, "register-form")))
    for words in [
        "陈素芬",
        "330803195803084527",
        "樟潭街道 1 号",
        "已向来访人宣读",
        "经本人核对无误",
        matter.number,
    ]:
        assert words in text


def test_all_who_sat_at_the_window_stand_on_the_register_form(client, clerk, matter, unit):
    visit = services.register(by=clerk, unit=unit, name="陈素芬", phone="19900007788", id_type="none")
    for role, name in [(Role.CLERK, "徐晓岚"), (Role.MEDIATOR, "连翠英"), (Role.COURT, "余法官")]:
        visit.receivers.create(user=UserFactory(post=(role, unit), name=name), role=role)
    Case.objects.filter(pk=matter.pk).update(query_code=visit.query_code)
    client.force_login(clerk)
    text = page_text(client.get(url(matter, "register-form")))
    for name in ["徐晓岚", "连翠英", "余法官"]:
        assert name in text


def test_what_was_typed_is_text_on_both(client, clerk, matter):
    matter.story = "<b>{{ 7*7 }}</b> & #panic()"
    matter.save()
    client.force_login(clerk)
    assert matter.story in page_text(client.get(url(matter, "register-form")))
    assert matter.story in docx_text(client.get(url(matter, "register-form", "docx")))


def test_a_print_leaves_a_trace_and_stands_on_the_list(client, clerk, matter):
    client.force_login(clerk)
    client.get(url(matter, "register-form"))
    entry = matter.history.last()
    assert (entry.verb, entry.by, entry.details["paper"]) == ("print_paper", clerk, "register-form")
    listed = page_text(client.get(reverse("intake:papers", args=[matter.pk])))
    assert f"第 1 次打印，{timezone.localdate()}" in listed
    assert "陈素芬" not in listed


def test_who_does_not_handle_the_matter_types_a_reason(client, matter, unit):
    director = UserFactory(post=(Role.DIRECTOR, UnitFactory(area=unit.area)))
    client.force_login(director)
    asked = client.get(url(matter, "register-form"))
    assert "查看事由" in asked.content.decode()
    assert "330803195803084527" not in asked.content.decode()
    assert client.post(url(matter, "register-form"), {"reason": ""}).status_code == 422
    assert "330803195803084527" in page_text(client.post(url(matter, "register-form"), {"reason": "督查"}))
    assert matter.history.last().note == "督查"


def test_strangers_print_nothing(client, matter):
    client.force_login(UserFactory(post=(Role.CLERK, UnitFactory())))
    assert client.get(url(matter, "register-form")).status_code == 404


def test_an_unknown_paper_is_not_found(client, clerk, matter):
    client.force_login(clerk)
    assert client.get(url(matter, "no-such")).status_code == 404
    assert client.get(url(matter, "notice", "exe")).status_code == 404


def test_who_processes_the_data_stands_on_the_privacy_notice(client, matter, clerk):
    Unit.objects.filter(pk=matter.unit_id).update(phone="0570-0000000")
    client.force_login(clerk)
    text = page_text(client.get(url(matter, "privacy")))
    for words in (matter.unit.name, "0570-0000000", "三、向谁提供", "更正、补充您的个人信息"):
        assert words in text


def test_what_people_are_told_is_edited_on_a_page_and_stands_on_the_next_print(client, matter, clerk):
    wording, book = Wording.objects.get(code=Wording.Code.PRIVACY), RuleBook.objects.get()
    address = reverse("cases:edit_wording", args=[wording.pk])
    sent = {"text": "# 一、新标题\n新的正文。", "reason": "网信办〔2026〕1号", "version": book.version}
    client.force_login(UserFactory(post=(Role.DIRECTOR, matter.unit)))
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent | {"text": "晚到的。"}).status_code == 409
    entry = book.history.get()
    assert entry.details == {
        "wording": str(wording),
        "before": wording.text,
        "after": "# 一、新标题\n新的正文。",
    }
    assert "网信办〔2026〕1号" in client.get(reverse("cases:rule_list")).content.decode()
    client.force_login(clerk)
    answer = client.get(url(matter, "privacy"))
    assert BeautifulSoup(answer.content, "html.parser").main.h2.get_text(strip=True) == "一、新标题"
    assert "新的正文。" in page_text(answer)
    assert client.get(address).status_code == 403

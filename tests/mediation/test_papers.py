"""The papers of a mediation's file: those that fit, each as a page, a .docx and a PDF, with a trace."""

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases import services as cases
from kernel.attachments import stored_path
from kernel.moves import MoveRefused
from kernel.papers import docx
from kernel.pdf import pdf
from mediation.papers import PAPERS, file_of, fitting, label_of, label_of_agreement, made
from mediation.services import keep_signed, revise_agreement
from people.models import Unit
from people.roles import Restriction, Role
from tests.factories import UnitFactory, UserFactory
from tests.mediation.factories import accepted, in_force, submitted
from tests.mediation.test_print_agreement import text_of
from tests.mediation.test_record_session import record
from tests.pdfs import fonts_of, pdf_text, squeezed

OTHER_SIDE = ("330803198503124513", "浮石街道百汇路 8 号 502 室")
ALWAYS = set(PAPERS) - {"end", "confirmation", "arbitration", "payment-order", "receipt"}


def page(client, mediation, slug) -> str:
    answer = client.get(reverse("mediation:print_paper", args=[mediation.pk, slug, "html"]))
    return BeautifulSoup(answer.content, "html.parser").main.get_text("\n", strip=True)


def test_what_can_be_printed_follows_what_has_happened(mediation, keeper):
    assert set(fitting(file_of(mediation))) == ALWAYS
    record(mediation, mediation.mediator)
    assert "session-1" in fitting(file_of(mediation))
    in_force(mediation, keeper)
    assert set(fitting(file_of(mediation))) == ALWAYS | {"session-1", "confirmation", "receipt"}


@pytest.mark.parametrize(
    "slug", [*sorted(set(PAPERS) - {"end", "arbitration", "payment-order"}), "session-1"]
)
def test_each_prints_as_a_page_and_as_files_with_the_same_words(client, mediation, keeper, slug):
    record(mediation, mediation.mediator)
    in_force(mediation, keeper)
    client.force_login(mediation.mediator)
    shown = page(client, mediation, slug)
    paper = made(file_of(mediation), slug)
    text, archived = text_of(docx(paper)), pdf(paper)
    assert mediation.case.number in text
    set_in_type = pdf_text(archived)
    for line in text.splitlines():
        said = line.partition("＿")[0].strip("　： ")  # room to sign is drawn in each in its own way
        assert said in shown, said
        assert squeezed(said) in set_in_type, said
    assert all(fonts_of(archived).values())
    entry = mediation.history.last()
    assert (entry.verb, entry.by, entry.details["paper"]) == ("print_paper", mediation.mediator, slug)
    for form, begins in (("docx", b"PK"), ("pdf", b"%PDF-")):
        answer = client.get(reverse("mediation:print_paper", args=[mediation.pk, slug, form]))
        assert answer.content.startswith(begins)


def test_rights_and_duties_are_those_of_the_law(client, mediation):
    client.force_login(mediation.mediator)
    shown = page(client, mediation, "rights")
    for words in ("接受调解、拒绝调解或者要求终止调解", "如实陈述纠纷事实", "不收取任何费用", "三十日内"):
        assert words in shown
    assert "申请人　陈素芬（签名、盖章或按指印）" in shown


@pytest.mark.parametrize("slug", sorted(ALWAYS - {"confirmation"}))
def test_no_paper_but_the_agreement_bears_address_or_number_of_the_other_side(client, mediation, slug):
    client.force_login(mediation.mediator)
    shown = page(client, mediation, slug)
    for words in OTHER_SIDE:
        assert words not in shown


def test_the_record_of_a_session_is_read_back_and_signed_by_who_came(client, mediation):
    record(mediation, mediation.mediator)
    client.force_login(mediation.mediator)
    shown = page(client, mediation, "session-1")
    assert "以上记录已向在场人员宣读（交本人阅读），核对无误。" in shown
    assert "记录人（签名）" in shown


def test_the_contents_list_papers_sessions_agreement_and_files(client, mediation, keeper):
    record(mediation, mediation.mediator)
    cases.attach(mediation.case, by=mediation.mediator, file=SimpleUploadedFile("收条.txt", "收到".encode()))
    agreement = in_force(mediation, keeper)
    client.force_login(mediation.mediator)
    shown = page(client, mediation, "contents")
    bound = [
        "人民调解申请书",
        "人民调解记录（第 1 次）",
        agreement.number,
        "送达回证",
        "收条.txt",
        "人民调解回访记录",
    ]
    places = [shown.index(words) for words in bound]
    assert places == sorted(places)
    assert "卷宗封底" not in shown


def test_a_follow_up_that_was_made_stands_on_its_record(client, mediation, keeper):
    in_force(mediation, keeper)
    clerk = UserFactory(post=(Role.CLERK, Unit.objects.centre()))
    cases.follow_up(mediation.round, by=clerk, way="phone", said="款已付清。", promise_kept=True)
    client.force_login(mediation.mediator)
    shown = page(client, mediation, "follow-up")
    assert "款已付清。" in shown
    assert "已履行或正在履行" in shown


def test_the_page_lists_them_and_says_who_printed_what_last(client, mediation):
    client.force_login(mediation.mediator)
    page(client, mediation, "rights")
    shown = client.get(reverse("mediation:papers", args=[mediation.pk])).content.decode()
    for slug in ALWAYS:
        assert label_of(file_of(mediation), slug) in shown
    assert str(mediation.mediator) in shown
    assert shown.count("未打印") == len(ALWAYS) - 1


def test_others_who_see_the_file_type_a_reason_first(client, mediation, committee):
    client.force_login(UserFactory(post=(Role.DIRECTOR, UnitFactory(area=committee.area))))
    url = reverse("mediation:print_paper", args=[mediation.pk, "application", "html"])
    assert "330803195803084527" not in client.get(url).content.decode()
    assert client.post(url, {"reason": ""}).status_code == 422
    assert "330803195803084527" in client.post(url, {"reason": "归档检查"}).content.decode()
    assert mediation.history.last().note == "归档检查"


@pytest.mark.parametrize("slug", ["end", "session-9", "session-", "session-x", "nothing"])
def test_a_paper_that_does_not_fit_is_not_there(client, mediation, slug):
    client.force_login(mediation.mediator)
    assert client.get(reverse("mediation:print_paper", args=[mediation.pk, slug, "html"])).status_code == 404


def test_strangers_find_nothing(client, mediation, stranger):
    other = accepted(mediation.mediator)
    client.force_login(stranger)
    assert client.get(reverse("mediation:papers", args=[other.pk])).status_code == 404
    assert client.get(reverse("mediation:print_paper", args=[other.pk, "rights", "html"])).status_code == 404


def scan(content=b"%PDF-1.4 signed"):
    return SimpleUploadedFile("signed.pdf", content)


def row(client, mediation, label):
    page = BeautifulSoup(client.get(reverse("mediation:papers", args=[mediation.pk])).content, "html.parser")
    return next(row for row in page.select("tbody tr") if row.td.text == label)


def test_a_version_that_was_withdrawn_stays_in_the_file(client, mediation):
    agreement = submitted(mediation)
    revise_agreement(agreement, by=mediation.mediator, note="金额写错")
    client.force_login(mediation.mediator)
    assert "人民调解协议书（人民调解协议书 V1，未生效（已作废））" in page(client, mediation, "contents")
    assert "已作废" in client.get(reverse("mediation:papers", args=[mediation.pk])).content.decode()


@pytest.mark.parametrize("slug", ["rights", "agreement"])
def test_what_was_printed_comes_back_signed(client, mediation, keeper, slug):
    agreement = in_force(mediation, keeper)
    client.force_login(mediation.mediator)
    paper, label = mediation, label_of(file_of(mediation), "rights")
    printing = reverse("mediation:print_paper", args=[mediation.pk, slug, "html"])
    address = reverse("mediation:keep_signed", args=[mediation.pk, slug])
    if slug == "agreement":
        paper, label = agreement, label_of_agreement(agreement)
        printing = reverse("mediation:print_agreement", args=[agreement.pk, "html"])
        address = reverse("mediation:keep_signed_agreement", args=[agreement.pk])
    refused = client.get(address)
    assert (refused.status_code, "请先打印" in refused.content.decode()) == (409, True)
    client.get(printing)
    assert "待上传已签扫描件" in row(client, mediation, label).text
    printed = paper.history.latest("seq").seq
    assert client.post(address, {"printing": printed, "scan": scan()}).status_code == 302
    opened = client.get(row(client, mediation, label).li.a["href"])
    assert b"".join(opened.streaming_content) == b"%PDF-1.4 signed"
    assert "上传已签扫描件" in client.get(reverse("cases:detail", args=[mediation.case_id])).content.decode()


def test_only_its_unit_brings_signed_copies(client, keeper, mediation):
    agreement = in_force(mediation, keeper)
    director = UserFactory(post=(Role.DIRECTOR, Unit.objects.centre()))
    client.force_login(director)
    assert client.get(reverse("mediation:keep_signed", args=[mediation.pk, "rights"])).status_code == 403
    with pytest.raises(MoveRefused):
        keep_signed(agreement, by=director, printing=1, scan=scan())


def test_the_signed_copy_of_a_restricted_mediation_is_cipher(mediator):
    mediation = accepted(mediator, restriction=Restriction.VIOLENCE)
    keep_signed(mediation, by=mediator, printing=1, scan=scan(), paper="rights")
    assert b"signed" not in stored_path(mediation.case.dossier.attachments.get().sha256).read_bytes()

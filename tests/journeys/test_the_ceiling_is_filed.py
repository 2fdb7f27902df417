"""Story P2, point 7: what became of the ceiling, bound as one file. Times are Asia/Shanghai."""

from datetime import date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from cases import services as cases
from cases.models import FollowUp
from mediation import services
from mediation.models import JudicialConfirmation
from mediation.selectors import signers_of_record
from mediation.states import AskedBy, CheckItem, PayWay, RecordWay
from people.models import Unit
from people.roles import Role
from tests.factories import UserFactory
from tests.journeys.test_the_ceiling_is_confirmed import RULING, apply
from tests.kernel.test_binding import scan
from tests.mediation.factories import THREE, consented, drafted_in_parts, mediator_of, sign, waiting_case
from tests.mediation.test_sign_record import drawn
from tests.pdfs import fonts_of, pages_of, squeezed

SHANGHAI = timezone.get_default_timezone()
A4 = (595, 842)
TALKS = (((8, 25), "双方对数额有争议，休会。"), ((9, 4), "各方就 12,806.05 元达成一致。"))
PAID = ((9, 7), (9, 29), (11, 3))
IN_ORDER = [
    "人民调解卷宗",
    "卷内目录",
    "人民调解申请书",
    "人民调解受理登记表",
    "人民调解当事人权利义务告知书",
    "人民调解调查记录",
    "人民调解记录",
    "人民调解记录",
    "人民调解协议书",
    "送达回证",
    "调解协议履行凭证",
    "人民调解回访记录",
    "司法确认申请书",
    "卷宗情况说明",
    "卷宗封底",
]


def at(month, day, hour=10):
    return time_machine.travel(datetime(2026, month, day, hour, tzinfo=SHANGHAI), tick=False)


def paper(name):
    return SimpleUploadedFile(f"{name}.pdf", scan(A4).bytes, "application/pdf")


@pytest.fixture(autouse=True)
def _reference(db):
    call_command("load_reference", verbosity=0)


@pytest.fixture
def mediator():
    return mediator_of(Unit.objects.get(code="committee"), name="连翠英")


@pytest.fixture
def mediation(mediator):
    """From 17 August to 3 November."""
    with at(8, 17):
        mediation = services.accept(waiting_case(mediator.posts.get().unit).rounds.get(), by=mediator)
        consented(mediation, way=AskedBy.PHONE)
    for (month, day), said in TALKS:
        with at(month, day, 14):
            talk(mediation, said)
    agreement = bind(mediation)
    pay(agreement)
    confirm(agreement)
    with at(11, 3):
        mediation.refresh_from_db()
    return mediation


def talk(mediation, said):
    session = services.record_session(
        mediation,
        by=mediation.mediator,
        attended=list(mediation.case.parties.all()),
        held_at=timezone.now(),
        place="第一调解室",
        others="",
        record=said,
    )
    for signer in signers_of_record(session):
        services.sign_record(
            session, by=mediation.mediator, signer=signer, way=RecordWay.SCREEN, image=drawn()
        )


def bind(mediation):
    """Two sign on 4 September, the firm on the 5th, mediator and stamp on Monday the 7th; asked after on the 10th."""
    unit = mediation.unit
    with at(9, 4, 15):
        agreement = drafted_in_parts(mediation, THREE)
        services.submit_agreement(agreement, by=mediation.mediator, checked=CheckItem.values)
        one, other, firm, own = agreement.signatures.all()
        sign(agreement, one)
        sign(agreement, other)
    with at(9, 5):
        sign(agreement, firm)
    with at(9, 7):
        sign(agreement, own)
        keeper = UserFactory(post=(Role.STAMP_KEEPER, unit))
        services.set_stamp(agreement, by=keeper, stamped_on=date(2026, 9, 7))
    centre = Unit.objects.centre()
    with at(9, 10):
        cases.grant_sight(mediation.case, centre, "holds")
        cases.follow_up(
            mediation.round,
            by=UserFactory(post=(Role.CLERK, centre)),
            way=FollowUp.Way.PHONE,
            said="按期履行中",
            promise_kept=True,
        )
    return agreement


def pay(agreement):
    parts = zip(agreement.performances.all(), THREE, PAID, strict=True)
    for number, (performance, (amount, _due), (month, day)) in enumerate(parts, 1):
        with at(month, day):
            services.record_payment(
                performance,
                by=agreement.mediation.mediator,
                amount=Decimal(amount),
                paid_on=date(2026, month, day),
                way=PayWay.TRANSFER,
                receipt=paper(f"第{number}期收条"),
            )


def confirm(agreement):
    confirmation = JudicialConfirmation.objects.get(agreement=agreement)
    court = Unit.objects.get(code="court")
    liaison = UserFactory(post=(Role.COURT, court))
    with at(9, 18):
        apply(confirmation)
        services.hand_to_court(confirmation, by=agreement.mediation.mediator, desk=court)
    with at(9, 21):
        number, day = "（2026）浙0803诉前调确12号", date(2026, 9, 21)
        services.accept_confirmation(confirmation, by=liaison, number=number, accepted_on=day)
    with at(9, 28):
        services.confirm_agreement(
            confirmation,
            by=liaison,
            ruling_number=RULING,
            ruled_on=date(2026, 9, 28),
            ruling=paper("民事裁定书"),
        )


@pytest.fixture
def bound(client, mediation, mediator):
    with at(11, 4):
        client.force_login(mediator)
        return client.get(reverse("mediation:print_file", args=[mediation.pk])).content


def papers_of(content) -> list[str]:
    """The text of each paper: a page that begins with no title goes on with the one before."""
    papers = []
    for page in pages_of(content):
        if page.startswith(tuple(IN_ORDER)):
            papers.append("")
        papers[-1] += page
    return papers


def test_one_pdf_holds_the_papers_in_the_order_of_the_file(bound):
    papers = papers_of(bound)
    assert len(papers) == len(IN_ORDER)
    assert [title for title, text in zip(IN_ORDER, papers, strict=True) if not text.startswith(title)] == []
    assert all(fonts_of(bound).values())


def test_the_contents_name_receipts_behind_their_paper_and_the_ruling_at_the_end(bound):
    listed = next(text for text in papers_of(bound) if text.startswith("卷内目录"))
    names = [
        "权利义务告知书",
        "人民调解记录（第1次）",
        "人民调解记录（第2次）",
        "人民调解协议书",
        "调解协议履行凭证",
        "第1期收条.pdf",
        "第2期收条.pdf",
        "第3期收条.pdf",
        "人民调解回访记录",
        "司法确认申请书",
        "民事裁定书.pdf",
        "卷宗情况说明",
    ]
    places = [listed.index(squeezed(name)) for name in names]
    assert places == sorted(places)
    assert "png" not in listed  # a signature on the screen stands in the record


def test_every_paper_says_what_happened(bound):
    papers = papers_of(bound)

    def of(title):
        return "".join(text for text in papers if text.startswith(title))

    assert of("人民调解当事人权利义务告知书").count("同意调解（电话，2026年08月17日") == 3
    assert all(squeezed(said) in of("人民调解记录") for _day, said in TALKS)
    assert "人民币壹万贰仟捌佰零陆元零伍分" in of("人民调解协议书")
    receipts = of("调解协议履行凭证")
    paid = [("4,806.05", "2026年09月07日"), ("4,000.00", "2026年09月29日"), ("4,000.00", "2026年11月03日")]
    assert all(f"{amount}{day}银行转账" in receipts for amount, day in paid)
    assert "按期履行中" in of("人民调解回访记录")

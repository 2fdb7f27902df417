"""The record is read back and signed; from then on it stays, and corrections are added."""

from base64 import b64decode
from io import BytesIO
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse
from PIL import Image, ImageChops, ImageDraw

from cases import services as cases
from kernel.moves import MoveRefused
from kernel.papers import docx
from mediation import services
from mediation.models import RecordSignature
from mediation.papers import file_of, session_record
from mediation.selectors import signers_of_record
from mediation.states import RecordWay
from people.roles import Restriction
from tests.mediation.factories import accepted, held, invited, planned
from tests.raw import tables_with


def stroke() -> bytes:
    """A line across a white field."""
    picture, file = Image.new("RGB", (300, 100), "white"), BytesIO()
    ImageDraw.Draw(picture).line([(20, 80), (150, 20), (280, 70)], fill="black", width=5)
    picture.save(file, "PNG")
    return file.getvalue()


PNG = stroke()


def drawn() -> SimpleUploadedFile:
    return SimpleUploadedFile("手写签名.png", PNG, content_type="image/png")


def looks_alike(picture: bytes) -> bool:
    one, other = (Image.open(BytesIO(each)).convert("RGB") for each in (picture, PNG))
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


def entries(archive: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(archive)) as file:
        return {name: file.read(name) for name in file.namelist()}


@pytest.fixture
def session(mediation):
    return held(planned(mediation, helpers=[invited(mediation)]))


def signed(session, signer=None, by=None, **given):
    signer = signer or session.attended.first()
    words = {"way": RecordWay.SCREEN, "image": drawn()}
    return services.sign_record(session, by=by or session.mediation.mediator, signer=signer, **words | given)


def test_everybody_who_was_there_has_a_place(session):
    names = list(signers_of_record(session).values())
    assert names == [
        "申请人 陈素芬",
        "被申请人 周启航",
        "第三方 衢州市安澜物业有限公司",
        "楼长 赵六",
        "调解员 连翠英",
    ]
    for signer in signers_of_record(session):
        signed(session, signer)
    assert signers_of_record(type(session).objects.get(pk=session.pk)) == {}


def test_a_drawn_signature_goes_into_the_file(session):
    signature = signed(session)
    assert signature.name == "陈素芬"
    assert signature.image.dossier_id == session.mediation.dossier_id
    entry = session.mediation.history.get(verb="sign_record")
    assert entry.details == {"session": session.pk, "way": "screen", "signature": signature.pk}


def test_it_is_refused_to_strangers_twice_to_the_absent_and_without_a_picture_or_a_reason(
    mediation, stranger
):
    respondent = mediation.case.parties.all()[1]
    session = held(planned(mediation), absent=[respondent])
    with pytest.raises(MoveRefused):
        signed(session, by=stranger)
    with pytest.raises(MoveRefused, match="没有参加"):
        signed(session, respondent)
    with pytest.raises(MoveRefused, match="签名板"):
        signed(session, image=None)
    with pytest.raises(MoveRefused, match="见证人"):
        signed(session, way=RecordWay.REFUSED, image=None)
    signed(session)
    with pytest.raises(MoveRefused, match="已经签名"):
        signed(session)
    assert RecordSignature.objects.count() == 1


def test_a_failure_half_way_leaves_nothing(session, monkeypatch):
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        signed(session, way=RecordWay.PAPER, image=None)
    assert not RecordSignature.objects.exists()


def test_a_signed_record_is_frozen_by_the_database(session):
    services.add_attempt(
        session, by=session.mediation.mediator, proposal="各让一步", applicants="同意", respondents="考虑"
    )
    session.place = "第二调解室"
    session.save()  # as long as nobody has signed
    signed(session)
    session.record = "改过的记录"
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        session.save()
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        session.attempts.update(proposal="改过的方案")
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        session.attended.clear()
    with pytest.raises(DatabaseError), transaction.atomic():
        session.signatures.update(name="别人")
    with pytest.raises(MoveRefused, match="补正"):
        services.add_attempt(
            session, by=session.mediation.mediator, proposal="…", applicants="…", respondents="…"
        )


def test_the_page_signs_and_the_paper_shows_it(client, session):
    client.force_login(session.mediation.mediator)
    url = reverse("mediation:sign_record", args=[session.pk])
    assert "data-signature" in client.get(url).content.decode()
    party = session.attended.first()
    given = {"signer": f"party-{party.pk}", "way": "screen"}
    assert client.post(url, given).status_code == 422
    assert client.post(url, given | {"image": drawn()}).status_code == 302
    refusing = session.attended.last()
    given = {"signer": f"party-{refusing.pk}", "way": "refused", "note": "不愿签名，见证人赵六"}
    assert client.post(url, given).status_code == 302
    page = client.get(
        reverse("mediation:print_paper", args=[session.mediation_id, "session-1", "html"])
    ).content.decode()
    [drawing] = BeautifulSoup(page, "html.parser").select(".drawn img")
    assert looks_alike(b64decode(drawing["src"].removeprefix("data:image/png;base64,")))
    assert "屏幕手写签名" in page
    assert "见证人赵六" in page
    word = docx(session_record(file_of(session.mediation), session))
    assert [looks_alike(part) for name, part in entries(word).items() if name.startswith("word/media/")] == [
        True
    ]


def test_a_spoilt_picture_is_noted_and_spoils_no_paper(session):
    signed(session, image=SimpleUploadedFile("手写签名.png", PNG[:60]))
    text = str(session_record(file_of(session.mediation), session).blocks)
    assert "陈素芬：屏幕手写签名" in text


# --- add_addendum -----------------------------------------------------------------------------------------------------


def test_a_correction_stands_below_the_record(client, session):
    client.force_login(session.mediation.mediator)
    url = reverse("mediation:add_addendum", args=[session.pk])
    assert client.post(url, {"text": "第三行“九月”应为“十月”。"}).status_code == 409
    signed(session)
    assert client.post(url, {"text": "第三行“九月”应为“十月”。"}).status_code == 302
    page = client.get(
        reverse("mediation:print_paper", args=[session.mediation_id, "session-1", "html"])
    ).content.decode()
    assert "双方陈述事实" in page
    assert "应为“十月”" in page


def test_an_addendum_is_refused_to_strangers_and_half_way_leaves_nothing(session, stranger, monkeypatch):
    signed(session)
    with pytest.raises(MoveRefused):
        services.add_addendum(session, by=stranger, text="…")
    monkeypatch.setattr("kernel.history.record", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.add_addendum(session, by=session.mediation.mediator, text="…")
    assert not session.addenda.exists()


# --- Restricted matters -----------------------------------------------------------------------------------------------

WORDS = ("东边小会谈室", "妇联干部祝融", "夜里被锁在门外", "搬往城南另住", "三号应为五号", "他摔门而去")


def test_of_a_restricted_matter_all_of_it_is_cipher_and_stays_readable(mediator):
    mediation = accepted(mediator, restriction=Restriction.VIOLENCE)
    one = mediation.case.parties.first()
    helper = invited(mediation, WORDS[1])
    plan = planned(mediation, manner="apart", parties=[one], place=WORDS[0], helpers=[helper])
    session = held(plan, record=WORDS[2])
    services.add_attempt(session, by=mediator, proposal=WORDS[3], applicants="愿意", respondents="未到")
    signed(session, one, way=RecordWay.REFUSED, image=None, note=WORDS[5])
    services.add_addendum(session, by=mediator, text=WORDS[4])
    assert {word: tables_with(word) for word in WORDS if tables_with(word)} == {}
    read = type(session).objects.get(pk=session.pk)
    assert (read.record, read.attempts.get().proposal) == (WORDS[2], WORDS[3])


def test_what_is_restricted_later_becomes_cipher_though_it_is_frozen(mediation):
    session = held(planned(mediation, place=WORDS[0]), record=WORDS[2])
    signed(session)
    services.add_addendum(session, by=mediation.mediator, text=WORDS[4])
    cases.restrict(mediation.case, Restriction.VIOLENCE, by=None, note="")
    assert not tables_with(WORDS[2])
    assert not tables_with(WORDS[4])
    assert type(session).objects.get(pk=session.pk).record == WORDS[2]

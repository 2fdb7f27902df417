"""材料接收: several rows at once, corrected with a trace, returned; the printed list is filled from them."""

import re

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.states import Side
from intake import services
from intake.models import Material
from kernel.attachments import stored_path
from kernel.editing import seen_token
from kernel.models import Attachment
from kernel.moves import MoveRefused
from people.roles import Restriction, Role
from tests.factories import CaseFactory, UnitFactory, UserFactory
from tests.intake.test_print_paper import clerk, docx_text, matter, page_text, unit, url  # noqa: F811, F401

PDF = b"%PDF-1.4\n% scanned\n"


def scan():
    return SimpleUploadedFile("contract.pdf", PDF)


def address(case):
    return reverse("intake:receive_materials", args=[case.pk])


def sheet(case, *rows, **changes):
    """The form as the page sends it: five rows, the first ones typed into."""
    party = case.parties.get(side=Side.APPLICANT)
    empty = {"name": "", "kind": "copy", "pages": 1, "copies": 1, "party": party.pk}
    data = {"form-TOTAL_FORMS": 5, "form-INITIAL_FORMS": 0}
    for n in range(5):
        row = empty | (rows[n] if n < len(rows) else {})
        data |= {f"form-{n}-{name}": value for name, value in row.items()}
    return data | changes


def received(case, by, **changes) -> Material:
    given = {"name": "劳动合同", "kind": "copy", "pages": 3, "copies": 1}
    return services.receive_material(case, by=by, **(given | changes))


def text_of(answer):
    return BeautifulSoup(answer.content, "html.parser").main.get_text()


def test_several_rows_are_entered_at_once_and_the_list_prints_them(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    rows = (
        {"name": "身份证", "kind": "original", "returned": "on"},
        {"name": "劳动合同", "pages": 3, "copies": 2},
    )
    assert client.post(address(matter), sheet(matter, *rows)).status_code == 302
    card, contract = matter.materials.all()
    assert (card.state, card.returned_on, contract.state) == ("returned", timezone.localdate(), "kept")
    assert (contract.pages, contract.copies, contract.party.name, contract.by) == (3, 2, "陈素芬", clerk)
    for text in (
        page_text(client.get(url(matter, "materials"))),
        docx_text(client.get(url(matter, "materials", "docx"))),
    ):
        assert re.search(r"身份证\s*原件\s*1 页 1 份\s*陈素芬", text)
        assert re.search(r"劳动合同\s*复印件\s*3 页 2 份\s*陈素芬", text)
    assert [entry.verb for entry in card.history.all()] == ["receive_material", "return_material"]


def test_before_anything_is_entered_the_list_leaves_room_to_write(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    rows = BeautifulSoup(client.get(url(matter, "materials")).content, "html.parser").select("tbody tr")
    assert len(rows) >= 5


def test_a_row_may_come_with_its_scan(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    client.post(address(matter), sheet(matter, {"name": "劳动合同"}) | {"form-0-scan": scan()})
    material = Material.objects.get()
    assert stored_path(material.scan.sha256).read_bytes() == PDF
    assert (
        reverse("kernel:attachment", args=[material.scan_id]) in client.get(address(matter)).content.decode()
    )
    other = SimpleUploadedFile("again.pdf", PDF + b"2")
    client.post(reverse("intake:scan_material", args=[material.pk]), {"scan": other})
    material.refresh_from_db()
    assert stored_path(material.scan.sha256).read_bytes() == PDF + b"2"
    assert Attachment.objects.filter(dossier=matter.dossier).count() == 2


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, "请至少填写一份材料的名称"),
        ({"form-1-pages": 3}, "请填写或选择这一项"),
        ({"form-0-name": "合同", "form-0-pages": 0}, "不小于 1"),
        ({"form-0-name": "合同", "form-0-copies": 101}, "不大于 100"),
        ({"form-0-name": "合同", "form-0-party": 999999}, "选项"),
        (
            {"form-0-name": "合同", "form-0-scan": SimpleUploadedFile("x.exe", b"MZ\x90\0\0")},
            "不能接收这种文件",
        ),
        ({"form-TOTAL_FORMS": "x"}, "TOTAL_FORMS"),
    ],
)
def test_what_cannot_be_comes_back_filled(client, clerk, matter, changes, fault):  # noqa: F811
    client.force_login(clerk)
    answer = client.post(address(matter), sheet(matter) | changes)
    assert answer.status_code == 422
    assert fault in text_of(answer)
    assert not Material.objects.exists()


def test_a_correction_keeps_what_stood_there_before(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    material = received(matter, clerk)
    address = reverse("intake:correct_material", args=[material.pk])
    form = client.get(address).context["form"]
    data = {
        "name": "劳动合同",
        "kind": "original",
        "pages": 4,
        "copies": 1,
        "party": "",
        "seen": form["seen"].value(),
    }
    assert client.post(address, data).status_code == 302
    material.refresh_from_db()
    assert (material.kind, material.pages) == ("original", 4)
    changed = material.history.get(verb="correct_material").details["changed"]
    assert changed == {"kind": ["copy", "original"], "pages": ["3", "4"]}
    late = client.post(address, data | {"pages": 5})
    assert late.status_code == 409
    assert Material.objects.get().pages == 4


def test_what_goes_back_bears_its_day(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    material = received(matter, clerk, kind="original")
    address = reverse("intake:return_material", args=[material.pk])
    for wrong in ("2020-01-01", "9999-12-31", "x"):
        assert client.post(address, {"returned_on": wrong}).status_code == 422
    assert client.post(address, {"returned_on": f"{timezone.localdate()}"}).status_code == 302
    assert f"{timezone.localdate():%m月%d日}" in page_text(client.get(url(matter, "materials")))
    assert client.get(address).status_code == 409


def test_what_was_entered_by_mistake_leaves_the_list_and_stays_in_the_history(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    material = received(matter, clerk)
    assert (
        client.post(reverse("intake:void_material", args=[material.pk]), {"note": "重复"}).status_code == 302
    )
    assert "劳动合同" not in page_text(client.get(url(matter, "materials")))
    assert "已作废" in text_of(client.get(address(matter)))
    assert material.history.last().note == "劳动合同：重复"
    seen = seen_token(material, "correct_material", ["pages"])
    with pytest.raises(MoveRefused):
        services.correct_material(Material.objects.get(), by=clerk, seen=seen, pages=2)


def test_of_a_restricted_matter_names_and_scans_are_cipher(clerk, unit):  # noqa: F811
    case = CaseFactory(unit=unit, restriction=Restriction.VIOLENCE)
    material = received(case, clerk, name="伤情照片", scan=scan())
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM intake_material")
        assert cursor.fetchall() == [("",)]
        cursor.execute(
            "SELECT string_agg(note, ' ') FROM kernel_historyentry WHERE dossier_id = %s", [case.dossier_id]
        )
        assert "伤情照片" not in cursor.fetchone()[0]
    assert Material.objects.get().name == "伤情照片"
    assert PDF not in stored_path(material.scan.sha256).read_bytes()
    assert not Material.objects.visible_to(clerk).exists()


def test_only_who_received_or_handles_it_enters_materials(client, clerk, matter, unit):  # noqa: F811
    material = received(matter, clerk)
    director = UserFactory(post=(Role.DIRECTOR, UnitFactory(area=unit.area)))
    client.force_login(director)
    assert "登记新接收的材料" not in text_of(client.get(address(matter)))
    assert client.post(address(matter), sheet(matter, {"name": "合同"})).status_code == 403
    assert client.post(reverse("intake:void_material", args=[material.pk]), {"note": "x"}).status_code == 409
    with pytest.raises(MoveRefused):
        received(matter, director)
    client.force_login(UserFactory(post=(Role.CLERK, UnitFactory())))
    assert client.get(address(matter)).status_code == 404
    assert client.get(reverse("intake:correct_material", args=[material.pk])).status_code == 404


def test_the_page_asks_the_database_as_often_for_many_as_for_one(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    party = matter.parties.get(side=Side.APPLICANT)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            client.get(address(matter))
        return len(queries)

    received(matter, clerk, party=party)
    asked()
    once = asked()
    for _n in range(5):
        received(matter, clerk, party=party)
    assert asked() == once

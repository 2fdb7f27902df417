"""一次性告知: what is missing is entered in rows, kept, and printed on the notice."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from intake import services
from intake.models import Requirement
from kernel.moves import MoveRefused
from people.roles import Restriction, Role
from tests.factories import AreaFactory, CaseFactory, UnitFactory, UserFactory
from tests.intake.test_print_paper import clerk, docx_text, matter, page_text, unit, url  # noqa: F811, F401


def address(case):
    return reverse("intake:require_materials", args=[case.pk])


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def sheet(*rows):
    """The form as the page sends it: five rows, the first ones typed into."""
    data = {"form-TOTAL_FORMS": 5, "form-INITIAL_FORMS": 0}
    for n in range(5):
        row = {"name": "", "how": "", "due_on": ""} | (rows[n] if n < len(rows) else {})
        data |= {f"form-{n}-{name}": value for name, value in row.items()}
    return data


WAGES = {"name": "工资流水", "how": "加盖银行章", "due_on": f"{in_days(10)}"}


def test_what_is_asked_for_is_kept_and_printed(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    assert address(matter) in client.get(reverse("intake:papers", args=[matter.pk])).content.decode()
    assert client.post(address(matter), sheet(WAGES, {"name": "身份证复印件"})).status_code == 302
    first, second = matter.requirements.all()
    assert (first.name, first.how, first.due_on, first.by) == ("工资流水", "加盖银行章", in_days(10), clerk)
    assert (second.how, second.due_on) == ("", None)
    assert "工资流水，加盖银行章" in first.history.get(verb="require_material").note
    for text in (
        page_text(client.get(url(matter, "notice"))),
        docx_text(client.get(url(matter, "notice", "docx"))),
    ):
        for words in ("工资流水", "加盖银行章", f"{in_days(10):%Y年%m月%d日}", "身份证复印件"):
            assert words in text
    assert "告知补交材料" in client.get(reverse("cases:detail", args=[matter.pk])).content.decode()


def test_before_anything_is_entered_the_notice_leaves_room_to_write(client, clerk, matter):  # noqa: F811
    client.force_login(clerk)
    rows = BeautifulSoup(client.get(url(matter, "notice")).content, "html.parser").select("tbody tr")
    assert len(rows) >= 5


@pytest.mark.parametrize(
    ("verb", "typed"), [("supply_material", {}), ("void_requirement", {"note": "写错了"})]
)
def test_what_came_or_is_not_needed_is_asked_for_no_more(client, clerk, matter, verb, typed):  # noqa: F811
    [asked] = services.require_materials(matter, by=clerk, rows=[{"name": "工资流水"}])
    client.force_login(clerk)
    button = reverse(f"intake:{verb}", args=[asked.pk])
    assert button in client.get(address(matter)).content.decode()
    assert client.post(button, typed).status_code == 302
    assert "工资流水" in client.get(address(matter)).content.decode()
    assert "工资流水" not in page_text(client.get(url(matter, "notice")))
    assert client.post(button, typed).status_code == 409


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([], "至少填写一份"),
        ([{"how": "加盖银行章"}], "请填写"),
        ([WAGES | {"due_on": "2020-01-01"}], "提交期限在今天到一年以内"),
    ],
)
def test_what_cannot_be_comes_back_filled(client, clerk, matter, rows, fault):  # noqa: F811
    client.force_login(clerk)
    answer = client.post(address(matter), sheet(*rows))
    assert answer.status_code == 422
    assert fault in answer.content.decode()
    assert all(row.get("how", "") in answer.content.decode() for row in rows)
    assert not Requirement.objects.exists()


def test_of_a_restricted_matter_the_rows_are_cipher(clerk, unit):  # noqa: F811
    case = CaseFactory(unit=unit, restriction=Restriction.VIOLENCE)
    services.require_material(case, by=clerk, name="伤情鉴定", how="原件")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, how FROM intake_requirement")
        assert cursor.fetchone() == ("", "")
    assert Requirement.objects.get().name == "伤情鉴定"


def test_who_only_reads_asks_for_nothing(client, matter, unit, clerk):  # noqa: F811
    matter.unit = UnitFactory()
    matter.save()
    reader = UserFactory(post=(Role.CLERK, unit))
    client.force_login(reader)
    assert "form-0-name" not in client.get(address(matter)).content.decode()
    assert client.post(address(matter), sheet(WAGES)).status_code == 403
    with pytest.raises(MoveRefused):
        services.require_material(matter, by=reader, name="工资流水")


def test_another_unit_finds_none_of_it(client, clerk, matter):  # noqa: F811
    asked = services.require_material(matter, by=clerk, name="工资流水")
    client.force_login(UserFactory(post=(Role.CLERK, UnitFactory(area=AreaFactory()))))
    assert client.get(address(matter)).status_code == 404
    assert client.get(reverse("intake:supply_material", args=[asked.pk])).status_code == 404

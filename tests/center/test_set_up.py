import csv
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook

from governance_center.set_up import HEADINGS, PEOPLE, UNITS
from people.models import Unit, User
from people.roles import Role


@pytest.fixture
def sheet(tmp_path):
    """Writes a sheet with these rows and loads it; gives back the rows of first passwords."""

    def load(units=(), people=()):
        book = Workbook()
        for name, rows in ((UNITS, units), (PEOPLE, people)):
            page = book.create_sheet(name)
            for row in (HEADINGS[name], *rows):
                page.append(row)
        book.save(tmp_path / "centre.xlsx")
        passwords = tmp_path / "passwords.csv"
        call_command("set_up", tmp_path / "centre.xlsx", passwords=passwords, stdout=StringIO())
        assert passwords.stat().st_mode & 0o777 == 0o600
        made = list(csv.reader(passwords.read_text().splitlines()))[1:]
        passwords.unlink()
        return made

    return load


OFFICE = ("new_office", "新设综治办", "部门", "330803", "0570-1234567")


def test_units_and_people_come_from_one_sheet_and_log_in_with_first_passwords(sheet):
    made = sheet(
        [OFFICE],
        [
            ("zhang", "张三", "new_office", "承办人", "", "普通话"),
            ("zhang", "张三", "new_office", "单位负责人", "", ""),
            ("root1", "李四", "centre", "sysadmin", "", ""),
        ],
    )
    assert Unit.objects.get(code="new_office").kind == "department"
    user = User.objects.get(username="zhang")
    assert user.roles == {Role.HANDLER, Role.UNIT_HEAD}
    assert [entry.verb for entry in user.dossier.entries.all()] == ["create_user", "add_post", "add_post"]
    assert [row[0] for row in made] == ["zhang", "root1"]
    client = Client()
    client.post(reverse("people:login"), {"username": "zhang", "password": made[0][2]})
    assert client.get("/").url == reverse("people:change_password")


def test_every_fault_is_named_with_its_row_and_nothing_is_changed(sheet):
    with pytest.raises(CommandError) as refusal:
        sheet(
            [OFFICE, ("other", "另一局", "大棚", "330803", ""), ("third", "第三局", "部门", "999", "")],
            [
                ("zhang", "张三", "new_office", "承办人", "", ""),
                ("wang", "王五", "nowhere", "花匠", "", ""),
                ("王", "王六", "new_office", "承办人", "", ""),
                ("both", "周七", "new_office", "审计管理员", "", ""),
                ("both", "周七", "new_office", "承办人", "", ""),
            ],
        )
    said = str(refusal.value)
    for fault in (
        "单位 第 3 行：类别",
        "单位 第 4 行：没有代码为“999”的区域",
        "人员 第 3 行：没有代码为“nowhere”的单位",
        "人员 第 3 行：没有“花匠”这一岗位",
        "人员 第 4 行：用户名",
        "不能兼任业务岗位",
    ):
        assert fault in said
    assert not Unit.objects.filter(code="new_office").exists()
    assert not User.objects.filter(username="zhang").exists()


def test_a_known_unit_stays_as_it_is_and_a_known_user_name_is_a_fault(sheet):
    before = Unit.objects.get(code="centre").name
    sheet([("centre", "别的名字", "部门", "330803", "")], [("zhang", "张三", "centre", "引导员", "", "")])
    assert Unit.objects.get(code="centre").name == before
    assert User.objects.get(username="zhang").roles == {Role.GUIDE}
    with pytest.raises(CommandError, match="人员 第 2 行：用户名"):
        sheet([], [("zhang", "张三", "centre", "引导员", "", "")])


def test_the_template_is_a_sheet_that_can_be_loaded(tmp_path):
    path = tmp_path / "template.xlsx"
    call_command("set_up", path, template=True, stdout=StringIO())
    call_command("set_up", path, passwords=tmp_path / "p.csv", stdout=StringIO())
    assert User.objects.get(username="zhangsan").roles == {Role.CLERK}


def test_what_is_no_sheet_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "no.xlsx"
    path.write_text("no sheet")
    with pytest.raises(CommandError, match="打不开"):
        call_command("set_up", path, passwords=tmp_path / "p.csv")
    assert not (tmp_path / "p.csv").exists()

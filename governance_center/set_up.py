"""The first set-up of a real centre: its units and its people, from one sheet for Excel. Everything, or nothing.

Faults are named row by row, so that whoever filled the sheet mends it in one go.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zipfile import BadZipFile

from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from kernel.moves import MoveRefused
from people import accounts
from people.models import Area, Unit, User
from people.roles import Role

UNITS, PEOPLE = "单位", "人员"
HEADINGS = {
    UNITS: ("代码", "名称", "类别", "区域代码", "电话"),
    PEOPLE: ("用户名", "姓名", "单位代码", "岗位", "专长", "语言"),
}
EXAMPLES = {
    UNITS: ("centre", "某某县社会治理中心", "社会治理中心", "330803", "0570-0000000"),
    PEOPLE: ("zhangsan", "张三", "centre", "综合受理员", "", "普通话"),
}


class Faults(Exception):
    """What is wrong with the sheet, a sentence a row."""

    def __init__(self, found: list[str]):
        super().__init__("\n".join(found))


def write_template(path: Path) -> None:
    """An empty sheet with its headings and one example a table. A person with two posts takes two rows."""
    book = Workbook(write_only=True)
    for name, headings in HEADINGS.items():
        sheet = book.create_sheet(name)
        sheet.append(headings)
        sheet.append(EXAMPLES[name])
    book.save(path)


@transaction.atomic
def load(path: Path) -> list[tuple[str, str, str]]:
    """Put units and people in place; user name, name and first password of each new account."""
    with closing(opened(path)) as book:
        return load_book(book)


def load_book(book) -> list[tuple[str, str, str]]:
    faults: list[str] = []
    for number, row in rows_of(book, UNITS):
        faults += [told(UNITS, number, fault) for fault in enter_unit(*row.values())]
    people = defaultdict(list)
    for number, row in rows_of(book, PEOPLE):
        people[row["用户名"]].append((number, row))
    made = [enter_person(username, rows, faults) for username, rows in people.items()]
    if faults:
        raise Faults(faults)
    return made


def opened(path: Path):
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError) as error:
        raise Faults([_("打不开 %(path)s：须是 .xlsx 表格。") % {"path": path}]) from error
    missing = [name for name in HEADINGS if name not in book.sheetnames]
    if missing:
        raise Faults([_("缺少工作表“%(name)s”。") % {"name": name} for name in missing])
    return book


def rows_of(book, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows that are not empty, by heading, with their numbers as Excel shows them."""
    lines = book[name].iter_rows(values_only=True)
    headings = tuple(text(value) for value in next(lines, ()))[: len(HEADINGS[name])]
    if headings != HEADINGS[name]:
        wanted = "、".join(HEADINGS[name])
        raise Faults([_("工作表“%(name)s”的第一行须是：%(wanted)s。") % {"name": name, "wanted": wanted}])
    for number, line in enumerate(lines, start=2):
        values = [text(value) for value in line][: len(headings)]
        if any(values):
            yield number, dict(zip(headings, values + [""] * (len(headings) - len(values)), strict=True))


def text(value) -> str:
    return "" if value is None else str(value).strip()


def told(sheet: str, number: int, fault: str) -> str:
    return _("%(sheet)s 第 %(number)d 行：%(fault)s") % {"sheet": sheet, "number": number, "fault": fault}


def chosen(choices, value: str) -> str:
    """The stored word of what people write: its label or the word itself; empty for neither."""
    return next((choice.value for choice in choices if value in (choice.value, choice.label)), "")


def faults_of(row) -> list[str]:
    """What Django's own checks say, field by field."""
    try:
        row.full_clean(exclude=["password", "dossier"])
    except ValidationError as error:
        return [
            f"{row._meta.get_field(name).verbose_name}：{' '.join(said)}"
            for name, said in error.message_dict.items()
        ]
    return []


def enter_unit(code, name, kind, area_code, phone) -> list[str]:
    """A unit that is there already stays as it is."""
    if Unit.objects.filter(code=code).exists():
        return []
    area = Area.objects.filter(code=area_code).first()
    if area is None:
        return [_("没有代码为“%(code)s”的区域。") % {"code": area_code}]
    unit = Unit(code=code, name=name, kind=chosen(Unit.Kind, kind), area=area, phone=phone)
    faults = faults_of(unit)
    if not faults:
        unit.save()
    return faults


def enter_person(username: str, rows: list, faults: list[str]) -> tuple[str, str, str]:
    """One account of all rows with its user name; what is wrong with them goes to `faults`."""
    number, first = rows[0]
    user = User(username=username, name=first["姓名"], speciality=first["专长"], languages=first["语言"])
    found = [told(PEOPLE, number, fault) for fault in [*name_faults(username), *faults_of(user)]]
    posts = [post_of(number, row, found) for number, row in rows]
    password = ""
    if not found:
        try:
            password = accounts.enter_user(user, posts)
        except MoveRefused as refusal:
            found.append(told(PEOPLE, number, str(refusal)))
    faults += found
    return username, user.name, password


def name_faults(username: str) -> list[str]:
    try:
        ASCIIUsernameValidator()(username)
    except ValidationError:
        return [_("用户名只能用字母、数字和 @ . + - _。")]
    return []


def post_of(number: int, row: dict, faults: list[str]):
    unit, role = Unit.objects.filter(code=row["单位代码"]).first(), chosen(Role, row["岗位"])
    if unit is None:
        faults.append(told(PEOPLE, number, _("没有代码为“%(code)s”的单位。") % {"code": row["单位代码"]}))
    if not role:
        faults.append(told(PEOPLE, number, _("没有“%(role)s”这一岗位。") % {"role": row["岗位"]}))
    return unit, role

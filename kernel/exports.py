"""Sheets for Excel: masked as on the page, marked with who took them, traced, and harmless to open."""

from datetime import datetime
from decimal import Decimal
from io import BytesIO

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook

from kernel.moments import NEVER
from kernel.web import trace

LIMIT = 5000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def xlsx(request, name: str, labels: list[str], rows) -> HttpResponse:
    """A sheet of at most LIMIT rows. The page that answers with it writes its trace."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("数据"))
    sheet.append([str(label) for label in labels])
    count = 0
    for row in rows:
        sheet.append([cell(value) for value in row])
        count += 1
    mark = book.create_sheet(_("说明"))
    for line in watermark(request.user, name, count):
        mark.append(line)
    trace(
        request, request.user, "export", note=name, details={"rows": count, "query": request.GET.urlencode()}
    )
    content = BytesIO()
    book.save(content)
    response = HttpResponse(content.getvalue(), content_type=XLSX)
    filename = f"{name}-{timezone.localtime():%Y%m%d-%H%M}.xlsx"
    response.headers["Content-Disposition"] = content_disposition_header(True, filename)
    return response


def watermark(user, name: str, count: int) -> list[list[str]]:
    return [
        [_("名称"), str(name)],
        [_("导出人"), f"{user}（{user.username}）"],
        [_("导出时间"), f"{timezone.localtime():%Y-%m-%d %H:%M:%S}"],
        [_("行数"), str(count)],
        [_("说明"), _("个人信息已脱敏；每次导出均留痕，最多 %(limit)d 行。") % {"limit": LIMIT}],
    ]


def cell(value):
    """A value that Excel shows and does not run: moments in local time, text that begins a formula escaped."""
    if isinstance(value, datetime):
        return None if value >= NEVER else timezone.localtime(value).replace(tzinfo=None)
    if value is None or isinstance(value, int | float | Decimal):
        return value
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text

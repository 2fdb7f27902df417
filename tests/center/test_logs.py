import json
import logging
import sys

from django.conf import settings

FIELDS = dict(settings.LOGGING["formatters"]["fields"])
FORMATTER = FIELDS.pop("()")(**FIELDS)
DJANGO = logging.getLogger("django.request")


def logged(level, text, *arguments, exc_info=None) -> dict:
    record = DJANGO.makeRecord(DJANGO.name, level, __file__, 1, text, arguments, exc_info)
    (line,) = FORMATTER.format(record).splitlines()
    return json.loads(line)


def test_a_line_of_the_log_is_one_row_of_fields():
    row = logged(logging.WARNING, "%s: %s", "拒绝", "/cases/1/")

    assert (row["event"], row["level"], row["logger"]) == ("拒绝: /cases/1/", "warning", "django.request")
    assert row["timestamp"]


def test_a_failure_is_still_one_line():
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        row = logged(logging.ERROR, "Broken", exc_info=sys.exc_info())

    assert "ZeroDivisionError" in row["exception"]

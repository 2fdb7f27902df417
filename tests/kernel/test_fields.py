"""What fields of forms take and refuse."""

import pytest
from django.core.exceptions import ValidationError

from kernel.fields import DayField, MomentField


@pytest.mark.parametrize("typed", ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"])
def test_a_day_of_another_age_is_refused(typed):
    with pytest.raises(ValidationError, match="年份应在 2000 到 2100 之间"):
        DayField().clean(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "0001-01-01T00:00",
        "0001-01-01T00:00+14:00",
        "1999-12-31T23:59",
        "2101-01-01T00:00",
        "9999-12-31T23:59",
        "9999-12-31T23:59-12:00",
    ],
)
def test_so_is_a_moment(typed):
    with pytest.raises(ValidationError, match="年份应在 2000 到 2100 之间"):
        MomentField().clean(typed)


def test_people_were_born_before():
    born = DayField(first_year=1900)
    assert born.clean("1931-05-06").year == 1931
    with pytest.raises(ValidationError, match="年份应在 1900 到 2100 之间"):
        born.clean("1899-12-31")


def test_the_first_and_the_last_day_are_taken_and_none_where_none_is_asked():
    assert [DayField().clean(day).year for day in ("2000-01-01", "2100-12-31")] == [2000, 2100]
    assert MomentField().clean("2026-03-02T09:30").minute == 30
    assert DayField(required=False).clean("") is None

"""A figure, and the rows it is counted from: a number and the list that it opens are the same queryset."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Aggregate, DurationField, QuerySet

from kernel.calendar import DAY, midnight


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: `rows` are what it counts; with `base` it is a ratio of rows to base.

    Both are called with the same arguments: whose rows, seen with whose eyes, of which days. `moment` names the column
    that places a row of either in time, where several spans of days are counted at once.
    """

    slug: str
    label: str
    definition: str
    rows: Callable[..., QuerySet]
    base: Callable[..., QuerySet] | None = None
    moment: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """What a measure came to: `text` as shown, numerator and denominator apart."""

    measure: Measure
    count: int
    of: int | None

    @property
    def text(self) -> str:
        """ "12", or "75.0 %"; a dash where the base is nothing."""
        if self.of is None:
            return f"{self.count:,}"
        return f"{self.count / self.of:.1%}".replace("%", " %") if self.of else "—"

    @property
    def fraction(self) -> str:
        return f"{self.count}/{self.of}" if self.of is not None else ""


def value(measure: Measure, *asked) -> Value:
    of = measure.base(*asked).count() if measure.base else None
    return Value(measure, measure.rows(*asked).count(), of)


def within(field: str, first: date, last: date | None = None) -> dict:
    """The filter for moments on a local day (Asia/Shanghai), or from `first` to `last`, both counted."""
    return {f"{field}__gte": midnight(first), f"{field}__lt": midnight((last or first) + DAY)}


class Median(Aggregate):
    """The middle of some lengths of time; the mean of the two in the middle of an even number."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()

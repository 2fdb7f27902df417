"""One way to show rows: filters, search, column sort, paging by key, an honest total, export."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property

from django.db import connection
from django.db.models import Field, Q, QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from kernel import exports
from kernel.web import render_part

SIZE = 25
COUNTED = 1000
PLACE = frozenset({"after", "before", "last"})
"""What a query string says of the place in a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a list. `text` gives what a row shows and exports: masked, plain text or a moment.

    `sort` names an indexed, never-null field. `url` gives the address of the cell, `badge` the colour key of its
    state.
    """

    name: str
    label: str
    text: Callable[[object], object]
    sort: str = ""
    url: Callable[[object], str] | None = None
    badge: Callable[[object], str] | None = None
    css: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    text: object
    url: str
    badge: str


@dataclass(frozen=True, slots=True)
class Row:
    item: object
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Heading:
    column: Column
    url: str
    sorted: str  # "asc", "desc" or ""


class Listing:
    """The rows of one page of a list, as the query string asks for them.

    `queryset` is already scoped; `filters` is a form class whose bound form narrows with `narrow(queryset)`; `search`
    turns words into a condition. Malformed input falls back to the first page in the default order. At most 1,000
    rows are counted. The cost does not grow with the depth of the page. `topics` name what changes the rows: the
    first page follows them.
    """

    def __init__(
        self,
        request,
        queryset: QuerySet,
        columns: list[Column],
        *,
        sort: str,
        filters=None,
        search: Callable[[str], Q] | None = None,
        empty_text: str = "",
        size: int = SIZE,
        topics: Sequence[str] = (),
        **filter_options,
    ):
        _plan_by_value()
        self.request, self.columns, self.size = request, columns, size
        self.query = request.GET.copy()
        self.searchable = search is not None
        self.q = request.GET.get("q", "").replace("\0", "").strip()[:60]
        self.filters = filters(request.GET, **filter_options) if filters else None
        if self.filters is not None:
            queryset = self.filters.narrow(queryset) if self.filters.is_valid() else queryset.none()
        if search and self.q:
            queryset = queryset.filter(search(self.q))
        self.queryset = queryset
        self.sort = self._known_sort(request.GET.get("sort", ""), sort)
        self.empty_text = empty_text or _("没有符合条件的记录。")
        self.topics = " ".join(topics)

    exportable = True

    @property
    def is_live(self) -> bool:
        """Whether its address says all there is to ask again, and it is the first page: deeper ones stay as read."""
        return bool(self.topics) and self.request.method == "GET" and not PLACE & self.query.keys()

    @property
    def address(self) -> str:
        return self.request.get_full_path()

    def _known_sort(self, asked: str, default: str) -> str:
        known = {column.sort for column in self.columns if column.sort}
        return asked if asked.removeprefix("-") in known else default

    @property
    def field(self) -> str:
        return self.sort.removeprefix("-")

    @cached_property
    def _window(self) -> "Window":
        rows = self.queryset
        if self.q and len(self._counted) <= COUNTED:  # nothing is searched twice
            rows = rows.filter(pk__in=self._counted)
        return cut(rows, self.sort, self.size, self.query)

    @cached_property
    def rows(self) -> list[Row]:
        return [
            Row(item, [self._cell(column, item) for column in self.columns]) for item in self._window.items
        ]

    @staticmethod
    def _cell(column: Column, item) -> Cell:
        url = column.url(item) if column.url else ""
        return Cell(column, column.text(item), url, column.badge(item) if column.badge else "")

    @cached_property
    def headings(self) -> list[Heading]:
        return [Heading(column, self._sort_url(column), self._sorted(column)) for column in self.columns]

    def _sorted(self, column: Column) -> str:
        if not column.sort or column.sort != self.field:
            return ""
        return "desc" if self.sort.startswith("-") else "asc"

    def _sort_url(self, column: Column) -> str:
        if not column.sort:
            return ""
        return self._url(sort=column.sort if self._sorted(column) == "desc" else f"-{column.sort}")

    @cached_property
    def _counted(self) -> list[int]:
        """The keys of what was found, in no order; one more than is counted where there are too many."""
        return list(self.queryset.order_by().values_list("pk", flat=True)[: COUNTED + 1])

    @cached_property
    def total_label(self) -> str:
        count = len(self._counted)
        return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"

    @property
    def first_url(self) -> str:
        return self._url() if self.prev_url else ""

    @property
    def prev_url(self) -> str:
        return self._url(before=self._window.first_key) if self._window.has_previous else ""

    @property
    def next_url(self) -> str:
        return self._url(after=self._window.last_key) if self._window.has_next else ""

    @property
    def last_url(self) -> str:
        return self._url(last="1") if self._window.has_next else ""

    @cached_property
    def filter_query(self) -> QueryDict:
        """The query string without its place in the list."""
        query = self.query.copy()
        for key in PLACE:
            query.pop(key, None)
        return query

    def _url(self, **place) -> str:
        query = self.filter_query.copy()
        for key, value in place.items():
            query[key] = value
        return f"{self.request.path}?{query.urlencode()}"

    def export(self, name: str):
        """All rows (to the limit of exports) as a sheet, masked as on the page."""
        rows = self.queryset.order_by(self.sort, _tie(self.sort))[: exports.LIMIT]
        return exports.xlsx(self.request, name, [c.label for c in self.columns], self._texts(rows))

    def _texts(self, rows):
        return ([column.text(item) for column in self.columns] for item in rows.iterator(chunk_size=500))


def _plan_by_value() -> None:
    """For the rest of this transaction: a plan kept for any value misjudges rare words and narrow scopes by far."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")


def render_list(
    request, template: str, listing: Listing, name: str, *, parts: Collection[str] = (), **context
):
    """The page, its fragment #rows or another of `parts`, or the export.

    Views of lists are `@page(post=True)` because of the last.
    """
    if request.method == "POST":
        return listing.export(name)
    part = request.htmx.target if request.htmx.target in parts else "rows"
    return render_part(request, template, part, {"listing": listing, "name": name, **context})


@dataclass(frozen=True, slots=True)
class Window:
    """The rows between two keys."""

    items: list
    has_previous: bool
    has_next: bool
    first_key: str
    last_key: str


def cut(queryset: QuerySet, sort: str, size: int, query) -> Window:
    """Take one page out of `queryset` in the order of `sort` and the primary key."""
    after, before = (_parsed(queryset, sort, query.get(key, "")) for key in ("after", "before"))
    backwards = bool(before) or "last" in query
    order = [sort, _tie(sort)]
    if backwards:
        order = [_reversed(name) for name in order]
    key = before or after
    rows = queryset.filter(_beyond(order[0], *key)) if key else queryset
    items = list(rows.order_by(*order)[: size + 1])
    more, items = len(items) > size, items[:size]
    if backwards:
        items.reverse()
    ends = (_key(items[0], sort), _key(items[-1], sort)) if items else ("", "")
    has_previous, has_next = (more, bool(before)) if backwards else (bool(after), more)
    return Window(items, has_previous, has_next, *ends)


def _tie(sort: str) -> str:
    return "-pk" if sort.startswith("-") else "pk"


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: str, value, pk: int) -> Q:
    """`a <= x AND (a < x OR id < y)`: the form of the row comparison that an index on (a, id) can use."""
    field, side = order.removeprefix("-"), "lt" if order.startswith("-") else "gt"
    return Q(**{f"{field}__{side}e": value}) & (Q(**{f"{field}__{side}": value}) | Q(**{f"pk__{side}": pk}))


def _key(item, sort: str) -> str:
    value = item
    for name in sort.removeprefix("-").split("__"):
        value = getattr(value, name)
    return f"{item.pk}:{value.isoformat() if isinstance(value, date | datetime) else value}"


def _parsed(queryset: QuerySet, sort: str, text: str) -> tuple | None:
    """The (value, pk) that a key in the query string stands for; None for anything malformed."""
    pk, _colon, value = text.replace("\0", "").partition(":")
    if not pk.isdecimal() or len(pk) > 18:
        return None
    try:
        return _typed(_field(queryset, sort), value), int(pk)
    except (ValueError, InvalidOperation, OverflowError):
        return None


def _field(queryset: QuerySet, sort: str) -> Field:
    model = queryset.model
    *parents, name = sort.removeprefix("-").split("__")
    for parent in parents:
        model = model._meta.get_field(parent).related_model
    return model._meta.get_field(name)


def _typed(field: Field, value: str):
    kind = field.get_internal_type()
    if kind == "DateTimeField":
        return _present(parse_datetime(value.replace(" ", "+")))
    if kind == "DateField":
        return _present(parse_date(value))
    if kind == "DecimalField":
        return Decimal(value)
    if "Integer" in kind or kind == "BigAutoField":
        return _small(int(value))
    return value[:200]


def _present(value):
    if value is None:
        raise ValueError("not a moment")
    return value


def _small(value: int) -> int:
    if abs(value) >= 2**63:
        raise ValueError("not a number of a row")
    return value

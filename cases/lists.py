"""How files are listed, at whichever desk: columns, filters and words to search by.

Rows are cases, or rows of a file that carry its `case`; `TO_CASE` says how to get from one to the other.
"""

from collections.abc import Callable
from datetime import timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Category
from cases.states import Urgency
from kernel.calendar import midnight
from kernel.fields import DayField
from kernel.listing import Column
from kernel.words import matching
from people.models import Area
from people.roles import AREA_WIDE

ANY = [("", _("全部"))]


def case_columns(case: Callable, url: Callable | None = None) -> list[Column]:
    """The columns with which every list of files begins. `case` finds the file of a row, `url` the page to open."""
    return [
        Column(
            name="number",
            label=_("统一编号"),
            text=lambda row: case(row).number,
            url=url or (lambda row: reverse("cases:detail", args=[case(row).pk])),
            css="nowrap",
        ),
        Column(name="title", label=_("事项"), text=lambda row: case(row).title, css="main-cell"),
        Column(name="parties", label=_("当事人"), text=lambda row: masked_parties(case(row))),
        Column(name="category", label=_("类别"), text=lambda row: case(row).category.name),
        Column(
            name="urgency",
            label=_("紧急程度"),
            text=lambda row: case(row).get_urgency_display(),
            badge=lambda row: f"urgency-{case(row).urgency}",
            css="nowrap",
        ),
    ]


def masked_parties(case) -> str:
    """王*、李*. Reads the prefetched parties: two queries a list, however long."""
    return "、".join(party.masked for party in case.parties.all())


DESK_TABS = {"waiting": _("待接办"), "in_hand": _("办理中"), "done": _("已办")}


def desk_tab(request) -> str:
    """Which of the three lists of a desk is asked for."""
    tab = request.GET.get("tab", "waiting")
    return tab if tab in DESK_TABS else "waiting"


def desk_columns(detail: str) -> dict[str, list[Column]]:
    """The columns of the three lists of a desk that takes, then answers or sends back. `detail` names its page."""
    handled = [
        *case_columns(lambda row: row.case, lambda row: reverse(detail, args=[row.pk])),
        Column(
            name="state",
            label=_("状态"),
            text=lambda row: row.get_state_display(),
            badge=lambda row: row.state,
            css="nowrap",
        ),
        Column(name="unit", label=_("办理单位"), text=lambda row: row.unit.name),
        Column(name="handler", label=_("承办人"), text=lambda row: row.handler.name),
        Column(name="opened", label=_("接办时间"), text=lambda row: row.opened_at, sort="opened_at"),
    ]
    waiting = [
        *case_columns(lambda row: row.case),
        Column(name="unit", label=_("办理单位"), text=lambda row: row.unit.name),
        Column(name="opened", label=_("登记时间"), text=lambda row: row.opened_at, sort="opened_at"),
        Column(name="due", label=_("到期日"), text=lambda row: row.due_at, sort="due_at", css="due"),
    ]
    due = Column(
        name="due", label=_("到期日"), text=lambda row: row.round.due_at, sort="round__due_at", css="due"
    )
    ended = Column(name="ended", label=_("办结时间"), text=lambda row: row.ended_at)
    return {"waiting": waiting, "in_hand": [*handled, due], "done": [*handled, ended]}


def of_my_desk(rows: QuerySet, user) -> QuerySet:
    """The rows of one's own units; of the whole area for those who answer for one. `rows` are already scoped."""
    return rows if user.roles & AREA_WIDE else rows.filter(unit__in=user.unit_ids)


def words_of(words: str) -> Q:
    """Cases found by number, title, names and their initials. Restricted ones only by their whole number."""
    return matching(words) | Q(number=words.upper())


def words_of_case(words: str) -> Q:
    """The same for rows of a file. As a sub-query: an OR across a join could use no index."""
    return Q(case__in=Case.objects.filter(words_of(words)).values("pk"))


class FileFilter(forms.Form):
    """What every list of files can be narrowed by. Subclasses say how their rows reach the case and the due date."""

    TO_CASE = "case__"
    DUE = "due_at"

    category = forms.ModelChoiceField(None, label=_("类别"), required=False, empty_label=_("全部"))
    urgency = forms.TypedChoiceField(
        label=_("紧急程度"), choices=ANY + Urgency.choices, coerce=int, empty_value=None, required=False
    )
    township = forms.ModelChoiceField(
        None, label=_("问题属地"), required=False, empty_label=_("全部"), to_field_name="code"
    )
    since = DayField(label=_("登记自"), required=False)
    until = DayField(label=_("登记至"), required=False)
    overdue = forms.BooleanField(label=_("只看超期"), required=False)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.visible_to(user)
        townships = Area.objects.visible_to(user).filter(level=Area.Level.TOWNSHIP)
        self.fields["township"].queryset = townships

    def narrow(self, rows: QuerySet) -> QuerySet:
        return rows.filter(**{path: value for path, value in self.conditions().items() if value is not None})

    def conditions(self) -> dict:
        """Look-ups by path; None where nothing was asked."""
        asked = self.cleaned_data
        since, until, township = asked["since"], asked["until"], asked["township"]
        return {
            f"{self.TO_CASE}category": asked["category"],
            f"{self.TO_CASE}urgency": asked["urgency"],
            "area_path__startswith": township and township.path,
            f"{self.TO_CASE}opened_at__gte": since and midnight(since),
            f"{self.TO_CASE}opened_at__lt": until and midnight(until + timedelta(days=1)),
            f"{self.DUE}__lte": timezone.now() if asked["overdue"] else None,
        }


class DeskFilter(FileFilter):
    """The same for one of the lists of a desk, which stays the one that was asked for."""

    tab = forms.CharField(widget=forms.HiddenInput, required=False)

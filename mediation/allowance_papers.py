"""以案定补发放表, as it is shown, printed and exported: the number of a hidden matter stands nowhere."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.papers import Closing, Paper, Signatures, Table, Text
from mediation.capitals import in_capitals, in_figures

HEAD = [
    gettext_lazy("调解员"),
    gettext_lazy("统一编号"),
    gettext_lazy("难易程度"),
    gettext_lazy("评查合格"),
    gettext_lazy("补助（元）"),
]


def lines_of(sheet) -> list:
    return list(sheet.lines.select_related("mediator", "archive__case").order_by("mediator", "pk"))


def rows_of(sheet) -> list[list]:
    """One row a file, in the order of HEAD."""
    return [
        [
            line.mediator.name,
            line.number,
            line.difficulty,
            f"{timezone.localdate(line.archive.checked_at)}",
            line.amount,
        ]
        for line in lines_of(sheet)
    ]


def sheet_paper(sheet) -> Paper:
    rows = rows_of(sheet)
    total = sum(row[-1] for row in rows)
    by_mediator: dict[str, list] = {}
    for name, *_others, amount in rows:
        by_mediator.setdefault(name, []).append(amount)
    sums = [[name, str(len(paid)), in_figures(sum(paid))] for name, paid in by_mediator.items()]
    told = _("合计 %(count)d 件，%(figures)s 元（%(capitals)s）。") % {
        "count": len(rows),
        "figures": in_figures(total),
        "capitals": in_capitals(total),
    }
    approved = _("审批人：%(name)s") % {"name": sheet.decided_by} if sheet.is_approved else ""
    return Paper(
        title=_("以案定补发放表"),
        number=f"{sheet.month:%Y年%m月}",
        mark="" if sheet.is_approved else sheet.get_state_display(),
        blocks=[
            Text(str(sheet.unit), flush=True),
            Table([str(label) for label in HEAD], [[*row[:-1], in_figures(row[-1])] for row in rows]),
            Table([_("调解员"), _("件数"), _("小计（元）")], sums),
            Text(told),
            Text(_("只计入已经办结、立卷归档并由另一人评查合格的案件（人民调解法第十六条）。")),
            Closing(list(filter(None, [_("编制人：%(name)s") % {"name": sheet.drawn_up_by}, approved]))),
            Signatures([_("领取人（签名）")]),
        ],
    )

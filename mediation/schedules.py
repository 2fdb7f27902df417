"""Instalments of a sum: whether they make it up, and how papers say them. Pure functions of plain rows."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from mediation.capitals import in_capitals, in_figures

Rows = Iterable[Mapping]
"""Each with payer, payee, amount, due_on and way."""


def total(rows: Rows) -> Decimal:
    return sum((row["amount"] for row in rows), Decimal(0))


def amiss(amount: Decimal | None, rows: Rows, open_reason: str = "") -> str:
    """Why the rows do not make up the amount; empty where they do, or where it is left open with a reason."""
    rows = list(rows)
    if not rows or open_reason:
        return ""
    if amount is None:
        return _("已填写分期，请填写协议金额；总额暂不能确定的，写明原因。")
    if (paid := total(rows)) != amount:
        sums = {"total": in_figures(paid), "amount": in_figures(amount)}
        return _("各期合计 %(total)s 元，与协议金额 %(amount)s 元不一致；确需留有余额的，写明原因。") % sums
    return ""


def spelled(rows: Rows) -> str:
    """合计 12,806.05 元，人民币壹万贰仟捌佰零陆元零伍分; nothing without rows."""
    rows = list(rows)
    if not rows:
        return ""
    sums = {"figures": in_figures(total(rows)), "capitals": in_capitals(total(rows))}
    return _("合计 %(figures)s 元，%(capitals)s") % sums


def written(rows: Rows) -> str:
    """The rows as text, a line each: what a conflict shows, and the history compares."""
    return "\n".join(_line(number, row) for number, row in enumerate(rows, 1))


def _line(number: int, row: Mapping) -> str:
    told = {
        "number": number,
        "payer": row["payer"].name,
        "payee": row["payee"].name,
        "amount": in_figures(row["amount"]),
        "day": row["due_on"] or _("未定"),
        "way": row["way"].label,
    }
    return _("第 %(number)d 期：%(payer)s付给%(payee)s %(amount)s 元，%(day)s，%(way)s") % told

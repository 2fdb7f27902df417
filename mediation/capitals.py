"""Amounts and dates as Chinese papers write them. Pure functions."""

from datetime import date
from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿")
LARGEST = Decimal("999999999999.99")


def in_capitals(amount: Decimal) -> str:
    """人民币壹万贰仟捌佰零陆元零伍分 for 12,806.05: the amount in capitals, as on a cheque.

    It ends with 整 unless there are 分. Raises ValueError for less than nothing, for a fraction of a 分, and for
    more than twelve digits before the point.
    """
    amount = Decimal(amount)
    if not (0 <= amount <= LARGEST) or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"No sum of money that papers can hold: {amount}")
    yuan, cents = divmod(int(amount * 100), 100)
    return f"人民币{_yuan(yuan, cents)}{_cents(yuan, cents)}"


def in_figures(amount: Decimal) -> str:
    """12,806.05, by thousands as on a cheque; Django's Chinese format would group by ten thousands."""
    return f"{amount:,.2f}"


def _yuan(yuan: int, cents: int) -> str:
    if yuan:
        return f"{_whole(yuan)}元"
    return "" if cents else "零元"


def _cents(yuan: int, cents: int) -> str:
    """The 角 and 分. A missing 角 between 元 and 分 is read as 零."""
    jiao, fen = divmod(cents, 10)
    if not cents:
        return "整"
    if not fen:
        return f"{DIGITS[jiao]}角整"
    if not jiao:
        return f"{'零' if yuan else ''}{DIGITS[fen]}分"
    return f"{DIGITS[jiao]}角{DIGITS[fen]}分"


def _whole(number: int) -> str:
    """A positive whole number: groups of four places, and one 零 for any run of noughts between two digits."""
    words, gap = "", False
    for power in range(len(GROUPS) - 1, -1, -1):
        group = number // 10_000**power % 10_000
        if group:
            if words and (gap or group < 1000):
                words += DIGITS[0]
            words += _group(group) + GROUPS[power]
        gap = group == 0
    return words


def _group(group: int) -> str:
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            words += (DIGITS[0] if gap and words else "") + DIGITS[digit] + PLACES[place]
        gap = digit == 0
    return words


def date_in_chinese(day: date) -> str:
    """二〇二六年九月七日."""
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    return f"{year}年{_small(day.month)}月{_small(day.day)}日"


def _small(number: int) -> str:
    """1 to 99 as dates write them: 七, 十, 十一, 二十, 三十一."""
    tens, ones = divmod(number, 10)
    digits = "〇一二三四五六七八九"
    head = {0: "", 1: "十"}.get(tens, f"{digits[tens]}十")
    return head + (digits[ones] if ones or not tens else "")

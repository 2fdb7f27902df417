"""Amounts and dates as papers write them."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediation.capitals import date_in_chinese, in_capitals

VALUES = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("12806.05", "人民币壹万贰仟捌佰零陆元零伍分"),
        ("612300.00", "人民币陆拾壹万贰仟叁佰元整"),
        ("450", "人民币肆佰伍拾元整"),
        ("0", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("10", "人民币壹拾元整"),
        ("1680.32", "人民币壹仟陆佰捌拾元叁角贰分"),
        ("4806.50", "人民币肆仟捌佰零陆元伍角整"),
        ("100010", "人民币壹拾万零壹拾元整"),
        ("101000", "人民币壹拾万壹仟元整"),
        ("1000001", "人民币壹佰万零壹元整"),
        ("100000001", "人民币壹亿零壹元整"),
        ("100001000", "人民币壹亿零壹仟元整"),
        ("999999999999.99", "人民币玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_an_amount_is_written_as_on_a_cheque(amount, words):
    assert in_capitals(Decimal(amount)) == words


def read(words: str) -> int:
    """The cents that the words stand for, read by another road: digit by digit, unit by unit."""
    yuan, _mark, cents = words.removeprefix("人民币").rpartition("元")
    total = section = digit = 0
    for character in yuan:
        if character in VALUES:
            digit = VALUES[character]
        elif character in UNITS:
            section, digit = section + digit * UNITS[character], 0
        else:
            total, section, digit = total + (section + digit) * {"万": 10**4, "亿": 10**8}[character], 0, 0
    result = (total + section + digit) * 100
    for character, following in zip(cents, cents[1:], strict=False):
        result += VALUES.get(character, 0) * {"角": 10, "分": 1}.get(following, 0)
    return result


@given(st.integers(0, 99_999_999_999_999))
def test_the_words_read_back_to_the_same_amount(cents):
    assert read(in_capitals(Decimal(cents) / 100)) == cents


@given(st.integers(0, 12), st.integers(0, 999), st.integers(0, 99))
def test_amounts_with_many_noughts_read_back_too(power, head, cents):
    amount = (head * 10**power) % 10**12 * 100 + cents
    assert read(in_capitals(Decimal(amount) / 100)) == amount


WRITTEN = (  # every nought with its place, then what the cheque leaves out
    (r"零[拾佰仟]", "零"),
    (r"零+", "零"),
    (r"零([万亿元])", r"\1"),
    (r"亿万", "亿零"),
    (r"零+", "零"),
    (r"零元", "元"),
    (r"零角零分$", "整"),
    (r"零分$", "整"),
    (r"零角", "零"),
    (r"^元零?(?!整)", ""),
    (r"^元", "零元"),
)


def written(cents: int) -> str:
    """A second writer, which shares nothing with the first: by patterns instead of by groups."""
    yuan, jiao, fen = str(cents // 100), cents // 10 % 10, cents % 10
    digits = list(VALUES)
    places = "元拾佰仟万拾佰仟亿拾佰仟"[len(yuan) - 1 :: -1]
    words = "".join(digits[int(digit)] + place for digit, place in zip(yuan, places, strict=True))
    words += f"{digits[jiao]}角{digits[fen]}分"
    for pattern, instead in WRITTEN:
        words = re.sub(pattern, instead, words)
    return f"人民币{words}"


@given(st.integers(0, 99_999_999_999_999))
def test_a_second_writer_writes_the_same(cents):
    assert in_capitals(Decimal(cents) / 100) == written(cents)


@given(st.lists(st.sampled_from("0001259"), min_size=1, max_size=14))
def test_a_second_writer_writes_the_same_of_amounts_full_of_noughts(digits):
    cents = int("".join(digits))
    assert in_capitals(Decimal(cents) / 100) == written(cents)


@given(st.integers(0, 99_999_999_999_999))
def test_no_two_noughts_stand_together_and_none_before_the_yuan(cents):
    words = in_capitals(Decimal(cents) / 100)
    assert "零零" not in words
    assert "零元" not in words or words == "人民币零元整"


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "1000000000000", "NaN"])
def test_what_is_no_sum_of_money_is_refused(amount):
    with pytest.raises((ValueError, ArithmeticError)):
        in_capitals(Decimal(amount))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 9, 7), "二〇二六年九月七日"),
        (date(2026, 10, 10), "二〇二六年十月十日"),
        (date(2026, 11, 21), "二〇二六年十一月二十一日"),
        (date(2030, 12, 30), "二〇三〇年十二月三十日"),
    ],
)
def test_a_day_is_written_in_chinese_numerals(day, words):
    assert date_in_chinese(day) == words

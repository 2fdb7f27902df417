from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.identity import (
    CODE_ALPHABET,
    FutureDate,
    ImpossibleDate,
    OldNumber,
    UnknownRegion,
    WrongCharacters,
    WrongCheckDigit,
    WrongCreditCode,
    WrongCreditCodeCharacters,
    WrongLength,
    WrongPaper,
    WrongPhone,
    check_credit_code,
    check_id_number,
    check_paper,
    credit_code_check_character,
    id_check_digit,
    initials,
    normalise_phone,
    sort_key,
)

TODAY = date(2026, 11, 23)
VALID = [
    ("330803190101010013", "330803", date(1901, 1, 1), "m"),
    ("330803190202150023", "330803", date(1902, 2, 15), "f"),
    ("330803190306300030", "330803", date(1903, 6, 30), "m"),
    ("330802190509090049", "330802", date(1905, 9, 9), "f"),
    ("330106190402290013", "330106", date(1904, 2, 29), "m"),
    ("430421190603080024", "430421", date(1906, 3, 8), "f"),
]


@pytest.mark.parametrize(("number", "region", "birth_on", "sex"), VALID)
def test_a_right_number_tells_region_birth_and_sex(number, region, birth_on, sex):
    checked = check_id_number(number, TODAY)
    assert (checked.normalised, checked.region, checked.birth_on, checked.sex) == (
        number,
        region,
        birth_on,
        sex,
    )


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("33080319010101001", WrongLength, "17 位"),
        ("", WrongLength, "0 位"),
        ("330803010101001", OldNumber, "15 位"),
        ("33080319010101001A", WrongCharacters, "最后一位可以是 X"),
        ("3308031901010X0013", WrongCharacters, "只能是数字"),
        ("990803190101010013", UnknownRegion, "99"),
        ("330803190102300012", ImpossibleDate, "19010230"),
        ("330803190302290012", ImpossibleDate, "19030229"),
        ("330803190113010012", ImpossibleDate, "19011301"),
        ("330803000000000012", ImpossibleDate, "00000000"),
        ("330803202612010015", FutureDate, "2026-12-01"),
        ("330803190101010014", WrongCheckDigit, "校验位"),
    ],
)
def test_a_wrong_number_is_refused_with_what_is_wrong(text, error, words):
    with pytest.raises(error) as refused:
        check_id_number(text, TODAY)
    assert words in str(refused.value)
    assert isinstance(refused.value, ValueError)


@pytest.mark.parametrize("number", [number for number, *_ in VALID])
def test_any_other_last_digit_is_refused(number):
    for digit in set("0123456789X") - {number[-1]}:
        with pytest.raises(WrongCheckDigit):
            check_id_number(number[:17] + digit, TODAY)


def test_a_small_x_full_width_digits_and_blanks_are_accepted():
    number = next(
        first + "X"
        for first in (f"33080319010101{order:03}" for order in range(1, 200))
        if id_check_digit(first) == "X"
    )
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number.lower())
    assert check_id_number(number.lower(), TODAY).normalised == number
    assert check_id_number(wide, TODAY).normalised == number
    assert check_id_number(f" {number[:6]} {number[6:14]} {number[14:]} ", TODAY).normalised == number


def test_someone_born_today_has_a_number():
    first = "33080320261123001"
    assert check_id_number(first + id_check_digit(first), TODAY).birth_on == TODAY


@given(
    st.sampled_from(["330803", "430421", "110101", "810000"]),
    st.dates(min_value=date(1900, 1, 1), max_value=TODAY),
    st.integers(min_value=1, max_value=999),
)
def test_every_number_with_its_check_digit_is_right_and_loses_it_with_two_digits_swapped(region, born, order):
    first = f"{region}{born:%Y%m%d}{order:03}"
    number = first + id_check_digit(first)
    assert check_id_number(number, TODAY).birth_on == born
    swapped = number[:15] + number[16] + number[15] + number[17]
    if swapped != number:
        with pytest.raises(WrongCheckDigit):
            check_id_number(swapped, TODAY)


@given(st.text(max_size=24), st.sampled_from([check_id_number, check_credit_code, normalise_phone]))
def test_any_text_is_either_a_number_or_a_sentence(text, check):
    refusal = ""
    try:
        check(text)
    except WrongPaper as refused:
        refusal = str(refused)
    assert refusal == "" or refusal.endswith("。")


@pytest.mark.parametrize("code", ["91330803MA0000015C", "12330803000000027M", "92330803MA0000058N"])
def test_a_right_credit_code_has_no_warning(code):
    assert check_credit_code(code.lower()).normalised == code
    assert not check_credit_code(code).warning


def test_a_sum_that_is_a_multiple_of_31_gives_the_check_character_0():
    first = next(
        first
        for first in (f"91330803MA{serial:07}" for serial in range(1000))
        if sum(CODE_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first)) % 31 == 0
    )
    assert credit_code_check_character(first) == "0"
    assert not check_credit_code(first + "0").warning


def test_a_wrong_check_character_and_an_old_number_warn_but_do_not_block():
    assert "校验码不符" in str(check_credit_code("91330803MA0000015D").warning)
    assert "旧工商注册号" in str(check_credit_code("330803000012345").warning)


def test_a_credit_code_of_the_wrong_length_or_with_foreign_letters_is_refused():
    with pytest.raises(WrongCreditCode, match="17 位"):
        check_credit_code("91330803MA0000015")
    with pytest.raises(WrongCreditCodeCharacters, match="“O”"):
        check_credit_code("91330803MAO000015C")


@given(st.text(alphabet=CODE_ALPHABET, min_size=17, max_size=17))
def test_every_credit_code_with_its_check_character_is_right(first):
    assert not check_credit_code(first + credit_code_check_character(first)).warning


@pytest.mark.parametrize(
    ("id_type", "text", "number"),
    [
        ("resident", "330803190101010013", "330803190101010013"),
        ("passport", "e 12345678", "E12345678"),
        ("hk_macao", "h01234567", "H01234567"),
        ("hk_macao", "M0123456701", "M0123456701"),
        ("taiwan", "01234567", "01234567"),
        ("taiwan", "0123456789(B)", "0123456789"),
        ("none", "", ""),
    ],
)
def test_papers_of_other_places_are_normalised(id_type, text, number):
    assert check_paper(id_type, text, TODAY) == number


@pytest.mark.parametrize(
    ("id_type", "text"), [("passport", "!!"), ("hk_macao", "X1234"), ("taiwan", "12"), ("resident", "1")]
)
def test_papers_of_a_wrong_layout_say_what_they_should_look_like(id_type, text):
    with pytest.raises(WrongPaper) as refused:
        check_paper(id_type, text, TODAY)
    assert "位" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800001234", "13800001234"),
        ("138 0000 1234", "13800001234"),
        ("138-0000-1234", "13800001234"),
        ("+86 138 0000 1234", "13800001234"),
        ("008613800001234", "13800001234"),
        ("86 13800001234", "13800001234"),
        ("１９９００００１２３４", "19900001234"),
        ("0570-3012345", "0570-3012345"),
        ("(0570) 301 2345", "0570-3012345"),
        ("０５７０－３０１２３４５", "0570-3012345"),
        ("+86-570-3012345", "0570-3012345"),
        ("010-62345678", "010-62345678"),
        ("02162345678", "021-62345678"),
        ("3012345", "0570-3012345"),
        ("0570-3012345转801", "0570-3012345转801"),
        ("0571-87654321", "0571-87654321"),
        ("400-800-1234", "4008001234"),
        ("12345", "12345"),
        ("+852 9123 4567", "+85291234567"),
    ],
)
def test_a_telephone_has_one_spelling(text, number):
    assert normalise_phone(text) == number
    assert normalise_phone(number) == number


@pytest.mark.parametrize(
    "text", ["", "1380000123", "138000012345", "12800001234", "没有电话", "0570-123", "+86"]
)
def test_what_is_no_telephone_is_refused(text):
    with pytest.raises(WrongPhone, match="带区号"):
        normalise_phone(text)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("王冬梅", "wdm"),
        ("单小明", "sxm"),
        ("曾国英", "zgy"),
        ("解学龙", "xxl"),
        ("仇和平", "qhp"),
        ("区文诗", "ows"),
        ("查良玉", "zly"),
        ("朴正花", "pzh"),
        ("盖晓峰", "gxf"),
        ("乐嘉宁", "yjn"),
        ("翟志刚", "zzg"),
        ("万俟雨", "mqy"),
        ("尉迟恭", "ycg"),
        ("长孙顺德", "zssd"),
        ("欧阳小明", "oyxm"),
        ("阿依古丽·买买提", "ayglmmt"),
        ("阿依古丽•买买提", "ayglmmt"),
        ("那孜古丽·吐尔逊", "nzgltex"),
        ("John Smith", "js"),
        ("李 明", "lm"),
        ("", ""),
    ],
)
def test_initials_follow_the_readings_of_surnames(name, letters):
    assert initials(name) == letters


@pytest.mark.parametrize("name", ["王䶮", "赵燚", "𠅤小龙", "陈堃", "李𬭎"])
def test_rare_characters_are_kept_findable(name):
    assert len(initials(name)) == len(name)


def test_names_sort_by_pinyin_then_tone_then_character():
    names = ["郑和田", "单小明", "陈素芬", "曾国英", "王冬梅", "汪冬梅", "区文诗", "程素芬"]
    assert sorted(names, key=sort_key) == [
        "陈素芬", "程素芬", "区文诗", "单小明", "汪冬梅", "王冬梅", "曾国英", "郑和田",
    ]  # fmt: skip


@given(st.text(max_size=20))
def test_any_name_has_initials_and_a_sort_key(name):
    assert isinstance(initials(name), str)
    assert isinstance(sort_key(name), str)

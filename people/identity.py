"""Names and papers of people and firms: checked, normalised, sortable. Pure functions; nothing here stores anything.

Errors are ValueErrors whose text is a sentence for the person at the window.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pypinyin import Style, lazy_pinyin

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECK_DIGITS = "10X98765432"
ID_REGIONS = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
"""The first two digits in use: provinces (GB/T 2260), and 81, 82, 83 of the residence permits for Hong Kong, Macao
and Taiwan residents (国办发〔2018〕81号)."""

CODE_LENGTH = 18
CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))

EARLIEST_BIRTH = date(1890, 1, 1)


class WrongPaper(ValueError):
    """A number that cannot be right. `str(error)` says what is wrong, in the reader's language."""

    message: str | Promise = _("号码有误，请核对。")

    def __init__(self, **details: object):
        super().__init__(details)
        self.details = details

    def __str__(self) -> str:
        return str(self.message) % self.details if self.details else str(self.message)


class WrongLength(WrongPaper):
    message = _("身份证号码应为 18 位，现在是 %(length)d 位。")


class OldNumber(WrongLength):
    message = _("这是 15 位的旧身份证号码，请按现行证件填写 18 位号码。")


class WrongCharacters(WrongPaper):
    message = _("身份证号码只能是数字，最后一位可以是 X。")


class UnknownRegion(WrongPaper):
    message = _("身份证号码前两位“%(region)s”不是有效的地区代码。")


class ImpossibleDate(WrongPaper):
    message = _("身份证号码中的出生日期“%(text)s”不存在。")


class FutureDate(WrongPaper):
    message = _("身份证号码中的出生日期 %(day)s 在今天之后。")


class WrongCheckDigit(WrongPaper):
    message = _("身份证号码的校验位不对，请逐位核对。")


class WrongCreditCode(WrongPaper):
    message = _("统一社会信用代码应为 18 位，现在是 %(length)d 位。")


class WrongCreditCodeCharacters(WrongPaper):
    message = _("统一社会信用代码中不会出现“%(found)s”（没有字母 I、O、S、V、Z）。")


class WrongTravelPaper(WrongPaper):
    message = _("证件号码格式不对：%(expected)s。")


class WrongPhone(WrongPaper):
    message = _("电话号码格式不对：手机为 11 位数字，固定电话请带区号，如 0570-3012345。")


@dataclass(frozen=True)
class IdNumber:
    """A checked 公民身份号码. `sex` is "m" or "f", `region` the six-digit code of first registration."""

    normalised: str
    region: str
    birth_on: date
    sex: str


@dataclass(frozen=True)
class CreditCode:
    """A 统一社会信用代码. `warning` is empty, or a sentence to show beside a number that is kept all the same."""

    normalised: str
    warning: str | Promise = ""


def folded(text: str) -> str:
    """Full-width forms to half-width, letters upper-case, no blanks, dots or dashes between the characters."""
    text = unicodedata.normalize("NFKC", text).upper()
    return re.sub(r"[\s\u200b-\u200f\ufeff·.\-‐-―−]+", "", text)


def check_id_number(text: str, today: date | None = None) -> IdNumber:
    """Check a citizen's number by GB 11643-1999: length, characters, region, date, check digit, in this order.

    Full-width digits, blanks and a lower-case x are accepted. Raises a WrongPaper that names the first fault. The
    date is looked at before the check digit, so a computed check digit does not hide a 30th of February.
    """
    number = folded(text)
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise OldNumber
    if len(number) != 18:
        raise WrongLength(length=len(number))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise WrongCharacters
    if number[:2] not in ID_REGIONS:
        raise UnknownRegion(region=number[:2])
    birth_on = _birth(number[6:14], today or date.today())
    if number[17] != id_check_digit(number[:17]):
        raise WrongCheckDigit
    return IdNumber(number, number[:6], birth_on, "m" if int(number[16]) % 2 else "f")


def _birth(digits: str, today: date) -> date:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise ImpossibleDate(text=digits) from None
    if born < EARLIEST_BIRTH:
        raise ImpossibleDate(text=digits)
    if born > today:
        raise FutureDate(day=born.isoformat())
    return born


def id_check_digit(first17: str) -> str:
    """The 18th character for the first 17 digits (ISO 7064 MOD 11-2, GB 11643-1999)."""
    return ID_CHECK_DIGITS[sum(int(d) * w for d, w in zip(first17, ID_WEIGHTS, strict=True)) % 11]


def check_credit_code(text: str) -> CreditCode:
    """Check an organisation's code by GB 32100-2015.

    A wrong length or a letter outside the alphabet raises. A wrong check character only warns: codes given out
    before the standard settled do not always fit (domain.md 9.2). So do 15-digit registration numbers of the past.
    """
    code = folded(text)
    if len(code) == 15 and code.isascii() and code.isdigit():
        return CreditCode(code, _("这是 15 位的旧工商注册号，建议改填 18 位统一社会信用代码。"))
    if len(code) != 18:
        raise WrongCreditCode(length=len(code))
    if foreign := [character for character in code if character not in CODE_ALPHABET]:
        raise WrongCreditCodeCharacters(found=foreign[0])
    if code[17] != credit_code_check_character(code[:17]):
        return CreditCode(code, _("校验码不符，可能有录入错误，也可能是早期赋码，请核对证照。"))
    return CreditCode(code)


def doubt_about(code: str) -> str:
    """What is doubtful about a code that is kept; empty where nothing is, or where there is none."""
    try:
        return str(check_credit_code(code).warning) if code else ""
    except WrongPaper as fault:
        return str(fault)


def credit_code_check_character(first17: str) -> str:
    """The 18th character for the first 17 (GB 32100-2015). The outer mod matters where the sum is a multiple of 31."""
    total = sum(CODE_ALPHABET.index(c) * w for c, w in zip(first17, CODE_WEIGHTS, strict=True))
    return CODE_ALPHABET[(31 - total % 31) % 31]


TRAVEL_PAPERS = {
    "passport": (r"(?=.*[0-9])[A-Z0-9]{5,15}", _("护照号码为 5 至 15 位字母和数字")),
    "hk_macao": (r"[HM][0-9]{8}([0-9]{2})?", _("港澳居民来往内地通行证为 H 或 M 加 8 位（或 10 位）数字")),
    "taiwan": (r"[0-9]{8}|[0-9]{10}[A-Z]?", _("台湾居民来往大陆通行证为 8 位数字（旧证 10 位）")),
}
"""Loose on purpose: papers of other places change their layouts, and a person is never sent away for a layout."""


def check_paper(id_type: str, text: str, today: date | None = None) -> str:
    """The normalised number of any paper: "resident", "passport", "hk_macao", "taiwan", or "none" (nothing to check).

    Raises a WrongPaper that says what the number should look like.
    """
    if id_type == "none":
        return ""
    if id_type == "resident":
        return check_id_number(text, today).normalised
    pattern, expected = TRAVEL_PAPERS[id_type]
    number = re.sub(r"\(.*\)$", "", folded(text))
    if not re.fullmatch(pattern, number):
        raise WrongTravelPaper(expected=expected)
    return number


DIRECT = re.compile(r"1[3-9][0-9]{9}|(?:400|800)[0-9]{7}|1[0-9]{2}|1[02]?[0-9]{3}|9[56][0-9]{3,4}")
"""Mobiles, 400 and 800 numbers, and service numbers such as 110, 12345, 95588."""
LOCAL = re.compile(r"[2-9][0-9]{6}")
ABROAD = re.compile(r"(?:\+|00)[1-9][0-9]{6,14}")
LANDLINE = re.compile(r"(010|02[0-9]|0[3-9][0-9]{2})([2-9][0-9]{6,7})(?:(?:转|EXT|#)([0-9]{1,5}))?")


def normalise_phone(text: str, area_code: str = "0570") -> str:
    """One spelling for each telephone: "13800001234", "0570-3012345", "0570-3012345转801",
    "4008001234", "+85291234567".

    Blanks, dashes, brackets, full-width digits and +86 are accepted; seven digits alone are a number of `area_code`.
    Raises WrongPhone for anything else.
    """
    number = re.sub(r"[\s()\[\]【】/\-‐-―−·.\u200b]+", "", unicodedata.normalize("NFKC", text).upper())
    number = re.sub(r"^(?:\+|00)?86(?=[0-9]{9,}|1[3-9])", "", number)
    if DIRECT.fullmatch(number):
        return number
    if LOCAL.fullmatch(number):
        return f"{area_code}-{number}"
    if landline := LANDLINE.fullmatch(number) or LANDLINE.fullmatch("0" + number):
        area, local, extension = landline.groups()
        return f"{area}-{local}转{extension}" if extension else f"{area}-{local}"
    if ABROAD.fullmatch(number):
        return "+" + number.removeprefix("+").removeprefix("00")
    raise WrongPhone


SURNAMES = {
    "万俟": "mo4 qi2", "尉迟": "yu4 chi2", "长孙": "zhang3 sun1", "澹台": "tan2 tai2", "单于": "chan2 yu2",
    "欧阳": "ou1 yang2", "上官": "shang4 guan1", "诸葛": "zhu1 ge3", "司马": "si1 ma3", "夏侯": "xia4 hou2",
    "皇甫": "huang2 fu3", "令狐": "ling2 hu2", "宇文": "yu3 wen2", "慕容": "mu4 rong2", "公孙": "gong1 sun1",
    "单": "shan4", "曾": "zeng1", "解": "xie4", "仇": "qiu2", "区": "ou1", "查": "zha1", "任": "ren2",
    "朴": "piao2", "盖": "ge3", "乐": "yue4", "员": "yun4", "尉": "wei4", "缪": "miao4", "宓": "mi4",
    "华": "hua4", "燕": "yan1", "纪": "ji3", "过": "guo1", "晁": "chao2", "冼": "xian3", "洗": "xian3",
    "翟": "zhai2", "种": "chong2", "秘": "bi4", "繁": "po2", "折": "she2", "黑": "he4", "那": "na1",
    "应": "ying1", "宁": "ning2", "葛": "ge3", "隗": "wei3", "召": "shao4", "逄": "pang2", "乜": "nie4",
    "么": "yao1", "覃": "qin2", "能": "nai4", "瞿": "qu2", "哈": "ha3", "石": "shi2", "车": "che1",
    "祭": "zhai4", "柏": "bai3", "都": "du1", "沈": "shen3", "俞": "yu2", "贾": "jia3", "强": "qiang2",
    "卜": "bu3", "褚": "chu3", "冯": "feng2", "谌": "chen2", "郗": "xi1", "尹": "yin3", "令": "ling2",
    "曲": "qu1", "重": "chong2", "朝": "chao2", "郇": "huan2", "撒": "sa3", "会": "gui4", "相": "xiang4",
    "少": "shao4", "句": "gou1", "藏": "zang1", "咸": "xian2", "候": "hou2", "阚": "kan4", "幺": "yao1",
    "降": "jiang4", "行": "xing2", "莘": "shen1", "鲜": "xian1", "佴": "nai4", "适": "kuo4", "占": "zhan1",
    "仉": "zhang3", "牟": "mu4", "哥": "ge1", "万": "wan4", "尧": "yao2", "逯": "lu4", "郄": "qie4",
}  # fmt: skip
"""Readings of surnames that differ from the everyday reading, and compound surnames (现代汉语词典, surnames)."""


def tidy_name(name: str) -> str:
    """A name as it is kept: one kind of dot between its parts, no blanks around Han characters, rare ones untouched.

    Not normalised by NFKC, which would exchange some rare characters for common ones.
    """
    name = re.sub(r"\s*[·•‧・∙⋅・．]\s*", "·", name.replace("\u3000", " ").strip())
    return re.sub(r"(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])|\s+(?=\s)", "", name)


@lru_cache(maxsize=20_000)
def syllables(name: str) -> tuple[str, ...]:
    """The name in pinyin with tones, surname first: ("shan4", "xiao3", "ming2"). Foreign words stay as they are.

    A character without a known reading stands for itself, so that the person can still be found by it.
    """
    name = re.sub(r"[\s·•‧・.\-,，()（）]+", " ", unicodedata.normalize("NFKC", name)).strip()
    if not name:
        return ()
    head = next((head for head in (name[:2], name[:1]) if head in SURNAMES), "")
    if " " in name and head and name[len(head) : len(head) + 1] != " ":
        head = ""  # 那孜古丽 吐尔逊: a name in parts has no Han surname in front
    rest = name[len(head) :].strip()
    spelled = SURNAMES[head].split() if head else []
    for word in rest.split():
        spelled += lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True)
    return tuple(part.lower() for part in spelled if part.strip())


def initials(name: str) -> str:
    """The first letters of the pinyin, lower-case: 单小明 → "sxm", 阿依古丽·买买提 → "ayglmmt"."""
    return "".join(part[0] for part in syllables(name))


def sort_key(name: str) -> str:
    """A text by which names sort as in a Chinese directory: by pinyin, then tone, then character."""
    return " ".join(syllables(name)) + " " + name.strip()

"""Three categories, three outlets and an urgency for a told story, with the words that led to them.

Pure functions over cue words: no model, no learning, nothing that the page could not show. The suggestion is an
aid, a person confirms it (PIPL Art. 24). Definitions of the urgencies: domain.md 9.6.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from cases.reference import Category, Cue, Outlet, RestrictionHint, Urgency

GAP = "[^。！？；\n]{0,8}?"
OUTLET_RANKS = (7, 5, 4, 3, 2.5)
FALLBACK = ("C24", "C15", "C14")
SHOWN_CUES = 12

ORDINARY, PRESSING, URGENT, AT_ONCE = "一般", "较急", "紧急", "特急"
THRESHOLDS = {AT_ONCE: 10, URGENT: 8, PRESSING: 5}
HINTED = 5
"""So many points let somebody be told that a matter may be a restricted one."""
GROUP, CROWD = 5, 10
GATHERED = re.compile(
    r"聚集|堵|围住|围堵|拉横幅|拉了横幅|一起来|人都来|这次来|今天来|来登记的|坐在|不肯走|上门|大院|集合|我们[0-9一二两三四五六七八九十百]+"
)
APART = re.compile(r"群里|准备集体|联名信|有[^，。]{0,8}(?:会员|家长)|来电|已有")


@dataclass(frozen=True)
class Suggestion:
    """Codes best first. `cues` are the words as they stand in the text; count, amount and townships may be unknown.

    `restriction` is the kind of restricted matter that this may be, and `hint` what is told then.
    """

    categories: tuple[str, ...]
    outlets: tuple[str, ...]
    urgency: str
    reason: str
    cues: tuple[str, ...]
    people_count: int | None
    amount: Decimal | None
    townships: tuple[str, ...]
    restriction: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Weighed:
    """How much a text speaks for one row, and the words that did."""

    key: str
    score: float
    words: tuple[tuple[int, str], ...]


def suggest(
    text: str,
    *,
    categories: Sequence[Category],
    outlets: Sequence[Outlet],
    urgencies: Sequence[Urgency],
    restrictions: Sequence[RestrictionHint] = (),
    township_names: Iterable[str] = (),
) -> Suggestion:
    """Suggest for `text`. Names of townships are taken out first, so 湖南镇 is a town and 湖南 is nothing."""
    plain = folded(text)
    towns = tuple(name for name in township_names if name in plain)
    for name in towns:
        plain = plain.replace(name, "某镇")
    ranked = weigh(plain, ((row.code, row.cues) for row in categories))
    urgency = weigh_urgency(plain, urgencies)
    best = [row for row in ranked if row.score > 0][:3]
    codes = dict.fromkeys([row.key for row in best] + [code for code in FALLBACK])
    by_outlet = weigh_outlets(plain, best, {row.code: row for row in categories}, outlets, urgency.key)
    hinted = weigh_restrictions(plain, restrictions)
    words = [word for row in (*best[:2], urgency) for _weight, word in sorted(row.words, reverse=True)]
    return Suggestion(
        categories=tuple(codes)[:3],
        outlets=tuple(by_outlet[:3]),
        urgency=urgency.key,
        reason=next((row.reason for row in urgencies if row.level == urgency.key), ""),
        cues=tuple(dict.fromkeys(words))[:SHOWN_CUES],
        people_count=people_count(plain),
        amount=amount(plain),
        townships=towns,
        restriction=hinted.kind if hinted else "",
        hint=hinted.hint if hinted else "",
    )


def folded(text: str) -> str:
    """Full-width letters and digits made plain, blanks taken out; Chinese punctuation stays what it is."""
    text = re.sub(
        r"[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff0e]",
        lambda m: unicodedata.normalize("NFKC", m[0]),
        text,
    )
    return re.sub(r"[ \t\u3000]+", "", text)


def weigh(text: str, rows: Iterable[tuple[str, Sequence[Cue]]]) -> list[Weighed]:
    """All rows, the one most spoken for first; equal ones keep their order."""
    weighed = [_weighed(key, text, cues) for key, cues in rows]
    return sorted(weighed, key=lambda row: -row.score)


def _weighed(key: str, text: str, cues: Sequence[Cue]) -> Weighed:
    found = [(cue.weight, match) for cue in cues if (match := occurrence(cue.word, text))]
    words = tuple((weight, word) for weight, word in found if weight > 0)
    return Weighed(key, sum(weight for weight, _word in found), words)


def occurrence(word: str, text: str) -> str:
    """Where a cue stands in the text, in the text's own words; empty when it does not."""
    if "…" not in word:
        return word if word in text else ""
    match = pattern(word).search(text)
    return match[0] if match else ""


@lru_cache(maxsize=8192)
def pattern(word: str) -> re.Pattern:
    return re.compile(GAP.join(re.escape(part) for part in word.split("…")))


def weigh_urgency(text: str, urgencies: Sequence[Urgency]) -> Weighed:
    """The most urgent level whose cues reach its threshold, or that the number of people asks for."""
    count = people_count(text) or 0
    least = crowd_level(text, count)
    for row in urgencies:
        weighed = _weighed(row.level, text, row.cues)
        if weighed.score >= THRESHOLDS[row.level] or row.level == least:
            return weighed
    return Weighed(ORDINARY, 0, ())


def weigh_restrictions(text: str, restrictions: Sequence[RestrictionHint]) -> RestrictionHint | None:
    """The kind of restricted matter for which the text speaks most, where it does so enough."""
    ranked = weigh(text, ((row.kind, row.cues) for row in restrictions))
    likely = next((row.key for row in ranked if row.score >= HINTED), "")
    return next((row for row in restrictions if row.kind == likely), None)


def crowd_level(text: str, count: int) -> str:
    """Ten who have gathered are 紧急; five, or many who have not, are 较急 (domain.md 9.6)."""
    if count >= CROWD and GATHERED.search(text) and not APART.search(text):
        return URGENT
    return PRESSING if count >= GROUP else ORDINARY


def weigh_outlets(
    text: str,
    best: Sequence[Weighed],
    categories: dict[str, Category],
    outlets: Sequence[Outlet],
    urgency: str,
) -> list[str]:
    """Outlet codes, best first: the usual outlets of the likely categories, moved by the outlets' own cue words."""
    points = {row.key: row.score for row in weigh(text, ((row.code, row.cues) for row in outlets))}
    for category in best:
        share = (category.score / best[0].score) ** 2
        for rank, code in zip(OUTLET_RANKS, categories[category.key].outlets, strict=False):
            points[code] = points.get(code, 0) + rank * share
    if urgency == AT_ONCE:
        points["O16"] = points.get("O16", 0) + 15
        points["O13"] = points.get("O13", 0) + 6
    return sorted(points, key=lambda code: -points[code])


# Numbers in Chinese

NAMES_OF_DIGITS = ("零〇", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
DIGITS = {name: digit for digit, names in enumerate(NAMES_OF_DIGITS) for name in names}
UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
NUMERAL = r"(?:[0-9零〇一二两三四五六七八九十百千万壹贰叁肆伍陆柒捌玖拾佰仟]|(?<=[0-9])[,.](?=[0-9]))+"


def numeral(text: str) -> Decimal | None:
    """16.8万, 十六万八, 三千八, 612,300.00, 壹万贰仟 as a number; None for what is none.

    In speech the last unit is left out: 三千八 is 3,800, 十六万八 is 168,000.
    """
    text = text.replace(",", "").strip(".")
    head, found, tail = text.rpartition("万")
    if found:
        high, low = _below(head), _spoken(tail, Decimal(10000))
        return high * 10000 + low if high is not None and low is not None else None
    return _below(text)


def _spoken(tail: str, unit: Decimal) -> Decimal | None:
    """What follows a unit: nothing, a single digit of the next unit below, or a whole number."""
    if not tail:
        return Decimal(0)
    if len(tail) == 1 and (tail in DIGITS or tail.isdecimal()):
        return Decimal(DIGITS[tail] if tail in DIGITS else int(tail)) * unit / 10
    return _below(tail)


def _below(text: str) -> Decimal | None:
    """A number below ten thousand, or in Arabic digits."""
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return Decimal(text)
    total, digit, unit = Decimal(0), None, Decimal(10)
    for character in text:
        if character in UNITS:
            unit = Decimal(UNITS[character])
            total += (1 if digit is None else digit) * unit
            digit = None
        elif character in DIGITS or character.isdecimal():
            digit = (digit or 0) * 10 + (DIGITS[character] if character in DIGITS else int(character))
        else:
            return None
    return total + (_last(text, Decimal(digit), unit) if digit is not None else 0) if text else None


def _last(text: str, digit: Decimal, unit: Decimal) -> Decimal:
    left_out = len(text) > 2 and unit > 10 and text[-2] in UNITS and text[-1] in DIGITS
    return digit * unit / 10 if left_out else digit


PEOPLE = re.compile(
    rf"(?P<some>几)?(?P<n>{NUMERAL})(?:多|余|来)?(?:个|名|位|口|户|家)?(?P<who>人(?!民|大)|工人|民工|农民工|村民|业主"
    r"|老人|员工|老员工|职工|家长|群众|会员|学生|学员|代表|家属|亲属|亲戚|工友|消费者|租户|商户|农户|住户|年轻人|同事|户(?!口)|顾客|乘客|居民)"
)
ABOUT = ("一二", "两三", "二三", "三四", "四五", "五六", "六七", "七八", "八九")
NOT_PEOPLE = re.compile(r"一家[一二两三四五六七八九十]口")


def people_count(text: str) -> int | None:
    """The largest number of people or households named: 十二个人, 37人, 二十多户, 十五六人. None where none is."""
    counts = []
    for match in PEOPLE.finditer(NOT_PEOPLE.sub("", text)):
        number = numeral(match["n"][:-1] if match["n"][-2:] in ABOUT else match["n"])
        if number is not None and 0 < number < 100_000:
            counts.append(int(number) * (2 if match["some"] else 1))
    return max(counts, default=None)


MONEY = re.compile(
    rf"(?P<n>{NUMERAL})(?P<more>多|余|来)?(?P<unit>万元|万块|千元|元|块|万(?![0-9一二三四五六七八九]))?(?P<next>.?)"
)
MEASURES = set("人个名位户家亩平米棵株斤吨只头米里公岁年月日号天条间栋套张次度倍分点时路国省道楼层匹期伏")


def amount(text: str) -> Decimal | None:
    """The largest sum of money named: 十六万八, 3800元, 两千四, 612,300.00 元. None where none is."""
    sums = [value for match in MONEY.finditer(text) if (value := _money(match)) is not None]
    return max(sums, default=None)


def _money(match: re.Match) -> Decimal | None:
    number, unit = numeral(match["n"]), match["unit"] or ""
    spoken = re.search(r"[千万仟]", match["n"]) and match["next"] not in MEASURES
    if number is None or not number or not (unit or spoken):
        return None
    if unit.startswith("万"):
        number *= 10_000
    return number * 1000 if unit == "千元" else number

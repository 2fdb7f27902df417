"""Invented people, firms and places for demo data: the same seed gives the same ones, and no two share a number.

ID numbers carry birth years 1901 to 1906, so no living person holds one; telephones stand in 199 0000 xxxx and, when
those ten thousand are used up, in the ranges right after. Check digits are right throughout.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from random import Random

from people import reference
from people.identity import credit_code_check_character, id_check_digit

SURNAMES = (
    "王李张刘陈杨徐周吴郑余毛叶姜汪祝柴方程胡黄江何朱林邱蓝雷童范"
    "翁饶巫占傅舒郎曹潘魏谢宋唐董袁蒋蔡杜薛阎单曾解仇区查任"
)
COMPOUND = ("欧阳", "诸葛", "上官", "司马", "尉迟")
MALE = (
    "建军 志明 晓明 国平 立群 文华 永康 伟民 一鸣 家明 德胜 水良 新民 俊杰 长根 宏伟 "
    "荣华 卫东 明亮 树清 光辉 志远 小龙 仁贵 永强 宝根 金财 土根 根土 海涛 剑锋 启航 "
    "振宇 浩然 子轩 强 勇 斌 峰 涛 建国 爱国 富贵 有才 樟水 火根 关林 庆丰 "
    "老五 大勇"
)
FEMALE = (
    "美华 秋菊 海燕 小红 丽君 金花 雅芳 红英 玉珍 慧敏 翠华 桂香 晓敏 巧云 月仙 雪梅 "
    "爱珍 凤仙 彩云 素珍 惠琴 素芬 冬梅 文娟 雨欣 思怡 婷婷 丽 芳 娟 敏 静 "
    "燕 秀兰 春花 水仙 莲香 樟花 香莲 银娣 招弟 玲玲 佳怡 梓涵 晓岚 美珍 菊仙 亚萍 "
    "琴 荷花"
)
RARE = ("王䶮", "陈堃", "李𬭎", "赵燚", "阿依古丽·买买提", "那孜古丽·吐尔逊", "吾买尔·艾合买提", "扎西多吉")
MALE_NAMES, FEMALE_NAMES = tuple(MALE.split()), tuple(FEMALE.split())

LOCAL = "330803"
REGIONS = (
    (LOCAL,) * 78 + ("330802",) * 6 + ("330881", "330825", "330824", "330106", "362323", "362329", "340123")
)
REGIONS += ("430421", "430528", "520221", "522229", "532101", "510922", "411402")
ORIGINS = {
    "33": "浙江",
    "36": "江西",
    "34": "安徽",
    "43": "湖南",
    "52": "贵州",
    "53": "云南",
    "51": "四川",
    "41": "河南",
}

FIRST_DAY = date(1901, 1, 1)
DAYS = (date(1907, 1, 1) - FIRST_DAY).days
ORDERS = 999
NUMBERS = DAYS * ORDERS
STRIDE = 1_000_003
RESERVED = frozenset({"430421190603080024"})
"""Numbers of the people in the acceptance stories: they register themselves."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    name: str
    sex: str
    birth_on: date
    id_number: str
    phone: str
    origin: str
    area: str
    address: str


@dataclass(frozen=True, slots=True)
class DemoFirm:
    name: str
    uscc: str


def id_number(index: int, region: str = LOCAL) -> str:
    """The ID number of place `index`: distinct for the first two million, whatever the region."""
    days, order = divmod((index * STRIDE) % NUMBERS, ORDERS)
    first = f"{region}{FIRST_DAY + timedelta(days=days):%Y%m%d}{order + 1:03}"
    number = first + id_check_digit(first)
    return id_number(index, "330802") if number in RESERVED else number


def phone(index: int) -> str:
    """199 0000 0000 and up."""
    return f"1990{index % 10_000_000:07}"


def person(index: int, seed: int = 0) -> DemoPerson:
    """Person number `index` of the population of `seed`. Any order, any process: the answer is the same."""
    rng = Random(seed * 10_000_019 + index)
    region = rng.choice(REGIONS)
    number = id_number(index, region)
    sex = "m" if int(number[16]) % 2 else "f"
    area = rng.choice(villages())
    return DemoPerson(
        name=name(rng, sex),
        sex=sex,
        birth_on=date(int(number[6:10]), int(number[10:12]), int(number[12:14])),
        id_number=number,
        phone=phone(index),
        origin=ORIGINS.get(number[:2], ""),
        area=area.code,
        address=f"{area.name}{rng.randint(1, 188)}号",
    )


def name(rng: Random, sex: str) -> str:
    """Mostly a surname of one character and a given name; now and then a compound one or a rare character."""
    chance = rng.random()
    if chance < 0.002:
        return rng.choice(RARE)
    surname = rng.choice(COMPOUND) if chance < 0.01 else rng.choice(SURNAMES)
    return surname + rng.choice(MALE_NAMES if sex == "m" else FEMALE_NAMES)


def nickname(rng: Random) -> str:
    """How somebody who is not registered is called in a story: 老王, 李某, 小陈."""
    surname = rng.choice(SURNAMES[:40])
    return rng.choice((f"老{surname}", f"小{surname}", f"{surname}某", f"{surname}某某", f"{surname}师傅"))


FIRM_WORDS = (
    "禾泽 安澜 启源 恒瑞 绿源 宏图 鑫达 佳美 顺通 永盛 金石 云上 清溪 瑞丰 华庭 东篱 "
    "锦程 浩博 福满 明理 天一 兴农 同心 正元"
)
FIRM_SECOND = "新 元 泰 和 隆 源 达 丰 盛 诚 佳 凯"
FIRM_KINDS = {
    "C01": "建筑劳务 服饰 家政服务 餐饮管理 建设工程 装饰工程 木业 纺织 保洁",
    "C02": "电子科技 物流 服饰 机械制造 商贸 新材料 人力资源",
    "C03": "家具 石材 建筑劳务 五金制品 机械制造 竹木制品",
    "C06": "物业",
    "C07": "房地产开发 置业 房产中介",
    "C12": "健身服务 商贸 美容服务 电子商务 汽车销售 旅行社",
    "C13": "投资管理 信息咨询 养老服务",
    "C16": "石材 建材 化工 养殖 餐饮管理",
    "C17": "教育科技 文化艺术培训",
}
FIRM_ANY = "商贸 科技 建材 食品 实业 农业开发 装饰工程 机械制造"


def firm(index: int, category: str = "", seed: int = 0) -> DemoFirm:
    """Firm number `index`, of a trade that fits the category. Names may repeat across trades, codes never."""
    rng = Random(seed * 10_000_079 + index)
    kind = rng.choice(FIRM_KINDS.get(category, FIRM_ANY).split())
    word = rng.choice(FIRM_WORDS.split()) + (rng.choice(FIRM_SECOND.split()) if rng.random() < 0.5 else "")
    return DemoFirm(f"衢州市{word}{kind}有限公司", credit_code(index))


def credit_code(index: int) -> str:
    """91330803MA + seven invented places + check character: a valid code (GB 32100-2015) of a firm that is none."""
    first = f"91330803MA{index % 10_000_000:07}"
    return first + credit_code_check_character(first)


@cache
def villages() -> Sequence[reference.Area]:
    return tuple(area for area in reference.areas() if area.level == "village")


@cache
def village_names() -> dict[str, str]:
    return {area.code: area.name for area in villages()}


@cache
def grids_of(township: str) -> Sequence[reference.Area]:
    return tuple(
        area for area in reference.areas() if area.level == "grid" and area.code.startswith(township)
    )


ROADS = [
    "府前路",
    "振兴路",
    "沿江大道",
    "信安大道",
    "东迹大道",
    "百灵路",
    "霞飞路",
    "桥头弄",
    "老街",
    "文化路",
    "学苑路",
    "工业大道",
]
ESTATES = [
    "江滨花园",
    "春晓家园",
    "桂花苑",
    "御景湾",
    "东方名邸",
    "和美家园",
    "阳光水岸",
    "锦绣园",
    "樟树小区",
    "溪畔人家",
]


def place(rng: Random, township: str) -> str:
    """Somewhere in a township: a grid, an estate or a road with a number. `township` is a nine-digit code."""
    grid = rng.choice(grids_of(township))
    village = village_names()[grid.parent]
    street = township[6:9] in ("001", "002")
    return rng.choice((
        f"{village}{grid.name}" if not grid.name.startswith(village[:-1]) else grid.name,
        f"{rng.choice(ROADS)}{rng.randint(1, 260)}号" if street else f"{village}{rng.randint(1, 180)}号",
        f"{rng.choice(ESTATES)}{rng.randint(1, 24)}幢" if street else f"{village}村口",
    ))  # fmt: skip

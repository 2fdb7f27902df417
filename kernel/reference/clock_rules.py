"""How long each clock runs, and by what law: the rows that a new installation starts with.

Sources: domain.md 1, 2, 4.3 and 11, corrected by practice.md (Clocks 3 and 4, Mediation 3). The fields are those of
`kernel.models.ClockRule`. Days are calendar days unless the unit says otherwise; the first day does not count
(民法典 201). `rolls` moves a last day on a holiday to the next working day (民法典 203, 民诉法 85), which holds for
courts, labour arbitration and administrative review, not for petitions, mediation and events.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

DAY, WORKING_DAY, HOUR, WORKING_HOUR = "calendar_day", "working_day", "hour", "working_hour"

HEAD = "unit_head"
PARTIES = "both_parties"
COURT = "court"
TRIBUNAL = "arbitration_head"
DISPATCHER = "dispatcher"


HANDLER, UNIT, YELLOW, RED, REPORT = "remind_handler", "remind_head", "yellow_card", "red_card", "report"


def rung(step, percent=100, days=0, *, in_hours=True) -> dict:
    """As of kernel.escalation.Rung: `days` are working days after the due."""
    return {"step": step, "percent": percent, "days": days, "in_hours": in_hours}


def countdown(*days) -> list[dict]:
    """A notice so many calendar days before the last day, for each of `days`."""
    return [rung(f"notice_{n}") | {"before": before} for n, before in enumerate(days, 1)]


SOON = [rung(HANDLER, 70), rung(UNIT, 90)]
OFFICIAL = [*SOON, rung(YELLOW), rung(RED, days=5), rung(REPORT, days=10)]
"""What the law gives an office time for (domain.md 1.5: 督办的普通、黄牌、红牌)."""
ORDERED = [*SOON, rung(RED, in_hours=False), rung(REPORT, days=3)]
"""What somebody ordered, with a day: late by a minute is a red card, at any hour (stories.md P5)."""
EVERYDAY = [rung(UNIT), rung(REPORT, days=3)]
"""The centre's own small steps."""
LADDERS = {
    "card.": EVERYDAY,
    "case.": EVERYDAY,
    "case.instruction": ORDERED,
    "case.rating": [],
    "case.reply_by": ORDERED,
    "court.": OFFICIAL,
    "event.": ORDERED,
    "labour.": OFFICIAL,
    "labour.sue": [],
    "mediation.": OFFICIAL,
    "mediation.ask_confirmation": countdown(30, 20, 7, 3),
    "mediation.instalment": [],
    "online.": EVERYDAY,
    "order.": ORDERED,
    "petition.": OFFICIAL,
    "petition.ask_rereview": [],
    "petition.ask_review": [],
    "request.": ORDERED,
    "request.accept": EVERYDAY,
    "restricting.": [],
    "review.": OFFICIAL,
    "review.ask": [],
    "wages.": OFFICIAL,
}
"""By code, or the beginnings of codes, the longest first. What is time given to a citizen has none."""


def ladder_of(code: str) -> list[dict]:
    return next(LADDERS[key] for key in sorted(LADDERS, key=len, reverse=True) if code.startswith(key))


@dataclass(frozen=True, slots=True)
class ClockRuleRow:
    """One rule from `since` on, to `until` where it ended.

    `extension_max` is in the rule's own unit, 0 where there is none; `extension_approver` is one of HEAD, PARTIES,
    COURT, TRIBUNAL, DISPATCHER. `pausable` names what stops the count, empty where nothing may. `rungs` is its ladder.
    """

    code: str
    name: str
    legal_basis: str
    start_event: str
    unit: str
    length: Decimal
    since: date
    extension_max: Decimal = Decimal(0)
    extension_approver: str = ""
    pausable: str = ""
    rolls: bool = False
    until: date | None = None
    rungs: list[dict] = field(default_factory=list)


def rule(
    code, name, legal_basis, start_event, length, unit=DAY, *, since, extend=(0, ""), pausable="", rolls=False
):
    return ClockRuleRow(
        code=code,
        name=name,
        legal_basis=legal_basis,
        start_event=start_event,
        unit=unit,
        length=Decimal(str(length)),
        since=since,
        extension_max=Decimal(extend[0]),
        extension_approver=extend[1],
        pausable=pausable,
        rolls=rolls,
        rungs=ladder_of(code),
    )


LONG_AGO = date(2010, 1, 1)
PETITIONS = date(2022, 5, 1)
MEDIATION_ACT = date(2011, 1, 1)
CONFIRMATION = date(2011, 3, 30)
CIVIL_PROCEDURE = date(2024, 1, 1)
LABOUR_ACT = date(2008, 5, 1)
WAGES = date(2021, 1, 1)
REVIEW_ACT = date(2024, 1, 1)

PETITION_RULES = [
    rule("petition.transfer", "转送交办", "《信访工作条例》第二十二条", "收到信访事项", 15, since=PETITIONS),
    rule(
        "petition.inform", "书面告知", "《信访工作条例》第二十三条第二款", "收到信访事项", 15, since=PETITIONS
    ),
    rule(
        "petition.inform_transferred",
        "转送件书面告知",
        "《信访工作条例》第二十三条第三款",
        "收到转送、交办的信访事项",
        15,
        since=PETITIONS,
    ),
    rule(
        "petition.object",
        "提出异议",
        "《信访工作条例》第二十三条第三款",
        "收到转送、交办的信访事项",
        5,
        WORKING_DAY,
        since=PETITIONS,
    ),
    rule(
        "petition.handle",
        "办理信访事项",
        "《信访工作条例》第三十四条",
        "受理",
        60,
        since=PETITIONS,
        extend=(30, HEAD),
    ),
    rule(
        "petition.ask_review",
        "申请复查",
        "《信访工作条例》第三十五条第一款",
        "信访处理意见书送达",
        30,
        since=PETITIONS,
    ),
    rule("petition.review", "复查", "《信访工作条例》第三十五条第二款", "收到复查请求", 30, since=PETITIONS),
    rule(
        "petition.ask_rereview",
        "申请复核",
        "《信访工作条例》第三十六条第一款",
        "复查意见书送达",
        30,
        since=PETITIONS,
    ),
    rule(
        "petition.rereview",
        "复核",
        "《信访工作条例》第三十六条第二款",
        "收到复核请求",
        30,
        since=PETITIONS,
        pausable="听证所需时间",
    ),
    rule(
        "petition.urgent_report",
        "重大紧急信访事项报告",
        "《信访工作条例》第二十五条；时限为内部规定",
        "知悉",
        1,
        HOUR,
        since=PETITIONS,
    ),
]

MEDIATION_RULES = [
    rule(
        "mediation.mediate",
        "人民调解",
        "法律未规定期限；参照《宁波市人民调解条例》第二十七条，可设定",
        "受理",
        30,
        since=MEDIATION_ACT,
        extend=(30, PARTIES),
        pausable="鉴定、专家咨询所需时间",
    ),
    rule(
        "mediation.mediate.labour",
        "劳动争议调解",
        "《劳动争议调解仲裁法》第十四条",
        "收到调解申请",
        15,
        since=LABOUR_ACT,
    ),
    rule(
        "mediation.mediate.medical",
        "医疗纠纷调解",
        "《医疗纠纷预防和处理条例》第三十八条",
        "受理",
        30,
        WORKING_DAY,
        since=date(2018, 10, 1),
        extend=(30, PARTIES),
        pausable="鉴定所需时间",
    ),
    rule(
        "mediation.mediate.referred_before",
        "委派调解（立案前）",
        "《最高人民法院关于人民法院特邀调解的规定》第二十七条",
        "收到委派材料",
        30,
        since=date(2016, 7, 1),
        extend=(30, PARTIES),
    ),
    rule(
        "mediation.mediate.referred_after",
        "委托调解（立案后）",
        "《最高人民法院关于人民法院特邀调解的规定》第二十七条；简易程序为七日",
        "收到委托材料",
        15,
        since=date(2016, 7, 1),
        extend=(15, PARTIES),
    ),
    rule(
        "mediation.ask_confirmation",
        "申请司法确认",
        "《人民调解法》第三十三条、《民事诉讼法》第二百零五条",
        "调解协议生效",
        30,
        since=MEDIATION_ACT,
        rolls=True,
    ),
    rule(
        "mediation.instalment",
        "履行协议",
        "《人民调解法》第三十一条；约定日期",
        "约定的履行日",
        0,
        since=MEDIATION_ACT,
    ),
]

COURT_RULES = [
    rule(
        "court.accept_confirmation",
        "司法确认受理",
        "法释〔2011〕5号第四条",
        "收到确认申请",
        3,
        since=CONFIRMATION,
        rolls=True,
    ),
    rule(
        "court.review_confirmation",
        "司法确认审查",
        "法释〔2011〕5号第五条",
        "受理确认申请",
        15,
        since=CONFIRMATION,
        extend=(10, COURT),
        rolls=True,
    ),
    rule(
        "court.docket",
        "立案审查",
        "《民事诉讼法》第一百二十六条",
        "收到起诉状",
        7,
        since=CIVIL_PROCEDURE,
        rolls=True,
    ),
    rule("court.handle", "法院驻点办理", "中心内部规定", "收到流转", 10, WORKING_DAY, since=LONG_AGO),
]

OTHER_LEGAL_RULES = [
    rule(
        "labour.accept",
        "劳动仲裁受理",
        "《劳动争议调解仲裁法》第二十九条",
        "收到仲裁申请",
        5,
        since=LABOUR_ACT,
        rolls=True,
    ),
    rule(
        "labour.award",
        "劳动仲裁裁决",
        "《劳动争议调解仲裁法》第四十三条",
        "受理仲裁申请",
        45,
        since=LABOUR_ACT,
        extend=(15, TRIBUNAL),
        rolls=True,
    ),
    rule(
        "labour.sue",
        "对裁决起诉",
        "《劳动争议调解仲裁法》第四十八条、第五十条",
        "收到裁决书",
        15,
        since=LABOUR_ACT,
        rolls=True,
    ),
    rule(
        "wages.accept",
        "劳动监察受理",
        "《浙江省劳动保障监察条例》第二十三条",
        "接到投诉",
        5,
        WORKING_DAY,
        since=WAGES,
    ),
    rule(
        "wages.finish",
        "劳动监察办结",
        "《浙江省劳动保障监察条例》第三十条",
        "立案受理",
        60,
        WORKING_DAY,
        since=WAGES,
        extend=(30, HEAD),
    ),
    rule(
        "review.ask",
        "申请行政复议",
        "《行政复议法》第二十条",
        "知道行政行为",
        60,
        since=REVIEW_ACT,
        rolls=True,
    ),
    rule(
        "review.decide",
        "行政复议决定",
        "《行政复议法》第六十二条",
        "受理复议申请",
        60,
        since=REVIEW_ACT,
        extend=(30, HEAD),
        pausable="行政复议中止",
        rolls=True,
    ),
]

EVERYDAY_RULES = [
    rule("case.take", "接办", "中心内部规定", "流转到本单位", 2, WORKING_DAY, since=LONG_AGO),
    rule(
        "case.first_contact", "首次联系", "中心内部规定（首办负责）", "接办", 2, WORKING_DAY, since=LONG_AGO
    ),
    rule("case.follow_up", "回访", "中心内部规定", "化解或答复", 5, WORKING_DAY, since=LONG_AGO),
    rule("case.rating", "评价", "中心内部规定", "办结", 7, since=LONG_AGO),
    rule("case.call_back", "不满意核实", "中心内部规定", "收到不满意评价", 14, WORKING_HOUR, since=LONG_AGO),
    rule("case.enter_above", "录入上级系统", "中心内部规定", "登记", 1, WORKING_DAY, since=LONG_AGO),
    rule(
        "case.reply_by", "来件要求的答复期限", "来件（交办函、工单）载明的日期", "收到来件", 1, since=LONG_AGO
    ),
    rule("case.instruction", "领导批示", "领导批示载明的日期", "作出批示", 1, since=LONG_AGO),
    rule("restricting.decide", "审批限制查看", "中心内部规定", "提出申请", 1, WORKING_DAY, since=LONG_AGO),
    rule("request.accept", "签收协同请求", "中心内部规定", "请求送达", 1, WORKING_DAY, since=LONG_AGO),
    rule(
        "request.answer",
        "答复协同请求",
        "中心内部规定",
        "请求送达",
        5,
        WORKING_DAY,
        since=LONG_AGO,
        extend=(3, HEAD),
    ),
    rule(
        "order.finish",
        "办理派单",
        "中心内部规定",
        "派单送达",
        5,
        WORKING_DAY,
        since=LONG_AGO,
        extend=(2, DISPATCHER),
    ),
    rule("card.answer", "督办回复", "中心内部规定", "督办送达", 1, WORKING_DAY, since=LONG_AGO),
    rule("card.review", "督办申诉复核", "中心内部规定", "提出申诉", 3, WORKING_DAY, since=LONG_AGO),
    rule("online.route", "网上件分流", "中心内部规定", "网上提交", 1, WORKING_DAY, since=LONG_AGO),
]


LEVELS = {"2": "村（社区）", "3": "乡镇（街道）", "4": "区级"}
EVENT_BASIS = "基层治理四平台事件办理规定（建议值，可设定）"
ACCEPT = {
    "2.一般": (4, WORKING_HOUR),
    "2.紧急": (4, WORKING_HOUR),
    "3.一般": (4, WORKING_HOUR),
    "3.紧急": ("0.5", HOUR),
    "4.一般": (1, WORKING_DAY),
    "4.紧急": ("0.5", HOUR),
}
FINISH = {
    "2.一般": (2, WORKING_DAY),
    "2.紧急": (2, WORKING_DAY),
    "3.一般": (5, WORKING_DAY),
    "3.紧急": (24, HOUR),
    "4.一般": (10, WORKING_DAY),
    "4.紧急": (48, HOUR),
}


def event_rules() -> list[ClockRuleRow]:
    """Accepting and finishing by level and urgency; finishing may be extended once by half (domain.md 4.3)."""
    rows = []
    for key, (length, unit) in ACCEPT.items():
        name = f"{LEVELS[key[0]]}事件受理（{key[2:]}）"
        rows.append(
            rule(f"event.accept.{key}", name, EVENT_BASIS, "事件到达本级", length, unit, since=LONG_AGO)
        )
    for key, (length, unit) in FINISH.items():
        name = f"{LEVELS[key[0]]}事件办结（{key[2:]}）"
        extend = (length // 2, DISPATCHER)
        rows.append(
            rule(
                f"event.finish.{key}",
                name,
                EVENT_BASIS,
                "采集上报",
                length,
                unit,
                since=LONG_AGO,
                extend=extend,
            )
        )
    return rows


def clock_rules() -> list[ClockRuleRow]:
    """Every rule, each code once."""
    return [
        *PETITION_RULES,
        *MEDIATION_RULES,
        *COURT_RULES,
        *OTHER_LEGAL_RULES,
        *EVERYDAY_RULES,
        *event_rules(),
    ]

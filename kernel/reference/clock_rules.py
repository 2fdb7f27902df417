"""How long each clock runs, and by what law: the rows that a new installation starts with.

Sources: domain.md 1, 2, 4.3 and 11, corrected by practice.md (Clocks 3 and 4, Mediation 3). Where an article is not
beyond doubt the basis says 建议值: a centre puts it right on the page of rules. The fields are those of
`kernel.models.ClockRule`. Days are calendar days unless the unit says otherwise; the first day does not count
(民法典 201). `rolls` moves a last day on a holiday to the next working day (民法典 203, 民诉法 85), which holds for
courts, labour arbitration and administrative review, not for petitions, mediation and events.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

DAY, WORKING_DAY, MONTH = "calendar_day", "working_day", "month"
HOUR, WORKING_HOUR = "hour", "working_hour"

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
    "aid.": OFFICIAL,
    "arbitration.": [rung(HANDLER)],
    "card.": EVERYDAY,
    "case.": EVERYDAY,
    "case.instruction": ORDERED,
    "case.rating": [],
    "case.reply_by": ORDERED,
    "court.": OFFICIAL,
    "event.": ORDERED,
    "injury.": OFFICIAL,
    "labour.": OFFICIAL,
    "labour.sue": [],
    "land.": OFFICIAL,
    "land.sue": [],
    "market.": OFFICIAL,
    "mediation.": OFFICIAL,
    "mediation.ask_arbitration": countdown(15, 7, 3),
    "mediation.ask_confirmation": countdown(30, 20, 7, 3),
    "mediation.committee_term": [],
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
CASE_RULES = date(2017, 7, 1)
WAGES = date(2021, 1, 1)
REVIEW_ACT = date(2024, 1, 1)
LAND_ACT = date(2010, 1, 1)
INJURY = date(2011, 1, 1)
AID_ACT = date(2022, 1, 1)
VIOLENCE_ACT = date(2016, 3, 1)
MARKET = date(2020, 1, 1)

SUGGESTED = "（建议值，可设定）"

SIMPLE = f"《信访事项简易办理办法（试行）》（国信发〔2016〕8号）{SUGGESTED}"
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
    rule("petition.accept.simple", "简易办理受理", SIMPLE, "收到信访事项", 3, WORKING_DAY, since=PETITIONS),
    rule("petition.handle.simple", "简易办理", SIMPLE, "受理", 10, WORKING_DAY, since=PETITIONS),
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
        "《最高人民法院关于人民法院特邀调解的规定》第二十七条（普通程序）",
        "收到委托材料",
        15,
        since=date(2016, 7, 1),
        extend=(15, PARTIES),
    ),
    rule(
        "mediation.mediate.referred_summary",
        "委托调解（立案后，简易程序）",
        "《最高人民法院关于人民法院特邀调解的规定》第二十七条（简易程序）",
        "收到委托材料",
        7,
        since=date(2016, 7, 1),
        extend=(7, PARTIES),
    ),
    rule(
        "mediation.mediate.administrative",
        "行政调解",
        f"浙政办发〔2016〕172号{SUGGESTED}",
        "受理",
        30,
        since=date(2017, 3, 1),
        extend=(30, PARTIES),
        pausable="鉴定、专家咨询所需时间",
    ),
    rule(
        "mediation.mediate.traffic",
        "交通事故损害赔偿调解",
        f"《道路交通事故处理程序规定》{SUGGESTED}",
        "治疗终结、定残或者损失确定",
        10,
        since=date(2018, 5, 1),
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
        "mediation.ask_arbitration",
        "申请仲裁审查",
        "《劳动人事争议仲裁办案规则》第七十四条",
        "调解协议生效",
        15,
        since=CASE_RULES,
        rolls=True,
    ),
    rule(
        "mediation.committee_term",
        "调解委员会任期",
        "《人民调解法》第九条",
        "推选（聘任）",
        36,
        MONTH,
        since=MEDIATION_ACT,
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

TRIED = "公告、鉴定、处理管辖异议等期间"
"""民诉法解释 243: what does not count towards the time for a trial."""

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
    rule(
        "court.try",
        "民事一审（普通程序）",
        "《民事诉讼法》第一百五十二条",
        "立案",
        6,
        MONTH,
        since=CIVIL_PROCEDURE,
        extend=(6, COURT),
        pausable=TRIED,
        rolls=True,
    ),
    rule(
        "court.try.summary",
        "民事一审（简易程序）",
        "《民事诉讼法》第一百六十四条",
        "立案",
        3,
        MONTH,
        since=CIVIL_PROCEDURE,
        extend=(1, COURT),
        pausable=TRIED,
        rolls=True,
    ),
    rule(
        "court.try.small",
        "民事一审（小额诉讼）",
        "《民事诉讼法》第一百六十八条",
        "立案",
        2,
        MONTH,
        since=CIVIL_PROCEDURE,
        extend=(1, COURT),
        pausable=TRIED,
        rolls=True,
    ),
    rule(
        "court.payment_order",
        "发出支付令",
        "《民事诉讼法》第二百二十七条",
        "受理支付令申请",
        15,
        since=CIVIL_PROCEDURE,
        rolls=True,
    ),
    rule(
        "court.protect",
        "人身安全保护令",
        "《反家庭暴力法》第二十八条",
        "受理保护令申请",
        72,
        HOUR,
        since=VIOLENCE_ACT,
    ),
    rule(
        "court.protect.urgent",
        "人身安全保护令（情况紧急）",
        "《反家庭暴力法》第二十八条",
        "受理保护令申请",
        24,
        HOUR,
        since=VIOLENCE_ACT,
    ),
    rule("court.handle", "法院驻点办理", "中心内部规定", "驻点窗口接收", 10, WORKING_DAY, since=LONG_AGO),
]

MARKET_BASIS = "《市场监督管理投诉举报处理暂行办法》（有新规定的，请按新规定修改）"
OTHER_LEGAL_RULES = [
    rule(
        "arbitration.accept",
        "仲裁审查受理",
        f"《劳动人事争议仲裁办案规则》第七十五条：及时决定{SUGGESTED}",
        "递交仲裁审查申请",
        5,
        since=CASE_RULES,
        rolls=True,
    ),
    rule(
        "arbitration.review",
        "仲裁审查",
        "《劳动人事争议仲裁办案规则》第七十六条",
        "受理仲裁审查申请",
        5,
        since=CASE_RULES,
        extend=(5, TRIBUNAL),
        rolls=True,
    ),
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
    rule(
        "review.accept",
        "行政复议审查受理",
        "《行政复议法》第三十条、第八十八条（五日为工作日）",
        "收到复议申请",
        5,
        WORKING_DAY,
        since=REVIEW_ACT,
    ),
    rule(
        "review.decide.simple",
        "行政复议决定（简易程序）",
        "《行政复议法》第六十二条第二款",
        "受理复议申请",
        30,
        since=REVIEW_ACT,
        pausable="行政复议中止",
        rolls=True,
    ),
    rule(
        "land.accept",
        "农村土地承包仲裁受理通知",
        "《农村土地承包经营纠纷调解仲裁法》第二十三条",
        "收到仲裁申请",
        5,
        WORKING_DAY,
        since=LAND_ACT,
    ),
    rule(
        "land.award",
        "农村土地承包仲裁裁决",
        "《农村土地承包经营纠纷调解仲裁法》第四十七条",
        "受理仲裁申请",
        60,
        since=LAND_ACT,
        extend=(30, TRIBUNAL),
        rolls=True,
    ),
    rule(
        "land.sue",
        "对土地承包裁决起诉",
        "《农村土地承包经营纠纷调解仲裁法》第四十八条",
        "收到裁决书",
        30,
        since=LAND_ACT,
        rolls=True,
    ),
    rule(
        "injury.decide",
        "工伤认定",
        "《工伤保险条例》第二十条第一款",
        "受理工伤认定申请",
        60,
        since=INJURY,
        pausable="等待司法机关或者有关主管部门的结论",
    ),
    rule(
        "injury.decide.clear",
        "工伤认定（事实清楚）",
        "《工伤保险条例》第二十条第二款",
        "受理工伤认定申请",
        15,
        since=INJURY,
    ),
    rule("aid.review", "法律援助审查", "《法律援助法》第四十三条", "收到法律援助申请", 7, since=AID_ACT),
    rule("aid.assign", "法律援助指派", "《法律援助法》第四十三条", "决定给予法律援助", 3, since=AID_ACT),
    rule(
        "market.accept", "消费投诉受理", f"{MARKET_BASIS}第十四条", "收到投诉", 7, WORKING_DAY, since=MARKET
    ),
    rule(
        "market.mediate",
        "消费投诉调解",
        f"{MARKET_BASIS}第二十一条",
        "受理投诉",
        45,
        WORKING_DAY,
        since=MARKET,
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


LEVELS = {"1": "格内", "2": "村（社区）", "3": "乡镇（街道）", "4": "区级", "5": "重大突发"}
EVENT_BASIS = f"基层治理四平台事件办理规定{SUGGESTED}"
ACCEPT = {
    "2.一般": (4, WORKING_HOUR),
    "2.紧急": (4, WORKING_HOUR),
    "3.一般": (4, WORKING_HOUR),
    "3.紧急": ("0.5", HOUR),
    "4.一般": (1, WORKING_DAY),
    "4.紧急": ("0.5", HOUR),
    "5.一般": ("0.25", HOUR),
    "5.紧急": ("0.25", HOUR),
}
"""A grid worker solves what is of level 1 at once, and logs it after."""
FINISH = {
    "1.一般": (0, DAY),
    "1.紧急": (0, DAY),
    "2.一般": (2, WORKING_DAY),
    "2.紧急": (2, WORKING_DAY),
    "3.一般": (5, WORKING_DAY),
    "3.紧急": (24, HOUR),
    "4.一般": (10, WORKING_DAY),
    "4.紧急": (48, HOUR),
}
"""Of level 1 on the same day; of level 5 there are rolling reports until it is over."""


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
        extend = (length // 2, DISPATCHER if length else "")
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

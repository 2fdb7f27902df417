"""The life cycles of the petition desk, after 信访工作条例 (2022): a petition, its letters."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.states import TAKERS, Channel, Route, pass_on
from kernel.moves import NEW, Move, Moves
from people.roles import HEADS, Role

OFFICERS = dict.fromkeys(TAKERS[Route.PETITIONS], "holder")
"""The petition desk, and the discipline desk for accusations: whoever's unit has the matter."""


class Form(models.TextChoices):
    """How a petition came (17), and that it came from above."""

    VISIT = "visit", _("走访")
    LETTER = "letter", _("书信")
    INTERNET = "internet", _("信息网络")
    PHONE = "phone", _("电话")
    FAX = "fax", _("传真")
    ABOVE = "above", _("上级转来")


FORM_OF = {
    Channel.WINDOW: Form.VISIT,
    Channel.ONLINE: Form.INTERNET,
    Channel.PHONE: Form.PHONE,
    Channel.HOTLINE: Form.PHONE,
    Channel.LETTER: Form.LETTER,
    Channel.ABOVE: Form.ABOVE,
}
"""How a petition came, as far as its door tells."""


class Purpose(models.TextChoices):
    """What a petition wants (29 to 31)."""

    APPEAL = "appeal", _("申诉求决")
    SUGGESTION = "suggestion", _("建议意见")
    ACCUSATION = "accusation", _("检举控告")
    OTHER = "other", _("其他")


class Crossing(models.TextChoices):
    """三跨三分离: what makes it hard to say whose a matter is."""

    AREAS = "areas", _("跨地区")
    DEPARTMENTS = "departments", _("跨部门")
    TRADES = "trades", _("跨行业")
    POST = "post", _("人事分离")
    HOME = "home", _("人户分离")
    ALL = "all", _("人事户分离")


class Elsewhere(models.TextChoices):
    """Where the same matter lies or lay already, as the petitioner says."""

    COURT = "court", _("法院已受理")
    REVIEW = "review", _("已申请行政复议")
    ARBITRATION = "arbitration", _("仲裁已受理")
    OPINION = "opinion", _("已有复查或复核意见书")


class LegalRoute(models.TextChoices):
    """The first five of the six ways of 31, each with its paragraph; the sixth is the opinion of a unit."""

    JUSTICE = "justice", _("第一项：诉讼、检察、公安等法律程序")
    ARBITRATION = "arbitration", _("第二项：仲裁")
    PARTY = "party", _("第三项：党员申诉、申请复审")
    ADMINISTRATIVE = "administrative", _("第四项：行政复议、裁决、确认、许可、处罚等行政程序")
    DUTY = "duty", _("第五项：申请查处违法行为、履行保护职责")


class HandlingState(models.TextChoices):
    """The petition desk's own work on a round. The words of the first, fourth and fifth are those of every desk."""

    IN_HAND = "in_hand", _("甄别中")
    FORWARDED = "forwarded", _("已转送交办")
    REFERRED = "referred", _("已报请决定")
    ANSWERED = "answered", _("已答复")
    SENT_BACK = "sent_back", _("已退回")
    MERGED = "merged", _("已合并")


OPEN = frozenset({HandlingState.IN_HAND, HandlingState.FORWARDED, HandlingState.REFERRED})


GONE = frozenset({HandlingState.SENT_BACK, HandlingState.MERGED})


def sorting(verb, label, target=HandlingState.ANSWERED, not_by=()) -> Move:
    """One of the outcomes of sorting (22, 23, 31): it ends the fifteen days. What is gone has nothing to report."""
    gone = ("petition.urgent_report",) if target in GONE else ()
    return Move(
        verb=verb,
        label=label,
        sources={HandlingState.IN_HAND},
        target=target,
        who=OFFICERS,
        stops=("petition.transfer", *gone),
        not_by=not_by,
    )


MOVES = Moves(
    Move(
        verb="accept_petition",
        label=_("接办信访事项"),
        sources={NEW},
        target=HandlingState.IN_HAND,
        who=dict.fromkeys(TAKERS[Route.PETITIONS], ""),
        starts=("petition.transfer",),
    ),
    sorting("answer_petition", _("答复信访人")),
    sorting("tell_whom", _("告知向有权机关提出")),
    sorting("other_route", _("导入法定途径")),
    sorting("pass_to_justice", _("转送政法部门")),
    sorting("not_accept", _("不予受理"), not_by=("register_petition",)),
    sorting("no_longer_accept", _("不再受理"), not_by=("register_petition",)),
    sorting("forward", _("转送"), HandlingState.FORWARDED),
    sorting("assign_with_report", _("交办"), HandlingState.FORWARDED),
    sorting("refer_up", _("报请决定"), HandlingState.REFERRED),
    Move(
        verb="enter_decision",
        label=_("登记决定"),
        sources={HandlingState.REFERRED},
        target=HandlingState.IN_HAND,
        who=OFFICERS,
        starts=("petition.transfer",),
    ),
    Move(
        verb="report_urgent",
        label=_("报告重大紧急情况"),
        sources=OPEN | {HandlingState.ANSWERED},
        who=OFFICERS,
        stops=("petition.urgent_report",),
    ),
    Move(
        verb="take_back",
        label=_("重新甄别"),
        sources={HandlingState.FORWARDED},
        target=HandlingState.IN_HAND,
        starts=("petition.transfer",),
        inner=True,
    ),
    Move(
        verb="conclude_petition",
        label=_("核对“四到位”，办结"),
        sources={HandlingState.FORWARDED},
        target=HandlingState.ANSWERED,
        who=OFFICERS,
        not_by=("sign_for", "accept_matter", "take_up_suggestion", "draft_letter"),
    ),
    sorting("merge_petition", _("并入同一事项"), HandlingState.MERGED),
    sorting("hand_to_discipline", _("移送纪检监察机关"), HandlingState.SENT_BACK),
    sorting("send_back_petition", _("退回窗口"), HandlingState.SENT_BACK),
    pass_on(*sorted(OPEN)),
)


class RegistrationState(models.TextChoices):
    KEPT = "kept", _("已登记")
    OPEN = "open", _("待答复")
    TOLD = "told", _("已答复")


REGISTRATION_MOVES = Moves(
    Move(
        verb="register_petition",
        label=_("登记信访事项"),
        sources={NEW},
        target=RegistrationState.KEPT,
        who=OFFICERS,
        inner=True,
    ),
    Move(
        verb="register_return",
        label=_("登记再次来访来件"),
        sources={NEW},
        target=RegistrationState.OPEN,
        who=OFFICERS,
        inner=True,
    ),
    Move(
        verb="answer_return",
        label=_("告知办理情况"),
        sources={RegistrationState.OPEN},
        target=RegistrationState.TOLD,
        who=OFFICERS,
    ),
    Move(
        verb="refuse_return",
        label=_("不予受理、不再受理"),
        sources={RegistrationState.OPEN},
        target=RegistrationState.TOLD,
        who=OFFICERS,
        not_by=("register_return",),
    ),
    Move(
        verb="correct_registration",
        label=_("更正登记"),
        sources={RegistrationState.KEPT},
        who=OFFICERS,
        inner=True,
    ),
)


class ForwardingState(models.TextChoices):
    """A petition with the unit to which it was sent."""

    SENT = "sent", _("待签收")
    SIGNED = "signed", _("待受理")
    OBJECTED = "objected", _("已提出异议")
    DISPUTED = "disputed", _("职责争议")
    ACCEPTED = "accepted", _("办理中")
    ANSWERED = "answered", _("已答复")
    RETURNED = "returned", _("已退回")
    WITHDRAWN = "withdrawn", _("已撤回")
    SET_ASIDE = "set_aside", _("意见已撤销")


OVER = frozenset({ForwardingState.RETURNED, ForwardingState.WITHDRAWN, ForwardingState.SET_ASIDE})
TO_DO = frozenset({ForwardingState.SENT, ForwardingState.SIGNED, ForwardingState.ACCEPTED})
"""For the unit to go on with."""
WITH_THE_SENDER = frozenset({ForwardingState.OBJECTED})
UNIT_ROLES = (Role.HANDLER, Role.UNIT_HEAD, Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_HEAD)
RECEIVERS = dict.fromkeys(UNIT_ROLES, "receiver")
SENDERS = dict.fromkeys(TAKERS[Route.PETITIONS], "sender")
DECIDERS = {Role.DIRECTOR: ""}
"""Whose duty it is where units cannot agree is said at the centre (24)."""

FORWARDING_MOVES = Moves(
    Move(
        verb="send_to_unit",
        label=_("转送交办"),
        sources={NEW},
        target=ForwardingState.SENT,
        who=SENDERS | DECIDERS,
        starts=("request.accept",),
        inner=True,
    ),
    Move(
        verb="sign_for",
        label=_("签收"),
        sources={ForwardingState.SENT},
        target=ForwardingState.SIGNED,
        who=RECEIVERS,
        stops=("request.accept",),
        starts=("petition.inform_transferred", "petition.object"),
    ),
    Move(
        verb="accept_matter",
        label=_("受理"),
        sources={ForwardingState.SIGNED},
        target=ForwardingState.ACCEPTED,
        who=RECEIVERS,
        stops=("petition.inform_transferred", "petition.object"),
        starts=("petition.handle",),
    ),
    Move(
        verb="take_up_suggestion",
        label=_("研究办理"),
        sources={ForwardingState.SIGNED},
        target=ForwardingState.ACCEPTED,
        who=RECEIVERS,
        stops=("petition.inform_transferred", "petition.object"),
    ),
    Move(
        verb="inform_petitioner",
        label=_("书面告知信访人"),
        sources={ForwardingState.SIGNED},
        who=RECEIVERS,
        stops=("petition.inform_transferred",),
    ),
    Move(
        verb="route_elsewhere",
        label=_("导入法定途径"),
        sources={ForwardingState.SIGNED},
        target=ForwardingState.ANSWERED,
        who=RECEIVERS,
        stops=("petition.inform_transferred", "petition.object"),
    ),
    Move(
        verb="object_to_petition",
        label=_("提出异议"),
        sources={ForwardingState.SIGNED},
        target=ForwardingState.OBJECTED,
        who=RECEIVERS,
        stops=("petition.inform_transferred", "petition.object"),
        starts=("request.decide_objection",),
    ),
    Move(
        verb="grant_objection",
        label=_("同意异议，退回"),
        sources={ForwardingState.OBJECTED},
        target=ForwardingState.RETURNED,
        who=SENDERS,
        stops=("request.decide_objection",),
    ),
    Move(
        verb="deny_objection",
        label=_("不同意异议"),
        sources={ForwardingState.OBJECTED},
        target=ForwardingState.SIGNED,
        who=SENDERS,
        stops=("request.decide_objection",),
        starts=("petition.inform_transferred",),
    ),
    Move(
        verb="dispute_duty",
        label=_("提请确定责任单位"),
        sources={ForwardingState.SIGNED},
        target=ForwardingState.DISPUTED,
        who=RECEIVERS,
        stops=("petition.inform_transferred",),
    ),
    Move(
        verb="keep_duty",
        label=_("确定由该单位办理"),
        sources={ForwardingState.DISPUTED},
        target=ForwardingState.SIGNED,
        who=DECIDERS,
        starts=("petition.inform_transferred",),
    ),
    Move(
        verb="move_duty",
        label=_("确定由其他单位办理"),
        sources={ForwardingState.DISPUTED},
        target=ForwardingState.RETURNED,
        who=DECIDERS,
    ),
    Move(
        verb="record_inquiry",
        label=_("记录调查核实"),
        sources={ForwardingState.ACCEPTED},
        who=RECEIVERS,
    ),
    Move(
        verb="tell_extension",
        label=_("告知延期"),
        sources={ForwardingState.ACCEPTED},
        who=RECEIVERS,
    ),
    Move(
        verb="draft_opinion",
        label=_("拟信访处理意见书"),
        sources={ForwardingState.ACCEPTED},
        who=RECEIVERS,
    ),
    Move(
        verb="reply_to_suggestion",
        label=_("书面答复"),
        sources={ForwardingState.ACCEPTED},
        target=ForwardingState.ANSWERED,
        who=RECEIVERS,
    ),
    Move(
        verb="finish_matter",
        label=_("出具意见书"),
        sources={ForwardingState.ACCEPTED},
        target=ForwardingState.ANSWERED,
        who=dict.fromkeys(HEADS, "receiver"),
        stops=("petition.handle",),
        inner=True,
    ),
    Move(
        verb="file_report",
        label=_("提交办结报告"),
        sources={ForwardingState.ANSWERED},
        who=RECEIVERS,
        stops=("case.reply_by",),
    ),
    Move(
        verb="set_aside",
        label=_("撤销意见"),
        sources={ForwardingState.ANSWERED},
        target=ForwardingState.SET_ASIDE,
        stops=("case.reply_by",),
        inner=True,
    ),
    Move(
        verb="recuse_handler",
        label=_("决定回避"),
        sources={ForwardingState.SENT, ForwardingState.SIGNED, ForwardingState.ACCEPTED},
        who=dict.fromkeys(HEADS, "receiver"),
    ),
    Move(
        verb="withdraw_petition",
        label=_("撤回转送交办"),
        sources={ForwardingState.SENT, ForwardingState.SIGNED},
        target=ForwardingState.WITHDRAWN,
        who=SENDERS,
        stops=("request.accept", "petition.inform_transferred", "petition.object", "case.reply_by"),
    ),
)
"""签收、书面告知、异议、受理、办理、答复 (23, 31 to 34)."""


class InPlace(models.TextChoices):
    """四到位 (27)."""

    SOLVED = "solved", _("诉求合理的解决问题到位")
    EXPLAINED = "explained", _("诉求无理的思想教育到位")
    HELPED = "helped", _("生活困难的帮扶救助到位")
    LAWFUL = "lawful", _("行为违法的依法处理")


class Done(models.TextChoices):
    DONE = "done", _("已到位")
    NOT_ARISING = "none", _("不涉及")


class InquiryKind(models.TextChoices):
    STATEMENT = "statement", _("听取陈述")
    INQUIRY = "inquiry", _("调查核实")
    HEARING = "hearing", _("听证")
    MEDIATION = "mediation", _("调解、和解")


class LetterKind(models.TextChoices):
    """The papers that go out under a number. The label is the paper's title."""

    FORWARD = "forward", _("信访事项转送函")
    ASSIGN = "assign", _("信访事项交办函")
    REFER = "refer", _("关于信访事项的请示")
    URGENT = "urgent", _("重大紧急信访事项报告")
    RECEIVED = "received", _("信访事项接收告知书")
    ACCEPTED = "accepted", _("信访事项受理告知书")
    EXTENSION = "extension", _("信访事项延期办理告知书")
    OPINION = "opinion", _("信访处理意见书")
    REVIEW = "review", _("信访事项复查意见书")
    REREVIEW = "rereview", _("信访事项复核意见书")
    REPLY = "reply", _("信访事项答复书")
    REPORT = "report", _("信访事项办结报告")
    TELL_WHOM = "tell_whom", _("信访事项告知书")
    OTHER_ROUTE = "other_route", _("信访事项程序性告知书")
    NOT_ACCEPTED = "not_accepted", _("信访事项不予受理告知书")
    NO_LONGER = "no_longer", _("信访事项不再受理告知书")


INFIXES = {
    LetterKind.FORWARD: "转",
    LetterKind.ASSIGN: "交",
    LetterKind.REFER: "请",
    LetterKind.URGENT: "急",
    LetterKind.RECEIVED: "收",
    LetterKind.ACCEPTED: "受",
    LetterKind.EXTENSION: "延",
    LetterKind.OPINION: "处",
    LetterKind.REVIEW: "复查",
    LetterKind.REREVIEW: "复核",
    LetterKind.REPLY: "答",
    LetterKind.REPORT: "结",
    LetterKind.TELL_WHOM: "告",
    LetterKind.OTHER_ROUTE: "导",
    LetterKind.NOT_ACCEPTED: "不受",
    LetterKind.NO_LONGER: "不再受",
}
"""What a number says of its kind: 衢江信转〔2026〕3号."""
TO_UNITS = frozenset(
    {LetterKind.FORWARD, LetterKind.ASSIGN, LetterKind.REFER, LetterKind.URGENT, LetterKind.REPORT}
)
"""Letters between offices; all others are for the petitioner and are delivered with a receipt."""


class Level(models.TextChoices):
    REVIEW = "review", _("复查")
    REREVIEW = "rereview", _("复核")


class ReviewState(models.TextChoices):
    ASKED = "asked", _("审查中")
    DECIDED = "decided", _("已作出意见")
    WITHDRAWN = "withdrawn", _("已撤回")


REVIEW_MOVES = Moves(
    Move(
        verb="ask_review",
        label=_("登记复查申请"),
        sources={NEW},
        target=ReviewState.ASKED,
        who=OFFICERS,
        starts=("petition.review",),
        inner=True,
    ),
    Move(
        verb="ask_rereview",
        label=_("登记复核申请"),
        sources={NEW},
        target=ReviewState.ASKED,
        who=OFFICERS,
        starts=("petition.rereview",),
        inner=True,
    ),
    Move(
        verb="draft_decision",
        label=_("拟复查、复核意见书"),
        sources={ReviewState.ASKED},
        who=OFFICERS,
    ),
    Move(
        verb="enter_outcome",
        label=_("登记上级机关的意见"),
        sources={ReviewState.ASKED},
        target=ReviewState.DECIDED,
        who=OFFICERS,
        stops=("petition.review", "petition.rereview"),
    ),
    Move(
        verb="decide_review",
        label=_("作出意见"),
        sources={ReviewState.ASKED},
        target=ReviewState.DECIDED,
        who=dict.fromkeys(HEADS, "holder"),
        stops=("petition.review", "petition.rereview"),
        inner=True,
    ),
    Move(
        verb="withdraw_review",
        label=_("信访人撤回申请"),
        sources={ReviewState.ASKED},
        target=ReviewState.WITHDRAWN,
        who=OFFICERS,
        stops=("petition.review", "petition.rereview"),
    ),
)
"""One level up each time; the second is the last (35, 36)."""


class Verdict(models.TextChoices):
    """What a review says (practice.md, Petitions 1)."""

    UPHELD = "upheld", _("维持")
    CHANGED = "changed", _("变更")
    REVOKED = "revoked", _("撤销重办")


class Result(models.TextChoices):
    """What an opinion says of the request (32)."""

    SUPPORTED = "supported", _("支持")
    EXPLAINED = "explained", _("解释说明")
    REJECTED = "rejected", _("不予支持")


class LetterState(models.TextChoices):
    DRAFTED = "drafted", _("拟稿")
    CHECKED = "checked", _("已核稿（待签发）")
    ISSUED = "issued", _("已签发")
    DELIVERED = "delivered", _("已送达")


class Delivery(models.TextChoices):
    HAND = "hand", _("当面送达")
    POST = "post", _("邮寄送达")
    ELECTRONIC = "electronic", _("电子送达")
    LEFT = "left", _("留置送达")


WRITERS = OFFICERS | dict.fromkeys(UNIT_ROLES, "holder")

LETTER_MOVES = Moves(
    Move(
        verb="issue_letter",
        label=_("签发"),
        sources={NEW},
        target=LetterState.ISSUED,
        who=WRITERS | {Role.DIRECTOR: ""},
        inner=True,
    ),
    Move(
        verb="draft_letter",
        label=_("拟稿"),
        sources={NEW},
        target=LetterState.DRAFTED,
        who=WRITERS,
        inner=True,
    ),
    Move(verb="edit_letter", label=_("修改"), sources={LetterState.DRAFTED}, who=WRITERS),
    Move(
        verb="check_letter",
        label=_("核稿"),
        sources={LetterState.DRAFTED},
        target=LetterState.CHECKED,
        who=WRITERS,
        not_by=("draft_letter",),
    ),
    Move(
        verb="return_letter",
        label=_("退回修改"),
        sources={LetterState.CHECKED},
        target=LetterState.DRAFTED,
        who=WRITERS,
    ),
    Move(
        verb="sign_letter",
        label=_("签发"),
        sources={LetterState.CHECKED},
        target=LetterState.ISSUED,
        who=dict.fromkeys(HEADS, "holder"),
        not_by=("draft_letter",),
    ),
    Move(
        verb="deliver_letter",
        label=_("登记送达"),
        sources={LetterState.ISSUED},
        target=LetterState.DELIVERED,
        who=WRITERS,
    ),
)

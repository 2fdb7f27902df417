"""The life cycles of a mediation, of its agreement, and of a matter at the court's desk."""

from dataclasses import dataclass, replace

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.states import TAKERS, BookState, Channel, HandlingState, Route, handling_moves, pass_on
from kernel.moves import NEW, Move, Moves
from people.roles import Role


class State(models.TextChoices):
    MEDIATING = "mediating", _("调解中")
    SIGNING = "signing", _("协议签署中")
    AGREED = "agreed", _("达成协议")
    FAILED = "failed", _("调解不成")


OPEN = frozenset({State.MEDIATING, State.SIGNING})


class AgreementState(models.TextChoices):
    DRAFTED = "drafted", _("草拟中")
    SIGNING = "signing", _("签署中")
    IN_FORCE = "in_force", _("已生效")
    WITHDRAWN = "withdrawn", _("未生效（已作废）")


LIVE = frozenset({AgreementState.DRAFTED, AgreementState.SIGNING, AgreementState.IN_FORCE})
"""A mediation has one agreement that counts; the versions before it are withdrawn and stay in the file."""


class Ground(models.TextChoices):
    """Why a mediation ended without an agreement (domain.md 2.6)."""

    REFUSED = "refused", _("一方当事人明确拒绝或者放弃调解")
    NO_AGREEMENT = "no_agreement", _("当事人无法达成协议")
    EXPIRED = "expired", _("调解期限届满，当事人不同意延长")
    FILED = "filed", _("当事人已起诉或者申请仲裁")
    NOT_MEDIABLE = "not_mediable", _("不属于人民调解范围")
    CRIME = "crime", _("可能构成违反治安管理行为或者犯罪，已报告公安机关")
    SHAM = "sham", _("有虚假调解嫌疑")
    WITHDRAWN = "withdrawn", _("当事人撤回申请")


class PlanState(models.TextChoices):
    PLANNED = "planned", _("已约定")
    HELD = "held", _("已调解")
    CANCELLED = "cancelled", _("已取消")


class Manner(models.TextChoices):
    """Whether both sides sit in one room."""

    TOGETHER = "together", _("各方同场")
    APART = "apart", _("分别调解（背靠背）")


class Guest(models.TextChoices):
    """As what somebody is asked to a session (人民调解法 20)."""

    PARTY = "party", _("当事人")
    HELPER = "helper", _("受邀协助人员")
    EXPERT = "expert", _("专家")
    UNIT = "unit", _("联合调解单位")


class Attendance(models.TextChoices):
    CAME = "came", _("到场")
    DEPUTY = "deputy", _("委托他人")
    ABSENT = "absent", _("未到")


class RecordWay(models.TextChoices):
    """How somebody confirmed the record that was read to them."""

    SCREEN = "screen", _("屏幕手写签名")
    PAPER = "paper", _("纸质签名、按指印")
    REFUSED = "refused", _("拒绝签名")


UNTRIED = frozenset({Ground.REFUSED, Ground.NOT_MEDIABLE})
"""Ends by which nothing was mediated: they are no failed mediation in any figure (practice.md, Mediation 9)."""


class Willing(models.TextChoices):
    """What a party answers when it is asked whether it wants mediation (人民调解法 17, 23)."""

    AGREED = "agreed", _("同意调解")
    REFUSED = "refused", _("明确拒绝调解")
    UNDECIDED = "undecided", _("尚未答复")


class Openness(models.TextChoices):
    """Whether a party wants others to be let in to the talks (人民调解法 23(3))."""

    OPEN = "open", _("要求公开进行")
    CLOSED = "closed", _("要求不公开进行")


class AskedBy(models.TextChoices):
    """The way in which a party was asked."""

    IN_PERSON = "in_person", _("当面")
    PHONE = "phone", _("电话")
    WRITING = "writing", _("书面")
    TEXT = "text", _("短信")
    ONLINE = "online", _("线上")


class Way(models.TextChoices):
    """How somebody signs (人民调解法 29)."""

    HAND = "hand", _("签名")
    STAMP = "stamp", _("盖章")
    FINGER = "finger", _("按指印")


class Source(models.TextChoices):
    """Where a dispute comes from (人民调解法 17, 18)."""

    WINDOW = "window", _("综合窗口")
    APPLICATION = "application", _("当事人申请")
    OWN_MOTION = "own_motion", _("主动调解")
    COURT = "court", _("法院引调（委派、委托）")
    POLICE = "police", _("公安机关移送")
    PETITIONS = "petitions", _("信访部门转来")
    HOTLINE = "hotline", _("12345热线")
    TOWNSHIP = "township", _("乡镇（街道）、网格转来")
    ABOVE = "above", _("上级转办")


SOURCE_OF = {
    Channel.WINDOW: Source.WINDOW,
    Channel.ONLINE: Source.APPLICATION,
    Channel.PHONE: Source.APPLICATION,
    Channel.LETTER: Source.APPLICATION,
    Channel.HOTLINE: Source.HOTLINE,
    Channel.POLICE: Source.POLICE,
    Channel.TOWNSHIP: Source.TOWNSHIP,
    Channel.GRID: Source.TOWNSHIP,
    Channel.ABOVE: Source.ABOVE,
    Channel.COURT: Source.COURT,
}
SENT_BY = {Route.COURT: Source.COURT, Route.PETITIONS: Source.PETITIONS}
"""What another desk sent on comes from that desk, whichever way it came to the centre."""


class Kind(models.TextChoices):
    PEOPLES = "peoples", _("人民调解")
    INDUSTRY = "industry", _("行业性、专业性人民调解")
    MEDICAL = "medical", _("医疗纠纷调解")
    LABOUR = "labour", _("劳动争议调解")
    ADMINISTRATIVE = "administrative", _("行政调解")
    REFERRED_BEFORE = "referred_before", _("委派调解（立案前）")
    REFERRED_AFTER = "referred_after", _("委托调解（立案后）")
    REFERRED_SUMMARY = "referred_summary", _("委托调解（立案后，简易程序）")


class Binds(models.TextChoices):
    """What makes a written agreement take effect."""

    STAMPED = "stamped", _("各方签名、调解员签名并加盖调解委员会印章")
    SIGNED = "signed", _("各方签名")


PEOPLES_EFFECT = _(
    "本协议经各方当事人签名、盖章或者按指印，人民调解员签名并加盖人民调解委员会印章之日起生效，"
    "具有法律约束力，当事人应当按照约定履行。"
)
SIGNED_EFFECT = _(
    "本协议自各方当事人签名、盖章或者按指印之日起生效，具有法律约束力，当事人应当按照约定履行。"
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the kind of a mediation decides: its clock, from when that runs, how an agreement takes effect, and what
    that is called. `arbitrable` is what the parties may bring before the arbitration commission together.

    `given_day` names the day from which the clock runs; where it is empty, that is the day of acceptance. Of the
    agreement: `title`, the word of its number, as whom the mediator signs, the sentence on its effect, and who keeps
    a copy beside the parties.
    """

    clock: str = "mediation.mediate"
    given_day: str = ""
    binds: Binds = Binds.STAMPED
    oral: bool = True
    article: str = _("人民调解法第二十九条")
    title: str = _("人民调解协议书")
    word: str = "人调字"
    mediator: str = _("人民调解员")
    effect: str = PEOPLES_EFFECT
    arbitrable: bool = False
    keepers: tuple[str, ...] = (_("人民调解委员会"),)


INVITED = Terms(
    clock="mediation.mediate.referred_before",
    given_day=_("收到法院委派材料之日"),
    binds=Binds.SIGNED,
    oral=False,
    article=_("最高人民法院关于人民法院特邀调解的规定"),
    title=_("调解协议书"),
    word="委派调字",
    mediator=_("特邀调解员"),
    effect=SIGNED_EFFECT,
    keepers=(_("调解组织"), _("人民法院")),
)
ENTRUSTED = replace(
    INVITED,
    clock="mediation.mediate.referred_after",
    given_day=_("收到法院委托材料之日"),
    word="委托调字",
)
TERMS = {
    Kind.PEOPLES: Terms(),
    Kind.INDUSTRY: Terms(word="行人调字"),
    Kind.MEDICAL: Terms(
        clock="mediation.mediate.medical",
        title=_("医疗纠纷人民调解协议书"),
        word="医调字",
    ),
    Kind.LABOUR: Terms(
        clock="mediation.mediate.labour",
        given_day=_("收到调解申请之日"),
        oral=False,
        article=_("劳动争议调解仲裁法第十四条"),
        title=_("劳动争议调解协议书"),
        word="劳调字",
        mediator=_("调解员"),
        effect=_(
            "本协议由双方当事人签名或者盖章，经调解员签名并加盖调解组织印章后生效，"
            "对双方当事人具有约束力，当事人应当履行。"
        ),
        arbitrable=True,
        keepers=(_("调解组织"),),
    ),
    Kind.ADMINISTRATIVE: Terms(
        clock="mediation.mediate.administrative",
        oral=False,
        article=_("浙政办发〔2016〕172号"),
        title=_("行政调解协议书"),
        word="行政调字",
        mediator=_("调解人员"),
        effect=_(
            "本协议自各方当事人签名、盖章或者按指印，调解人员签名并加盖行政调解机关印章之日起生效，"
            "当事人应当按照约定履行。"
        ),
        keepers=(_("行政调解机关"),),
    ),
    Kind.REFERRED_BEFORE: INVITED,
    Kind.REFERRED_AFTER: ENTRUSTED,
    Kind.REFERRED_SUMMARY: replace(ENTRUSTED, clock="mediation.mediate.referred_summary"),
}
"""By the articles (practice.md, Mediation 2 and 3). How many days a clock has is a row of its rule."""
OF_THE_COURT = frozenset({Kind.REFERRED_BEFORE, Kind.REFERRED_AFTER, Kind.REFERRED_SUMMARY})
BOUND_BY_SIGNATURES = sorted(kind.value for kind, terms in TERMS.items() if terms.binds == Binds.SIGNED)
MEDIATING_CLOCKS = tuple(sorted({terms.clock for terms in TERMS.values()}))


class HandedBy(models.TextChoices):
    """How a copy reached somebody."""

    PERSON = "person", _("当面")
    POST = "post", _("邮寄")
    OTHER = "other", _("代收人")


class CheckItem(models.TextChoices):
    """What the mediator checks before an agreement goes out for signing (法释〔2011〕5号 4, 7)."""

    AMOUNT = "amount", _("金额明确，大小写一致；不涉及金额的，要做的事写明")
    DAY = "day", _("履行期限是确定的日期")
    WAY = "way", _("履行方式、地点写明，可以照着执行")
    VOLUNTARY = "voluntary", _("出于各方当事人自愿，各方都理解内容")
    LAWFUL = "lawful", _("不违反法律、行政法规的强制性规定，不违背公序良俗")
    OUTSIDERS = "outsiders", _("不损害国家、集体、社会公共利益和案外人的合法权益")
    IDENTITY = "identity", _("不确认婚姻、收养等身份关系，不处理依法不能调解的事项")


class PayWay(models.TextChoices):
    """How money changes hands."""

    TRANSFER = "transfer", _("银行转账")
    CASH = "cash", _("现金")
    PHONE = "phone", _("微信、支付宝")
    GOODS = "goods", _("实物、抵扣")


class PerformanceState(models.TextChoices):
    """What became of a promise. 逾期 and 部分履行 are seen from days and payments."""

    PROMISED = "promised", _("待履行")
    KEPT = "kept", _("履行完毕")
    BROKEN = "broken", _("未按约履行")


OUTSTANDING = frozenset({PerformanceState.PROMISED, PerformanceState.BROKEN})


NEXT_DESKS = (Route.COURT, Route.PETITIONS, Route.DISPATCH, Route.INTAKE)
"""Where a matter may go when no agreement was reached; the last is the centre's window."""
MEDIATORS = TAKERS[Route.MEDIATION]
COLLEAGUES = dict.fromkeys(MEDIATORS, "holder")
TAKING_PART = dict.fromkeys(MEDIATORS, "taking_part")
"""The committee, and whoever of another one mediates with it: they plan, hold and record sessions."""
IN_CHARGE = dict.fromkeys(MEDIATORS, "in_charge")
"""Who drafts the agreement, and ends."""

HEADS_IT = {Role.DIRECTOR: "headed", Role.UNIT_HEAD: "headed"}
"""Who decides on mediators: the head of the committee, or the centre's director; never the mediator in question."""

MOVES = Moves(
    Move(
        verb="accept",
        label=_("接办调解"),
        sources={NEW},
        target=State.MEDIATING,
        who=COLLEAGUES,
    ),
    Move(
        verb="record_consent",
        label=_("征询调解意愿"),
        sources={State.MEDIATING},
        who=TAKING_PART,
    ),
    Move(
        verb="plan_session",
        label=_("约定调解"),
        sources={State.MEDIATING},
        who=TAKING_PART,
    ),
    Move(
        verb="record_session",
        label=_("记录调解"),
        sources={State.MEDIATING},
        who=TAKING_PART,
        stops=("case.first_contact",),
    ),
    Move(
        verb="draft_agreement",
        label=_("起草协议"),
        sources={State.MEDIATING},
        who=IN_CHARGE,
    ),
    Move(
        verb="begin_signing",
        label=_("进入签署"),
        sources={State.MEDIATING},
        target=State.SIGNING,
        who=IN_CHARGE,
        inner=True,
    ),
    Move(
        verb="resume_talks",
        label=_("恢复协商"),
        sources={State.SIGNING},
        target=State.MEDIATING,
        who=IN_CHARGE,
        inner=True,
    ),
    Move(
        verb="conclude",
        label=_("达成书面协议"),
        sources={State.SIGNING},
        target=State.AGREED,
        who=COLLEAGUES | {Role.STAMP_KEEPER: "holder"},
        stops=MEDIATING_CLOCKS,
        inner=True,
    ),
    Move(
        verb="record_oral_agreement",
        label=_("登记口头协议"),
        sources={State.MEDIATING},
        target=State.AGREED,
        who=IN_CHARGE,
        stops=MEDIATING_CLOCKS,
    ),
    Move(
        verb="hand_over",
        label=_("转交同事"),
        sources=OPEN,
        who=COLLEAGUES,
    ),
    Move(
        verb="add_co_mediator",
        label=_("邀请共同调解"),
        sources=OPEN,
        who=IN_CHARGE,
        inner=True,
    ),
    Move(
        verb="remove_co_mediator",
        label=_("结束共同调解"),
        sources=OPEN,
        who=IN_CHARGE,
        inner=True,
    ),
    Move(
        verb="invite_helper",
        label=_("邀请他人参与调解"),
        sources={State.MEDIATING},
        who=COLLEAGUES,
        inner=True,
    ),
    Move(
        verb="change_mediator",
        label=_("更换调解员"),
        sources=OPEN,
        who=HEADS_IT,
        inner=True,
    ),
    pass_on(*OPEN),
    Move(
        verb="hand_copy",
        label=_("登记送达"),
        sources={State.AGREED},
        who=COLLEAGUES,
    ),
    Move(
        verb="give_up",
        label=_("终止调解"),
        sources=OPEN,
        target=State.FAILED,
        who=IN_CHARGE,
        stops=MEDIATING_CLOCKS,
    ),
    Move(
        verb="report_to_police",
        label=_("报告公安机关"),
        sources=frozenset(State),
        who=COLLEAGUES,
    ),
    Move(
        verb="add_attempt",
        label=_("记录调解方案"),
        sources=OPEN,
        who=TAKING_PART,
        inner=True,
    ),
    Move(
        verb="correct_record",
        label=_("修改记录"),
        sources=OPEN,
        who=TAKING_PART,
        inner=True,
    ),
    Move(
        verb="sign_record",
        label=_("宣读并签名"),
        sources=frozenset(State),
        who=TAKING_PART,
        inner=True,
    ),
    Move(
        verb="add_addendum",
        label=_("补正记录"),
        sources=frozenset(State),
        who=TAKING_PART,
        inner=True,
    ),
)

PLAN_MOVES = Moves(
    Move(
        verb="hold_session",
        label=_("记录这次调解"),
        sources={PlanState.PLANNED},
        target=PlanState.HELD,
        who=TAKING_PART,
    ),
    Move(
        verb="move_session",
        label=_("改期"),
        sources={PlanState.PLANNED},
        who=TAKING_PART,
    ),
    Move(
        verb="adjourn_session",
        label=_("休会"),
        sources={PlanState.PLANNED, PlanState.HELD},
        who=TAKING_PART,
    ),
    Move(
        verb="cancel_session",
        label=_("取消"),
        sources={PlanState.PLANNED},
        target=PlanState.CANCELLED,
        who=TAKING_PART,
    ),
    Move(
        verb="release_session",
        label=_("调解结束，不再进行"),
        sources={PlanState.PLANNED},
        target=PlanState.CANCELLED,
        who=COLLEAGUES | {Role.STAMP_KEEPER: "holder"},
        inner=True,
    ),
)

AGREEMENT_MOVES = Moves(
    Move(
        verb="submit_agreement",
        label=_("提交签署"),
        sources={AgreementState.DRAFTED},
        target=AgreementState.SIGNING,
        who=IN_CHARGE,
    ),
    Move(
        verb="sign_agreement",
        label=_("登记签名"),
        sources={AgreementState.SIGNING},
        who=COLLEAGUES,
    ),
    Move(
        verb="set_stamp",
        label=_("加盖印章"),
        sources={AgreementState.SIGNING},
        who={Role.STAMP_KEEPER: "holder"},
    ),
    Move(
        verb="revise_agreement",
        label=_("退回修改"),
        sources={AgreementState.SIGNING},
        target=AgreementState.WITHDRAWN,
        who=IN_CHARGE,
    ),
    Move(
        verb="withdraw_agreement",
        label=_("协议作废"),
        sources={AgreementState.DRAFTED, AgreementState.SIGNING},
        target=AgreementState.WITHDRAWN,
        who=IN_CHARGE,
        inner=True,
    ),
    Move(
        verb="take_effect",
        label=_("协议生效"),
        sources={AgreementState.SIGNING},
        target=AgreementState.IN_FORCE,
        who=COLLEAGUES | {Role.STAMP_KEEPER: "holder"},
        inner=True,
    ),
)

PERFORMANCE_MOVES = Moves(
    Move(
        verb="promise",
        label=_("约定履行"),
        sources={NEW},
        target=PerformanceState.PROMISED,
        who=COLLEAGUES | {Role.STAMP_KEEPER: "holder"},
        inner=True,
    ),
    Move(
        verb="record_payment",
        label=_("登记履行"),
        sources=OUTSTANDING,
        who=COLLEAGUES,
    ),
    Move(
        verb="keep_promise",
        label=_("履行完毕"),
        sources=OUTSTANDING,
        target=PerformanceState.KEPT,
        who=COLLEAGUES,
        stops=("mediation.instalment",),
        inner=True,
    ),
    Move(
        verb="remind_party",
        label=_("登记督促"),
        sources=OUTSTANDING,
        who=COLLEAGUES,
    ),
    Move(
        verb="note_breach",
        label=_("未按约履行"),
        sources={PerformanceState.PROMISED},
        target=PerformanceState.BROKEN,
        who=COLLEAGUES,
        stops=("mediation.instalment",),
    ),
)

DRAFTING_MOVES = Moves(
    Move(
        verb="edit_template",
        label=_("修改协议模板"),
        sources={BookState.IN_FORCE},
        who={Role.ANALYST: "", Role.DIRECTOR: ""},
    ),
    Move(
        verb="edit_vague_words",
        label=_("修改模糊用语"),
        sources={BookState.IN_FORCE},
        who={Role.ANALYST: "", Role.DIRECTOR: ""},
    ),
)


class ReferralState(models.TextChoices):
    """What came to the court's desk: guided and answered, sent back, or given to a committee."""

    IN_HAND = HandlingState.IN_HAND.value, _("办理中")
    ANSWERED = HandlingState.ANSWERED.value, _("已答复")
    SENT_BACK = HandlingState.SENT_BACK.value, _("已退回")
    ENTRUSTED = "entrusted", _("已交调解")


REFERRAL_MOVES = Moves(
    *handling_moves(
        ("accept_referral", _("接收")),
        ("answer_referral", _("答复当事人")),
        ("send_back_referral", _("退回窗口")),
        who=TAKERS[Route.COURT],
        clock="court.handle",
    ),
    Move(
        verb="entrust",
        label=_("委派、委托调解"),
        sources={ReferralState.IN_HAND},
        target=ReferralState.ENTRUSTED,
        who=dict.fromkeys(TAKERS[Route.COURT], "holder"),
        stops=("court.handle",),
    ),
)


class EntrustmentState(models.TextChoices):
    """诉前调解: from the court's desk to a committee, and back."""

    SENT = "sent", _("待接办")
    MEDIATING = "mediating", _("调解中")
    RETURNED = "returned", _("已退回法院")
    RECEIVED = "received", _("法院已签收")


class AtCourt(models.TextChoices):
    """What the court does with what came back."""

    CONFIRM = "confirm", _("办理司法确认")
    LETTER = "letter", _("审查后制作调解书")
    WITHDRAWN = "withdrawn", _("当事人撤诉或者不再起诉")
    DOCKET = "docket", _("登记立案")
    TRIAL = "trial", _("转入审判程序")


UPON_AGREEMENT = frozenset({AtCourt.CONFIRM, AtCourt.LETTER})

AT_COURT = {Role.COURT: "at_court"}
ENTRUSTMENT_MOVES = Moves(
    Move(
        verb="send_to_committee",
        label=_("交调解组织"),
        sources={NEW},
        target=EntrustmentState.SENT,
        who=AT_COURT,
        inner=True,
    ),
    Move(
        verb="take_up_entrustment",
        label=_("接办"),
        sources={EntrustmentState.SENT},
        target=EntrustmentState.MEDIATING,
        who=COLLEAGUES,
        inner=True,
    ),
    Move(
        verb="return_to_court",
        label=_("退回法院"),
        sources={EntrustmentState.SENT, EntrustmentState.MEDIATING},
        target=EntrustmentState.RETURNED,
        who=IN_CHARGE,
    ),
    Move(
        verb="receive_return",
        label=_("签收退回材料"),
        sources={EntrustmentState.RETURNED},
        target=EntrustmentState.RECEIVED,
        who=AT_COURT,
    ),
)


class ConfirmationState(models.TextChoices):
    """An agreement on its way to be confirmed, or not."""

    OPEN = "open", _("待核对条件")
    ADMISSIBLE = "admissible", _("可以申请")
    APPLIED = "applied", _("已申请，待递交")
    HANDED = "handed", _("已递交，待受理")
    ACCEPTED = "accepted", _("审查中")
    CONFIRMED = "confirmed", _("裁定确认有效")
    DISMISSED = "dismissed", _("驳回申请")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    WITHDRAWN = "withdrawn", _("已撤回申请")
    DECLINED = "declined", _("当事人不申请")


WITH_THE_COURT = frozenset({ConfirmationState.HANDED, ConfirmationState.ACCEPTED})
REFUSED_BY_THE_COURT = frozenset({ConfirmationState.DISMISSED, ConfirmationState.NOT_ACCEPTED})
UNASKED = frozenset({ConfirmationState.OPEN, ConfirmationState.ADMISSIBLE})
"""Nobody has applied yet: the thirty days run."""

CONFIRMATION_MOVES = Moves(
    Move(
        verb="open_confirmation",
        label=_("开始计算申请期限"),
        sources={NEW},
        target=ConfirmationState.OPEN,
        who=COLLEAGUES | {Role.STAMP_KEEPER: "holder"},
        starts=("mediation.ask_confirmation",),
        inner=True,
    ),
    Move(
        verb="check_admissibility",
        label=_("核对申请条件"),
        sources={ConfirmationState.OPEN},
        target=ConfirmationState.ADMISSIBLE,
        who=IN_CHARGE,
    ),
    Move(
        verb="apply_for_confirmation",
        label=_("共同申请司法确认"),
        sources={ConfirmationState.ADMISSIBLE},
        target=ConfirmationState.APPLIED,
        who=IN_CHARGE,
        stops=("mediation.ask_confirmation",),
    ),
    Move(
        verb="hand_to_court",
        label=_("递交法院"),
        sources={ConfirmationState.APPLIED},
        target=ConfirmationState.HANDED,
        who=IN_CHARGE,
        starts=("court.accept_confirmation",),
    ),
    Move(
        verb="accept_confirmation",
        label=_("受理申请"),
        sources={ConfirmationState.HANDED},
        target=ConfirmationState.ACCEPTED,
        who=AT_COURT,
        stops=("court.accept_confirmation",),
        starts=("court.review_confirmation",),
    ),
    Move(
        verb="return_application",
        label=_("退回补正"),
        sources={ConfirmationState.HANDED},
        target=ConfirmationState.APPLIED,
        who=AT_COURT,
        stops=("court.accept_confirmation",),
    ),
    Move(
        verb="refuse_acceptance",
        label=_("不予受理"),
        sources={ConfirmationState.HANDED},
        target=ConfirmationState.NOT_ACCEPTED,
        who=AT_COURT,
        stops=("court.accept_confirmation",),
    ),
    Move(
        verb="confirm_agreement",
        label=_("裁定确认有效"),
        sources={ConfirmationState.ACCEPTED},
        target=ConfirmationState.CONFIRMED,
        who=AT_COURT,
        stops=("court.review_confirmation",),
    ),
    Move(
        verb="dismiss_application",
        label=_("驳回申请"),
        sources={ConfirmationState.ACCEPTED},
        target=ConfirmationState.DISMISSED,
        who=AT_COURT,
        stops=("court.review_confirmation",),
    ),
    Move(
        verb="withdraw_application",
        label=_("撤回申请"),
        sources={ConfirmationState.APPLIED, *WITH_THE_COURT},
        target=ConfirmationState.WITHDRAWN,
        who=IN_CHARGE,
        stops=("court.accept_confirmation", "court.review_confirmation"),
    ),
    Move(
        verb="decline_confirmation",
        label=_("当事人不申请"),
        sources=UNASKED,
        target=ConfirmationState.DECLINED,
        who=IN_CHARGE,
        stops=("mediation.ask_confirmation",),
    ),
)
"""司法确认 (人民调解法 33): a track of its own, which moves no date of the mediation that it follows."""


class ArbitrationState(models.TextChoices):
    """An agreement on a labour dispute on its way to the arbitration commission, or not."""

    OPEN = "open", _("待申请")
    APPLIED = "applied", _("已申请，待递交")
    HANDED = "handed", _("已递交，待受理")
    ACCEPTED = "accepted", _("审查中")
    CONFIRMED = "confirmed", _("已制作仲裁调解书")
    REFUSED = "refused", _("不予受理、不予确认")
    WITHDRAWN = "withdrawn", _("已撤回申请")
    DECLINED = "declined", _("当事人不申请")


ARBITRATION_MOVES = Moves(
    Move(
        verb="open_arbitration",
        label=_("开始计算申请期限"),
        sources={NEW},
        target=ArbitrationState.OPEN,
        who=COLLEAGUES | {Role.STAMP_KEEPER: "holder"},
        starts=("mediation.ask_arbitration",),
        inner=True,
    ),
    Move(
        verb="apply_for_arbitration",
        label=_("共同申请仲裁审查"),
        sources={ArbitrationState.OPEN},
        target=ArbitrationState.APPLIED,
        who=IN_CHARGE,
        stops=("mediation.ask_arbitration",),
    ),
    Move(
        verb="hand_to_commission",
        label=_("递交仲裁委员会"),
        sources={ArbitrationState.APPLIED},
        target=ArbitrationState.HANDED,
        who=IN_CHARGE,
        starts=("arbitration.accept",),
    ),
    Move(
        verb="accept_arbitration",
        label=_("登记受理"),
        sources={ArbitrationState.HANDED},
        target=ArbitrationState.ACCEPTED,
        who=IN_CHARGE,
        stops=("arbitration.accept",),
        starts=("arbitration.review",),
    ),
    Move(
        verb="confirm_arbitration",
        label=_("登记仲裁调解书"),
        sources={ArbitrationState.ACCEPTED},
        target=ArbitrationState.CONFIRMED,
        who=IN_CHARGE,
        stops=("arbitration.review",),
    ),
    Move(
        verb="refuse_arbitration",
        label=_("登记不予受理、不予确认"),
        sources={ArbitrationState.HANDED, ArbitrationState.ACCEPTED},
        target=ArbitrationState.REFUSED,
        who=IN_CHARGE,
        stops=("arbitration.accept", "arbitration.review"),
    ),
    Move(
        verb="withdraw_arbitration",
        label=_("撤回申请"),
        sources={ArbitrationState.APPLIED, ArbitrationState.HANDED, ArbitrationState.ACCEPTED},
        target=ArbitrationState.WITHDRAWN,
        who=IN_CHARGE,
        stops=("arbitration.accept", "arbitration.review"),
    ),
    Move(
        verb="decline_arbitration",
        label=_("当事人不申请"),
        sources={ArbitrationState.OPEN},
        target=ArbitrationState.DECLINED,
        who=IN_CHARGE,
        stops=("mediation.ask_arbitration",),
    ),
)
"""仲裁审查确认 (劳动人事争议仲裁办案规则 74 to 78). The commission is outside: what it did is entered by its paper."""


class ChangeState(models.TextChoices):
    ASKED = "asked", _("待决定")
    GRANTED = "granted", _("已更换")
    REFUSED = "refused", _("不予更换")
    WITHDRAWN = "withdrawn", _("已撤回")


UNDECIDED = frozenset({ChangeState.ASKED, ChangeState.WITHDRAWN})
"""Nobody decided: it waits, or whoever asked took it back."""


class Interest(models.TextChoices):
    """Why another should mediate. Only the last is no reason to doubt the mediator."""

    KIN = "kin", _("与当事人或其代理人有近亲属关系")
    STAKE = "stake", _("与纠纷有利害关系")
    TIES = "ties", _("与当事人、代理人有其他关系，可能影响公正调解")
    CONDUCT = "conduct", _("当事人认为调解员偏袒、言行不当")
    CHOICE = "choice", _("当事人另选调解员")


RECUSING = frozenset({Interest.KIN, Interest.STAKE, Interest.TIES})
"""Whoever is replaced for these does not see the matter again in this round."""

CHANGE_MOVES = Moves(
    Move(
        verb="declare_interest",
        label=_("申请回避"),
        sources={NEW},
        target=ChangeState.ASKED,
        who=dict.fromkeys(MEDIATORS, "own"),
        inner=True,
    ),
    Move(
        verb="ask_change",
        label=_("当事人要求更换调解员"),
        sources={NEW},
        target=ChangeState.ASKED,
        who={Role.CLERK: "concerned"} | dict.fromkeys(MEDIATORS, "concerned"),
        inner=True,
    ),
    Move(
        verb="grant_change",
        label=_("同意更换"),
        sources={ChangeState.ASKED},
        target=ChangeState.GRANTED,
        who=HEADS_IT,
        not_by=("declare_interest", "ask_change"),
    ),
    Move(
        verb="refuse_change",
        label=_("不予更换"),
        sources={ChangeState.ASKED},
        target=ChangeState.REFUSED,
        who=HEADS_IT,
        not_by=("declare_interest", "ask_change"),
    ),
    Move(
        verb="withdraw_change",
        label=_("撤回申请"),
        sources={ChangeState.ASKED},
        target=ChangeState.WITHDRAWN,
        who={Role.CLERK: "asker"} | dict.fromkeys(MEDIATORS, "asker"),
    ),
)


class AssignmentState(models.TextChoices):
    WAITING = "waiting", _("待接办")
    TAKEN = "taken", _("已接办")
    DECLINED = "declined", _("不接办")
    REPLACED = "replaced", _("已改派")


class Basis(models.TextChoices):
    """Why just this mediator."""

    CHOICE = "choice", _("当事人选定")
    SPECIALITY = "speciality", _("专长相符")
    DUTY = "duty", _("今天当班")
    LOAD = "load", _("在办较少")
    LANGUAGE = "language", _("语言相通")


class CompositionState(models.TextChoices):
    REGISTERED = "registered", _("已登记")


class Office(models.TextChoices):
    """Offices in a committee (人民调解法 8)."""

    HEAD = "head", _("主任")
    DEPUTY = "deputy", _("副主任")
    MEMBER = "member", _("委员")


COMPOSITION_MOVES = Moves(
    Move(
        verb="register_committee",
        label=_("登记调委会组成"),
        sources={NEW},
        target=CompositionState.REGISTERED,
        who=HEADS_IT,
    ),
)


class HelperKind(models.TextChoices):
    """Whom the law lets a mediator invite (人民调解法 20)."""

    RELATIVE = "relative", _("亲属")
    NEIGHBOUR = "neighbour", _("邻里")
    COLLEAGUE = "colleague", _("同事")
    EXPERT = "expert", _("有专门知识、特定经验的人员")
    BODY = "body", _("有关社会组织的人员")
    RESPECTED = "respected", _("当地公道正派、热心调解、群众认可的人士")


ASSIGNMENT_MOVES = Moves(
    Move(
        verb="assign",
        label=_("指派调解员"),
        sources={NEW},
        target=AssignmentState.WAITING,
        who=HEADS_IT,
        inner=True,
    ),
    Move(
        verb="replace_assignment",
        label=_("改派"),
        sources={AssignmentState.WAITING},
        target=AssignmentState.REPLACED,
        who=HEADS_IT,
        inner=True,
    ),
    Move(
        verb="take_up_assignment",
        label=_("接办"),
        sources={AssignmentState.WAITING},
        target=AssignmentState.TAKEN,
        who=dict.fromkeys(MEDIATORS, "assigned"),
        inner=True,
    ),
    Move(
        verb="decline_assignment",
        label=_("不接办"),
        sources={AssignmentState.WAITING},
        target=AssignmentState.DECLINED,
        who=dict.fromkeys(MEDIATORS, "assigned"),
    ),
)


class ArchiveState(models.TextChoices):
    """A file that was put away, and what a second person found in it."""

    ARCHIVED = "archived", _("待评查")
    PASSED = "passed", _("评查合格")
    RETURNED = "returned", _("评查不合格")


ARCHIVE_MOVES = Moves(
    Move(
        verb="archive",
        label=_("立卷归档"),
        sources={NEW},
        target=ArchiveState.ARCHIVED,
        who=COLLEAGUES,
        inner=True,
    ),
    Move(
        verb="archive_again",
        label=_("补正后重新立卷"),
        sources={ArchiveState.RETURNED},
        target=ArchiveState.ARCHIVED,
        who=COLLEAGUES,
    ),
    Move(
        verb="pass_check",
        label=_("评查合格"),
        sources={ArchiveState.ARCHIVED},
        target=ArchiveState.PASSED,
        who=HEADS_IT,
        not_by=("archive", "archive_again"),
    ),
    Move(
        verb="fail_check",
        label=_("评查不合格"),
        sources={ArchiveState.ARCHIVED},
        target=ArchiveState.RETURNED,
        who=HEADS_IT,
        not_by=("archive", "archive_again"),
    ),
)
"""立卷 (人民调解法 27) and 案卷评查: only what a second person found in order counts for 以案定补."""

KEEPS_ALLOWANCES = {Role.ANALYST: "", Role.DIRECTOR: ""}
ALLOWANCE_MOVES = Moves(
    Move(
        verb="set_allowance",
        label=_("修改补助标准"),
        sources={BookState.IN_FORCE},
        who=KEEPS_ALLOWANCES,
    ),
    Move(
        verb="edit_grade",
        label=_("修改等级标准"),
        sources={BookState.IN_FORCE},
        who=KEEPS_ALLOWANCES,
    ),
)


class StandingState(models.TextChoices):
    KEPT = "kept", _("有效")


STANDING_MOVES = Moves(
    Move(
        verb="grade_mediator",
        label=_("评定等级、登记领取资格"),
        sources={NEW, StandingState.KEPT},
        target=StandingState.KEPT,
        who=HEADS_IT,
    ),
)


class SheetState(models.TextChoices):
    DRAWN_UP = "drawn_up", _("待审批")
    SENT_BACK = "sent_back", _("已退回")
    APPROVED = "approved", _("已审批")


DRAWS_UP = {Role.STAMP_KEEPER: "holder", Role.DIRECTOR: "over"}
SHEET_MOVES = Moves(
    Move(
        verb="draw_up_sheet",
        label=_("编制补助表"),
        sources={NEW},
        target=SheetState.DRAWN_UP,
        who=DRAWS_UP,
        inner=True,
    ),
    Move(
        verb="draw_up_again",
        label=_("重新编制"),
        sources={SheetState.SENT_BACK},
        target=SheetState.DRAWN_UP,
        who=DRAWS_UP,
    ),
    Move(
        verb="approve_sheet",
        label=_("审批通过"),
        sources={SheetState.DRAWN_UP},
        target=SheetState.APPROVED,
        who={Role.UNIT_HEAD: "over", Role.DIRECTOR: "over"},
        not_by=("draw_up_sheet", "draw_up_again"),
    ),
    Move(
        verb="send_back_sheet",
        label=_("退回"),
        sources={SheetState.DRAWN_UP},
        target=SheetState.SENT_BACK,
        who={Role.UNIT_HEAD: "over", Role.DIRECTOR: "over"},
        not_by=("draw_up_sheet", "draw_up_again"),
    ),
)
READS_SHEETS = frozenset({Role.STAMP_KEEPER, Role.UNIT_HEAD, Role.DIRECTOR})
"""Who sees what all of a committee are paid; a mediator sees his own lines."""

"""The life cycles of a mediation, of its agreement, and of a matter at the court's desk."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.states import BookState, Route, handling_moves, pass_on
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


class Way(models.TextChoices):
    """How somebody signs (人民调解法 29)."""

    HAND = "hand", _("签名")
    STAMP = "stamp", _("盖章")
    FINGER = "finger", _("按指印")


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
MEDIATORS = (Role.MEDIATOR, Role.INDUSTRY_MEDIATOR)
COLLEAGUES = dict.fromkeys(MEDIATORS, "holder")
IN_CHARGE = dict.fromkeys(MEDIATORS, "in_charge")

MOVES = Moves(
    Move(
        verb="accept",
        label=_("接办调解"),
        sources={NEW},
        target=State.MEDIATING,
        who=COLLEAGUES,
        starts=("mediation.mediate",),
    ),
    Move(
        verb="record_session",
        label=_("记录调解"),
        sources={State.MEDIATING},
        who=COLLEAGUES,
    ),
    Move(
        verb="draft_agreement",
        label=_("起草协议"),
        sources={State.MEDIATING},
        who=COLLEAGUES,
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
        stops=("mediation.mediate",),
        inner=True,
    ),
    Move(
        verb="record_oral_agreement",
        label=_("登记口头协议"),
        sources={State.MEDIATING},
        target=State.AGREED,
        who=IN_CHARGE,
        stops=("mediation.mediate",),
    ),
    Move(
        verb="hand_over",
        label=_("转交同事"),
        sources=OPEN,
        who=COLLEAGUES,
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
        stops=("mediation.mediate",),
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

REFERRAL_MOVES = handling_moves(
    ("accept_referral", _("接收")),
    ("answer_referral", _("答复当事人")),
    ("send_back_referral", _("退回窗口")),
    who=[Role.COURT],
)

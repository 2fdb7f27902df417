"""The life cycle of a round, and of a request to another unit."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.models import ClockRule, Step
from kernel.moves import NEW, Move, Moves
from people.roles import HEADS, RESTRICTS, SUPERVISORS, Role


class Route(models.TextChoices):
    """The desks a matter can wait at. Which page shows a desk's piece of a case is in PANELS."""

    INTAKE = "intake", _("窗口当场办理")
    MEDIATION = "mediation", _("调解")
    COURT = "court", _("法院驻点窗口")
    PETITIONS = "petitions", _("信访")
    DISPATCH = "dispatch", _("事件派单")


PANELS = {
    Route.INTAKE: "intake:panel",
    Route.MEDIATION: "mediation:panel",
    Route.COURT: "mediation:court_panel",
    Route.PETITIONS: "petitions:panel",
    Route.DISPATCH: "dispatch:panel",
}


class State(models.TextChoices):
    ROUTED = "routed", _("待接办")
    IN_HAND = "in_hand", _("办理中")
    RESOLVED = "resolved", _("已化解（待回访）")
    CLOSED = "closed", _("已办结")


class Outcome(models.TextChoices):
    """How a round ended. Advice and guidance are not 化解 (practice.md, Mediation 9)."""

    NONE = "", _("尚无结果")
    ANSWERED = "answered", _("当场答复")
    SETTLED = "settled", _("当场化解")
    AGREEMENT = "agreement", _("达成书面协议")
    ORAL_AGREEMENT = "oral_agreement", _("达成口头协议")
    REPLIED = "replied", _("已答复")
    GUIDED = "guided", _("告知其他途径")
    WITHDRAWN = "withdrawn", _("当事人撤回")
    MERGED = "merged", _("并入同一事项")


SETTLING = frozenset({Outcome.SETTLED, Outcome.AGREEMENT, Outcome.ORAL_AGREEMENT})
"""The outcomes that count as a dispute settled (化解)."""
OBSERVED = timedelta(days=90)
"""For so long after closing, a matter that comes back was not settled the first time (practice.md, Figures 1)."""


class Urgency(models.IntegerChoices):
    ORDINARY = 1, _("一般")
    RATHER = 2, _("较急")
    URGENT = 3, _("紧急")
    EXTREME = 4, _("特急")


class Channel(models.TextChoices):
    WINDOW = "window", _("综合窗口")
    ONLINE = "online", _("解纷码")
    PHONE = "phone", _("来电")
    LETTER = "letter", _("来信")
    HOTLINE = "hotline", _("12345")
    POLICE = "police", _("110联动")
    TOWNSHIP = "township", _("乡镇（街道）转来")
    GRID = "grid", _("网格上报")
    ABOVE = "above", _("上级转办")
    COURT = "court", _("法院移送")


MOST_REPRESENTATIVES = 5
"""So many speak for a group at most (信访工作条例 20(3))."""


class Side(models.TextChoices):
    APPLICANT = "applicant", _("申请人")
    RESPONDENT = "respondent", _("被申请人")
    THIRD = "third", _("第三方")


class Answer(models.TextChoices):
    SATISFIED = "satisfied", _("满意")
    FAIRLY = "fairly", _("基本满意")
    UNSATISFIED = "unsatisfied", _("不满意")


RECEPTION = {Role.CLERK: "", Role.MEDIATOR: "", Role.COURT: ""}
"""Any of the three at a window registers, calls and triages (practice.md, House and hall 1)."""

DESKS = {
    Role.CLERK: "holder",
    Role.MEDIATOR: "holder",
    Role.INDUSTRY_MEDIATOR: "holder",
    Role.COURT: "holder",
    Role.PETITION_OFFICER: "holder",
    Role.DISPATCHER: "holder",
    Role.HANDLER: "holder",
    Role.UNIT_HEAD: "holder",
    Role.TOWNSHIP_OFFICER: "holder",
    Role.TOWNSHIP_HEAD: "holder",
    Role.DISCIPLINE: "holder",
}
TAKERS = {
    Route.INTAKE: frozenset(RECEPTION),
    Route.MEDIATION: frozenset({Role.MEDIATOR, Role.INDUSTRY_MEDIATOR}),
    Route.COURT: frozenset({Role.COURT}),
    Route.PETITIONS: frozenset({Role.PETITION_OFFICER, Role.DISCIPLINE}),
    Route.DISPATCH: frozenset(
        {Role.HANDLER, Role.UNIT_HEAD, Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_HEAD, Role.DISPATCHER}
    ),
}
"""Who takes a matter at each desk, as the tables of the desks say."""
OF_THE_DESK = frozenset({Route.COURT})
"""Desks whose matters belong to all who sit there, not to whoever took them."""
CENTRE = {Role.CLERK: "of_the_centre", Role.DIRECTOR: "of_the_centre", Role.MEDIATOR: "of_the_centre"}
AMONG_THEMSELVES = {Role.DISCIPLINE: "sole_opener"}
"""What the centre does everywhere else, of matters that it cannot open."""

SUPERVISING = dict.fromkeys(SUPERVISORS, "")
JUDGING = SUPERVISING | AMONG_THEMSELVES
CONCERNED = dict.fromkeys(DESKS | CENTRE, "concerned")
"""Whoever holds the matter, or sits at the centre. The verbs that stay where they are stand on the page itself."""

SIGNED = ("read_back", "sign_agreement", "record_oral_agreement", "keep_signed")
"""By these somebody confirmed something in their own name: who they are is settled from then on."""

MOVES = Moves(
    Move(
        verb="open_case",
        label=_("登记事项"),
        sources={NEW},
        target=State.ROUTED,
        who=RECEPTION
        | {Role.DISPATCHER: "", Role.PETITION_OFFICER: "", Role.GRID_WORKER: "", Role.TOWNSHIP_OFFICER: ""},
        starts=("case.take",),
        inner=True,
    ),
    Move(
        verb="reopen",
        label=_("重新办理"),
        sources={NEW},
        target=State.ROUTED,
        who=dict.fromkeys(RECEPTION, "of_the_centre") | {Role.DIRECTOR: "of_the_centre"},
        starts=("case.take",),
        inner=True,
    ),
    Move(
        verb="take",
        label=_("接办"),
        sources={State.ROUTED},
        target=State.IN_HAND,
        who=DESKS,
        stops=("case.take",),
        starts=("case.first_contact",),
        inner=True,
    ),
    Move(
        verb="reroute",
        label=_("流转"),
        sources={State.ROUTED, State.IN_HAND},
        target=State.ROUTED,
        who=DESKS,
        stops=("case.take", "case.first_contact"),
        starts=("case.take",),
        inner=True,
    ),
    Move(
        verb="resolve",
        label=_("办理完毕"),
        sources={State.IN_HAND},
        target=State.RESOLVED,
        who=DESKS | {Role.STAMP_KEEPER: "holder"},  # the stamp may be what makes an agreement bind
        stops=("case.first_contact", "case.reply_by", "case.instruction"),
        starts=("case.follow_up",),
        inner=True,
    ),
    Move(
        verb="merge",
        label=_("并入同一事项"),
        sources={State.IN_HAND},
        target=State.CLOSED,
        who=DESKS,
        stops=("case.first_contact", "case.reply_by", "case.instruction"),
        inner=True,
    ),
    Move(
        verb="follow_up",
        label=_("回访"),
        sources={State.RESOLVED},
        target=State.CLOSED,
        who=CENTRE | AMONG_THEMSELVES,
        stops=("case.follow_up",),
        starts=("case.rating",),
        not_by=("take", "resolve", "sign_agreement"),
    ),
    Move(
        verb="call_back",
        label=_("不满意核实"),
        sources={State.CLOSED},
        who=dict.fromkeys((Role.CLERK, Role.DIRECTOR, Role.DISCIPLINE), "calling_back"),
        stops=("case.call_back",),
        not_by=("take", "resolve", "sign_agreement"),
    ),
    Move(
        verb="correct",
        label=_("更正登记内容"),
        sources={State.ROUTED, State.IN_HAND, State.RESOLVED},
        who=CONCERNED,
        inner=True,
    ),
    Move(
        verb="add_party",
        label=_("添加当事人"),
        sources={State.ROUTED, State.IN_HAND, State.RESOLVED},
        who=CONCERNED,
        inner=True,
    ),
    Move(
        verb="replace_party",
        label=_("更正当事人"),
        sources={State.ROUTED, State.IN_HAND, State.RESOLVED},
        who=CONCERNED,
        inner=True,
    ),
    Move(
        verb="enter_instruction",
        label=_("代录领导批示"),
        sources={State.ROUTED, State.IN_HAND, State.RESOLVED},
        who=CONCERNED | SUPERVISING,
        inner=True,
    ),
    Move(verb="log_contact", label=_("记录联系情况"), sources=frozenset(State), who=CONCERNED, inner=True),
    Move(
        verb="remind",
        label=_("催办"),
        sources={State.ROUTED, State.IN_HAND},
        who=dict.fromkeys(SUPERVISORS | {Role.DISPATCHER}, ""),
        inner=True,
    ),
    Move(verb="attach", label=_("添加材料"), sources=frozenset(State), who=CONCERNED, inner=True),
)


class RequestKind(models.TextChoices):
    HELP = "help", _("协助办理")
    ANSWER = "answer", _("书面答复")
    RELEASE = "release", _("移出本单位")
    SIGN_OFF = "sign_off", _("审核签批")


class RequestState(models.TextChoices):
    OPEN = "open", _("待签收")
    ACCEPTED = "accepted", _("协办中")
    OBJECTED = "objected", _("已提出异议")
    ANSWERED = "answered", _("已答复（待核验）")
    VERIFIED = "verified", _("已核验")
    WITHDRAWN = "withdrawn", _("已撤回")


ENDED = frozenset({RequestState.VERIFIED, RequestState.WITHDRAWN})
BACK_WITH_THE_ASKER = frozenset({RequestState.OBJECTED, RequestState.ANSWERED})
ASKED = {role: "asked" for role in DESKS}
ASKING = {role: "asking" for role in DESKS | CENTRE}

REQUEST_MOVES = Moves(
    Move(
        verb="ask",
        label=_("发起协同请求"),
        sources={NEW},
        target=RequestState.OPEN,
        who=dict.fromkeys(ASKING, "in_charge"),
        starts=("request.accept", "request.answer"),
        inner=True,
    ),
    Move(
        verb="accept_request",
        label=_("签收"),
        sources={RequestState.OPEN},
        target=RequestState.ACCEPTED,
        who=ASKED,
        stops=("request.accept",),
    ),
    Move(
        verb="object_to_request",
        label=_("提出异议"),
        sources={RequestState.OPEN},
        target=RequestState.OBJECTED,
        who=ASKED,
        stops=("request.accept", "request.answer"),
        starts=("request.decide_objection",),
    ),
    Move(
        verb="agree_to_objection",
        label=_("同意异议"),
        sources={RequestState.OBJECTED},
        target=RequestState.WITHDRAWN,
        who=ASKING,
        stops=("request.decide_objection", "request.answer"),
    ),
    Move(
        verb="refuse_objection",
        label=_("不同意异议"),
        sources={RequestState.OBJECTED},
        target=RequestState.OPEN,
        who=ASKING,
        stops=("request.decide_objection", "request.answer"),
        starts=("request.accept", "request.answer"),
    ),
    Move(
        verb="answer_request",
        label=_("答复"),
        sources={RequestState.ACCEPTED},
        target=RequestState.ANSWERED,
        who=ASKED,
        stops=("request.answer",),
    ),
    Move(
        verb="verify_request",
        label=_("核验通过"),
        sources={RequestState.ANSWERED},
        target=RequestState.VERIFIED,
        who=ASKING,
    ),
    Move(
        verb="send_request_back",
        label=_("核验不通过"),
        sources={RequestState.ANSWERED},
        target=RequestState.ACCEPTED,
        who=ASKING,
        starts=("request.answer",),
    ),
    Move(
        verb="withdraw_request",
        label=_("撤回请求"),
        sources={RequestState.OPEN, RequestState.ACCEPTED},
        target=RequestState.WITHDRAWN,
        who=ASKING,
        stops=("request.accept", "request.answer"),
    ),
)


class Aim(models.TextChoices):
    RESTRICT = "restrict", _("限制查看")
    LIFT = "lift", _("解除限制")


class RestrictingState(models.TextChoices):
    ASKED = "asked", _("待审批")
    GRANTED = "granted", _("已同意")
    REFUSED = "refused", _("不同意")
    WITHDRAWN = "withdrawn", _("已撤回")


DECIDING = dict.fromkeys(RESTRICTS, "deciding")
ASKED_TO_RESTRICT = ("ask_restriction", "ask_lifting")

RESTRICTING_MOVES = Moves(
    Move(
        verb="ask_restriction",
        label=_("申请限制查看"),
        sources={NEW},
        target=RestrictingState.ASKED,
        who=CONCERNED,
        starts=("restricting.decide",),
        inner=True,
    ),
    Move(
        verb="ask_lifting",
        label=_("申请解除限制"),
        sources={NEW},
        target=RestrictingState.ASKED,
        who=CONCERNED,
        starts=("restricting.decide",),
        inner=True,
    ),
    Move(
        verb="grant_restricting",
        label=_("同意"),
        sources={RestrictingState.ASKED},
        target=RestrictingState.GRANTED,
        who=DECIDING,
        stops=("restricting.decide",),
        not_by=ASKED_TO_RESTRICT,
    ),
    Move(
        verb="refuse_restricting",
        label=_("不同意"),
        sources={RestrictingState.ASKED},
        target=RestrictingState.REFUSED,
        who=DECIDING,
        stops=("restricting.decide",),
        not_by=ASKED_TO_RESTRICT,
    ),
    Move(
        verb="withdraw_restricting",
        label=_("撤回申请"),
        sources={RestrictingState.ASKED},
        target=RestrictingState.WITHDRAWN,
        who=dict.fromkeys(CONCERNED, "asking"),
        stops=("restricting.decide",),
    ),
)
"""Two persons hide a matter that came in as an ordinary one, and show it again."""


class DeferralKind(models.TextChoices):
    EXTEND = "extend", _("延长期限")
    PAUSE = "pause", _("暂停计算")


class DeferralState(models.TextChoices):
    ASKED = "asked", _("待审批")
    GRANTED = "granted", _("已同意")
    REFUSED = "refused", _("不同意")
    WITHDRAWN = "withdrawn", _("已撤回")
    RESUMED = "resumed", _("已恢复计算")


IN_EFFECT = frozenset({DeferralState.GRANTED, DeferralState.RESUMED})
APPROVERS = {
    ClockRule.Approver.UNIT_HEAD: HEADS,
    ClockRule.Approver.BOTH_PARTIES: frozenset({Role.MEDIATOR, Role.INDUSTRY_MEDIATOR, Role.DIRECTOR}),
    ClockRule.Approver.COURT: frozenset({Role.COURT}),
    ClockRule.Approver.ARBITRATION_HEAD: frozenset({Role.UNIT_HEAD}),
    ClockRule.Approver.DISPATCHER: frozenset({Role.DISPATCHER}),
}
"""Who signs for what a clock rule asks. Where both parties agree, somebody else checks their written consent."""
SIGNS = frozenset().union(*APPROVERS.values())

DEFERRAL_MOVES = Moves(
    Move(
        verb="ask_deferral",
        label=_("申请延期或暂停"),
        sources={NEW},
        target=DeferralState.ASKED,
        who=DESKS,
        inner=True,
    ),
    Move(
        verb="grant_deferral",
        label=_("同意"),
        sources={DeferralState.ASKED},
        target=DeferralState.GRANTED,
        who=dict.fromkeys(SIGNS, "approver"),
        not_by=("ask_deferral",),
    ),
    Move(
        verb="refuse_deferral",
        label=_("不同意"),
        sources={DeferralState.ASKED},
        target=DeferralState.REFUSED,
        who=dict.fromkeys(SIGNS, "approver"),
        not_by=("ask_deferral",),
    ),
    Move(
        verb="withdraw_deferral",
        label=_("撤回申请"),
        sources={DeferralState.ASKED},
        target=DeferralState.WITHDRAWN,
        who=DESKS,
    ),
    Move(
        verb="resume_clock",
        label=_("恢复计算"),
        sources={DeferralState.GRANTED},
        target=DeferralState.RESUMED,
        who=dict.fromkeys(DESKS, "pausing"),
    ),
)


class CardLevel(models.TextChoices):
    ORDINARY = "ordinary", _("普通督办")
    YELLOW = "yellow", _("黄牌督办")
    RED = "red", _("红牌督办")


class CardState(models.TextChoices):
    ISSUED = "issued", _("待回复")
    ANSWERED = "answered", _("已回复（待审核）")
    APPEALED = "appealed", _("申诉复核中")
    CLOSED = "closed", _("已销牌")
    REVOKED = "revoked", _("申诉成立（已撤销）")
    WITHDRAWN = "withdrawn", _("已收回")


CARDS = {Step.YELLOW_CARD: CardLevel.YELLOW, Step.RED_CARD: CardLevel.RED}
"""The rungs of a ladder on which a card is issued."""
OWED = frozenset({CardState.ISSUED, CardState.ANSWERED, CardState.APPEALED})
"""A card that somebody still has to do something about."""
COUNTED = frozenset(CardState) - {CardState.REVOKED, CardState.WITHDRAWN}
"""What counts against a unit."""
JUDGED_BY = {CardState.ANSWERED: "close_card", CardState.APPEALED: "uphold_card"}
"""A card that waits for a judgement, and the move that says who may give it."""
PRESSED = dict.fromkeys(HEADS | DESKS.keys(), "pressed")

CARD_MOVES = Moves(
    Move(
        verb="issue_card",
        label=_("督办"),
        sources={NEW},
        target=CardState.ISSUED,
        who=SUPERVISING,
        starts=("card.answer",),
        inner=True,
    ),
    Move(
        verb="answer_card",
        label=_("督办回复"),
        sources={CardState.ISSUED},
        target=CardState.ANSWERED,
        who=PRESSED,
        stops=("card.answer",),
        starts=("card.judge",),
    ),
    Move(
        verb="appeal_card",
        label=_("申诉"),
        sources={CardState.ISSUED},
        target=CardState.APPEALED,
        who=PRESSED,
        stops=("card.answer",),
        starts=("card.review",),
    ),
    Move(
        verb="close_card",
        label=_("销牌"),
        sources={CardState.ANSWERED},
        target=CardState.CLOSED,
        who=JUDGING,
        stops=("card.judge",),
        not_by=("answer_card",),
    ),
    Move(
        verb="send_card_back",
        label=_("退回重新回复"),
        sources={CardState.ANSWERED},
        target=CardState.ISSUED,
        who=JUDGING,
        stops=("card.judge",),
        starts=("card.answer",),
        not_by=("answer_card",),
    ),
    Move(
        verb="revoke_card",
        label=_("申诉成立，撤销督办"),
        sources={CardState.APPEALED},
        target=CardState.REVOKED,
        who=JUDGING,
        stops=("card.review",),
        not_by=("issue_card", "appeal_card"),
    ),
    Move(
        verb="uphold_card",
        label=_("申诉不成立，仍须回复"),
        sources={CardState.APPEALED},
        target=CardState.ISSUED,
        who=JUDGING,
        stops=("card.review",),
        starts=("card.answer",),
        not_by=("issue_card", "appeal_card"),
    ),
    Move(
        verb="withdraw_card",
        label=_("收回督办"),
        sources=OWED,
        target=CardState.WITHDRAWN,
        who=SUPERVISING,
        stops=("card.answer", "card.judge", "card.review"),
    ),
)
"""A unit is pressed, answers, and somebody else is content with the answer; or it appeals, and is judged again."""


class ConferenceState(models.TextChoices):
    PLANNED = "planned", _("待召开")
    HELD = "held", _("已召开")
    CANCELLED = "cancelled", _("已取消")


CONVENING = dict.fromkeys(CONCERNED, "convening")

CONFERENCE_MOVES = Moves(
    Move(
        verb="call_conference",
        label=_("发起会商"),
        sources={NEW},
        target=ConferenceState.PLANNED,
        who=CONCERNED,
        inner=True,
    ),
    Move(
        verb="hold_conference",
        label=_("登记会商结果"),
        sources={ConferenceState.PLANNED},
        target=ConferenceState.HELD,
        who=CONVENING,
    ),
    Move(
        verb="cancel_conference",
        label=_("取消会商"),
        sources={ConferenceState.PLANNED},
        target=ConferenceState.CANCELLED,
        who=CONVENING,
    ),
)


class WatchState(models.TextChoices):
    RUNNING = "running", _("正常巡检")
    HELD = "held", _("已暂停，待人工确认")


WATCH_MOVES = Moves(
    Move(
        verb="hold_sweep",
        label=_("暂停期限巡检"),
        sources={WatchState.RUNNING},
        target=WatchState.HELD,
        inner=True,
    ),
    Move(
        verb="release_sweep",
        label=_("恢复期限巡检"),
        sources={WatchState.HELD},
        target=WatchState.RUNNING,
        who={Role.DIRECTOR: "", Role.SYSADMIN: ""},
    ),
)


def pass_on(*sources) -> Move:
    """The move by which work changes hands when somebody goes on leave. Who may is asked by the handover as a whole."""
    return Move(
        verb="pass_on",
        label=_("工作交接"),
        sources=frozenset(sources),
        who=dict.fromkeys(Role, ""),
        inner=True,
    )


class HandlingState(models.TextChoices):
    """A desk that takes, then answers or sends back."""

    IN_HAND = "in_hand", _("办理中")
    ANSWERED = "answered", _("已答复")
    SENT_BACK = "sent_back", _("已退回")


def handling_moves(accept, answer, send_back, who, clock="") -> Moves:
    """The table of a desk that takes a matter, then answers it or sends it back, each with its own (verb, label).

    `clock` is how long the desk has for it.
    """
    holders = dict.fromkeys(who, "holder")
    own = (clock,) if clock else ()
    return Moves(
        Move(
            verb=accept[0],
            label=accept[1],
            sources={NEW},
            target=HandlingState.IN_HAND,
            who=dict.fromkeys(who, ""),
            starts=own,
        ),
        Move(
            verb=answer[0],
            label=answer[1],
            sources={HandlingState.IN_HAND},
            target=HandlingState.ANSWERED,
            who=holders,
            stops=own,
        ),
        Move(
            verb=send_back[0],
            label=send_back[1],
            sources={HandlingState.IN_HAND},
            target=HandlingState.SENT_BACK,
            who=holders,
            stops=own,
        ),
    )


class BookState(models.TextChoices):
    IN_FORCE = "in_force", _("施行中")


RULE_MOVES = Moves(
    Move(
        verb="edit_rule",
        label=_("修改研判规则"),
        sources={BookState.IN_FORCE},
        who={Role.ANALYST: "", Role.DIRECTOR: ""},
    ),
    Move(
        verb="edit_wording",
        label=_("修改告知文书"),
        sources={BookState.IN_FORCE},
        who={Role.ANALYST: "", Role.DIRECTOR: ""},
    ),
)

CLOCK_BOOK_MOVES = Moves(
    Move(
        verb="edit_calendar",
        label=_("修改工作日历"),
        sources={BookState.IN_FORCE},
        who={Role.DIRECTOR: "", Role.SYSADMIN: ""},
    ),
    Move(
        verb="edit_clock_rule",
        label=_("修改期限规则"),
        sources={BookState.IN_FORCE},
        who={Role.DIRECTOR: "", Role.SYSADMIN: ""},
    ),
)

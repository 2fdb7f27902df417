"""The life cycles of a visit (one ticket) and of a matter that the window handles itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.states import TAKERS, Channel, Route, pass_on
from kernel.moves import NEW, Move, Moves
from people.roles import Role


class State(models.TextChoices):
    ISSUED = "issued", _("已登记（未出票）")
    WAITING = "waiting", _("等候中")
    CALLED = "called", _("已叫号")
    SERVING = "serving", _("接待中")
    HELD = "held", _("暂挂")
    SERVED = "served", _("接待结束")
    NO_SHOW = "no_show", _("过号")
    LEFT = "left", _("已离开")
    CANCELLED = "cancelled", _("已作废")
    LAPSED = "lapsed", _("闭厅未接待")


AT_WINDOW = frozenset({State.CALLED, State.SERVING})
"""A window has one visitor at a time."""
PRESENT = frozenset({State.WAITING, State.CALLED, State.SERVING, State.HELD})
LEFT_OVER = frozenset({State.ISSUED, State.WAITING, State.HELD})
"""Who is still there when the hall closes; whoever is at a window is received to the end."""
NEVER_WAITED = frozenset({State.ISSUED, State.CANCELLED})
"""A number without a ticket in a hand is no visit."""


class SpanKind(models.TextChoices):
    WAITING = "waiting", _("等候")
    CALLED = "called", _("叫号")
    SERVED = "served", _("接待")
    HELD = "held", _("暂挂")


SPAN_OF = {
    State.WAITING: SpanKind.WAITING,
    State.CALLED: SpanKind.CALLED,
    State.SERVING: SpanKind.SERVED,
    State.HELD: SpanKind.HELD,
}
"""What the ledger writes while a ticket is in a state; nothing runs in the other states."""


class Care(models.TextChoices):
    """Who is called first (优先照顾)."""

    NONE = "", _("无")
    ELDERLY = "elderly", _("老年人")
    DISABLED = "disabled", _("残疾人")
    PREGNANT = "pregnant", _("孕产妇")
    VETERAN = "veteran", _("现役或退役军人")
    CHILD = "child", _("带婴幼儿")


class Turn(models.TextChoices):
    """What brings somebody forward in the queue, and how late an appointment may be kept. Minutes are data."""

    ELDERLY = Care.ELDERLY.value, Care.ELDERLY.label
    DISABLED = Care.DISABLED.value, Care.DISABLED.label
    PREGNANT = Care.PREGNANT.value, Care.PREGNANT.label
    VETERAN = Care.VETERAN.value, Care.VETERAN.label
    CHILD = Care.CHILD.value, Care.CHILD.label
    APPOINTMENT = "appointment", _("按时赴约的预约")
    LATE = "late", _("预约迟到仍算按时（分钟以内）")
    LAPSED = "lapsed", _("闭厅未接待，凭原号再来")


USUAL_MINUTES = dict.fromkeys(Turn, 45) | {Turn.APPOINTMENT: 60, Turn.LATE: 15, Turn.LAPSED: 120}
"""Until the centre says otherwise on the page of the rules."""


class Rank(models.IntegerChoices):
    """The classes of the queue: within one, nobody is overtaken."""

    CARE = 0, _("优先")
    ORDINARY = 1, _("普通")


class Way(models.TextChoices):
    """How the visitor holds the number."""

    PRINTED = "printed", _("打印")
    SHOWN = "shown", _("屏幕出示")


class Signed(models.TextChoices):
    """How somebody confirmed what was read back to them."""

    NAME = "name", _("签名确认")
    FINGERPRINT = "fingerprint", _("按指印确认")
    UNABLE = "unable", _("不能书写，由见证人签名")
    REFUSED = "refused", _("拒绝签名，由见证人签名")


WITNESSED = frozenset({Signed.UNABLE, Signed.REFUSED})


class PauseState(models.TextChoices):
    PAUSED = "paused", _("暂停服务")
    ENDED = "ended", _("已恢复服务")


class ClosingState(models.TextChoices):
    CLOSED = "closed", _("已闭厅")
    REOPENED = "reopened", _("已重新开厅")


class NoticeState(models.TextChoices):
    POSTED = "posted", _("显示中")
    WITHDRAWN = "withdrawn", _("已撤下")


class HelpState(models.TextChoices):
    CALLED = "called", _("求助中")
    ANSWERED = "answered", _("已到场")


class ScreenState(models.TextChoices):
    OFFERED = "offered", _("待配对")
    PAIRED = "paired", _("已配对")
    UNPAIRED = "unpaired", _("已解除")


class ScreenKind(models.TextChoices):
    BOARD = "board", _("叫号大屏")
    KIOSK = "kiosk", _("自助取号机")


RECEPTION = TAKERS[Route.INTAKE]
SEATED = dict.fromkeys(RECEPTION, "seated")
AT_ITS_WINDOW = dict.fromkeys(RECEPTION, "at_its_window")
AT_THE_DOOR = SEATED | {Role.GUIDE: "of_the_unit"}
OF_THE_HALL = AT_THE_DOOR | {Role.DIRECTOR: "of_the_unit"}

MOVES = Moves(
    Move(
        verb="register",
        label=_("来访登记"),
        sources={NEW},
        target=State.ISSUED,
        who=AT_THE_DOOR,
    ),
    Move(
        verb="print_ticket",
        label=_("打印排队号"),
        sources={State.ISSUED},
        target=State.WAITING,
        who=AT_THE_DOOR,
    ),
    Move(
        verb="cancel",
        label=_("作废"),
        sources={State.ISSUED},
        target=State.CANCELLED,
        who=AT_THE_DOOR,
    ),
    Move(
        verb="identify",
        label=_("登记来访人"),
        sources={State.ISSUED, *PRESENT},
        who=AT_THE_DOOR,
    ),
    Move(
        verb="call",
        label=_("叫号"),
        sources={State.WAITING},
        target=State.CALLED,
        who=SEATED,
        inner=True,
    ),
    Move(
        verb="receive",
        label=_("开始接待"),
        sources={State.CALLED},
        target=State.SERVING,
        who=AT_ITS_WINDOW,
    ),
    Move(
        verb="recall",
        label=_("重呼"),
        sources={State.CALLED},
        who=AT_ITS_WINDOW,
    ),
    Move(
        verb="no_show",
        label=_("过号"),
        sources={State.CALLED},
        target=State.NO_SHOW,
        who=AT_ITS_WINDOW,
    ),
    Move(
        verb="undo_call",
        label=_("撤回叫号"),
        sources={State.CALLED},
        target=State.WAITING,
        who=AT_ITS_WINDOW,
    ),
    Move(
        verb="rejoin",
        label=_("过号重排"),
        sources={State.NO_SHOW},
        target=State.WAITING,
        who=AT_THE_DOOR,
    ),
    Move(
        verb="triage",
        label=_("登记事项并分流"),
        sources={
            State.SERVING,
            State.SERVED,
        },  # what was forgotten, or told on paper while the power was gone
        who=AT_ITS_WINDOW,
    ),
    Move(
        verb="join",
        label=_("同一事项"),
        sources={State.SERVING},
        who=AT_ITS_WINDOW,
    ),
    Move(
        verb="finish",
        label=_("接待结束"),
        sources={State.SERVING},
        target=State.SERVED,
        who=AT_ITS_WINDOW,
    ),
    Move(
        verb="hold",
        label=_("暂挂"),
        sources={State.SERVING},
        target=State.HELD,
        who=AT_ITS_WINDOW,
    ),
    Move(
        verb="resume",
        label=_("继续接待"),
        sources={State.HELD},
        target=State.SERVING,
        who=AT_ITS_WINDOW,
    ),
    Move(
        verb="transfer",
        label=_("转窗口"),
        sources=PRESENT,
        target=State.WAITING,
        who=AT_THE_DOOR,
    ),
    Move(
        verb="leave",
        label=_("离开"),
        sources=PRESENT,
        target=State.LEFT,
        who=AT_THE_DOOR,
    ),
    Move(
        verb="lapse",
        label=_("闭厅"),
        sources=LEFT_OVER | AT_WINDOW,
        target=State.LAPSED,
        who=OF_THE_HALL,
        inner=True,
    ),
    Move(
        verb="enter_afterwards",
        label=_("补录来访"),
        sources={NEW},
        target=State.SERVED,
        who=AT_ITS_WINDOW,
    ),
)

PAUSE_MOVES = Moves(
    Move(
        verb="pause",
        label=_("暂停服务"),
        sources={NEW},
        target=PauseState.PAUSED,
        who=SEATED | {Role.DIRECTOR: "of_the_unit"},
    ),
    Move(
        verb="end_pause",
        label=_("恢复服务"),
        sources={PauseState.PAUSED},
        target=PauseState.ENDED,
        who=SEATED | {Role.DIRECTOR: "of_the_unit"},
    ),
)

CLOSING_MOVES = Moves(
    Move(
        verb="close_hall",
        label=_("闭厅"),
        sources={NEW},
        target=ClosingState.CLOSED,
        who=OF_THE_HALL,
    ),
    Move(
        verb="reopen_hall",
        label=_("重新开厅"),
        sources={ClosingState.CLOSED},
        target=ClosingState.REOPENED,
        who=OF_THE_HALL,
    ),
)

NOTICE_MOVES = Moves(
    Move(
        verb="post_notice",
        label=_("发布大屏通知"),
        sources={NEW},
        target=NoticeState.POSTED,
        who=OF_THE_HALL,
    ),
    Move(
        verb="withdraw_notice",
        label=_("撤下通知"),
        sources={NoticeState.POSTED},
        target=NoticeState.WITHDRAWN,
        who=OF_THE_HALL,
    ),
)

HELP_MOVES = Moves(
    Move(
        verb="call_help",
        label=_("求助"),
        sources={NEW},
        target=HelpState.CALLED,
        who=AT_THE_DOOR,
    ),
    Move(
        verb="answer_help",
        label=_("已到场"),
        sources={HelpState.CALLED},
        target=HelpState.ANSWERED,
        who=dict.fromkeys(set(Role), "on_call"),
    ),
)

SCREEN_MOVES = Moves(
    Move(
        verb="offer_screen",
        label=_("申请配对"),
        sources={NEW},
        target=ScreenState.OFFERED,
        inner=True,
    ),
    Move(
        verb="pair_screen",
        label=_("配对"),
        sources={ScreenState.OFFERED},
        target=ScreenState.PAIRED,
        who=dict.fromkeys(OF_THE_HALL, ""),
        inner=True,
    ),
    Move(
        verb="unpair_screen",
        label=_("解除配对"),
        sources={ScreenState.PAIRED},
        target=ScreenState.UNPAIRED,
        who=OF_THE_HALL,
    ),
)


class ArrivalState(models.TextChoices):
    TO_ENTER = "to_enter", _("待录入上级系统")
    ENTERED = "entered", _("已录入上级系统")


DOORS = [
    Channel.PHONE,
    Channel.LETTER,
    Channel.POLICE,
    Channel.HOTLINE,
    Channel.TOWNSHIP,
    Channel.ABOVE,
    Channel.COURT,
]
"""How matters come in without a visitor."""
DOORKEEPERS = dict.fromkeys(
    (Role.CLERK, Role.DISPATCHER, Role.PETITION_OFFICER, Role.TOWNSHIP_OFFICER, Role.COURT), "of_the_unit"
)
"""Who registers what comes in without a visitor: by telephone, letter, or from another system."""

ARRIVAL_MOVES = Moves(
    Move(
        verb="register_arrival",
        label=_("登记来件"),
        sources={NEW},
        target=ArrivalState.TO_ENTER,
        who=DOORKEEPERS,
        starts=("case.enter_above",),
    ),
    Move(
        verb="receive_from_above",
        label=_("登记上级系统来件"),
        sources={NEW},
        target=ArrivalState.ENTERED,
        who=DOORKEEPERS,
        inner=True,
    ),
    Move(
        verb="enter_above",
        label=_("已录入上级系统"),
        sources={ArrivalState.TO_ENTER},
        target=ArrivalState.ENTERED,
        who=DOORKEEPERS,
        stops=("case.enter_above",),
    ),
)


class SettlementState(models.TextChoices):
    IN_HAND = "in_hand", _("当场办理中")
    SETTLED = "settled", _("当场办结")
    SENT_ON = "sent_on", _("已改分流")


HOLDERS = dict.fromkeys(RECEPTION, "holder")

SETTLEMENT_MOVES = Moves(
    Move(
        verb="take_up",
        label=_("当场办理"),
        sources={NEW},
        target=SettlementState.IN_HAND,
        who=HOLDERS,
    ),
    Move(
        verb="settle",
        label=_("当场办结"),
        sources={SettlementState.IN_HAND},
        target=SettlementState.SETTLED,
        who=HOLDERS,
    ),
    Move(
        verb="send_on",
        label=_("改分流"),
        sources={SettlementState.IN_HAND},
        target=SettlementState.SENT_ON,
        who=HOLDERS,
    ),
    pass_on(SettlementState.IN_HAND),
)


class MaterialKind(models.TextChoices):
    COPY = "copy", _("复印件")
    ORIGINAL = "original", _("原件")


class MaterialState(models.TextChoices):
    KEPT = "kept", _("留存")
    RETURNED = "returned", _("已退还")
    VOID = "void", _("已作废")


TAKING_PART = dict.fromkeys(set(Role), "of_the_matter")
"""Whoever handles the matter, received its visitor or registered what came in."""

MATERIAL_MOVES = Moves(
    Move(
        verb="receive_material",
        label=_("接收材料"),
        sources={NEW},
        target=MaterialState.KEPT,
        who=TAKING_PART,
        inner=True,
    ),
    Move(
        verb="correct_material",
        label=_("更正材料"),
        sources={MaterialState.KEPT, MaterialState.RETURNED},
        who=TAKING_PART,
    ),
    Move(
        verb="scan_material",
        label=_("上传扫描件"),
        sources={MaterialState.KEPT, MaterialState.RETURNED},
        who=TAKING_PART,
    ),
    Move(
        verb="return_material",
        label=_("退还"),
        sources={MaterialState.KEPT},
        target=MaterialState.RETURNED,
        who=TAKING_PART,
    ),
    Move(
        verb="void_material",
        label=_("作废"),
        sources={MaterialState.KEPT, MaterialState.RETURNED},
        target=MaterialState.VOID,
        who=TAKING_PART,
    ),
)


class RequirementState(models.TextChoices):
    ASKED = "asked", _("待补交")
    SUPPLIED = "supplied", _("已补交")
    VOID = "void", _("已作废")


REQUIREMENT_MOVES = Moves(
    Move(
        verb="require_material",
        label=_("告知补交材料"),
        sources={NEW},
        target=RequirementState.ASKED,
        who=TAKING_PART,
        inner=True,
    ),
    Move(
        verb="supply_material",
        label=_("已补交"),
        sources={RequirementState.ASKED},
        target=RequirementState.SUPPLIED,
        who=TAKING_PART,
    ),
    Move(
        verb="void_requirement",
        label=_("作废"),
        sources={RequirementState.ASKED},
        target=RequirementState.VOID,
        who=TAKING_PART,
    ),
)

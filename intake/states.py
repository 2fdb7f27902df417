"""The life cycles of a visit (one ticket) and of a matter that the window handles itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.states import pass_on
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


AT_WINDOW = frozenset({State.CALLED, State.SERVING})
"""A window has one visitor at a time."""
PRESENT = frozenset({State.WAITING, State.CALLED, State.SERVING, State.HELD})
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


class Rank(models.IntegerChoices):
    """The classes of the queue: within one, nobody is overtaken."""

    CARE = 0, _("优先")
    ORDINARY = 1, _("普通")


class Way(models.TextChoices):
    """How the visitor holds the number."""

    PRINTED = "printed", _("打印")
    SHOWN = "shown", _("屏幕出示")


RECEPTION = (Role.CLERK, Role.MEDIATOR, Role.COURT)
SEATED = dict.fromkeys(RECEPTION, "seated")
AT_ITS_WINDOW = dict.fromkeys(RECEPTION, "at_its_window")
AT_THE_DOOR = SEATED | {Role.GUIDE: "of_the_unit"}

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
        verb="leave",
        label=_("离开"),
        sources=PRESENT,
        target=State.LEFT,
        who=AT_THE_DOOR,
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

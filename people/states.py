"""The life cycles of a day of the roster, a swap of seats, a handover of work, and a change that two agree on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.moves import NEW, Move, Moves
from people.roles import WITHOUT_BUSINESS, Role

SEATED = (Role.CLERK, Role.MEDIATOR, Role.COURT)
"""The three who sit at a window, in the order of the roster."""
AT_WORK = frozenset(Role) - WITHOUT_BUSINESS


class DayState(models.TextChoices):
    PLANNED = "planned", _("已排班")


class SwapState(models.TextChoices):
    ASKED = "asked", _("待对方同意")
    ACCEPTED = "accepted", _("已换班")
    REFUSED = "refused", _("对方未同意")
    WITHDRAWN = "withdrawn", _("已撤回")


class HandoverState(models.TextChoices):
    HANDED_OVER = "handed_over", _("交接中")
    TAKEN_BACK = "taken_back", _("已收回")


KEEPERS = {Role.DIRECTOR: "of_the_hall", Role.ROSTER_KEEPER: "of_the_hall"}
ON_THE_SPOT = dict.fromkeys(AT_WORK, "led_by") | KEEPERS
"""Who keeps the roster, and on the day itself whoever leads it (带班领导)."""

ON_DUTY_LISTS = dict.fromkeys(
    (Role.DIRECTOR, Role.ROSTER_KEEPER, Role.UNIT_HEAD, Role.TOWNSHIP_HEAD), "on_the_duty_list_of"
)


def of_the_day(verb, label, who) -> Move:
    return Move(verb=verb, label=label, sources={DayState.PLANNED}, who=who, inner=True)


ROSTER_MOVES = Moves(
    Move(
        verb="open_day",
        label=_("编排值班"),
        sources={NEW},
        target=DayState.PLANNED,
        who=dict.fromkeys(AT_WORK, ""),
        inner=True,
    ),
    of_the_day("set_seat", _("排班"), KEEPERS),
    of_the_day("clear_seat", _("撤销坐席"), KEEPERS),
    of_the_day("set_leader", _("安排带班领导"), KEEPERS),
    of_the_day("set_duty", _("安排24小时值班"), ON_DUTY_LISTS),
    of_the_day("copy_week", _("复制一周排班"), KEEPERS),
    of_the_day("stand_in", _("临时顶岗"), ON_THE_SPOT),
    of_the_day("fill_seat", _("补缺岗"), ON_THE_SPOT),
    of_the_day("swap_seats", _("换班"), dict.fromkeys(SEATED, "")),
    of_the_day("cover_seat", _("请假由他人代班"), dict.fromkeys(AT_WORK, "")),
    of_the_day("alarm_gaps", _("缺岗提醒"), {}),
)

SWAP_MOVES = Moves(
    Move(
        verb="ask_swap",
        label=_("申请换班"),
        sources={NEW},
        target=SwapState.ASKED,
        who=dict.fromkeys(SEATED, ""),
        inner=True,
    ),
    Move(
        verb="accept_swap",
        label=_("同意换班"),
        sources={SwapState.ASKED},
        target=SwapState.ACCEPTED,
        who=dict.fromkeys(SEATED, "asked"),
        inner=True,
    ),
    Move(
        verb="refuse_swap",
        label=_("不同意换班"),
        sources={SwapState.ASKED},
        target=SwapState.REFUSED,
        who=dict.fromkeys(SEATED, "asked"),
        inner=True,
    ),
    Move(
        verb="withdraw_swap",
        label=_("撤回申请"),
        sources={SwapState.ASKED},
        target=SwapState.WITHDRAWN,
        who=dict.fromkeys(SEATED, "asking"),
        inner=True,
    ),
)

THEIR_OWN = dict.fromkeys(AT_WORK, "giver") | {
    Role.DIRECTOR: "concerned",
    Role.ROSTER_KEEPER: "concerned",
}
"""Whose work it is; or who keeps the roster, where that person cannot do it."""

HANDOVER_MOVES = Moves(
    Move(
        verb="hand_over_work",
        label=_("工作交接"),
        sources={NEW},
        target=HandoverState.HANDED_OVER,
        who=THEIR_OWN,
        inner=True,
    ),
    Move(
        verb="take_back_work",
        label=_("收回工作"),
        sources={HandoverState.HANDED_OVER},
        target=HandoverState.TAKEN_BACK,
        who=THEIR_OWN,
        inner=True,
    ),
)


class ChangeState(models.TextChoices):
    ASKED = "asked", _("待另一人核准")
    DONE = "done", _("已执行")
    REFUSED = "refused", _("未核准")


ADMINISTRATORS = {Role.SYSADMIN: "", Role.SECADMIN: ""}
CHANGE_MOVES = Moves(
    Move(
        verb="ask_change",
        label=_("申请变更账号"),
        sources=[NEW],
        target=ChangeState.ASKED,
        who=ADMINISTRATORS,
        inner=True,
    ),
    Move(
        verb="confirm_change",
        label=_("核准变更"),
        sources=[ChangeState.ASKED],
        target=ChangeState.DONE,
        who=ADMINISTRATORS,
        not_by=("ask_change",),
    ),
    Move(
        verb="refuse_change",
        label=_("不予核准"),
        sources=[ChangeState.ASKED],
        target=ChangeState.REFUSED,
        who=ADMINISTRATORS,
    ),
)

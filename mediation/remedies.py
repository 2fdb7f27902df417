"""What the law allows when an agreement is not kept. Offered is only what fits the matter."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.states import State
from mediation.models import Performance
from mediation.orders import CLAIMS
from mediation.states import PerformanceState


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way on: what it is, by which article, and what to do for it. `slug` of what the page links to."""

    slug: str
    label: str
    basis: str
    hint: str


AGAIN = Remedy(
    "again",
    _("重新调解"),
    _("《人民调解法》第三十一条"),
    _("调解委员会应当督促履行；双方愿意重新协商的，事项办结后按“重新办理”开启新一轮。"),
)
ORDER = Remedy(
    "payment_order",
    _("申请支付令"),
    _("《劳动争议调解仲裁法》第十六条"),
    _("劳动者可以持调解协议书依法向人民法院申请支付令。"),
)
COURT = Remedy(
    "court",
    _("向人民法院起诉"),
    _("《人民调解法》第三十二条"),
    _("就调解协议的履行或者内容发生争议，一方可以起诉。"),
)
ENFORCEMENT = Remedy(
    "enforcement",
    _("申请强制执行"),
    _("《人民调解法》第三十三条第二款"),
    _("协议已经司法确认有效，对方可以向人民法院申请强制执行。"),
)


def remedies(performance: Performance, *, confirmed: bool = False) -> list[Remedy]:
    """The ways on for whoever was to receive. Of a `confirmed` agreement nobody has to sue, but enforce."""
    if performance.state != PerformanceState.BROKEN:
        return []
    wages = performance.case.category.code in CLAIMS and performance.amount is not None
    return [AGAIN, *([ENFORCEMENT] if confirmed else [*([ORDER] if wages else []), COURT])]


def may_go_round_again(case: Case) -> bool:
    """Whether the matter is closed, so that it can be reopened."""
    return case.state == State.CLOSED

"""Whether an agreement is kept: what was paid, what is broken, and who was rung (人民调解法 31)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import services as cases
from kernel import attachments, clocks
from kernel.moves import MoveRefused
from kernel.transitions import moving, opening
from mediation.capitals import in_figures
from mediation.models import Payment, Performance
from mediation.states import PayWay


def promise_all(agreement, *, by) -> list[Performance]:
    """An agreement that came into force: each instalment is a promise with a clock of its own, or all of it is one."""
    parts = list(agreement.instalments.all())
    if not parts:
        return [promise(agreement, by=by, amount=agreement.amount, due_on=agreement.perform_by)]
    return [
        promise(agreement, by=by, instalment=part, number=part.number, amount=part.amount, due_on=part.due_on)
        for part in parts
    ]


def promise(agreement, *, by, **terms) -> Performance:
    """Nobody is late before the agreement binds: what was to be paid at the signing has until that day."""
    mediation = agreement.mediation
    performance = Performance(agreement=agreement, case=mediation.case, unit=mediation.unit, **terms)
    with opening(performance, "promise", by=by, note=performance.name_of_clocks):
        if performance.due_on:
            last_day = max(performance.due_on, agreement.in_force_on)
            clocks.give(
                performance,
                "mediation.instalment",
                last_day=last_day,
                at=timezone.now(),
                source=_("调解协议"),
            )
    return performance


@transaction.atomic
def record_payment(performance, *, by, paid_on, way, amount=None, receipt=None) -> Payment:
    """Note what was paid, with its receipt. The last of it fulfils the promise (履行完毕), however late."""
    details: dict[str, object] = {"amount": amount and str(amount), "paid_on": str(paid_on)}
    done = f"{in_figures(amount)} 元，{PayWay(way).label}" if amount else str(PayWay(way).label)
    note = f"{performance.name_of_clocks}：{done}"
    with moving(performance, "record_payment", by=by, note=note, details=details):
        refuse_payment(performance, amount, paid_on)
        kept = attachments.attach(performance.case, receipt, by=by) if receipt else None
        payment = Payment.objects.create(
            performance=performance, amount=amount, paid_on=paid_on, way=way, receipt=kept, noted_by=by
        )
        details["payment"] = payment.pk
        is_last = performance.rest <= 0
    if is_last:
        keep_promise(performance, by=by)
    return payment


def refuse_payment(performance, amount, paid_on):
    if not timezone.localdate(performance.agreement.mediation.opened_at) <= paid_on <= timezone.localdate():
        raise MoveRefused(_("日期不能早于接办调解之日，也不能晚于今天。"))
    if performance.amount is not None and not amount:
        raise MoveRefused(_("请填写实际支付的金额。"))
    if amount and amount > performance.rest:
        raise MoveRefused(
            _("本期还应付 %(rest)s 元，不能登记更多；多付的记入下一期。")
            % {"rest": performance.rest_in_figures}
        )


def keep_promise(performance, *, by):
    """履行完毕: the day is that of the last payment."""
    with moving(performance, "keep_promise", by=by):
        performance.kept_on = max(payment.paid_on for payment in performance.payments.all())


def remind_party(performance, *, by, whom, said):
    """The mediator rang whoever is to perform: it stands among the contacts of the matter."""
    with moving(performance, "remind_party", by=by, note=whom.masked):
        cases.keep_contact(performance.case, by=by, whom=whom.name, said=said)


def note_breach(performance, *, by, note):
    """未按约履行: no further reminder. What the law allows next is offered on the page (人民调解法 31 to 33)."""
    with moving(performance, "note_breach", by=by, note=note):
        performance.breach = note

"""Forms of performance."""

from crispy_forms.layout import Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.fields import DayField, MoneyField, ScanField, VerbForm
from mediation.capitals import LARGEST
from mediation.forms.fields import chosen_from, long_text, today_or_before
from mediation.forms.instalments import of_side
from mediation.states import PayWay


class PaymentForm(VerbForm):
    """What was paid; of a promise without money only the day."""

    amount = MoneyField(label=_("实际支付（元）"), max_value=LARGEST)
    paid_on = DayField(label=_("履行日期"))
    way = forms.ChoiceField(label=_("方式"), choices=PayWay)
    receipt = ScanField(label=_("履行凭证扫描件"), required=False, help_text=_("收据、转账截图或者照片。"))

    def __init__(self, *args, performance, **kwargs):
        way = performance.instalment.way if performance.instalment_id else PayWay.TRANSFER
        initial = {"amount": performance.rest, "paid_on": timezone.localdate(), "way": way}
        super().__init__(*args, initial=initial, **kwargs)
        if performance.amount is None:
            del self.fields["amount"]
            self.fields["way"].initial = PayWay.GOODS
        self.helper.layout = Layout(*self.fields)

    def clean_paid_on(self):
        return today_or_before(self.cleaned_data["paid_on"])


class RemindForm(VerbForm):
    said = long_text(_("督促情况"), 3, max_length=300, help_text=_("对方怎么说，答应何时履行。"))

    def __init__(self, *args, parties, payer=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["whom"] = forms.TypedChoiceField(
            label=_("联系了谁"),
            widget=forms.RadioSelect,
            initial=str(payer) if payer else None,
            **chosen_from(parties, of_side),
        )
        self.helper.layout = Layout("whom", "said")


class BreachForm(VerbForm):
    note = long_text(
        _("未按约履行的情况"), 4, max_length=500, help_text=_("履行到什么程度，对方的理由，如何核实的。")
    )


class PerformanceFilter(forms.Form):
    WITHIN = (
        ("", _("全部未履行完毕")),
        ("late", _("已逾期")),
        ("week", _("七天内到期")),
        ("kept", _("履行完毕")),
    )
    stage = forms.ChoiceField(label=_("履行情况"), choices=WITHIN, required=False)

    def narrow(self, rows):
        stage = self.cleaned_data["stage"]
        if stage == "kept":
            return rows.kept()
        if stage == "late":
            return rows.late()
        return rows.due_within_a_week() if stage == "week" else rows.outstanding()

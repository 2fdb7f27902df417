"""Forms of an agreement."""

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.fields import DayField, MoneyField, VerbForm
from mediation.capitals import LARGEST
from mediation.forms.fields import CAPITALS, SPELLS, chosen_from, long_text, today_or_before
from mediation.forms.instalments import ROWS, rows_form
from mediation.models import Agreement
from mediation.schedules import amiss
from mediation.states import Way


class AgreementForm(VerbForm):
    """The text of an agreement. `seen` is the token of the draft that this form shows; a new draft has none."""

    facts = long_text(_("纠纷主要事实、争议事项"), 5)
    duties = long_text(_("各方当事人的责任"), 3, required=False)
    terms = long_text(
        _("达成的协议内容"), 6, help_text=_("每条一行。内容须明确、可以履行，不得违反法律、损害他人利益。")
    )
    amount = MoneyField(label=_("协议金额（元）"), required=False, max_value=LARGEST, attrs=SPELLS)
    performance = long_text(_("履行方式"), 3, help_text=_("如何履行、在哪里履行；分期付款的在下面逐期填写。"))
    perform_by = DayField(label=_("履行期限"), required=False)
    open_reason = forms.CharField(
        label=_("留有余额的原因"),
        max_length=200,
        required=False,
        help_text=_("各期合计与协议金额不一致时填写，例如余款待鉴定后确定。"),
    )
    layout = Layout(
        Fieldset(_("纠纷"), "facts", "duties"),
        Fieldset(
            _("协议"),
            "terms",
            "amount",
            CAPITALS,
        ),
        Fieldset(_("履行"), "performance", "perform_by"),
        Fieldset(_("分期履行"), ROWS, "open_reason"),
    )

    def __init__(self, *args, parties=(), agreement=None, **kwargs):
        shown = {name: getattr(agreement, name) for name in Agreement.TEXTS} if agreement else {}
        super().__init__(*args, initial=kwargs.pop("initial", {}) | shown, **kwargs)
        parts = agreement.instalment_rows() if agreement and not self.is_bound else ()
        self.rows = rows_form(self.data if self.is_bound else None, parties, parts)

    def clean(self):
        cleaned = super().clean()
        if not self.rows.is_bound:
            return cleaned | {"instalments": []}
        if not self.rows.is_valid():
            raise forms.ValidationError(_("分期履行有填写不完整的地方，请核对。"))
        cleaned["instalments"] = self.rows.typed()
        is_whole = {"amount", "open_reason"} <= cleaned.keys()
        if is_whole and (why := amiss(cleaned["amount"], cleaned["instalments"], cleaned["open_reason"])):
            self.add_error("open_reason", why)
        return cleaned

    @property
    def total(self) -> str:
        """What the rows come to, as they stand in the form."""
        return self.rows.spelled()


class EditAgreementForm(AgreementForm):
    seen = forms.CharField(widget=forms.HiddenInput)
    layout = Layout("seen", *AgreementForm.layout.fields)


class OralAgreementForm(AgreementForm):
    agreed_on = DayField(label=_("当事人达成协议之日"))
    layout = Layout("agreed_on", *AgreementForm.layout.fields)

    def clean_agreed_on(self):
        return today_or_before(self.cleaned_data["agreed_on"])


def side_and_name(place) -> str:
    return f"{place.party.get_side_display() if place.party else _('调解员')} {place.name}"


class SignAgreementForm(VerbForm):
    """`places` are those of the agreement, `signers` whoever stands in for a party, with what as."""

    way = forms.ChoiceField(label=_("签署方式"), choices=Way, initial=Way.HAND, widget=forms.RadioSelect)
    signed_on = DayField(label=_("签署日期"))
    layout = Layout("signature", "signer", "way", "signed_on")

    def __init__(self, *args, places, signers, user, **kwargs):
        super().__init__(*args, initial={"signed_on": timezone.localdate()}, **kwargs)
        mine = [place for place in places if not place.signed_on and place.mediator_id in {None, user.pk}]
        self.fields["signature"] = forms.TypedChoiceField(
            label=_("签名的人"),
            widget=forms.RadioSelect,
            initial=mine[0].pk if mine else None,
            **chosen_from(mine, side_and_name),
        )
        known = chosen_from(signers, signers.get)
        self.fields["signer"] = forms.TypedChoiceField(
            label=_("代签人"),
            required=False,
            empty_value=None,
            help_text=_(
                "法定代理人代未成年人签名，特别授权的委托代理人代委托人签名；先在事项或人员页面登记。"
            ),
            coerce=known["coerce"],
            choices=[("", _("本人签名")), *known["choices"]],
        )

    def clean_signed_on(self):
        return today_or_before(self.cleaned_data["signed_on"])


class StampForm(VerbForm):
    stamped_on = DayField(label=_("用印日期"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"stamped_on": timezone.localdate()}, **kwargs)

    def clean_stamped_on(self):
        return today_or_before(self.cleaned_data["stamped_on"])


class ReviseForm(VerbForm):
    note = long_text(_("退回修改的原因"), 3, max_length=300)

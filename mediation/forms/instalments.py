"""The rows of instalments inside the form of an agreement."""

from crispy_forms.layout import HTML
from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.fields import DayField, MoneyField
from mediation.capitals import LARGEST
from mediation.forms.fields import chosen_from
from mediation.schedules import spelled
from mediation.states import PayWay

ROWS = HTML('{% include "mediation/_instalments.html" with form=form mediation=mediation only %}')
MOST = 60
"""Five years of months."""
PREFIX = "rows"
ALIKE = ("payer", "payee", "way")
"""What the next instalment has in common with the last one."""


def of_side(party) -> str:
    return f"{party.name}（{party.get_side_display()}）"


class InstalmentRow(forms.Form):
    """One instalment. A row that nobody typed into is left out."""

    amount = MoneyField(label=_("金额（元）"), max_value=LARGEST)
    due_on = DayField(label=_("履行日期"), required=False)
    way = forms.TypedChoiceField(
        label=_("方式"), choices=PayWay, coerce=PayWay, empty_value=PayWay.TRANSFER, required=False
    )
    field_order = ["payer", "payee", "amount", "due_on", "way"]

    def __init__(self, *args, parties, **kwargs):
        super().__init__(*args, **kwargs)
        known = chosen_from(parties, of_side)
        for name, label in (("payer", _("付款人")), ("payee", _("收款人"))):
            choices = [("", "—"), *known["choices"]]
            self.fields[name] = forms.TypedChoiceField(label=label, coerce=known["coerce"], choices=choices)
        self.order_fields(self.field_order)
        for field in self.fields.values():
            look = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs |= {"class": look, "aria-label": field.label}

    def has_changed(self):
        """Who pays whom in what way says nothing alone: a further row has it from the one before."""
        return bool({*self.changed_data} - {*ALIKE})

    def clean_amount(self):
        if not (amount := self.cleaned_data["amount"]):
            raise forms.ValidationError(_("每期金额应大于零。"))
        return amount

    def clean(self):
        cleaned = super().clean()
        if "payer" in cleaned and cleaned["payer"] == cleaned.get("payee"):
            self.add_error("payee", _("付款人和收款人不能是同一人。"))
        return cleaned


class InstalmentRows(forms.BaseFormSet):
    def typed(self) -> list[dict]:
        """The rows that say something, as the services take them."""
        return [form.cleaned_data for form in self.forms if form.has_changed()] if self.is_bound else []

    def spelled(self) -> str:
        return come_to(self.forms) if self.is_bound else spelled(form.initial for form in self.initial_forms)


Rows = forms.formset_factory(
    InstalmentRow, formset=InstalmentRows, extra=1, max_num=MOST, absolute_max=MOST, validate_max=True
)


def rows_form(data, parties, shown=()):
    """The rows of a form; a form that was sent without any has none. `shown` are the instalments of a draft."""
    sent = data if data and f"{PREFIX}-TOTAL_FORMS" in data else None
    initial = [as_shown(instalment) for instalment in shown]
    return Rows(sent, prefix=PREFIX, initial=initial, form_kwargs={"parties": parties})


def as_shown(instalment) -> dict:
    return {
        "payer": str(instalment.payer_id),
        "payee": str(instalment.payee_id),
        "amount": instalment.amount,
        "due_on": instalment.due_on,
        "way": instalment.way,
    }


def changed_rows(data, parties) -> tuple[InstalmentRows, str]:
    """The rows that were sent, with one added or removed, and what they come to. An empty one follows the last."""
    typed = rows_form(data, parties)
    left = [form for number, form in enumerate(typed.forms) if str(number) != data.get("remove")]
    raw = [{name: form[name].value() for name in form.fields} for form in left]
    if left and "add" not in data and not left[-1].has_changed():
        raw.pop()
    rows = Rows(prefix=PREFIX, initial=raw[: MOST - 1], form_kwargs={"parties": parties})
    if raw:
        rows.forms[-1].initial = {name: raw[-1][name] for name in ALIKE}
    return rows, come_to(left)


def come_to(forms) -> str:
    """In figures and capitals: of those without a fault, while others are being typed."""
    return spelled(form.cleaned_data for form in forms if form.has_changed() and form.is_valid())

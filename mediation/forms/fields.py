"""Fields that the forms share."""

from crispy_forms.layout import HTML
from django import forms
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CAPITALS = HTML(
    '<output id="capitals" class="capitals" for="id_amount" aria-live="polite">{{ capitals }}</output>'
)


SPELLS = {
    "hx-get": reverse_lazy("mediation:capitals"),
    "hx-trigger": "input changed delay:200ms",
    "hx-target": "#capitals",
    "hx-swap": "innerHTML",
    "hx-sync": "this:replace",
}
"""An amount is spelled out beside its field while it is typed, by the function that writes it on the paper."""


def sent(request):
    """What a form is bound to: whatever was posted, an empty form too."""
    return request.POST if request.method == "POST" else None


def long_text(label, rows, **options):
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)


def today_or_before(value):
    if value > timezone.localdate():
        raise forms.ValidationError(_("日期不能晚于今天。"))
    return value


def chosen_from(rows, label) -> dict:
    """What a `TypedChoiceField` needs to choose among rows that are already read."""
    by_key = {str(row.pk): row for row in rows}

    def coerce(key):  # also of keys that nobody offered: a row of a formset asks before it is checked
        if key not in by_key:
            raise ValueError(key)
        return by_key[key]

    return {"coerce": coerce, "choices": [(key, label(row)) for key, row in by_key.items()]}

"""Pieces of forms that several desks use."""

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kernel.attachments import checked_type


class VerbForm(forms.Form):
    """A form whose `cleaned_data` are the keyword arguments of one verb. `layout` is its crispy layout, if any."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        if layout := getattr(self, "layout", None):
            self.helper.layout = layout


class ConfirmForm(VerbForm):
    """Asks nothing but yes."""


class ScanField(forms.FileField):
    """One file that may come in, told by its content: a scan, a photo, a recording."""

    def clean(self, data, initial=None):
        file = super().clean(data, initial)
        if file:
            checked_type(file)
        return file


class MoneyField(forms.DecimalField):
    """An amount in yuan as people type it: 450, 612,300.00, ¥450元."""

    def __init__(self, *, attrs=None, **kwargs):
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})
        super().__init__(min_value=0, decimal_places=2, widget=widget, **kwargs)

    def to_python(self, value):
        if isinstance(value, str):
            value = value.translate(str.maketrans("", "", ",，¥￥元 "))
        return super().to_python(value)


class InOurYears:
    """A date from `first_year` to 2100: one that was mistyped is refused, and from any other days can be counted."""

    LAST_YEAR = 2100

    def __init__(self, *, first_year=2000, **kwargs):
        self.first_year = first_year
        super().__init__(**kwargs)

    def validate(self, value):
        super().validate(value)
        if value and not self.first_year <= value.year <= self.LAST_YEAR:
            years = {"first": self.first_year, "last": self.LAST_YEAR}
            raise ValidationError(_("年份应在 %(first)d 到 %(last)d 之间，请核对。"), params=years)


class DayField(InOurYears, forms.DateField):
    def __init__(self, **kwargs):
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(**{"widget": widget, **kwargs})


class MomentField(InOurYears, forms.DateTimeField):
    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(**{"widget": widget, **kwargs})

"""Pieces of forms that several desks use."""

from crispy_forms.helper import FormHelper
from django import forms

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

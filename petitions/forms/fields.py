"""Fields that the forms share."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.fields import DayField


def long_text(label, rows=4, **options):
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **options)


class PastDayField(DayField):
    """A day up to today, on which something was received or happened."""

    def validate(self, value):
        super().validate(value)
        if value and value > timezone.localdate():
            raise forms.ValidationError(_("日期不能晚于今天。"))

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.fields import ScanField
from petitions.forms.fields import PastDayField
from petitions.states import Delivery


class DeliverForm(forms.Form):
    """送达回证."""

    delivered_on = PastDayField(label=_("送达日期"), initial=timezone.localdate)
    way = forms.ChoiceField(
        label=_("送达方式"), choices=Delivery, widget=forms.RadioSelect, initial=Delivery.HAND
    )
    received_by = forms.CharField(label=_("签收人"), max_length=60, required=False)
    receipt = ScanField(label=_("送达回证扫描件"), required=False)


class OptionalNoteForm(forms.Form):
    note = forms.CharField(
        label=_("说明"), widget=forms.Textarea(attrs={"rows": 3}), max_length=500, required=False
    )

"""What may be a crime goes to the police in two presses: the words, and the button."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.fields import MomentField, VerbForm
from mediation.forms.fields import long_text
from people.models import Unit


class PoliceForm(VerbForm):
    matter = long_text(
        _("发生了什么"), 4, max_length=2000, help_text=_("在哪里、涉及谁、有没有人受伤。人身危险先拨打 110。")
    )
    station = forms.CharField(label=_("报告给"), max_length=80, initial=_("110 报警服务台"))
    reported_at = MomentField(label=_("报告时间"))
    unit = forms.ModelChoiceField(
        None,
        label=_("同时请公安协同"),
        required=False,
        empty_label=_("不发协同请求"),
        help_text=_("对方在系统中签收、答复。"),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, initial={"reported_at": timezone.localtime()}, **kwargs)
        self.fields["matter"].widget.attrs["autofocus"] = True
        police = Unit.objects.visible_to(user).filter(name__contains="公安").order_by("pk")
        self.fields["unit"].queryset = police
        self.fields["unit"].initial = police.first()

    def clean_reported_at(self):
        reported_at = self.cleaned_data["reported_at"]
        if reported_at > timezone.now():
            raise forms.ValidationError(_("报告时间不能晚于现在。"))
        return reported_at

"""How messages reach somebody outside the page."""

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from kernel.fields import VerbForm
from kernel.models import DeliveryState, MessageKind, Outside, Reach, usually_wanted

CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


MOBILE = RegexValidator(r"^1[3-9]\d{9}\Z", _("请填 11 位手机号码。"))


class SetReachForm(VerbForm):
    """What is known is shown masked; a field that still holds its mask keeps its value."""

    phone = forms.CharField(
        label=_("手机号码"),
        max_length=11,
        required=False,
        help_text=_("用于短信。留空则不发短信。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    chat = forms.CharField(
        label=_("企业微信、钉钉账号"),
        max_length=60,
        required=False,
        help_text=_("群机器人用它提醒本人。留空则不发。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args, reach: Reach | None, **kwargs):
        self.known = {"phone": reach.phone, "chat": reach.chat} if reach else {}
        shown = {name: str(secret) for name, secret in self.known.items() if secret}
        super().__init__(*args, initial=shown, **kwargs)

    def clean_phone(self):
        phone = self.kept("phone")
        if phone:
            MOBILE(phone)
        return phone

    def clean_chat(self):
        return self.kept("chat")

    def kept(self, name: str) -> str:
        typed = self.cleaned_data[name]
        return self.known[name].plain if typed and typed == self.initial.get(name) else typed


class DeliveryFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("状态"), choices=[("", _("全部")), *DeliveryState.choices], required=False
    )
    channel = forms.ChoiceField(label=_("方式"), choices=[("", _("全部")), *Outside.choices], required=False)

    def narrow(self, rows):
        return rows.filter(**{name: asked for name, asked in self.cleaned_data.items() if asked})


class KindsField(forms.MultipleChoiceField):
    def __init__(self, label):
        super().__init__(
            label=label, choices=MessageKind, required=False, widget=forms.CheckboxSelectMultiple
        )


class ChooseNoticesForm(VerbForm):
    sms = KindsField(_("短信"))
    chat = KindsField(_("企业微信、钉钉"))
    quiet_from = forms.TimeField(label=_("免打扰从"), widget=CLOCK)
    quiet_until = forms.TimeField(
        label=_("免打扰到"),
        widget=CLOCK,
        help_text=_("这段时间的消息等到结束后再发；两个时间相同，即不设免打扰。"),
    )

    @classmethod
    def of(cls, reach: Reach | None, data):
        reach = reach or Reach(wanted=usually_wanted())
        ways = {
            way.value: [one.partition(":")[2] for one in reach.wanted if one.startswith(f"{way}:")]
            for way in Outside
        }
        quiet = {"quiet_from": reach.quiet_from, "quiet_until": reach.quiet_until}
        return cls(data, initial=ways | quiet)

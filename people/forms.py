from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from kernel.fields import VerbForm
from people.accounts import used_before
from people.models import Seat, User
from people.selectors import free, leaders_of, on_duty, partners

LONGEST_NAME = User._meta.get_field("username").max_length


class LogInForm(AuthenticationForm):
    """Says the same for a wrong name and a wrong password, and names the way out."""

    error_messages = {
        "invalid_login": _(
            "用户名或密码不正确。连续输错 5 次，账号将锁定 30 分钟；忘记密码请联系系统管理员。"
        ),
        "inactive": _("该账号已停用，请联系系统管理员。"),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("用户名")
        self.fields["username"].validators.append(MaxLengthValidator(LONGEST_NAME))
        self.fields["password"].label = _("密码")


class ChangePasswordForm(PasswordChangeForm):
    """The old password, and a new one that keeps the rules shown beside it."""

    field_order = ["old_password", "new_password1", "new_password2"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("现在的密码")
        self.fields["new_password1"].label = _("新密码")
        self.fields["new_password2"].label = _("再输一次新密码")
        self.fields["new_password2"].help_text = ""

    def clean(self):
        asked = super().clean()
        new = asked.get("new_password2")
        if new and used_before(self.user, new):
            text = _("新密码不能与现在的密码相同，也不能与最近用过的相同（最近 %(count)d 个）。")
            self.add_error("new_password1", text % {"count": settings.PASSWORD_HISTORY})
        return asked


# --- The roster -------------------------------------------------------------------------------------------------------


class SeatForm(VerbForm):
    """Who sits there: only those who have the post, no leave and no other chair that day."""

    user = forms.ModelChoiceField(
        label=_("值班人"), queryset=User.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args, window, day, role, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = free(window.unit, role, day)


class LeaderForm(VerbForm):
    leader = forms.ModelChoiceField(
        label=_("带班领导"), queryset=User.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args, unit, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["leader"].queryset = leaders_of(unit)


class DutyForm(VerbForm):
    leader = forms.ModelChoiceField(
        label=_("带班领导"), queryset=User.objects.none(), empty_label=_("请选择")
    )
    officer = forms.ModelChoiceField(label=_("值班员"), queryset=User.objects.none(), empty_label=_("请选择"))

    def __init__(self, *args, unit, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("leader", "officer"):
            self.fields[name].queryset = on_duty(unit)


class CopyWeekForm(VerbForm):
    """The plan that was shown goes along, so that nothing else is done."""

    seen = forms.CharField(widget=forms.HiddenInput)


class StandInForm(VerbForm):
    user = forms.ModelChoiceField(label=_("顶岗人"), queryset=User.objects.none(), empty_label=_("请选择"))

    def __init__(self, *args, seat, **kwargs):
        super().__init__(*args, **kwargs)
        if seat:
            self.fields["user"].queryset = free(seat.window.unit, seat.role, seat.day)


class SwapChoice(forms.ModelChoiceField):
    def label_from_instance(self, seat):
        return f"{seat.day:%m-%d} {seat.window} {seat.user}"


class AskSwapForm(VerbForm):
    theirs = SwapChoice(
        label=_("与谁换"), queryset=Seat.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, *args, mine, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["theirs"].queryset = partners(mine)


class RefuseSwapForm(VerbForm):
    note = forms.CharField(label=_("原因"), max_length=200, required=False)


class DeputyForm(VerbForm):
    deputy = forms.ModelChoiceField(
        label=_("B 岗"), queryset=User.objects.none(), required=False, empty_label=_("（不指定）")
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["deputy"].queryset = people

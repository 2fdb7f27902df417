from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _


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
        if new and self.user.check_password(new):
            self.add_error("new_password1", _("新密码不能与现在的密码相同。"))
        return asked

"""Second factors, accounts, posts."""

from django import forms
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kernel.editing import seen_token
from kernel.fields import VerbForm
from people.accounts import NAME_TAKEN
from people.models import Unit, User
from people.roles import Role


class CodeForm(VerbForm):
    code = forms.CharField(
        label=_("动态口令"),
        max_length=20,
        help_text=_("手机上显示的六位数字；手机不在身边时，可输入一个备用码。"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class SetUpFactorForm(VerbForm):
    code = forms.CharField(
        label=_("手机上显示的六位数字"),
        max_length=10,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )


class CreateUserForm(VerbForm):
    username = forms.CharField(
        label=_("用户名"),
        max_length=30,
        validators=[ASCIIUsernameValidator()],
        help_text=_("登录时使用，字母和数字；一人一个，离职后也不转给他人。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    name = forms.CharField(label=_("姓名"), max_length=60)
    speciality = forms.CharField(label=_("专长"), max_length=60, required=False)
    languages = forms.CharField(label=_("语言"), max_length=60, required=False)

    def clean_username(self):
        username = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(NAME_TAKEN)
        return username


class EditUserForm(VerbForm):
    FIELDS = ("name", "speciality", "languages")

    seen = forms.CharField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("姓名"), max_length=60)
    speciality = forms.CharField(label=_("专长"), max_length=60, required=False)
    languages = forms.CharField(label=_("语言"), max_length=60, required=False)

    @classmethod
    def of(cls, user, data):
        shown = {name: getattr(user, name) for name in cls.FIELDS}
        return cls(data, initial=shown | {"seen": seen_token(user, "edit_user", cls.FIELDS)})


class AddPostForm(VerbForm):
    unit = forms.ModelChoiceField(label=_("单位"), queryset=Unit.objects.all(), empty_label=_("请选择"))
    role = forms.ChoiceField(label=_("岗位"), choices=Role)


class ReasonForm(VerbForm):
    note = forms.CharField(label=_("原因"), max_length=200)


class PolicyForm(VerbForm):
    roles = forms.MultipleChoiceField(
        label=_("登录时须用动态口令的岗位"),
        choices=Role,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("从下一次登录起生效：尚未启用的人，登录后先启用才能办理业务。"),
    )


class UserFilter(forms.Form):
    unit = forms.ModelChoiceField(
        label=_("单位"), queryset=Unit.objects.all(), required=False, empty_label=_("全部")
    )
    role = forms.ChoiceField(label=_("岗位"), choices=[("", _("全部")), *Role.choices], required=False)
    active = forms.ChoiceField(
        label=_("账号"), choices=[("", _("全部")), ("1", _("在用")), ("0", _("停用"))], required=False
    )

    def narrow(self, users):
        asked = self.cleaned_data
        if asked["unit"]:
            users = users.filter(posts__unit=asked["unit"])
        if asked["role"]:
            users = users.filter(posts__role=asked["role"])
        if asked["active"]:
            users = users.filter(is_active=asked["active"] == "1")
        return users.distinct()


def users_named(q: str) -> Q:
    return Q(name__icontains=q) | Q(username__icontains=q)

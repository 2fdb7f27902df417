"""Accounts: one administrator makes them, another gives them rights, the third reads what both did."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from kernel.fields import ConfirmForm
from kernel.listing import Column, Listing, render_list
from kernel.web import Button, action, page, posted, render_form, render_move, render_verb, submit
from people import accounts
from people.models import AccountChange, Post, RolePolicy, User
from people.roles import ACCOUNTS, WITHOUT_BUSINESS
from people.user_forms import (
    AddPostForm,
    CreateUserForm,
    EditUserForm,
    PolicyForm,
    ReasonForm,
    UserFilter,
    users_named,
)

COLUMNS = [
    Column(
        name="name",
        label=gettext_lazy("姓名"),
        text=lambda user: user.name,
        sort="name",
        url=lambda user: reverse("people:user_detail", args=[user.pk]),
    ),
    Column(name="username", label=gettext_lazy("用户名"), text=lambda user: user.username, sort="username"),
    Column(
        name="posts",
        label=gettext_lazy("岗位"),
        text=lambda user: "；".join(f"{post.unit} {post.get_role_display()}" for post in user.posts.all()),
        css="main-cell",
    ),
    Column(
        name="active",
        label=gettext_lazy("账号"),
        text=lambda user: _("在用") if user.is_active else _("停用"),
        badge=lambda user: "in_hand" if user.is_active else "closed",
    ),
    Column(name="last_login", label=gettext_lazy("最近登录"), text=lambda user: user.last_login, css="wide"),
]
LABELS = {
    "edit_user": gettext_lazy("修改资料"),
    "set_reach": gettext_lazy("通知联系方式"),
    "add_post": gettext_lazy("授予岗位"),
    "reset_password": gettext_lazy("重置密码并解锁"),
    "reset_factor": gettext_lazy("重置动态口令"),
    "deactivate": gettext_lazy("停用账号"),
    "reactivate": gettext_lazy("重新启用"),
}
ENTRIES = 50


def administrators_only(request) -> None:
    if not request.user.roles & WITHOUT_BUSINESS:
        raise PermissionDenied(_("账号由系统、安全、审计管理员管理。"))


@page(post=True)
def user_list(request):
    administrators_only(request)
    users = User.objects.visible_to(request.user).prefetch_related("posts__unit")
    listing = Listing(request, users, COLUMNS, sort="username", filters=UserFilter, search=users_named)
    waiting = AccountChange.objects.visible_to(request.user).waiting().select_related("user", "asked_by")
    may = {
        verb: bool(ACCOUNTS[verb] & request.user.roles)
        for verb in ("create_user", "set_policy", "send_again")
    }
    return render_list(request, "people/user_list.html", listing, _("账号"), waiting=waiting, may=may)


@page
def user_detail(request, pk):
    administrators_only(request)
    user = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    context = {
        "account": user,
        "posts": user.all_posts,
        "buttons": user_buttons(user, request.user),
        "may_remove": bool(ACCOUNTS["remove_post"] & request.user.roles) and user != request.user,
        "changes": user.account_changes.waiting(),
        "sessions": user.sessions.going().order_by("-seen_at"),
        "has_factor": accounts.has_factor(user),
        "entries": user.entries().select_related("by", "subject_type").order_by("-seq")[:ENTRIES],
    }
    return render(request, "people/user_detail.html", context)


def user_buttons(user, by) -> list[Button]:
    """What `by` may do with the account now. Nobody administers their own."""
    left_out = "reactivate" if user.is_active else "deactivate"
    return [
        Button(verb, label, reverse(f"people:{verb}", args=[user.pk]))
        for verb, label in LABELS.items()
        if verb != left_out and ACCOUNTS[verb] & by.roles and user != by
    ]


@never_cache
@action
def create_user(request):
    accounts.require_right(request.user, "create_user")
    form = CreateUserForm(posted(request))
    if submit(form, accounts.create_user, by=request.user):
        user, password = form.result
        return render(request, "people/first_password.html", {"account": user, "password": password})
    return render_verb(request, form, _("新建账号"), subject=_("账号"), back=reverse("people:user_list"))


def ask(request, user, verb, form):
    """The page of one verb about an account."""
    return render_verb(
        request, form, LABELS[verb], subject=user, back=reverse("people:user_detail", args=[user.pk])
    )


def other_account(request, pk, verb):
    accounts.require_right(request.user, verb)
    return get_object_or_404(User.objects.visible_to(request.user), pk=pk)


@action
def edit_user(request, pk):
    user = other_account(request, pk, "edit_user")
    form = EditUserForm.of(user, posted(request))
    if submit(form, accounts.edit_user, user, by=request.user):
        return redirect("people:user_detail", pk)
    return ask(request, user, "edit_user", form)


@action
def deactivate(request, pk):
    user = other_account(request, pk, "deactivate")
    form = ReasonForm(posted(request))
    if submit(form, accounts.deactivate, user, by=request.user):
        messages.success(request, _("账号已停用，所有设备已退出。"))
        return redirect("people:user_detail", pk)
    return ask(request, user, "deactivate", form)


@action
def add_post(request, pk):
    user = other_account(request, pk, "add_post")
    form = AddPostForm(posted(request))
    if submit(form, accounts.add_post, user, by=request.user):
        return told(request, user, form.result)
    return ask(request, user, "add_post", form)


@action
def remove_post(request, pk):
    accounts.require_right(request.user, "remove_post")
    post = get_object_or_404(Post.objects.select_related("user", "unit"), pk=pk)
    form = ReasonForm(posted(request))
    if submit(form, accounts.remove_post, post, by=request.user):
        return redirect("people:user_detail", post.user_id)
    back = reverse("people:user_detail", args=[post.user_id])
    return render_verb(request, form, _("撤销岗位"), subject=post, back=back)


def carried_out(request, pk, verb, service):
    """A change that asks nothing but yes, and may have to wait for a second person."""
    user = other_account(request, pk, verb)
    form = ConfirmForm(posted(request))
    if submit(form, service, user, by=request.user):
        return told(request, user, form.result)
    return ask(request, user, verb, form)


@never_cache
@action
def reset_password(request, pk):
    return carried_out(request, pk, "reset_password", accounts.reset_password)


@action
def reset_factor(request, pk):
    return carried_out(request, pk, "reset_factor", accounts.reset_factor)


@action
def reactivate(request, pk):
    return carried_out(request, pk, "reactivate", accounts.reactivate)


def told(request, user, result):
    """What came of it: a first password to read out, once; a change that waits; or simply done."""
    if isinstance(result, str):
        return render(request, "people/first_password.html", {"account": user, "password": result})
    if result is None:
        messages.success(request, _("已办理。"))
    else:
        messages.info(request, _("此账号可查看检举控告，须由另一位管理员核准后生效。"))
    return redirect("people:user_detail", user.pk)


@never_cache
@action
def confirm_change(request, pk):
    change = waiting_change(request, pk)
    form = ConfirmForm(posted(request))
    if submit(form, accounts.confirm_change, change, by=request.user):
        return told(request, change.user, form.result)
    return decide(request, change, "confirm_change", form)


@action
def refuse_change(request, pk):
    change = waiting_change(request, pk)
    form = ReasonForm(posted(request))
    if submit(form, accounts.refuse_change, change, by=request.user):
        return redirect("people:user_detail", change.user_id)
    return decide(request, change, "refuse_change", form)


def waiting_change(request, pk):
    changes = AccountChange.objects.visible_to(request.user).select_related("user", "unit", "asked_by")
    return get_object_or_404(changes, pk=pk)


def decide(request, change, verb, form):
    return render_move(request, change, verb, form, back=reverse("people:user_detail", args=[change.user_id]))


@action
def set_policy(request):
    accounts.require_right(request.user, "set_policy")
    now = RolePolicy.objects.filter(second_factor=True).values_list("role", flat=True)
    form = PolicyForm(posted(request), initial={"roles": list(now)})
    if submit(form, accounts.set_policy, by=request.user):
        messages.success(request, _("已保存，从下一次登录起生效。"))
        return redirect("people:user_list")
    context = {"form": form, "label": _("保存"), "subject": _("账号"), "back": reverse("people:user_list")}
    return render_form(request, "people/set_policy.html", context)

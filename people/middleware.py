"""Who asks: one query a request, and what the time-out makes of it."""

from datetime import timedelta

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.auth import middleware as django_middleware
from django.contrib.auth.models import AnonymousUser
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from people import accounts
from people.accounts import FIRST
from people.models import Session

ALLOWED_BEFORE = {"people:logout", "people:change_password", "people:set_up_factor", "kernel:live_versions"}
NOTED_EVERY = timedelta(minutes=1)


class AuthenticationMiddleware(django_middleware.AuthenticationMiddleware):
    """Django's, but the user comes along with the session, and nobody who has been idle is anybody."""

    def process_request(self, request):
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: user_of(request))


def user_of(request):
    if not hasattr(request, "_cached_user"):
        request._cached_user = awake(request)
    return request._cached_user


def awake(request):
    """Whoever is logged in and was there lately. What a page asks on its own (X-Background) is no sign of life."""
    user = logged_in(request)
    if not user.is_authenticated:
        return user
    row = request.session.row
    quiet = timezone.now() - row.seen_at if row else timedelta()
    if quiet > settings.SESSION_IDLE:
        return AnonymousUser()
    if quiet > NOTED_EVERY and not is_background(request):
        accounts.note_presence(row)
    return user


def logged_in(request):
    """The user of the session, if the session was begun with their present password; else as Django decides."""
    user = request.session.user
    if user is not None and user.is_active and known(request, user):
        return user
    return auth.get_user(request)


def known(request, user) -> bool:
    session = request.session
    right = constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    return right and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS


def is_background(request) -> bool:
    return "X-Background" in request.headers


class LoginRequiredMiddleware(django_middleware.LoginRequiredMiddleware):
    """Django's, and it tells why one is asked to log in again, and what must be done before anything else."""

    def process_view(self, request, view_func, view_args, view_kwargs):
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is not None or not getattr(view_func, "login_required", True):
            return answer
        first = request.session.get(FIRST)
        if first and request.resolver_match.view_name not in ALLOWED_BEFORE:
            return redirect(first)
        return None

    def handle_no_permission(self, request, view_func):
        if not is_background(request) and (text := why_again(request.session)):
            messages.info(request, text)
        return super().handle_no_permission(request, view_func)


def why_again(session) -> str:
    """What to tell the person whose page was left behind."""
    if session.why_ended == Session.End.REPLACED:
        kind = session.row.get_device_display()
        return _(
            "您的账号刚在另一台%(kind)s上登录，这里已自动退出。如不是您本人，请立即修改密码并告诉安全管理员。"
        ) % {"kind": kind}
    if session.why_ended:
        return _("这台设备已被退出：%(why)s。请重新登录。") % {"why": session.row.get_ended_display()}
    if session.user is not None:
        return _("离开时间较长，为保护信息已自动退出，请重新登录。")
    return ""

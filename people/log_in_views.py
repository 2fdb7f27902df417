"""Log-in, the second factor, the time-out, one's own devices and password."""

import segno
from axes.helpers import get_client_ip_address
from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.core import signing
from django.db import transaction
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from kernel.web import INVALID, action, page, posted, render_form, submit
from people import accounts
from people.forms import ChangePasswordForm, LogInForm
from people.middleware import why_again
from people.models import Factor, Session, User
from people.user_forms import CodeForm, SetUpFactorForm

HALF_IN = "half_in"
"""The key under which a session holds who has given the right password and still owes the code."""
HALF_IN_SECONDS = 300


class LogIn(LoginView):
    """The log-in. Whether it works or not, the person's own history says so."""

    template_name = "people/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def form_valid(self, form):
        user, way_on = form.get_user(), self.get_success_url()
        if accounts.has_factor(user):
            pending = {"user": user.pk, "way_on": way_on}
            self.request.session[HALF_IN] = signing.dumps(pending, salt=HALF_IN)
            return redirect("people:second_factor")
        let_in(self.request, user)
        return redirect(way_on)

    def form_invalid(self, form):
        accounts.fail_log_in(username=self.request.POST.get("username", ""))
        response = super().form_invalid(form)
        response.status_code = INVALID
        return response


def let_in(request, user, verb="log_in") -> None:
    """Whoever proved who they are. Django's own log-in renews the session and the CSRF token."""
    auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    agent, address = request.headers.get("User-Agent", ""), get_client_ip_address(request)
    accounts.log_in(by=user, session=request.session, agent=agent, address=address, verb=verb)


@login_not_required
@never_cache
@action
def second_factor(request):
    """The second step of the log-in: the code of the telephone, or one of those on paper."""
    pending = half_in(request)
    if pending is None:
        messages.info(request, _("登录已超时，请重新输入用户名和密码。"))
        return redirect("people:login")
    form = CodeForm(posted(request))
    if form.is_valid():
        user = get_object_or_404(User, pk=pending["user"], is_active=True)
        if accounts.check_factor(user, form.cleaned_data["code"]):
            del request.session[HALF_IN]
            let_in(request, user)
            return redirect(pending["way_on"])
        form.add_error("code", WRONG_CODE)
    return render_form(request, "people/second_factor.html", {"form": form})


WRONG_CODE = gettext_lazy("口令不正确或已用过。请等手机显示下一个口令再试；连续输错 5 次锁定 30 分钟。")


def half_in(request):
    try:
        return signing.loads(request.session.get(HALF_IN, ""), salt=HALF_IN, max_age=HALF_IN_SECONDS)
    except signing.BadSignature:
        return None


class LogOut(LogoutView):
    """By POST only: a link in a message cannot log anybody out."""

    @method_decorator(transaction.atomic)
    def post(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            accounts.log_out(by=request.user)
        return super().post(request, *args, **kwargs)


@action
def change_password(request):
    form = ChangePasswordForm(request.user, posted(request))
    if form.is_valid():
        accounts.change_password(by=request.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, request.user)
        duty_done(request)
        messages.success(request, _("密码已修改，下次登录请用新密码。"))
        return redirect("home")
    first = accounts.FIRST in request.session and bool(request.session[accounts.FIRST])
    return render_form(request, "people/change_password.html", {"form": form, "first": first})


def duty_done(request) -> None:
    """Open the rest of the site, unless something else must be done first."""
    request.session[accounts.FIRST] = accounts.first_duty(request.user)


@page
def devices(request):
    """Where one is logged in, and whether a code is asked for."""
    going = Session.objects.visible_to(request.user).going().order_by("-seen_at")
    context = {
        "sessions": going,
        "here": request.session.session_key,
        "has_factor": accounts.has_factor(request.user),
    }
    return render(request, "people/devices.html", context)


@action
def end_device(request, pk):
    session = get_object_or_404(Session.objects.visible_to(request.user).going(), pk=pk)
    if request.method == "POST":
        accounts.end_device(session, by=request.user)
        messages.success(request, _("那台设备已退出。"))
    return redirect("people:devices")


@never_cache
@action
def set_up_factor(request):
    """Begin, scan the code, prove it with the first six digits; then the recovery codes, once."""
    if "begin" in request.POST:
        accounts.begin_factor(by=request.user)
        return redirect("people:set_up_factor")
    factor = Factor.objects.visible_to(request.user).first()
    form = SetUpFactorForm(posted(request))
    if submit(form, accounts.set_up_factor, by=request.user):
        duty_done(request)
        return render(request, "people/recovery_codes.html", {"codes": form.result})
    context = {"form": form, "factor": factor}
    if factor and not factor.confirmed_at:
        address = accounts.setting_up_address(factor)
        context |= {"qr": segno.make(address).svg_data_uri(border=2), "secret": factor.secret.plain}
    return render_form(request, "people/set_up_factor.html", context)


# --- The time-out: an overlay over the page, with the log-in of the same person in it ------------------------


@login_not_required
@never_cache
@require_GET
def presence(request):
    """Whether the person of this page is still logged in. Asked in the background it is no sign of life."""
    person = accounts.person_of(request.headers.get("X-Person", ""))
    here = request.user.is_authenticated and request.user.pk == person
    answer = {"here": here, "csrf": get_token(request)}
    if here:
        quiet = timezone.now() - request.session.row.seen_at
        answer["left"] = int((settings.SESSION_IDLE - quiet).total_seconds())
    else:
        answer["why"] = why_again(request.session)
    return JsonResponse(answer)


@login_not_required
@require_POST
def resume(request):
    """Log the person of this page in again, where they are. Nobody else's password fits."""
    pk = accounts.person_of(request.POST.get("person", ""))
    user = get_object_or_404(User, pk=pk, is_active=True)
    password = request.POST.get("password", "")
    form = LogInForm(request, {"username": user.username, "password": password})
    if not form.is_valid():
        accounts.fail_log_in(username=user.username)
        return JsonResponse({"error": _("密码不正确。连续输错 5 次，账号将锁定 30 分钟。")}, status=INVALID)
    code = request.POST.get("code", "")
    if accounts.has_factor(user) and not (code and accounts.check_factor(user, code)):
        error = str(WRONG_CODE) if code else _("请输入手机上的动态口令。")
        return JsonResponse({"error": error, "code": True}, status=INVALID)
    let_in(request, user, verb="resume")
    return JsonResponse({"csrf": get_token(request)})

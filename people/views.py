from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import LoginView, LogoutView
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kernel.web import action, posted, render_form
from people import services
from people.forms import ChangePasswordForm, LogInForm


class LogIn(LoginView):
    """The log-in. Whether it works or not, the person's own history says so."""

    template_name = "people/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True

    def form_valid(self, form):
        response = super().form_valid(form)
        services.log_in(by=form.get_user())
        return response

    def form_invalid(self, form):
        services.fail_log_in(username=self.request.POST.get("username", ""))
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class LogOut(LogoutView):
    """By POST only: a link in a message cannot log anybody out."""

    def post(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            services.log_out(by=request.user)
        return super().post(request, *args, **kwargs)


@action
def change_password(request):
    form = ChangePasswordForm(request.user, posted(request))
    if form.is_valid():
        services.change_password(by=request.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, request.user)
        messages.success(request, _("密码已修改，下次登录请用新密码。"))
        return redirect("home")
    return render_form(request, "people/change_password.html", {"form": form})

"""Pages for citizens: no account, an old telephone, one thumb. What comes next, who, by when, whom to ring."""

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cases import forms, services
from cases.progress import matters_of, progress_of, round_of
from cases.states import Answer
from kernel.limits import within_limit
from kernel.moves import MoveRefused
from kernel.web import REFUSED, Refusal, action, page, posted, render_form, submit

TEN_MINUTES, DAY = 10 * 60, 24 * 60 * 60


@login_not_required
@page
def home(request):
    """How to reach the centre, what it does, what to bring, what happens with one's data."""
    context = {
        "address": settings.CENTRE_ADDRESS,
        "hours": settings.CENTRE_HOURS,
        "form": forms.QueryForm(),
    }
    return render(request, "public/home.html", context)


@login_not_required
@never_cache
@page(post=True)
def query(request):
    """The matters of one query code. A wrong code and a wrong tail get the same sentence."""
    form = forms.QueryForm(posted(request), initial={"code": request.GET.get("code", "")[:30]})
    if form.is_valid():
        code, tail = form.cleaned_data["code"], form.cleaned_data["tail"]
        if not may_try(request, code):
            form.refusal = Refusal(too_often())
        elif matters := matters_of(code, tail):
            return render(request, "public/result.html", answer_about(matters))
        else:
            form.refusal = Refusal(not_found())
    return render_form(request, "public/query.html", {"form": form})


def answer_about(cases) -> dict:
    return {"matters": [progress_of(case) for case in cases], "answers": Answer.choices}


def may_try(request, code) -> bool:
    """Many from one address (the hall has one for everybody), few for one code: four characters are soon guessed."""
    return (
        within_limit("query.address", get_client_ip_address(request) or "", most=60, seconds=TEN_MINUTES)
        and within_limit("query.code", code, most=10, seconds=TEN_MINUTES)
        and within_limit("query.code.day", code, most=30, seconds=DAY)
    )


def too_often() -> str:
    return _("查询次数过多，请十分钟后再试，或拨打 %(phone)s。") % {"phone": settings.CENTRE_PHONE}


def not_found() -> str:
    return _(
        "没有查到。请核对查询码和后四位；刚取号、还没有登记的事项暂时查不到。仍有疑问请拨打 %(phone)s。"
    ) % {"phone": settings.CENTRE_PHONE}


@login_not_required
@never_cache
@require_POST
@action
def enquire_progress(request):
    """催问: whoever holds the matter is told, and the matter's file keeps it."""
    round = round_of(request.POST.get("token", ""))
    if round is None:
        return out_of_date(request)
    services.enquire_progress(round)
    messages.success(request, _("已转告%(unit)s，请保持电话畅通。") % {"unit": named(round)})
    return render(request, "public/result.html", answer_about([round.case]))


def named(round) -> str:
    return _("承办单位") if round.case.restriction else round.unit.name


@login_not_required
@never_cache
@require_POST
@action
def withdraw(request):
    """撤回: whoever holds the matter is told and asks back; nothing ends by this alone."""
    round = round_of(request.POST.get("token", ""))
    if round is None:
        return out_of_date(request)
    form = forms.WithdrawForm(posted(request))
    if submit(form, services.ask_withdrawal, round):
        messages.success(request, _("已转告%(unit)s，会与您核实后办结。") % {"unit": named(round)})
        return render(request, "public/result.html", answer_about([round.case]))
    return render_form(request, "public/result.html", answer_about([round.case]) | {"form": form})


@login_not_required
@never_cache
@require_POST
@action
def rate(request):
    """The citizen's own answer, once per closing. Nobody who is logged in answers for a citizen."""
    round = round_of(request.POST.get("token", ""))
    if round is None:
        return out_of_date(request)
    if request.user.is_authenticated:
        raise MoveRefused(_("评价只能由当事人本人作出。您已登录工作账号，不能代为评价；请退出登录。"))
    form = forms.RateForm(posted(request))
    if submit(form, services.rate, round):
        messages.success(request, _("谢谢您的评价，我们已经记下。"))
        return render(request, "public/result.html", answer_about([round.case]))
    return render_form(request, "public/result.html", answer_about([round.case]) | {"form": form})


def out_of_date(request):
    """The buttons of an answer work for half an hour."""
    form = forms.QueryForm()
    messages.error(request, _("页面已过期，请重新输入查询码。"))
    return render(request, "public/query.html", {"form": form}, status=REFUSED)

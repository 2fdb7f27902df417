"""The day of a hall: the guide's desk, pauses, the end of the day, notices, screens, rules, help."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case, Party
from cases.states import Route
from intake import forms, selectors, services
from intake.models import Closing, HelpCall, Notice, Pause, Screen, Ticket, TurnRule
from intake.views import my_hall
from kernel.editing import seen_token
from kernel.fields import ConfirmForm
from kernel.web import action, buttons, page, posted, render_form, render_move, render_verb, require, submit
from people.models import Window
from people.roles import Role


def my_day(request):
    """The hall whose day the user looks after."""
    if hall := selectors.hall_to_run(request.user):
        return hall
    raise PermissionDenied(_("您今天不在大厅工作。"))


# --- The guide's desk -------------------------------------------------------------------------------------------------


@action
def guide(request):
    """A number in ten seconds: a card, or nothing at all. What is answered at once is counted as such."""
    hall = my_hall(request)
    require(request.user, Ticket(unit=hall), "register")
    form = forms.GuideForm(posted(request), hall=hall)
    if submit(form, services.give_number, by=request.user, unit=hall):
        return redirect(reverse("intake:ticket", args=[form.result.pk]) + "?print=1")
    context = {"form": form, "advice_form": forms.AdviceForm(), "day": selectors.day_of(hall)}
    if request.headers.get("HX-Target") == "waiting":
        return render(request, "intake/guide.html#waiting", context)
    return render_form(request, "intake/guide.html", context)


@action
def advise(request):
    """Answered at once: 导办咨询, no ticket."""
    hall = my_hall(request)
    form = forms.AdviceForm(posted(request))
    if submit(form, services.advise, by=request.user, unit=hall):
        messages.success(request, _("已记一次导办咨询。"))
        return redirect("intake:guide")
    context = {"form": forms.GuideForm(hall=hall), "advice_form": form, "day": selectors.day_of(hall)}
    return render(request, "intake/guide.html", context, status=422 if form.is_bound else 200)


@page
def check_ins(request):
    """Who came today for a mediation, and the way to note one more by the number of the matter."""
    my_hall(request)
    q = request.GET.get("q", "").replace("\0", "").strip().upper()[:20]
    mediated = Case.objects.visible_to(request.user).filter(route=Route.MEDIATION, restriction="")
    found = mediated.filter(number=q).first() if q else None
    if found:
        return redirect("intake:check_in", pk=found.pk)
    context = {"q": q, "arrivals": selectors.arrivals(request.user)}
    return render(request, "intake/check_ins.html", context)


@action
def check_in(request, pk):
    """A party of a mediation is at the guide's desk."""
    hall, user = my_hall(request), request.user
    cases = Case.objects.visible_to(user).filter(route=Route.MEDIATION, restriction="")
    case = get_object_or_404(cases, pk=pk)
    form = forms.CheckInForm(posted(request), parties=Party.objects.visible_to(user).filter(case=case))
    if submit(form, services.check_in, case, by=user, unit=hall):
        messages.success(request, _("已登记到场，调解员已收到提醒。"))
        return redirect("intake:check_ins")
    return render_verb(request, form, _("登记到场"), subject=case.number, back=reverse("intake:check_ins"))


# --- The day ----------------------------------------------------------------------------------------------------------


@page
def day(request):
    """How the day stands, and what may be done about it."""
    hall, user = my_day(request), request.user
    found = selectors.day_of(hall)
    context = {
        "day": found,
        "rules": TurnRule.objects.visible_to(user),
        "rests": services.resting_together(hall).exists(),
        "help_calls": [(call, buttons(call, user)) for call in found.help_calls],
        "may": what_may_begin(hall, user),
        "may_reopen": found.closing and bool(buttons(found.closing, user)),
    }
    return render(request, "intake/day.html#day" if request.htmx else "intake/day.html", context)


def what_may_begin(hall, user) -> set[str]:
    """The verbs of the day that are open to somebody: what only refuses has no button."""
    rows = {"pause": Pause, "close_hall": Closing, "post_notice": Notice}
    may = {verb for verb, row in rows.items() if row.MOVES.named(verb).allows(row(unit=hall), user)}
    if hall.pk in user.unit_ids and Screen.MOVES.named("pair_screen").allows(Screen(unit=hall), user):
        may.add("pair_screen")
    if Role.DIRECTOR in user.roles:
        may.add("change_turn_rule")
    return may


def to_the_day(request, form, subject, verb):
    """The page of a verb that begins at the page of the day."""
    label = subject.MOVES.named(verb).label
    return render_verb(request, form, label, subject=_("大厅管理"), back=reverse("intake:day"))


@action
def pause(request, pk):
    """A window rests."""
    windows = Window.objects.visible_to(request.user).filter(unit=my_day(request))
    found = get_object_or_404(windows, pk=pk)
    require(request.user, Pause(unit=found.unit, window=found), "pause")
    form = forms.PauseForm(posted(request))
    if submit(form, services.pause, found, by=request.user):
        return redirect(after_pause(request))
    return to_the_day(request, form, Pause, "pause")


@action
def pause_hall(request):
    """Lunch: all windows in one press."""
    hall = my_day(request)
    require(request.user, Pause(unit=hall), "pause")
    form = forms.PauseForm(posted(request))
    if submit(form, services.pause_hall, by=request.user, unit=hall):
        messages.success(request, _("%(count)d 个窗口已一起暂停服务。") % {"count": len(form.result)})
        return redirect("intake:day")
    return render_verb(request, form, _("全厅暂停服务"), subject=hall, back=reverse("intake:day"))


@action
def end_pause_of_hall(request):
    """After lunch, or when it was pressed by mistake."""
    hall = my_day(request)
    require(request.user, Pause(unit=hall), "pause")
    form = ConfirmForm(posted(request))
    if submit(form, services.end_pause_of_hall, by=request.user, unit=hall):
        messages.success(request, _("%(count)d 个窗口已恢复服务。") % {"count": form.result})
        return redirect("intake:day")
    return render_verb(request, form, _("全厅恢复服务"), subject=hall, back=reverse("intake:day"))


def after_pause(request) -> str:
    return reverse("intake:window" if request.user.seat else "intake:day")


@action
def end_pause(request, pk):
    found = get_object_or_404(Pause.objects.visible_to(request.user), pk=pk)
    form = ConfirmForm(posted(request))
    if submit(form, services.end_pause, found, by=request.user):
        return redirect(after_pause(request))
    return render_move(request, found, "end_pause", form, back=after_pause(request))


@action
def close_hall(request):
    """The end of the day."""
    hall = my_day(request)
    require(request.user, Closing(unit=hall), "close_hall")
    form = forms.CloseForm(posted(request))
    if submit(form, services.close_hall, by=request.user, unit=hall):
        messages.success(request, _("已闭厅。未接待的排队号已写明原因和告知内容。"))
        return redirect(f"{reverse('intake:list')}?state=lapsed")
    return to_the_day(request, form, Closing, "close_hall")


@action
def reopen_hall(request, pk):
    found = get_object_or_404(Closing.objects.visible_to(request.user), pk=pk)
    form = ConfirmForm(posted(request))
    if submit(form, services.reopen_hall, found, by=request.user):
        return redirect("intake:day")
    return render_move(request, found, "reopen_hall", form, back=reverse("intake:day"))


# --- Notices, screens, rules ------------------------------------------------------------------------------------------


@action
def post_notice(request):
    hall = my_day(request)
    require(request.user, Notice(unit=hall), "post_notice")
    form = forms.NoticeForm(posted(request))
    if submit(form, services.post_notice, by=request.user, unit=hall):
        return redirect("intake:day")
    return to_the_day(request, form, Notice, "post_notice")


@action
def withdraw_notice(request, pk):
    found = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    form = ConfirmForm(posted(request))
    if submit(form, services.withdraw_notice, found, by=request.user):
        return redirect("intake:day")
    return render_move(request, found, "withdraw_notice", form, back=reverse("intake:day"))


@action
def pair_screen(request):
    """The six digits that a screen shows make it a screen of this hall."""
    hall = my_day(request)
    form = forms.PairForm(posted(request))
    if submit(form, services.pair_screen, by=request.user, unit=hall):
        messages.success(request, _("已配对：%(screen)s。") % {"screen": form.result})
        return redirect("intake:day")
    return to_the_day(request, form, Screen, "pair_screen")


@action
def unpair_screen(request, pk):
    found = get_object_or_404(Screen.objects.visible_to(request.user), pk=pk)
    form = ConfirmForm(posted(request))
    if submit(form, services.unpair_screen, found, by=request.user):
        return redirect("intake:day")
    return render_move(request, found, "unpair_screen", form, back=reverse("intake:day"))


@action
def change_turn_rule(request, pk):
    """By how many minutes a rule brings somebody forward."""
    rule = get_object_or_404(TurnRule.objects.visible_to(request.user), pk=pk)
    my_day(request)
    seen = seen_token(rule, "change_turn_rule", ["minutes"])
    form = forms.TurnRuleForm(posted(request), initial={"minutes": rule.minutes, "seen": seen})
    if submit(form, services.change_turn_rule, rule, by=request.user):
        messages.success(request, _("已修改，从下一个排队号起生效。"))
        return redirect("intake:day")
    return render_verb(request, form, _("修改叫号规则"), subject=rule, back=reverse("intake:day"))


# --- Help -------------------------------------------------------------------------------------------------------------


@action
def call_help(request):
    """The quiet button of the window and the guide's desk: pressed, and those on call know."""
    hall, seat = my_hall(request), request.user.seat
    require(request.user, HelpCall(unit=hall), "call_help")
    form = ConfirmForm(posted(request))
    if submit(form, services.call_help, by=request.user, unit=hall, window=seat and seat.window):
        return redirect("intake:window" if seat else "intake:guide")
    return to_the_day(request, form, HelpCall, "call_help")


@action
def answer_help(request, pk):
    """Whoever is on call says that they are there, and what it was."""
    found = get_object_or_404(HelpCall.objects.visible_to(request.user).select_related("window", "by"), pk=pk)
    form = forms.AnswerHelpForm(posted(request))
    if submit(form, services.answer_help, found, by=request.user):
        return redirect("home")
    return render_move(request, found, "answer_help", form, back=reverse("home"))

"""Possible crime or violence goes to the police at once (人民调解法 25)."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kernel.web import action, refuse_move, render_form, submit
from mediation import services
from mediation.forms import PoliceForm, sent
from mediation.views.verbs import one_mediation


@action
def report_to_police(request, pk):
    mediation = one_mediation(request, pk)
    form = PoliceForm(sent(request), user=request.user)
    refuse_move(request, mediation, "report_to_police", form)
    if submit(form, services.report_to_police, mediation, by=request.user):
        messages.success(request, _("已登记报告公安机关，并已通知值班人员。"))
        if form.cleaned_data["unit"] and not form.result.request_id:
            messages.warning(request, _("本件不能在系统中发给公安协同，请电话告知。"))
        return redirect("mediation:detail", pk=pk)
    return render_form(request, "mediation/report_to_police.html", {"form": form, "mediation": mediation})

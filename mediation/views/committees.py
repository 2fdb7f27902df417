"""调委会: who makes up each committee, and until when."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.web import action, page, render_verb, require, submit
from mediation import services
from mediation.forms import CommitteeForm, sent
from mediation.models import Composition
from mediation.views.lists import tabs_for
from people.models import Unit


def committees_seen(user):
    return Unit.objects.visible_to(user).filter(kind=Unit.Kind.COMMITTEE)


@page
def committees(request):
    known = {one.unit_id: one for one in Composition.objects.visible_to(request.user).latest()}
    move = Composition.MOVES.named("register_committee")
    rows = [
        (unit, known.get(unit.pk), move.allows(Composition(unit=unit), request.user))
        for unit in committees_seen(request.user)
    ]
    context = {
        "rows": rows,
        "registered": len(known),
        "members": sum(len(one.members.all()) for one in known.values()),
        "tabs": tabs_for(request.user),
        "over": sum(one.has_ended for one in known.values()),
    }
    return render(request, "mediation/committees.html", context)


@action
def register_committee(request, pk):
    unit = get_object_or_404(committees_seen(request.user), pk=pk)
    require(request.user, Composition(unit=unit), "register_committee")
    last = Composition.objects.visible_to(request.user).filter(unit=unit).prefetch_related("members").first()
    initial = last and {
        "elected_on": last.elected_on,
        "members": "\n".join(map(str, last.members.all())),
    }
    form = CommitteeForm(sent(request), initial=initial)
    if submit(form, services.register_committee, unit, by=request.user):
        messages.success(request, _("已登记%(unit)s的组成，并已告知法院。") % {"unit": unit})
        return redirect("mediation:committees")
    return render_verb(request, form, _("登记组成"), subject=unit, back=reverse("mediation:committees"))

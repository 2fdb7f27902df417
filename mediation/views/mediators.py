"""A mediator's own page: what comes next, what the work comes to, the grade and the allowance."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.lists import topics_of_files
from kernel.listing import Column, Listing, render_list
from kernel.web import action, page, refuse_move, render_part, render_verb, submit
from mediation import figures, mediators, services
from mediation.forms import GradeMediatorForm, sent
from mediation.models import AllowanceLine, Grade, Standing
from mediation.steps import Step, in_step
from mediation.views.lists import desk_columns, in_case, tabs_for
from people.models import User


def one_mediator(request, pk) -> User:
    """The mediator whose page somebody may open: their own, or of one whom they answer for."""
    mediator = get_object_or_404(User.objects.select_related("standing__grade"), pk=pk)
    if mediator != request.user and not mediators.answers_for(request.user, mediator):
        raise Http404
    return mediator


@page
def me(request):
    return page_of(request, one_mediator(request, request.user.pk))


@page
def mediator_detail(request, pk):
    return page_of(request, one_mediator(request, pk))


def page_of(request, mediator):
    today = timezone.localdate()
    context = {
        "mediator": mediator,
        "is_own": mediator == request.user,
        "standing": getattr(mediator, "standing", None),
        "topics": " ".join(topics_of_files(request.user)),
        "steps": mediators.steps_of(mediator, request.user),
        "plans": mediators.sessions_today(mediator, request.user),
        "table": mediators.table_of(mediator, request.user, today),
        "paid": mediators.paid_in(mediator, figures.year_of(today)),
        "tabs": tabs_for(request.user),
        "here": "mediation:me",
    }
    return render_part(request, "mediation/me.html", "own", context)


@page(post=True)
def mediator_rows(request, pk, span, slug, part):
    """The rows behind a number: `part` is "rows" for what is counted, "base" for what it is a share of."""
    mediator, days, measure = one_mediator(request, pk), figures.span_of(span), figures.MEASURES.get(slug)
    counted = measure and {"rows": measure.rows, "base": measure.base}.get(part)
    if counted is None or days is None:
        raise Http404
    name = _("%(measure)s：%(days)s") % {"measure": measure.label, "days": days.label}
    definition = measure.definition + (_("（分母）") if part == "base" else "")
    return rows_page(
        request, mediator, counted(mediators.work_of(mediator, request.user), days), name, definition
    )


@page(post=True)
def mediator_step(request, pk, step):
    """Those that wait for one next step."""
    mediator = one_mediator(request, pk)
    if step not in Step.values:
        raise Http404
    rows = in_step(mediators.work_of(mediator, request.user), step)
    return rows_page(request, mediator, rows, _("下一步：%(step)s") % {"step": Step(step).label}, "")


def rows_page(request, mediator, rows, name, definition):
    listing = Listing(
        request,
        figures.with_days(rows.with_case().select_related("mediator").prefetch_related("case__parties")),
        rows_columns(),
        sort="-opened_at",
        search=in_case,
        topics=topics_of_files(request.user),
    )
    context = {"mediator": mediator, "definition": definition}
    return render_list(request, "mediation/mediator_rows.html", listing, name, **context)


def rows_columns() -> list[Column]:
    columns = desk_columns("mediation:detail", (_("调解员"), lambda row: row.mediator.name), due_sort=False)
    ended = Column(name="ended_at", label=_("结束时间"), text=lambda row: row.ended_at, css="nowrap")
    days = Column(
        name="days",
        label=_("天数"),
        text=lambda row: row.days.days if row.days is not None else "",
        css="num",
    )
    return [*columns[:-1], ended, days]


@page(post=True)
def allowance_lines(request, month):
    """One's own lines of the approved sheet of a month."""
    span = figures.span_of(month)
    if span is None:
        raise Http404
    lines = AllowanceLine.objects.visible_to(request.user).filter(sheet__month=span.first)
    listing = Listing(
        request,
        lines.select_related("archive__case", "archive__mediation"),
        [
            Column(
                name="number",
                label=_("统一编号"),
                text=lambda line: line.number,
                url=lambda line: reverse("mediation:detail", args=[line.archive.mediation_id]),
            ),
            Column(name="difficulty", label=_("难易程度"), text=lambda line: line.difficulty),
            Column(name="amount", label=_("补助（元）"), text=lambda line: line.amount, css="num"),
        ],
        sort="id",
    )
    name = _("以案定补：%(month)s") % {"month": span.label}
    context = {"mediator": request.user, "definition": ""}
    return render_list(request, "mediation/mediator_rows.html", listing, name, **context)


@page
def mediator_list(request):
    """Those whom a head answers for, with grade and whether they are paid."""
    people = mediators.mediators_under(request.user)
    context = {"people": people, "tabs": tabs_for(request.user), "here": "mediation:mediator_list"}
    return render(request, "mediation/mediator_list.html", context)


@action
def grade_mediator(request, pk):
    mediator = get_object_or_404(User.objects.select_related("standing__grade"), pk=pk)
    standing = getattr(mediator, "standing", None) or Standing(mediator=mediator, state="")
    initial = {"grade": standing.grade_id, "is_paid": standing.is_paid if standing.pk else False}
    form = GradeMediatorForm(sent(request), initial=initial)
    form.fields["grade"].queryset = Grade.objects.visible_to(request.user)
    refuse_move(request, standing, "grade_mediator", form)
    if submit(form, services.grade_mediator, mediator, by=request.user):
        messages.success(request, _("%(name)s的等级和领取资格已登记。") % {"name": mediator})
        return redirect("mediation:mediator_detail", pk=pk)
    back = reverse("mediation:mediator_detail", args=[pk])
    return render_verb(request, form, _("登记"), subject=mediator, back=back)

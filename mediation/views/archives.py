"""立卷归档: the file is bound and put away, then looked through by a second person."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lists import topics_of_files
from kernel.listing import Column, Listing, render_list
from kernel.web import action, looked, page, refuse_move, render_move, render_verb, submit
from mediation import services
from mediation.binding import bound_pages
from mediation.forms import ArchiveFilter, ArchiveForm, FailCheckForm, PassCheckForm, sent
from mediation.models import Archive
from mediation.papers import file_of
from mediation.views.lists import case_columns, in_case, state_column, tabs_for
from mediation.views.verbs import one_mediation


def one_archive(request, pk) -> Archive:
    archives = Archive.objects.visible_to(request.user)
    return looked(request, get_object_or_404(archives.select_related("case", "mediation__round"), pk=pk))


def page_of(mediation_id) -> str:
    return reverse("mediation:detail", args=[mediation_id]) + "#archive"


@action
def archive(request, pk):
    mediation = one_mediation(request, pk)
    form = ArchiveForm(sent(request))
    new = Archive(case=mediation.case, mediation=mediation, unit=mediation.unit, state="")
    refuse_move(request, new, "archive", form)
    if not form.is_bound:
        services.refuse_unripe(mediation)
    pages = pages_of(request, mediation) if form.is_valid() else 0
    if submit(form, services.archive, mediation, by=request.user, pages=pages):
        messages.success(request, _("已立卷归档，共 %(pages)d 页，等待评查。") % {"pages": pages})
        return redirect(page_of(pk))
    return render_verb(request, form, _("立卷归档"), subject=mediation, back=page_of(pk))


def pages_of(request, mediation) -> int:
    """The file is bound once, so that what cannot be bound shows now and not years later."""
    return bound_pages(file_of(mediation), reader=request.user)


@action
def archive_again(request, pk):
    row = one_archive(request, pk)
    mediation = one_mediation(request, row.mediation_id)
    initial = {"difficulty": row.difficulty_id, "retention": row.retention_id}
    form = ArchiveForm(sent(request), initial=initial)
    pages = pages_of(request, mediation) if form.is_valid() else 0
    if submit(form, services.archive_again, row, by=request.user, pages=pages):
        messages.success(request, _("已重新立卷，共 %(pages)d 页，等待评查。") % {"pages": pages})
        return redirect(page_of(row.mediation_id))
    return render_move(request, row, "archive_again", form, back=page_of(row.mediation_id))


@action
def pass_check(request, pk):
    row = one_archive(request, pk)
    form = PassCheckForm(sent(request))
    if submit(form, services.pass_check, row, by=request.user):
        messages.success(request, _("已登记评查合格。"))
        return redirect(page_of(row.mediation_id))
    return render_move(request, row, "pass_check", form, back=page_of(row.mediation_id))


@action
def fail_check(request, pk):
    row = one_archive(request, pk)
    form = FailCheckForm(sent(request))
    if submit(form, services.fail_check, row, by=request.user):
        messages.success(request, _("已登记评查不合格，立卷人会收到补正通知。"))
        return redirect(page_of(row.mediation_id))
    return render_move(request, row, "fail_check", form, back=page_of(row.mediation_id))


@page(post=True)
def archive_list(request):
    """Files that were put away, with what the check found."""
    listing = Listing(
        request,
        Archive.objects.visible_to(request.user).for_lists(),
        archive_columns(),
        sort="-archived_at",
        filters=ArchiveFilter,
        search=in_case,
        topics=topics_of_files(request.user),
        empty_text=_("没有立卷归档的调解。"),
    )
    context = {"tabs": tabs_for(request.user), "here": "mediation:archive_list"}
    return render_list(request, "mediation/archive_list.html", listing, _("立卷评查"), **context)


def archive_columns() -> list[Column]:
    return [
        *case_columns(lambda row: page_of(row.mediation_id)),
        state_column(),
        Column(name="difficulty", label=_("难易程度"), text=lambda row: row.difficulty.name, css="nowrap"),
        Column(name="retention", label=_("保管期限"), text=lambda row: row.retention.name, css="nowrap"),
        Column(name="pages", label=_("页数"), text=lambda row: row.pages, css="num"),
        Column(
            name="mediator", label=_("调解员"), text=lambda row: row.mediation.mediator.name, css="nowrap"
        ),
        Column(
            name="archived_at",
            label=_("立卷时间"),
            text=lambda row: row.archived_at,
            sort="archived_at",
            css="nowrap",
        ),
    ]

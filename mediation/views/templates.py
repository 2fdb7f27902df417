"""协议模板: the texts that agreements begin with."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.web import action, page, render_verb, submit
from mediation import services
from mediation.forms import TemplateForm, VagueWordsForm, sent
from mediation.models import AgreementTemplate, DraftingBook

RECENT = 20


@page
def template_list(request):
    book = book_for(request, "edit_template")
    context = {
        "book": book,
        "templates": AgreementTemplate.objects.visible_to(request.user),
        "entries": book.history.select_related("by").order_by("-seq")[:RECENT],
    }
    return render(request, "mediation/template_list.html", context)


@action
def edit_template(request, pk):
    book = book_for(request, "edit_template")
    template = get_object_or_404(AgreementTemplate.objects.visible_to(request.user), pk=pk)
    shown = {name: getattr(template, name) for name in AgreementTemplate.TEXTS}
    form = TemplateForm(sent(request), initial=shown | {"version": book.version})
    if submit(form, services.edit_template, book, template, by=request.user):
        return saved(request, template)
    return render_verb(request, form, _("保存模板：%(name)s") % {"name": template}, subject=book, back=here())


@action
def edit_vague_words(request):
    book = book_for(request, "edit_vague_words")
    initial = {"vague_words": book.vague_words, "version": book.version}
    form = VagueWordsForm(sent(request), initial=initial)
    if submit(form, services.edit_vague_words, book, by=request.user):
        return saved(request, _("模糊用语"))
    return render_verb(request, form, _("保存模糊用语"), subject=book, back=here())


def saved(request, what):
    messages.success(request, _("“%(what)s”已保存，从下一份协议起采用。") % {"what": what})
    return redirect(here())


def here() -> str:
    return reverse("mediation:template_list")


def book_for(request, verb) -> DraftingBook:
    """The one book, for those who may edit it."""
    book = get_object_or_404(DraftingBook.objects.visible_to(request.user).order_by("pk")[:1])
    if refusal := book.MOVES.named(verb).why_not(book, request.user):
        raise PermissionDenied(refusal)
    return book

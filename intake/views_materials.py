"""材料接收: what a visitor hands over at the window, row by row, and what is missing; two papers are made from them."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import forms, services
from intake.models import Material, Requirement
from intake.views_papers import visit_in_sight
from kernel.editing import seen_token
from kernel.fields import ConfirmForm
from kernel.web import action, looked, posted, render_form, render_move, submit


@action
def receive_materials(request, pk):
    """The list of a matter, and empty rows for what lies on the table. Who only reads gets no rows."""
    visit = visit_in_sight(request, pk)
    may_receive = visit.concerns(request.user)
    if request.method == "POST" and not may_receive:
        raise PermissionDenied(_("只有接待人员和办理单位可以登记材料。"))
    parties = visit.case.parties.all()
    form = forms.MaterialsForm(posted(request), request.FILES or None, form_kwargs={"parties": parties})
    if submit(form, services.receive_materials, visit.case, by=request.user):
        messages.success(request, _("已登记 %(n)d 份材料。") % {"n": len(form.result)})
        return redirect(url_of(visit.case))
    context = {
        "case": visit.case,
        "materials": visit.case.materials.select_related("party__person", "by"),
        "form": form,
        "may_receive": may_receive,
    }
    return render_form(request, "intake/receive_materials.html", context)


@action
def require_materials(request, pk):
    """一次性告知: what is missing, and empty rows for more. Who only reads gets no rows."""
    visit = visit_in_sight(request, pk)
    may_require = visit.concerns(request.user)
    if request.method == "POST" and not may_require:
        raise PermissionDenied(_("只有接待人员和办理单位可以告知补交材料。"))
    form = forms.RequirementsForm(posted(request))
    if submit(form, services.require_materials, visit.case, by=request.user):
        messages.success(request, _("已登记需补材料 %(n)d 项。") % {"n": len(form.result)})
        return redirect("intake:require_materials", pk)
    context = {
        "case": visit.case,
        "requirements": visit.case.requirements.select_related("by"),
        "form": form,
        "may_require": may_require,
    }
    return render_form(request, "intake/require_materials.html", context)


@action
def supply_material(request, pk):
    return move_requirement(request, pk, "supply_material", ConfirmForm(posted(request)))


@action
def void_requirement(request, pk):
    return move_requirement(request, pk, "void_requirement", forms.NoteForm(posted(request)))


def move_requirement(request, pk, verb, form):
    """The page of one move of a requirement."""
    rows = Requirement.objects.visible_to(request.user).select_related("case")
    requirement = get_object_or_404(rows, pk=pk)
    back = reverse("intake:require_materials", args=[requirement.case_id])
    return move_row(request, requirement, verb, form, back=back)


def url_of(case) -> str:
    return reverse("intake:receive_materials", args=[case.pk])


def material_in_sight(request, pk) -> Material:
    rows = Material.objects.visible_to(request.user).select_related("case", "party")
    return looked(request, get_object_or_404(rows, pk=pk))


@action
def correct_material(request, pk):
    material = material_in_sight(request, pk)
    shown = {name: getattr(material, name) for name in forms.CorrectMaterialForm.SHOWN}
    initial = shown | {"seen": seen_token(material, "correct_material", forms.CorrectMaterialForm.SHOWN)}
    parties = material.case.parties.all()
    form = forms.CorrectMaterialForm(posted(request), initial=initial, parties=parties)
    return move_material(request, material, "correct_material", form)


@action
def scan_material(request, pk):
    form = forms.ScanMaterialForm(posted(request), request.FILES or None)
    return move_material(request, material_in_sight(request, pk), "scan_material", form)


@action
def return_material(request, pk):
    material = material_in_sight(request, pk)
    form = forms.ReturnMaterialForm(posted(request), received_on=timezone.localdate(material.received_at))
    return move_material(request, material, "return_material", form)


@action
def void_material(request, pk):
    form = forms.NoteForm(posted(request))
    return move_material(request, material_in_sight(request, pk), "void_material", form)


def move_material(request, material, verb, form):
    """The page of one move of a material."""
    return move_row(request, material, verb, form, back=url_of(material.case))


def move_row(request, row, verb, form, *, back):
    if submit(form, getattr(services, verb), row, by=request.user):
        label = row.MOVES.named(verb).label
        messages.success(request, _("%(row)s：%(label)s") % {"row": row, "label": label})
        return redirect(back)
    return render_move(request, row, verb, form, back=back)

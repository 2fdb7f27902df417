"""材料接收: what a visitor hands over at the window, row by row; the printed list is made from it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from intake import forms, services
from intake.models import Material
from intake.views_papers import visit_in_sight
from kernel.editing import seen_token
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
    back = url_of(material.case)
    if submit(form, getattr(services, verb), material, by=request.user):
        label = material.MOVES.named(verb).label
        messages.success(request, _("%(material)s：%(label)s") % {"material": material, "label": label})
        return redirect(back)
    return render_move(request, material, verb, form, back=back)

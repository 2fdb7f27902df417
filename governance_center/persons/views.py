"""The page of a person: who this is, what they came with, who stands for them, and what was changed."""

from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from cases import services as cases
from cases.models import Party
from governance_center.persons import forms, selectors
from kernel.editing import seen_token
from kernel.fields import ConfirmForm
from kernel.listing import Column, Listing, render_list
from kernel.models import HistoryEntry
from kernel.web import action, looked, page, posted, render_form, render_verb, submit, trace
from people import persons as services
from people.models import Apart, Guardian, Merge, Person, Phone
from people.roles import Role

LOOK_LABELS = {"view": gettext_lazy("查看人员页面"), "reveal": gettext_lazy("查看完整信息")}


def visible_person(request, pk) -> Person:
    """A record in the user's sight: it is, where the record that stands for it is."""
    found = get_object_or_404(Person.objects.visible_to(request.user).select_related("merged_into"), pk=pk)
    if found.standing not in selectors.seen_by(request.user, [found]):
        raise Http404
    return found


def person_url(person) -> str:
    return reverse("persons:detail", args=[person.pk])


def render_person_form(request, person, form, label):
    return render_verb(request, form, label, subject=person.masked, back=person_url(person))


@page
def detail(request, pk):
    person = visible_person(request, pk)
    trace(request, person, "view", note=_("人员页面"))
    return render(request, "persons/detail.html", {"page": selectors.person_page(person, request.user)})


@never_cache
@action
def reveal_person(request, pk):
    """Papers and telephones in full: only in answer to a POST, and never without a trace."""
    person = visible_person(request, pk)
    case = selectors.reason_for(person, request.user)
    form = ConfirmForm(posted(request)) if case else forms.ReasonForm(posted(request))
    if submit(form, services.reveal_person, person, by=request.user, file=case):
        context = {"page": selectors.person_page(person, request.user), "full": True}
        return render(request, "persons/detail.html", context)
    return render_person_form(request, person, form, _("查看完整信息"))


def correction(request, person, form_class):
    shown = {name: getattr(person, name) for name in ("id_type", "sex", "birth_on", "origin")}
    seen = seen_token(person, "correct_person", form_class.SHOWN)
    return form_class(posted(request), initial=shown | {"seen": seen}, person=person)


@action
def correct_party(request, pk):
    """From the page of a matter: who the party is, put right with a reason after the matter was registered."""
    parties = Party.objects.visible_to(request.user).select_related("case")
    party = get_object_or_404(parties, pk=pk, person__isnull=False)
    looked(request, party.case)
    form = correction(request, party.person, forms.CorrectPartyForm)
    back = reverse("cases:detail", args=[party.case_id]) + "#parties"
    if submit(form, cases.correct_party, party, by=request.user):
        kept_in_both = _("当事人信息已更正，原因已记入事项和人员的记录。")
        kept_in_file = _("当事人信息已更正，原因只记入本件的记录。")
        messages.success(request, kept_in_file if party.case.restriction else kept_in_both)
        return redirect(back)
    return render_verb(request, form, _("更正当事人信息"), subject=party.case.number, back=back)


@action
def correct_person(request, pk):
    person = visible_person(request, pk)
    form = correction(request, person, forms.CorrectPersonForm)
    if submit(form, services.correct_person, person, by=request.user):
        messages.success(request, _("人员信息已更正。"))
        return redirect(person_url(person))
    return render_person_form(request, person, form, _("更正人员信息"))


@action
def add_phone(request, pk):
    person = visible_person(request, pk)
    form = forms.PhoneForm(posted(request))
    if submit(form, services.add_phone, person, by=request.user):
        messages.success(request, _("已添加电话。"))
        return redirect(person_url(person))
    return render_person_form(request, person, form, _("添加电话"))


def visible_phone(request, pk) -> Phone:
    phone = get_object_or_404(Phone.objects.select_related("person"), pk=pk)
    visible_person(request, phone.person_id)
    return phone


@action
def make_primary(request, pk):
    return change_phone(request, pk, services.make_primary, _("设为首选电话"))


@action
def remove_phone(request, pk):
    return change_phone(request, pk, services.remove_phone, _("删除电话"))


def change_phone(request, pk, service, label):
    phone = visible_phone(request, pk)
    form = ConfirmForm(posted(request))
    if submit(form, service, phone, by=request.user):
        return redirect(person_url(phone.person))
    return render_person_form(request, phone.person, form, f"{label} {phone}")


@action
def add_guardian(request, pk):
    person = visible_person(request, pk)
    form = forms.GuardianForm(posted(request))
    if submit(form, services.add_guardian, person, by=request.user):
        messages.success(request, _("法定代理人已登记。"))
        return redirect(person_url(person))
    return render_person_form(request, person, form, _("登记法定代理人"))


@action
def end_guardian(request, pk):
    guardian = get_object_or_404(Guardian.objects.select_related("minor"), pk=pk)
    visible_person(request, guardian.minor_id)
    form = forms.NoteForm(posted(request))
    if submit(form, services.end_guardian, guardian, by=request.user):
        return redirect(person_url(guardian.minor))
    return render_person_form(request, guardian.minor, form, _("解除法定代理登记"))


@action
def merge_persons(request, pk, other):
    """Both records side by side, and which of them stays. Nothing is moved or lost by it."""
    kept, gone = visible_person(request, pk), visible_person(request, other)
    form = forms.MergeForm(posted(request))
    if submit(form, services.merge_persons, kept, gone, by=request.user):
        messages.success(request, _("已合并。可以随时在本页撤销。"))
        return redirect(person_url(kept))
    return render_pair(request, "persons/merge.html", form, kept, gone)


@action
def unmerge_persons(request, pk):
    merge = get_object_or_404(Merge.objects.select_related("kept", "gone", "by"), pk=pk)
    visible_person(request, merge.kept_id)
    form = forms.UnmergeForm(posted(request))
    if submit(form, services.unmerge_persons, merge, by=request.user):
        messages.success(request, _("已撤销合并，两份记录各自恢复。"))
        return redirect(person_url(merge.kept))
    visits, matters = selectors.added_since(merge, request.user)
    context = {"form": form, "merge": merge, "visits": visits, "matters": matters}
    return render_form(request, "persons/unmerge.html", context)


@action
def tell_apart(request, pk, other):
    """Both records side by side, and why they are of two people."""
    person, other = visible_person(request, pk), visible_person(request, other)
    form = forms.ApartForm(posted(request))
    if submit(form, services.tell_apart, person, other, by=request.user):
        messages.success(request, _("已确认不是同一人，以后不再提示。可以在本页撤销。"))
        return redirect(person_url(person))
    return render_pair(request, "persons/tell_apart.html", form, person, other)


def render_pair(request, template, form, kept, gone):
    likely = selectors.likely_same(kept)
    reasons = next((each.reasons for each in likely if each.person == gone), [])
    pages = [selectors.person_page(person, request.user) for person in (kept, gone)]
    context = {"form": form, "kept": kept, "gone": gone, "pages": pages, "reasons": reasons}
    return render_form(request, template, context)


@action
def doubt_again(request, pk):
    apart = get_object_or_404(Apart.objects.standing().select_related("one", "other"), pk=pk)
    visible_person(request, apart.one_id)
    visible_person(request, apart.other_id)
    form = forms.UnmergeForm(posted(request))
    if submit(form, services.doubt_again, apart, by=request.user):
        messages.success(request, _("已撤销，两份记录重新提示为可能是同一人。"))
        return redirect(person_url(apart.one))
    return render_person_form(request, apart.one, form, _("撤销“不是同一人”"))


LOOK_COLUMNS = [
    Column(name="at", label=gettext_lazy("时间"), text=lambda entry: entry.recorded_at, sort="recorded_at"),
    Column(name="by", label=gettext_lazy("查看人"), text=lambda entry: str(entry.by or "—")),
    Column(name="verb", label=gettext_lazy("方式"), text=lambda entry: str(LOOK_LABELS[entry.verb])),
    Column(name="whom", label=gettext_lazy("人员编号"), text=lambda entry: str(entry.subject_id)),
    Column(name="note", label=gettext_lazy("事由"), text=lambda entry: entry.note, css="main-cell"),
]


@page(post=True)
def looks(request):
    """Who looked at whom, and why: for the auditor, who sees numbers and never names."""
    if Role.AUDITOR not in request.user.roles:
        raise PermissionDenied(_("查看留痕由审计管理员核查。"))
    of_persons = ContentType.objects.get_for_model(Person)
    entries = HistoryEntry.objects.filter(subject_type=of_persons, verb__in=selectors.LOOKS)
    listing = Listing(
        request,
        entries.select_related("by"),
        LOOK_COLUMNS,
        sort="-recorded_at",
        empty_text=_("还没有查看记录。"),
        user=request.user,
    )
    return render_list(request, "persons/looks.html", listing, _("查看留痕"))

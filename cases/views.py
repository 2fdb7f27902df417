from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from cases import forms, services
from cases.lists import case_columns, topics_of_files, words_of, words_of_case
from cases.models import (
    Agent,
    Case,
    Category,
    Outlet,
    Party,
    Request,
    Restricting,
    RestrictionRule,
    Round,
    RuleBook,
    UrgencyRule,
    Wording,
)
from cases.rules import KINDS, rules
from cases.selectors import ONE_CASE, ONE_ROUND, case_page
from cases.states import PANELS
from kernel.editing import seen_token
from kernel.listing import Column, Listing, render_list
from kernel.web import (
    action,
    looked,
    page,
    posted,
    refuse_move,
    render_form,
    render_move,
    render_part,
    render_verb,
    require,
    submit,
    wants_part,
)
from people.roles import Restriction

RECENT = 30
LIVE_PARTS = ("actions", "cover", "work", "timeline")
CASE_COLUMNS = [
    *case_columns(lambda case: case),
    Column(
        name="state",
        label=gettext_lazy("状态"),
        text=lambda case: case.get_state_display(),
        badge=lambda case: case.state,
        css="nowrap",
    ),
    Column(name="unit", label=gettext_lazy("办理单位"), text=lambda case: case.unit.name),
    Column(name="due", label=gettext_lazy("到期日"), text=lambda case: case.due_at, sort="due_at", css="due"),
    Column(name="opened", label=gettext_lazy("登记时间"), text=lambda case: case.opened_at, sort="opened_at"),
]
REQUEST_COLUMNS = [
    Column(
        name="number",
        label=gettext_lazy("统一编号"),
        text=lambda row: row.case.number,
        url=lambda row: requests_url(row.case_id),
        css="nowrap",
    ),
    Column(name="title", label=gettext_lazy("事项"), text=lambda row: row.case.title, css="main-cell"),
    Column(name="kind", label=gettext_lazy("种类"), text=lambda row: row.get_kind_display()),
    Column(name="from", label=gettext_lazy("请求单位"), text=lambda row: row.from_unit.name),
    Column(name="to", label=gettext_lazy("协办单位"), text=lambda row: row.to_unit.name),
    Column(
        name="state",
        label=gettext_lazy("状态"),
        text=lambda row: row.get_state_display(),
        badge=lambda row: row.state,
    ),
    Column(name="asked", label=gettext_lazy("发起时间"), text=lambda row: row.asked_at),
    Column(name="due", label=gettext_lazy("到期日"), text=lambda row: row.due_at, sort="due_at", css="due"),
]


@page(post=True)
def case_list(request):
    """Every matter that the reader may see."""
    cases = (
        Case.objects.visible_to(request.user).select_related("category", "unit").prefetch_related("parties")
    )
    listing = Listing(
        request,
        cases,
        CASE_COLUMNS,
        sort="-opened_at",
        filters=forms.CaseFilter,
        search=words_of,
        empty_text=_("没有符合条件的事项。"),
        topics=topics_of_files(request.user),
        user=request.user,
    )
    return render_list(request, "cases/list.html", listing, _("全部事项"))


@page
def detail(request, pk):
    """The page of one matter, or one of its live parts. Of a restricted one, the look leaves a trace."""
    case = visible_case(request, pk, in_part=wants_part(request))
    part = request.htmx.target if request.htmx.target in LIVE_PARTS else "cover"
    return render_part(request, "cases/detail.html", part, {"page": case_page(case, request.user)})


def visible_case(request, pk, *, in_part=False) -> Case:
    return looked(request, ONE_CASE.one_or_404(request.user, pk=pk), in_part=in_part)


def case_url(pk, anchor="") -> str:
    return reverse("cases:detail", args=[pk]) + anchor


def render_file_form(request, case, form, label):
    """The page of a form about a matter as a whole."""
    return render_verb(request, form, label, subject=case, back=case_url(case.pk))


def requests_url(pk) -> str:
    return case_url(pk, "#requests")


@action
def correct(request, pk):
    case = visible_case(request, pk)
    shown = {name: getattr(case, name) for name in forms.CorrectForm.SHOWN}
    initial = shown | {"seen": seen_token(case, "correct", forms.CorrectForm.SHOWN)}
    form = forms.CorrectForm(posted(request), initial=initial, user=request.user, case=case)
    if submit(form, services.correct, case, by=request.user):
        messages.success(request, _("%(number)s 的登记内容已更正。") % {"number": case.number})
        return redirect("cases:detail", pk)
    return render_file_form(request, case, form, _("更正登记内容"))


@action
def add_party(request, pk):
    case = visible_case(request, pk)
    form = forms.AddPartyForm(posted(request))
    if submit(form, services.register_party, case, by=request.user):
        messages.success(request, _("已添加当事人。"))
        if form.result.organisation and form.result.organisation.doubt:
            messages.warning(request, form.result.organisation.doubt)
        return redirect(case_url(pk, "#parties"))
    return render_file_form(request, case, form, _("添加当事人"))


@action
def add_agent(request, pk):
    case = visible_case(request, pk)
    form = forms.AddAgentForm(posted(request), request.FILES or None, case=case)
    if submit(form, services.add_agent, case, by=request.user):
        messages.success(request, _("已登记代理人。"))
        return redirect(case_url(pk, "#parties"))
    return render_file_form(request, case, form, _("登记代理人"))


@action
def end_agent(request, pk):
    agents = Agent.objects.visible_to(request.user).select_related("case", "party")
    agent = get_object_or_404(agents, pk=pk)
    looked(request, agent.case)
    form = forms.NoteForm(posted(request))
    if submit(form, services.end_agent, agent, by=request.user):
        return redirect(case_url(agent.case_id, "#parties"))
    return render_file_form(request, agent.case, form, _("解除代理"))


@never_cache
@action
def reveal_party(request, pk):
    """A party's papers and telephone in full. Only in answer to a POST, and never without a trace."""
    party = get_object_or_404(Party.objects.visible_to(request.user).select_related("case", "person"), pk=pk)
    looked(request, party.case)
    asks_reason = not party.case.is_in_hand_of(request.user)
    form = forms.RevealPartyForm(posted(request), asks_reason=asks_reason)
    context = {"party": party, "case": party.case}
    if submit(form, services.reveal_party, party, by=request.user):
        return render_part(request, "cases/revealed_party.html", "party", context)
    return render_file_form(request, party.case, form, _("查看完整信息"))


@action
def log_contact(request, pk):
    case = visible_case(request, pk)
    form = forms.LogContactForm(posted(request))
    if submit(form, services.log_contact, case, by=request.user):
        messages.success(request, _("已记入联系记录。"))
        return redirect(case_url(pk, "#contacts"))
    return render_file_form(request, case, form, _("记录联系情况"))


@action
def attach(request, pk):
    case = visible_case(request, pk)
    form = forms.AttachForm(posted(request), request.FILES or None)
    if submit(form, services.attach, case, by=request.user):
        messages.success(request, _("已添加材料：%(name)s") % {"name": form.result.name})
        return redirect(case_url(pk, "#files"))
    return render_file_form(request, case, form, _("添加材料"))


@action
def reopen(request, pk):
    case = visible_case(request, pk)
    require(request.user, Round(case=case, unit=case.unit), "reopen")
    form = forms.ReopenForm(posted(request), case=case)
    if submit(form, services.reopen, case, by=request.user):
        messages.success(
            request,
            _("已开始第 %(n)d 轮办理，由%(unit)s接办。")
            % {"n": form.result.number, "unit": form.result.unit},
        )
        return redirect("cases:detail", pk)
    return render_file_form(request, case, form, _("重新办理"))


@action
def follow_up(request, pk):
    round = visible_round(request, pk)
    form = forms.FollowUpForm(posted(request))
    if submit(form, services.follow_up, round, by=request.user):
        messages.success(request, _("%(number)s 已回访并办结。") % {"number": round})
        return redirect("cases:detail", round.case_id)
    refuse_move(request, round, "follow_up", form)
    context = {
        "form": form,
        "label": round.MOVES.named("follow_up").label,
        "subject": round,
        "back": case_url(round.case_id),
        "round": round,
        "panel": PANELS[round.route],
        "parties": Party.objects.visible_to(request.user)
        .filter(case=round.case)
        .select_related("organisation"),
        "asks_reason": not round.case.is_in_hand_of(request.user),
    }
    return render_form(request, "cases/follow_up.html", context)


@action
def call_back(request, pk):
    round = visible_round(request, pk)
    form = forms.CallBackForm(posted(request), user=request.user, restriction=round.case.restriction)
    if submit(form, services.call_back, round, by=request.user):
        messages.success(request, _("%(number)s 的不满意核实已记入档案。") % {"number": round})
        return redirect("cases:detail", round.case_id)
    return render_move(request, round, "call_back", form, back=case_url(round.case_id))


def visible_round(request, pk) -> Round:
    return looked(request, ONE_ROUND.one_or_404(request.user, pk=pk))


@action
def ask(request, pk):
    round = visible_round(request, pk)
    asking = Request(case=round.case, round=round, from_unit_id=min(request.user.unit_ids, default=None))
    require(request.user, asking, "ask")
    form = forms.AskForm(posted(request), user=request.user, case=round.case)
    if submit(form, services.ask, round, by=request.user):
        messages.success(request, _("已向%(unit)s发起协同请求。") % {"unit": form.result.to_unit})
        return redirect(requests_url(round.case_id))
    return render_file_form(request, round.case, form, _("发起协同请求"))


@page(post=True)
def request_list(request):
    """The requests asked of the reader's units, or by them."""
    rows = Request.objects.visible_to(request.user).select_related("case", "from_unit", "to_unit")
    listing = Listing(
        request,
        rows,
        REQUEST_COLUMNS,
        sort="due_at",
        filters=forms.RequestFilter,
        search=words_of_case,
        empty_text=_("没有符合条件的协同请求。"),
        topics=topics_of_files(request.user),
        user=request.user,
    )
    return render_list(request, "cases/request_list.html", listing, _("协同请求"))


@action
def accept_request(request, pk):
    return move_request(request, pk, "accept_request", forms.NoForm)


@action
def object_to_request(request, pk):
    return move_request(request, pk, "object_to_request", forms.NoteForm)


@action
def agree_to_objection(request, pk):
    return move_request(request, pk, "agree_to_objection", forms.OptionalNoteForm)


@action
def refuse_objection(request, pk):
    return move_request(request, pk, "refuse_objection", forms.NoteForm)


@action
def answer_request(request, pk):
    return move_request(request, pk, "answer_request", forms.AnswerRequestForm)


@action
def verify_request(request, pk):
    return move_request(request, pk, "verify_request", forms.OptionalNoteForm)


@action
def send_request_back(request, pk):
    return move_request(request, pk, "send_request_back", forms.NoteForm)


@action
def withdraw_request(request, pk):
    return move_request(request, pk, "withdraw_request", forms.NoteForm)


def move_request(request, pk, verb, form_class):
    """The page of one move of a request."""
    requests = Request.objects.visible_to(request.user).select_related("case", "from_unit", "to_unit")
    row = looked(request, get_object_or_404(requests, pk=pk))
    return make_move(request, row, verb, form_class(posted(request)), back=requests_url(row.case_id))


def make_move(request, row, verb, form, *, back, done=""):
    """Carry out one move of a row of a file, or show its form; `done` says more than the name of the move."""
    if submit(form, getattr(services, verb), row, by=request.user):
        named = _("%(row)s：%(label)s") % {"row": row, "label": row.MOVES.named(verb).label}
        messages.success(request, done or named)
        return redirect(back)
    return render_move(request, row, verb, form, back=back)


# --- Restricted later, and shown again --------------------------------------------------------------------------------


@action
def ask_restriction(request, pk):
    return ask_restricting(request, pk, "ask_restriction", forms.AskRestrictionForm)


@action
def ask_lifting(request, pk):
    return ask_restricting(request, pk, "ask_lifting", forms.AskLiftingForm)


def ask_restricting(request, pk, verb, form_class):
    case = visible_case(request, pk)
    require(request.user, Restricting(case=case), verb)
    form = form_class(posted(request))
    if submit(form, getattr(services, verb), case, by=request.user):
        messages.success(request, _("申请已提交，由另一人审批。审批前本件照常显示，请勿口头传开。"))
        return redirect("cases:detail", pk)
    return render_file_form(request, case, form, Restricting.MOVES.named(verb).label)


@action
def grant_restricting(request, pk):
    return decide(request, pk, "grant_restricting", forms.OptionalNoteForm)


@action
def refuse_restricting(request, pk):
    return decide(request, pk, "refuse_restricting", forms.NoteForm)


@action
def withdraw_restricting(request, pk):
    return decide(request, pk, "withdraw_restricting", forms.NoForm)


def decide(request, pk, verb, form_class):
    """The page of one move of a request to hide or show a matter, with the request itself above the form."""
    rows = Restricting.objects.visible_to(request.user).select_related("case", "asked_by")
    row = get_object_or_404(rows, pk=pk)
    looked(request, row.case)
    form = form_class(posted(request))
    if submit(form, getattr(services, verb), row, by=request.user):
        label = row.MOVES.named(verb).label
        messages.success(request, _("%(request)s：%(label)s") % {"request": row, "label": label})
        return redirect("cases:detail", row.case_id)
    refuse_move(request, row, verb, form)
    context = {"form": form, "label": row.MOVES.named(verb).label, "row": row}
    return render_form(
        request, "cases/decide.html", context | {"subject": row, "back": case_url(row.case_id)}
    )


# --- The rules of the suggestion --------------------------------------------------------------------------------------


@page
def rule_list(request):
    """What the suggestion goes by, and who changed it last."""
    book = book_of(request, RuleBook, "edit_rule")
    entries = book.history.select_related("by").order_by("-seq")[:RECENT]
    groups = [
        (_("类别"), "category", Category.objects.visible_to(request.user)),
        (_("办理途径"), "outlet", Outlet.objects.visible_to(request.user)),
        (_("紧急程度"), "urgency", UrgencyRule.objects.visible_to(request.user)),
        (_("限制查看提示"), "restriction", RestrictionRule.objects.visible_to(request.user)),
    ]
    wordings = Wording.objects.visible_to(request.user)
    return render(
        request, "cases/rule_list.html", {"groups": groups, "wordings": wordings, "entries": entries}
    )


@action
def edit_wording(request, pk):
    """告知文书: what one paper tells people."""
    book = book_of(request, RuleBook, "edit_wording")
    wording = get_object_or_404(Wording.objects.visible_to(request.user), pk=pk)
    form = forms.WordingForm(posted(request), initial={"text": wording.text, "version": book.version})
    if submit(form, services.edit_wording, book, wording, by=request.user):
        messages.success(request, _("“%(wording)s”已保存，从下一次打印起采用。") % {"wording": wording})
        return redirect("cases:rule_list")
    return render_verb(request, form, str(wording), subject=book, back=reverse("cases:rule_list"))


@action
def edit_rule(request, kind, pk):
    """The cue words of one rule: tried on a text first, then saved."""
    book = book_of(request, RuleBook, "edit_rule")
    rule = get_object_or_404(rule_rows(request, kind), pk=pk)
    form = rule_form(rule, posted(request), version=book.version)
    tried = None
    if "try" in request.POST and form.is_valid():
        tried = trial(form.tried, rule, form.cleaned_data["cues"])
    elif submit(form, services.edit_rule, book, rule, by=request.user):
        messages.success(request, _("“%(rule)s”已保存，各窗口马上按新规则建议。") % {"rule": rule})
        return redirect("cases:rule_list")
    context = {"form": form, "rule": rule, "tried": tried, "text": getattr(form, "tried", "")}
    if tried is not None:
        return render(request, "cases/edit_rule.html", context)
    return render_form(request, "cases/edit_rule.html", context)


def rule_form(rule, data, *, version) -> forms.RuleForm:
    """The form of a rule; an outlet has a restriction as well, or a notice where it leads away."""
    initial = {"cues": forms.written_cues(rule.cues), "version": version}
    if not isinstance(rule, Outlet):
        return forms.RuleForm(data, initial=initial)
    if not rule.leads_away:
        return forms.OutletRuleForm(data, initial=initial | {"restriction": rule.restriction})
    notice = {"notice_title": rule.notice_title, "notice_text": rule.notice_text}
    return forms.NoticeRuleForm(data, initial=initial | notice)


def book_of(request, model, verb):
    """The one book of its kind, for those who may edit it."""
    book = get_object_or_404(model.objects.visible_to(request.user).order_by("pk")[:1])
    if refusal := book.MOVES.named(verb).why_not(book, request.user):
        raise PermissionDenied(refusal)
    return book


def rule_rows(request, kind):
    if kind not in KINDS:
        raise Http404
    return KINDS[kind].objects.visible_to(request.user)


def trial(text, rule, cues) -> list[tuple[str, list[str], list[str], str, str, tuple[str, ...]]]:
    """What a text gets by the rules in force, and by the changed ones."""
    kept = rules()
    found = [
        (_("现行规则"), kept.answer(text)),
        (_("修改后"), kept.changed(rule, cues).answer(text)),
    ]
    return [
        (
            label,
            [kept.categories[code].name for code in answer.categories if code in kept.categories],
            [kept.outlets[code].name for code in answer.outlets if code in kept.outlets],
            answer.urgency,
            Restriction(answer.restriction).label if answer.restriction else "",
            answer.cues,
        )
        for label, answer in found
    ]

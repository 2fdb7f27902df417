"""What was sent to a unit: its inbox, its page, and each move of sender, unit and centre."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.lists import case_columns, of_my_desk, topics_of_work, words_of_case
from cases.models import Request
from kernel.listing import Column, Listing, render_list
from kernel.web import action, buttons, page, posted, refuse_move, render_form, submit
from people.models import User
from petitions import forms, services
from petitions.models import Forwarding, Inquiry, Letter, Registration
from petitions.states import ForwardingState, LetterKind, Purpose
from petitions.views.rows import letters_with_buttons, make_move, one_forwarding, one_handling, page_of

TABS = {
    "to_sign": gettext_lazy("待签收"),
    "signed": gettext_lazy("待告知、受理"),
    "accepted": gettext_lazy("办理中"),
    "done": gettext_lazy("已答复、已退回"),
}
IN_TAB = {
    "to_sign": [ForwardingState.SENT],
    "signed": [ForwardingState.SIGNED, ForwardingState.OBJECTED, ForwardingState.DISPUTED],
    "accepted": [ForwardingState.ACCEPTED],
}
COLUMNS = [
    *case_columns(lambda row: row.case, lambda row: row.url),
    Column(
        name="state",
        label=gettext_lazy("状态"),
        text=lambda row: row.get_state_display(),
        badge=lambda row: row.state,
        css="nowrap",
    ),
    Column(name="unit", label=gettext_lazy("责任单位"), text=lambda row: row.unit.name),
    Column(name="sent", label=gettext_lazy("转出时间"), text=lambda row: row.sent_at, sort="sent_at"),
    Column(name="due", label=gettext_lazy("到期日"), text=lambda row: row.due_at, sort="due_at", css="due"),
]


@page(post=True)
def inbox(request):
    """What was sent to one's unit: to sign for, to accept, in handling, answered."""
    asked = request.GET.get("tab", "to_sign")
    tab = asked if asked in TABS else "to_sign"
    rows = of_my_desk(Forwarding.objects.visible_to(request.user), request.user)
    others = [state for state in ForwardingState if not any(state in states for states in IN_TAB.values())]
    listing = Listing(
        request,
        with_columns(rows.filter(state__in=IN_TAB.get(tab, others))),
        COLUMNS,
        sort="-sent_at" if tab == "done" else "due_at",
        filters=forms.RowFilter,
        search=words_of_case,
        topics=topics_of_work(request.user),
        empty_text=_("没有转来的信访事项。"),
        user=request.user,
    )
    return render_list(request, "petitions/inbox.html", listing, _("转来的信访事项"), tab=tab, tabs=TABS)


def with_columns(rows):
    """What the columns read, in a fixed number of queries."""
    return rows.select_related("case__category", "unit", "handling").prefetch_related("case__parties")


@page
def forwarding_detail(request, pk):
    row = one_forwarding(request, pk)
    user = request.user
    registration = Registration.objects.visible_to(user).filter(handling=row.handling).select_related("case")
    letters = (
        Letter.objects.visible_to(user).filter(forwarding=row).select_related("unit", "receipt", "handling")
    )
    context = {
        "row": row,
        "case": row.case,
        "registration": registration.first(),
        "buttons": fitting(row, registration.first(), buttons(row, user)),
        "letters": letters_with_buttons(letters, user),
        "inquiries": Inquiry.objects.visible_to(user).filter(forwarding=row).select_related("by"),
        "requests": Request.objects.visible_to(user).filter(round=row.round).select_related("to_unit"),
        "clocks": row.clocks.running().select_related("rule").order_by("due_at"),
        "in_full": row.is_receiver(user) or row.is_sender(user),
        "entries": row.history.select_related("by", "dossier").order_by("-seq"),
    }
    return render(request, "petitions/forwarding_detail.html", context)


def fitting(row, registration, offered) -> list:
    """The moves that the petition's purpose leaves, in what was done so far."""
    if registration is None:
        return offered
    appeal = registration.purpose == Purpose.APPEAL
    hidden = {"take_up_suggestion", "reply_to_suggestion"} if appeal else {"accept_matter", "draft_opinion"}
    issued = set(row.letters.values_list("kind", flat=True))
    if LetterKind.OPINION in issued:
        hidden.add("draft_opinion")
    if LetterKind.EXTENSION in issued or not services.granted_extension(row):
        hidden.add("tell_extension")
    if not row.report_by or row.report:
        hidden.add("file_report")
    if row.objection:
        hidden.add("object_to_petition")
    else:
        hidden.add("dispute_duty")
    return [button for button in offered if button.verb not in hidden]


@action
def forward(request, pk):
    return sent(request, pk, services.forward, forms.ForwardForm)


@action
def assign_with_report(request, pk):
    return sent(request, pk, services.assign_with_report, forms.AssignForm)


def sent(request, pk, service, form_class):
    handling = one_handling(request, pk)
    form = form_class(posted(request), case=handling.case)
    done = _("已转出，函件已编号，等待签收。")
    return make_move(request, handling, service, form, back=page_of(handling), done=done)


def move(request, pk, service, form_class, done, **options):
    """The page of one move of a forwarding."""
    row = one_forwarding(request, pk)
    form = form_class(posted(request), **options)
    return make_move(request, row, service, form, back=row.url, done=done)


@action
def sign_for(request, pk):
    return move(request, pk, services.sign_for, forms.SignForForm, _("已签收。请在期限内书面告知信访人。"))


@action
def inform_petitioner(request, pk):
    return move(request, pk, services.inform_petitioner, forms.InformForm, _("接收告知书已编号，请送达。"))


@action
def object_to_petition(request, pk):
    done = _("异议已提出，等待转送单位审核。审核同意以前，仍由你单位负责。")
    return move(request, pk, services.object_to_petition, forms.ReasonForm, done)


@action
def grant_objection(request, pk):
    done = _("已同意异议，请重新转送交办。")
    return move(request, pk, services.grant_objection, forms.OptionalVerdictForm, done)


@action
def deny_objection(request, pk):
    return move(request, pk, services.deny_objection, forms.VerdictForm, _("已答复不同意异议。"))


@action
def dispute_duty(request, pk):
    return move(request, pk, services.dispute_duty, forms.ReasonForm, _("已提请中心确定责任单位。"))


@action
def keep_duty(request, pk):
    return move(request, pk, services.keep_duty, forms.VerdictForm, _("已确定责任单位。"))


@action
def move_duty(request, pk):
    row = one_forwarding(request, pk)
    form = forms.MoveDutyForm(posted(request), case=row.case)
    done = _("已确定责任单位，转送函已编号。")
    return make_move(request, row, services.move_duty, form, back=row.url, done=done)


@action
def withdraw_petition(request, pk):
    return move(request, pk, services.withdraw_petition, forms.NoteForm, _("已撤回，请重新甄别。"))


@action
def route_elsewhere(request, pk):
    return move(request, pk, services.route_elsewhere, forms.RouteForm, _("告知书已编号，请送达信访人。"))


@action
def accept_matter(request, pk):
    done = _("已受理，受理告知书已编号，请送达信访人。")
    return move(request, pk, services.accept_matter, forms.AcceptMatterForm, done)


@action
def take_up_suggestion(request, pk):
    return move(request, pk, services.take_up_suggestion, forms.NoForm, _("请研究后书面答复。"))


@action
def record_inquiry(request, pk):
    return move(request, pk, services.record_inquiry, forms.InquiryForm, _("记录已保存。"))


@action
def tell_extension(request, pk):
    return move(request, pk, services.tell_extension, forms.NoForm, _("延期办理告知书已编号，请送达。"))


@action
def reply_to_suggestion(request, pk):
    return move(request, pk, services.reply_to_suggestion, forms.ReplyForm, _("答复书已编号，请送达。"))


@action
def file_report(request, pk):
    return move(request, pk, services.file_report, forms.ReportForm, _("办结报告已编号、提交。"))


@action
def recuse_handler(request, pk):
    row = one_forwarding(request, pk)
    people = User.objects.in_unit(row.unit).exclude(pk=request.user.pk)
    form = forms.RecuseForm(posted(request), people=people)
    done = _("已决定回避，该人员不能再查看本件。")
    return make_move(request, row, services.recuse_handler, form, back=row.url, done=done)


@action
def draft_opinion(request, pk):
    row = one_forwarding(request, pk)
    form = forms.OpinionForm(posted(request))
    if submit(form, services.draft_opinion, row, by=request.user):
        messages.success(request, _("意见书已拟稿，请他人核稿、单位负责人签发。"))
        return redirect(row.url)
    refuse_move(request, row, "draft_opinion", form)
    context = {
        "form": form,
        "case": row.case,
        "label": row.MOVES.named("draft_opinion").label,
        "back": row.url,
        "inquiries": Inquiry.objects.visible_to(request.user).filter(forwarding=row).select_related("by"),
    }
    return render_form(request, "petitions/write_letter.html", context)

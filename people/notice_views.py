"""Messages outside the page: what somebody wants, where it reaches a colleague, and what did not go out."""

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from kernel.fields import ConfirmForm
from kernel.listing import Column, Listing, render_list
from kernel.models import Delivery, DeliveryState, MessageKind, Reach
from kernel.web import action, page, posted, render_form, render_verb, submit
from people import notices
from people.accounts import require_right
from people.models import User
from people.notice_forms import ChooseNoticesForm, DeliveryFilter, SetReachForm

BADGES = {
    DeliveryState.SENT: "done",
    DeliveryState.FAILED: "due_soon",
    DeliveryState.GIVEN_UP: "overdue",
    DeliveryState.WITHHELD: "closed",
}
COLUMNS = [
    Column(
        name="created",
        label=gettext_lazy("产生时间"),
        text=lambda row: row.created_at,
        sort="created_at",
    ),
    Column(
        name="to", label=gettext_lazy("收件人"), text=lambda row: row.notification.to.name, css="main-cell"
    ),
    Column(name="channel", label=gettext_lazy("方式"), text=lambda row: row.get_channel_display()),
    Column(
        name="kind",
        label=gettext_lazy("内容"),
        text=lambda row: str(MessageKind(row.notification.kind).label),
    ),
    Column(
        name="state",
        label=gettext_lazy("状态"),
        text=lambda row: row.get_state_display(),
        badge=lambda row: BADGES.get(row.state, "waiting"),
        url=lambda row: (
            reverse("people:send_again", args=[row.pk]) if row.state == DeliveryState.GIVEN_UP else ""
        ),
    ),
    Column(name="tries", label=gettext_lazy("次数"), text=lambda row: row.tries, css="num"),
    Column(name="sent", label=gettext_lazy("发出时间"), text=lambda row: row.sent_at, css="wide"),
    Column(name="error", label=gettext_lazy("最近错误"), text=lambda row: row.last_error, css="wide"),
]


@action
def choose_notices(request):
    reach = Reach.objects.visible_to(request.user).first()
    form = ChooseNoticesForm.of(reach, posted(request))
    if submit(form, notices.choose_notices, by=request.user):
        messages.success(request, _("通知方式已保存。"))
        return redirect("people:devices")
    return render_form(request, "people/choose_notices.html", {"form": form, "reach": reach})


@never_cache
@action
def set_reach(request, pk):
    require_right(request.user, "set_reach")
    user = get_object_or_404(User.objects.visible_to(request.user).select_related("reach"), pk=pk)
    form = SetReachForm(posted(request), reach=getattr(user, "reach", None))
    if submit(form, notices.set_reach, user, by=request.user):
        messages.success(request, _("联系方式已保存。"))
        return redirect("people:user_detail", pk)
    back = reverse("people:user_detail", args=[pk])
    return render_verb(request, form, _("登记通知联系方式"), subject=user, back=back)


@page(post=True)
def delivery_list(request):
    """通知发送: what went out to whom, and what did not. No word of a message and no matter stands here."""
    require_right(request.user, "send_again")
    rows = Delivery.objects.visible_to(request.user).select_related("notification__to")
    nothing = _("还没有向页面外发送过消息。")
    listing = Listing(
        request, rows, COLUMNS, sort="-created_at", filters=DeliveryFilter, search=sent_to, empty_text=nothing
    )
    return render_list(request, "people/delivery_list.html", listing, _("通知发送"))


def sent_to(q: str) -> Q:
    return Q(notification__to__name__icontains=q)


@action
def send_again(request, pk):
    require_right(request.user, "send_again")
    row = get_object_or_404(Delivery.objects.visible_to(request.user), pk=pk)
    form = ConfirmForm(posted(request))
    back = reverse("people:delivery_list")
    if submit(form, notices.send_again, row, by=request.user):
        messages.success(request, _("已重新排队，一分钟内发送。"))
        return redirect(back)
    return render_verb(request, form, _("重新发送"), subject=row, back=back)

"""What templates need everywhere: icons, masks, moments, figures of time, labels of history, live topics."""

from datetime import date, datetime

from django import template
from django.contrib.contenttypes.models import ContentType
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kernel import live
from kernel.drawing import drawn
from kernel.encryption import Secret, mask_name
from kernel.moments import NEVER, last_day_of

register = template.Library()

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60
NONE = "—"
# Entries that any subject may have, whatever its own table of moves says.
SHARED_VERBS = {
    "attach": gettext_lazy("添加材料"),
    "open_file": gettext_lazy("查看材料"),
    "export": gettext_lazy("导出"),
    "view": gettext_lazy("查看"),
    "reveal": gettext_lazy("查看完整信息"),
    "edit": gettext_lazy("修改"),
    "recount_clock": gettext_lazy("重新计算期限"),
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """An outline icon of the sprite; static/icons.txt lists the names. Decoration: screen readers skip it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#tabler-{}"/></svg>',
        static("vendor/icons.svg"),
        name,
    )


register.simple_tag(drawn, name="field")


@register.simple_tag(takes_context=True)
def page_title(context) -> str:
    """The block `title` of the page once more, so that a page says it in one place."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks and blocks.get_block("title")
    return SafeString(block.nodelist.render(context).strip()) if block else ""


@register.simple_tag
def live_topics(*topics: str) -> SafeString:
    """Grant `topics`, each one or several with blanks between, so that elements with `data-live` hear of changes."""
    names = " ".join(topics).split()
    if not names:
        return SafeString("")
    return format_html(
        '<span hidden data-live-grant="{}" data-live-topics="{}" data-live-since="{}"></span>',
        live.token(names),
        " ".join(names),
        live.baseline(),
    )


@register.filter
def masked(value) -> str:
    """王* for a name; protected values show their own mask."""
    return str(value) if isinstance(value, Secret) else mask_name(str(value or ""))


@register.filter
def money(amount) -> str:
    """12,806.05 for a sum of money; a dash for nothing."""
    return NONE if amount is None or amount == "" else f"{amount:,.2f}"


@register.filter
def hm(seconds) -> str:
    """Hours and minutes as on a clock: 1,140 seconds are 0:19. A dash for nothing."""
    if seconds is None or seconds == "":
        return NONE
    minutes = int(seconds) // MINUTE
    return f"{minutes // 60}:{minutes % 60:02}"


@register.filter
def about(seconds) -> str:
    """A length as people say it: 约 34 分钟, 约 1 小时 5 分钟."""
    if seconds is None:
        return NONE
    hours, minutes = divmod(max(int(seconds) // MINUTE, 0), 60)
    if not hours:
        return _("约 %(minutes)d 分钟") % {"minutes": minutes} if minutes else _("不到 1 分钟")
    return _("约 %(hours)d 小时 %(minutes)d 分钟") % {"hours": hours, "minutes": minutes}


@register.filter
def ago(moment) -> SafeString | str:
    """3 分钟前, with the whole moment behind it; the date once it is older than a day."""
    if not moment:
        return NONE
    local = timezone.localtime(moment)
    full = date_format(local, "Y-m-d H:i:s")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), full, _ago(local))


def _ago(moment: datetime) -> str:
    seconds = int((timezone.now() - moment).total_seconds())
    if seconds < MINUTE:
        return _("刚刚") if seconds > -MINUTE else date_format(moment, "Y-m-d H:i")
    if seconds < HOUR:
        return ngettext("%d 分钟前", "%d 分钟前", seconds // MINUTE) % (seconds // MINUTE)
    if seconds < DAY:
        return ngettext("%d 小时前", "%d 小时前", seconds // HOUR) % (seconds // HOUR)
    return date_format(moment, "Y-m-d H:i")


@register.filter
def due(moment, now: datetime | None = None) -> SafeString | str:
    """The day something is due, and how near that is; a dash where no clock runs."""
    if not moment or moment >= NEVER:
        return NONE
    now = now or timezone.now()
    day = last_day_of(moment)
    days = (day - timezone.localtime(now).date()).days
    css, words = _nearness(days, moment < now)
    return format_html(
        '<span class="due {}"><time datetime="{}">{}</time> <span>{}</span></span>',
        css,
        day.isoformat(),
        day.isoformat(),
        words,
    )


def _nearness(days: int, overdue: bool) -> tuple[str, str]:
    if overdue:
        return "is-overdue", ngettext("超期 %d 天", "超期 %d 天", -days) % -days if days < 0 else _("已超期")
    if days == 0:
        return "is-today", _("今天到期")
    if days <= 3:
        return "is-near", ngettext("还有 %d 天", "还有 %d 天", days) % days
    return "", ""


@register.filter
def cell_text(cell) -> str:
    """What a cell of a list shows: due dates by a column of class "due", days, moments, a dash for none."""
    value = cell.text
    if "due" in cell.column.css.split():
        return due(value)
    if isinstance(value, datetime):
        return NONE if value >= NEVER else _minute(timezone.localtime(value))
    if isinstance(value, date):
        return date_format(value, "Y-m-d")
    return NONE if value is None or value == "" else value


def _minute(moment: datetime) -> SafeString:
    """Day and time, which may stand on two lines where a column is narrow."""
    return format_html(
        '<time class="moment" datetime="{}"><span>{}</span> <span>{}</span></time>',
        moment.isoformat(timespec="minutes"),
        date_format(moment, "Y-m-d"),
        date_format(moment, "H:i"),
    )


@register.filter
def verb_label(entry) -> str:
    """What a history entry says was done: the label of the move, else of the model's ENTRY_LABELS {verb: label}."""
    model = _model(entry)
    moves = {move.verb: move.label for move in getattr(model, "MOVES", ())}
    return (
        moves.get(entry.verb)
        or getattr(model, "ENTRY_LABELS", {}).get(entry.verb)
        or SHARED_VERBS.get(entry.verb, entry.verb)
    )


@register.filter
def state_label(entry) -> str:
    """The words for the state that a history entry led to."""
    model = _model(entry)
    field = model and model._meta.get_field("state")
    return str(dict(field.flatchoices).get(entry.after, entry.after)) if field else entry.after


def _model(entry):
    return ContentType.objects.get_for_id(entry.subject_type_id).model_class()

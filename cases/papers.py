"""The papers of a file that no desk has: the minutes of a conference."""

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.models import Conference
from kernel.papers import Closing, Facts, Heading, Paper, Signatures, Text


def minutes_of(conference: Conference) -> Paper:
    """会商纪要."""
    begins_at = timezone.localtime(conference.begins_at)
    invited = conference.invitations.select_related("unit")
    facts = [
        (_("议题"), conference.topic),
        (_("时间"), f"{begins_at:%Y年%m月%d日 %H:%M}"),
        (_("地点"), conference.place),
        (_("召集单位"), conference.unit.name),
        (_("到会单位"), "、".join(one.unit.name for one in invited if one.came)),
        (_("未到会单位"), "、".join(one.unit.name for one in invited if one.came is False)),
        (_("到会人员"), conference.present),
        (_("其他参加人员"), conference.others),
    ]
    return Paper(
        title=_("会商纪要"),
        number=_("统一编号：%(number)s") % {"number": conference.case.number},
        mark="" if conference.decision else _("待召开"),
        blocks=[
            Facts(facts),
            Heading(_("一、议程")),
            Text(conference.agenda),
            Heading(_("二、会议情况")),
            Text(conference.minutes or "＿" * 60),
            Heading(_("三、会商决定")),
            Text(conference.decision or "＿" * 60),
            Signatures([_("主持人（签名）"), _("记录人（签名）")]),
            Closing([conference.unit.name, f"{begins_at:%Y年%m月%d日}"]),
        ],
    )

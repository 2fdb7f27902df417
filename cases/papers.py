"""What the papers of all desks share, their printings, and one that no desk has: the minutes of a conference."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cases.models import Conference, Deferral
from cases.states import DeferralKind, Side
from kernel.explanations import of_clock
from kernel.models import HistoryEntry
from kernel.papers import Closing, Facts, Heading, Paper, Signatures, Text


def particulars(party) -> list[tuple[str, str]]:
    """A party in full, on a paper of its own."""
    if party.organisation_id:
        return [(_("单位名称"), party.name), (_("统一社会信用代码"), party.organisation.uscc)]
    if not party.person_id:
        return [(_("姓名"), party.name)]
    person = party.person
    return [
        (_("姓名"), person.name),
        (_("性别"), person.get_sex_display()),
        (person.get_id_type_display(), person.id_number.plain if person.id_number else ""),
        (_("手机号码"), person.phone.plain if person.phone else ""),
        (_("住址"), person.address.plain if person.address else ""),
    ]


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


def notice_of_deferral(deferral: Deferral) -> Paper:
    """延期办理告知书 (信访工作条例 34: whoever extends tells the person why), or that a period stands still."""
    case, clock, rule = deferral.case, deferral.clock, deferral.clock.rule
    applicants = case.parties.filter(side=Side.APPLICANT)
    told = _("您反映的“%(title)s”，由%(unit)s办理。“%(rule)s”的期限")
    about = {"title": case.whole_title, "unit": deferral.unit, "rule": rule.name}
    if deferral.kind == DeferralKind.EXTEND:
        title, moved = _("延期办理告知书"), _("经审批延长%(amount)s。") % {"amount": deferral.asked_amount}
    else:
        title = _("期限暂停计算告知书")
        moved = _("自%(day)s起暂停计算。") % {"day": date_format(deferral.first_day)}
    return Paper(
        title=title,
        number=_("统一编号：%(number)s") % {"number": case.number},
        blocks=[
            Text("、".join(party.name for party in applicants) + "：", flush=True),
            Text(told % about + moved),
            Text(_("理由：%(reason)s") % {"reason": deferral.reason}),
            Heading(_("期限是这样计算的")),
            *map(Text, of_clock(clock)),
            Text(
                _("对办理期限有疑问，可以凭查询码查询，或者拨打 %(phone)s。")
                % {"phone": settings.CENTRE_PHONE}
            ),
            Closing([deferral.unit.name, date_format(timezone.localdate())]),
            Signatures([_("被告知人（签名）")]),
        ],
    )


@dataclass(frozen=True)
class Printing:
    """A paper went out of the printer for the `number`th time. `signed` is the entry of its signed scan, if any."""

    entry: HistoryEntry
    number: int
    signed: HistoryEntry | None

    def __str__(self):
        return _("第 %(number)d 次打印，%(at)s，%(by)s") % {
            "number": self.number,
            "at": f"{timezone.localtime(self.entry.at):%Y-%m-%d %H:%M}",
            "by": self.entry.by,
        }


@dataclass(frozen=True)
class Row:
    """A paper on a page of papers. One that is signed waits from its first printing until a scan is there."""

    label: str
    printings: list[Printing]
    page_url: str
    docx_url: str
    pdf_url: str
    signed_url: str = ""

    @property
    def signed(self) -> bool:
        return any(printing.signed for printing in self.printings)


def printings(subject, verb="print_paper") -> dict[str, list[Printing]]:
    """Every time that each paper of `subject` was printed, the first one first, with the signed copy that came back.

    The key is the paper's slug; a subject that is a paper itself has the one key "".
    """
    entries = subject.history.filter(verb__in=[verb, "keep_signed"])
    printed, signed = {}, {}
    for entry in entries.select_related("by").order_by("seq"):
        if entry.verb == "keep_signed":
            signed[entry.details["printing"]] = entry
        else:
            printed.setdefault(entry.details.get("paper", ""), []).append(entry)
    return {
        slug: [Printing(entry, n, signed.get(entry.seq)) for n, entry in enumerate(entries, 1)]
        for slug, entries in printed.items()
    }

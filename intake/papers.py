"""The papers of the hall. No paper bears an address or a telephone of the other side (practice.md, Mediation 10)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Wording
from cases.papers import particulars
from cases.states import MOST_REPRESENTATIVES, ConferenceState, Side
from intake.models import Settlement, Ticket, takes_part
from intake.states import WITNESSED, Signed
from kernel.models import HistoryEntry
from kernel.moments import NEVER, last_day_of
from kernel.papers import Closing, Facts, Heading, Paper, Signatures, Table, Text, written
from people.models import User

ROOM = 5
"""Empty rows of a list, to be filled in by hand."""


@dataclass(frozen=True)
class Visit:
    """What the papers of a matter are made from. `ticket` is None where it came in without a visit."""

    case: Case
    ticket: Ticket | None
    reader: User | None = None

    @property
    def applicants(self) -> list:
        return list(self.case.parties.filter(side=Side.APPLICANT).select_related("person", "organisation"))

    @property
    def opened_at(self):
        return timezone.localtime(self.case.opened_at)

    def concerns(self, user) -> bool:
        """Whether they have reason enough to see its papers in full."""
        return takes_part(self.case, user)

    def readings(self) -> list["Reading"]:
        """The last time that the record was read back to each applicant."""
        names = {party.pk: party.name for party in self.applicants}
        corrected = self.case.history.filter(verb="correct").order_by("seq").last()
        last = {}
        for entry in self.case.history.filter(verb="read_back").select_related("by").order_by("seq"):
            overtaken = bool(corrected) and corrected.seq > entry.seq
            last[entry.details["party"]] = Reading(entry, names.get(entry.details["party"], ""), overtaken)
        return list(last.values())

    @property
    def has_witness(self) -> bool:
        """Whether somebody who could or would not sign was read to before a witness."""
        return any(reading.signed in WITNESSED for reading in self.readings() if not reading.overtaken)


@dataclass(frozen=True)
class Reading:
    """What was registered was read back to `name`. `overtaken` where it was corrected since."""

    entry: HistoryEntry
    name: str
    overtaken: bool

    @property
    def signed(self) -> Signed:
        return Signed(self.entry.details["signed"])

    def __str__(self):
        return gettext("%(at)s，由%(by)s向%(name)s宣读：%(note)s。") % {
            "at": f"{timezone.localtime(self.entry.at):%Y年%m月%d日 %H:%M}",
            "by": self.entry.by,
            "name": self.name,
            "note": self.entry.shown_note,
        }


def visit_of(case: Case, reader: User | None = None) -> Visit:
    """`reader` is for whom it is printed, where a paper tells of other matters too."""
    tickets = Ticket.objects.select_related("visitor", "window", "unit")
    return Visit(case, tickets.filter(query_code=case.query_code).first(), reader)


def register_form(visit: Visit) -> Paper:
    """来访登记表, read back and signed (信访工作条例 19)."""
    case, ticket = visit.case, visit.ticket
    others = case.parties.exclude(side=Side.APPLICANT)
    rows = [row for party in visit.applicants for row in particulars(party)]
    rows += [
        (_("来访人数"), f"{ticket.head_count}" if ticket else ""),
        (_("来访时间"), f"{visit.opened_at:%Y年%m月%d日 %H:%M}"),
        (_("来源"), case.get_channel_display()),
        (_("对方当事人"), "、".join(party.name for party in others)),
        (_("事项"), case.whole_title),
        (_("诉求"), case.story),
        (_("办理途径"), case.outlet.name),
        (_("接待人员"), receivers(ticket)),
    ]
    return Paper(
        title=_("来访登记表"),
        number=_("统一编号：%(number)s") % {"number": case.number},
        blocks=[
            Facts(rows),
            Text(confirmation(visit)),
            Signatures(
                [
                    _("来访人（签名或按指印）"),
                    *([_("见证人（签名）")] if visit.has_witness else []),
                    _("接待人员（签名）"),
                    _("记录人（签名）"),
                ]
            ),
        ],
    )


def confirmation(visit: Visit) -> str:
    """What was read back, to whom and how they confirmed it; before that, the words to be signed."""
    readings = [reading for reading in visit.readings() if not reading.overtaken]
    if not readings:
        return gettext("口头提出的，由接待人员如实记录。以上记录已向来访人宣读，经本人核对无误。")
    return "\n".join([gettext("口头提出的，由接待人员如实记录。"), *map(str, readings)])


def receivers(ticket) -> str:
    """All who sat at the window, with their seats."""
    if ticket is None:
        return ""
    return "、".join(
        f"{one.user}（{one.get_role_display()}）" for one in ticket.receivers.select_related("user")
    )


def list_of_materials(visit: Visit) -> Paper:
    """材料接收清单: what was handed over, and by whom; room to write where nothing was entered yet."""
    materials = visit.case.materials.standing().select_related("party", "by")
    rows = [
        [
            str(n),
            material.name,
            material.get_kind_display(),
            _("%(pages)d 页 %(copies)d 份") % {"pages": material.pages, "copies": material.copies},
            material.party.name if material.party else "",
            f"{timezone.localtime(material.received_at):%m月%d日}",
            f"{material.returned_on:%m月%d日}" if material.returned_on else "",
        ]
        for n, material in enumerate(materials, 1)
    ]
    room = [[str(n), *[""] * 6] for n in range(1, ROOM + 1)]
    head = [_("序号"), _("材料名称"), _("种类"), _("数量"), _("提交人"), _("接收日期"), _("退还日期")]
    return Paper(
        title=_("材料接收清单"),
        number=_("统一编号：%(number)s") % {"number": visit.case.number},
        blocks=[
            Table(head, rows or room, shares=(3, 8, 5, 6, 5, 7, 7)),
            Text(_("本清单一式两份，提交人和接收单位各执一份。原件核对后退还的，在“退还日期”栏注明。")),
            Signatures([_("提交人（签名）"), _("接收人（签名）")]),
        ],
    )


def notice_at_once(visit: Visit) -> Paper:
    """一次性告知单: what happens next, what is missing, whom to ask; room to write where nothing was entered."""
    case = visit.case
    missing = [
        [str(n), one.name, one.how, f"{one.due_on:%Y年%m月%d日}" if one.due_on else ""]
        for n, one in enumerate(case.requirements.standing(), 1)
    ]
    return Paper(
        title=_("一次性告知单"),
        number=_("统一编号：%(number)s") % {"number": case.number},
        blocks=[
            Text("、".join(party.name for party in visit.applicants) + "：", flush=True),
            Text(
                _(
                    "您提出的“%(title)s”已登记，办理途径为%(outlet)s，由%(unit)s办理。凭查询码%(code)s可以查询进度。"
                )
                % {
                    "title": case.whole_title,
                    "outlet": case.outlet.name,
                    "unit": case.unit.name,
                    "code": case.query_code,
                }
            ),
            Text(case.outlet.advice),
            Heading(_("需要补充的材料")),
            Table(
                [_("序号"), _("材料名称"), _("要求"), _("提交期限")],
                missing or [[str(n), "", "", ""] for n in range(1, ROOM + 1)],
                shares=(2, 8, 7, 5),
            ),
            Text(_("联系电话：%(phone)s") % {"phone": case.unit.phone or "＿＿＿＿＿＿＿＿"}, flush=True),
            Signatures([_("告知人（签名）"), _("来访人（签名）")]),
        ],
    )


def route_notice(visit: Visit) -> Paper:
    """Another legal route (信访工作条例 31), or not this district (23): the words are the outlet's."""
    case, outlet = visit.case, visit.case.outlet
    told = Settlement.objects.filter(case=case).exclude(said="").order_by("-pk").first()
    return Paper(
        title=label_of("route-notice", visit),
        number=_("统一编号：%(number)s") % {"number": case.number},
        blocks=[
            Text("、".join(party.name for party in visit.applicants) + "：", flush=True),
            Text(
                _("您于%(day)s提出的“%(title)s”，我们已经登记。")
                % {"day": f"{visit.opened_at:%Y年%m月%d日}", "title": case.whole_title}
            ),
            Text(outlet.notice_text),
            Heading(_("请向下列机关、单位提出")),
            Text(told.said if told else "＿" * 30),
            Text(
                _("凭查询码%(code)s可以查询登记情况、作出评价。联系电话：%(phone)s")
                % {"code": case.query_code, "phone": case.unit.phone or "＿＿＿＿＿＿＿＿"}
            ),
            Closing([case.unit.name, f"{timezone.localdate():%Y年%m月%d日}"]),
            Signatures([_("告知人（签名）"), _("来访人（签名）")]),
        ],
    )


def privacy_notice(visit: Visit) -> Paper:
    """个人信息处理告知书 (个人信息保护法 17): who processes them stands first, the rest is the centre's wording."""
    unit = visit.ticket.unit if visit.ticket else visit.case.unit
    return Paper(
        title=Wording.Code.PRIVACY.label,
        blocks=[
            Facts([(_("个人信息处理者"), unit.name), (_("联系方式"), unit.phone)]),
            *written(Wording.objects.get(code=Wording.Code.PRIVACY).text),
            Signatures([_("被告知人（签名）")]),
        ],
    )


def choice_of_representatives(visit: Visit) -> Paper:
    """群体来访代表推选书: five at most (信访工作条例 20)."""
    ticket = visit.ticket
    chosen = list(ticket.representatives.all()) if ticket else []
    rows = [[str(one.place), one.name, one.phone.plain if one.phone else "", ""] for one in chosen]
    rows += [[str(n), "", "", ""] for n in range(len(rows) + 1, MOST_REPRESENTATIVES + 1)]
    return Paper(
        title=_("群体来访代表推选书"),
        number=_("统一编号：%(number)s") % {"number": visit.case.number},
        blocks=[
            Text(
                _("我们就“%(title)s”共同推选以下代表（不超过五名），代表我们反映情况、提出诉求。")
                % {"title": visit.case.whole_title}
            ),
            Table([_("序号"), _("姓名"), _("联系电话"), _("代表签名")], rows),
            Heading(_("推选人签名")),
            Table([_("姓名"), _("签名"), _("姓名"), _("签名")], [[""] * 4 for _row in range(2 * ROOM)]),
        ],
    )


def power_of_attorney(visit: Visit) -> Paper:
    """授权委托书: general, or special where each power is named."""
    return Paper(
        title=_("授权委托书"),
        number=_("统一编号：%(number)s") % {"number": visit.case.number},
        blocks=[
            Facts(
                [
                    (_("委托人"), "、".join(party.name for party in visit.applicants)),
                    (_("受委托人"), ""),
                    (_("证件号码"), ""),
                    (_("联系电话"), ""),
                    (_("与委托人关系"), ""),
                ]
            ),
            Text(_("委托人就“%(title)s”委托上述受委托人代为办理。") % {"title": visit.case.whole_title}),
            Text(_("委托权限（请勾选）：\n□ 一般授权：代为陈述、提交和接收材料。")),
            Text(_("□ 特别授权：代为承认、放弃、变更请求，代为达成并签署协议。")),
            Text(_("委托期限：自　　　年　　月　　日至　　　年　　月　　日。")),
            Signatures([_("委托人（签名）"), _("受委托人（签名）")]),
        ],
    )


def contact_log(visit: Visit) -> Paper:
    """联系记录: whom we rang, when, and what they said."""
    rows = [
        [f"{timezone.localtime(one.at):%Y-%m-%d %H:%M}", one.whom, one.said, str(one.by)]
        for one in visit.case.contacts.select_related("by")
    ]
    return Paper(
        title=_("联系记录"),
        number=_("统一编号：%(number)s") % {"number": visit.case.number},
        blocks=[
            Table(
                [_("时间"), _("联系对象"), _("内容"), _("记录人")],
                rows or [[""] * 4] * ROOM,
                shares=(2, 2, 5, 2),
            )
        ],
    )


def reception_brief(visit: Visit) -> Paper:
    """接访简报: one page for the leader who receives the visitor (practice.md, House and hall 17)."""
    case, ticket, round = visit.case, visit.ticket, visit.case.latest_round()
    people = [value for party in visit.applicants[:1] for _label, value in particulars(party) if value]
    heads = gettext("%(count)d 人") % {"count": ticket.head_count if ticket else case.people_count}
    care = ticket.get_care_display() if ticket and ticket.care else ""
    until = gettext("，%(day)s到期") % {"day": f"{last_day_of(round.due_at):%Y年%m月%d日}"}
    owing = "、".join(str(one.to_unit) for one in case.requests.unfinished().select_related("to_unit"))
    facts = [
        (_("来访人"), cut("，".join(people), 2 * LINE)),
        (_("人数和照顾"), "，".join(filter(None, [heads, care]))),
        (_("此前事项"), earlier(visit)),
        (_("诉求"), cut(case.story, 6 * LINE)),
        (_("办理"), f"{round.unit}（{round.get_state_display()}）{until if round.due_at < NEVER else ''}"),
        (_("已做工作"), "\n".join(done(visit)) or _("尚无联系、批示和会商。")),
        (_("尚欠答复"), cut(owing, LINE) or _("无")),
        (_("领导意见"), "\n\n\n"),
    ]
    return Paper(
        title=_("领导接访简报"),
        number=_("统一编号：%(number)s") % {"number": case.number},
        blocks=[Facts(facts)],
        foot=_("%(day)s 详见案卷") % {"day": f"{timezone.localdate():%Y年%m月%d日}"},
    )


LINE, STEPS = 26, 3
"""Letters on a line, and so many earlier matters and steps: then the brief stays on one page."""


def cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 1]}…"


def earlier(visit: Visit) -> str:
    """How often the applicants were here before, as far as the reader may know, and how it ended."""
    people = [party.person_id for party in visit.applicants if party.person_id]
    before = (
        Case.objects.visible_to(visit.reader).filter(parties__person__in=people).exclude(pk=visit.case.pk)
    )
    found = list(before.distinct().order_by("-opened_at")[: STEPS + 1])
    if not found:
        return gettext("没有登记过")
    told = [f"{one.number} {cut(one.title, 6)}（{one.get_state_display()}）" for one in found[:STEPS]]
    return "\n".join(told) + (gettext("等") if len(found) > STEPS else "")


def done(visit: Visit) -> list[str]:
    """The last contacts, instructions and conferences, a line each."""
    case = visit.case
    rows = [(one.at, f"{one.whom}：{one.said}") for one in case.contacts.order_by("-at")[:STEPS]]
    rows += [(one.at, f"{one.author}：{one.words}") for one in case.instructions.order_by("-at")[:STEPS]]
    held = case.conferences.filter(state=ConferenceState.HELD).order_by("-begins_at")[:STEPS]
    rows += [(one.begins_at, gettext("会商：%(decision)s") % {"decision": one.decision}) for one in held]
    latest = sorted(sorted(rows, reverse=True)[:STEPS])
    return [f"{timezone.localtime(at):%m-%d} {cut(text, 2 * LINE - 6)}" for at, text in latest]


PAPERS: dict[str, tuple[str, Callable[[Visit], Paper]]] = {
    "register-form": (_("来访登记表"), register_form),
    "materials": (_("材料接收清单"), list_of_materials),
    "notice": (_("一次性告知单"), notice_at_once),
    "route-notice": (_("导入法定途径告知书"), route_notice),
    "privacy": (_("个人信息处理告知书"), privacy_notice),
    "representatives": (_("群体来访代表推选书"), choice_of_representatives),
    "attorney": (_("授权委托书"), power_of_attorney),
    "contacts": (_("联系记录"), contact_log),
    "reception-brief": (_("领导接访简报"), reception_brief),
}

UNSIGNED = frozenset({"contacts", "reception-brief"})
"""Papers that nobody signs."""


def label_of(slug: str, visit: Visit) -> str:
    """What a paper is called, in lists as on its head: the notice of an outlet has the name that the outlet gives."""
    given = visit.case.outlet.notice_title if slug == "route-notice" else ""
    return given or str(PAPERS[slug][0])


def fitting(visit: Visit) -> list[str]:
    """The papers that this matter may need."""
    asked = {
        "representatives": bool(visit.ticket and visit.ticket.head_count >= MOST_REPRESENTATIVES),
        "route-notice": visit.case.outlet.leads_away,
    }
    return sorted(filter(lambda slug: asked.get(slug, True), PAPERS), key=lambda slug: slug != "route-notice")

"""The papers of a mediation's file (人民调解法 4, 23, 24, 26 to 31, 33; 司发通〔2010〕239号).

A paper for one side bears no address or telephone of the other (practice.md, Mediation 10); the agreement names all
parties in full, as the law asks of it. Where violence is named even it bears neither: a court is told apart.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import FollowUp, Wording
from cases.papers import particulars, printings
from cases.states import Side
from kernel.models import Attachment
from kernel.papers import Closing, Facts, Heading, Paper, Signatures, Table, Text, written
from mediation.capitals import date_in_chinese
from mediation.endings import ENDINGS
from mediation.endings import told as told_channels
from mediation.models import (
    Agreement,
    Archive,
    Consent,
    JudicialConfirmation,
    Mediation,
    Payment,
    PoliceReport,
    RecordSignature,
    Session,
    SessionPlan,
    Signature,
)
from mediation.orders import asked_for, claim_of, is_due
from mediation.services import details_of
from mediation.session_papers import (
    attempt_blocks,
    attendance_rows,
    invitation_blocks,
    police_blocks,
    signed_blocks,
)
from mediation.states import LIVE, AgreementState, Ground, PlanState, State
from people.roles import Restriction

ROOM = 6
"""Empty rows or lines, to be filled in by hand."""
BLANK = "＿" * 12
BLANKS = "　" * 3
DAY = "%Y年%m月%d日"
SETTLED = frozenset({AgreementState.SIGNING, AgreementState.IN_FORCE})
COUNTS = "零一二三四五六七八九十"


@dataclass(frozen=True)
class File:
    """What the papers of one mediation are made from."""

    mediation: Mediation
    parties: list
    sessions: list[Session]
    plans: list[SessionPlan]
    police_reports: list[PoliceReport]
    agreements: list[Agreement]
    followed_up: FollowUp | None
    consents: list[Consent]
    payments: list[Payment]
    archive: Archive | None = None

    @property
    def case(self):
        return self.mediation.case

    @property
    def agreement(self) -> Agreement | None:
        """The version that counts."""
        return next((one for one in self.agreements if one.state in LIVE), None)

    @property
    def number(self) -> str:
        return _("统一编号：%(number)s") % {"number": self.case.number}

    @property
    def in_force(self) -> Agreement | None:
        agreement = self.agreement
        return agreement if agreement and agreement.state == AgreementState.IN_FORCE else None

    def of_side(self, side) -> list:
        return [party for party in self.parties if party.side == side]

    def names(self, *sides) -> str:
        return "、".join(party.name for party in self.parties if not sides or party.side in sides)


def file_of(mediation: Mediation) -> File:
    return File(
        mediation=mediation,
        parties=list(mediation.case.parties.select_related("person", "organisation")),
        sessions=list(
            mediation.sessions.select_related("recorded_by", "plan").prefetch_related(
                "attended",
                "attempts",
                "signatures__image",
                "addenda__added_by",
                "plan__guests__party",
                "plan__guests__unit",
            )
        ),
        plans=list(mediation.plans.exclude(state=PlanState.CANCELLED).prefetch_related("guests__party")),
        police_reports=list(mediation.police_reports.select_related("reported_by")),
        agreements=list(mediation.agreements.all()),
        followed_up=FollowUp.objects.filter(round=mediation.round_id).select_related("by").first(),
        consents=list(mediation.consents.select_related("party", "chosen")),
        payments=list(
            Payment.objects.filter(performance__agreement__mediation=mediation)
            .select_related(
                "performance__case", "performance__instalment__payer", "performance__instalment__payee"
            )
            .order_by("performance__number", "paid_on", "pk")
        ),
        archive=Archive.objects.filter(mediation=mediation)
        .select_related("archived_by", "retention")
        .first(),
    )


# --- Before and during ------------------------------------------------------------------------------------------------


def application(file: File) -> Paper:
    """人民调解申请书 (17): the applicant in full, the other side by name."""
    rows = [row for party in file.of_side(Side.APPLICANT) for row in particulars(party)]
    rows += [
        (_("被申请人"), file.names(Side.RESPONDENT, Side.THIRD)),
        (_("纠纷简要情况"), file.case.story),
        (_("申请事项"), "\n\n"),
    ]
    return Paper(
        title=_("人民调解申请书"),
        number=file.number,
        blocks=[
            Facts(rows),
            Text(
                _("根据《中华人民共和国人民调解法》第十七条，特向%(committee)s申请调解。")
                % {"committee": file.mediation.unit}
            ),
            Signatures([_("申请人（签名、盖章或按指印）")]),
        ],
    )


def register(file: File) -> Paper:
    """人民调解受理登记表 (27)."""
    case, mediation = file.case, file.mediation
    opened = timezone.localtime(mediation.opened_at)
    return Paper(
        title=_("人民调解受理登记表"),
        number=file.number,
        blocks=[
            Facts(
                [
                    (_("受理时间"), f"{opened:%Y年%m月%d日 %H:%M}"),
                    (_("纠纷来源"), mediation.get_source_display()),
                    (_("调解种类"), mediation.get_kind_display()),
                    (_("申请人"), file.names(Side.APPLICANT)),
                    (_("被申请人"), file.names(Side.RESPONDENT, Side.THIRD)),
                    (_("纠纷类别"), case.category.name),
                    (_("涉及人数"), str(case.people_count)),
                    (_("涉及金额"), "" if case.amount is None else f"{case.amount:,.2f} 元"),
                    (_("纠纷简要情况"), case.story),
                    (_("调解意愿"), willingness(file)),
                    (
                        _("受理意见"),
                        _("受理，由人民调解员%(mediator)s调解。") % {"mediator": mediation.mediator},
                    ),
                ]
            ),
            Signatures([_("登记人（签名）"), _("人民调解员（签名）")]),
        ],
    )


def willingness(file: File) -> str:
    """What each party answered, and how and when it was asked (17, 23); room to write where nobody was."""
    answers = {consent.party_id: consent for consent in file.consents}
    return "\n".join(answered(answers[party.pk]) for party in file.parties if party.pk in answers) or "\n"


def answered(consent: Consent) -> str:
    """陈素芬：同意调解（当面，2026年08月17日 10:20），接受调解员连翠英。"""
    told = _("%(name)s：%(answer)s（%(way)s，%(at)s）") % {
        "name": consent.party.name,
        "answer": consent.get_answer_display(),
        "way": consent.get_way_display(),
        "at": f"{timezone.localtime(consent.asked_at):%Y年%m月%d日 %H:%M}",
    }
    chosen = _("选定（接受）调解员%(name)s") % {"name": consent.chosen} if consent.chosen_id else ""
    return "，".join(filter(None, [told, chosen, consent.get_openness_display()]))


def rights(file: File) -> Paper:
    """人民调解当事人权利义务告知书: obligatory in every file (practice.md, Mediation 8)."""
    return Paper(
        title=Wording.Code.MEDIATION_RIGHTS.label,
        number=file.number,
        blocks=[
            Text(file.names() + "：", flush=True),
            *written(Wording.objects.get(code=Wording.Code.MEDIATION_RIGHTS).text),
            Text(_("以上内容已告知，当事人已经知晓。")),
            Text(willingness(file).strip()),
            Signatures([*signing(file.parties), _("人民调解员（签名）")]),
        ],
    )


def signing(parties) -> list[str]:
    """A line for each: 申请人　陈素芬（签名、盖章或按指印）."""
    return [f"{party.get_side_display()}　{party.name}{_('（签名、盖章或按指印）')}" for party in parties]


def inquiry(file: File) -> Paper:
    """人民调解调查记录: filled in by hand where the mediator goes to ask."""
    return Paper(
        title=_("人民调解调查记录"),
        number=file.number,
        blocks=[
            Facts(
                [
                    (_("调查时间"), ""),
                    (_("调查地点"), ""),
                    (_("调查人"), str(file.mediation.mediator)),
                    (_("记录人"), ""),
                    (_("被调查人"), ""),
                    (_("与当事人关系"), ""),
                    (_("调查内容"), "\n" * 14),
                ]
            ),
            Text(READ_BACK),
            Signatures([_("被调查人（签名或按指印）"), _("调查人（签名）"), _("记录人（签名）")]),
        ],
    )


READ_BACK = gettext_lazy("以上记录已向在场人员宣读（交本人阅读），核对无误。")


def session_record(file: File, session: Session) -> Paper:
    """人民调解记录: one session, read back and signed by those who came (27)."""
    attended = list(session.attended.all())
    held = timezone.localtime(session.held_at)
    return Paper(
        title=_("人民调解记录"),
        number=f"{file.case.number} · {session}",
        blocks=[
            Facts(
                [
                    (_("时间"), f"{held:%Y年%m月%d日 %H:%M}"),
                    (_("地点"), session.place),
                    (
                        _("当事人"),
                        "；".join(f"{party.get_side_display()} {party.name}" for party in attended),
                    ),
                    (_("参加人"), session.others),
                    (_("人民调解员"), str(file.mediation.mediator)),
                    (_("记录人"), str(session.recorded_by)),
                    *attendance_rows(session),
                ]
            ),
            Heading(_("调解情况")),
            Text(session.record),
            *attempt_blocks(session),
            Text(READ_BACK),
            Signatures([*signing(attended), _("人民调解员（签名）"), _("记录人（签名）")]),
            *signed_blocks(session),
        ],
    )


def invitation(file: File, plan: SessionPlan) -> Paper:
    """调解通知书 of one session."""
    return Paper(title=_("调解通知书"), number=file.number, blocks=invitation_blocks(plan))


def police_report(file: File, report: PoliceReport) -> Paper:
    """报告公安机关登记表 of one report (25)."""
    return Paper(title=_("报告公安机关登记表"), number=file.number, blocks=police_blocks(report))


def notice(file: File) -> Paper:
    """终止调解通知书: why the mediation ended, by which article, and which channels stay open (26)."""
    mediation, began = file.mediation, timezone.localdate(file.mediation.opened_at)
    told = _("你们之间的“%(title)s”纠纷，%(committee)s于%(day)s受理调解。因%(ground)s，现依法终止调解。")
    sent_on = _("本事项已转%(unit)s，凭登记时的查询码可以查询进度。")
    channels = _(
        "根据《中华人民共和国人民调解法》第二十六条，你们可以依法通过仲裁、行政、司法等途径维护自己的权利："
    )
    return Paper(
        title=_("终止调解通知书"),
        number=file.number,
        blocks=[
            Text(file.names() + "：", flush=True),
            Text(
                told
                % {
                    "title": file.case.whole_title,
                    "committee": mediation.unit,
                    "day": f"{began.year}年{began.month}月{began.day}日",
                    "ground": mediation.get_ground_display(),
                }
            ),
            Text(ENDINGS[Ground(mediation.ground)].because),
            Text(f"{channels}\n{told_channels(mediation.ground)}"),
            Text("" if mediation.ground == Ground.WITHDRAWN else sent_on % {"unit": mediation.round.unit}),
            Text(_("人民调解不收取任何费用。")),
            Closing(
                [
                    _("人民调解员：%(name)s") % {"name": mediation.mediator},
                    _("%(committee)s（印章）") % {"committee": mediation.unit},
                    date_in_chinese(timezone.localdate(mediation.ended_at)),
                ]
            ),
            Signatures([_("%(name)s（签收）") % {"name": party.name} for party in file.parties]),
        ],
    )


# --- The agreement ----------------------------------------------------------------------------------------------------


def agreement_paper(agreement: Agreement) -> Paper:
    """人民调解协议书 (29), or the register form of an oral one (28): in full; what is not on it was never agreed."""
    mediation = agreement.mediation
    places = list(agreement.places()) or places_of_a_draft(agreement)
    parties = [place for place in places if place.party_id]
    blocks = [Text(line) for place in parties for line in party_lines(place, mediation.case)]
    for head, text in sections(agreement):
        blocks += [Heading(f"{head}："), Text(text)]
    blocks += schedule(agreement, {place.party_id: place.name for place in parties})
    blocks.append(Text(binds_orally() if agreement.is_oral else binds(mediation, len(parties))))
    if not agreement.is_oral:
        blocks.append(Signatures([signature_line(place, mediation) for place in places]))
    return Paper(
        title=title(agreement),
        mark=mark_of(agreement),
        number=agreement.number or number_to_come(agreement),
        blocks=[*blocks, Closing(closing(agreement))],
        foot=foot(agreement, mediation.case.number),
    )


def title(agreement: Agreement) -> str:
    return _("人民调解口头协议登记表") if agreement.is_oral else agreement.title


def mark_of(agreement: Agreement) -> str:
    """What a version is that binds nobody."""
    if agreement.state in SETTLED:
        return ""
    return _("草稿，不具有效力") if agreement.state in LIVE else _("已作废，不具有效力")


def number_to_come(agreement: Agreement) -> str:
    return "" if agreement.is_oral else f"（{timezone.localdate():%Y}）______第______号"


def closing(agreement: Agreement) -> list[str]:
    mediation, day = agreement.mediation, agreement.in_force_on
    dated = date_in_chinese(day) if day else "　　年　　月　　日"
    if agreement.is_oral:
        return [_("登记的人民调解员：%(name)s") % {"name": mediation.mediator}, str(mediation.unit), dated]
    if not mediation.is_stamped:
        return [f"{mediation.terms.mediator}：{mediation.mediator}", str(mediation.unit), dated]
    return [str(mediation.unit), _("（印章）"), dated]


def foot(agreement: Agreement, number: str) -> str:
    digest = agreement.content_hash[:16]
    told = _("统一编号 %(number)s") % {"number": number}
    return told + "　" + _("内容摘要 %(digest)s") % {"digest": digest} if digest else told


def binds(mediation: Mediation, parties: int) -> str:
    """From when it binds, and who has a copy: each party, and whoever keeps one of its kind."""
    keepers = mediation.terms.keepers
    copies = parties + len(keepers)
    counted = COUNTS[copies] if copies < len(COUNTS) else str(copies)
    kept = "，".join(_("%(keeper)s留存一份") % {"keeper": keeper} for keeper in keepers)
    return str(mediation.terms.effect) + _("本协议一式%(copies)s份，各方当事人各执一份，%(kept)s。") % {
        "copies": counted,
        "kept": kept,
    }


def binds_orally() -> str:
    return _(
        "以上内容由各方当事人口头达成，自达成之日起生效，具有法律约束力，当事人应当按照约定履行；"
        "由人民调解员登记存档。"
    )


def places_of_a_draft(agreement: Agreement) -> list[Signature]:
    """Who would sign as things stand, unsaved: a draft has no places to sign yet, and an oral agreement never."""
    mediation = agreement.mediation
    parties = list(mediation.case.parties.select_related("person", "organisation"))
    places = [
        Signature(party=party, name=party.name, details=details)
        for party, details in zip(parties, details_of(parties), strict=True)
    ]
    own = Signature(mediator=mediation.mediator, name=mediation.mediator.name)
    return [*places, own] if mediation.is_stamped else places


def party_lines(place: Signature, case) -> list[str]:
    """The party, then whoever acts for them: 法定代理人（母亲）、委托代理人（特别授权）."""
    facts = json.loads(place.details.plain or "{}")
    people = [(Side(place.party.side).label, place.name, facts)]
    people += [(one["as"], one["name"], one) for one in facts.get("stand_ins", ())]
    left_out = WHERE if case.restriction == Restriction.VIOLENCE else ()
    return [line_of(*person, left_out=left_out) for person in people]


WHERE = ("address", "phone")


def line_of(role, name: str, facts: dict[str, str], *, left_out=()) -> str:
    """申请人：陈素芬，女，1958年3月8日出生，居民身份证号码……，住……，联系电话……。"""
    facts = {key: value for key, value in facts.items() if key not in left_out}
    born = parse_date(facts.get("birth_on", ""))
    parts = [
        f"{role}：{name}",
        facts.get("sex"),
        born and f"{born.year}年{born.month}月{born.day}日出生",
        facts.get("id_number") and f"{facts['id_type']}号码{facts['id_number']}",
        facts.get("uscc") and f"统一社会信用代码{facts['uscc']}",
        facts.get("address") and f"住{facts['address']}",
        facts.get("phone") and f"联系电话{facts['phone']}",
    ]
    return "，".join(part for part in parts if part) + "。"


def sections(agreement: Agreement) -> list[tuple[str, str]]:
    """The headed parts; one without text is left out."""
    parts = [
        (_("纠纷主要事实、争议事项"), agreement.facts),
        (_("各方当事人的责任"), agreement.duties),
        (_("经调解，当事人自愿达成如下协议"), f"{agreement.terms}\n{amount_line(agreement)}"),
        (_("履行方式、期限"), f"{agreement.performance}\n{deadline_line(agreement)}"),
    ]
    return [(head, text) for head, text in parts if text.strip()]


def amount_line(agreement: Agreement) -> str:
    if agreement.amount is None:
        return ""
    amount = {"capitals": agreement.amount_in_capitals, "figures": agreement.amount_in_figures}
    return _("协议金额：%(capitals)s（¥%(figures)s）。") % amount


def schedule(agreement: Agreement, names: dict[int, str]) -> list[Heading | Table | Text]:
    """分期履行 as a table, each amount in figures and in capitals; nothing where all is paid at once."""
    rows = [
        [
            str(one.number),
            names.get(one.payer_id, one.payer.name),
            names.get(one.payee_id, one.payee.name),
            f"{one.amount_in_figures}（{one.amount_in_capitals}）",
            f"{one.due_on.year}年{one.due_on.month}月{one.due_on.day}日前" if one.due_on else "",
            one.get_way_display(),
        ]
        for one in agreement.instalment_rows()
    ]
    if not rows:
        return []
    head = [_("期次"), _("付款人"), _("收款人"), _("金额（元）"), _("履行期限"), _("方式")]
    left = _("留有余额：%(why)s") % {"why": agreement.open_reason} if agreement.open_reason else ""
    return [Heading(_("分期履行：")), Table(head, rows, shares=(1, 2, 2, 4, 3, 2)), Text(left)]


def deadline_line(agreement: Agreement) -> str:
    day = agreement.perform_by
    return _("履行期限：%(day)s前。") % {"day": f"{day.year}年{day.month}月{day.day}日"} if day else ""


def signature_line(place: Signature, mediation: Mediation) -> str:
    if place.mediator_id:
        return _("%(mediator)s　%(name)s（签名）") % {
            "mediator": mediation.terms.mediator,
            "name": place.name,
        }
    signed = _("%(name)s（由%(signer)s代签）") if place.signer_id else "%(name)s"
    name = signed % {"name": place.name, "signer": place.signer.name if place.signer_id else ""}
    return f"{Side(place.party.side).label}　{name}{_('（签名、盖章或按指印）')}"


# --- Afterwards -------------------------------------------------------------------------------------------------------


def confirmation(file: File) -> Paper:
    """司法确认申请书 (33; 民事诉讼法 205): both parties together, within thirty days of effect."""
    asked = _("现共同请求人民法院依法确认该协议的效力。")
    return jointly_asked(file, _("司法确认申请书"), asked, _("人民法院"))


def arbitration(file: File) -> Paper:
    """仲裁审查申请书 (劳动人事争议仲裁办案规则 74): both parties together, within fifteen days of effect."""
    asked = _("现共同请求仲裁委员会审查该协议，制作仲裁调解书。")
    return jointly_asked(file, _("仲裁审查申请书"), asked, _("劳动人事争议仲裁委员会"))


def jointly_asked(file: File, title: str, asked: str, to: str) -> Paper:
    agreement = file.agreement
    because = _("申请人就“%(title)s”纠纷，经%(committee)s调解，于%(day)s达成调解协议（%(number)s）。")
    about = {
        "title": file.case.whole_title,
        "committee": file.mediation.unit,
        "day": date_in_chinese(agreement.in_force_on),
        "number": agreement.number,
    }
    promise = _(
        "申请人承诺：达成协议系双方自愿，没有恶意串通、规避法律的行为；因协议内容给他人造成损害的，愿意承担相应的民事责任和其他法律责任。"
    )
    blocks = [
        Text(line) for place in agreement.places() if place.party_id for line in party_lines(place, file.case)
    ]
    return Paper(
        title=title,
        number=file.number,
        blocks=[
            *blocks,
            Heading(_("请求事项和理由")),
            Text(because % about + asked),
            Text(promise),
            Text(
                _("附：%(title)s、身份证明、与纠纷有关的证明材料，送达地址和联系电话确认书。")
                % {"title": agreement.title}
            ),
            Text(_("此致") + f"\n{BLANK}" + to, flush=True),
            Signatures(signing(file.parties)),
        ],
    )


def payment_order(file: File) -> Paper:
    """支付令申请书 (劳动争议调解仲裁法 16; 民事诉讼法 225): the agreement is the proof of the debt."""
    agreement = file.in_force
    because = _(
        "双方于%(day)s达成调解协议（%(number)s），用人单位在协议约定的期限内没有履行。"
        "根据《中华人民共和国劳动争议调解仲裁法》第十六条，劳动者可以持调解协议书依法向人民法院申请支付令。"
    )
    about = {"day": date_in_chinese(agreement.in_force_on), "number": agreement.number}
    blocks = [
        Text(line) for place in agreement.places() if place.party_id for line in party_lines(place, file.case)
    ]
    return Paper(
        title=_("支付令申请书"),
        number=file.number,
        blocks=[
            *blocks,
            Heading(_("请求事项")),
            Text(asked_for(agreement)),
            Heading(_("事实和理由")),
            Text(because % about),
            Text(_("附：调解协议书、身份证明，用人单位没有按期履行的证明材料。")),
            Text(_("此致") + f"\n{BLANK}" + _("人民法院"), flush=True),
            Signatures(signing(file.of_side(Side.APPLICANT))),
        ],
    )


def receipt(file: File) -> Paper:
    """履行凭证: what was paid or done, by whom and to whom."""
    agreement = file.in_force
    amount = "" if agreement is None else amount_line(agreement)
    return Paper(
        title=_("调解协议履行凭证"),
        number=file.number,
        blocks=[
            Facts(
                [
                    (_("协议编号"), agreement.number if agreement else ""),
                    (_("协议金额"), amount),
                    (_("本次履行内容"), "\n"),
                    (_("履行方式"), agreement.performance if agreement else ""),
                    (_("履行日期"), ""),
                    (_("履行人"), ""),
                    (_("接受人"), ""),
                ]
            ),
            *payment_blocks(file),
            Signatures([_("履行人（签名）"), _("接受人（签名）"), _("见证的人民调解员（签名）")]),
        ],
    )


def payment_blocks(file: File) -> list:
    """What was performed by now, as it was registered."""
    if not file.payments:
        return []
    rows = [
        [
            payment.performance.name_of_clocks,
            payment.amount_in_figures,
            f"{payment.paid_on:{DAY}}",
            payment.get_way_display(),
        ]
        for payment in file.payments
    ]
    head = [_("期次"), _("金额（元）"), _("履行日期"), _("方式")]
    return [Heading(_("已登记的履行：")), Table(head, rows, shares=(3, 3, 3, 3))]


def follow_up_record(file: File) -> Paper:
    """人民调解回访记录 (31); room to write where nobody has followed up yet."""
    done = file.followed_up
    kept = {True: _("已履行或正在履行"), False: _("未履行")}
    return Paper(
        title=_("人民调解回访记录"),
        number=file.number,
        blocks=[
            Facts(
                [
                    (_("当事人"), file.names()),
                    (_("协议编号"), file.in_force.number if file.in_force else ""),
                    (_("回访时间"), f"{timezone.localtime(done.at):%Y年%m月%d日 %H:%M}" if done else ""),
                    (_("回访方式"), done.get_way_display() if done else ""),
                    (_("回访人"), str(done.by) if done else ""),
                    (_("履行情况"), kept[done.promise_kept] if done else "\n"),
                    (_("回访情况"), done.said if done else "\n" * 4),
                ]
            ),
            Signatures([_("被回访人（签名）"), _("回访人（签名）")]),
        ],
    )


def delivery(file: File) -> Paper:
    """送达回证: which paper reached whom, and when."""
    rows = [["", party.name, "", "", ""] for party in file.parties]
    return Paper(
        title=_("送达回证"),
        number=file.number,
        blocks=[
            Table(
                [_("送达文书"), _("受送达人"), _("送达方式、地点"), _("收到日期"), _("签名或盖章")],
                rows + [[""] * 5] * (ROOM - len(rows)),
                shares=(3, 2, 4, 3, 3),
            ),
            Text(_("代收的，由代收人签名并注明与受送达人的关系；拒绝签收的，由送达人注明情况。")),
            Signatures([_("送达人（签名）")]),
        ],
    )


# --- The cover, the contents and the back -----------------------------------------------------------------------------


def cover(file: File) -> Paper:
    """卷宗封面."""
    mediation = file.mediation
    ended = f"{timezone.localtime(mediation.ended_at):{DAY}}" if mediation.ended_at else ""
    return Paper(
        title=_("人民调解卷宗"),
        number=file.number,
        blocks=[
            Facts(
                [
                    (_("调解委员会"), str(mediation.unit)),
                    (_("卷宗编号"), file.in_force.number if file.in_force else ""),
                    (_("卷名"), file.case.whole_title),
                    (_("纠纷类别"), file.case.category.name),
                    (_("当事人"), file.names()),
                    (_("人民调解员"), str(mediation.mediator)),
                    (_("受理日期"), f"{timezone.localtime(mediation.opened_at):{DAY}}"),
                    (
                        _("调解日期"),
                        f"{timezone.localtime(file.sessions[-1].held_at):{DAY}}" if file.sessions else "",
                    ),
                    (_("结束日期"), ended),
                    (_("调解结果"), mediation.get_state_display()),
                    *put_away(file.archive),
                    (_("备注"), "\n"),
                ]
            )
        ],
    )


def put_away(archive: Archive | None) -> list[tuple[str, str]]:
    """Who put the file away, when, and for how long; room to write until somebody has."""
    day = f"{timezone.localtime(archive.archived_at):{DAY}}" if archive else ""
    return [
        (_("立卷人"), str(archive.archived_by) if archive else ""),
        (_("立卷日期"), day),
        (_("保管期限"), str(archive.retention) if archive else ""),
    ]


def contents(file: File, rows=None) -> Paper:
    """卷内目录: what the file holds by now, in the order in which it is bound.

    `rows` tells pages and remarks of the parts where they are known; otherwise pages are numbered by hand.
    """
    rows = rows or [[part.label, "", ""] for part in parts(file)]
    return Paper(
        title=_("卷内目录"),
        number=file.number,
        blocks=[
            Table(
                [_("序号"), _("文书名称"), _("页次"), _("备注")],
                [[str(n), *row] for n, row in enumerate(rows, 1)],
                shares=(2, 12, 3, 4),
            )
        ],
    )


def state_of_the_file(file: File) -> Paper:
    """卷宗情况说明."""
    return Paper(
        title=_("卷宗情况说明"),
        number=file.number,
        blocks=[
            Facts([(_("情况说明"), "\n" * 12)]),
            Text(_("写明缺少的材料、更正和补充、随卷的录音录像和物证及其存放地点；没有需要说明的，写“无”。")),
            Signatures([_("立卷人（签名）"), _("检查人（签名）")]),
        ],
    )


def back(file: File, pages=BLANKS, apart=BLANKS) -> Paper:
    """卷宗封底: how many pages are bound, and how many things are kept apart."""
    return Paper(
        title=_("卷宗封底"),
        number=file.number,
        blocks=[
            Text(_("本卷共%(pages)s页，附件%(apart)s件。") % {"pages": pages, "apart": apart}),
            Signatures([_("立卷人（签名）"), _("检查人（签名）"), _("归档接收人（签名）")]),
        ],
    )


PAPERS: dict[str, tuple[str, Callable[[File], Paper]]] = {
    "cover": (gettext_lazy("卷宗封面"), cover),
    "contents": (gettext_lazy("卷内目录"), contents),
    "application": (gettext_lazy("人民调解申请书"), application),
    "register": (gettext_lazy("人民调解受理登记表"), register),
    "rights": (gettext_lazy("人民调解当事人权利义务告知书"), rights),
    "inquiry": (gettext_lazy("人民调解调查记录"), inquiry),
    "end": (gettext_lazy("终止调解通知书"), notice),
    "delivery": (gettext_lazy("送达回证"), delivery),
    "receipt": (gettext_lazy("调解协议履行凭证"), receipt),
    "follow-up": (gettext_lazy("人民调解回访记录"), follow_up_record),
    "confirmation": (gettext_lazy("司法确认申请书"), confirmation),
    "arbitration": (gettext_lazy("仲裁审查申请书"), arbitration),
    "payment-order": (gettext_lazy("支付令申请书"), payment_order),
    "state": (gettext_lazy("卷宗情况说明"), state_of_the_file),
    "back": (gettext_lazy("卷宗封底"), back),
}
"""In the order in which a file is bound; the records of sessions follow the inquiry."""
SESSION, INVITATION, POLICE = "session-", "invitation-", "police-"
BEFORE = frozenset({"cover", "contents", "application", "register", "rights", "inquiry"})
BINDING = frozenset({"cover", "contents", "back"})
LAST = frozenset({"receipt", "follow-up", "confirmation", "arbitration", "payment-order", "state"})
"""What is bound after the evidence."""


def fitting(file: File) -> list[str]:
    """The papers that this mediation can have now."""
    agreement = file.in_force
    asked = {
        "end": file.mediation.state == State.FAILED,
        "confirmation": bool(agreement) and not agreement.is_oral,
        "arbitration": bool(agreement) and file.mediation.terms.arbitrable,
        "payment-order": bool(claim_of(agreement)) and is_due(agreement),
        "receipt": bool(agreement),
    }
    slugs = [slug for slug in PAPERS if asked.get(slug, True)]
    after = slugs.index("inquiry") + 1
    slugs[after:after] = [
        *(plan.slug for plan in file.plans),
        *(f"{SESSION}{session.number}" for session in file.sessions),
        *(report.slug for report in file.police_reports),
    ]
    return slugs


def before_the_agreement(file: File) -> int:
    """How many of the papers that fit are bound before the agreement: those up to the last record."""
    return sum(slug in BEFORE or slug.startswith((SESSION, INVITATION, POLICE)) for slug in fitting(file))


def label_of_agreement(agreement: Agreement) -> str:
    """人民调解协议书（衢江人调〔2026〕12号）; of a version that was withdrawn, its state too."""
    state = "" if agreement.state in LIVE else "，" + agreement.get_state_display()
    return f"{title(agreement)}（{agreement}{state}）"


def label_of(file: File, slug: str) -> str:
    if slug.startswith(SESSION):
        return _("人民调解记录（第 %(number)s 次）") % {"number": slug.removeprefix(SESSION)}
    if slug.startswith(INVITATION):
        return _("调解通知书（%(plan)s）") % {"plan": named(file.plans, slug)}
    return str(named(file.police_reports, slug) if slug.startswith(POLICE) else PAPERS[slug][0])


def named(rows, slug: str):
    return next(row for row in rows if row.slug == slug)


def made(file: File, slug: str) -> Paper:
    """One of the papers that fit."""
    if slug.startswith(SESSION):
        number = int(slug.removeprefix(SESSION))
        return session_record(file, next(one for one in file.sessions if one.number == number))
    if slug.startswith(INVITATION):
        return invitation(file, named(file.plans, slug))
    if slug.startswith(POLICE):
        return police_report(file, named(file.police_reports, slug))
    return PAPERS[slug][1](file)


# --- The order of binding ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """One entry of the contents: a file that was kept, a paper that can be made, or a file with its paper."""

    label: str
    make: Callable[[], Paper] | None = None
    attachment: Attachment | None = None
    remark: str = ""


def parts(file: File) -> list[Part]:
    """What is bound between the contents and the back: papers, records, agreements, notices, evidence, the rest."""
    kept = {one.pk: one for one in kept_in(file)}
    printed, scans = printings(file.mediation), scans_of(file)
    slugs, place = fitting(file), before_the_agreement(file)

    def of(chosen):
        return [
            part
            for slug in chosen
            for part in [
                *parts_of_paper(file, slug, printed, kept),
                *(Part(kept[pk].name, attachment=kept.pop(pk)) for pk in scans.get(slug, ()) if pk in kept),
            ]
        ]

    before = of(slugs[:place])
    agreed = [part for one in file.agreements for part in parts_of_agreement(one, kept)]
    notices = of(slug for slug in slugs[place:] if slug not in LAST)
    last = of(slug for slug in slugs if slug in LAST)
    evidence = [Part(one.name, attachment=one) for one in kept.values()]  # what is no signed copy
    return [*before, *agreed, *notices, *evidence, *last]


def kept_in(file: File):
    """What was attached to the matter, but for signatures on a screen: they stand in the record that they sign."""
    drawn = RecordSignature.objects.filter(session__mediation__case=file.case).exclude(image=None)
    attachments = file.case.dossier.attachments.exclude(pk__in=drawn.values("image"))
    return attachments.order_by("attached_at", "pk")


def scans_of(file: File) -> dict[str, list[int | None]]:
    """The scans that are bound behind a paper: the receipts of payments, and what the court ruled."""
    rulings = JudicialConfirmation.objects.filter(mediation=file.mediation)
    return {
        "receipt": [payment.receipt_id for payment in file.payments],
        "confirmation": list(rulings.values_list("ruling", flat=True)),
    }


def parts_of_paper(file: File, slug: str, printed, kept) -> list[Part]:
    """A paper that came back signed is bound as its scans, which leave `kept`; otherwise as it stands."""
    if slug in BINDING:
        return []
    label, make = label_of(file, slug), partial(made, file, slug)
    scans = signed_parts(label, printed.get(slug, []), kept)
    return [replace(scans[0], make=make), *scans[1:]] if scans else [Part(label, make)]


def parts_of_agreement(agreement: Agreement, kept) -> list[Part]:
    """An agreement and its signed scans: what was agreed can be read and searched beside what was signed."""
    remark = "" if agreement.state in LIVE else agreement.get_state_display()
    label = label_of_agreement(agreement)
    printed = printings(agreement, "print_agreement").get("", [])
    made_of = partial(agreement_paper, agreement)
    return [Part(label, made_of, remark=remark), *signed_parts(label, printed, kept)]


def signed_parts(label: str, printed, kept) -> list[Part]:
    scans = [kept.pop(one.signed.details["attachment"], None) for one in printed if one.signed]
    return [Part(label + _("（已签扫描件）"), attachment=scan) for scan in scans if scan]

"""The agreement on paper: one context, written once as .docx (docxtpl) and once as .pdf (typst)."""

import json
from io import BytesIO
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst
from django.utils import timezone
from django.utils.dateparse import parse_date
from docxtpl import DocxTemplate

from cases.states import Side
from mediation.capitals import date_in_chinese
from mediation.models import Agreement, Signature
from mediation.services import details_of
from mediation.states import AgreementState

HERE = Path(__file__).parent
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
BINDS = (
    "本协议经各方当事人签名、盖章或者按指印，人民调解员签名并加盖人民调解委员会印章之日起生效，"
    "具有法律约束力，当事人应当按照约定履行。本协议一式{copies}份，各方当事人各执一份，人民调解委员会留存一份。"
)
BINDS_ORALLY = (
    "以上内容由各方当事人口头达成，自达成之日起生效，具有法律约束力，当事人应当按照约定履行；"
    "由人民调解员登记存档。"
)
COUNTS = "零一二三四五六七八九十"
DRAFT = "草稿，不具有效力"


def docx(agreement: Agreement) -> bytes:
    paper = DocxTemplate(HERE / "agreement.docx")
    paper.render(context(agreement), autoescape=True)
    content = BytesIO()
    paper.save(content)
    return content.getvalue()


def pdf(agreement: Agreement) -> bytes:
    """Fonts come from a package, so that a paper looks the same on every machine; texts are data, never code."""
    return typst.compile(
        str(HERE / "agreement.typ"),
        sys_inputs={"paper": json.dumps(context(agreement), ensure_ascii=False)},
        font_paths=[str(pylopdf_fonts_zh_cn.serif_path().parent)],
        ignore_system_fonts=True,
    )


def context(agreement: Agreement) -> dict:
    """Everything the paper says, in full, as plain text: what is not on it was never agreed."""
    mediation = agreement.mediation
    places = list(agreement.places()) or places_of_a_draft(agreement)
    parties = [place for place in places if place.party_id]
    binds = BINDS_ORALLY if agreement.is_oral else BINDS.format(copies=counted(len(parties) + 1))
    return {
        "title": title(agreement),
        "mark": "" if agreement.state in SETTLED else DRAFT,
        "number": agreement.number
        or ("" if agreement.is_oral else f"（{timezone.localdate():%Y}）______第______号"),
        "parties": [line for place in parties for line in party_lines(place)],
        "sections": sections(agreement),
        "binds": binds,
        "signatures": [] if agreement.is_oral else [signature_line(place) for place in places],
        "mediator": mediation.mediator.name,
        "is_oral": agreement.is_oral,
        "committee": mediation.unit.name,
        "day": date_in_chinese(agreement.in_force_on) if agreement.in_force_on else "　　年　　月　　日",
        "foot": f"统一编号 {mediation.case.number}"
        + (f"　内容摘要 {agreement.content_hash[:16]}" if agreement.content_hash else ""),
    }


def title(agreement: Agreement) -> str:
    return "人民调解口头协议登记表" if agreement.is_oral else "人民调解协议书"


SETTLED = frozenset({AgreementState.SIGNING, AgreementState.IN_FORCE})


def places_of_a_draft(agreement) -> list[Signature]:
    """Who would sign as things stand, unsaved: a draft has no places to sign yet, and an oral agreement never."""
    mediation = agreement.mediation
    parties = list(mediation.case.parties.select_related("person", "organisation"))
    return [
        *(
            Signature(party=party, name=party.name, details=details)
            for party, details in zip(parties, details_of(parties), strict=True)
        ),
        Signature(mediator=mediation.mediator, name=mediation.mediator.name),
    ]


def counted(number: int) -> str:
    return COUNTS[number] if number < len(COUNTS) else str(number)


def party_lines(place: Signature) -> list[str]:
    """The party, then whoever acts for them: 法定代理人（母亲）、委托代理人（特别授权）."""
    facts = json.loads(place.details.plain or "{}")
    acting = [line_of(one["as"], one["name"], one) for one in facts.get("stand_ins", ())]
    return [line_of(Side(place.party.side).label, place.name, facts), *acting]


def line_of(role, name: str, facts: dict[str, str]) -> str:
    """申请人：陈素芬，女，1958年3月8日出生，居民身份证号码……，住……，联系电话……。"""
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


def sections(agreement) -> list[dict]:
    """The headed parts with their paragraphs; a part without text is left out."""
    parts = [
        ("纠纷主要事实、争议事项", agreement.facts),
        ("各方当事人的责任", agreement.duties),
        ("经调解，当事人自愿达成如下协议", "\n".join([agreement.terms, amount_line(agreement)])),
        ("履行方式、期限", "\n".join([agreement.performance, deadline_line(agreement)])),
    ]
    split = [(head, [line.strip() for line in text.splitlines() if line.strip()]) for head, text in parts]
    return [{"head": head, "lines": lines} for head, lines in split if lines]


def amount_line(agreement) -> str:
    if agreement.amount is None:
        return ""
    return f"协议金额：{agreement.amount_in_capitals}（¥{agreement.amount_in_figures}）。"


def deadline_line(agreement) -> str:
    day = agreement.perform_by
    return f"履行期限：{day.year}年{day.month}月{day.day}日前。" if day else ""


def signature_line(place: Signature) -> dict[str, str]:
    if place.mediator_id:
        return {"who": "人民调解员（签名）", "name": place.name}
    signed = f"{place.name}（由{place.signer.name}代签）" if place.signer_id else place.name
    return {"who": f"{Side(place.party.side).label}（签名、盖章或按指印）", "name": signed}

"""Papers of sessions: the notice to come, what belongs to a record, and the report to the police (25)."""

from io import BytesIO

from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from kernel.attachments import content
from kernel.models import Attachment
from kernel.papers import Closing, Drawn, Facts, Heading, Signatures, Text
from mediation.capitals import date_in_chinese
from mediation.models import PoliceReport, RecordSignature, Session, SessionPlan
from mediation.states import Manner, RecordWay

LARGEST = (900, 300)
"""Pixels; a signature is 14 mm high."""
MINUTE = "%Y年%m月%d日 %H:%M"


def invitation_blocks(plan: SessionPlan) -> list:
    """调解通知书: only to those who are asked to this session, with no address or telephone of anybody."""
    mediation, parties = plan.mediation, plan.parties()
    together = plan.manner == Manner.TOGETHER
    told = _("你们之间的“%(title)s”纠纷，由%(committee)s调解。现通知你们按下列时间、地点参加调解：")
    told_alone = _("“%(title)s”纠纷由%(committee)s调解。现通知你按下列时间、地点来谈，本次只约你一方：")
    about = {"title": mediation.case.title, "committee": mediation.unit}
    return [
        Text("、".join(party.name for party in parties) + "：", flush=True),
        Text((told if together else told_alone) % about),
        Facts(
            [
                (_("时间"), f"{timezone.localtime(plan.begins_at):{MINUTE}}"),
                (_("预计时长"), _("%(minutes)d 分钟") % {"minutes": plan.minutes}),
                (_("地点"), plan.where),
                (_("人民调解员"), str(mediation.mediator)),
                (_("请携带"), plan.bring),
                (_("联系电话"), mediation.unit.phone),
            ]
        ),
        Text(
            _(
                "当事人可以接受调解、拒绝调解或者要求终止调解，可以要求调解公开进行或者不公开进行"
                "（人民调解法第二十三条）。人民调解不收取任何费用。不能按时到场的，请提前联系调解员改期。"
            )
        ),
        Closing([str(mediation.unit), date_in_chinese(timezone.localdate())]),
        Signatures([_("%(name)s（签收）") % {"name": party.name} for party in parties]),
    ]


def attendance_rows(session: Session) -> list[tuple[str, str]]:
    """Of a planned session: who of those that were asked did not come, or sent somebody."""
    if session.plan is None:
        return []
    lines = [
        f"{guest}：{guest.get_attendance_display()}" + (f"（{guest.deputy}）" if guest.deputy else "")
        for guest in session.plan.guests.all()
    ]
    return [(_("应到人员到场情况"), "\n".join(lines)), (_("方式"), session.plan.get_manner_display())]


def attempt_blocks(session: Session) -> list:
    """What was proposed, and what each side said to it."""
    blocks = []
    for number, attempt in enumerate(session.attempts.all(), 1):
        blocks += [
            Text(_("方案%(number)d：%(text)s") % {"number": number, "text": attempt.proposal}),
            Text(_("申请人一方：%(said)s") % {"said": attempt.applicants}),
            Text(_("被申请人一方：%(said)s") % {"said": attempt.respondents}),
        ]
    return [Heading(_("调解方案和各方答复")), *blocks] if blocks else []


def signed_blocks(session: Session) -> list:
    """Who signed on the screen, or would not sign, and what was put right afterwards."""
    signed = [signed_block(one) for one in session.signatures.all()]
    addenda = [
        Text(f"{timezone.localtime(one.added_at):{MINUTE}} {one.added_by}：{one.text}")
        for one in session.addenda.all()
    ]
    signed = [Heading(_("签名登记")), *signed] if signed else []
    return [*signed, Heading(_("补正")), *addenda] if addenda else signed


def signed_block(one: RecordSignature) -> Text | Drawn:
    """The drawn signature itself; of another kind, what was noted of it."""
    told = f"{one.get_way_display()}（{timezone.localtime(one.signed_at):{MINUTE}}）"
    if one.way == RecordWay.SCREEN and (picture := as_png(one.image)):
        return Drawn(one.name, picture, told)
    return Text(f"{one.name}：{told}" + (f"。{one.note}" if one.note else ""))


def as_png(image: Attachment) -> bytes:
    """A drawn signature as browsers and Word show it; empty where it is no picture that can be read."""
    drawn = BytesIO()
    try:
        with content(image) as stored, Image.open(stored) as picture:
            picture.thumbnail(LARGEST)
            picture.save(drawn, "PNG")
    except (OSError, SyntaxError, ValueError):  # what Pillow says of spoilt pictures
        return b""
    return drawn.getvalue()


def police_blocks(report: PoliceReport) -> list:
    """报告公安机关登记表 (人民调解法 25)."""
    mediation = report.mediation
    return [
        Facts(
            [
                (_("报告的公安机关"), report.station),
                (_("报告时间"), f"{timezone.localtime(report.reported_at):{MINUTE}}"),
                (_("报告人"), str(report.reported_by)),
                (_("纠纷"), mediation.case.title),
                (_("调解委员会"), str(mediation.unit)),
                (_("报告事项"), report.matter),
                (_("公安机关接报情况"), "\n\n"),
            ]
        ),
        Text(
            _(
                "根据《中华人民共和国人民调解法》第二十五条，人民调解员在调解纠纷过程中发现纠纷有可能激化的，"
                "应当采取有针对性的预防措施；对有可能引起治安案件、刑事案件的纠纷，应当及时向当地公安机关或者其他有关部门报告。"
            )
        ),
        Closing([str(mediation.unit), date_in_chinese(timezone.localdate(report.reported_at))]),
        Signatures([_("报告人（签名）"), _("接报人（签名）")]),
    ]

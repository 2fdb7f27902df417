"""The paper with which a committee gives a matter back to the court: the result, and the reasons."""

from django.utils.translation import gettext as _

from kernel.papers import Closing, Facts, Heading, Paper, Signatures, Text
from mediation.capitals import date_in_chinese
from mediation.models import Entrustment
from mediation.states import Kind


def court_return(entrustment: Entrustment) -> Paper:
    """委派、委托调解情况告知书 (《最高人民法院关于人民法院特邀调解的规定》)."""
    case, mediation = entrustment.case, entrustment.mediation
    before = entrustment.kind == Kind.REFERRED_BEFORE
    parties = list(case.parties.all())
    agreement = mediation.live_agreement() if mediation else None
    facts = [
        (_("法院案号"), entrustment.court_number),
        (_("事项"), case.whole_title),
        (_("当事人"), "、".join(f"{party.get_side_display()} {party.name}" for party in parties)),
        (_("法院材料日期"), f"{entrustment.papers_on}"),
        (_("调解组织"), str(entrustment.unit)),
        (_("特邀调解员"), str(mediation.mediator) if mediation else ""),
        (_("调解结果"), entrustment.result),
        (_("调解协议"), str(agreement) if agreement else ""),
    ]
    told = _("贵院%(kind)s调解的下列事项，调解情况告知如下，材料随文退回。") % {
        "kind": _("委派") if before else _("委托")
    }
    return Paper(
        title=_("委派调解情况告知书") if before else _("委托调解情况告知书"),
        number=_("统一编号：%(number)s") % {"number": case.number},
        blocks=[
            Text(f"{entrustment.desk}：", flush=True),
            Text(told),
            Facts([(label, text) for label, text in facts if text]),
            Heading(_("理由和有关情况：")),
            Text(entrustment.reason or "\n\n"),
            Closing(
                [
                    f"{entrustment.unit}",
                    date_in_chinese(entrustment.returned_on)
                    if entrustment.returned_on
                    else "　　年　　月　　日",
                ]
            ),
            Signatures([_("法院签收人（签名）")]),
        ],
    )

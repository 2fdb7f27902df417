"""What the letters of a petition say: the law's words around what was typed (信访工作条例 19 to 37).

Each gives the body of one kind of letter, a paragraph a line. Lengths of time come from the rules in force.
"""

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.states import Side
from kernel.clocks import rule_in_force
from petitions.states import LegalRoute, LetterKind

WAYS = {
    LegalRoute.JUSTICE: gettext_lazy("诉讼、检察监督、公安机关法律程序"),
    LegalRoute.ARBITRATION: gettext_lazy("仲裁"),
    LegalRoute.PARTY: gettext_lazy("党员申诉、申请复审"),
    LegalRoute.ADMINISTRATIVE: gettext_lazy("行政复议、行政裁决、行政确认、行政许可、行政处罚等行政程序"),
    LegalRoute.DUTY: gettext_lazy("申请查处违法行为、履行保护职责"),
}
PARAGRAPHS = dict(zip(LegalRoute, "一二三四五", strict=True))


def length_of(code: str) -> str:
    """How long a clock runs today, in words: 15日."""
    rule = rule_in_force(code, timezone.localdate())
    return rule.amount(rule.length)


def day(on) -> str:
    return date_format(on, "Y年n月j日")


def petitioners(case) -> str:
    return "、".join(party.name for party in case.parties.filter(side=Side.APPLICANT))


def came(registration) -> str:
    """ "2026年3月5日以走访形式"."""
    return _("%(day)s以%(form)s形式") % {
        "day": day(registration.came_on),
        "form": registration.get_form_display(),
    }


def to_petitioner(registration) -> str:
    """How each notice begins."""
    return _("你（们）%(came)s反映的“%(title)s”信访事项（统一编号：%(number)s）收悉。") % {
        "came": came(registration),
        "title": registration.case.whole_title,
        "number": registration.case.number,
    }


def lines(*texts: str) -> str:
    return "\n".join(filter(None, texts))


def contact(unit) -> str:
    phone = unit.phone or settings.CENTRE_PHONE
    return _("联系单位：%(unit)s，联系电话：%(phone)s。") % {"unit": unit, "phone": phone}


def name_for_units(registration) -> str:
    """The petitioner, as the units to which the petition is sent may know them."""
    if registration.is_confidential or registration.is_anonymous:
        return _("信访人（姓名按规定保密）")
    return petitioners(registration.case)


def facts_for_units(registration) -> str:
    case = registration.case
    told = _("%(name)s%(came)s反映“%(title)s”（统一编号：%(number)s，信访目的：%(purpose)s）。") % {
        "name": name_for_units(registration),
        "came": came(registration),
        "title": case.whole_title,
        "number": case.number,
        "purpose": registration.get_purpose_display(),
    }
    if registration.is_group or registration.is_joint:
        told += _("共%(count)d人。") % {"count": registration.people_count}
    return told


def sent_to_justice(registration) -> str:
    return lines(
        facts_for_units(registration),
        _("经甄别，该事项属于涉法涉诉信访事项。根据《信访工作条例》第二十二条第二款，现转送你单位依法处理。"),
    )


def referred_up(registration, advice) -> str:
    return lines(
        facts_for_units(registration),
        registration.case.story,
        _("该事项情况重大、紧急。根据《信访工作条例》第二十二条第一款，提出以下意见，请决定："),
        advice,
        _("妥否，请批示。"),
    )


def urgent(registration, situation, measures) -> str:
    known = date_format(timezone.localtime(registration.registered_at), "Y年n月j日 H:i")
    return lines(
        facts_for_units(registration),
        _("本机关于%(at)s接报。情况如下：") % {"at": known},
        situation,
        _("已经采取的措施："),
        measures,
        _("根据《信访工作条例》第二十五条报告。后续情况续报。"),
    )


def not_ours(registration, *, whom, note) -> str:
    return lines(
        to_petitioner(registration),
        _(
            "经审查，该事项不属于本机关职权范围。根据《信访工作条例》第二十三条第一款，请向有权处理的机关、单位%(whom)s提出。"
        )
        % {"whom": whom},
        note,
    )


def other_way(registration, *, route, whom, note) -> str:
    return lines(
        to_petitioner(registration),
        _(
            "经审查，该事项应当通过%(way)s解决。根据《信访工作条例》第三十一条第%(paragraph)s项，"
            "请依照法律法规规定的程序向%(whom)s提出。"
        )
        % {"way": WAYS[LegalRoute(route)], "paragraph": PARAGRAPHS[LegalRoute(route)], "whom": whom},
        note,
    )


def already_in_handling(registration, *, whom, note) -> str:
    return lines(
        to_petitioner(registration),
        _(
            "经查，该事项已由%(whom)s受理或者正在办理，尚在规定期限内。"
            "根据《信访工作条例》第十九条第三款，本机关不予受理。请等候其办理结果。"
        )
        % {"whom": whom},
        note,
    )


def finished_for_good(registration, *, whom, note) -> str:
    return lines(
        to_petitioner(registration),
        _(
            "经查，该事项已由%(whom)s作出复核意见，你（们）仍然以同一事实和理由提出投诉请求。"
            "根据《信访工作条例》第三十六条第三款，各级党委和政府信访部门和其他机关、单位不再受理。"
        )
        % {"whom": whom},
        _("生活确有困难或者需要其他帮助的，本机关将依照第三十七条的规定继续做好疏导和帮扶工作。"),
        note,
    )


def forwarded(registration, *, words, helping) -> str:
    return lines(
        facts_for_units(registration),
        registration.case.story,
        _("根据《信访工作条例》第二十二条第一款，现转送你单位办理。") + together(helping),
        words,
        duties(),
    )


def assigned(registration, *, words, helping, report_by) -> str:
    return lines(
        facts_for_units(registration),
        registration.case.story,
        _("根据《信访工作条例》第二十二条第一款，现交你单位办理，请于%(day)s前反馈结果，并提交办结报告。")
        % {"day": day(report_by)}
        + together(helping),
        words,
        duties(),
    )


def together(helping) -> str:
    if not helping:
        return ""
    names = "、".join(unit.name for unit in helping)
    return _("你单位为牵头单位，%(names)s协办。") % {"names": names}


def duties() -> str:
    """What the unit has to do, and by when (23(3), 34)."""
    return _(
        "请自收到之日起%(inform)s内书面告知信访人是否受理及处理途径、程序；认为不属于本单位职权范围的，"
        "请自收到之日起%(object)s内提出异议并说明理由，未经我单位同意不得自行退回；"
        "依照第三十一条第六项办理的，自受理之日起%(handle)s内办结，并书面答复信访人。"
    ) % {
        "inform": length_of("petition.inform_transferred"),
        "object": length_of("petition.object"),
        "handle": length_of("petition.handle"),
    }


def received(registration, forwarding, note) -> str:
    return lines(
        to_petitioner(registration),
        _("本单位已于%(day)s收到转来的该事项，现将处理途径和程序告知如下：")
        % {"day": day(forwarding.received_on)},
        note,
        query(registration.case),
        contact(forwarding.unit),
    )


def accepted(registration, forwarding, due_on) -> str:
    return lines(
        to_petitioner(registration),
        _(
            "经审查，该事项属于本单位职权范围，根据《信访工作条例》第二十三条、第三十一条第六项，决定于%(day)s予以受理。"
        )
        % {"day": day(forwarding.accepted_on)},
        _(
            "本单位将听取你（们）陈述事实和理由，调查核实，自受理之日起%(handle)s内（%(due)s前）办结，"
            "出具信访处理意见书；情况复杂需要延期的，另行书面告知。"
        )
        % {"handle": length_of("petition.handle"), "due": day(due_on)},
        query(registration.case),
        contact(forwarding.unit),
    )


def extended(registration, deferral) -> str:
    return lines(
        to_petitioner(registration),
        _(
            "因情况复杂，经本单位负责人批准，根据《信访工作条例》第三十四条，该事项的办理期限延长%(amount)s，"
            "至%(due)s。延期理由："
        )
        % {"amount": deferral.asked_amount, "due": day(deferral.clock.last_day)},
        deferral.reason,
        contact(deferral.unit),
    )


def opinion(letter, registration) -> str:
    """The parts that the law asks for, and the right to review (32, 35)."""
    return lines(
        to_petitioner(registration),
        _("# 一、投诉请求"),
        letter.demand,
        _("# 二、查明的事实和理由"),
        letter.facts,
        _("# 三、处理意见"),
        _("经研究，对你（们）的请求：%(result)s。") % {"result": letter.get_result_display()},
        letter.decision,
        _("# 四、依据"),
        letter.basis,
        remedy(letter),
    )


def written_out(letter, registration) -> str:
    """The text of a paper that was drafted in parts."""
    return WRITTEN[letter.kind](letter, registration)


def remedy(letter) -> str:
    return _(
        "如不服本处理意见，可以自收到本意见书之日起%(length)s内，向%(body)s请求复查"
        "（《信访工作条例》第三十五条）。"
    ) % {"length": length_of("petition.ask_review"), "body": letter.remedy_to}


def reply(registration, text) -> str:
    return lines(
        to_petitioner(registration),
        _("根据《信访工作条例》第二十九条，本单位对你（们）的建议意见进行了研究论证，现答复如下："),
        text,
    )


def reported(registration, text) -> str:
    return lines(facts_for_units(registration), _("现将办理结果报告如下："), text)


def query(case) -> str:
    return _("办理情况可以凭查询码 %(code)s 和本人手机号码或证件号码后四位查询，办结后可以评价。") % {
        "code": case.query_code
    }


def reviewed(letter, registration) -> str:
    return lines(
        asked_again(letter, registration),
        *decided(letter),
        _(
            "如不服本复查意见，可以自收到本意见书之日起%(length)s内，向%(body)s请求复核（《信访工作条例》第三十六条）。"
        )
        % {"length": length_of("petition.ask_rereview"), "body": letter.remedy_to},
    )


def rereviewed(letter, registration) -> str:
    return lines(
        asked_again(letter, registration),
        *decided(letter),
        _(
            "本意见为信访事项终结意见。你（们）仍然以同一事实和理由提出投诉请求的，"
            "各级党委和政府信访部门和其他机关、单位不再受理（《信访工作条例》第三十六条）。"
        ),
    )


def asked_again(letter, registration) -> str:
    return _(
        "你（们）因“%(title)s”信访事项（统一编号：%(number)s），不服%(former)s（%(its)s），向本机关提出申请。现已审查终结。"
    ) % {
        "title": registration.case.whole_title,
        "number": registration.case.number,
        "former": former_of(letter).get_kind_display(),
        "its": former_of(letter).number,
    }


def former_of(letter):
    """The paper against which was asked: the last that was issued of the kind before."""
    kind = LetterKind.OPINION if letter.kind == LetterKind.REVIEW else LetterKind.REVIEW
    return letter.handling.letters.filter(kind=kind).exclude(number="").last()


def decided(letter) -> list[str]:
    return [
        _("# 一、申请人的请求和理由"),
        letter.demand,
        _("# 二、审查查明的事实和理由"),
        letter.facts,
        _("# 三、%(level)s意见") % {"level": _("复查") if letter.kind == LetterKind.REVIEW else _("复核")},
        _("经审查，决定：%(result)s。") % {"result": letter.get_result_display()},
        letter.decision,
        _("# 四、依据"),
        letter.basis,
    ]


WRITTEN = {
    LetterKind.OPINION: opinion,
    LetterKind.REVIEW: reviewed,
    LetterKind.REREVIEW: rereviewed,
}

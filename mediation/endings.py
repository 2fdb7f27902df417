"""What the notice of an end says for each ground: the article it stands on, and the channels that stay open."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from mediation.states import Ground


@dataclass(frozen=True, slots=True)
class Ending:
    """`because` cites the article; `channels` are those that this ground asks to be named first."""

    because: str
    channels: tuple[str, ...] = ()


ARBITRATION = _("依法可以申请仲裁的，向有管辖权的仲裁机构申请仲裁；")
OFFICES = _("属于行政机关职责的，请求有权机关依法处理；")
COURT = _("向有管辖权的人民法院提起诉讼。申请仲裁、提起诉讼请注意法定时效。")
USUAL = (ARBITRATION, OFFICES, COURT)
"""仲裁、行政、司法 (人民调解法 26), of every notice."""

ENDINGS = {
    Ground.REFUSED: Ending(
        _(
            "《中华人民共和国人民调解法》第十七条规定，一方当事人明确拒绝调解的，不得调解；第二十三条规定，当事人可以拒绝调解或者要求终止调解。"
        )
    ),
    Ground.NO_AGREEMENT: Ending(_("《中华人民共和国人民调解法》第二十六条规定，调解不成的，应当终止调解。")),
    Ground.EXPIRED: Ending(
        _(
            "调解期限已经届满，延长须经各方当事人同意；不同意延长的，依《中华人民共和国人民调解法》第二十六条按调解不成终止。"
        ),
        (_("各方都愿意再谈的，可以重新申请调解（第十七条）；"),),
    ),
    Ground.FILED: Ending(
        _(
            "当事人已经起诉或者申请仲裁。《中华人民共和国人民调解法》第三条规定，不得因调解而阻止当事人依法通过仲裁、行政、司法等途径维护自己的权利。"
        ),
        (_("请按受理机关的通知参加仲裁、诉讼；愿意调解的，可以请仲裁机构、人民法院主持调解；"),),
    ),
    Ground.NOT_MEDIABLE: Ending(
        _(
            "《中华人民共和国人民调解法》第二条规定，人民调解解决的是民间纠纷；依法由专门机关管辖处理或者法律禁止调解的，不能调解。"
        ),
        (_("请向依法有管辖权的机关提出；不清楚是哪个机关的，可以在综合受理窗口询问；"),),
    ),
    Ground.CRIME: Ending(
        _(
            "《中华人民共和国人民调解法》第二十五条规定，对有可能引起治安案件、刑事案件的纠纷，应当及时向当地公安机关报告。本纠纷已经报告公安机关。"
        ),
        (
            _("人身、财产正受侵害的，请立即拨打110；"),
            _("请配合公安机关调查；民事赔偿可以在公安机关处理时提出，也可以另行主张；"),
        ),
    ),
    Ground.SHAM: Ending(
        _(
            "《中华人民共和国人民调解法》第三条规定，调解不得违背法律、法规和国家政策；《中华人民共和国民事诉讼法》第一百一十五条禁止恶意串通，以调解等方式侵害国家利益、社会公共利益或者他人合法权益。"
        ),
        (_("权益受到侵害的案外人，可以向人民法院起诉，也可以向公安机关、人民检察院反映；"),),
    ),
    Ground.WITHDRAWN: Ending(
        _("《中华人民共和国人民调解法》第二十三条规定，当事人可以要求终止调解。"),
        (_("需要时可以再次申请调解（第十七条）；"),),
    ),
}


def told(ground: str) -> str:
    """The channels of a ground and the usual ones, numbered."""
    numbered = enumerate([*ENDINGS[Ground(ground)].channels, *USUAL])
    return "\n".join(f"{'一二三四五六'[n]}、{channel}" for n, channel in numbered)

"""Whether the text of an agreement is definite: what a machine can see. Warnings, which the mediator judges."""

from datetime import date

from django.utils.translation import gettext as _

BLANK = "＿"


def doubts(agreement, vague_words: list[str], today: date) -> list[str]:
    """What is not definite in a draft, a sentence each (法释〔2011〕5号第七条: 内容不明确，无法确认的，不予确认)."""
    parts = list(agreement.instalment_rows())
    days = [one.due_on for one in parts] or [agreement.perform_by]
    return [
        *([_("写了协议金额，没有写履行期限。")] if agreement.amount and not any(days) else []),
        *(_("%(part)s没有写履行日期。") % {"part": one} for one in parts if one.due_on is None),
        *(_("履行日期 %(day)s 已经过去。") % {"day": day} for day in days if day and day < today),
        *(vague(word) for word in vague_words if word in f"{agreement.terms}\n{agreement.performance}"),
    ]


def vague(word: str) -> str:
    return _("“%(word)s”没有确定的日期、数额或者标准，请改成具体内容。") % {"word": word}


def blanks(agreement) -> list[str]:
    """The parts of a draft with blanks that nobody filled in."""
    fields = [agreement._meta.get_field(name) for name in ("facts", "duties", "terms", "performance")]
    return [str(field.verbose_name) for field in fields if BLANK in getattr(agreement, field.name)]

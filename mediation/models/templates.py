"""Texts to begin an agreement with, and the words that the check points at."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Book
from kernel.scoping import Reference
from mediation.states import DRAFTING_MOVES


class AgreementTemplate(models.Model):
    """What an agreement of one kind of dispute usually says, with blanks (＿) to be filled in.

    【申请人】 and 【被申请人】 stand for the names of the sides.
    """

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(_("纠纷类型"), max_length=40)
    categories = ArrayField(models.CharField(max_length=10), verbose_name=_("适用类别"), default=list)
    facts = models.TextField(_("纠纷主要事实、争议事项"))
    duties = models.TextField(_("各方当事人的责任"), blank=True)
    terms = models.TextField(_("达成的协议内容"))
    performance = models.TextField(_("履行方式"))

    objects = Reference.as_manager()

    TEXTS = ("facts", "duties", "terms", "performance")

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.name

    def filled(self, names: dict[str, str]) -> dict[str, str]:
        """Its texts with the names of the sides."""
        return {text: replaced(getattr(self, text), names) for text in self.TEXTS}


def replaced(text: str, names: dict[str, str]) -> str:
    for side, name in names.items():
        text = text.replace(f"【{side}】", name)
    return text


class DraftingBook(Book):
    """What agreements are drafted and checked by: there is one, and its history says who changed what."""

    MOVES = DRAFTING_MOVES
    ENTRY_LABELS = {"edit_template": _("修改协议模板"), "edit_vague_words": _("修改模糊用语")}

    vague_words = models.TextField(_("模糊用语"), blank=True)

    def __str__(self):
        return str(_("协议模板"))

"""Forms of the texts that agreements begin with, and of the check before signing."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.fields import VerbForm
from mediation.forms.fields import long_text
from mediation.states import CheckItem


class BookForm(VerbForm):
    """A change of the book, from the version of it that the form was filled from."""

    reason = forms.CharField(label=_("修改的依据"), max_length=200, help_text=_("写明文件名称、文号。"))
    version = forms.IntegerField(widget=forms.HiddenInput)


class TemplateForm(BookForm):
    facts = long_text(
        _("纠纷主要事实、争议事项"), 4, help_text=_("【申请人】【被申请人】会换成当事人的姓名；空白用“＿”。")
    )
    duties = long_text(_("各方当事人的责任"), 3, required=False)
    terms = long_text(_("达成的协议内容"), 6)
    performance = long_text(_("履行方式"), 3)
    field_order = ["facts", "duties", "terms", "performance", "reason", "version"]


class VagueWordsForm(BookForm):
    vague_words = long_text(_("模糊用语"), 4, help_text=_("用空格分开。协议里出现这些词，提交签署时会提醒。"))
    field_order = ["vague_words", "reason", "version"]


class SubmitAgreementForm(VerbForm):
    """What the mediator has checked, item by item."""

    checked = forms.MultipleChoiceField(
        label=_("提交前逐项核对"),
        choices=CheckItem,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请逐项核对并勾选。")},
    )
